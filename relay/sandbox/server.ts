import { createPrivateKey } from 'node:crypto';
import { antomWallets } from '../acquirers/antom/wallets.js';
import type { LinkableWallet } from '../acquirers/linkable.js';
import { orPortFault } from '../runtime/ports.js';
import { isAuthorizationApi } from './antom/authorizations.js';
import { CustomsBooks, type Declared, isCustomsApi, operateCustoms } from './antom/customs.js';
import { textAt } from './antom/fields.js';
import { createLinkingStage, type LinkingControls } from './antom/linking.js';
import { antomDialect, type NoticeKeys, sealing } from './antom/notices.js';
import { operate as operateAntom } from './antom/operations.js';
import { createAntomPort } from './antom/port.js';
import { Books, charge, fail, type Ledger } from './books.js';
import { codepayDialect } from './codepay/notices.js';
import { operate as operateCodepay } from './codepay/operations.js';
import { createCodepayPort } from './codepay/port.js';
import { type Controls, createControl } from './control.js';
import type { Json } from './json.js';
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
/** The same of automatic debits (section 2.4). */
const DEBIT_EXPIRY_MS = 60_000;

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
  /** Whom the wallet's page names as the one who asks. */
  readonly merchantName?: string;
  /** What wallets that can be linked take and give back; Antom's own when absent. */
  readonly wallets?: readonly LinkableWallet[];
  /** How long an access token is good, ms; absent: until it is cancelled. */
  readonly tokenLifeMs?: number;
};

export type Sandbox = {
  readonly acquirerUrl: string;
  readonly controlUrl: string;
  ledger(): Ledger;
  /** What was declared to customs, in the order in which it came first. */
  declarations(): readonly Declared[];
  setScenario(name: ScenarioName): Promise<void>;
  notifications(): readonly Sent[];
  setNotifyManner(manner: NotifyManner): void;
  /** Undefined: this acquirer links no wallets. */
  readonly linking: LinkingControls | undefined;
  /** Closes both ports and every connection. */
  stop(): Promise<void>;
};

/** What all protocols are given. */
type Around = {
  readonly options: SandboxOptions;
  readonly books: Books;
  readonly customs: CustomsBooks;
  readonly rules: () => Rules;
  /** A decision, told after what is sent of it by itself to this address. */
  readonly told: (reply: Reply, url: string | undefined) => Reply;
  readonly notifier: Notifier | undefined;
  readonly noticeKeys: NoticeKeys;
  /** The acquirer's own address, once it listens. */
  readonly origin: () => string;
};

/** Who serves, and what the control port may do of its links. */
type Port = { readonly handler: Handler; readonly linking?: LinkingControls };

type Protocol = {
  /** Who calls: Antom's client id, CodePay's app_id. */
  readonly clientId: string;
  /** The side of the wire that speaks it; what it decides, the books know. */
  readonly port: (clientId: string, around: Around) => Port;
  readonly dialect: (clientId: string, keys: NoticeKeys) => Dialect;
};

const shared = ({ keys, onCall, clockMs = Date.now }: SandboxOptions) => ({ ...keys, clockMs, onCall });
const codepayIds = (appId: string) => ({ appId, merchantNo: SANDBOX_MERCHANT_NO });

function antomPort(clientId: string, around: Around): Port {
  const { options, books, customs, rules, told, notifier, noticeKeys, origin } = around;
  const { clockMs, ...rest } = shared(options);
  const { merchantName = 'Quietzone demo shop', timeScale = 1, tokenLifeMs, wallets = antomWallets } = options;
  const sealed = sealing(clientId, noticeKeys);
  const stage = createLinkingStage({ merchantName, clockMs, timeScale, tokenLifeMs, origin, notifier, sealed });
  const ledgers = { books, links: stage.links, wallets };
  const urlIn = (fields: Json) => textAt(fields, 'paymentNotifyUrl') ?? textAt(fields, 'refundNotifyUrl');
  const handler = createAntomPort({
    ...{ ...rest, clockMs, clientId, page: stage.page },
    decide: (api, fields) => {
      if (isAuthorizationApi(api)) return stage.decide(api, fields);
      if (isCustomsApi(api)) return operateCustoms(api, customs, fields, rules().nowMs);
      return told(operateAntom(api, ledgers, fields, rules()), urlIn(fields));
    },
  });
  return { handler, linking: stage.controls };
}

