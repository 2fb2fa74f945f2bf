import type { Money } from '../../../protocol/money.js';
import type {
  Customs,
  DeclarationMeaning,
  DeclarationSeen,
  DeclarationsAnswer,
  DeclareAnswer,
  DeclareRequest,
  Registered,
  Taken,
} from '../customs.js';
import { type Answer, coded, type Fields, isObject, moneyOf, unknown } from './answers.js';
import type { AntomClient } from './client.js';
import { rowOf } from './codes.js';
import { customsInquiryCodes, customsPlaces, declareCodes, meaningOf } from './customs-codes.js';

/** `declare` and `inquiryDeclarationRequests`. Source: reference acquirers/antom.md section 2.9. */

export type CustomsSettings = {
  /** A code of `customsPlaces`, or another that Antom has named to the merchant. */
  readonly place: string;
  readonly merchant?: Registered;
  /** Words of `declarationRequestStatus` that no document names. */
  readonly statuses: Readonly<Record<string, DeclarationMeaning>>;
};

export const AGAIN_AFTER_MS = 5 * 60_000;
export const INQUIRED_MOST = 10;

const amountOf = ({ amount, currency }: Money) => ({ currency, value: String(amount) });

/** Every scalar is a JSON string, a boolean too (section 0). */
export const declareBody = (request: DeclareRequest) => ({
  declarationRequestId: request.declarationId,
  paymentId: request.acquirerId,
  declarationAmount: amountOf(request.money),
  customs: { customsCode: request.customs, region: 'CN' },
  merchantCustomsInfo: { merchantCustomsCode: request.merchant.code, merchantCustomsName: request.merchant.name },
  splitOrder: request.subOrder === undefined ? 'false' : 'true',
  ...(request.subOrder === undefined ? {} : { subOrderId: request.subOrder }),
  ...(request.buyer === undefined
    ? {}
    : {
        buyerCertificate: {
          certificateType: 'ID_CARD',
          certificateNo: request.buyer.number,
          holderName: { fullName: request.buyer.name },
        },
      }),
});

const textIn = (fields: Fields, name: string, most: number): string | undefined => {
  const value = fields[name];
  return typeof value === 'string' && value !== '' && value.length <= most && !/\p{Cc}/u.test(value)
    ? value
    : undefined;
};

const identities = { CHECK_PASSED: 'passed', CHECK_NOT_PASSED: 'not-passed' } as const;

function takenIn(fields: Fields): Taken {
  const text = (name: string, most: number) => textIn(fields, name, most);
  const check = text('identityCheckResult', 32) ?? '';
  const found = {
    customsPaymentId: text('customsPaymentId', 64),
    customsOrderId: text('customsOrderId', 64),
    identity: check === 'CHECK_PASSED' || check === 'CHECK_NOT_PASSED' ? identities[check] : undefined,
    channel: text('clearingChannel', 32),
    channelId: text('clearingTransactionId', 64),
    registration: text('customsProviderRegistrationId', 32),
  };
  return present(found);
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };
/** Without the fields that nobody has filled. */
const present = <T extends object>(fields: T): Present<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;

export function declareAnswer(answer: Answer): DeclareAnswer {
  const row = rowOf(declareCodes, answer.code);
  if (!row && answer.status === 'F') return { kind: 'refused', alarm: true, ...coded(answer) };
  if (!row || row.status !== answer.status) return unknown('unclear', answer.code);
  switch (row.kind) {
    case 'taken':
      return { kind: 'taken', ...coded(answer), ...takenIn(answer.fields) };
    case 'conflict':
      return { kind: 'conflict', ...coded(answer) };
    case 'refused':
      return { kind: 'refused', ...(row.alarm ? { alarm: true } : {}), ...coded(answer) };
    case 'unknown':
      return unknown(row.detail, answer.code);
  }
}

const TEXT_MOST = 256;
/** Customs may repeat the buyer's number in its words. */
const withoutNumbers = (text: string | undefined): string | undefined => text?.replace(/\d[\d* -]{5,}[\dXx*]/g, '…');

