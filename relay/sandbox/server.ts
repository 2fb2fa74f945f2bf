import { createAcquirerPort, type SandboxCall } from './acquirer-port.js';
import { Books, charge, fail, type Ledger } from './books.js';
import { type Controls, createControl } from './control.js';
import type { SandboxKeys } from './keys.js';
import { createListener } from './listener.js';
import { operate } from './operations.js';
import { type ScenarioName, scenarioOf } from './scenarios.js';

export const SANDBOX_CLIENT_ID = 'SANDBOX_QUIETZONE0001';
/** Antom's own, for payments that name no expiry (section 1.2). */
const DEFAULT_EXPIRY_MS = 600_000;

export type SandboxOptions = {
  readonly keys: Pick<SandboxKeys, 'merchantPublicPem' | 'antomPrivatePem'>;
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

/** An acquirer of one's own: speaks Antom's protocol on one port, is directed through another. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clientId = SANDBOX_CLIENT_ID, host = '127.0.0.1', timeScale = 1, clockMs = Date.now, onCall } = options;
  const books = new Books();
  let scenario: ScenarioName = options.scenario ?? 'approve';

  const acquirer = createListener(
    host,
    createAcquirerPort({
      ...options.keys,
      clientId,
      clockMs,
      onCall,
      decide: (api, fields) =>
        operate(api, books, fields, {
          scenario,
          nowMs: clockMs(),
          autoConfirmMs: options.autoConfirmMs === undefined ? undefined : options.autoConfirmMs / timeScale,
          defaultExpiryMs: DEFAULT_EXPIRY_MS / timeScale,
        }),
    }),
  );
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
