import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeclarationSeen, DeclareAnswer } from '../../../../relay/acquirers/customs.js';
import { againAt, stepDeclaration } from '../../../../relay/customs/step.js';
import {
  type Declaration,
  type DeclarationEvent,
  declarationPlan,
  declarationStates,
  type SeenAnswer,
} from '../../../../relay/customs/types.js';
import { declared, fresh, held, NOW, policy, sent } from './sample.js';

const unknown = { kind: 'unknown', detail: 'timeout' } as const;
const notSent = { kind: 'not-sent', detail: 'x' } as const;
const taken = { kind: 'taken', code: 'SUCCESS', customsPaymentId: 'C1' } as const;
const refused = { kind: 'refused', code: 'TOTAL_DECLARATION_AMOUNT_EXCEED' } as const;
const conflict = { kind: 'conflict', code: 'CONTEXT_INCONSISTENT' } as const;
const notFound = { kind: 'not-found' } as const;
const seen = (means: DeclarationSeen['means'], word = means.toUpperCase()): SeenAnswer => ({
  kind: 'seen',
  seen: { declarationId: fresh.id, means, word },
});

const told = (answer: DeclareAnswer): DeclarationEvent => ({ type: 'declare-answered', answer });
const asked = (answer: SeenAnswer): DeclarationEvent => ({ type: 'inquiry-answered', answer });
const due: DeclarationEvent = { type: 'due' };

/** "state [>call] [alarm kind] [!]" */
function led(from: Declaration, event: DeclarationEvent, now = NOW): string {
  const { declaration, effects } = stepDeclaration(from, event, now, policy);
  const words = effects.map((e) => (e.type === 'call' ? `>${e.call}` : e.type === 'alarm' ? e.kind : '!'));
  return [declaration.state, ...words].join(' ');
}
const stepped = (from: Declaration, event: DeclarationEvent, now = NOW): Declaration =>
  stepDeclaration(from, event, now, policy).declaration;

