import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sleep, until } from '../../support/wait.js';
import { control } from '../acquirer/stage.js';
import {
  freshLink,
  type LinkedPhone,
  type LinkingKiosk,
  linkBy,
  openWhole,
  type Phone,
  type Whole,
} from './whole-stage.js';

/** Linked wallets, the whole way: a kiosk, a phone, a relay and a sandbox over real MQTT, HTTP and SQL. */

let whole: Whole;
let kiosk: LinkingKiosk;
beforeEach(async () => {
  whole = await openWhole();
  kiosk = await whole.kiosk();
}, 30_000);
afterEach(() => whole.stop());

const money = { amount: 1_200, currency: 'HKD' } as const;
const taken = (): [number, number] => {
  const { charged, returned } = whole.sandbox.ledger();
  return [charged, returned];
};
async function delivered(attempt: string): Promise<void> {
  await kiosk.hears(attempt, 'approved');
  await kiosk.vend(attempt, 'delivered');
  await kiosk.hearsAck(attempt);
}
/** Its page says so; asked as often as the page itself would. */
const pageSays = (phone: Phone, states: readonly string[]) =>
  until(`${states}`, async () => {
    await sleep(50);
    const { links } = await phone.state();
    return links.length > 0 && links.every(({ state }) => states.includes(state));
  });
const play = (body: object) => control(whole.sandbox, 'POST', 'linking', body);

test('links, pays in the same breath, pays again by member code and one press, refunds half, unlinks', async () => {
  const { phone, firstCode } = await linkBy(whole, kiosk, { money });
  const first = await kiosk.payLinked(firstCode, { pressed: true });
  await delivered(first);

  const code = await phone.code();
  const second = await kiosk.payLinked(code);
  await kiosk.hears(second, 'confirm-pending');
  expect(taken(), 'nothing before the press').toEqual([1_200, 0]);
  expect((await phone.state()).presses).toMatchObject([{ attempt: second, kiosk: 'lobby-1' }]);
  await kiosk.payLinked(code, { attempt: second, pressed: true });
  await delivered(second);
  expect(taken()).toEqual([2_400, 0]);

  const refund = { amount: 600, currency: 'HKD', reason: 'half was warm' };
  expect(await whole.operate(`/v1/payments/${second}/refunds`, refund)).toMatchObject({ status: 202 });
  await until('refunded', () => taken()[1] === 600);
  await until('told', () => whole.sandbox.notifications().some((sent) => sent.kind === 'refunded' && sent.taken));

  const { links } = await phone.state();
  await phone.post(`/M/${links[0]?.link}/unlink`);
  await pageSays(phone, ['unlinked']);
  expect(whole.sandbox.linking?.links()).toMatchObject([{ state: 'cancelled' }]);
  const late = await kiosk.payLinked(code, { pressed: true });
  await until('refused', () => kiosk.updates(late).some(({ standing }) => standing === 'refused'));
  expect(taken()).toEqual([2_400, 600]);
}, 60_000);

test('confirmed on the phone in place of the button', async () => {
  const { phone } = await linkBy(whole, kiosk);
  const attempt = await kiosk.payLinked(await phone.code());
  await kiosk.hears(attempt, 'confirm-pending');
  await phone.post(`/M/confirm/${attempt}`);
  await delivered(attempt);
  expect(taken()).toEqual([1_200, 0]);
}, 30_000);

test('beyond the merchant’s own limits of a payment and of a day it is refused, and the acquirer is not asked', async () => {
  const ends = ['refused', 'declined', 'approved'];
  const pay = async (of: LinkedPhone, amount: number) => {
    const attempt = await kiosk.payLinked(await of.phone.code(), { pressed: true, amount });
    return await until('an end', () => kiosk.updates(attempt).find(({ standing }) => ends.includes(standing)));
  };
  const linked = await linkBy(whole, kiosk, { money });
  const first = await kiosk.payLinked(linked.firstCode, { pressed: true, amount: 1_200 });
  await delivered(first);
  expect(await pay(linked, 10_001)).toMatchObject({ reason: 'over-limit' });
  const other = await linkBy(whole, kiosk, { money: { amount: 10_000, currency: 'HKD' } });
  await delivered(await kiosk.payLinked(other.firstCode, { pressed: true, amount: 10_000 }));
  expect(await pay(other, 5_001)).toMatchObject({ reason: 'over-limit' });
  expect(taken()).toEqual([11_200, 0]);
}, 60_000);

test('an unlinking whose answer is lost is said again until it is done', async () => {
  const { phone, link } = await linkBy(whole, kiosk);
  await play({ api: 'revoke', manner: 'drop' });
  await phone.post(`/M/${link}/unlink`);
  await pageSays(phone, ['unlinked']);
  expect(whole.sandbox.linking?.links()).toMatchObject([{ state: 'cancelled' }]);
}, 30_000);

