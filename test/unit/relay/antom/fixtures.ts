import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AntomOptions } from '../../../../relay/acquirers/antom/adapter.js';
import type { Answer, RawAnswer } from '../../../../relay/acquirers/antom/answers.js';
import { openAnswer } from '../../../../relay/acquirers/antom/answers.js';
import { signatureHeader } from '../../../../relay/acquirers/antom/signing.js';
import type { PayRequest, RefundRequest } from '../../../../relay/acquirers/contract.js';

const read = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/antom/${name}`, import.meta.url), 'utf8');

export type Vector = {
  name: string;
  path: string;
  clientId: string;
  time: string;
  body: string;
  stringToSign: string;
  base64: string;
  urlEncoded: string;
  header?: string;
};
export const vectors: Vector[] = JSON.parse(read('vectors.json'));
export const privatePem = read('test_private_pkcs8.pem');
export const publicPem = read('test_public.pem');
export const tlsKeyPem = read('tls_private.pem');
export const tlsCertificatePem = read('tls_certificate.pem');
export const privateKey = createPrivateKey(privatePem);
export const publicKey = createPublicKey(publicPem);

export const CLIENT_ID = 'SANDBOX_TEST0001';
export const CODE = '281006020123456789012345';
export const REQUEST_ID = '0011223344556677aabbccddeeff0011';

export const REFUND: RefundRequest = {
  refundId: `r1${REQUEST_ID}`,
  requestId: REQUEST_ID,
  acquirerId: '2026010100001',
  money: { amount: 3550, currency: 'HKD' },
};

export const payRequest = (changes: Partial<PayRequest> = {}): PayRequest => ({
  requestId: REQUEST_ID,
  code: CODE,
  money: { amount: 3550, currency: 'HKD' },
  reference: 'A-12',
  kiosk: 'kiosk-17',
  scannedAt: new Date('2026-01-01T04:00:03.999Z'),
  sendUntil: new Date('2026-01-01T04:00:23.999Z'),
  expiresAt: new Date('2026-01-01T04:00:53.999Z'),
  ...changes,
});

export const merchant: AntomOptions['merchant'] = {
  referenceMerchantId: 'M-001',
  merchantName: 'Kiosk Co',
  merchantMCC: '5499',
  store: { referenceStoreId: 'S-17', storeName: 'Lobby', storeMCC: '5499' },
};

export const antomOptions = (baseUrl: string, changes: Partial<AntomOptions> = {}): AntomOptions => ({
  baseUrl,
  clientId: CLIENT_ID,
  privateKeyPem: privatePem,
  antomPublicKeyPem: publicPem,
  keyVersion: '1',
  settlementCurrency: 'HKD',
  merchant,
  notifyUrl: 'https://relay.example/antom/notify',
  clock: () => new Date('2026-01-01T04:00:04Z'),
  ...changes,
});

const PATH = '/ams/sandbox/api/v1/payments/pay';
const TIME = '2026-01-01T12:00:05+08:00';

/** An answer as the acquirer sends it. */
export function raw(content: unknown, how: 'signed' | 'unsigned' = 'signed'): RawAnswer {
  const body = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content), 'utf8');
  const parts = { path: PATH, clientId: CLIENT_ID, time: TIME, body };
  return { ...parts, signature: how === 'signed' ? signatureHeader(parts, privateKey, '1') : undefined };
}

/** Antom names our payment, or our refund, in each answer that the call succeeded; `more` may say otherwise. */
export const result = (resultStatus: string, resultCode: string, more: object = {}) => ({
  result: { resultStatus, resultCode, resultMessage: 'a message' },
  ...(resultStatus === 'S' ? { paymentRequestId: REQUEST_ID, refundRequestId: REFUND.refundId } : {}),
  ...more,
});

/** Opens a signed answer that is known to be in order. */
export function opened(content: object, how: 'signed' | 'unsigned' = 'signed'): Answer {
  const answer = openAnswer(raw(content, how), publicKey);
  if ('kind' in answer) throw new Error(`not opened: ${answer.detail}`);
  return answer;
}
