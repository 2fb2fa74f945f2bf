import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BuiltInBroker } from '../../deploy/demo/broker.js';
import { bootTag } from '../../protocol/ids.js';
import { builtInTable } from '../../protocol/issuer-table/built-in.js';
import { openPty, type Pty } from '../support/pty.js';
import { ScriptedRelay } from '../support/scripted-relay.js';
import { until } from '../support/wait.js';

/** Issuer tables pushed to the agent as it ships, in a process of its own, by file and SIGHUP. */

const cli = fileURLToPath(new URL('../../dist/agent/cli.js', import.meta.url));
const newpay = {
  issuer: 'newpay',
  prefixes: ['77'],
  lengths: [20],
  charset: 'digits',
  source: 'docs.newpay.example',
  confidence: 'official',
};
const code = '77123456789012345678';

let folder = '';
let table = '';
let pty: Pty;
let broker: BuiltInBroker;
let relay: ScriptedRelay;
let child: ChildProcess | undefined;
let lines: { readonly event?: string; readonly faults?: readonly string[]; readonly ports?: { api: number } }[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qz-issuer-table-'));
  table = join(folder, 'issuers.json');
  lines = [];
  pty = await openPty();
  broker = new BuiltInBroker();
  await broker.start();
  relay = await ScriptedRelay.connect(broker.url, 'k1');
});
afterEach(async () => {
  await stop();
  await relay.stop();
  await broker.stop();
  await pty.close();
  rmSync(folder, { recursive: true });
});

const push = (version: number, ...rows: readonly object[]): void =>
  writeFileSync(table, JSON.stringify({ ...builtInTable, version, rows: [...builtInTable.rows, ...rows] }));

function writeConfig(): string {
  const file = join(folder, 'kiosk.toml');
  writeFileSync(
    file,
    `
    kiosk = { name = "k1", board_serial = "test-board" }
    broker = { url = "${broker.url}", reconnect_base_ms = 50, reconnect_max_ms = 200 }
    journal = { directory = "journal" }
    scanner = { kind = "serial", path = "${pty.path}", duplicate_window_ms = 0, issuer_table_file = "issuers.json" }
    display = { kind = "virtual" }
    indicator = { kind = "virtual" }
    actuator = { kind = "virtual", delay_ms = 0 }
    api = { port = 0 }
    timers = { hello_retry_ms = 200 }`,
  );
  return file;
}

async function start(onFirstLine = (_agent: ChildProcess): void => undefined): Promise<void> {
  const agent = spawn(process.execPath, [cli, 'run', '--config', writeConfig()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = agent;
  agent.stdout.once('data', () => onFirstLine(agent));
  let rest = '';
  agent.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const [last = '', ...whole] = (rest + chunk).split('\n').reverse();
    rest = last;
    lines.push(...whole.reverse().map((line) => JSON.parse(line)));
  });
  await until('in service', async () => (await status())?.service === 'in-service');
}

async function stop(): Promise<void> {
  const agent = child;
  child = undefined;
  if (agent === undefined || agent.exitCode !== null || agent.signalCode !== null) return;
  const ended = new Promise((resolve) => agent.once('exit', resolve));
  agent.kill('SIGTERM');
  expect(await ended).toBe(0);
}

const api = (): string => `http://127.0.0.1:${lines.find((line) => line.event === 'ready')?.ports?.api}`;

async function status(): Promise<{ service: string; counters: Record<string, number> } | undefined> {
  if (!lines.some((line) => line.event === 'ready')) return undefined;
  return (await (await fetch(`${api()}/v1/status`)).json()) as { service: string; counters: Record<string, number> };
}
const counted = (name: string, times: number) =>
  until(`${name} ${times}`, async () => ((await status())?.counters[name] ?? 0) >= times);

/** The log's line: it comes by another way than the counters. */
const refusal = () => until('the refusal', () => lines.find((line) => line.event === 'issuer-table-refused'));

async function place(): Promise<void> {
  const response = await fetch(`${api()}/v1/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ amount: '35.50', currency: 'HKD', reference: 'A-12' }),
  });
  expect(response.status).toBe(201);
}

describe('an issuer table that is pushed', () => {
  it('brings a new issuer without a restart; a bad one is refused, and the one in use goes on', async () => {
    push(builtInTable.version);
    // The first line comes before it is ready: a signal so early must not end it.
    await start((agent) => agent.kill('SIGHUP'));
    await place();
    await pty.write(`${code}\r`);
    await counted('scan-rejected-unknown-prefix', 1);
    expect(relay.all('pay')).toEqual([]);

    push(builtInTable.version + 1, newpay);
    child?.kill('SIGHUP');
    await counted('issuer-table-adopted', 1);

    push(builtInTable.version + 2, { ...newpay, lengths: [21] }, { ...newpay, issuer: 'X', prefixes: ['7'] });
    child?.kill('SIGHUP');
    await counted('issuer-table-refused', 1);
    expect((await refusal()).faults).toEqual([
      expect.stringMatching(/^rows\[20\]\.issuer: found text "X", expected /),
      expect.stringMatching(/^rows\[20\]\.prefixes\[0\]: found text "7", expected /),
    ]);

    await pty.write(`${code}\r`);
    const pay = await until('Pay', () => relay.all('pay')[0]);
    expect(pay).toMatchObject({ code, issuer: 'newpay', amount: 3550 });

    // A table does not touch what was scanned before: the attempt is vended though its issuer is gone.
    push(builtInTable.version + 3);
    child?.kill('SIGHUP');
    await counted('issuer-table-adopted', 2);
    const { attempt } = pay;
    const boot = bootTag(relay.all('hello')[0]?.nonce ?? '');
    relay.say({ type: 'update', attempt, boot, standing: 'approved', leftMs: 0, receipt: 'RCPT1' });
    await until('the report', () => relay.all('vend').some((v) => v.attempt === attempt && v.delivery === 'delivered'));
  });

  it('does not keep a kiosk from starting when it is bad, outdated or missing: the built-in one is used', async () => {
    const bad: readonly (readonly [() => void, string])[] = [
      [() => undefined, 'ENOENT'],
      [() => writeFileSync(table, '{"schema": 1,'), 'no JSON'],
      [() => push(builtInTable.version - 1, newpay), 'outdated'],
    ];
    for (const [prepare, fault] of bad) {
      prepare();
      lines = [];
      await start();
      expect((await status())?.counters).toMatchObject({ 'issuer-table-refused': 1 });
      expect((await refusal()).faults?.join()).toContain(fault);
      await stop();
    }
  });
});

describe('quietzone check', () => {
  const check = () => spawnSync(process.execPath, [cli, 'check', writeConfig()], { encoding: 'utf8' });

  it('reads the table too, and tells its faults under its name', () => {
    push(builtInTable.version + 1, newpay);
    expect(check()).toMatchObject({ status: 0, stdout: `${join(folder, 'kiosk.toml')}: valid\n`, stderr: '' });
    push(builtInTable.version + 1, { ...newpay, issuer: 'other', prefixes: ['25'], lengths: [24] });
    const { status: exit, stdout, stderr } = check();
    expect([exit, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      new RegExp(`^${table}:\n {2}rows\\[19\\]: found prefix 25 of other that rows\\[1\\] \\(alipayplus\\)`),
    );
  });
});
