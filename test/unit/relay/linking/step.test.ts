import { describe, expect, test } from 'vitest';
import type { LinkEvent, WalletLink } from '../../../../relay/linking/types.js';
import {
  agreed,
  authorised,
  consulted,
  due,
  effectsOf,
  fetched,
  linked,
  offered,
  open,
  opened,
  revoking,
  run,
  shown,
  tokens,
} from './sample.js';

const secretsOf = ({ walletUrl, walletCode, authCode, accessToken, refreshToken, ...link }: WalletLink) =>
  [walletUrl, walletCode, authCode, accessToken, refreshToken, link.stateHash, link.firstHash, link.tokenHash].filter(
    (secret) => secret !== null,
  );
const timeout = { kind: 'unknown', detail: 'timeout' } as const;
const refused = { kind: 'failed', reason: 'wallet-restricted', code: 'USER_STATUS_ABNORMAL' } as const;

describe('until somebody agrees', () => {
  test('the first look consults, with the hash of its state kept before the call', () => {
    const step = run(offered, due, 10);
    expect(effectsOf(step)).toEqual(['call consult']);
    expect(step.link).toMatchObject({ state: 'offered', stateHash: 'sh-1', tries: 1, nextAt: 5_010 });
  });

  test('consulted: the kiosk is told, and only the end of its time is waited for', () => {
    const step = run(run(offered, due, 10).link, consulted(), 400);
    expect(effectsOf(step)).toEqual(['tell']);
    expect(step.link).toMatchObject({ walletUrl: 'sealed-url', walletCode: 'sealed-code', nextAt: 180_000 });
  });

  test.each([
    [timeout, 1_400],
    [{ kind: 'not-sent', detail: 'refused' } as const, 1_400],
  ])('a consult that is not answered is made again, with another state: %j', (answer, nextAt) => {
    const asked = run(offered, due, 10).link;
    const lost = run(asked, { type: 'consult-answered', stateHash: 'sh-1', answer }, 400).link;
    expect(lost).toMatchObject({ state: 'offered', nextAt });
    const again = run(lost, { type: 'due', stateHash: 'sh-2' }, 1_400).link;
    expect(again).toMatchObject({ stateHash: 'sh-2', tries: 2 });
    // The answer to the first comes after all: its state is none of ours any more.
    expect(effectsOf(run(again, consulted('sh-1'), 1_500))).toEqual(['ignored']);
    expect(run(again, consulted('sh-1'), 1_500).link.walletUrl).toBeNull();
  });

  test('a wallet that names no page for a phone: our link ends at once, with an alarm; its own code goes on', () => {
    const codeOnly: LinkEvent = {
      ...{ type: 'consult-answered', stateHash: 'sh-1' },
      answer: { kind: 'consulted', url: null, code: 'sealed-code' },
    };
    const ended = run(run(offered, due, 10).link, codeOnly, 400);
    expect(ended.link).toMatchObject({ state: 'failed', reason: 'configuration', walletCode: null });
    expect(effectsOf(ended)).toEqual(['tell', 'alarm']);
    const own = run(run({ ...offered, ownCode: true }, due, 10).link, codeOnly, 400);
    expect(own.link).toMatchObject({ state: 'offered', walletCode: 'sealed-code' });
  });

  test('a consult that is refused ends it, with an alarm where staff must act', () => {
    const asked = run(offered, due, 10).link;
    const answered = (alarm: boolean): LinkEvent => ({
      ...{ type: 'consult-answered', stateHash: 'sh-1' },
      answer: { kind: 'failed', reason: 'configuration', alarm },
    });
    expect(run(asked, answered(false), 400).link).toMatchObject({ state: 'failed', reason: 'configuration' });
    expect(effectsOf(run(asked, answered(false), 400))).toEqual(['tell']);
    expect(effectsOf(run(asked, answered(true), 400))).toEqual(['tell', 'alarm']);
  });

  test('the first phone owns it, and the digits are of its opening; the second changes nothing', () => {
    const step = run(shown(), opened, 3_000);
    expect(effectsOf(step)).toEqual(['tell']);
    expect(step.link).toMatchObject({ state: 'opened', session: 'phone-1', digits: '47', openedAt: 3_000 });
    const second = run(step.link, { type: 'opened', session: 'phone-2', digits: '11' }, 4_000);
    expect(second.link).toBe(step.link);
  });

  test('a refusal sends nothing: its own time ends it', () => {
    for (const link of [shown(), open()]) {
      expect(run(link, due, 179_999).link.state).toBe(link.state);
      const step = run(link, due, 180_000);
      expect(step.link).toMatchObject({ state: 'expired', reason: 'not-confirmed', digits: '', nextAt: null });
      expect(effectsOf(step)).toEqual(['tell']);
      expect(secretsOf(step.link)).toEqual([]);
    }
  });

  test('"no" on the page, and a kiosk that gives up', () => {
    expect(run(open(), { type: 'refused' }, 5_000).link).toMatchObject({
      state: 'failed',
      reason: 'customer-aborted',
    });
    expect(run(shown(), { type: 'given-up' }, 5_000).link).toMatchObject({
      ...{ state: 'expired', reason: 'customer-aborted' },
    });
  });
});