/** Undefined: it names none of ours, or says nothing of it. */
function seenIn(record: unknown, asked: readonly string[], statuses: CustomsSettings['statuses']) {
  if (!isObject(record)) return undefined;
  const declarationId = textIn(record, 'declarationRequestId', 32);
  const word = textIn(record, 'declarationRequestStatus', 64);
  if (declarationId === undefined || !asked.includes(declarationId) || word === undefined) return undefined;
  const money = moneyOf(record['declarationAmount']);
  const { customs, merchantCustomsInfo: merchant } = record;
  const code = isObject(merchant) ? textIn(merchant, 'merchantCustomsCode', 128) : undefined;
  const seen: DeclarationSeen = {
    ...{ declarationId, word, means: meaningOf(word, statuses) },
    ...takenIn(record),
    ...present({
      money: money === 'shape' ? undefined : money,
      merchant:
        code !== undefined && isObject(merchant)
          ? { code, name: textIn(merchant, 'merchantCustomsName', 256) ?? '' }
          : undefined,
      customs: isObject(customs) ? textIn(customs, 'customsCode', 128) : undefined,
      resultCode: textIn(record, 'customsDeclarationResultCode', 64),
      resultText: withoutNumbers(textIn(record, 'customsDeclarationResultDesc', TEXT_MOST)),
      returnedAt: textIn(record, 'customsDeclarationReturnTime', 64),
    }),
  };
  return seen;
}

export function declarationsAnswer(
  answer: Answer,
  asked: readonly string[],
  statuses: CustomsSettings['statuses'],
): DeclarationsAnswer {
  const row = rowOf(customsInquiryCodes, answer.code);
  if (!row || row.status !== answer.status) return unknown('unclear', answer.code);
  if (row.kind === 'unknown') return unknown(row.detail, answer.code);
  const { declarationRecords: records = [], declarationRequestsNotFound: notFound = [] } = answer.fields;
  if (!Array.isArray(records) || !Array.isArray(notFound)) return unknown('shape', answer.code);
  const declarations = records.flatMap((record) => seenIn(record, asked, statuses) ?? []);
  const named = new Set(declarations.map(({ declarationId }) => declarationId));
  // Said to be both there and not there: then nothing is known of it.
  const missing = asked.filter((id) => notFound.includes(id));
  const both = missing.some((id) => named.has(id)) || named.size !== declarations.length;
  return both ? unknown('shape', answer.code) : { kind: 'seen', ...coded(answer), declarations, missing };
}

/** @throws RangeError naming the setting that is wrong. */
export function createCustoms(settings: CustomsSettings, client: AntomClient, timeoutMs: number): Customs {
  const { place, merchant, statuses } = settings;
  if (!/^[A-Za-z0-9_]{1,128}$/.test(place)) {
    const known = customsPlaces.map(({ code }) => code).join(', ');
    throw new RangeError(`customs.place: found ${place.length} characters, expected a customs code: ${known}`);
  }
  return {
    ...{ places: customsPlaces, place, againAfterMs: AGAIN_AFTER_MS, inquiredMost: INQUIRED_MOST },
    ...(merchant === undefined ? {} : { merchant }),
    async declare(request, signal) {
      const { declarationId: requestId, buyer } = request;
      const answer = await client({
        ...{ api: 'declare', requestId, content: () => declareBody(request), timeoutMs, signal },
        ...(buyer === undefined ? {} : { secret: buyer.number }),
      });
      return 'kind' in answer ? answer : declareAnswer(answer);
    },
    async inquire(ids, signal) {
      const [requestId] = ids;
      if (requestId === undefined || ids.length > INQUIRED_MOST) {
        return { kind: 'not-sent', detail: `${ids.length} ids, expected 1 to ${INQUIRED_MOST}` };
      }
      const content = () => ({ declarationRequestIds: ids });
      const answer = await client({ api: 'inquiryDeclarationRequests', requestId, content, timeoutMs, signal });
      return 'kind' in answer ? answer : declarationsAnswer(answer, ids, statuses);
    },
  };
}