describe('a declaration to customs', () => {
  test('is sent, taken, inquired, and ends with customs word', () => {
    expect(led(fresh, due)).toBe('requested >declare');
    expect(led(sent, told(taken))).toBe('declared');
    expect(stepped(sent, told(taken))).toMatchObject({ taken: { customsPaymentId: 'C1' }, nextAt: NOW + 10 });
    expect(led(declared, due)).toBe('declared >inquire-declaration');
    expect(led(declared, asked(seen('waiting')))).toBe('declared');
    expect(led(declared, asked(seen('accepted')))).toBe('accepted');
    expect(led(declared, asked(seen('failed')))).toBe('failed declaration-failed');
    expect(stepped(declared, asked(seen('accepted')))).toMatchObject({ word: 'ACCEPTED', endedAt: NOW, nextAt: null });
  });

  test('without a certain answer the same is sent again, not before the acquirer allows it', () => {
    for (const answer of [unknown, notSent]) {
      expect(stepped(sent, told(answer))).toMatchObject({ state: 'requested', nextAt: NOW - 1_000 + 300_000 });
    }
    expect(led(sent, due)).toBe('requested');
    expect(stepped(sent, due).nextAt).toBe(againAt(sent, policy));
    expect(led(stepped(sent, told(notSent)), due, NOW + 300_000)).toBe('requested >declare');
    const last: Declaration = { ...sent, tries: 3, absent: true };
    expect(led(last, due, NOW + 300_000)).toBe('operator declaration-unconfirmed');
  });

  test('an answer that was lost: asked for first, and sent again only where the acquirer has nothing', () => {
    const lost = stepped(sent, told(unknown));
    const later = NOW + 300_000;
    expect(led(lost, due, later)).toBe('requested >inquire-declaration');
    const inquired = stepped(lost, due, later);
    for (const means of ['waiting', 'unclear'] as const) expect(led(inquired, asked(seen(means)))).toBe('declared');
    expect(led(inquired, asked(seen('accepted')))).toBe('accepted');
    expect(led(inquired, asked(seen('failed')))).toBe('failed declaration-failed');
    const nobodyKnows = stepped(inquired, asked(unknown), later);
    expect(nobodyKnows).toMatchObject({ state: 'requested', nextAt: later + 300_000 });
    expect(led(nobodyKnows, due, later + 300_000)).toBe('requested >inquire-declaration');
    const absent = stepped(inquired, asked(notFound), later);
    expect(absent).toMatchObject({ state: 'requested', absent: true });
    expect(led(absent, due, later)).toBe('requested >declare');
    expect(stepped(absent, due, later).absent).toBe(false);
    expect(led({ ...lost, tries: 3 }, due, later)).toBe('requested >inquire-declaration');
    // A change cannot be told from what was sent before: the same again is what the acquirer takes for the same.
    expect(led({ ...lost, push: 2 }, due, later)).toBe('requested >declare');
  });

  test('what was given back meanwhile is not sent; what may stand from before is asked for', () => {
    const barred = { type: 'due', barred: 'all of it was given back' } as const;
    expect(led(fresh, barred)).toBe('failed declaration-failed');
    const { effects } = stepDeclaration(fresh, barred, NOW, policy);
    expect(JSON.stringify(effects)).toContain('was not sent: all of it was given back');
    expect(led(stepped(sent, told(unknown)), barred, NOW + 300_000)).toBe('requested >inquire-declaration');
    const again = stepped({ ...fresh, push: 2 }, barred);
    expect(again).toMatchObject({ state: 'requested', doubted: true });
    expect(led(again, asked(notFound))).toBe('failed declaration-failed');
    expect(led(again, asked(seen('accepted')))).toBe('operator declaration-unconfirmed');
    for (const from of [declared, held]) expect(led(from, barred)).toBe(led(from, due));
  });

  test('a refusal ends it; after a try of which nothing is known only what the inquiry says', () => {
    expect(led(sent, told(refused))).toBe('failed declaration-failed');
    const second: Declaration = { ...sent, tries: 2 };
    expect(led(second, told(refused))).toBe('requested');
    const doubted = stepped(second, told(refused));
    expect(doubted).toMatchObject({ doubted: true, nextAt: NOW + 10 });
    expect(led(doubted, due)).toBe('requested >inquire-declaration');
    expect(led(doubted, asked(notFound))).toBe('failed declaration-failed');
    expect(led(doubted, asked(seen('waiting')))).toBe('declared');
    expect(led(doubted, asked(unknown))).toBe('requested');
  });

  test('a refused change leaves what stands: a person looks', () => {
    expect(led(sent, told(conflict))).toBe('operator declaration-unconfirmed');
    const { effects } = stepDeclaration({ ...sent, push: 2 }, told(conflict), NOW, policy);
    expect(JSON.stringify(effects)).toContain('what it was sent with before stands');
    const refusedAgain = stepped({ ...sent, push: 2 }, told(refused));
    expect(led(refusedAgain, asked(notFound))).toBe('failed declaration-failed');
    const stands = stepped(refusedAgain, asked(seen('accepted')));
    expect(stands).toMatchObject({ state: 'operator', doubted: true });
    // Nor does what is said of it later make the change true.
    expect(led(stands, asked(seen('accepted')))).toBe('operator');
    expect(led(stepped({ ...sent, push: 2 }, told(conflict)), asked(seen('accepted')))).toBe('operator');
  });

  test('withheld at the last moment: not sent, and what may stand from before is asked for', () => {
    const withheld = { type: 'withheld', why: 'the acquirer calls the payment cancelled' } as const;
    expect(led(sent, withheld)).toBe('failed declaration-failed');
    const { effects } = stepDeclaration(sent, withheld, NOW, policy);
    expect(JSON.stringify(effects)).toContain('was not sent: the acquirer calls the payment cancelled');
    const changed = stepped({ ...sent, push: 2 }, withheld);
    expect(changed).toMatchObject({ state: 'requested', doubted: true, nextAt: NOW + 10 });
    expect(led(changed, due)).toBe('requested >inquire-declaration');
    for (const from of [declared, held]) expect(led(from, withheld)).toBe(`${from.state} !`);
  });

  test('an end of other content than was declared is no end: a person looks', () => {
    const { money, customs, merchantCode } = declared.declared;
    const with_ = (means: DeclarationSeen['means'], more: Partial<DeclarationSeen>): DeclarationEvent =>
      asked({ kind: 'seen', seen: { declarationId: fresh.id, means, word: means, ...more } });
    const ours = { money, customs, merchant: { code: merchantCode, name: 'as customs writes it' } };
    expect(led(declared, with_('accepted', ours))).toBe('accepted');
    for (const more of [
      { money: { amount: 3_551, currency: 'CNY' } },
      { money: { amount: 3_550, currency: 'HKD' } },
      { customs: 'NINGBO' },
      { merchant: { code: 'another', name: declared.declared.merchantName } },
    ] as const) {
      expect(led(declared, with_('accepted', { ...ours, ...more }))).toBe('operator declaration-unconfirmed');
      expect(led(declared, with_('failed', { ...ours, ...more }))).toBe('operator declaration-unconfirmed');
      expect(led(declared, with_('waiting', { ...ours, ...more }))).toBe('declared');
      expect(led(held, with_('accepted', { ...ours, ...more }))).toBe('operator');
    }
    const other = stepDeclaration(declared, with_('accepted', { customs: 'NINGBO', money }), NOW, policy);
    expect(JSON.stringify(other.effects)).toContain('the acquirer has 3550 CNY (minor units) to NINGBO');
  });

  test("an alarm stays for ever, so customs' own words are not in it", () => {
    const seenFailed = { declarationId: fresh.id, means: 'failed', word: 'FAIL', resultCode: '0' } as const;
    const answer: SeenAnswer = { kind: 'seen', seen: { ...seenFailed, resultText: 'Li Ming is not the payer' } };
    const { declaration, effects } = stepDeclaration(declared, asked(answer), NOW, policy);
    expect(declaration.resultText).toBe('Li Ming is not the payer');
    expect(JSON.stringify(effects)).toContain('was not accepted: 0;');
    expect(JSON.stringify(effects)).not.toContain('Li Ming');
  });

  test('what was taken is never sent again by itself, whatever is said of it', () => {
    for (const answer of [unknown, notSent, notFound, seen('unclear', 'HELD'), seen('waiting')]) {
      expect(led(declared, asked(answer))).toBe('declared');
    }
    expect(stepped(declared, asked(seen('unclear', 'HELD'))).word).toBe('HELD');
  });

  test('never confirmed: a person, who is told what is said at last', () => {
    const last: Declaration = { ...declared, inquiries: 2 };
    expect(led(last, due)).toBe('operator declaration-unconfirmed');
    expect(led(last, asked(seen('waiting')))).toBe('operator declaration-unconfirmed');
    expect(led(held, due)).toBe('operator >inquire-declaration');
    expect(led(held, asked(seen('accepted')))).toBe('accepted finding');
    expect(led(held, asked(seen('failed')))).toBe('failed finding');
    expect(led(held, asked(seen('waiting')))).toBe('operator');
    expect(stepped({ ...held, watches: 1 }, asked(unknown)).nextAt).toBeNull();
  });

  test('a person settles only what is with a person', () => {
    const word = (found: 'accepted' | 'not-accepted'): DeclarationEvent => ({ type: 'settled', found, by: 'ann' });
    expect(led(held, word('accepted'))).toBe('accepted');
    expect(stepped(held, word('not-accepted'))).toMatchObject({ state: 'failed', settledBy: 'ann', endedAt: NOW });
    for (const from of [fresh, declared, stepped(declared, asked(seen('accepted')))]) {
      expect(led(from, word('accepted'))).toBe(`${from.state} !`);
    }
  });

  test('again: with what is new, under the same id, when the five minutes are over', () => {
    const ended = stepped(declared, asked(seen('failed')));
    const now = { ...ended.declared, customs: 'NINGBO' };
    const pushed = stepped(ended, { type: 'again', declared: now, by: 'bob' });
    expect(pushed).toMatchObject({
      ...{ id: fresh.id, push: 2, state: 'requested', declared: now, requestedBy: 'bob', endedAt: null },
      ...{ tries: 0, inquiries: 0, word: null, sentAt: NOW - 1_000, nextAt: NOW - 1_000 + 300_000 },
    });
    expect(led(sent, { type: 'again', declared: now, by: 'bob' })).toBe('requested !');
  });

  test('the shipped plan waits for weeks, and ends', () => {
    const sum = declarationPlan.inquiryDelaysMs.reduce((a, b) => a + b, 0);
    expect(sum / 86_400_000).toBeGreaterThan(14);
    expect(declarationPlan.inquiryDelaysMs.every((wait) => wait > 0)).toBe(true);
  });
});