describe('agreed', () => {
  test('the code is kept and the token fetched at once; the address of the wallet is not kept', () => {
    const step = run(open(), agreed, 9_000);
    expect(effectsOf(step)).toEqual(['tell']);
    expect(step.link).toMatchObject({ state: 'authorised', authCode: 'sealed-auth', nextAt: 9_000, walletUrl: null });
    expect(effectsOf(run(step.link, due, 9_000))).toEqual(['call apply']);
  });

  test('before the consult has answered too; its answer is then of no effect', () => {
    const asked = run(run(offered, due, 10).link, opened, 20).link;
    const early = run(asked, agreed, 30).link;
    expect(early.state).toBe('authorised');
    expect(run(early, consulted(), 40)).toEqual({ link: early, effects: [] });
  });

  test.each([
    ['after its time', () => open(), 180_000, 'expired'],
    ['a second time', () => authorised(), 9_000, 'authorised'],
    ['when it is linked', () => linked(), 9_000, 'linked'],
    ['when it has ended', () => run(open(), { type: 'refused' }, 5_000).link, 9_000, 'failed'],
    ['though no phone has opened it', () => shown(), 9_000, 'offered'],
  ] as const)('%s it is of no effect, and counted', (_, make, now, state) => {
    const step = run(make(), { type: 'authorised', authCode: 'another' }, now);
    expect(step.link.state).toBe(state);
    expect(step.link.authCode).not.toBe('another');
    expect(effectsOf(step)).toContain('ignored');
  });

  test("by the wallet's own code on the display no phone need have opened it", () => {
    expect(run({ ...shown(), ownCode: true }, agreed, 9_000).link.state).toBe('authorised');
  });

  test('a token in process is asked for again: 0.5, 1, 2, 2 … s', () => {
    let link = authorised();
    const waits: number[] = [];
    for (let now = 10_000; waits.length < 5; ) {
      link = run(link, due, now).link;
      link = run(link, { ...fetched, answer: { kind: 'pending' } } as LinkEvent, now + 100).link;
      waits.push((link.nextAt ?? 0) - now - 100);
      now = link.nextAt ?? 0;
    }
    expect(waits).toEqual([500, 1_000, 2_000, 2_000, 2_000]);
  });

  test('until ten minutes after its time; then it has failed, with an alarm', () => {
    expect(effectsOf(run(authorised(), due, 779_999))).toEqual(['call apply']);
    const step = run(authorised(), due, 780_000);
    expect(step.link).toMatchObject({ state: 'failed', reason: 'acquirer-unavailable' });
    expect(effectsOf(step)).toEqual(['tell', 'alarm']);
    expect(secretsOf(step.link)).toEqual([]);
  });

  test('a final refusal ends it with its reason', () => {
    const step = run(authorised(), { ...fetched, answer: refused } as LinkEvent, 10_000);
    expect(step.link).toMatchObject({ state: 'failed', reason: 'wallet-restricted', authCode: null });
  });

  test('linked: the code that it cost is gone, and there are a member and a first payment', () => {
    expect(linked()).toMatchObject({
      ...{ state: 'linked', linkedAt: 6_000, authCode: null, accessToken: 'sealed-access', tokenHash: 'th-1' },
      ...{ member: 'MEMBER0001', firstHash: 'fh-1', user: '138****1234' },
    });
  });

  test('without an order there is no first payment, and without a phone no member', () => {
    const without = run({ ...authorised(), money: null }, fetched, 6_000).link;
    expect([without.firstHash, without.member]).toEqual([null, 'MEMBER0001']);
    const own = run({ ...authorised(), session: null, ownCode: true }, fetched, 6_000).link;
    expect([own.firstHash, own.member]).toEqual(['fh-1', null]);
  });
});

