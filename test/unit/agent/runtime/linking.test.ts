// A linked wallet through the agent's own wiring: buttons, API's desk, loop, wire; the display and the relay by hand.
import { afterEach, describe, expect, it } from 'vitest';
import { Decoder } from '../../../../agent/decode/decoder.js';
import { framingProfile } from '../../../../agent/decode/framer.js';
import { compileIssuers } from '../../../../agent/decode/issuers.js';
import { MemoryJournal } from '../../../../agent/journal/memory.js';
import { OrderLog } from '../../../../agent/orders/log.js';
import { present } from '../../../../agent/presentation/present.js';
import { Counters } from '../../../../agent/runtime/counters.js';
import { Front } from '../../../../agent/runtime/front.js';
import { assembleKiosk, type CodeDisplay, type Kiosk } from '../../../../agent/runtime/kiosk.js';
import { pressHandlers } from '../../../../agent/runtime/presses.js';
import { VirtualActuator } from '../../../../drivers/actuator/virtual.js';
import { VirtualButtons } from '../../../../drivers/button/virtual.js';
import { type Clock, systemClock } from '../../../../drivers/clock.js';
import { modulesOf } from '../../../../drivers/display/qr.js';
import { VirtualDisplay } from '../../../../drivers/display/virtual.js';
import { VirtualIndicator } from '../../../../drivers/indicator/virtual.js';
import { decodeUp, encodeDown } from '../../../../protocol/codec.js';
import { bootTag } from '../../../../protocol/ids.js';
import { builtInTable } from '../../../../protocol/issuer-table/built-in.js';
import type { DownBody, LinkResult, UpBody } from '../../../../protocol/messages.js';
import { firstCode, memberCode, shortLink, timers } from '../../../support/kiosk.js';
import { until } from '../../../support/wait.js';

const kiosks: Kiosk[] = [];
afterEach(() => {
  for (const kiosk of kiosks.splice(0)) kiosk.loop.stop();
});

async function rig(codes: CodeDisplay = { modulesMost: 29, modulesOf }, clock: Clock = systemClock) {
  let random = 0;
  const bytes = (n: number) => Buffer.alloc(n, ++random);
  const journal = new MemoryJournal();
  const replay = await journal.open({ board: 'b', random: bytes, wallMs: () => 0 });
  const sent: UpBody[] = [];
  const counters = new Counters();
  const [display, orders, buttons] = [new VirtualDisplay(), new OrderLog(), new VirtualButtons()];
  const wallets = ['alipayhk', 'dana'];
  const actuator = new VirtualActuator({ result: 'delivered', delayMs: 0 });
  await actuator.start();
  const front = new Front(display, new VirtualIndicator(), (view) => present(view, ['en'], { links: wallets }));
  const kiosk = assembleKiosk({
    ...{ name: 'k', board: 'b', version: '0', replay, journal, counters, orders, codes },
    ...{ clock, wallMs: Date.now, random: bytes, log: { info() {}, warn() {} } },
    actuator,
    front,
    timers: { ...timers, helloRetryMs: 1_000, roundTripMaxMs: 1_000 },
    profile: framingProfile(['cr'], { gapMs: 50, minLength: 4 }),
    decoder: new Decoder(compileIssuers(builtInTable, 'global')),
    ...{ duplicateWindowMs: 3_000, issuerTable: () => 1, report: () => 'unknown' as const },
    publish: (_, frame) => {
      sent.push(decodeUp(frame).body);
      return true;
    },
  });
  kiosks.push(kiosk);
  const { loop, desk, scans } = kiosk;
  await buttons.start(pressHandlers(desk, wallets, counters, (press) => front.offers(press, clock.now(), 0)));
  const hear = (body: DownBody) => loop.received(encodeDown({ seq: 1, relay: 'r', body }));
  for (const reason of ['starting', 'scanner'] as const) loop.dispatch({ type: 'opened', reason });
  loop.session({ type: 'connected' });
  const hello = sent.find((body) => body.type === 'hello');
  if (hello?.type !== 'hello') throw new Error('no Hello');
  hear({ type: 'welcome', nonce: replay.nonce, helloAtMs: hello.atMs, leaseMs: 60_000 });
  const all = <T extends UpBody['type']>(type: T) =>
    sent.filter((body): body is Extract<UpBody, { type: T }> => body.type === type);
  const update = (attempt: string, standing: 'confirm-pending' | 'approved') =>
    hear({ type: 'update', attempt, boot: bootTag(replay.nonce), standing, leftMs: 15_000, receipt: 'R' });
  const result = (state: LinkResult['state'], more: Partial<LinkResult> = {}) =>
    hear({
      type: 'link-result',
      link: all('link').at(-1)?.link ?? '',
      state,
      digits: '',
      leftMs: 0,
      code: '',
      ...more,
    });
  const scan = (text: string) => scans.data({ bytes: Buffer.from(`${text}\r`), atMs: clock.now(), endOfCode: false });
  const place = () => {
    const placed = desk.place({ amount: 1200, currency: 'HKD', reference: 'A-1' });
    if (!placed.ok) throw new Error(placed.code);
    return placed.order.id;
  };
  return { desk, display, buttons, counters, orders, loop, all, hear, update, result, scan, place };
}

