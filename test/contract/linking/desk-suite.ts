import { beforeEach, describe, expect, test } from 'vitest';
import type { AttemptId, LinkId } from '../../../protocol/ids.js';
import { MEMBER_CODE_PATTERN } from '../../../protocol/linked-code.js';
import type { Money } from '../../../protocol/money.js';
import { type LinkDesk, type Member, NotYet, type ShortCode } from '../../../relay/linking/desk-contract.js';

/** What stands around a desk: a kiosk that offers and scans, a wallet that agrees, and time. */
export type DeskStage = {
  readonly desk: LinkDesk;
  /** Of wallet `AlipayHK` at kiosk `lobby-1`; its code lives 180 s. `money`: what is to be paid at once. */
  offer(money?: Money): Promise<ShortCode>;
  /** The same, and the acquirer has not said yet where to agree. */
  offerUnasked(): Promise<ShortCode>;
  /** It says so now. */
  consulted(code: ShortCode): Promise<void>;
  /** The buyer agrees in the wallet; the token is not there yet. */
  authorise(code: ShortCode): Promise<LinkId>;
  /** And the token is there. */
  link(code: ShortCode): Promise<LinkId>;
  /** The present member code of a linked wallet is held under the scanner of a kiosk. */
  scan(link: LinkId, money: Money): Promise<AttemptId>;
  pass(ms: number): Promise<void>;
};

const ann = 'a1'.repeat(16);
const bob = 'b2'.repeat(16);
const price: Money = { amount: 1_200, currency: 'HKD' };
const CODE_LIFE_MS = 180_000;
const MEMBER_STEP_MS = 30_000;

/** What every `LinkDesk` keeps to. */
export function linkDeskContract(name: string, make: () => Promise<DeskStage>): void {
  describe(`a link desk: ${name}`, () => {
    let stage: DeskStage;
    let desk: LinkDesk;
    beforeEach(async () => {
      stage = await make();
      desk = stage.desk;
    });
    aboutOpening(() => stage);
    aboutAnswering(() => stage);
    aboutMembers(() => stage);
    aboutPresses(() => stage);

    test('a code that nobody was given is unknown to every question', async () => {
      expect(await desk.open('ZZZZZZZZ', ann)).toEqual({ kind: 'unknown' });
      expect(await desk.agree('00000000', ann)).toEqual({ kind: 'unknown' });
      expect(await desk.refuse('ZZZZZZZZ', ann)).toEqual({ kind: 'unknown' });
      expect(await desk.confirm('0'.repeat(32), ann)).toEqual({ kind: 'unknown' });
      expect(await desk.unlink('0'.repeat(32), ann)).toEqual({ kind: 'unknown' });
      expect(await desk.member(ann)).toEqual({ links: [], presses: [], payments: [] });
    });
  });
}

function aboutOpening(at: () => DeskStage): void {
  describe('opening', () => {
    test('the first phone is asked for two digits, and told what is linked and paid', async () => {
      const code = await at().offer(price);
      const opened = await at().desk.open(code, ann);
      expect(opened).toMatchObject({ kind: 'question', wallet: 'AlipayHK', kiosk: 'lobby-1', money: price });
      if (opened.kind !== 'question') throw new Error(opened.kind);
      expect(opened.digits).toMatch(/^\d\d$/);
      expect(URL.canParse(opened.url)).toBe(true);
      expect(opened.leftMs).toBeGreaterThan(CODE_LIFE_MS - 5_000);
      expect(opened.leftMs).toBeLessThanOrEqual(CODE_LIFE_MS);
    });

    test('asked again it is told the same digits; another phone learns nothing, and may do nothing', async () => {
      const code = await at().offer();
      const first = await at().desk.open(code, ann);
      expect(await at().desk.open(code, bob)).toEqual({ kind: 'other-phone' });
      expect(await at().desk.agree(code, bob)).toEqual({ kind: 'other-phone' });
      expect(await at().desk.refuse(code, bob)).toEqual({ kind: 'other-phone' });
      const again = await at().desk.open(code, ann);
      if (first.kind !== 'question' || again.kind !== 'question') throw new Error(`${first.kind}, ${again.kind}`);
      expect([again.digits, again.url]).toEqual([first.digits, first.url]);
    });

    test('of two phones at the same moment one owns it', async () => {
      const code = await at().offer();
      const both = await Promise.all([at().desk.open(code, ann), at().desk.open(code, bob)]);
      expect(both.map(({ kind }) => kind).sort()).toEqual(['other-phone', 'question']);
    });

    test('while the acquirer has not said where to agree: not yet, and it is this phone’s all the same', async () => {
      const code = await at().offerUnasked();
      await expect(at().desk.open(code, ann)).rejects.toThrow(NotYet);
      await expect(at().desk.agree(code, ann)).rejects.toThrow(NotYet);
      expect(await at().desk.open(code, bob)).toEqual({ kind: 'other-phone' });
      await at().consulted(code);
      expect((await at().desk.open(code, ann)).kind).toBe('question');
      expect((await at().desk.agree(code, ann)).kind).toBe('go');
    });

    test('nobody agrees or refuses before a phone has opened it', async () => {
      const code = await at().offer();
      expect((await at().desk.agree(code, ann)).kind).toBe('unknown');
      expect((await at().desk.refuse(code, ann)).kind).toBe('unknown');
      expect((await at().desk.open(code, bob)).kind).toBe('question');
    });
  });
}