describe('faults', () => {
  /** Its owner agrees before the consult is answered; `meanwhile`: what is done while it is not. */
  async function noticeFirst(meanwhile: (path: string, phone: Phone) => Promise<void>) {
    await whole.stop();
    // A second and a half for the first send.
    whole = await openWhole({ notifyFactor: 20 });
    kiosk = await whole.kiosk();
    whole.sandbox.setNotifyManner('late');
    await play({ api: 'consult', manner: 'after-the-notice' });
    const [link, phone] = [freshLink(), whole.phone()];
    await kiosk.link(link, { money });
    const { code } = await until('a code to show', () => kiosk.codes(link)[0]);
    await meanwhile(new URL(code).pathname, phone);
    expect(whole.sandbox.notifications()[0]?.sends ?? [], 'nobody is told yet').toEqual([]);
    return { phone, link };
  }

  test('the notice comes before the consult is answered: the link is made all the same', async () => {
    const { phone, link } = await noticeFirst(async (path, phone) => {
      // The code is shown at once, and its page says to wait, to a phone that has its cookie.
      await phone.open(path);
      expect((await phone.open(path)).html).not.toContain('/yes"');
    });
    expect(await kiosk.hearsLink(link, 'linked', { money })).toMatchObject({ code: expect.stringMatching(/^QZF/) });
    expect((await phone.state()).links).toMatchObject([{ state: 'linked', user: '852-9***21' }]);
  }, 30_000);

  test('agreed on a code that no phone has opened, such as by a photograph of what the wallet shows: no token is asked for', async () => {
    const { link } = await noticeFirst(async () => undefined);
    await until('told', () => whole.sandbox.notifications()[0]?.taken === true);
    await sleep(1_000);
    expect(whole.sandbox.linking?.links()).toMatchObject([{ state: 'agreed' }]);
    expect(kiosk.results(link).map(({ state }) => state)).not.toContain('authorised');
  }, 30_000);

  test('the token is in process for a while, and the first consult is lost', async () => {
    await play({ api: 'consult', result: 'UNKNOWN_EXCEPTION' });
    await play({ api: 'applyToken', result: 'AUTH_IN_PROCESS', times: 2 });
    const { firstCode } = await linkBy(whole, kiosk, { money });
    expect(firstCode).toMatch(/^QZF/);
  }, 30_000);

  test('a consult that Antom refuses ends the link, with its reason', async () => {
    await play({ api: 'consult', result: 'RISK_REJECT' });
    expect(await kiosk.hearsLink(freshLink(), 'failed')).toMatchObject({ reason: 'risk' });
  }, 30_000);

  test('the token is cancelled between press and pay, before anybody is told: declined, and unlinked from then on', async () => {
    const { phone } = await linkBy(whole, kiosk);
    const attempt = await kiosk.payLinked(await phone.code());
    await kiosk.hears(attempt, 'confirm-pending');
    // Its notice is told too late to help.
    whole.sandbox.setNotifyManner('late');
    await whole.sandbox.linking?.decide('1', 'cancel');
    await phone.post(`/M/confirm/${attempt}`);
    expect(await kiosk.hears(attempt, 'declined')).toMatchObject({ reason: 'unlinked' });
    await pageSays(phone, ['unlinked']);
    expect(taken()).toEqual([0, 0]);
  }, 30_000);

  test('its owner cancels in the wallet: the notice unlinks it before the next payment', async () => {
    const { phone } = await linkBy(whole, kiosk);
    const code = await phone.code();
    await whole.sandbox.linking?.decide('1', 'cancel');
    await pageSays(phone, ['unlinked']);
    const attempt = await kiosk.payLinked(code, { pressed: true });
    const update = await until('an end', () => kiosk.updates(attempt)[0]);
    expect(['refused', 'declined']).toContain(update.standing);
    expect(taken()).toEqual([0, 0]);
  }, 30_000);

  test('two kiosks with one member code: one of them is paid, once', async () => {
    const other = await whole.kiosk('lobby-2');
    const { phone } = await linkBy(whole, kiosk);
    const code = await phone.code();
    const attempts = await Promise.all([
      kiosk.payLinked(code, { pressed: true }),
      other.payLinked(code, { pressed: true }),
    ]);
    const ends = await Promise.all(
      [kiosk, other].map((one, i) =>
        until('an end', () => one.updates(attempts[i] ?? '').find(({ standing }) => standing !== 'submitted')),
      ),
    );
    expect(ends.map(({ standing }) => standing).sort()).toEqual(['approved', 'refused']);
    expect(ends.find(({ standing }) => standing === 'refused')?.reason).toBe('code-used');
    expect(taken()).toEqual([1_200, 0]);
  }, 30_000);

  test('the goods stay in the machine: AlipayHK is cancelled, DANA is refunded, and both have all of it back', async () => {
    const hk = await linkBy(whole, kiosk);
    const first = await kiosk.payLinked(await hk.phone.code(), { pressed: true });
    await kiosk.hears(first, 'approved');
    await kiosk.vend(first, 'failed');
    await kiosk.hears(first, 'reversed');
    expect(taken()).toEqual([1_200, 1_200]);
    const dana = await linkBy(whole, kiosk, { wallet: 'dana' });
    const second = await kiosk.payLinked(await dana.phone.code(), {
      pressed: true,
      amount: 5_000_000,
      currency: 'IDR',
    });
    await kiosk.hears(second, 'approved');
    await kiosk.vend(second, 'failed');
    await kiosk.hears(second, 'reversed');
    expect(taken()).toEqual([5_001_200, 5_001_200]);
  }, 60_000);

  test('its answer to pay is lost: the inquiry finds it, and the goods go out', async () => {
    const { phone } = await linkBy(whole, kiosk);
    await whole.sandbox.setScenario('lost-answer');
    const attempt = await kiosk.payLinked(await phone.code(), { pressed: true });
    await delivered(attempt);
    expect(taken()).toEqual([1_200, 0]);
  }, 30_000);

  test('a token that expires is renewed in time, and pays on', async () => {
    await play({ tokenLifeMs: 5_000 });
    const { phone } = await linkBy(whole, kiosk);
    const before = whole.sandbox.linking?.links()[0]?.accessUntil ?? 0;
    await until('renewed', () => (whole.sandbox.linking?.links()[0]?.accessUntil ?? 0) > before, 12_000);
    const attempt = await kiosk.payLinked(await phone.code(), { pressed: true });
    await delivered(attempt);
  }, 40_000);
});