describe('linking a wallet', () => {
  it('by a button, shown from the code to the digits, and paid in the same breath', async () => {
    const k = await rig();
    const order = k.place();
    k.buttons.press({ button: 'link', wallet: 'alipayhk' });
    const [link] = k.all('link');
    expect(link).toMatchObject({ wallet: 'alipayhk', modulesMost: 29, money: { amount: 1200, currency: 'HKD' } });
    expect(k.desk.linking()).toMatchObject({ link: link?.link, wallet: 'alipayhk', state: 'asked' });
    k.hear({ type: 'link-code', link: link?.link ?? '', code: shortLink, leftMs: 180_000 });
    expect(k.display.current).toMatchObject({ kind: 'link-offered', code: shortLink, amount: 'HK$12.00' });
    expect(k.desk.linking()).toMatchObject({ state: 'offered', code: shortLink, leftMs: expect.closeTo(180_000, -3) });
    k.result('opened', { digits: '47', leftMs: 100_000 });
    expect(k.display.current).toMatchObject({ kind: 'link-opened', digits: '47' });
    expect(k.desk.linking()).toMatchObject({ state: 'opened', digits: '47' });
    k.result('linked', { code: firstCode });
    const [pay] = k.all('pay-linked');
    expect(pay).toMatchObject({ code: firstCode, pressed: true, amount: 1200, issuer: 'linked-wallet' });
    expect(pay?.attempt.slice(0, 16)).toBe(order);
    expect(k.desk.linking()).toEqual({ link: link?.link, wallet: 'alipayhk', state: 'linked' });
    k.update(pay?.attempt ?? '', 'approved');
    await until('delivered', () => k.all('vend').some(({ delivery }) => delivery === 'delivered'));
    expect(k.orders.history(order).map(({ event }) => event.state)).toEqual([
      ...['armed', 'submitted', 'approved', 'vending', 'ended'],
    ]);
  });

  it('a button that names no wallet is for the first one, and one of a wallet that is not offered for none', async () => {
    const k = await rig();
    k.buttons.press({ button: 'link', wallet: 'gcash' });
    expect([k.all('link'), k.counters.get('button-link-unasked')]).toEqual([[], 1]);
    k.buttons.press({ button: 'link' });
    expect(k.all('link')).toMatchObject([{ wallet: 'alipayhk' }]);
    k.buttons.press({ button: 'link' });
    expect([k.all('link').length, k.counters.get('button-link-unasked')]).toEqual([1, 2]);
  });

  it('is offered again under an id of its own when the code has run out', async () => {
    const k = await rig();
    expect(k.desk.link('dana')).toMatchObject({ ok: true });
    k.result('expired');
    const [first, second] = k.all('link');
    expect(second).toMatchObject({ wallet: 'dana', givenUp: false });
    expect(second?.link).not.toBe(first?.link);
    expect(k.desk.linking()).toMatchObject({ link: second?.link, state: 'asked' });
  });

  it('measures a code once, however often it is told: that takes longer than a scan may wait', async () => {
    const measured: string[] = [];
    const k = await rig({ modulesMost: 29, modulesOf: (code) => measured.push(code) && modulesOf(code) });
    k.desk.link('dana');
    const say = (code: string) =>
      k.hear({ type: 'link-code', link: k.all('link')[0]?.link ?? '', code, leftMs: 180_000 });
    for (let second = 0; second < 5; second++) say(shortLink);
    expect(k.display.current).toMatchObject({ kind: 'link-offered', code: shortLink });
    say(`${shortLink}6`);
    expect(k.display.current).toMatchObject({ kind: 'link-offered', code: `${shortLink}6` });
    expect(measured).toEqual([shortLink, `${shortLink}6`]);
  });

  it('is given up by the kiosk app, once', async () => {
    const k = await rig();
    k.desk.link('dana');
    expect([k.desk.dropLink(), k.desk.dropLink()]).toEqual([true, false]);
    expect(k.all('link').map(({ givenUp }) => givenUp)).toEqual([false, true]);
    expect(k.desk.linking()).toMatchObject({ state: 'given-up' });
  });

  it('is for the staffed desk where the display shows no code, or not one so large', async () => {
    const none = await rig({ modulesMost: 0, modulesOf });
    none.buttons.press({ button: 'link' });
    expect([none.all('link'), none.counters.get('button-link-unasked')]).toEqual([[], 0]);
    expect(none.desk.link('dana')).toEqual({ ok: false, code: 'no-display' });
    expect(none.display.current?.kind).toBe('link-desk');
    const small = await rig({ modulesMost: 25, modulesOf });
    small.desk.link('dana');
    const code = `HTTPS://${'LONG.'.repeat(6)}EXAMPLE/L/ABCD2345`;
    small.hear({ type: 'link-code', link: small.all('link')[0]?.link ?? '', code, leftMs: 180_000 });
    expect(small.display.current?.kind).toBe('link-desk');
  });

  it('says that it is busy, or closed', async () => {
    const k = await rig();
    k.place();
    k.desk.link('dana');
    expect(k.desk.link('dana')).toEqual({ ok: false, code: 'busy' });
    k.loop.dispatch({ type: 'closed', reason: 'scanner' });
    k.desk.dropLink();
    expect(k.desk.link('dana')).toEqual({ ok: false, code: 'out-of-service', reason: 'scanner' });
  });
});

