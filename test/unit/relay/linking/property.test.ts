import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endedStages, type LinkEvent, type WalletLink } from '../../../../relay/linking/types.js';
import { offered, run, tokens } from './sample.js';

const undecided = [{ kind: 'unknown', detail: 'timeout' } as const, { kind: 'not-sent', detail: 'x' } as const];
const failed = [
  { kind: 'failed', reason: 'configuration', alarm: true } as const,
  { kind: 'failed', reason: 'unlinked' } as const,
];
const life = fc.constantFrom(null, 100_000, 1_000_000);
const someTokens = fc.record({ accessUntil: life, refreshUntil: life, renewed: fc.boolean() }).map((of) => ({
  ...tokens,
  ...{ accessUntil: of.accessUntil, refreshUntil: of.refreshUntil, refreshToken: of.renewed ? 'sealed-refresh' : null },
}));
const tokenAnswer = fc.oneof(someTokens, fc.constantFrom({ kind: 'pending' } as const, ...undecided, ...failed));
const hash = fc.constantFrom('sh-1', 'sh-2');

/** Any event, also those that no caller would send in that state. */
const anyEvent: fc.Arbitrary<LinkEvent> = fc.oneof(
  fc.record({ type: fc.constant('due' as const), stateHash: hash }),
  fc.record({
    ...{ type: fc.constant('consult-answered' as const), stateHash: hash },
    answer: fc.constantFrom({ kind: 'consulted', url: 'u', code: null } as const, ...undecided, ...failed),
  }),
  fc.record({ type: fc.constant('opened' as const), session: fc.constantFrom('a', 'b'), digits: fc.constant('47') }),
  fc.constantFrom<LinkEvent>({ type: 'refused' }, { type: 'given-up' }, { type: 'token-cancelled' }),
  fc.constant<LinkEvent>({ type: 'superseded' }),
  fc.constantFrom<LinkEvent>({ type: 'unlink', by: 'owner' }, { type: 'authorised', authCode: 'sealed-auth' }),
  fc.constantFrom<LinkEvent>({ type: 'authorised', authCode: 'sealed-auth' }),
  fc.record({
    ...{ type: fc.constant('token-answered' as const), answer: tokenAnswer },
    ...{ member: fc.constant('M'), firstHash: fc.constant('F') },
  }),
  fc.record({ type: fc.constant('refresh-answered' as const), answer: tokenAnswer }),
  fc.record({ type: fc.constant('token-refused' as const), tokenHash: fc.constantFrom('th-1', 'th-0') }),
  fc.record({
    type: fc.constant('revoke-answered' as const),
    answer: fc.constantFrom({ kind: 'revoked' } as const, ...undecided, ...failed),
  }),
);
const moments = fc.array(fc.tuple(fc.integer({ min: 0, max: 60_000 }), anyEvent), { maxLength: 30 });

/** As the table's trigger has them. */
const ways = new Set([
  ...['offered opened', 'offered authorised', 'offered expired', 'offered failed', 'opened authorised'],
  ...['opened expired', 'opened failed', 'authorised linked', 'authorised failed', 'linked revoking'],
  ...['linked unlinked', 'revoking unlinked'],
]);

test('any events in any order: the table would take every step, and nothing ends with a secret', () => {
  fc.assert(
    fc.property(moments, fc.boolean(), (played, ownCode) => {
      let [now, link]: [number, WalletLink] = [0, { ...offered, ownCode }];
      for (const [wait, event] of played) {
        now += wait;
        const { link: next, effects } = run(link, event, now);
        if (next.state !== link.state) expect(ways).toContain(`${link.state} ${next.state}`);
        const isEnded = endedStages.has(next.state);
        expect(next.endedAt !== null).toBe(isEnded);
        const secrets = [next.walletUrl, next.walletCode, next.authCode, next.accessToken, next.refreshToken];
        if (isEnded)
          expect([...secrets, next.stateHash, next.firstHash, next.tokenHash, next.nextAt]).toEqual(
            Array(9).fill(null),
          );
        if (next.state === 'authorised') expect(next.authCode).not.toBeNull();
        if (next.state === 'linked' || next.state === 'revoking') {
          expect(next.accessToken).not.toBeNull();
          expect(next.tokenHash).not.toBeNull();
        }
        // Who owns it never changes, and nobody else's yes counts.
        if (link.session !== null) expect(next.session).toBe(link.session);
        if (next.state === 'authorised' && !ownCode) expect(next.session).not.toBeNull();
        // Somebody comes back to it, but to a token that lasts until it is revoked.
        const waits = next.state === 'linked' && next.accessUntil === null;
        if (!isEnded && !waits) expect(next.nextAt).not.toBeNull();
        const call = effects.find((e) => e.type === 'call');
        if (call) expect(next.nextAt).toBeGreaterThan(now);
        link = next;
      }
    }),
    { numRuns: 2_000 },
  );
});

test('left alone after any events it comes to an end, but a token that lasts', () => {
  fc.assert(
    fc.property(moments, (played) => {
      let [now, link]: [number, WalletLink] = [0, offered];
      for (const [wait, event] of played) {
        now += wait;
        link = run(link, event, now).link;
      }
      for (let turns = 0; turns < 5_000 && link.nextAt !== null; turns++) {
        now = Math.max(now, link.nextAt);
        link = run(link, { type: 'due', stateHash: `sh-${turns}` }, now).link;
      }
      const isForever = (link.state === 'linked' || link.state === 'revoking') && link.accessUntil === null;
      expect(endedStages.has(link.state) || isForever, link.state).toBe(true);
    }),
    { numRuns: 300 },
  );
});
