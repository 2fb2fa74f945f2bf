import { describe, expect, it } from 'vitest';
import { attempt, Bench, code, firstCode, link, order, shortLink, timers } from '../../../support/kiosk.js';

const money = { amount: order.amount, currency: order.currency };
const frame = { type: 'link', link, wallet: 'alipayhk', modulesMost: 29, givenUp: false };
const withMoney = { ...frame, money };
const renewed = '0d'.repeat(16);
const other = { ...order, id: '07'.repeat(8) };
const counted = (bench: Bench, name: string): number =>
  bench.effects.filter((e) => e.type === 'count' && e.name === name).length;

describe('a wallet is linked', () => {
  it('asks the relay, shows its code, the digits of the phone, and that it is linked', () => {
    const bench = new Bench().inService();
    expect(bench.askLink()).toContainEqual({ type: 'send', body: frame });
    expect(bench.view).toEqual({ kind: 'link-asked', wallet: 'alipayhk' });
    bench.linkCode();
    expect(bench.view).toEqual({ kind: 'link-offered', wallet: 'alipayhk', code: shortLink, leftMs: 180_000 });
    bench.linkResult('opened', { digits: '47', leftMs: 150_000 });
    expect(bench.view).toEqual({ kind: 'link-opened', wallet: 'alipayhk', digits: '47', leftMs: 150_000 });
    bench.linkResult('authorised', { digits: '47' });
    expect(bench.view).toEqual({ kind: 'link-authorised', wallet: 'alipayhk' });
    bench.linkResult('linked', { code: firstCode });
    expect(bench.view).toEqual({ kind: 'linked', wallet: 'alipayhk' });
    expect(bench.state.linkEnd).toEqual({ id: link, wallet: 'alipayhk', state: 'linked' });
    expect([bench.sent('pay'), bench.sent('pay-linked')]).toEqual([[], []]);
    bench.pass(timers.finalScreenMs + 1);
    expect(bench.view).toEqual({ kind: 'idle' });
  });

  it('says it again each second under the same id, until its end, and not one second longer', () => {
    const bench = new Bench().inService();
    bench.askLink();
    bench.pass(3_500);
    expect(bench.sent('link')).toEqual([frame, frame, frame, frame]);
    bench.linkCode();
    bench.pass(10_000);
    expect(bench.sent('link')).toHaveLength(14);
    bench.linkResult('linked');
    bench.pass(60_000);
    expect(bench.sent('link')).toHaveLength(14);
  });

  it('shows no code to whoever comes after the first phone', () => {
    const bench = new Bench().linkOpened();
    expect(JSON.stringify(bench.state.link)).not.toContain(shortLink);
    bench.linkCode();
    expect(bench.view).toMatchObject({ kind: 'link-opened', digits: '47' });
    expect(counted(bench, 'link-overtaken')).toBe(1);
  });

  it('a word from before is of no effect', () => {
    const bench = new Bench().linkOpened();
    bench.linkResult('authorised', { digits: '47' });
    bench.linkResult('opened', { digits: '99', leftMs: 1_000 });
    bench.linkResult('offered');
    expect(bench.view).toEqual({ kind: 'link-authorised', wallet: 'alipayhk', money });
  });

  it('shows one moment where no page of ours was opened', () => {
    const bench = new Bench().inService();
    bench.askLink(177);
    bench.linkCode({ modules: 73 });
    bench.linkResult('opened', { leftMs: 9_000 });
    expect(bench.view).toEqual({ kind: 'link-asked', wallet: 'alipayhk' });
  });

  it('does not move the countdown for the time that a frame is under way', () => {
    const bench = new Bench().inService();
    bench.askLink();
    bench.linkCode({ leftMs: 100_000 });
    bench.now += 1_000;
    const before = bench.state;
    bench.linkCode({ leftMs: 98_200 });
    expect(bench.state).toEqual(before);
    bench.linkCode({ leftMs: 50_000 });
    expect(bench.view).toMatchObject({ leftMs: 50_000 });
  });
});

