import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import type { AntomOptions } from '../../../relay/acquirers/antom/adapter.js';
import { createAntom } from '../../../relay/acquirers/antom/adapter.js';
import type { Acquirer, PayRequest, PollPlan } from '../../../relay/acquirers/contract.js';
import type { SandboxKeys } from '../../../relay/sandbox/keys.js';
import { SANDBOX_CLIENT_ID, type Sandbox, type SandboxOptions, startSandbox } from '../../../relay/sandbox/server.js';

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
  antomPrivatePem: antom.privatePem,
  antomPublicPem: antom.publicPem,
};

export const antomFor = (sandbox: Sandbox, changes: Partial<AntomOptions> = {}): Acquirer =>
  createAntom({
    baseUrl: sandbox.acquirerUrl,
    clientId: SANDBOX_CLIENT_ID,
    privateKeyPem: keys.merchantPrivatePem,
    antomPublicKeyPem: keys.antomPublicPem,
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
): Promise<Stage> {
  const sandbox = await startSandbox({ keys, ...options });
  return { sandbox, acquirer: antomFor(sandbox, { plan }) };
}

/** A wallet's code, as good as new. */
export const freshCode = (): string => `28${Array.from({ length: 22 }, () => randomInt(10)).join('')}`;

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
