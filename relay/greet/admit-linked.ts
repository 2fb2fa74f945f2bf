import { bootTag } from '../../protocol/ids.js';
import type { Pay, PayLinked } from '../../protocol/messages.js';
import type { Reason } from '../../protocol/words.js';
import type { KioskRow, Ledger, LedgerTransaction } from '../ledger/contract.js';
import { isFirstCode, readMember } from '../linking/codes.js';
import type { Links, LinkTransaction } from '../linking/contract.js';
import { refusalBy, startsOf } from '../linking/limits.js';
import { type LinkingContext, walletOf } from '../linking/rules.js';
import type { WalletLink } from '../linking/types.js';
import type { Attempt, Pressed } from '../payment/types.js';
import { type Applied, type ApplyContext, applyIn } from '../worker/apply.js';
import {
  type Admission,
  type AdmitContext,
  barred,
  fromRecord,
  hashCode,
  newAttempt,
  refusalOf,
  refuse,
  scanTime,
} from './admit.js';

export type LinkedAdmission = Admission | { readonly type: 'pressed'; readonly applied: Applied };

/** `linking`: absent where this relay knows of no linked wallet; then every such payment is refused. */
export type LinkedContext = AdmitContext & { readonly linking?: Linking | undefined; readonly apply: ApplyContext };
type Linking = LinkingContext & { readonly links: Links };
/** With the part of the transaction that the wallets lie in. */
type At = Linking & { readonly tx: LinkTransaction; readonly now: number };

/**
 * A payment by a linked wallet: rule 5 as of any Pay, and whose wallet it is, decided in the same transaction and under
 * that wallet's lock, so that two kiosks with one member code, or with one wallet's last dollar, cannot both pass.
 */
export async function admitLinked(
  ledger: Ledger,
  kiosk: string,
  tag: string,
  frame: PayLinked,
  context: LinkedContext,
): Promise<LinkedAdmission> {
  const { linking, now } = context;
  const codeHash = hashCode(frame.code, context.codeHashKey);
  const work = async (tx: LedgerTransaction, at?: At): Promise<LinkedAdmission> => {
    const row = await tx.lockForPay(kiosk);
    const before = await tx.load(frame.attempt);
    if (before) return await heardBefore(tx, before, row, { kiosk, tag, frame }, codeHash, context);
    const scannedAt = row && scanTime(row, tag, { ...frame, type: 'pay' }, now);
    if (!row?.nonce || scannedAt === undefined) return { type: 'not-greeted' };
    const named = { kiosk, nonce: row.nonce, frame, scannedAt };
    return await admitNew(tx, at, named, codeHash, context);
  };
  if (!linking) return await ledger.transaction((tx) => work(tx));
  return await linking.links.transaction((tx, linkTx) => work(tx, { ...linking, tx: linkTx, now }));
}

type Named = {
  readonly kiosk: string;
  readonly nonce: string;
  readonly frame: PayLinked;
  readonly scannedAt: number;
};

async function admitNew(
  tx: LedgerTransaction,
  at: At | undefined,
  { kiosk, nonce, frame, scannedAt }: Named,
  codeHash: string,
  context: LinkedContext,
): Promise<LinkedAdmission> {
  const whose: Whose = at ? await whoseOf(frame, kiosk, at) : { reason: 'configuration' };
  const link = 'link' in whose ? whose.link : undefined;
  const to = link && context.rules.routeLinked?.(kiosk, link.account);
  const pay: Pay = { ...frame, type: 'pay', issuer: link?.wallet };
  const fresh = newAttempt(kiosk, nonce, pay, scannedAt, to, context);
  const attempt: Attempt = { ...fresh, ...pressedOf(frame, fresh, context.now), link: link?.id ?? null };
  let reason = 'reason' in whose ? whose.reason : undefined;
  // At another merchant's kiosk it is not linked.
  if (link) reason = to?.merchant === link.merchant ? refusalOf(kiosk, pay, scannedAt, to, context) : 'unlinked';
  if (link && at) reason ??= await overLimit(link, pay, at);
  if (reason) return await refuse(tx, attempt, reason, codeHash, context);
  return await insert(tx, attempt, codeHash, frame, context);
}

/** Unpressed it waits for that, until nothing may be sent any more; no relay has anything to do meanwhile. */
const pressedOf = ({ pressed }: PayLinked, { payUntil }: Attempt, now: number) =>
  pressed ? { confirmedAt: now, nextAt: now } : { confirmedAt: null, nextAt: payUntil + 1 };

