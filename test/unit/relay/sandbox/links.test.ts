import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Link, Links } from '../../../../relay/sandbox/antom/links.js';

/** The sandbox's book of links, whatever is done to it in whatever order. */

const LIFE_MS = 100;
const consult = { method: 'DANA', scopes: [], authClientId: undefined, redirectUrl: '', notifyUrl: undefined };

type Deed =
  | { readonly do: 'offer'; readonly state: number }
  | { readonly do: 'agree' | 'decline' | 'cancel' | 'exchange' | 'refresh'; readonly link: number }
  | { readonly do: 'wait'; readonly ms: number };
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ do: fc.constant('offer' as const), state: fc.nat(2) }),
  fc.record({
    do: fc.constantFrom('agree', 'decline', 'cancel', 'exchange', 'refresh'),
    link: fc.nat(1),
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(LIFE_MS) }),
);

/** What was ever given out for one link. */
type Given = {
  readonly link: Link;
  readonly tokens: { readonly access: string; readonly refresh: string }[];
  exchanges: number;
};

test('one consult for each state, one token for each code, one good access token for each link, none after its end', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(deed, { minLength: 20, maxLength: 60, size: 'max' }), (deeds) => {
      const links = new Links();
      const given: Given[] = [];
      const states = new Set<number>();
      let nowMs = 0;
      const note = (one: Given, made: Link | undefined): void => {
        if (made?.tokens) one.tokens.push({ access: made.tokens.access, refresh: made.tokens.refresh ?? '' });
      };
      const act = (one: Given, what: Deed['do']): void => {
        const { link } = one;
        const last = one.tokens.at(-1);
        seen.add(`${what} ${link.state}`);
        if (what === 'agree') links.agree(link, nowMs, LIFE_MS);
        if (what === 'decline') links.decline(link, nowMs);
        if (what === 'cancel') links.cancel(link);
        if (what === 'refresh' && last) note(one, links.refresh(last.refresh, 'DANA', nowMs, LIFE_MS));
        if (what === 'exchange' && link.authCode) {
          const made = links.exchange(link.authCode.text, 'DANA', nowMs, LIFE_MS);
          if (made) one.exchanges += 1;
          note(one, made);
        }
      };
      for (const step of deeds) {
        if (step.do === 'wait') nowMs += step.ms;
        else if (step.do === 'offer') {
          const link = links.offer({ ...consult, authState: String(step.state), offeredUntilMs: nowMs + LIFE_MS });
          expect(link === undefined, 'a state is good once').toBe(states.has(step.state));
          states.add(step.state);
          if (link) given.push({ link, tokens: [], exchanges: 0 });
        } else {
          const one = given[step.link];
          if (one) act(one, step.do);
        }
        for (const { link, tokens, exchanges } of given) {
          expect(exchanges).toBeLessThanOrEqual(1);
          const good = tokens.filter(({ access }) => links.byToken(access, nowMs) !== undefined);
          expect(good.length).toBeLessThanOrEqual(link.state === 'linked' ? 1 : 0);
          if (good.length > 0) expect(good[0]).toBe(tokens.at(-1));
          for (const { access } of good) expect(links.byToken(access, nowMs)).toBe(link);
          for (const { refresh } of tokens.slice(0, -1)) {
            expect(links.refresh(refresh, 'DANA', nowMs, LIFE_MS), 'a refresh token is good once').toBeUndefined();
          }
        }
      }
    }),
    { numRuns: 1_000 },
  );
  // Otherwise the property has said nothing of them.
  for (const reached of [
    'exchange agreed',
    'exchange linked',
    'refresh linked',
    'refresh cancelled',
    'agree expired',
    'agree declined',
  ]) {
    expect(seen).toContain(reached);
  }
});
