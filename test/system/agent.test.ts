import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../agent/config/load.js';
import { type Agent, startAgent } from '../../agent/main.js';
import { BuiltInBroker } from '../../deploy/demo/broker.js';
import { bootTag } from '../../protocol/ids.js';
import { openPty, type Pty } from '../support/pty.js';
import { ScriptedRelay } from '../support/scripted-relay.js';
import { sleep, until } from '../support/wait.js';

/** The agent as it ships, on a real broker and a real serial line; the relay's end of the wire is played by hand. */

const code = '281006020123456789012345';
let folder = '';
let pty: Pty;
let broker: BuiltInBroker;
let relay: ScriptedRelay;
let agent: Agent | undefined;
let api = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qz-agent-'));
  pty = await openPty();
  broker = new BuiltInBroker();
  await broker.start();
  relay = await ScriptedRelay.connect(broker.url, 'k1');
});
afterEach(async () => {
  await agent?.stop();
  agent = undefined;
  await relay.stop();
  await broker.stop();
  await pty.close();
  rmSync(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address && typeof address === 'object' ? address.port : 0;
}

async function start(): Promise<void> {
  const port = await freePort();
  api = `http://127.0.0.1:${port}`;
  agent = await startAgent(configWith(port));
}

function configWith(port: number) {
  const times = { resend_ms: 100, hello_retry_ms: 200, deadline_ms: 5_000, pay_valid_ms: 2_000 };
  const text = `
    kiosk = { name = "k1", board_serial = "test-board" }
    broker = { url = "${broker.url}", reconnect_base_ms = 50, reconnect_max_ms = 200 }
    journal = { directory = "${join(folder, 'journal')}" }
    scanner = { kind = "serial", path = "${pty.path}", duplicate_window_ms = 0 }
    display = { kind = "virtual" }
    indicator = { kind = "virtual" }
    actuator = { kind = "virtual", delay_ms = 0 }
    api = { port = ${port} }
    log = { level = "silent" }
    [timers]
    ${Object.entries(times)
      .map(([key, value]) => `${key} = ${value}`)
      .join('\n')}`;
  return parseConfig(text, join(folder, 'kiosk.toml'));
}

async function status(): Promise<{ service: string; reason?: string; counters: Record<string, number> }> {
  const response = await fetch(`${api}/v1/status`);
  return response.json() as Promise<{ service: string; reason?: string; counters: Record<string, number> }>;
}
const inService = () => until('in service', async () => (await status()).service === 'in-service');

async function place(): Promise<string> {
  const response = await fetch(`${api}/v1/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ amount: '35.50', currency: 'HKD', reference: 'A-12' }),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

async function pay() {
  await place();
  await pty.write(`${code}\r`);
  return until('Pay', () => relay.all('pay')[0]);
}

const approve = (attempt: string, boot: string) =>
  relay.say({ type: 'update', attempt, boot, standing: 'approved', leftMs: 0, receipt: 'RCPT1' });
const bootOf = () => bootTag(relay.all('hello')[0]?.nonce ?? '');

describe('the agent on the wire', () => {
  it('says Hello, is greeted, sends Pay, vends on approval, and reports until acknowledged', async () => {
    await start();
    await inService();
    const { attempt, ...rest } = await pay();
    expect(rest).toMatchObject({ code, amount: 3550, currency: 'HKD', issuer: 'alipayplus', reference: 'A-12' });
    approve(attempt, bootOf());
    await until('the report', () => relay.all('vend').some((v) => v.delivery === 'delivered'));
    await until('the report again', () => relay.all('vend').length >= 3);
    relay.say({ type: 'vend-ack', attempt });
    await sleep(300);
    const told = relay.all('vend').length;
    await sleep(500);
    expect(relay.all('vend')).toHaveLength(told);
  });

  it('sends Pay again until it is answered, under the same id and with the same code', async () => {
    await start();
    await inService();
    const first = await pay();
    await until('Pay again', () => relay.all('pay').length >= 3);
    for (const again of relay.all('pay')) expect(again).toEqual(first);
  });

  it('trap 30: stays out of service on a Welcome for another boot, and takes no scan', async () => {
    relay.welcoming = false;
    await start();
    const hello = await until('Hello', () => relay.all('hello')[0]);
    relay.welcome(hello, { nonce: 'ff'.repeat(16) });
    await until('counted', async () => (await status()).counters['welcome-not-ours']);
    expect(await status()).toMatchObject({ service: 'out-of-service', reason: 'relay' });
    await pty.write(`${code}\r`);
    await until('the scan is counted', async () => (await status()).counters['scan-while-closed']);
    expect(relay.all('pay')).toEqual([]);
  });

  it('goes out of service when the relay says it is gone, and comes back by itself', async () => {
    await start();
    await inService();
    relay.welcoming = false;
    await relay.state(false);
    await until('out of service', async () => (await status()).service === 'out-of-service');
    relay.welcoming = true;
    await relay.state(true);
    await inService();
  });

  it('goes out of service without a broker, and comes back by itself', async () => {
    await start();
    await inService();
    await broker.restart(300);
    await until('out of service', async () => (await status()).service === 'out-of-service');
    await inService();
    expect(relay.all('hello').length).toBeGreaterThan(1);
  });

  it('answers a challenge with its echo', async () => {
    relay.welcoming = false;
    await start();
    const hello = await until('Hello', () => relay.all('hello')[0]);
    const challenge = 'cc'.repeat(16);
    relay.say({ type: 'challenge', nonce: hello.nonce, challenge });
    await until('the echo', () => relay.all('hello').some((h) => h.challenge === challenge));
  });

  it('trap 30: lists in the next boot what this one left open, as "not delivered", with its boot in the chain', async () => {
    await start();
    await inService();
    const { attempt } = await pay();
    const first = relay.all('hello')[0];
    await until('a record', () => relay.all('pay').length >= 2);
    await agent?.stop();
    await start();
    const next = await until('Hello of the next boot', () => relay.all('hello').find((h) => h.nonce !== first?.nonce));
    expect(next).toMatchObject({ epoch: first?.epoch, number: 2, open: [{ attempt, delivery: 'not-delivered' }] });
    expect(next.chain).toEqual([next.nonce, first?.nonce]);
  });

  it('refuses garbage from the wire, counts it, and works on', async () => {
    await start();
    await inService();
    relay.raw(Buffer.from('not protobuf at all'));
    relay.raw(Buffer.alloc(10_000, 7));
    await until('counted', async () => ((await status()).counters['frame-refused'] ?? 0) >= 2);
    expect((await pay()).amount).toBe(3550);
  });

  it('leaves the journal alone when it cannot start: its boot stays the one that the relay knows', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    await expect(startAgent(configWith(port))).rejects.toThrow(/EADDRINUSE/);
    await new Promise((resolve) => taken.close(resolve));
    await start();
    await inService();
    expect(relay.all('hello')[0]).toMatchObject({ number: 1 });
  });

  it('shows in its status, at every later start too, that its card has lost part of the journal', async () => {
    const restart = async () => {
      await agent?.stop();
      await start();
      return (await status()).counters['journal-gap'];
    };
    for (let n = 0; n < 3; n++) expect(await restart()).toBeUndefined();
    await agent?.stop();
    // The block of the second start: the third one's says that it was durable.
    const segment = join(folder, 'journal', 'segment-0');
    writeFileSync(segment, readFileSync(segment).fill(0, 4_096, 8_192));
    agent = undefined;
    for (let n = 0; n < 3; n++) expect(await restart()).toBe(1);
  });

  it('is out of service while its scanner is gone', async () => {
    await start();
    await inService();
    await pty.unplug();
    await until('out of service', async () => (await status()).reason === 'scanner');
  });
});
