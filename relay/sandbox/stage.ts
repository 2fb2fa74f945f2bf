import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Json } from './json.js';
import { type Manner, type ScenarioName, scenarioAmounts } from './scenarios.js';

/** What both acquirers' sides of the sandbox share: what is decided by, what is answered, and what a log is told. */

/** Whose protocol is spoken. */
export const sandboxKinds = ['antom', 'codepay'] as const;
export type SandboxKind = (typeof sandboxKinds)[number];

/** What the acquirer decides for one call, and in which manner it says so. */
export type Reply = {
  readonly manner: Manner;
  readonly body: Json;
  readonly paymentRequestId?: string;
  /** The answer waits for this: a notification that shall be there before it. */
  readonly after?: Promise<void>;
};

export type Rules = {
  /** For payments that come next. */
  readonly scenario: ScenarioName;
  /** An amount of `scenarioAmounts` asks for its own scenario instead. */
  readonly byAmount: boolean;
  readonly nowMs: number;
  readonly autoConfirmMs: number | undefined;
  /** When the request names no expiry: of a scanned code's payment, and of an automatic debit. */
  readonly defaultExpiryMs: number;
  readonly debitExpiryMs: number;
};

/** The scenario of a payment that begins now; `amount` in minor units. */
export const scenarioFor = ({ scenario, byAmount }: Rules, amount: number | undefined): ScenarioName =>
  (byAmount && amount !== undefined ? scenarioAmounts.get(amount) : undefined) ?? scenario;

/** One line for a log: never the request itself. `api` is the call's name at that acquirer. */
export type SandboxCall = {
  readonly api: string;
  readonly paymentRequestId?: string;
  readonly manner: Manner;
  readonly code: string;
};

/** A key that nobody has told the relay of. Made when first needed: it costs a tenth of a second. */
export function strangerKey(): () => KeyObject {
  let made: KeyObject | undefined;
  return () => {
    made ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    return made;
  };
}

export const REQUEST_MAX_BYTES = 256 * 1024;
export const errorPage = '<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>';