describe('a member code under the scanner', () => {
  it('asks for one press, and pays with it', async () => {
    const k = await rig();
    const order = k.place();
    k.scan(memberCode);
    const [first] = k.all('pay-linked');
    expect(first).toMatchObject({ code: memberCode, pressed: false, issuer: 'linked-wallet' });
    k.buttons.press({ button: 'pay' });
    expect([k.all('pay-linked').length, k.counters.get('button-pay-unasked')]).toEqual([1, 1]);
    k.update(first?.attempt ?? '', 'confirm-pending');
    expect(k.display.current).toMatchObject({
      ...{ kind: 'press-to-pay', amount: 'HK$12.00' },
      actions: [{ button: 'pay', labels: [{ text: 'Pay HK$12.00' }] }],
    });
    expect(k.desk.press('ff'.repeat(8))).toBe(false);
    k.buttons.press({ button: 'pay' });
    expect(k.all('pay-linked')).toEqual([first, { ...first, pressed: true }]);
    expect(k.desk.press()).toBe(false);
    expect(k.orders.history(order).map(({ event }) => event.state)).toEqual([
      ...['armed', 'submitted', 'confirm-pending'],
    ]);
    expect(JSON.stringify([k.orders.history(order), k.display.screens])).not.toContain(memberCode);
  });

  it('can be pressed through the API, for the order that waits, and cancelled there', async () => {
    const k = await rig();
    const order = k.place();
    k.scan(memberCode);
    k.update(k.all('pay-linked')[0]?.attempt ?? '', 'confirm-pending');
    expect(k.desk.press(order)).toBe(true);
    expect(k.all('pay-linked').map(({ pressed }) => pressed)).toEqual([false, true]);
    const other = await rig();
    const waiting = other.place();
    other.scan(memberCode);
    other.update(other.all('pay-linked')[0]?.attempt ?? '', 'confirm-pending');
    expect(other.desk.cancel(waiting)).toBe('aborting');
    expect(other.all('abort')).toHaveLength(1);
  });

  it('is not pressed when the time for it is over, and says so, however late its own timer comes', async () => {
    let now = 1_000;
    const clock: Clock = { now: () => now, after: () => () => {} };
    const k = await rig({ modulesMost: 29, modulesOf }, clock);
    const order = k.place();
    k.scan(memberCode);
    k.update(k.all('pay-linked')[0]?.attempt ?? '', 'confirm-pending');
    now += timers.payValidMs;
    expect(k.desk.press(order)).toBe(false);
    k.buttons.press({ button: 'pay' });
    expect(k.counters.get('button-pay-unasked')).toBe(1);
    expect(k.all('pay-linked').map(({ pressed }) => pressed)).toEqual([false]);
  });
});
