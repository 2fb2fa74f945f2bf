import { AGAIN_AFTER_MS, INQUIRED_MOST } from '../../acquirers/antom/customs.js';
import type { Api } from '../../acquirers/antom/paths.js';
import type { Amount, Books, Payment } from '../books.js';
import { hashOf } from '../codes.js';
import type { Json } from '../json.js';
import type { Reply } from '../stage.js';
import { faultyField, textAt } from './fields.js';
import { amountAt, amountJson, result, success, time } from './results.js';

/** What `declare` and `inquiryDeclarationRequests` do. Source: reference acquirers/antom.md section 2.9. */

export const customsApis = ['declare', 'inquiryDeclarationRequests'] as const satisfies readonly Api[];
export type CustomsApi = (typeof customsApis)[number];
export const isCustomsApi = (api: Api): api is CustomsApi => customsApis.some((name) => name === api);

/** What customs does with a declaration, and how the first call of it is answered. */
type Fate = {
  /** Undecided, although it was taken, or although nothing of it is remembered. */
  readonly first?: 'undecided' | 'forgotten';
  /** Customs' word at the second inquiry; null: it never has one. */
  readonly word: string | null;
};
const plain: Fate = { word: 'SUCCESS' };
/** By the amount, in minor units of CNY: whoever declares plays all of it without the control port. */
const fates: ReadonlyMap<number, Fate> = new Map([
  [9921, { word: 'FAIL' }],
  [9922, { word: null }],
  [9923, { ...plain, first: 'undecided' }],
  [9924, { ...plain, first: 'forgotten' }],
  // A word that no document names.
  [9925, { word: 'HELD_FOR_REVIEW' }],
]);
const fateOf = (value: number): Fate => fates.get(value) ?? plain;
/** Not the one who paid. */
const STRANGER = 'A Stranger';

type Content = {
  readonly paymentId: string;
  readonly amount: Amount;
  readonly customs: string;
  readonly merchant: string;
  readonly subOrder: string | undefined;
  /** A hash: the sandbox keeps no buyer either. */
  readonly buyer: string | undefined;
};

/** As the sandbox has it; for tests and the control port. */
export type Declared = {
  readonly declarationRequestId: string;
  readonly paymentId: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly customs: string;
  readonly subOrder?: string;
  /** How often it came with other content than before, the first time among them. */
  readonly pushes: number;
  readonly calls: number;
  readonly buyerNamed: boolean;
};

type Kept = {
  content: Content;
  passed: boolean | undefined;
  pushes: number;
  calls: number;
  inquiries: number;
  lastCallMs: number;
};

function contentIn(fields: Json): Content {
  const text = (path: string): string => textAt(fields, path) ?? '';
  const buyer = text('buyerCertificate.certificateNo') + text('buyerCertificate.holderName.fullName');
  return {
    paymentId: text('paymentId'),
    amount: amountAt(fields, 'declarationAmount'),
    customs: text('customs.customsCode'),
    merchant: `${text('merchantCustomsInfo.merchantCustomsCode')} ${text('merchantCustomsInfo.merchantCustomsName')}`,
    subOrder: text('splitOrder') === 'true' ? text('subOrderId') : undefined,
    buyer: buyer === '' ? undefined : hashOf(buyer),
  };
}

const isSame = (a: Content, b: Content): boolean => JSON.stringify(a) === JSON.stringify(b);

export class CustomsBooks {
  readonly #books: Books;
  readonly #againAfterMs: number;
  readonly #kept = new Map<string, Kept>();
  readonly #forgotten = new Set<string>();

  constructor(books: Books, timeScale: number) {
    this.#books = books;
    this.#againAfterMs = AGAIN_AFTER_MS / timeScale;
  }