describe('a token', () => {
  test('is renewed at 80 % of its life, or earlier where what renews it dies earlier', () => {
    expect(linked().nextAt).toBe(6_000 + 0.8 * 994_000);
    const early = { ...tokens, refreshUntil: 106_000 };
    expect(run(authorised(), { ...fetched, answer: early } as LinkEvent, 6_000).link.nextAt).toBe(96_000);
    const forever = { ...tokens, accessUntil: null };
    expect(run(authorised(), { ...fetched, answer: forever } as LinkEvent, 6_000).link.nextAt).toBeNull();
    const once = { ...tokens, refreshToken: null };
    expect(run(authorised(), { ...fetched, answer: once } as LinkEvent, 6_000).link.nextAt).toBe(1_000_000);
  });

  test('renewed: the new one takes its place, and payments go on', () => {
    const asked = run(linked(), due, 801_200);
    expect(effectsOf(asked)).toEqual(['call refresh']);
    const answer = { ...tokens, accessToken: 'sealed-2', tokenHash: 'th-2', accessUntil: 1_801_200 };
    const step = run(asked.link, { type: 'refresh-answered', answer }, 801_200);
    expect(step.link).toMatchObject({ state: 'linked', accessToken: 'sealed-2', tokenHash: 'th-2', tries: 0 });
    expect(step.link.nextAt).toBe(801_200 + 800_000);
  });

  test('not answered it is asked again until it has died; then it is unlinked, with an alarm', () => {
    const asked = run(linked(), due, 801_200).link;
    const lost = run(asked, { type: 'refresh-answered', answer: timeout }, 801_300).link;
    expect(lost).toMatchObject({ state: 'linked', accessToken: 'sealed-access', nextAt: 861_300 });
    const late = run({ ...lost, nextAt: 990_000 }, { type: 'refresh-answered', answer: timeout }, 990_000).link;
    expect(late.nextAt).toBe(1_000_000);
    const dead = run(lost, due, 1_000_000);
    expect(dead.link).toMatchObject({ state: 'unlinked', reason: 'unlinked' });
    expect(effectsOf(dead)).toEqual(['alarm']);
    expect(secretsOf(dead.link)).toEqual([]);
  });

  test('refused for good it is unlinked, with an alarm', () => {
    const step = run(run(linked(), due, 801_200).link, { type: 'refresh-answered', answer: refused }, 801_300);
    expect(step.link.state).toBe('unlinked');
    expect(effectsOf(step)).toEqual(['alarm']);
  });

  test('that died while no relay ran is renewed all the same, if it can be; else it is over, with an alarm', () => {
    const asked = run(linked(), due, 1_000_500);
    expect(effectsOf(asked)).toEqual(['call refresh']);
    const answer = { ...tokens, accessToken: 'sealed-2', tokenHash: 'th-2', accessUntil: 2_000_500 };
    const step = run(asked.link, { type: 'refresh-answered', answer }, 1_000_700);
    expect(step.link).toMatchObject({ state: 'linked', accessToken: 'sealed-2', tries: 0 });
    const lost = run(asked.link, { type: 'refresh-answered', answer: timeout }, 1_000_700).link;
    expect(lost).toMatchObject({ state: 'linked', nextAt: 1_000_700 });
    const dead = run(lost, due, 1_000_700);
    expect([dead.link.state, effectsOf(dead)]).toEqual(['unlinked', ['alarm']]);
    const alsoOver = { ...linked(), refreshUntil: 1_000_400 };
    expect(run(alsoOver, due, 1_000_500).link.state).toBe('unlinked');
  });

  test('that died while the acquirer could not be asked is kept for a week, and renewed once it can be', () => {
    const notSent = { kind: 'not-sent', detail: 'wallet not in the config' } as const;
    const unasked = (link: WalletLink, now: number) =>
      run(run(link, due, now).link, { type: 'refresh-answered', answer: notSent }, now + 1);
    for (const at of [999_999, 1_000_500]) {
      const kept = unasked(linked(), at).link;
      expect(kept).toMatchObject({ state: 'linked', refreshToken: 'sealed-refresh' });
      expect(kept.nextAt).toBeGreaterThan(at + 1);
      expect(effectsOf(run(kept, due, kept.nextAt ?? 0))).toEqual(['call refresh']);
    }
    const week = 1_000_000 + 7 * 24 * 3_600_000;
    const asked = unasked({ ...linked(), refreshUntil: null }, week);
    const over = run(asked.link, due, week + 1);
    expect([over.link.state, effectsOf(over)]).toEqual(['unlinked', ['alarm']]);
    const late = run({ ...linked(), refreshUntil: 1_000_400 }, due, 1_000_500);
    expect([late.link.state, effectsOf(late)]).toEqual(['unlinked', ['alarm']]);
  });

  test('that nothing renews is good until its end', () => {
    const link = { ...linked(), refreshToken: null };
    expect(run(link, due, 801_200).link).toMatchObject({ state: 'linked', nextAt: 1_000_000 });
    expect(effectsOf(run(link, due, 1_000_000))).toEqual([]);
    expect(run(link, due, 1_000_000).link.state).toBe('unlinked');
  });

  test('that the acquirer calls dead is dropped, and so is one that a payment was refused for', () => {
    expect(run(linked(), { type: 'token-cancelled' }, 9_000).link).toMatchObject({
      state: 'unlinked',
      tokenHash: null,
    });
    const refusedFor = (tokenHash: string) => run(linked(), { type: 'token-refused', tokenHash }, 9_000);
    expect(refusedFor('th-1').link.state).toBe('unlinked');
    // It was renewed between the call and its answer.
    expect(refusedFor('th-0').link.state).toBe('linked');
    expect(effectsOf(refusedFor('th-0'))).toEqual(['ignored']);
  });
});