function aboutAnswering(at: () => DeskStage): void {
  describe('answering', () => {
    test('yes leads to the wallet, as often as it is said', async () => {
      const code = await at().offer();
      const opened = await at().desk.open(code, ann);
      const url = opened.kind === 'question' ? opened.url : '';
      expect(await at().desk.agree(code, ann)).toEqual({ kind: 'go', url });
      expect(await at().desk.agree(code, ann)).toEqual({ kind: 'go', url });
    });

    test('no ends it: for its phone it is over, for all others it never was', async () => {
      const code = await at().offer();
      await at().desk.open(code, ann);
      expect(await at().desk.refuse(code, ann)).toEqual({ kind: 'refused' });
      expect(await at().desk.refuse(code, ann)).toEqual({ kind: 'refused' });
      expect(await at().desk.open(code, ann)).toEqual({ kind: 'over' });
      expect(await at().desk.agree(code, ann)).toEqual({ kind: 'over' });
      expect(await at().desk.open(code, bob)).toEqual({ kind: 'unknown' });
      expect((await at().desk.member(ann)).links).toEqual([]);
    });

    test('its time passes: over, and unknown to a phone that comes too late', async () => {
      const code = await at().offer();
      await at().desk.open(code, ann);
      await at().pass(CODE_LIFE_MS + 1_000);
      expect(await at().desk.open(code, ann)).toEqual({ kind: 'over' });
      expect(await at().desk.agree(code, ann)).toEqual({ kind: 'over' });
      const late = await at().offer();
      await at().pass(CODE_LIFE_MS + 1_000);
      expect(await at().desk.open(late, bob)).toEqual({ kind: 'unknown' });
    });

    test('once the wallet has agreed, the code leads its phone to the member page, and no other', async () => {
      const code = await at().offer();
      await at().desk.open(code, ann);
      await at().desk.agree(code, ann);
      await at().authorise(code);
      for (const ask of ['open', 'agree', 'refuse'] as const) {
        expect(await at().desk[ask](code, ann)).toEqual({ kind: 'member' });
      }
      expect((await at().desk.open(code, bob)).kind).not.toBe('member');
    });
  });
}

/** A wallet that is linked to this phone. */
async function linkedTo(stage: DeskStage, session = ann): Promise<LinkId> {
  const code = await stage.offer();
  await stage.desk.open(code, session);
  await stage.desk.agree(code, session);
  await stage.authorise(code);
  return await stage.link(code);
}
function one<T>(list: readonly T[]): T {
  const [first, ...others] = list;
  if (first === undefined || others.length > 0) throw new Error(`found ${list.length}, expected one`);
  return first;
}
const codeOf = ({ links }: Member) => one(links).code;