const answers = fc.constantFrom<DeclareAnswer>(taken, refused, conflict, unknown, notSent, {
  kind: 'refused',
  alarm: true,
});
const sights = fc.constantFrom<SeenAnswer>(
  ...[notFound, unknown, notSent],
  ...(['waiting', 'accepted', 'failed', 'unclear'] as const).map((means) => seen(means)),
);
const events: fc.Arbitrary<DeclarationEvent> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(due) },
  answers.map(told),
  sights.map(asked),
  fc.constant<DeclarationEvent>({ type: 'withheld', why: 'x' }),
  fc.constant<DeclarationEvent>({ type: 'due', barred: 'x' }),
  fc.constant<DeclarationEvent>({ type: 'again', declared: { ...fresh.declared, customs: 'NINGBO' }, by: 'bob' }),
  fc.constantFrom('accepted', 'not-accepted').map(
    (found): DeclarationEvent => ({
      ...{ type: 'settled', by: 'ann' },
      found: found === 'accepted' ? 'accepted' : 'not-accepted',
    }),
  ),
);

describe('whatever happens', () => {
  const lives = fc.array(fc.tuple(events, fc.integer({ min: 0, max: 400_000 })), { maxLength: 40 });
  test('the five minutes are kept, an end stays but for a person, and something is always waited for', () => {
    fc.assert(
      fc.property(lives, (life) => {
        let [d, now] = [fresh, NOW];
        let sentAt = Number.NEGATIVE_INFINITY;
        for (const [event, wait] of life) {
          now += wait;
          const { declaration: next, effects } = stepDeclaration(d, event, now, policy);
          expect(declarationStates).toContain(next.state);
          if (effects.some((e) => e.type === 'call' && e.call === 'declare')) {
            expect(now - sentAt).toBeGreaterThanOrEqual(policy.againAfterMs);
            expect(d.state).toBe('requested');
            sentAt = now;
          }
          if (d.state === 'accepted' || d.state === 'failed') {
            expect(next.state === d.state || event.type === 'again').toBe(true);
          }
          expect((next.endedAt === null) === (next.state !== 'accepted' && next.state !== 'failed')).toBe(true);
          if (next.state === 'requested' || next.state === 'declared') expect(next.nextAt).not.toBeNull();
          expect(next.push - d.push).toBe(event.type === 'again' && d.state !== 'requested' ? 1 : 0);
          expect([next.id, next.attempt, next.number, next.requestedAt]).toEqual([d.id, d.attempt, d.number, 0]);
          d = next;
        }
      }),
    );
  });
});