describe('unlinked by its owner', () => {
  test('it is charged no more at once, and revoked until the acquirer says so', () => {
    expect(revoking()).toMatchObject({ state: 'revoking', nextAt: 7_000, firstHash: null });
    const asked = run(revoking(), due, 7_000);
    expect(effectsOf(asked)).toEqual(['call revoke']);
    const lost = run(asked.link, { type: 'revoke-answered', answer: timeout }, 12_000).link;
    expect(lost).toMatchObject({ state: 'revoking', accessToken: 'sealed-access', nextAt: 13_000 });
    const done = run(run(lost, due, 13_000).link, { type: 'revoke-answered', answer: { kind: 'revoked' } }, 13_100);
    expect(done.link).toMatchObject({ state: 'unlinked', reason: null });
    expect(secretsOf(done.link)).toEqual([]);
  });

  test('refused it is asked again, with one alarm; a token that is dead already is revoked', () => {
    const asked = run(revoking(), due, 7_000).link;
    const answer = { kind: 'failed', reason: 'configuration' } as const;
    const first = run(asked, { type: 'revoke-answered', answer }, 7_100);
    expect([first.link.state, effectsOf(first)]).toEqual(['revoking', ['alarm']]);
    const second = run(run(first.link, due, 8_100).link, { type: 'revoke-answered', answer }, 8_200);
    expect([second.link.state, effectsOf(second)]).toEqual(['revoking', []]);
    const dead = { kind: 'failed', reason: 'unlinked' } as const;
    expect(run(asked, { type: 'revoke-answered', answer: dead }, 7_100).link.state).toBe('unlinked');
  });

  test.each([
    ['refused after an answer was lost', [timeout, refused, refused], 1],
    ['never answered', [timeout, timeout, { kind: 'not-sent', detail: 'x' } as const, timeout], 1],
    ['not answered twice', [timeout, timeout], 0],
  ])('%s: staff are told of it once', (_, answers, alarms) => {
    let [now, link] = [7_000, revoking()];
    const effects: string[] = [];
    for (const answer of answers) {
      const step = run(run(link, due, now).link, { type: 'revoke-answered', answer }, now + 100);
      effects.push(...effectsOf(step));
      [now, link] = [step.link.nextAt ?? 0, step.link];
    }
    expect(link.state).toBe('revoking');
    expect(effects).toEqual(Array(alarms).fill('alarm'));
    const done = run(run(link, due, now).link, { type: 'revoke-answered', answer: { kind: 'revoked' } }, now);
    expect(done.link).toMatchObject({ state: 'unlinked', reason: null });
  });

  test('a new token that was asked for before is the one that is revoked', () => {
    const answer = { ...tokens, accessToken: 'sealed-2', tokenHash: 'th-2' };
    const step = run(revoking(), { type: 'refresh-answered', answer }, 7_500);
    expect(step.link).toMatchObject({ state: 'revoking', accessToken: 'sealed-2', nextAt: 7_500 });
  });

  test('what has not been linked cannot be unlinked', () => {
    for (const link of [shown(), open(), authorised()]) {
      expect(run(link, { type: 'unlink', by: 'owner' }, 9_000).link).toBe(link);
    }
  });
});