  all(): Declared[] {
    return [...this.#kept].map(([declarationRequestId, { content, pushes, calls }]) => ({
      ...{ declarationRequestId, paymentId: content.paymentId, customs: content.customs, pushes, calls },
      ...{ amount: content.amount.value, currency: content.amount.currency },
      ...(content.subOrder === undefined ? {} : { subOrder: content.subOrder }),
      buyerNamed: content.buyer !== undefined,
    }));
  }

  declare(fields: Json, nowMs: number): Json {
    const id = textAt(fields, 'declarationRequestId') ?? '';
    const content = contentIn(fields);
    if (textAt(fields, 'splitOrder') === 'true' && content.subOrder === '') return result('F', 'PARAM_ILLEGAL');
    const payment = this.#books.byPaymentId(content.paymentId, nowMs);
    const kept = this.#kept.get(id);
    const refusal = this.#refusalOf(id, kept, content, payment, nowMs);
    if (refusal !== undefined || !payment) return result('F', refusal ?? 'ORDER_NOT_EXIST');
    const { first } = fateOf(content.amount.value);
    if (first === 'forgotten' && !this.#forgotten.has(id)) {
      this.#forgotten.add(id);
      return result('U', 'UNKNOWN_EXCEPTION');
    }
    const name = textAt(fields, 'buyerCertificate.holderName.fullName');
    const passed = name === undefined ? undefined : name !== STRANGER;
    const now = this.#keep(id, kept, content, passed, nowMs);
    if (first === 'undecided' && now.calls === 1) return result('U', 'UNKNOWN_EXCEPTION');
    return {
      ...success(),
      ...idsOf(id, now),
      ...(passed === undefined ? {} : { identityCheckResult: passed ? 'CHECK_PASSED' : 'CHECK_NOT_PASSED' }),
      ...{ clearingChannel: 'NUCC', clearingTransactionId: `N${payment.paymentId}` },
      customsProviderRegistrationId: '31222699S7',
    };
  }

  #keep(id: string, kept: Kept | undefined, content: Content, passed: boolean | undefined, nowMs: number): Kept {
    const isNew = !kept || !isSame(kept.content, content);
    const now: Kept = {
      ...{ content, passed, lastCallMs: nowMs },
      pushes: (kept?.pushes ?? 0) + (isNew ? 1 : 0),
      calls: (kept?.calls ?? 0) + 1,
      inquiries: isNew ? 0 : kept.inquiries,
    };
    this.#kept.set(id, now);
    return now;
  }

  #refusalOf(id: string, kept: Kept | undefined, content: Content, payment: Payment | undefined, nowMs: number) {
    if (kept) {
      if (isSame(kept.content, content)) return undefined;
      const isOther = kept.content.paymentId !== content.paymentId || !kept.content.subOrder !== !content.subOrder;
      if (isOther || nowMs - kept.lastCallMs < this.#againAfterMs) return 'CONTEXT_INCONSISTENT';
    }
    if (!payment) return 'ORDER_NOT_EXIST';
    if (payment.state !== 'SUCCESS') return 'ORDER_STATUS_INVALID';
    const others = [...this.#kept].filter(([other, { content: c }]) => other !== id && isOfOne(c, content));
    if (others.some(([, { content: c }]) => c.subOrder === content.subOrder)) return 'DUPLICATED_DECLARATIONS';
    const declared = others.reduce((sum, [, { content: c }]) => sum + c.amount.value, content.amount.value);
    // Whatever the payment's currency: so many minor units of it are so many of CNY here.
    return declared > payment.charged ? 'TOTAL_DECLARATION_AMOUNT_EXCEED' : undefined;
  }

  inquire(fields: Json, nowMs: number): Json {
    const { declarationRequestIds: ids } = fields;
    if (!Array.isArray(ids) || ids.length === 0 || !ids.every((id) => typeof id === 'string' && id.length <= 32)) {
      return result('F', 'PARAM_ILLEGAL', 'declarationRequestIds: missing or not as documented');
    }
    if (ids.length > INQUIRED_MOST) return result('F', 'ARRAY_SIZE_EXCEEDED');
    const missing = ids.filter((id) => !this.#kept.has(id));
    return {
      ...success(),
      ...(missing.length > 0 ? { declarationRequestsNotFound: missing } : {}),
      declarationRecords: ids.flatMap((id) => {
        const kept = this.#kept.get(id);
        return kept ? [recordOf(id, kept, nowMs)] : [];
      }),
    };
  }
}

/** Declarations of one payment at one place: together no more than was paid. */
const isOfOne = (a: Content, b: Content): boolean => a.paymentId === b.paymentId && a.customs === b.customs;

const idsOf = (id: string, { content }: Kept): Json => ({
  customsPaymentId: `C${content.paymentId}`.slice(0, 64),
  customsOrderId: content.subOrder ?? id,
});

function recordOf(id: string, kept: Kept, nowMs: number): Json {
  kept.inquiries += 1;
  const { content } = kept;
  const { word } = fateOf(content.amount.value);
  const ended = word !== null && kept.inquiries > 1;
  const [merchantCustomsCode = '', ...name] = content.merchant.split(' ');
  return {
    declarationRequestId: id,
    ...idsOf(id, kept),
    customs: { customsCode: content.customs, region: 'CN' },
    merchantCustomsInfo: { merchantCustomsCode, merchantCustomsName: name.join(' ') },
    declarationAmount: amountJson(content.amount),
    splitOrder: content.subOrder === undefined ? 'false' : 'true',
    declarationRequestStatus: ended ? word : 'IN_PROCESS',
    lastModifiedTime: time(kept.lastCallMs),
    ...(ended
      ? {
          customsDeclarationResultCode: word === 'FAIL' ? '0' : '2',
          customsDeclarationResultDesc: word === 'FAIL' ? 'the buyer is not the payer' : 'entered in the register',
          customsDeclarationReturnTime: time(nowMs),
        }
      : {}),
  };
}

/** Acts on one request whose signature is already found good. */
export function operateCustoms(api: CustomsApi, customs: CustomsBooks, fields: Json, nowMs: number): Reply {
  const fault = faultyField(api, fields);
  if (fault !== undefined) {
    return { manner: 'plain', body: result('F', 'PARAM_ILLEGAL', `${fault}: missing or not as documented`) };
  }
  const body = api === 'declare' ? customs.declare(fields, nowMs) : customs.inquire(fields, nowMs);
  return { manner: 'plain', body };
}
