import { type ChildProcess, spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAntom } from '../../../../relay/acquirers/antom/adapter.js';
import { parseConfig } from '../../../../relay/config/load.js';
import { generateKeys, readArguments, runSandbox } from '../../../../relay/sandbox/main.js';
import { protocols, SANDBOX_MERCHANT_NO } from '../../../../relay/sandbox/server.js';
import { antomOptions, payRequest } from '../antom/fixtures.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quietzone-keys-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('keys', () => {
  test('are made once, for their owner only, and found again', async () => {
    const keyFolder = join(folder, 'deeper', 'keys');
    const first = await generateKeys(keyFolder);
    expect(await generateKeys(keyFolder)).toEqual(first);
    for (const name of ['merchant-private', 'merchant-public', 'antom-private', 'antom-public']) {
      expect((await stat(join(keyFolder, `${name}.pem`))).mode & 0o777).toBe(0o600);
    }
    expect(await readFile(join(keyFolder, 'antom-public.pem'), 'utf8')).toBe(first.acquirerPublicPem);
    expect(createPrivateKey(first.merchantPrivatePem).asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(first.merchantPublicPem).not.toBe(first.acquirerPublicPem);
  });

  test('two that make them at once end with the same', async () => {
    const [a, b] = await Promise.all([generateKeys(folder), generateKeys(folder)]);
    expect(a).toEqual(b);
  });

  test('a public key that is not its private half is told, not used', async () => {
    const keys = await generateKeys(folder);
    await writeFile(join(folder, 'antom-public.pem'), keys.merchantPublicPem);
    await expect(generateKeys(folder)).rejects.toThrow(/antom-public\.pem: not the public half/);
  });

  test('a folder that others may write to is refused; a private key that they may read is closed to them', async () => {
    await generateKeys(folder);
    const path = join(folder, 'antom-private.pem');
    await chmod(path, 0o644);
    await chmod(folder, 0o755);
    await generateKeys(folder);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    for (const mode of [0o777, 0o770]) {
      await chmod(folder, mode);
      const says = `--key-folder: others may write to ${folder} (mode ${mode.toString(8)}), so they could swap its keys`;
      await expect(generateKeys(folder)).rejects.toThrow(says);
      expect(await runSandbox(['--key-folder', folder])).toBe(1);
    }
  });

  // Only root can give a folder away.
  if (process.getuid?.() === 0)
    test('a folder of another user is refused, in one line', async () => {
      await chown(folder, 65_534, 65_534);
      await expect(generateKeys(folder)).rejects.toThrow(/^--key-folder: \S+ belongs to another user \(65534\)/);
      expect(await runSandbox(['--key-folder', folder])).toBe(1);
    });

  test('a file that is no key is named, not quoted', async () => {
    await writeFile(join(folder, 'merchant-private.pem'), 'SECRET NONSENSE');
    const made = generateKeys(folder);
    await expect(made).rejects.toThrow(/merchant-private\.pem: found no private key/);
    await expect(made).rejects.not.toThrow(/NONSENSE/);
  });
});

