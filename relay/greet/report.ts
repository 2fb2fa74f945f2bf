import type { Delivery } from '../../protocol/words.js';
import type { Ledger, LedgerTransaction } from '../ledger/contract.js';
import type { Effect, PaymentEvent } from '../payment/types.js';
import { type Applied, type ApplyContext, applyIn } from '../worker/apply.js';
import { insertTombstone } from './admit.js';

export type Report = { readonly kiosk: string; readonly tag: string; readonly attempt: string };
type VendReport = Report & { readonly delivery: Delivery };

/**
 * A kiosk's report of its vend: a fact, from any boot (rule 6). Undefined: the attempt is another kiosk's. Such a report
 * moves nothing and is not acknowledged, so it stays in that kiosk's journal: a journal that came under another name may
 * be the only one that knows of the goods. An alarm, once, calls a person.
 */
export async function hearVend(
  ledger: Ledger,
  report: VendReport,
  context: ApplyContext,
): Promise<Applied | undefined> {
  return await ledger.transaction(async (tx) => {
    const known = await ofRecord(
      tx,
      report,
      { type: 'vend-reported', boot: report.tag, delivery: report.delivery },
      context,
    );
    if (known === undefined) await foreignReport(tx, report, context);
    if (known !== 'unknown') return known;
    const made = await unknownAttempt(tx, report, context);
    // Inserted by a Pay in between: now it is known.
    if (!made) {
      const again = await ofRecord(
        tx,
        report,
        { type: 'vend-reported', boot: report.tag, delivery: report.delivery },
        context,
      );
      if (again === undefined) await foreignReport(tx, report, context);
      return again === 'unknown' ? undefined : again;
    }
    return made;
  });
}

/** The customer gave up. Undefined: no such attempt of this kiosk; its report will follow. */
export async function hearAbort(ledger: Ledger, report: Report, context: ApplyContext): Promise<Applied | undefined> {
  return await ledger.transaction(async (tx) => {
    const known = await ofRecord(tx, report, { type: 'abort' }, context);
    return known === 'unknown' ? undefined : known;
  });
}

async function ofRecord(
  tx: LedgerTransaction,
  { kiosk, attempt }: Report,
  event: PaymentEvent,
  context: ApplyContext,
): Promise<Applied | undefined | 'unknown'> {
  const stored = await tx.lock(attempt);
  if (!stored) return 'unknown';
  return stored.attempt.kiosk === kiosk ? await applyIn(tx, stored, event, context) : undefined;
}

async function foreignReport(tx: LedgerTransaction, report: VendReport, { now }: ApplyContext): Promise<void> {
  const { kiosk, attempt, delivery } = report;
  const detail = `kiosk ${kiosk} reports ${delivery} for an attempt that the ledger has under another kiosk's name`;
  await tx.raiseAlarm({ at: now, kind: 'foreign-report', kiosk, attempt, detail });
}

async function unknownAttempt(
  tx: LedgerTransaction,
  { kiosk, tag, attempt: id, delivery }: VendReport,
  context: ApplyContext,
): Promise<Applied | undefined> {
  const attempt = await insertTombstone(tx, kiosk, id, tag, context);
  if (!attempt) return undefined;
  const effects: Effect[] = [
    { type: 'publish', until: 'answered' },
    { type: 'ack-vend', delivery },
  ];
  if (delivery !== 'not-delivered') {
    const text = `kiosk reports ${delivery} for an attempt that the ledger does not know`;
    await tx.raiseAlarm({ at: context.now, kind: 'unknown-attempt', kiosk, attempt: id, detail: text });
    effects.push({ type: 'alarm', kind: 'unknown-attempt', text });
  }
  return { attempt, effects, changed: false, moved: false, callId: null, givenBack: false };
}
