import { createPrivateKey, createPublicKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatAmount } from '../../../protocol/money.js';
import { topLevelFields } from '../../../relay/acquirers/codepay/fields.js';
import { paymentNumber, refundNumber } from '../../../relay/acquirers/codepay/numbers.js';
import { signatureOf, verifySignature } from '../../../relay/acquirers/codepay/signing.js';
import type { Told } from './day.js';

/** CodePay's list of a day, and a server that tells it page by page, with signatures made and checked. */

const kinds = { PAYMENT: 1, CANCEL: 2, REFUND: 3, PAYMENT_REVERSAL: 2, DISPUTE: 11, CHARGEBACK: 11 } as const;
const utc = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** Ours as a number, another's as it is. */
function numberOf({ type, request }: Told, numbers: 'plain' | 'short'): string {
  if (type === 'REFUND') return /^r\d+[0-9a-f]{32}$/.test(request) ? refundNumber(request) : request;
  return /^[0-9a-f]{32}$/.test(request) ? paymentNumber(request, numbers) : request;
}

export type Entry = Readonly<Record<string, unknown>>;

export const codepayEntries = (told: readonly Told[], numbers: 'plain' | 'short' = 'plain'): Entry[] =>
  told.map((t) => ({
    trans_no: t.id,
    merchant_order_no: numberOf(t, numbers),
    trans_type: kinds[t.type],
    trans_end_time: utc(t.at),
    price_currency: t.money.currency,
    order_amount: formatAmount(t.money),
    trans_amount: formatAmount(t.money),
    trans_fee_m: '0',
    merchant_no: '312300000001',
    pay_scenario: 'BSCANQR_PAY',
    pay_method_id: 'Alipay+',
  }));

export type DetailsServer = {
  readonly url: string;
  /** The pages that were asked for. */
  readonly asked: readonly string[];
  /** What is told from now on. */
  tell(entries: readonly Entry[]): void;
  /** Changes each answer's `data` before it is signed. */
  spoil(change: (data: Entry, page: number) => Entry): void;
  close(): Promise<void>;
};

export async function startDetails(keys: {
  readonly merchantPublicPem: string;
  readonly acquirerPrivatePem: string;
}): Promise<DetailsServer> {
  const merchantKey = createPublicKey(keys.merchantPublicPem);
  const gatewayKey = createPrivateKey(keys.acquirerPrivatePem);
  let entries: readonly Entry[] = [];
  let change = (data: Entry, _page: number): Entry => data;
  const asked: string[] = [];
  const answerTo = (fields: ReadonlyMap<string, string>): Record<string, string> => {
    const isOurs = verifySignature(fields, fields.get('sign') ?? '', merchantKey);
    if (!isOurs || fields.get('method') !== 'reconcile.trans.details') return { code: 'SANDBOX_SIGNATURE', msg: 'no' };
    const [page, size] = [Number(fields.get('page_num')), Number(fields.get('page_size'))];
    const [from = '', until = ''] = [fields.get('time_start'), fields.get('time_end')];
    asked.push(`${from} ${until} ${page}`);
    const list = entries.filter((e) => String(e['trans_end_time']) >= from && String(e['trans_end_time']) <= until);
    const data = change({ total: list.length, list: list.slice((page - 1) * size, page * size) }, page);
    return { code: '0', msg: 'Success', psn: 'test-1', data: JSON.stringify(data) };
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const said = answerTo(topLevelFields(Buffer.concat(chunks).toString('utf8')) ?? new Map());
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ ...said, sign: signatureOf(new Map(Object.entries(said)), gatewayKey) }));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    tell: (told) => {
      entries = told;
    },
    spoil: (how) => {
      change = how;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
