import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bootTag } from '../../../protocol/ids.js';
import { hearAbort, hearVend } from '../../../relay/greet/report.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { standingOf } from '../../../relay/link/teller.js';
import type { WalletLink } from '../../../relay/linking/types.js';
import { sleep } from '../../support/wait.js';
import { databases, empty, type Opened } from '../ledger/databases.js';
import { LinkStage, PHONE } from './stage.js';

const price = { amount: 1_200, currency: 'HKD' } as const;
const id = () => randomBytes(16).toString('hex');

describe.each(databases())('payments by a linked wallet, $name', ({ open }) => {
  let opened: Opened;
  let stage: LinkStage;
  let tag: string;
  let link: WalletLink;
  beforeAll(async () => {
    opened = await open();
    await migrate(opened.db, await shippedMigrations(), 1);
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await empty(opened.db);
    stage = new LinkStage(opened.db);
    tag = await stage.greet();
    link = await stage.linked(tag);
  });

  /** Held under the scanner, not pressed yet. */
  async function scanned(): Promise<string> {
    const attempt = id();
    expect(await stage.paid(tag, { attempt, code: stage.memberCode(link) })).toBe('accepted');
    return attempt;
  }
  const press = (attempt: string, code = stage.memberCode(link)) => stage.pay(tag, { attempt, code, pressed: true });
  const stateOf = async (attempt: string): Promise<string> => {
    const { state, reason } = await stage.attempt(attempt);
    return reason ? `${state} ${reason}` : state;
  };

  test('a member code asks for a press; pressed it is paid once, however often that is said', async () => {
    const attempt = await scanned();
    const code = stage.memberCode(link);
    expect(standingOf(await stage.attempt(attempt))).toBe('confirm-pending');
    await stage.work();
    expect(stage.acquirer.paid).toEqual([]);
    expect((await press(attempt)).type).toBe('pressed');
    // Said again after the phone shows another code: it names the one that was scanned.
    stage.clock.pass(5_000);
    expect((await press(attempt, code)).type).toBe('pressed');
    await stage.work();
    expect((await press(attempt, code)).type).toBe('pressed');
    await stage.work();
    expect(await stateOf(attempt)).toBe('approved');
    expect(stage.acquirer.paid).toHaveLength(1);
    expect(stage.acquirer.paid[0]).toMatchObject({ requestId: attempt, code: 'access-1', wallet: 'alipayhk' });
  });

  test("or on the owner's phone, and on nobody else's", async () => {
    const attempt = await scanned();
    expect(await stage.desk.confirm(attempt, 'b2'.repeat(16))).toEqual({ kind: 'unknown' });
    await stage.work();
    expect(stage.acquirer.paid).toEqual([]);
    expect(await stage.desk.confirm(attempt, PHONE)).toEqual({ kind: 'confirmed' });
    await stage.work();
    expect(await stateOf(attempt)).toBe('approved');
  });

  test('unpressed it is declined when its time is over, and nothing was sent', async () => {
    const attempt = await scanned();
    stage.clock.pass(20_001);
    await stage.work();
    expect(await stateOf(attempt)).toBe('declined not-confirmed');
    await press(attempt);
    await stage.work();
    expect(await stateOf(attempt)).toBe('declined not-confirmed');
    expect(stage.acquirer.paid).toEqual([]);
  });

  test.each([
    ['of another attempt', async () => stage.memberCode(link).replace(/.$/, (c) => (c === 'A' ? 'B' : 'A'))],
    ['that it was not scanned with', async () => stage.pass(30_000).memberCode(link)],
  ])('a press with a code %s presses nothing', async (_, codeOf) => {
    const attempt = id();
    await stage.paid(tag, { attempt, code: stage.memberCode(link), validMs: 60_000 });
    expect((await press(attempt, await codeOf())).type).toBe('known');
    expect((await stage.attempt(attempt)).confirmedAt).toBeNull();
  });

  test('a press of an earlier boot presses nothing, and another kiosk is told nothing', async () => {
    const attempt = await scanned();
    const code = stage.memberCode(link);
    const other = await stage.greet('lobby-2');
    const pressed = { attempt, code, pressed: true };
    expect((await stage.pay(other, pressed, 'lobby-2')).type).toBe('foreign');
    expect((await stage.pay(bootTag('c'.repeat(32)), pressed)).type).toBe('known');
    expect((await stage.attempt(attempt)).confirmedAt).toBeNull();
  });

  test('a code is good once; a screenshot is worthless after 60 s', async () => {
    const code = stage.memberCode(link);
    const first = id();
    await stage.paid(tag, { attempt: first, code, pressed: true });
    await stage.work();
    expect(await stage.paid(tag, { code })).toBe('refused code-used');
    const later = stage.memberCode(link);
    stage.clock.pass(30_000);
    const shown = stage.memberCode(link);
    expect(shown).not.toBe(later);
    stage.clock.pass(60_000);
    expect(await stage.paid(tag, { code: shown })).toBe('refused code-expired');
    expect(await stage.paid(tag, { code: `QZM${'A'.repeat(20)}` })).toBe('refused code-not-accepted');
  });

  test('two kiosks with one member code: one is asked for a press, the other told that it is used', async () => {
    const other = await stage.greet('lobby-2');
    const code = stage.memberCode(link);
    const both = await Promise.all([stage.paid(tag, { code }), stage.paid(other, { code }, 'lobby-2')]);
    expect(both.sort()).toEqual(['accepted', 'refused code-used']);
  });

  test('at a kiosk of another merchant it is not linked; where no wallet is, every such payment is refused', async () => {
    const other = await stage.greet('other-1');
    expect(await stage.paid(other, { code: stage.memberCode(link) }, 'other-1')).toBe('refused unlinked');
  });

  test('a kiosk that is not greeted is told so, and nothing is used up', async () => {
    const code = stage.memberCode(link);
    expect(await stage.paid('00000000', { code })).toBe('not-greeted');
    expect(await stage.paid(tag, { code })).toBe('accepted');
  });

  test('what was refused stays refused, however often it is said', async () => {
    const frame = { attempt: id(), code: `QZM${'A'.repeat(20)}` };
    expect(await stage.paid(tag, frame)).toBe('refused code-not-accepted');
    expect(await stage.paid(tag, frame)).toBe('known');
    expect(await stateOf(frame.attempt)).toBe('refused code-not-accepted');
  });

  describe('the first payment', () => {
    async function firstCode(): Promise<string> {
      const linked = await stage.linked(tag, { money: price });
      const told = await stage.link(tag, { link: linked.id });
      return told?.type === 'link-result' ? told.code : '';
    }

    test('is for what was agreed to, at the kiosk that linked it, within 60 s, once', async () => {
      const code = await firstCode();
      expect(await stage.paid(tag, { code, pressed: true, amount: 1_201 })).toBe('refused code-not-accepted');
      expect(await stage.paid(tag, { code, pressed: true, currency: 'JPY' })).toBe('refused code-not-accepted');
      const other = await stage.greet('lobby-2');
      expect(await stage.paid(other, { code, pressed: true }, 'lobby-2')).toBe('refused code-not-accepted');
      stage.clock.pass(59_000);
      expect(await stage.paid(tag, { code, pressed: true })).toBe('accepted');
      await stage.work();
      expect(await stage.paid(tag, { code, pressed: true })).toBe('refused code-used');
    });

    test('comes too late', async () => {
      const code = await firstCode();
      stage.clock.pass(60_000);
      expect(await stage.paid(tag, { code, pressed: true })).toBe('refused code-expired');
    });

    test('there is none without an order', async () => {
      const told = await stage.link(tag, { link: link.id });
      expect(told).toMatchObject({ state: 'linked', code: '' });
    });

    test('and none once it is unlinked', async () => {
      const code = await firstCode();
      for (const own of (await stage.desk.member(PHONE)).links) await stage.desk.unlink(own.link, PHONE);
      expect(await stage.paid(tag, { code, pressed: true })).toBe('refused code-not-accepted');
    });
  });

  describe('limits', () => {
    beforeEach(async () => {
      const limits = { maxPayment: { HKD: 5_000 }, maxDay: { HKD: 8_000 }, maxYear: { HKD: 11_000 } };
      stage = new LinkStage(opened.db, { limits, clock: stage.clock, acquirer: stage.acquirer });
    });
    async function of(amount: number): Promise<string> {
      // Each with a code of its own.
      stage.clock.pass(30_000);
      const said = await stage.paid(tag, { code: stage.memberCode(link), amount, pressed: true });
      await stage.work();
      return said;
    }

    test('of a payment, of a day and of a year, before anything is sent', async () => {
      expect(await of(9)).toBe('refused limit-exceeded');
      expect(await of(5_001)).toBe('refused over-limit');
      expect(await of(5_000)).toBe('accepted');
      expect(await of(3_001)).toBe('refused over-limit');
      expect(await of(3_000)).toBe('accepted');
      expect(await of(10)).toBe('refused over-limit');
      stage.clock.pass(24 * 3_600_000);
      expect(await of(3_001)).toBe('refused over-limit');
      expect(await of(3_000)).toBe('accepted');
      expect(stage.acquirer.paid.map(({ money }) => money.amount)).toEqual([5_000, 3_000, 3_000]);
    });

    test('what was declined or given back counts no more; what waits for its press does', async () => {
      expect(await stage.paid(tag, { code: stage.memberCode(link), amount: 5_000 })).toBe('accepted');
      expect(await of(5_000)).toBe('refused over-limit');
      stage.clock.pass(20_001);
      await stage.work();
      expect(await of(5_000)).toBe('accepted');
    });

    test('two kiosks at once cannot both have the last dollar, however long one takes to decide', async () => {
      await of(5_000);
      const other = await stage.greet('lobby-2');
      stage.clock.pass(30_000);
      const one = stage.memberCode(link);
      stage.clock.pass(30_000);
      const two = stage.memberCode(link);
      const { links } = stage;
      const decide = links.transaction.bind(links);
      links.transaction = (work) =>
        decide((tx, at) => {
          const spent: typeof at.spent = async (...asked) => {
            const sum = await at.spent(...asked);
            await sleep(100);
            return sum;
          };
          return work(tx, { ...at, spent });
        });
      const both = await Promise.all([
        stage.paid(tag, { code: one, amount: 3_000 }),
        stage.paid(other, { code: two, amount: 3_000 }, 'lobby-2'),
      ]);
      expect(both.sort()).toEqual(['accepted', 'refused over-limit']);
    });
  });

  describe('a token that is dead', () => {
    test('between press and pay: the buyer is told that it is unlinked, and the link ends', async () => {
      const attempt = await scanned();
      stage.acquirer.kill('access-1');
      await press(attempt);
      await stage.work();
      expect(await stateOf(attempt)).toBe('declined unlinked');
      expect(await stage.load(link.id)).toMatchObject({ state: 'unlinked', accessToken: null });
      stage.clock.pass(30_000);
      expect(await stage.paid(tag, { code: stage.memberCode(link) })).toBe('refused unlinked');
    });

    test('by a notification between press and pay: nothing is sent', async () => {
      const attempt = await scanned();
      await press(attempt);
      await stage.notice({ what: 'cancelled', token: 'access-1' });
      await stage.work();
      expect(await stateOf(attempt)).toBe('declined unlinked');
      expect(stage.acquirer.paid).toEqual([]);
    });

    test('renewed while a payment was on its way: the new one stays', async () => {
      await press(await scanned());
      stage.acquirer.before = async (call) => {
        if (call !== 'pay') return;
        stage.acquirer.before = async () => {};
        stage.acquirer.kill('access-1');
        await opened.db.query(`UPDATE wallet_link SET token_hash = 'another' WHERE id = $1`, [link.id]);
      };
      await stage.work();
      expect((await stage.load(link.id)).state).toBe('linked');
    });
  });

  test('aborted before the press: declined, and a press that crosses it moves nothing', async () => {
    const attempt = await scanned();
    await hearAbort(stage.ledger, { kiosk: 'lobby-1', tag, attempt }, stage.context());
    expect((await press(attempt)).type).toBe('pressed');
    await stage.work();
    expect(await stateOf(attempt)).toBe('declined customer-aborted');
    expect(stage.acquirer.paid).toEqual([]);
  });

  test('delivered as any other; on the page stand what was paid and what went back', async () => {
    const attempt = await scanned();
    await press(attempt);
    await stage.work();
    await hearVend(stage.ledger, { kiosk: 'lobby-1', tag, attempt, delivery: 'delivered' }, stage.context());
    const { payments, presses } = await stage.desk.member(PHONE);
    expect(presses).toEqual([]);
    expect(payments).toMatchObject([{ attempt, money: price, standing: 'delivered', returned: 0, wallet: 'AlipayHK' }]);
  });

  test('the database itself refuses a charge before the press, and another wallet for an attempt', async () => {
    const attempt = await scanned();
    const update = (set: string) => opened.db.query(`UPDATE attempt SET ${set} WHERE id = $1`, [attempt]);
    await expect(update('pay_at = 1')).rejects.toThrow('not charged before its owner has pressed');
    await expect(update(`link = 'x'`)).rejects.toThrow('never changes (S3)');
    await press(attempt);
    await expect(update('confirmed_at = 7')).rejects.toThrow('never changes (S3)');
  });

  test.each([
    ['another way than the machine', `state = 'linked'`, 'never leads to'],
    ['another kiosk', `kiosk = 'x'`, 'never changes (S3)'],
    ['another owner', `session = 'x'`, 'owns it'],
    ['a token in what has ended', `state = 'unlinked', ended_at = 1`, 'violates check constraint'],
  ])('and of a link: %s', async (_, set, why) => {
    const target = set.startsWith(`state = 'linked'`) ? (await ended()).id : link.id;
    await expect(opened.db.query(`UPDATE wallet_link SET ${set} WHERE id = $1`, [target])).rejects.toThrow(why);
  });

  async function ended(): Promise<WalletLink> {
    await stage.notice({ what: 'cancelled', token: 'access-1' });
    return await stage.load(link.id);
  }
});
