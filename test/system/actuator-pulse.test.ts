import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseConfig } from '../../agent/config/load.js';
import { type Agent, startAgent } from '../../agent/main.js';
import { BuiltInBroker } from '../../deploy/demo/broker.js';
import { bootTag } from '../../protocol/ids.js';
import { freePort } from '../support/free-port.js';
import { openPty, type Pty } from '../support/pty.js';
import { ScriptedRelay } from '../support/scripted-relay.js';
import { FakeSysfs } from '../support/sysfs.js';
import { until } from '../support/wait.js';

/** The agent as it ships, with a relay and a sensor in a folder that plays /sys; its scanner is a real serial line. */

const code = '281006020123456789012345';
const SENSOR = 512 + 23;
const oneShots = (sys: FakeSysfs) => sys.heard.filter((text) => text === '1').length;
let api = '';
let folder = '';
let pty: Pty;
let broker: BuiltInBroker;
let relay: ScriptedRelay;
let sys: FakeSysfs;
let agent: Agent | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qz-pulse-'));
  sys = new FakeSysfs();
  sys.gpioChip('pinctrl-bcm2711', 512);
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
  sys.close();
  rmSync(folder, { recursive: true });
});

async function start(actuator: string): Promise<void> {
  const port = await freePort();
  api = `http://127.0.0.1:${port}/v1`;
  const text = `
    kiosk = { name = "k1", board_serial = "test-board" }
    broker = { url = "${broker.url}", reconnect_base_ms = 50, reconnect_max_ms = 200 }
    journal = { directory = "${join(folder, 'journal')}" }
    scanner = { kind = "serial", path = "${pty.path}", duplicate_window_ms = 0 }
    display = { kind = "virtual" }
    indicator = { kind = "virtual" }
    timers = { resend_ms = 100, hello_retry_ms = 200, final_screen_ms = 100 }
    api = { port = ${port} }
    log = { level = "silent" }
    [actuator]
    kind = "pulse"
    pulse_ms = 60
    # A folder is no kernel, and this machine may be busy.
    tolerance_ms = 1000
    ${actuator}`;
  agent = await startAgent(parseConfig(text, join(folder, 'kiosk.toml')), { sysRoot: sys.root, load: sys.loadOnoff });
}

async function place(): Promise<boolean> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ amount: '35.50', currency: 'HKD', reference: 'A-12' });
  return (await fetch(`${api}/orders`, { method: 'POST', headers, body })).status === 201;
}

/** An order, its scan, and the approval. */
async function pay(): Promise<string> {
  const before = relay.all('pay').length;
  await until('an order', place);
  await pty.write(`${code}\r`);
  const { attempt } = await until('Pay', () => relay.all('pay')[before]);
  const boot = bootTag(relay.all('hello').at(-1)?.nonce ?? '');
  relay.say({ type: 'update', attempt, boot, standing: 'approved', leftMs: 0, receipt: 'RCPT1' });
  return attempt;
}

/** How the vend went; then the relay ends the attempt, so that the next order may come. */
async function word(attempt: string): Promise<string> {
  const said = () => relay.all('vend').find((v) => v.attempt === attempt)?.delivery;
  const found = await until('the word on the vend', said);
  const boot = bootTag(relay.all('hello').at(-1)?.nonce ?? '');
  relay.say({ type: 'vend-ack', attempt });
  if (found !== 'delivered') relay.say({ type: 'update', attempt, boot, standing: 'reversed', leftMs: 0, receipt: '' });
  return found;
}
const led = 'output = { back_end = "led", led = "kiosk-relay" }';
const sensor = 'sensor = { chip = "pinctrl-bcm2711", line = 23, debounce_ms = 1, within_ms = 300, clear_ms = 2000';
const sensorRead = () => until('the sensor is read', () => sys.read(`class/gpio/gpio${SENSOR}/edge`) === 'both');

it('order, scan, pulse, goods under the sensor: delivered, one pulse', async () => {
  const at = sys.led('kiosk-relay');
  await start(`${led}\n${sensor} }`);
  await sensorRead();
  const attempt = await pay();
  await until('the relay is on', () => sys.read(`${at}/brightness`) !== '0');
  sys.level(SENSOR, 1);
  setTimeout(() => sys.level(SENSOR, 0), 30);
  expect(await word(attempt)).toBe('delivered');
  expect(sys.read(`${at}/brightness`)).toBe('0');
  expect(oneShots(sys)).toBe(1);
});

it.each(['failed', 'doubtful'] as const)('a good pulse and no goods is what the config says: %s', async (silent) => {
  sys.led('kiosk-relay');
  await start(`${led}\n${sensor}, silent = "${silent}" }`);
  await sensorRead();
  expect(await word(await pay())).toBe(silent);
  expect(oneShots(sys)).toBe(1);
});

it('without a sensor a pulse of the right width is delivered', async () => {
  sys.led('kiosk-relay');
  await start(led);
  expect(await word(await pay())).toBe('delivered');
  expect(oneShots(sys)).toBe(1);
});

it('a relay that is not there: nothing is pulsed, the status counts it, and once it is there it serves', async () => {
  await start(led);
  expect(await word(await pay())).toBe('failed');
  const counters = async () => ((await (await fetch(`${api}/status`)).json()) as { counters: object }).counters;
  expect(await counters()).toMatchObject({ 'actuator-fault': expect.any(Number) });
  sys.led('kiosk-relay');
  await until('a vend that is delivered', async () => (await word(await pay())) === 'delivered', 10_000);
  expect(oneShots(sys)).toBe(1);
});