describe('the first payment, in the same breath', () => {
  it('pays the order that stood armed, with the code that came, once', () => {
    const bench = new Bench().linkOpened();
    expect(bench.sent('link')).toEqual([withMoney]);
    bench.linkResult('authorised', { digits: '47' });
    bench.linkResult('linked', { code: firstCode });
    const id = order.id + link.slice(0, 16);
    expect(bench.sent('pay-linked')).toEqual([
      {
        ...{ type: 'pay-linked', pressed: true, attempt: id, code: firstCode, issuer: 'linked-wallet' },
        ...{ ...money, reference: order.reference, scanMs: bench.now, validMs: timers.payValidMs },
      },
    ]);
    expect(bench.view).toEqual({ kind: 'busy', money });
    bench.linkResult('linked', { code: firstCode });
    expect(bench.sent('pay-linked')).toHaveLength(1);
    bench.update('approved', { attempt: id });
    bench.on({ type: 'begun-durable', attempt: id });
    expect(bench.effects).toContainEqual({ type: 'vend', job: { attempt: id, order: order.id } });
  });

  it('is said again until the relay answers, also if it still speaks of a missing press', () => {
    const bench = new Bench().linkOpened();
    bench.linkResult('linked', { code: firstCode });
    const id = order.id + link.slice(0, 16);
    bench.update('confirm-pending', { attempt: id, leftMs: 9_000 });
    expect(bench.view).toEqual({ kind: 'busy', money });
    bench.pass(timers.resendMs);
    expect(bench.sent('pay-linked')).toHaveLength(2);
    bench.update('submitted', { attempt: id });
    bench.pass(timers.payValidMs);
    expect(bench.sent('pay-linked')).toHaveLength(2);
    expect(JSON.stringify(bench.state)).not.toContain(firstCode);
  });

  it.each([
    ['the order was cancelled', (b: Bench) => b.on({ type: 'order-cancelled', order: order.id })],
    [
      'another order stands there',
      (b: Bench) => {
        b.on({ type: 'order-cancelled', order: order.id });
        b.on({ type: 'order-placed', order: other });
      },
    ],
    ['the kiosk closed meanwhile', (b: Bench) => b.on({ type: 'closed', reason: 'scanner' })],
    ['a payment code was scanned instead', (b: Bench) => b.scan()],
  ])('pays nothing where %s', (_, happens) => {
    const bench = new Bench().linkOpened();
    bench.linkResult('authorised', { digits: '47' });
    happens(bench);
    bench.linkResult('linked', { code: firstCode });
    expect(bench.sent('pay-linked')).toEqual([]);
    expect(JSON.stringify(bench.state)).not.toContain(firstCode);
  });

  it('pays nothing where the link began without an order, though one stands there by now', () => {
    const bench = new Bench().inService();
    bench.askLink();
    bench.on({ type: 'order-placed', order });
    expect(bench.sent('link').at(-1)).toEqual({ ...frame, givenUp: true });
    bench.linkResult('linked', { code: firstCode });
    expect(bench.sent('pay-linked')).toEqual([]);
    expect(counted(bench, 'link-unasked')).toBe(1);
  });
});

