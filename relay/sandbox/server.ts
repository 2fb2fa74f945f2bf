import { operate as operateAntom } from './antom/operations.js';
import { createAntomPort } from './antom/port.js';
import { Books, charge, fail, type Ledger } from './books.js';
import { operate as operateCodepay } from './codepay/operations.js';
import { createCodepayPort } from './codepay/port.js';
import { type Controls, createControl } from './control.js';
import type { SandboxKeys } from './keys.js';
import { createListener } from './listener.js';
import { type ScenarioName, scenarioOf } from './scenarios.js';
import type { Rules, SandboxCall, SandboxKind } from './stage.js';

export const SANDBOX_CLIENT_ID = 'SANDBOX_QUIETZONE0001';
/** `app_id` and `merchant_no` of the sandbox that speaks CodePay. */
export const SANDBOX_APP_ID = 'wzQUIETZONE0001';
export const SANDBOX_MERCHANT_NO = '312300000001';
/** Antom's own, for payments that name no expiry (section 1.2). */
const DEFAULT_EXPIRY_MS = 600_000;

export type SandboxOptions = {
  readonly keys: Pick<SandboxKeys, 'merchantPublicPem' | 'acquirerPrivatePem'>;
  /** Antom when absent. */
  readonly acquirer?: SandboxKind;
  /** Antom's client id, or CodePay's app_id. */
  readonly clientId?: string;
  readonly host?: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly controlPort?: number;
  readonly scenario?: ScenarioName;
  /** Enters the password of scenario `password` by itself, this long after pay. */
  readonly autoConfirmMs?: number;
  /** Divides the sandbox's own times: auto-confirm and the default expiry. */
  readonly timeScale?: number;
  /** Epoch ms. */
  readonly clockMs?: () => number;
  readonly onCall?: (call: SandboxCall) => void;
};

export type Sandbox = {
  readonly acquirerUrl: string;
  readonly controlUrl: string;
  ledger(): Ledger;
  setScenario(name: ScenarioName): Promise<void>;
  /** Closes both ports and every connection. */
  stop(): Promise<void>;
};

/** The side of the wire that speaks the acquirer's protocol; what it decides, the books know. */
function portOf(options: SandboxOptions, books: Books, rules: () => Rules, clockMs: () => number) {
  const { keys, onCall, acquirer = 'antom' } = options;
  const shared = { ...keys, clockMs, onCall };
  if (acquirer === 'antom') {
    const { clientId = SANDBOX_CLIENT_ID } = options;
    return createAntomPort({ ...shared, clientId, decide: (api, fields) => operateAntom(api, books, fields, rules()) });
  }
  return createCodepayPort({
    ...shared,
    appId: options.clientId ?? SANDBOX_APP_ID,
    merchantNo: SANDBOX_MERCHANT_NO,
    decide: (method, fields) => operateCodepay(method, books, fields, rules()),
  });
}

/** An acquirer of one's own: speaks its protocol on one port, is directed through another. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { host = '127.0.0.1', timeScale = 1, clockMs = Date.now } = options;
  const books = new Books();
  let scenario: ScenarioName = options.scenario ?? 'approve';

  const rules = (): Rules => ({
    scenario,
    nowMs: clockMs(),
    autoConfirmMs: options.autoConfirmMs === undefined ? undefined : options.autoConfirmMs / timeScale,
    defaultExpiryMs: DEFAULT_EXPIRY_MS / timeScale,
  });
  const acquirer = createListener(host, portOf(options, books, rules, clockMs));
  const setOpen = (open: boolean): Promise<void> => (open ? acquirer.open(0) : acquirer.close());
  const controls: Controls = {
    scenario: () => scenario,
    async setScenario(name) {
      const [was, will] = [scenarioOf(scenario), scenarioOf(name)];
      scenario = name;
      if (was.refusesConnections !== will.refusesConnections) await setOpen(!will.refusesConnections);
    },
    ledger: () => books.ledger(clockMs()),
    dialogs: () => books.dialogs(clockMs()),
    answerDialog(paymentRequestId, action) {
      const payment = books.byRequestId(paymentRequestId, clockMs());
      if (!payment || scenarioOf(payment.scenario).dialog === undefined) return 'not-found';
      if (payment.state !== 'PROCESSING') return 'closed';
      if (action === 'confirm') charge(payment, clockMs());
      else fail(payment, 'USER_PAYMENT_VERIFICATION_FAILED');
      return 'done';
    },
    isOpen: acquirer.isOpen,
    setOpen,
  };
  const control = createListener(host, createControl(controls));

  try {
    await acquirer.open(options.port ?? 0);
    await control.open(options.controlPort ?? 0);
    if (scenarioOf(scenario).refusesConnections) await acquirer.close();
  } catch (error) {
    await Promise.all([acquirer.close(), control.close()]);
    throw error;
  }
  return {
    acquirerUrl: `http://${host}:${acquirer.port()}`,
    controlUrl: `http://${host}:${control.port()}`,
    ledger: controls.ledger,
    setScenario: controls.setScenario,
    async stop() {
      await Promise.all([acquirer.close(), control.close()]);
    },
  };
}
