import { createPrivateKey } from 'node:crypto';
import { orPortFault } from '../runtime/ports.js';
import { textAt } from './antom/fields.js';
import { antomDialect, type NoticeKeys } from './antom/notices.js';
import { operate as operateAntom } from './antom/operations.js';
import { createAntomPort } from './antom/port.js';
import { Books, charge, fail, type Ledger } from './books.js';
import { codepayDialect } from './codepay/notices.js';
import { operate as operateCodepay } from './codepay/operations.js';
import { createCodepayPort } from './codepay/port.js';
import { type Controls, createControl } from './control.js';
import type { SandboxKeys } from './keys.js';
import { createListener, type Handler } from './listener.js';
import { type Dialect, Notifier, type NotifyManner, type Sent } from './notifier.js';
import { type ScenarioName, scenarioOf } from './scenarios.js';
import { type Reply, type Rules, type SandboxCall, type SandboxKind, strangerKey } from './stage.js';

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
  /** An amount of `scenarioAmounts` asks for its own scenario instead. Absent: none does. */
  readonly byAmount?: boolean;
  /** Enters the password of scenario `password` by itself, this long after pay. */
  readonly autoConfirmMs?: number;
  /** Divides the sandbox's own times: auto-confirm and the default expiry. */
  readonly timeScale?: number;
  /** Epoch ms. */
  readonly clockMs?: () => number;
  readonly onCall?: (call: SandboxCall) => void;
  /** Sends notifications to the address that an order names, the gaps between them divided by this. Absent: none. */
  readonly notifyFactor?: number;
};

export type Sandbox = {
  readonly acquirerUrl: string;
  readonly controlUrl: string;
  ledger(): Ledger;
  setScenario(name: ScenarioName): Promise<void>;
  notifications(): readonly Sent[];
  setNotifyManner(manner: NotifyManner): void;
  /** Closes both ports and every connection. */
  stop(): Promise<void>;
};

/** What all protocols are given. */
type Around = {
  readonly options: SandboxOptions;
  readonly books: Books;
  readonly rules: () => Rules;
  /** A decision, told after what is sent of it by itself to this address. */
  readonly told: (reply: Reply, url: string | undefined) => Reply;
};

type Protocol = {
  /** Who calls: Antom's client id, CodePay's app_id. */
  readonly clientId: string;
  /** The side of the wire that speaks it; what it decides, the books know. */
  readonly port: (clientId: string, around: Around) => Handler;
  readonly dialect: (clientId: string, keys: NoticeKeys) => Dialect;
};

const shared = ({ keys, onCall, clockMs = Date.now }: SandboxOptions) => ({ ...keys, clockMs, onCall });
const codepayIds = (appId: string) => ({ appId, merchantNo: SANDBOX_MERCHANT_NO });

/** One for each word of `sandboxKinds`: the type check asks for it. */
export const protocols: Readonly<Record<SandboxKind, Protocol>> = {
  antom: {
    clientId: SANDBOX_CLIENT_ID,
    port: (clientId, { options, books, rules, told }) =>
      createAntomPort({
        ...{ ...shared(options), clientId },
        decide: (api, fields) => told(operateAntom(api, books, fields, rules()), textAt(fields, 'paymentNotifyUrl')),
      }),
    dialect: antomDialect,
  },
  codepay: {
    clientId: SANDBOX_APP_ID,
    port: (clientId, { options, books, rules, told }) =>
      createCodepayPort({
        ...{ ...shared(options), ...codepayIds(clientId) },
        decide: (method, fields) => told(operateCodepay(method, books, fields, rules()), fields.get('notify_url')),
      }),
    dialect: (clientId, keys) => codepayDialect(codepayIds(clientId), keys),
  },
};

function notifierOf(options: SandboxOptions, protocol: Protocol, clientId: string, books: Books) {
  const { notifyFactor: factor, clockMs = Date.now } = options;
  if (factor === undefined) return undefined;
  const keys = { key: createPrivateKey(options.keys.acquirerPrivatePem), stranger: strangerKey(), clockMs };
  return new Notifier({ books, dialect: protocol.dialect(clientId, keys), factor, clockMs });
}

/** An acquirer of one's own: speaks its protocol on one port, is directed through another. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { host = '127.0.0.1', timeScale = 1, clockMs = Date.now } = options;
  const books = new Books();
  let scenario: ScenarioName = options.scenario ?? 'approve';

  const rules = (): Rules => ({
    scenario,
    byAmount: options.byAmount === true,
    nowMs: clockMs(),
    autoConfirmMs: options.autoConfirmMs === undefined ? undefined : options.autoConfirmMs / timeScale,
    defaultExpiryMs: DEFAULT_EXPIRY_MS / timeScale,
  });
  const protocol = protocols[options.acquirer ?? 'antom'];
  const { clientId = protocol.clientId } = options;
  const notifier = notifierOf(options, protocol, clientId, books);
  const told = (reply: Reply, url: string | undefined): Reply =>
    notifier ? { ...reply, after: notifier.look(reply.paymentRequestId, url) } : reply;
  const acquirer = createListener(host, protocol.port(clientId, { options, books, rules, told }));
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
      void notifier?.look(paymentRequestId);
      return 'done';
    },
    notifications: () => notifier?.sent ?? [],
    notifyManner: () => notifier?.manner,
    setNotifyManner(manner) {
      if (notifier) notifier.manner = manner;
    },
    isOpen: acquirer.isOpen,
    setOpen,
  };
  const control = createListener(host, createControl(controls));

  const openAt = (portKey: string, listener: Pick<typeof acquirer, 'open'>, port: number): Promise<void> =>
    orPortFault({ portKey, hostKey: 'host', host, port }, () => listener.open(port));
  try {
    await openAt('--port', acquirer, options.port ?? 0);
    await openAt('--control-port', control, options.controlPort ?? 0);
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
    notifications: controls.notifications,
    setNotifyManner: controls.setNotifyManner,
    async stop() {
      notifier?.stop();
      await Promise.all([acquirer.close(), control.close()]);
    },
  };
}
