import { randomBytes } from 'node:crypto';
import type { AntomOptions } from '../../../relay/acquirers/antom/adapter.js';
import { antomWallets } from '../../../relay/acquirers/antom/wallets.js';
import type {
  Acquirer,
  AuthorizationNotice,
  Linking,
  NotificationResult,
  Tokens,
} from '../../../relay/acquirers/contract.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../relay/sandbox/server.js';
import { until } from '../../support/wait.js';
import { type Receiver, receive } from './receiver.js';
import { antomFor, keys } from './stage.js';

/** An acquirer that links wallets, its sandbox with the wallet's page, and where its notifications arrive: over real HTTP. */
export type LinkedStage = {
  readonly sandbox: Sandbox;
  readonly acquirer: Acquirer;
  readonly linking: Linking;
  readonly receiver: Receiver;
  /** All that was heard, as the adapter reads it. */
  heard(): NotificationResult[];
  /** Waits for as many authorisation notices, and gives the last. */
  authorization(n: number): Promise<AuthorizationNotice>;
  /** The whole way of one wallet, by its page. */
  link(wallet: 'alipayhk' | 'dana'): Promise<Tokens>;
  stop(): Promise<void>;
};

export const freshState = (): string => randomBytes(32).toString('hex');
export const RETURN_URL = 'https://relay.example/M';

/** What a buyer does on the wallet's page; its status, and what it then shows. */
export async function onPage(url: string, action?: 'agree' | 'decline' | 'cancel') {
  const response = await fetch(url, action ? { method: 'POST', body: new URLSearchParams({ action }) } : {});
  return { status: response.status, headers: response.headers, html: await response.text() };
}

export async function linkedStage(
  options: Partial<SandboxOptions> = {},
  changes: Partial<AntomOptions> = {},
  notifies = true,
): Promise<LinkedStage> {
  const receiver = await receive('/hooks/antom?account=hk');
  const sandbox = await startSandbox({ keys, ...(notifies ? { notifyFactor: 1_000 } : {}), ...options });
  const acquirer = antomFor(sandbox, {
    ...{ notifyUrl: receiver.url, plan: { callTimeoutMs: 5_000 }, linking: { wallets: antomWallets } },
    ...changes,
  });
  receiver.answer = () => acquirer.replies.taken;
  const { linking } = acquirer;
  if (!linking) throw new Error('it links no wallets');
  const heard = () => receiver.heard.map((raw) => acquirer.verifyNotification(raw));
  const authorizations = () =>
    heard().flatMap((notice): AuthorizationNotice[] => (notice.kind === 'authorization' ? [notice] : []));
  const authorization = async (n: number): Promise<AuthorizationNotice> => {
    await until(`${n} authorisation notices`, () => authorizations().length >= n);
    const notice = authorizations()[n - 1];
    if (!notice) throw new Error('no notice');
    return notice;
  };
  async function link(wallet: 'alipayhk' | 'dana'): Promise<Tokens> {
    const before = authorizations().length;
    const consulted = await linking?.consult({ wallet, state: freshState(), returnUrl: RETURN_URL });
    if (consulted?.kind !== 'consulted' || !consulted.url) throw new Error(`consult: ${consulted?.kind}`);
    await onPage(consulted.url, 'agree');
    const notice = await authorization(before + 1);
    if (notice.what !== 'code') throw new Error(`notice: ${notice.what}`);
    const tokens = await linking?.applyToken(wallet, notice.code);
    if (tokens?.kind !== 'tokens') throw new Error(`applyToken: ${tokens?.kind}`);
    return tokens;
  }
  const stop = async () => {
    await sandbox.stop();
    await receiver.stop();
  };
  return { sandbox, acquirer, linking, receiver, heard, authorization, link, stop };
}