/** One for each word of `sandboxKinds`: the type check asks for it. */
export const protocols: Readonly<Record<SandboxKind, Protocol>> = {
  antom: {
    clientId: SANDBOX_CLIENT_ID,
    port: (clientId, around) => antomPort(clientId, around),
    dialect: antomDialect,
  },
  codepay: {
    clientId: SANDBOX_APP_ID,
    port: (clientId, { options, books, rules, told }) => ({
      handler: createCodepayPort({
        ...{ ...shared(options), ...codepayIds(clientId) },
        decide: (method, fields) => told(operateCodepay(method, books, fields, rules()), fields.get('notify_url')),
      }),
    }),
    dialect: (clientId, keys) => codepayDialect(codepayIds(clientId), keys),
  },
};

function noticesOf(options: SandboxOptions, protocol: Protocol, clientId: string, books: Books) {
  const { notifyFactor: factor, clockMs = Date.now } = options;
  const noticeKeys = { key: createPrivateKey(options.keys.acquirerPrivatePem), stranger: strangerKey(), clockMs };
  if (factor === undefined) return { noticeKeys, notifier: undefined };
  const notifier = new Notifier({ books, dialect: protocol.dialect(clientId, noticeKeys), factor, clockMs });
  return { noticeKeys, notifier };
}

/** An acquirer of one's own: speaks its protocol on one port, is directed through another. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { host = '127.0.0.1', timeScale = 1, clockMs = Date.now } = options;
  const books = new Books();
  const customs = new CustomsBooks(books, timeScale);
  let scenario: ScenarioName = options.scenario ?? 'approve';

  const rules = (): Rules => ({
    scenario,
    byAmount: options.byAmount === true,
    nowMs: clockMs(),
    autoConfirmMs: options.autoConfirmMs === undefined ? undefined : options.autoConfirmMs / timeScale,
    defaultExpiryMs: DEFAULT_EXPIRY_MS / timeScale,
    debitExpiryMs: DEBIT_EXPIRY_MS / timeScale,
  });
  const protocol = protocols[options.acquirer ?? 'antom'];
  const { clientId = protocol.clientId } = options;
  const { notifier, noticeKeys } = noticesOf(options, protocol, clientId, books);
  const told = (reply: Reply, url: string | undefined): Reply =>
    notifier ? { ...reply, after: notifier.look(reply.paymentRequestId, url) } : reply;
  const origin = (): string => `http://${host}:${acquirer.port()}`;
  const around = { options, books, customs, rules, told, notifier, noticeKeys, origin };
  const port = protocol.port(clientId, around);
  const acquirer = createListener(host, port.handler);
  const setOpen = (open: boolean): Promise<void> => (open ? acquirer.open(0) : acquirer.close());
  const controls: Controls = {
    scenario: () => scenario,
    async setScenario(name) {
      const [was, will] = [scenarioOf(scenario), scenarioOf(name)];
      scenario = name;
      if (was.refusesConnections !== will.refusesConnections) await setOpen(!will.refusesConnections);
    },
    ledger: () => books.ledger(clockMs()),
    declarations: () => customs.all(),
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
    linking: port.linking,
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
    acquirerUrl: origin(),
    controlUrl: `http://${host}:${control.port()}`,
    ledger: controls.ledger,
    declarations: controls.declarations,
    setScenario: controls.setScenario,
    notifications: controls.notifications,
    setNotifyManner: controls.setNotifyManner,
    linking: controls.linking,
    async stop() {
      notifier?.stop();
      await Promise.all([acquirer.close(), control.close()]);
    },
  };
}