describe('what ends it', () => {
  it('offers the code once more when it has run out, under a new id, and then no more', () => {
    const bench = new Bench().inService();
    bench.askLink();
    bench.linkCode();
    expect(bench.linkResult('expired')).toContainEqual({ type: 'link-again' });
    expect(bench.view.kind).toBe('link-asked');
    expect(bench.on({ type: 'link-renewed', link: renewed })).toContainEqual({
      type: 'send',
      body: { ...frame, link: renewed },
    });
    bench.linkResult('linked', { code: firstCode });
    expect(counted(bench, 'link-unasked')).toBe(1);
    bench.linkCode({ link: renewed });
    expect(bench.view).toMatchObject({ kind: 'link-offered' });
    bench.linkResult('expired', { link: renewed });
    expect(bench.view).toEqual({ kind: 'link-expired', wallet: 'alipayhk' });
    expect(bench.state.linkEnd).toEqual({ id: renewed, wallet: 'alipayhk', state: 'expired' });
  });

  it('by its own clock where the relay says nothing: the code leaves the display', () => {
    const bench = new Bench().inService();
    bench.askLink();
    bench.linkCode({ leftMs: 30_000 });
    bench.pass(32_999);
    expect(bench.view).toMatchObject({ kind: 'link-offered', leftMs: 0 });
    bench.pass(1);
    expect(bench.sent('link').at(-1)).toEqual({ ...frame, givenUp: true });
    expect(bench.view.kind).toBe('link-asked');
    expect(counted(bench, 'link-offered-again')).toBe(1);
  });

  it('waits 20 s for a code, and 60 s for a wallet whose owner has agreed', () => {
    const silent = new Bench().inService();
    silent.askLink();
    silent.pass(19_999);
    expect(silent.view.kind).toBe('link-asked');
    silent.pass(1);
    expect(silent.view).toEqual({ kind: 'link-failed', wallet: 'alipayhk', reason: 'acquirer-unavailable' });
    expect(silent.sent('link').at(-1)).toMatchObject({ givenUp: true });

    const slow = new Bench().linkOpened();
    slow.linkResult('authorised', { digits: '47', leftMs: 600_000 });
    slow.pass(30_000);
    slow.linkResult('authorised', { digits: '47', leftMs: 600_000 });
    slow.pass(30_000);
    expect(slow.view).toEqual({ kind: 'link-late', wallet: 'alipayhk' });
    // Its owner has agreed: it shall be linked all the same.
    expect(slow.sent('link').every((body) => body.type === 'link' && !body.givenUp)).toBe(true);
  });

  it('by a failure, with its reason', () => {
    const bench = new Bench().inService();
    bench.askLink();
    bench.linkResult('failed', { reason: 'customer-aborted' });
    expect(bench.view).toEqual({ kind: 'link-failed', wallet: 'alipayhk', reason: 'customer-aborted' });
    expect(bench.state.linkEnd).toMatchObject({ state: 'failed', reason: 'customer-aborted' });
  });

  it('a relay that says that its time is over, and never ends it, does not keep the front for ever', () => {
    const bench = new Bench().linkOpened();
    bench.linkResult('opened', { digits: '47', leftMs: 2_000 });
    for (let second = 0; second < 20 && bench.state.link; second++) {
      bench.pass(1_000);
      bench.linkResult('opened', { digits: '47', leftMs: Math.max(0, 1_000 - second * 1_000) });
    }
    expect(bench.state.link).toBeNull();
    expect(bench.view).toEqual({ kind: 'link-late', wallet: 'alipayhk' });
  });

  it('a phone has opened it, and then the relay is silent: the owner may have agreed, and only the phone knows', () => {
    const bench = new Bench().linkOpened();
    bench.pass(152_999);
    expect(bench.view).toMatchObject({ kind: 'link-opened', digits: '47' });
    bench.pass(1);
    expect(bench.view).toEqual({ kind: 'link-late', wallet: 'alipayhk' });
    expect(bench.state.linkEnd).toEqual({ id: link, wallet: 'alipayhk', state: 'late' });
    expect(bench.sent('link').every((body) => body.type === 'link' && !body.givenUp)).toBe(true);
    // What the relay says afterwards is of a link that is not in front any more.
    bench.linkResult('linked', { code: firstCode });
    expect(bench.sent('pay-linked')).toEqual([]);
  });

  it('by a scan: the payment goes first, and the relay hears that the link is given up', () => {
    const bench = new Bench().linkOpened();
    bench.scan();
    expect(bench.sent('pay')).toEqual([expect.objectContaining({ code, attempt })]);
    expect(bench.sent('link').at(-1)).toEqual({ ...withMoney, givenUp: true });
    expect(bench.state.link).toBeNull();
  });

  it('by the customer, or the kiosk app', () => {
    const bench = new Bench().linkOpened();
    expect(bench.on({ type: 'link-dropped' })).toContainEqual({ type: 'send', body: { ...withMoney, givenUp: true } });
    expect(bench.view).toMatchObject({ kind: 'armed' });
    expect(bench.on({ type: 'link-dropped' })).toEqual([]);
  });

  it('nothing of it is there for the next customer', () => {
    for (const happens of [
      (b: Bench) => b.on({ type: 'order-cancelled', order: order.id }),
      (b: Bench) => b.scan(),
      (b: Bench) => b.on({ type: 'link-dropped' }),
    ]) {
      const bench = new Bench().linkOpened();
      happens(bench);
      expect(JSON.stringify(bench.view)).not.toMatch(/47|ABCD2345/);
    }
  });
});

