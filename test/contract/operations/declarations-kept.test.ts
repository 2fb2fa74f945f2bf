import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DeclareAnswer } from '../../../relay/acquirers/customs.js';
import { applyDeclaration, applyDeclarationIn } from '../../../relay/customs/apply.js';
import { stepDeclaration } from '../../../relay/customs/step.js';
import { insertDeclaration, loadDeclaration, lockDeclaration } from '../../../relay/customs/store.js';
import type { Declaration, DeclarationEvent, DeclarationPolicy, SeenAnswer } from '../../../relay/customs/types.js';
import * as attempts from '../../../relay/ledger/attempts.js';
import { openWorld, stages, type World } from './world.js';

/** Whatever the machine does, the ledger keeps: no guard of the table refuses a step, and what is read is what was stepped. */

const policy: DeclarationPolicy = {
  ...{ againAfterMs: 100, triesMost: 3, inquiryDelaysMs: [10, 20, 30], watchDelaysMs: [50] },
};
const seen = (means: 'waiting' | 'accepted' | 'failed' | 'unclear'): SeenAnswer => ({
  kind: 'seen',
  seen: { declarationId: 'd', means, word: means.toUpperCase(), customsOrderId: 'O1', resultText: 'x' },
});
const unknown = { kind: 'unknown', detail: 'io' } as const;
const due: DeclarationEvent = { type: 'due' };
const told = fc
  .constantFrom<DeclareAnswer>(
    ...[{ kind: 'taken', customsPaymentId: 'C1' } as const, { kind: 'refused', code: 'RISK_REJECT' } as const],
    ...[{ kind: 'conflict' } as const, unknown, { kind: 'not-sent', detail: 'x' } as const],
  )
  .map((answer): DeclarationEvent => ({ type: 'declare-answered', answer }));
const heard = fc
  .constantFrom<SeenAnswer>(
    ...[seen('waiting'), seen('accepted'), seen('failed'), seen('unclear')],
    ...[{ kind: 'not-found' } as const, unknown],
  )
  .map((answer): DeclarationEvent => ({ type: 'inquiry-answered', answer }));
const again = fc
  .record({ amount: fc.integer({ min: 1, max: 3_550 }), customs: fc.constantFrom('ZONGSHU', 'NINGBO') })
  .map(
    ({ amount, customs }): DeclarationEvent => ({
      ...{ type: 'again', by: 'bob' },
      declared: { ...content, money: { amount, currency: 'CNY' }, customs },
    }),
  );
const settled = fc
  .constantFrom('accepted' as const, 'not-accepted' as const)
  .map((found): DeclarationEvent => ({ type: 'settled', found, by: 'ann' }));
const life = fc.array(
  fc.tuple(
    fc.oneof({ weight: 3, arbitrary: fc.constant(due) }, told, { weight: 2, arbitrary: heard }, again, settled),
    fc.integer({ min: 0, max: 150 }),
  ),
  { minLength: 5, maxLength: 25 },
);
const content = {
  ...{ money: { amount: 3_550, currency: 'CNY' } as const, customs: 'ZONGSHU', merchantCode: 'M', merchantName: 'N' },
  ...{ subOrder: null, buyerNamed: true },
};

describe.each(stages)('declarations as $name keeps them', (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(kind);
  }, 120_000);
  afterAll(() => world.stop());
  beforeEach(() => world.fresh(), 60_000);

  test('any life of one', async () => {
    const attempt = await world.delivered('antom', 3_550, 'approve', 'CNY');
    let number = 0;
    await fc.assert(
      fc.asyncProperty(life, async (events) => {
        number += 1;
        await world.db.query('DELETE FROM declaration_call');
        await world.db.query('DELETE FROM declaration');
        const asked = { attempt, number, requestedBy: 'ann', declared: content, at: 1_000, buyer: 'sealed' };
        let d: Declaration = await world.db.transaction((tx) => insertDeclaration(tx, asked));
        let now = 1_000;
        for (const [event, wait] of events) {
          now += wait;
          const expected = stepDeclaration(d, event, now, policy).declaration;
          const context = { now, policyOf: () => policy, relay: 'relay-1', leaseMs: 50 };
          const applied =
            event.type === 'again'
              ? await world.db.transaction(async (tx) => {
                  const held = await attempts.lock(tx, attempt);
                  const stored = await lockDeclaration(tx, d.id);
                  if (!held || !stored) throw new Error('gone');
                  return await applyDeclarationIn(
                    tx,
                    held.attempt,
                    { ...stored, buyer: 'sealed anew' },
                    event,
                    context,
                  );
                })
              : await applyDeclaration(world.db, d.id, event, context);
          expect(applied?.declaration).toEqual(expected);
          expect(await loadDeclaration(world.db, d.id)).toEqual(expected);
          const [row] = await world.db.query('SELECT buyer, state FROM declaration');
          if (row?.['state'] !== 'requested') expect(row?.['buyer']).toBeNull();
          d = expected;
        }
      }),
      { numRuns: 40 },
    );
  }, 180_000);
});
