import { NAME_PATTERN, REFERENCE_MAX_CHARS } from '../../protocol/limits.js';
import { type State, states } from '../payment/types.js';
import { isDay } from '../runtime/days.js';
import { type Cursor, type PaymentFilter, receiptNumber } from './payments.js';

/** What a list is asked with, over HTTP and on the command line; all of it text. */
export type ListQuestion = {
  readonly state?: string;
  readonly kiosk?: string;
  readonly merchant?: string;
  readonly account?: string;
  readonly reference?: string;
  readonly link?: string;
  readonly receipt?: string;
  readonly from?: string;
  readonly to?: string;
};

/** Names the field, what was found and what was expected. */
export class QuestionError extends Error {
  override name = 'QuestionError';
  readonly field: string;
  constructor(field: string, found: string, expected: string) {
    // What is long may be a payment code in the wrong place, and is not repeated.
    super(`${field}: found ${found.length < 16 ? `"${found}"` : `${found.length} characters`}, expected ${expected}`);
    this.field = field;
  }
}

export const LIST_DEFAULT = 50;
export const LIST_MOST = 500;

/** @throws QuestionError */
export function limitIn(text: string | undefined, whenAbsent = LIST_DEFAULT): number {
  if (text === undefined) return whenAbsent;
  const n = Number(text);
  if (/^\d{1,4}$/.test(text) && n >= 1 && n <= LIST_MOST) return n;
  throw new QuestionError('limit', text, `a whole number from 1 to ${LIST_MOST}`);
}

const isState = (name: string): name is State => (states as readonly string[]).includes(name);

function timeIn(field: 'from' | 'to', text: string): number {
  // Date.parse takes 30 February for 2 March.
  const at =
    /^\d{4}-\d\d-\d\d([T ].*)?$/.test(text) && isDay(text.slice(0, 10))
      ? Date.parse(text.replace(' ', 'T'))
      : Number.NaN;
  if (Number.isNaN(at)) throw new QuestionError(field, text, 'a time such as 2026-11-22 or 2026-11-22T08:00:00Z');
  return at;
}

/** Looking for a receipt reads every payment of this time; without a `from` of one's own it ends there. */
const RECEIPT_LOOKED_FOR_MS = 31 * 86_400_000;

function statesIn(text: string): State[] {
  const wanted = text.split(',').map((name) => name.trim());
  const odd = wanted.find((name) => !isState(name));
  if (odd !== undefined) throw new QuestionError('state', odd, `of ${states.join(', ')}, several with commas between`);
  return wanted.filter(isState);
}

function checkTexts({ kiosk, merchant, account, reference, link, receipt }: ListQuestion): void {
  for (const [field, value] of Object.entries({ kiosk, merchant, account })) {
    if (value !== undefined && !NAME_PATTERN.test(value)) throw new QuestionError(field, value, 'a name of the config');
  }
  const odd = reference !== undefined && (reference.length > REFERENCE_MAX_CHARS || holdsControl(reference));
  if (odd || reference === '') {
    throw new QuestionError('reference', reference, `1 to ${REFERENCE_MAX_CHARS} characters, none of them a control`);
  }
  if (link !== undefined && !/^[0-9a-f]{32}$/.test(link)) {
    throw new QuestionError('link', link, 'the id of a linked wallet, 32 signs of hex');
  }
  if (receipt !== undefined && receiptNumber(receipt) === undefined) {
    throw new QuestionError('receipt', receipt, 'the five characters of a receipt, such as 7KQ2M');
  }
}

/** @throws QuestionError */
export function filterIn(question: ListQuestion, now: number): PaymentFilter {
  checkTexts(question);
  const { state, kiosk, merchant, account, reference, link, receipt, from, to } = question;
  const since = from === undefined ? undefined : timeIn('from', from);
  const until = to === undefined ? undefined : timeIn('to', to);
  if (since !== undefined && until !== undefined && until <= since) {
    throw new QuestionError('to', to ?? '', `a time after from (${new Date(since).toISOString()})`);
  }
  const begin = since ?? (receipt === undefined ? undefined : now - RECEIPT_LOOKED_FOR_MS);
  return {
    ...(state === undefined ? {} : { states: statesIn(state) }),
    ...(kiosk === undefined ? {} : { kiosk }),
    ...(merchant === undefined ? {} : { merchant }),
    ...(account === undefined ? {} : { account }),
    ...(reference === undefined ? {} : { reference }),
    ...(link === undefined ? {} : { link }),
    ...(receipt === undefined ? {} : { receipt }),
    ...(begin === undefined ? {} : { from: begin }),
    ...(until === undefined ? {} : { to: until }),
  };
}

export const cursorText = ({ createdAt, id }: Cursor): string =>
  Buffer.from(`${createdAt}.${id}`, 'utf8').toString('base64url');

const PAYMENT_CURSOR = /^(\d{1,15})\.([0-9a-f]{32})$/;

/** `pattern`: a time and an id, of a list of something else than payments. @throws QuestionError */
export function cursorIn(text: string | undefined, pattern = PAYMENT_CURSOR): Cursor | undefined {
  if (text === undefined) return undefined;
  const [, at, id] = pattern.exec(Buffer.from(text, 'base64url').toString('utf8')) ?? [];
  if (at === undefined || id === undefined)
    throw new QuestionError('cursor', text, 'what `next` said of the list before');
  return { createdAt: Number(at), id };
}

/** @throws QuestionError */
export function auditCursorIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new QuestionError('cursor', text, 'what `next` said of the list before');
  return Number(text);
}

/** A code, or a card's number, typed where words belong; it is not kept, and not repeated. */
export const holdsLongNumber = (words: string): boolean => /(?:\d[ -]?){14}/.test(words);
/** How every EMV code that a wallet shows begins, in Base64. */
const EMV_CODE = 'hQVDUFYwM';
/** PostgreSQL's texts hold no NUL, and a terminal obeys the others; tabs and line ends are words. */
const holdsControl = (words: string): boolean => /[^\P{Cc}\t\r\n]/u.test(words);

/** Why a person's words are not taken; undefined: they are. */
export function wordsFault(words: string): { readonly code: string; readonly message: string } | undefined {
  if (holdsLongNumber(words) || words.includes(EMV_CODE)) {
    const message = 'found a number as long as a payment code or a card, or a code itself, expected words';
    return { code: 'long-number', message: `${message}: codes are never kept` };
  }
  if (holdsControl(words)) return { code: 'control-character', message: 'found a control character, expected words' };
  return undefined;
}

const ID = /^(([rc]\d{1,4})?[0-9a-f]{32}|d[0-9a-f]{31}|tk_[0-9a-f]{8})$/;
/** What was typed where an id or a name belongs may be a payment code, and is then not kept. */
export const targetOf = (text: string): string =>
  ID.test(text) || (NAME_PATTERN.test(text) && !holdsLongNumber(text)) ? text : '';