describe('arguments', () => {
  test('all have defaults', () => {
    expect(readArguments([])).toMatchObject({ port: 0, controlPort: 0, scenario: 'approve', timeScale: 1 });
    expect(readArguments([]).byAmount, 'an amount asks for nothing unless asked for').toBe(false);
    expect(readArguments([]).notifyFactor, 'no notifications unless asked for').toBeUndefined();
  });

  test('are read', () => {
    const args =
      '--port 81 --control-port 82 --scenario html --by-amount --client-id C --key-folder K --auto-confirm-ms 5 --time-scale 9 --notify-factor 60 --token-life-ms 7 --merchant-name M';
    expect(readArguments(args.split(' '))).toEqual({
      acquirer: 'antom',
      port: 81,
      controlPort: 82,
      scenario: 'html',
      byAmount: true,
      clientId: 'C',
      keyFolder: 'K',
      autoConfirmMs: 5,
      timeScale: 9,
      notifyFactor: 60,
      tokenLifeMs: 7,
      merchantName: 'M',
    });
  });

  test.each([
    ['--port', '70000'],
    ['--port', 'x'],
    ['--acquirer', 'nobody'],
    ['--scenario', 'nothing'],
    ['--time-scale', '1.5'],
    ['--time-scale', '0'],
    ['--notify-factor', '0'],
    ['--client-id', ''],
    ['--merchant-name', ''],
    ['--token-life-ms', '0'],
    ['--key-folder', ''],
    ['--notify-factor', 'x'],
    ['--colour', 'red'],
  ])('%s %s is named', async (name, value) => {
    expect(() => readArguments([name, value])).toThrow(name);
    expect(await runSandbox([name, value])).toBe(2);
  });

  test.each([
    [['foo'], 'sandbox: found a word too many, expected flags only'],
    [['--port'], '--port: found no value, expected one'],
    [['--by-amount=yes'], '--by-amount: found a value, expected none'],
    [['-p', '1'], 'sandbox: found flags that are not understood; see sandbox --help'],
  ])('%j in plain words', (args, says) => {
    expect(() => readArguments(args)).toThrow(says);
  });
});

test('the program says when it is ready, serves a payment, and ends on SIGTERM', async () => {
  const program = join(folder, 'sandbox.mjs');
  await build({
    stdin: {
      contents: `import { runSandbox } from './main.ts'; process.exitCode = await runSandbox(process.argv.slice(2));`,
      resolveDir: new URL('../../../../relay/sandbox', import.meta.url).pathname,
    },
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
    logLevel: 'silent',
  });
  const child: ChildProcess = spawn(process.execPath, [program, '--key-folder', folder, '--scenario', 'wrong-amount']);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    const lines: string[] = [];
    const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
      if (!child.stdout) throw new Error('no output');
      createInterface(child.stdout).on('line', (line) => {
        lines.push(line);
        const entry = JSON.parse(line);
        if (entry.event === 'ready') resolve(entry);
      });
      child.once('exit', () => reject(new Error('ended before it was ready')));
    });
    const { acquirer } = ready['ports'] as { acquirer: number; control: number };
    const keys = await generateKeys(folder);
    const antom = createAntom(
      antomOptions(`http://127.0.0.1:${acquirer}`, {
        clientId: String(ready['clientId']),
        privateKeyPem: keys.merchantPrivatePem,
        antomPublicKeyPem: keys.acquirerPublicPem,
      }),
    );
    const request = payRequest({ expiresAt: new Date(Date.now() + 60_000) });
    expect(await antom.pay(request)).toMatchObject({ kind: 'paid', money: { amount: 3551, currency: 'HKD' } });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['ready', 'call', 'stopped']);
    expect(lines.join('\n')).not.toContain(request.code);
    expect(lines.join('\n')).not.toMatch(/BEGIN|PRIVATE/);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});

test.each([
  ['antom', 'relay/example.toml', []],
  ['codepay', 'relay/example-codepay.toml', [SANDBOX_MERCHANT_NO]],
] as const)(
  'what the first page says of a relay with the sandbox of %s is a config, and of this sandbox',
  async (kind, file, more) => {
    const [page, example] = await Promise.all(['README.md', file].map((path) => readFile(path, 'utf8')));
    const row = page?.split('\n').find((line) => line.startsWith(`| \`${kind}\` |`)) ?? '';
    const said = [...`${row} ${/base_url = "http:[^"]+"/.exec(page ?? '')?.[0]}`.matchAll(/([a-z_]+) = "([^"]+)"/g)];
    expect(said.length).toBeGreaterThan(2);
    let text = example ?? '';
    for (const [whole, key] of said) text = text.replace(new RegExp(`^${key} = ".*?"`, 'm'), whole);
    for (const [whole] of said) expect(text).toContain(`\n${whole}`);
    expect(parseConfig(text, file).account).toMatchObject([{ kind, base_url: 'http://127.0.0.1:8081' }]);
    expect(row).toContain(`"${protocols[kind].clientId}"`);
    for (const word of more) expect(row).toContain(`"${word}"`);
  },
);
