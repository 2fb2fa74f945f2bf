import { newNonce, type RandomBytes } from '../../protocol/ids.js';
import type { Hello } from '../../protocol/messages.js';
import { lockForSweep } from '../ledger/attempts.js';
import type { Database, Transaction } from '../ledger/contract.js';
import { block, type KioskRow, lockForHello, saveChallenge, saveGreeting } from '../ledger/kiosks.js';
import { raiseAlarm } from '../ledger/records.js';
import type { AlarmKind } from '../payment/types.js';
import { type Applied, type ApplyContext, applyIn } from '../worker/apply.js';
import { type Decision, decideHello, type GreetRules, measureClock } from './decide.js';

export type Heard = { readonly decision: Decision; readonly swept: readonly Applied[] };

export type HelloContext = ApplyContext & { readonly rules: GreetRules; readonly random: RandomBytes };

/** One transaction under the kiosk's row lock: greet and sweep commit together (rule 3). */
export async function hearHello(db: Database, kiosk: string, hello: Hello, context: HelloContext): Promise<Heard> {
  return await db.transaction(async (tx) => {
    const row = await lockForHello(tx, kiosk);
    const decision = decideHello(row, hello, context.now, newNonce(context.random), context.rules);
    switch (decision.type) {
      case 'greet':
        return { decision, swept: await greet(tx, row, hello, decision.switched, context) };
      case 'challenge':
        if (decision.fresh) {
          await saveChallenge(tx, kiosk, hello.nonce, decision.challenge);
          await alarm(tx, kiosk, 'other-journal', 'a Hello of another journal; challenged', context.now);
        }
        return { decision, swept: [] };
      case 'clone':
        if (decision.fresh) {
          await block(tx, kiosk, context.now);
          await alarm(tx, kiosk, 'clone', 'two journals in turn under one name; shut out until allowed', context.now);
        }
        return { decision, swept: [] };
      case 'stale':
        return { decision, swept: [] };
    }
  });
}

async function alarm(tx: Transaction, kiosk: string, kind: AlarmKind, detail: string, at: number): Promise<void> {
  await raiseAlarm(tx, { at, kind, kiosk, attempt: null, detail });
}

async function greet(
  tx: Transaction,
  row: KioskRow,
  hello: Hello,
  switched: boolean,
  context: HelloContext,
): Promise<Applied[]> {
  const clock = measureClock(row, hello, context.now);
  await saveGreeting(tx, row.name, { hello, now: context.now, clock, switched });
  return await sweep(tx, row.name, hello, context);
}

/** Rule 4. Attempts of this very boot are left alone: their reports come by themselves. */
async function sweep(tx: Transaction, kiosk: string, hello: Hello, context: HelloContext): Promise<Applied[]> {
  const listed = new Map(hello.open.map((o) => [o.attempt, o.delivery]));
  const swept: Applied[] = [];
  for (const stored of await lockForSweep(tx, kiosk, hello.nonce)) {
    const { id, boot } = stored.attempt;
    const event = { type: 'swept', listed: listed.get(id) ?? null, bootInChain: hello.chain.includes(boot) } as const;
    swept.push(await applyIn(tx, stored, event, context));
  }
  return swept;
}
