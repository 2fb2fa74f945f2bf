// The pseudo-terminal that stands for a scanner's line in the demo and in tests.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openPort } from '../../../drivers/line/serial-port.js';
import { openPty, type Pty } from '../../support/pty.js';
import { until } from '../../support/wait.js';

let pty: Pty | undefined;
afterEach(async () => {
  await pty?.close();
  pty = undefined;
});

it('hangs up when it is unplugged, though a program that was started meanwhile still runs', async () => {
  pty = await openPty();
  const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
  try {
    const port = await openPort({ path: pty.path, baudRate: 115_200 }, () => {});
    await pty.unplug();
    expect(existsSync(pty.path)).toBe(false);
    expect(
      await Promise.race([port.closed, new Promise((resolve) => setTimeout(resolve, 2_000, 'still open'))]),
    ).not.toBe('still open');
    await port.close('done');
  } finally {
    bystander.kill('SIGKILL');
  }
});

it('is raw before anyone reads: no echo, no line, no changed byte', async () => {
  pty = await openPty();
  const { stdout } = spawn('stty', ['-F', pty.path, '-a'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const piece of stdout) text += piece;
  for (const flag of ['-icanon', '-echo', '-icrnl', '-ixon', '-opost', '-isig']) expect(text).toContain(flag);
});

it('delivers more than the line holds, when it is read', async () => {
  pty = await openPty();
  let bytes = 0;
  const port = await openPort({ path: pty.path, baudRate: 115_200 }, (piece) => {
    bytes += piece.length;
  });
  await pty.write(Buffer.alloc(200_000, 55));
  await until('all bytes', () => bytes === 200_000);
  await port.close('done');
});

it('rejects a write that the line did not take before the plug was pulled, and every later one', async () => {
  pty = await openPty();
  const write = pty.write(Buffer.alloc(1_000_000)).then(
    () => 'taken',
    (error: Error) => error.message,
  );
  await pty.unplug();
  expect(await write).toMatch(/unplugged before all bytes/);
  await expect(pty.write('late')).rejects.toThrow(/found unplugged/);
  await pty.unplug();
  await pty.close();
});

it('goes with the program that opened it, even if that is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'quietzone-pty-'));
  const script = join(folder, 'opener.mjs');
  const holder = join(process.cwd(), 'deploy/demo/pty-holder.js');
  writeFileSync(
    script,
    `import { fork } from 'node:child_process';
     const child = fork(${JSON.stringify(holder)}, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
     child.on('message', (m) => process.stdout.write(m.path + ' ' + child.pid));`,
  );
  const opener: ChildProcess = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const said = await new Promise<string>((resolve) => opener.stdout?.once('data', (text) => resolve(String(text))));
    const [path = '', pid = ''] = said.split(' ');
    expect(existsSync(path)).toBe(true);
    opener.kill('SIGKILL');
    // Orphaned and ended; a machine without an init to reap it keeps a zombie, which holds nothing.
    const alive = () => existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
    await until('the holder to end', () => !alive());
  } finally {
    opener.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

it('names the optional package when it is absent', async () => {
  // Where no packages are, the holder finds none.
  const folder = mkdtempSync(join(tmpdir(), 'quietzone-pty-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    copyFileSync('deploy/demo/pty-holder.js', join(folder, 'pty-holder.js'));
    const child = fork(join(folder, 'pty-holder.js'), [], { serialization: 'advanced', execArgv: [] });
    const said = await new Promise<{ failed?: string }>((resolve) => child.once('message', resolve));
    expect(said.failed).toContain(`the optional package @lydell/node-pty-linux-${process.arch} is absent`);
    expect(said.failed).not.toContain('\n');
    await new Promise((resolve) => child.once('exit', resolve));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
