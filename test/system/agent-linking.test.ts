// A linked wallet at the agent as it ships: its page and API over HTTP, a real broker, a real serial line; the relay's
// end of the wire is played by hand.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseConfig } from '../../agent/config/load.js';
import { type Agent, startAgent } from '../../agent/main.js';
import { BuiltInBroker } from '../../deploy/demo/broker.js';
import type { WebScreen } from '../../drivers/web/front.js';
import { bootTag } from '../../protocol/ids.js';
import type { LinkResult } from '../../protocol/messages.js';
import { firstCode, memberCode, shortLink } from '../support/kiosk.js';
import { openPage, type PageClient } from '../support/page-client.js';
import { openPty, type Pty } from '../support/pty.js';
import { ScriptedRelay } from '../support/scripted-relay.js';
import { freePort } from '../support/services.js';
import { until } from '../support/wait.js';

let folder = '';
let pty: Pty;
let broker: BuiltInBroker;
let relay: ScriptedRelay;
let agent: Agent | undefined;
let page: PageClient;
let ports: { api: number; web: number };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qz-linking-'));
  pty = await openPty();
  broker = new BuiltInBroker();
  await broker.start();
  relay = await ScriptedRelay.connect(broker.url, 'k1');
});
afterEach(async () => {
  page?.close();
  await agent?.stop();
  agent = undefined;
  await relay.stop();
  await broker.stop();
  await pty.close();
  rmSync(folder, { recursive: true });
});

async function start(display = ''): Promise<void> {
  ports = { api: await freePort(), web: await freePort() };
  const text = `
    kiosk = { name = "k1", board_serial = "test-board" }
    broker = { url = "${broker.url}", reconnect_base_ms = 50, reconnect_max_ms = 200 }
    journal = { directory = "${join(folder, 'journal')}" }
    scanner = { kind = "serial", path = "${pty.path}" }
    display = { kind = "web", languages = ["en"]${display} }
    indicator = { kind = "virtual" }
    actuator = { kind = "virtual", delay_ms = 0 }
    linking = { wallets = ["alipayhk"] }
    web = { port = ${ports.web} }
    api = { port = ${ports.api} }
    log = { level = "silent" }
    timers = { resend_ms = 100, hello_retry_ms = 200, final_screen_ms = 500 }`;
  agent = await startAgent(parseConfig(text, join(folder, 'kiosk.toml')));
  page = await openPage(ports.web);
  await until('in service', () => screen()?.kind === 'idle');
}

const screen = (): WebScreen | null => (page.last('screen') ?? null) as WebScreen | null;
const shows = (kind: string) => until(kind, () => screen()?.kind === kind && screen());

async function post(
  port: number,
  path: string,
  body: object,
  headers = {},
): Promise<{ status: number; json: unknown }> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, json: text.startsWith('{') ? JSON.parse(text) : text };
}
const call = (path: string, body: object) => post(ports.api, path, body);
/** A button of the page, for the screen that it shows. */
const press = (body: object) => {
  const { shown } = page.last('screen') as { shown: number };
  return post(ports.web, '/press', { ...body, shown }, { origin: `http://127.0.0.1:${ports.web}` });
};

async function place(): Promise<string> {
  const { status, json } = await call('/v1/orders', { amount: '12.00', currency: 'HKD', reference: 'A-1' });
  expect(status).toBe(201);
  return (json as { id: string }).id;
}

const bootOf = () => bootTag(relay.all('hello')[0]?.nonce ?? '');
const update = (attempt: string, standing: 'approved' | 'confirm-pending' | 'submitted') =>
  relay.say({ type: 'update', attempt, boot: bootOf(), standing, leftMs: 15_000, receipt: 'RCPT1' });
const result = (link: string, state: LinkResult['state'], more: Partial<LinkResult> = {}) =>
  relay.say({ type: 'link-result', link, state, digits: '', leftMs: 0, code: '', ...more });

