// The shipped agent is killed, or loses its broker, in each state of a wallet's linking and of a press that waits: nothing
// is asked, pressed or vended by itself afterwards, and no code is in what it leaves behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BuiltInBroker } from '../../deploy/demo/broker.js';
import type { WebScreen } from '../../drivers/web/front.js';
import { bootTag } from '../../protocol/ids.js';
import type { LinkResult, PayLinked, Update } from '../../protocol/messages.js';
import { firstCode, memberCode, shortLink } from '../support/kiosk.js';
import { openPage, type PageClient } from '../support/page-client.js';
import { openPty, type Pty } from '../support/pty.js';
import { ScriptedRelay } from '../support/scripted-relay.js';
import { freePort } from '../support/services.js';
import { sleep, until } from '../support/wait.js';

const cli = fileURLToPath(new URL('../../dist/agent/cli.js', import.meta.url));
/** Of a member code, of a first payment's, and of a short link: none may be written down anywhere. */
const secrets = [memberCode, firstCode, 'ABCD2345'];
/** Of a link or an attempt that nobody has begun. */
const unknown = '0e'.repeat(16);
/** Longer than several of the kiosk's own waits before it says something again. */
const SEVERAL_RESENDS_MS = 500;

let folder = '';
let pty: Pty;
let broker: BuiltInBroker;
let relay: ScriptedRelay;
let page: PageClient | undefined;
let child: ChildProcess | undefined;
let ports: { api: number; web: number };
let printed = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qz-linking-killed-'));
  pty = await openPty();
  broker = new BuiltInBroker();
  await broker.start();
  relay = await ScriptedRelay.connect(broker.url, 'k1');
  ports = { api: await freePort(), web: await freePort() };
  printed = '';
});
afterEach(async () => {
  await kill();
  await relay.stop();
  await broker.stop();
  await pty.close();
  rmSync(folder, { recursive: true });
});