describe('where none can be linked', () => {
  it.each([0, 21, 24])('a display of %i modules: the staffed desk, and the relay is not asked', (modulesMost) => {
    const bench = new Bench().armed();
    bench.askLink(modulesMost);
    expect(bench.sent('link')).toEqual([]);
    expect(bench.view).toEqual({ kind: 'link-desk', wallet: 'alipayhk' });
    bench.pass(timers.finalScreenMs + 1);
    expect(bench.view).toMatchObject({ kind: 'armed' });
  });

  it('a code that is larger than the display can show: the staffed desk, and the relay hears that', () => {
    const bench = new Bench().inService();
    bench.askLink(25);
    bench.linkCode({ modules: 29 });
    expect(bench.view).toEqual({ kind: 'link-desk', wallet: 'alipayhk' });
    expect(bench.sent('link').at(-1)).toMatchObject({ givenUp: true });
  });

  it('a relay that cannot offer it here, as by a short link longer than the display holds: the staffed desk', () => {
    const bench = new Bench().armed();
    bench.askLink(25);
    bench.linkResult('failed', { reason: 'configuration' });
    expect(bench.view).toEqual({ kind: 'link-desk', wallet: 'alipayhk' });
    expect(bench.state.linkEnd).toMatchObject({ state: 'failed', reason: 'configuration' });
    bench.scan();
    expect(bench.sent('pay')).toHaveLength(1);
  });

  it('while a payment, another link, or a closed kiosk is in the way', () => {
    const paying = new Bench().armed();
    paying.scan();
    paying.askLink();
    const linking = new Bench().linkOpened();
    linking.askLink();
    const closed = new Bench().inService();
    closed.on({ type: 'closed', reason: 'relay' });
    closed.askLink();
    expect([paying.sent('link'), linking.sent('link'), closed.sent('link')]).toEqual([[], [withMoney], []]);
    expect(linking.view).toMatchObject({ kind: 'link-opened', digits: '47' });
  });

  it('shows a kiosk that has lost its relay as closed, and goes on when it is back', () => {
    const bench = new Bench().linkOpened();
    bench.on({ type: 'closed', reason: 'relay' });
    expect(bench.view).toEqual({ kind: 'out-of-service', reason: 'relay' });
    bench.pass(5_000);
    bench.on({ type: 'greeted' });
    expect(bench.view).toMatchObject({ kind: 'link-opened', digits: '47' });
  });
});

describe('a kiosk that has closed meanwhile', () => {
  it.each([
    ['no code came', (b: Bench) => b.pass(20_000)],
    ['the code ran out', (b: Bench) => b.linkResult('expired') && b.pass(20_000)],
    ['it failed', (b: Bench) => b.linkResult('failed', { reason: 'acquirer-unavailable' })],
    ['it cannot be offered', (b: Bench) => b.linkResult('failed', { reason: 'configuration' })],
  ])('invites nobody to try again or to pay: %s', (_, happens) => {
    const bench = new Bench().inService();
    bench.askLink();
    bench.on({ type: 'closed', reason: 'relay' });
    happens(bench);
    expect(bench.state.link).toBeNull();
    expect(bench.view).toEqual({ kind: 'out-of-service', reason: 'relay' });
  });

  it('says all the same that the wallet is linked, and that nothing was charged', () => {
    const bench = new Bench().linkOpened();
    bench.on({ type: 'closed', reason: 'scanner' });
    bench.linkResult('linked', { code: firstCode });
    expect(bench.view).toEqual({ kind: 'linked', wallet: 'alipayhk' });
    bench.pass(timers.finalScreenMs + 1);
    expect(bench.view).toEqual({ kind: 'out-of-service', reason: 'scanner' });
  });
});

describe('the order that is linked for', () => {
  const expiring = { ...timers, orderExpiresMs: 120_000 };
  const armed = (): Bench => new Bench(undefined, expiring).armed();

  it('does not run out while its customer is at the wallet, and has its whole time afterwards', () => {
    const bench = armed();
    bench.pass(100_000);
    bench.askLink();
    bench.linkCode({ leftMs: 180_000 });
    bench.pass(100_000);
    expect(bench.view).toMatchObject({ kind: 'link-offered' });
    bench.on({ type: 'link-dropped' });
    bench.pass(119_999);
    expect(bench.view.kind).toBe('armed');
    bench.pass(1);
    expect(bench.view.kind).toBe('idle');
  });

  it('runs out as ever where no link is there for it', () => {
    const bench = armed();
    bench.pass(120_000);
    expect(bench.events().at(-1)).toEqual({ state: 'ended', outcome: 'cancelled' });
  });
});
