import { newNonce, type RandomBytes } from '../../protocol/ids.js';
import type { Hello } from '../../protocol/messages.js';
import type { KioskRow, Ledger, LedgerTransaction } from '../ledger/contract.js';
import type { AlarmKind } from '../payment/types.js';
import { type Applied, type ApplyContext, applyIn } from '../worker/apply.js';
import { type Decision, decideHello, type GreetRules, measureClock } from './decide.js';

export type Heard = { readonly decision: Decision; readonly swept: readonly Applied[] };

export type HelloContext = ApplyContext & { readonly rules: GreetRules; readonly random: RandomBytes };

/** One transaction under the kiosk's row lock: greet and sweep commit together (rule 3). */
export async function hearHello(ledger: Ledger, kiosk: string, hello: Hello, context: HelloContext): Promise<Heard> {
  return await ledger.transaction(async (tx) => {
    const row = await tx.lockForHello(kiosk);
    const decision = decideHello(row, hello, context.now, newNonce(context.random), context.rules);
    switch (decision.type) {
      case 'greet':
        return { decision, swept: await greet(tx, row, hello, decision.switched, context) };
      case 'challenge':
        if (decision.fresh) {
          await tx.saveChallenge(kiosk, hello.nonce, decision.challenge);
          const detail = sameAfterGap(row, hello)
            ? detailsAfterGap.challenge
            : 'a Hello of another journal; challenged';
          await alarm(tx, kiosk, 'other-journal', detail, context.now);
        }
        return { decision, swept: [] };
      case 'clone':
        if (decision.fresh) {
          await tx.block(kiosk, context.now);
          const detail = sameAfterGap(row, hello)
            ? detailsAfterGap.clone
            : 'two devices under one name, or a journal lost twice; shut out until allowed';
          await alarm(tx, kiosk, 'clone', detail, context.now);
        }
        return { decision, swept: [] };
      case 'stale':
        // Mostly late, and no reason to call anybody until it has proved that it lives.
        if (decision.fresh) await tx.saveChallenge(kiosk, hello.nonce, decision.challenge);
        return { decision, swept: [] };
    }
  });
}

/**
 * A later boot of a journal names an earlier one in its chain, unless its disk has lost blocks: then it vouches for none.
 * The rules take it for another journal all the same; only who is called shall know that it is the card.
 */
const sameAfterGap = (row: KioskRow, { board, number, chain }: Hello): boolean =>
  board === row.board && number > 1 && chain.length === 1;

const detailsAfterGap = {
  challenge: "a Hello of the same board, whose disk lost parts of its journal; challenged; replace the kiosk's card",
  clone:
    "its disk lost parts of its journal again, or a copy of its card runs; shut out until allowed; replace the kiosk's card",
} as const;

async function alarm(tx: LedgerTransaction, kiosk: string, kind: AlarmKind, detail: string, at: number): Promise<void> {
  await tx.raiseAlarm({ at, kind, kiosk, attempt: null, detail });
}

async function greet(
  tx: LedgerTransaction,
  row: KioskRow,
  hello: Hello,
  switched: boolean,
  context: HelloContext,
): Promise<Applied[]> {
  const clock = measureClock(row, hello, context.now);
  await tx.saveGreeting(row.name, { hello, now: context.now, clock, switched });
  return await sweep(tx, row.name, hello, context);
}

/** Rule 4. Attempts of this very boot are left alone: their reports come by themselves. */
async function sweep(tx: LedgerTransaction, kiosk: string, hello: Hello, context: HelloContext): Promise<Applied[]> {
  const listed = new Map(hello.open.map((o) => [o.attempt, o.delivery]));
  const swept: Applied[] = [];
  for (const stored of await tx.lockForSweep(kiosk, hello.nonce, [...listed.keys()])) {
    const { id, boot } = stored.attempt;
    const event = { type: 'swept', listed: listed.get(id) ?? null, bootInChain: hello.chain.includes(boot) } as const;
    swept.push(await applyIn(tx, stored, event, context));
  }
  return swept;
}