function aboutMembers(at: () => DeskStage): void {
  describe('members', () => {
    test('opened, and nobody has told yet whether its owner agreed: its phone is shown how to go on, while there is time', async () => {
      const code = await at().offer();
      expect((await at().desk.member(ann)).links).toEqual([]);
      await at().desk.open(code, ann);
      const { links } = await at().desk.member(ann);
      expect(links).toMatchObject([{ state: 'opened', name: 'AlipayHK', short: code, code: null, linkedAt: null }]);
      expect((await at().desk.member(bob)).links).toEqual([]);
      await at().pass(CODE_LIFE_MS + 1_000);
      expect((await at().desk.member(ann)).links).toEqual([]);
    });

    test('agreed, and the token is not there yet: no code', async () => {
      const code = await at().offer();
      await at().desk.open(code, ann);
      await at().authorise(code);
      const { links } = await at().desk.member(ann);
      expect(links).toMatchObject([{ state: 'authorised', name: 'AlipayHK', short: null, code: null, linkedAt: null }]);
    });

    test('linked: a code of the right shape, another each 30 s, to its own phone only', async () => {
      const link = await linkedTo(at());
      const member = await at().desk.member(ann);
      expect(one(member.links)).toMatchObject({ link, state: 'linked', name: 'AlipayHK' });
      const first = codeOf(member);
      expect(first?.text).toMatch(MEMBER_CODE_PATTERN);
      expect(first?.leftMs).toBeGreaterThan(0);
      expect(first?.leftMs).toBeLessThanOrEqual(MEMBER_STEP_MS);
      await at().pass((first?.leftMs ?? 0) + 1);
      const second = codeOf(await at().desk.member(ann));
      expect(second?.text).toMatch(MEMBER_CODE_PATTERN);
      expect(second?.text).not.toBe(first?.text);
      expect(await at().desk.member(bob)).toEqual({ links: [], presses: [], payments: [] });
    });

    test('unlinked by its own phone only; from then on there is no code', async () => {
      const link = await linkedTo(at());
      expect(await at().desk.unlink(link, bob)).toEqual({ kind: 'unknown' });
      expect(codeOf(await at().desk.member(ann))).not.toBeNull();
      expect(await at().desk.unlink(link, ann)).toEqual({ kind: 'unlinking' });
      expect(await at().desk.unlink(link, ann)).toEqual({ kind: 'unlinking' });
      const left = one((await at().desk.member(ann)).links);
      expect(['revoking', 'unlinked']).toContain(left.state);
      expect(left.code).toBeNull();
    });

    test('two wallets of one phone, newest first, and two phones that see nothing of each other', async () => {
      const [older, newer, other] = [await linkedTo(at()), await linkedTo(at()), await linkedTo(at(), bob)];
      expect((await at().desk.member(ann)).links.map(({ link }) => link)).toEqual([newer, older]);
      expect((await at().desk.member(bob)).links.map(({ link }) => link)).toEqual([other]);
    });
  });
}

function aboutPresses(at: () => DeskStage): void {
  describe('presses', () => {
    test('a scan waits for a press on its phone; said twice it is confirmed twice, and waits no more', async () => {
      const attempt = await at().scan(await linkedTo(at()), price);
      const press = one((await at().desk.member(ann)).presses);
      expect(press).toMatchObject({ attempt, money: price, wallet: 'AlipayHK' });
      expect(press.leftMs).toBeGreaterThan(0);
      expect(one((await at().desk.member(ann)).payments)).toMatchObject({ attempt, standing: 'confirm-pending' });
      expect(await at().desk.confirm(attempt, bob)).toEqual({ kind: 'unknown' });
      expect((await at().desk.member(ann)).presses).toHaveLength(1);
      expect(await at().desk.confirm(attempt, ann)).toEqual({ kind: 'confirmed' });
      expect(await at().desk.confirm(attempt, ann)).toEqual({ kind: 'confirmed' });
      const after = await at().desk.member(ann);
      expect(after.presses).toEqual([]);
      expect(one(after.payments).standing).not.toBe('confirm-pending');
    });

    test('"not me": it waits no more, no press makes a payment of it, and nothing was charged; another phone cannot say it', async () => {
      const attempt = await at().scan(await linkedTo(at()), price);
      expect(await at().desk.deny(attempt, bob)).toEqual({ kind: 'unknown' });
      expect((await at().desk.member(ann)).presses).toHaveLength(1);
      for (let i = 0; i < 2; i++) expect(await at().desk.deny(attempt, ann)).toEqual({ kind: 'denied' });
      expect(await at().desk.confirm(attempt, ann)).toEqual({ kind: 'over' });
      const { presses, payments } = await at().desk.member(ann);
      expect(presses).toEqual([]);
      expect(one(payments)).toMatchObject({ attempt, standing: 'declined', returned: 0 });
    });

    test('"not me" after the press: over, and the payment goes on', async () => {
      const attempt = await at().scan(await linkedTo(at()), price);
      expect(await at().desk.confirm(attempt, ann)).toEqual({ kind: 'confirmed' });
      expect(await at().desk.deny(attempt, ann)).toEqual({ kind: 'over' });
      expect(one((await at().desk.member(ann)).payments).standing).not.toBe('declined');
    });

    test('a press that comes too late is over, and nothing was charged', async () => {
      const attempt = await at().scan(await linkedTo(at()), price);
      const { leftMs } = one((await at().desk.member(ann)).presses);
      await at().pass(leftMs + 1_000);
      expect(await at().desk.confirm(attempt, ann)).toEqual({ kind: 'over' });
      const { presses, payments } = await at().desk.member(ann);
      expect(presses).toEqual([]);
      expect(one(payments)).toMatchObject({ attempt, money: price, standing: 'declined', returned: 0 });
    });
  });
}