async function insert(
  tx: LedgerTransaction,
  attempt: Attempt,
  codeHash: string,
  frame: PayLinked,
  context: LinkedContext,
): Promise<LinkedAdmission> {
  const { now, relay, leaseMs } = context;
  const lease = frame.pressed
    ? { leaseOwner: relay, leaseUntil: now + leaseMs }
    : { leaseOwner: null, leaseUntil: null };
  if (!(await tx.insert(attempt, { codeHash, telling: { owed: false, tellAt: null }, ...lease }))) {
    return await barred(tx, attempt, codeHash, context);
  }
  const steps = [{ at: now, name: 'accepted', detail: '', ms: now - attempt.scannedAt }];
  if (frame.pressed) steps.push({ at: now, name: 'confirmed', detail: `by ${pressedBy(frame)}`, ms: 0 });
  await tx.addSteps(attempt.id, steps);
  return { type: 'accepted', attempt };
}

const pressedBy = ({ code }: PayLinked): Pressed => (isFirstCode(code) ? 'link' : 'kiosk');

/** The kiosk says it again until it is told more than "press"; with the press it may go on. */
async function heardBefore(
  tx: LedgerTransaction,
  before: Attempt,
  row: KioskRow | undefined,
  { kiosk, tag, frame }: { readonly kiosk: string; readonly tag: string; readonly frame: PayLinked },
  codeHash: string,
  context: LinkedContext,
): Promise<LinkedAdmission> {
  // Only of the boot that is greeted, as any Pay: one that was shut out meanwhile moves no money.
  const isOwn =
    before.kiosk === kiosk && before.boot === row?.nonce && bootTag(before.boot) === tag && before.link !== null;
  if (!frame.pressed || !isOwn || (await tx.codeHashOf(before.id)) !== codeHash) {
    return await fromRecord(tx, before.id, kiosk, codeHash, context);
  }
  const stored = await tx.lock(before.id);
  if (!stored) return { type: 'not-greeted' };
  const event = { type: 'confirmed', by: pressedBy(frame) } as const;
  return { type: 'pressed', applied: await applyIn(tx, stored, event, context.apply) };
}

type Whose = { readonly link: WalletLink } | { readonly reason: Reason };

/** Whose wallet a code means, locked; or why it means none that may pay here. */
async function whoseOf(frame: PayLinked, kiosk: string, at: At): Promise<Whose> {
  return isFirstCode(frame.code) ? await ofFirst(frame, kiosk, at) : await ofMember(frame, at);
}

async function ofMember({ code }: PayLinked, { tx, vault, now }: At): Promise<Whose> {
  const said = readMember(vault, code, now);
  if (said.kind === 'expired') return { reason: 'code-expired' };
  const stored = said.kind === 'member' ? await tx.lockBy('member', [said.member]) : undefined;
  if (!stored) return { reason: 'code-not-accepted' };
  return stored.link.state === 'linked' ? { link: stored.link } : { reason: 'unlinked' };
}

/** For the kiosk that linked it, at once, and for what its owner agreed to pay there. */
async function ofFirst({ code, amount, currency }: PayLinked, kiosk: string, at: At): Promise<Whose> {
  const { tx, vault, rules, now } = at;
  const stored = await tx.lockBy('first', vault.hashes('first', code));
  const link = stored?.link;
  if (!link || link.kiosk !== kiosk || link.state !== 'linked') return { reason: 'code-not-accepted' };
  if (now >= (link.linkedAt ?? 0) + rules.firstPaymentMs) return { reason: 'code-expired' };
  const isAgreed = link.money?.amount === amount && link.money.currency === currency;
  return isAgreed ? { link } : { reason: 'code-not-accepted' };
}

async function overLimit(link: WalletLink, { amount, currency }: Pay, at: At): Promise<Reason | undefined> {
  const { tx, now, accounts, rules } = at;
  const wallet = walletOf(accounts, link.account, link.wallet);
  if (!wallet) return 'configuration';
  const starts = startsOf(now, rules.zoneMinutes);
  const spent = {
    day: await tx.spent(link.id, currency, starts.day),
    year: await tx.spent(link.id, currency, starts.year),
  };
  return refusalBy(wallet, rules.limits, { amount, currency }, spent);
}
