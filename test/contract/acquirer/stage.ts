import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import type { AntomOptions } from '../../../relay/acquirers/antom/adapter.js';
import { createAntom } from '../../../relay/acquirers/antom/adapter.js';
import { type CodePayOptions, createCodepay } from '../../../relay/acquirers/codepay/adapter.js';
import type { Acquirer, PayRequest, PollPlan } from '../../../relay/acquirers/contract.js';
import { sandboxCodes, sandboxErrorCodes } from '../../../relay/sandbox/codepay/codes.js';
import type { SandboxKeys } from '../../../relay/sandbox/keys.js';
import {
  SANDBOX_APP_ID,
  SANDBOX_CLIENT_ID,
  SANDBOX_MERCHANT_NO,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../../relay/sandbox/server.js';
import { adf, header, join, tlv } from '../../support/tlv.js';

/** An acquirer and the sandbox that it talks to, over real HTTP, with keys of their own. */
export type Stage = { readonly sandbox: Sandbox; readonly acquirer: Acquirer };

function pair() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}
const [merchant, antom] = [pair(), pair()];
export const keys: SandboxKeys = {
  merchantPrivatePem: merchant.privatePem,
  merchantPublicPem: merchant.publicPem,
  acquirerPrivatePem: antom.privatePem,
  acquirerPublicPem: antom.publicPem,
};

export const antomFor = (sandbox: Sandbox, changes: Partial<AntomOptions> = {}): Acquirer =>
  createAntom(antomOptionsFor(sandbox, changes));

export const antomOptionsFor = (sandbox: Sandbox, changes: Partial<AntomOptions> = {}): AntomOptions => ({
  baseUrl: sandbox.acquirerUrl,
  clientId: SANDBOX_CLIENT_ID,
  privateKeyPem: keys.merchantPrivatePem,
  antomPublicKeyPem: keys.acquirerPublicPem,
  keyVersion: '1',
  settlementCurrency: 'HKD',
  merchant: {
    referenceMerchantId: 'M-001',
    merchantName: 'Kiosk Co',
    merchantMCC: '5499',
    store: { referenceStoreId: 'S-17', storeName: 'Lobby', storeMCC: '5499' },
  },
  notifyUrl: 'https://relay.example/antom/notify',
  clock: () => new Date(),
  ...changes,
});

export async function stage(
  options: Partial<SandboxOptions> = {},
  plan: Partial<PollPlan> = { callTimeoutMs: 5_000 },
  notifyUrl?: string,
): Promise<Stage> {
  const sandbox = await startSandbox({ keys, ...options });
  return { sandbox, acquirer: antomFor(sandbox, { plan, ...(notifyUrl ? { notifyUrl } : {}) }) };
}

/** A wallet's code, as good as new. */
export const freshCode = (): string => `28${Array.from({ length: 22 }, () => randomInt(10)).join('')}`;
/** JKOPay's, with a letter among its 16 random ones. */
export const freshLetters = (): string => `22J${randomBytes(7).toString('hex')}z`;

/** A card number in track 2, and a cryptogram: what a CPM code must never show. */
export type CpmSecrets = { readonly track2: string; readonly cryptogram: string };
export const freshCpmSecrets = (): CpmSecrets => ({
  track2: `62${Array.from({ length: 14 }, () => randomInt(10)).join('')}D3012201000000000F`,
  cryptogram: randomBytes(8).toString('hex').toUpperCase(),
});

/** The Base64 text of an EMV consumer-presented code of so many bytes, 70 to 250. */
export function freshCpm(bytes = 96, secrets: CpmSecrets = freshCpmSecrets()): string {
  const made = (filler: number): Buffer =>
    join(
      header,
      tlv(
        0x61,
        join(
          adf('A000000333010102'),
          tlv(0x57, secrets.track2),
          tlv(0x63, tlv(0x9f26, secrets.cryptogram)),
          tlv(0x5f50, Buffer.alloc(filler, 'x')),
        ),
      ),
    );
  for (let filler = 0; filler < bytes; filler++) {
    const code = made(filler);
    if (code.length === bytes) return code.toString('base64');
  }
  throw new RangeError(`freshCpm: found ${bytes}, expected 70 to 250`);
}

export const freshRequest = (changes: Partial<PayRequest> = {}): PayRequest => ({
  requestId: randomBytes(16).toString('hex'),
  code: freshCode(),
  money: { amount: 3550, currency: 'HKD' },
  reference: 'A-12',
  kiosk: 'kiosk-17',
  scannedAt: new Date(),
  sendUntil: new Date(Date.now() + 20_000),
  expiresAt: new Date(Date.now() + 60_000),
  ...changes,
});

/** One request to the control port; the answer's status and body. */
export async function control(
  sandbox: Sandbox,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${sandbox.controlUrl}/control/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

/** Of all payments: what was taken and what went back. */
export const totals = (sandbox: Sandbox): [charged: number, returned: number] => {
  const { charged, returned } = sandbox.ledger();
  return [charged, returned];
};

/** The sandbox's codes, and our own ids for order numbers, so that a test finds its payment in the sandbox's books. */
const plainCodepay = { codes: sandboxCodes, errorCodes: sandboxErrorCodes, orderNumbers: 'plain' } as const;

export const codepayFor = (sandbox: Sandbox, changes: Partial<CodePayOptions> = {}): Acquirer =>
  createCodepay({
    baseUrl: sandbox.acquirerUrl,
    appId: SANDBOX_APP_ID,
    merchantNo: SANDBOX_MERCHANT_NO,
    privateKeyPem: keys.merchantPrivatePem,
    codepayPublicKeyPem: keys.acquirerPublicPem,
    shop: { description: 'Drinks & snacks', notifyUrl: 'https://relay.example/codepay/notify' },
    settings: plainCodepay,
    clock: () => new Date(),
    ...changes,
  });

export async function codepayStage(
  options: Partial<SandboxOptions> = {},
  plan: Partial<PollPlan> = { callTimeoutMs: 5_000 },
  notifyUrl?: string,
): Promise<Stage> {
  const sandbox = await startSandbox({ keys, acquirer: 'codepay', ...options });
  const shop = { description: 'Drinks & snacks', ...(notifyUrl ? { notifyUrl } : {}) };
  return { sandbox, acquirer: codepayFor(sandbox, { plan, shop }) };
}

/** With the numbers that it has unless config says otherwise. */
export async function shortCodepayStage(
  options: Partial<SandboxOptions> = {},
  plan: Partial<PollPlan> = { callTimeoutMs: 5_000 },
): Promise<Stage> {
  const sandbox = await startSandbox({ keys, acquirer: 'codepay', ...options });
  const settings = { codes: sandboxCodes, errorCodes: sandboxErrorCodes };
  return { sandbox, acquirer: codepayFor(sandbox, { plan, settings }) };
}