async function start(): Promise<void> {
  const file = join(folder, 'kiosk.toml');
  writeFileSync(
    file,
    `
    kiosk = { name = "k1", board_serial = "test-board" }
    broker = { url = "${broker.url}", reconnect_base_ms = 50, reconnect_max_ms = 200 }
    journal = { directory = "journal" }
    scanner = { kind = "serial", path = "${pty.path}", duplicate_window_ms = 0 }
    display = { kind = "web", languages = ["en"] }
    indicator = { kind = "virtual" }
    actuator = { kind = "virtual", delay_ms = 0 }
    linking = { wallets = ["alipayhk"] }
    web = { port = ${ports.web} }
    api = { port = ${ports.api} }
    log = { level = "trace" }
    timers = { resend_ms = 100, hello_retry_ms = 200, final_screen_ms = 500 }`,
  );
  const agent = spawn(process.execPath, [cli, 'run', '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  child = agent;
  for (const stream of [agent.stdout, agent.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
    });
  }
  page = await until('the page', () => openPage(ports.web).catch(() => undefined), 20_000);
  await shows('idle');
}

async function kill(): Promise<void> {
  const agent = child;
  child = undefined;
  page?.close();
  if (agent === undefined || agent.exitCode !== null) return;
  const ended = new Promise((resolve) => agent.once('exit', resolve));
  agent.kill('SIGKILL');
  await ended;
}

const screen = (): (WebScreen & { shown: number }) | null =>
  (page?.last('screen') ?? null) as (WebScreen & { shown: number }) | null;
const shows = (kind: string) => until(kind, () => screen()?.kind === kind && screen());
const bootOf = (): string => bootTag(relay.all('hello').at(-1)?.nonce ?? '');

const call = async (path: string, body: object): Promise<number> => {
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', headers, body: JSON.stringify(body) };
  return (await fetch(`http://127.0.0.1:${ports.api}${path}`, request)).status;
};
const arm = async (): Promise<void> => {
  expect(await call('/v1/orders', { amount: '12.00', currency: 'HKD', reference: 'A-1' })).toBe(201);
  await shows('armed');
};
/** Of the boot that scanned it, whoever is asked now. */
const update = (attempt: string, boot: string, standing: Update['standing']) =>
  relay.say({ type: 'update', attempt, boot, standing, leftMs: 15_000, receipt: 'RCPT1' });
const result = (link: string, state: LinkResult['state'], more: Partial<LinkResult> = {}) =>
  relay.say({ type: 'link-result', link, state, digits: '', leftMs: 0, code: '', ...more });
const linkOf = (): string => relay.all('link')[0]?.link ?? unknown;
const payOf = (): PayLinked | undefined => relay.all('pay-linked')[0];

// Each goes on from the one above it.
const asked = async (): Promise<void> => {
  await arm();
  expect(await call('/v1/link', { wallet: 'alipayhk' })).toBe(201);
  await until('Link', () => relay.all('link').length > 0);
};
const offered = async (): Promise<void> => {
  await asked();
  relay.say({ type: 'link-code', link: linkOf(), code: shortLink, leftMs: 180_000 });
  await shows('link-offered');
};
const opened = async (): Promise<void> => {
  await offered();
  result(linkOf(), 'opened', { digits: '47', leftMs: 150_000 });
  await shows('link-opened');
};
const authorised = async (): Promise<void> => {
  await opened();
  result(linkOf(), 'authorised', { digits: '47' });
  await shows('link-authorised');
};
const paying = async (): Promise<void> => {
  await authorised();
  result(linkOf(), 'linked', { code: firstCode });
  await until('the first payment', payOf);
};

const scanned = async (): Promise<void> => {
  await arm();
  await pty.write(`${memberCode}\r`);
  await until('the payment', payOf);
};
const waiting = async (): Promise<void> => {
  await scanned();
  update(payOf()?.attempt ?? unknown, bootOf(), 'confirm-pending');
  await shows('press-to-pay');
};
const pressed = async (): Promise<void> => {
  await waiting();
  expect(await call('/v1/press', {})).toBe(200);
  await until('the press', () => relay.all('pay-linked').some((body) => body.pressed));
};

function expectNothingWritten(): void {
  const journal = join(folder, 'journal');
  const files = readdirSync(journal).map((name) => readFileSync(join(journal, name), 'latin1'));
  expect(files.length).toBeGreaterThan(0);
  expect(printed).toContain('"event":"ready"');
  for (const secret of secrets) for (const text of [printed, ...files]) expect(text.includes(secret)).toBe(false);
}

describe.each([
  ['the relay has no code yet', asked],
  ['a code is on the display', offered],
  ['a phone has opened it', opened],
  ['its owner has agreed', authorised],
  ['the first payment is under way', paying],
  ['a member code was scanned', scanned],
  ['a press is waited for', waiting],
  ['the press is said', pressed],
])('killed while %s', (_, reach) => {
  it('comes back without it, presses and asks nothing, and has left no code behind', async () => {
    await start();
    await reach();
    const [link, attempt, boot] = [linkOf(), payOf()?.attempt, bootOf()];
    await kill();
    relay.heard.length = 0;
    await start();
    const [hello] = relay.all('hello');
    expect(bootOf()).not.toBe(boot);
    // Listed if the card has kept it, and never as anything else.
    for (const one of hello?.open ?? []) expect(one).toEqual({ attempt, delivery: 'not-delivered' });

    // Whatever is still said of before: late words of a relay that has not heard of the new boot.
    relay.say({ type: 'link-code', link, code: shortLink, leftMs: 180_000 });
    result(link, 'opened', { digits: '47', leftMs: 150_000 });
    await arm();
    result(link, 'linked', { code: firstCode });
    update(attempt ?? unknown, boot, 'confirm-pending');
    await sleep(SEVERAL_RESENDS_MS);
    expect(screen()).toMatchObject({ kind: 'armed' });
    expect(await call('/v1/press', {})).toBe(409);
    expect((await fetch(`http://127.0.0.1:${ports.api}/v1/link`)).status).toBe(404);
    expect([relay.all('link'), relay.all('pay-linked'), relay.all('pay')]).toEqual([[], [], []]);

    // Paid all the same: it is told that nothing went out, and nothing does.
    update(attempt ?? unknown, boot, 'approved');
    await until('the report', () => relay.all('vend')[0]);
    for (const vend of relay.all('vend')) expect(vend.delivery).toBe('not-delivered');
    expect(screen()).toMatchObject({ kind: 'armed' });
    expectNothingWritten();
  });
});

describe('without a broker', () => {
  /** As after a restart of its machine: nothing is retained, so the relay says again that it is there. */
  async function brokerBack(): Promise<void> {
    const hellos = relay.all('hello').length;
    await broker.start();
    await until('the relay is back', () => relay.state(true).then(() => true));
    await until('Hello', () => relay.all('hello').length > hellos, 20_000);
  }

  it('the digits leave the display, and are there again with the same link', async () => {
    await start();
    await opened();
    await broker.stop();
    await shows('out-of-service');
    expect(JSON.stringify(screen())).not.toContain('47');
    await brokerBack();
    expect(await shows('link-opened')).toMatchObject({ digits: '47' });
    await until('Link again', () => relay.all('link').length > 3);
    expect(new Set(relay.all('link').map(({ link }) => link)).size).toBe(1);
    result(linkOf(), 'linked', { code: firstCode });
    expect(await until('the first payment', payOf)).toMatchObject({ pressed: true, code: firstCode });
    expectNothingWritten();
  });

  it('a press is kept, said as soon as somebody listens, and not by itself before', async () => {
    await start();
    await waiting();
    await broker.stop();
    expect(await call('/v1/press', {})).toBe(200);
    expect(await call('/v1/press', {})).toBe(409);
    await brokerBack();
    await until('the press', () => relay.all('pay-linked').some((body) => body.pressed));
    const { attempt } = relay.all('pay-linked').at(-1) ?? { attempt: unknown };
    update(attempt, bootOf(), 'submitted');
    update(attempt, bootOf(), 'approved');
    await until('delivered', () => relay.all('vend').some(({ delivery }) => delivery === 'delivered'));
    expect(new Set(relay.all('pay-linked').map((body) => body.attempt)).size).toBe(1);
    expectNothingWritten();
  });

  it('one that was not pressed is told of again, still unpressed, and can be pressed then', async () => {
    await start();
    await waiting();
    await broker.stop();
    await brokerBack();
    const before = relay.all('pay-linked').length;
    await until('told again', () => relay.all('pay-linked').length > before);
    await sleep(SEVERAL_RESENDS_MS);
    expect(relay.all('pay-linked').map((body) => body.pressed)).not.toContain(true);
    expect(await call('/v1/press', {})).toBe(200);
    await until('the press', () => relay.all('pay-linked').some((body) => body.pressed));
  });
});
