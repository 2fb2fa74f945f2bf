import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CodePayOptions } from '../../../../relay/acquirers/codepay/adapter.js';
import { type Answer, openAnswer } from '../../../../relay/acquirers/codepay/answers.js';
import { topLevelFields } from '../../../../relay/acquirers/codepay/fields.js';
import { settingsWith } from '../../../../relay/acquirers/codepay/settings.js';
import { signatureOf } from '../../../../relay/acquirers/codepay/signing.js';
import { privatePem, publicPem } from '../antom/fixtures.js';

export { CODE, payRequest, privatePem, publicPem, REFUND, REQUEST_ID } from '../antom/fixtures.js';

type Vector = { name: string; params: Record<string, string>; stringToSign: string; base64: string };
export const vectors: Vector[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/codepay/vectors.json', import.meta.url), 'utf8'),
);
export const privateKey = createPrivateKey(privatePem);
export const publicKey = createPublicKey(publicPem);

export const settings = settingsWith({
  codes: {
    NONE: 'no-such-order',
    USED: 'number-used',
    UNREAD: 'call-refused',
    BUSY: 'busy',
    BACK: 'already-returned',
    LATER: 'refund-later',
    NEVER: 'refund-refused',
  },
  errorCodes: { POOR: 'insufficient-funds', OLD: 'code-expired' },
});

export const codepayOptions = (baseUrl: string, changes: Partial<CodePayOptions> = {}): CodePayOptions => ({
  baseUrl,
  appId: 'wzTESTAPP000000001',
  merchantNo: '312300000001',
  privateKeyPem: privatePem,
  codepayPublicKeyPem: publicPem,
  shop: { description: 'Drinks & snacks', notifyUrl: 'https://relay.example/codepay/notify' },
  settings,
  clock: () => new Date('2026-01-01T04:00:04Z'),
  ...changes,
});

export type How = 'signed' | 'unsigned' | 'empty sign' | 'bad sign';

/** An envelope as the gateway sends it; `data` that is no text is written as an object. */
export function envelope(content: object, how: How = 'signed'): string {
  const text = JSON.stringify(content);
  if (how === 'unsigned') return text;
  const sign = how === 'empty sign' ? '' : signatureOf(topLevelFields(text) ?? new Map(), privateKey);
  return JSON.stringify({
    ...content,
    sign: how === 'bad sign' ? sign.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')) : sign,
  });
}

export const accepted = (data: object): object => ({
  code: '0',
  msg: 'Success',
  psn: 'p1',
  data: JSON.stringify(data),
});
export const refused = (code: string | number): object => ({ code, msg: 'no', psn: 'p1' });

export const open = (content: object, how: How = 'signed') =>
  openAnswer(Buffer.from(envelope(content, how)), publicKey);

/** Opens an answer that is known to be in order. */
export function opened(content: object, how: How = 'signed'): Answer {
  const answer = open(content, how);
  if ('kind' in answer) throw new Error(`not opened: ${answer.detail}`);
  return answer;
}