it('is linked from the page’s button to the first payment, and pays again by a member code and one press', async () => {
  await start();
  await place();
  await shows('armed');
  expect((await press({ button: 'link', wallet: 'alipayhk' })).status).toBe(200);
  const { link } = await until('Link', () => relay.all('link')[0]);
  await until('Link again', () => relay.all('link').length >= 3);
  for (const again of relay.all('link')) {
    expect(again).toEqual({
      ...{ type: 'link', link, wallet: 'alipayhk', modulesMost: 77, givenUp: false },
      money: { amount: 1200, currency: 'HKD' },
    });
  }
  relay.say({ type: 'link-code', link, code: shortLink, leftMs: 180_000 });
  expect(await shows('link-offered')).toMatchObject({ code: shortLink, amount: 'HK$12.00', qr: { size: 33 } });
  result(link, 'opened', { digits: '47', leftMs: 150_000 });
  expect(await shows('link-opened')).toMatchObject({ digits: '47' });
  expect(JSON.stringify(screen())).not.toContain(shortLink);
  const shown = await fetch(`http://127.0.0.1:${ports.api}/v1/link`);
  expect(await shown.json()).toMatchObject({ link, wallet: 'alipayhk', state: 'opened', digits: '47' });
  result(link, 'linked', { code: firstCode });
  const first = await until('the first payment', () => relay.all('pay-linked')[0]);
  expect(first).toMatchObject({ code: firstCode, pressed: true, amount: 1200, issuer: 'linked-wallet' });
  update(first.attempt, 'approved');
  await until('delivered', () => relay.all('vend').some(({ delivery }) => delivery === 'delivered'));
  relay.say({ type: 'vend-ack', attempt: first.attempt });
  relay.say({
    ...{ type: 'update', attempt: first.attempt, boot: bootOf(), standing: 'delivered' },
    ...{ leftMs: 0, receipt: 'RCPT1' },
  });

  const order = await until('the next order', async () => {
    const placed = await call('/v1/orders', { amount: '12.00', currency: 'HKD', reference: 'A-2' });
    return placed.status === 201 && (placed.json as { id: string }).id;
  });
  await shows('armed');
  await pty.write(`${memberCode}\r`);
  const second = await until('the second payment', () =>
    relay.all('pay-linked').find(({ code }) => code === memberCode),
  );
  expect(second).toMatchObject({ pressed: false, attempt: expect.stringMatching(`^${order}`) });
  update(second.attempt, 'confirm-pending');
  expect(await shows('press-to-pay')).toMatchObject({ actions: [{ button: 'pay' }] });
  expect((await press({ button: 'pay' })).status).toBe(200);
  await until('the press', () => relay.all('pay-linked').some(({ code, pressed }) => code === memberCode && pressed));
  update(second.attempt, 'submitted');
  update(second.attempt, 'approved');
  await until('delivered', () => relay.all('vend').some(({ attempt }) => attempt === second.attempt));
});

it('is pressed through the API too, once, and never without the question', async () => {
  await start();
  const order = await place();
  expect((await call('/v1/press', { order })).status).toBe(409);
  await pty.write(`${memberCode}\r`);
  const { attempt } = await until('the payment', () => relay.all('pay-linked')[0]);
  expect((await call('/v1/press', {})).status).toBe(409);
  update(attempt, 'confirm-pending');
  await shows('press-to-pay');
  expect(await call('/v1/press', { order })).toEqual({ status: 200, json: { result: 'pressed' } });
  expect((await call('/v1/press', { order })).status).toBe(409);
  await until('the press', () => relay.all('pay-linked').some(({ pressed }) => pressed));
});

it('asks for codes no larger than the config says, and for none where it can show none', async () => {
  await start(', qr_modules_most = 29');
  expect((await call('/v1/link', { wallet: 'dana' })).status).toBe(201);
  expect(await until('Link', () => relay.all('link')[0])).toMatchObject({ wallet: 'dana', modulesMost: 29 });
  await agent?.stop();
  page.close();
  const before = relay.all('link').length;
  await start(', qr_modules_most = 0');
  expect(await call('/v1/link', { wallet: 'dana' })).toMatchObject({
    status: 409,
    json: { error: { code: 'no-display' } },
  });
  await shows('link-desk');
  expect(relay.all('link').length).toBe(before);
});
