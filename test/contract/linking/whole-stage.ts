import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { BuiltInBroker } from '../../../deploy/demo/broker.js';
import type { Link, LinkCode, LinkResult, PayLinked } from '../../../protocol/messages.js';
import type { LinkState } from '../../../protocol/words.js';
import { parseConfig } from '../../../relay/config/load.js';
import type { RelaySecrets } from '../../../relay/config/secrets.js';
import { PGliteDatabase } from '../../../relay/ledger/pglite.js';
import { type Relay, startRelay } from '../../../relay/main.js';
import { createToken } from '../../../relay/operations/tokens.js';
import { SANDBOX_CLIENT_ID, type Sandbox, type SandboxOptions, startSandbox } from '../../../relay/sandbox/server.js';
import { freePort } from '../../support/services.js';
import { sleep, until } from '../../support/wait.js';
import { ScriptedKiosk } from '../../unit/relay/link/stage.js';
import { keys } from '../acquirer/stage.js';

/** A whole relay, the sandbox with the wallet's page, a kiosk and a phone: nothing of it is a double but the kiosk. */

const configText = (
  broker: string,
  sandbox: string,
  ports: { readonly hooks: number; readonly pages: number },
): string => `
instance = "relay-1"
mode = "demo"
[broker]
url = "${broker}"
[ledger]
kind = "pglite"
[secrets]
code_hash_key_env = "X"
[[kiosk]]
name = "lobby-1"
[[kiosk]]
name = "lobby-2"
[[account]]
name = "antom-hk"
kind = "antom"
base_url = "${sandbox}"
client_id = "${SANDBOX_CLIENT_ID}"
private_key_file = "x"
public_key_file = "x"
settlement_currency = "HKD"
notify_url = "http://127.0.0.1:${ports.hooks}/antom-hk"
[account.merchant]
reference_merchant_id = "M-001"
merchant_name = "Kiosk Co"
merchant_mcc = "5499"
[account.merchant.store]
reference_store_id = "S-1"
store_name = "Lobby"
store_mcc = "5499"
[account.linking]
wallets = ["alipayhk", "dana"]
[linking]
public_url = "http://127.0.0.1:${ports.pages}"
port = ${ports.pages}
key_env = "X"
page_name = "Lobby Snacks"
max_payment = { HKD = "100.00" }
max_day = { HKD = "150.00" }
[webhooks]
port = ${ports.hooks}
[operations]
port = 0
`;

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

export class LinkingKiosk extends ScriptedKiosk {
  /** Asks to link, or how that stands. */
  async link(id: string, more: Partial<Link> = {}): Promise<void> {
    const asked = { type: 'link', link: id, wallet: 'alipayhk', modulesMost: 33, givenUp: false } as const;
    await this.send({ ...asked, ...more });
  }

  codes(id: string): LinkCode[] {
    return this.heard.flatMap(({ body }) => (body.type === 'link-code' && body.link === id ? [body] : []));
  }

  results(id: string): LinkResult[] {
    return this.heard.flatMap(({ body }) => (body.type === 'link-result' && body.link === id ? [body] : []));
  }

  /** Asks again every so often, as kiosks do, until it is told so. */
  async hearsLink(id: string, state: LinkState, more: Partial<Link> = {}): Promise<LinkResult> {
    let asked = 0;
    return await until(`link ${state}`, async () => {
      const now = Date.now();
      if (now - asked > 200) {
        asked = now;
        await this.link(id, more);
      }
      return this.results(id).find((result) => result.state === state);
    });
  }

  async payLinked(code: string, more: Partial<PayLinked> = {}): Promise<string> {
    const attempt = more.attempt ?? randomBytes(16).toString('hex');
    await this.send({
      ...{ type: 'pay-linked', attempt, code, amount: 1_200, currency: 'HKD', reference: 'A-12' },
      ...{ scanMs: this.now(), validMs: 20_000, pressed: false },
      ...more,
    });
    return attempt;
  }
}

export type State = {
  readonly links: readonly {
    readonly link: string;
    readonly state: string;
    readonly user: string | null;
    readonly code: { readonly text: string; readonly leftMs: number } | null;
  }[];
  readonly presses: readonly { readonly attempt: string; readonly text: string; readonly kiosk: string }[];
  readonly payments: readonly { readonly attempt: string; readonly standing: string; readonly returned: number }[];
};

export type Shown = { readonly status: number; readonly html: string; readonly location: string };

/** A browser as far as it matters: it keeps its cookie, says where it is, and follows nothing by itself. */
export class Phone {
  readonly #origin: string;
  #cookie = '';

  constructor(origin: string) {
    this.#origin = origin;
  }

  // Node's own fetch says of itself that it is no visit.
  #ask(path: string, method: 'GET' | 'POST', body = ''): Promise<Shown> {
    const url = new URL(path, this.#origin);
    const headers = {
      ...{ origin: this.#origin, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      // As browsers do: only to where it came from.
      ...(url.origin === this.#origin && this.#cookie ? { cookie: this.#cookie } : {}),
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { method, headers, agent: false }, (answer) => {
        const [cookie] = answer.headers['set-cookie'] ?? [];
        if (cookie !== undefined) this.#cookie = cookie.split(';', 1)[0] ?? '';
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const { statusCode: status = 0, headers: said } = answer;
          resolve({ status, html: Buffer.concat(chunks).toString(), location: said.location ?? '' });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  open = (path: string) => this.#ask(path, 'GET');
  post = (path: string, fields: Record<string, string> = {}) =>
    this.#ask(path, 'POST', new URLSearchParams(fields).toString());

  async state(): Promise<State> {
    const { html } = await this.open('/M/state');
    return JSON.parse(html) as State;
  }

  /** The member code that its page shows now. */
  async code(): Promise<string> {
    return await until('a member code', async () => {
      const shown = (await this.state()).links.find(({ code }) => code)?.code?.text;
      if (shown === undefined) await sleep(50);
      return shown;
    });
  }
}

export type Whole = {
  readonly sandbox: Sandbox;
  readonly relay: Relay;
  readonly brokerUrl: string;
  /** A phone that nobody has used. */
  phone(): Phone;
  kiosk(name?: string): Promise<LinkingKiosk>;
  /** Of the operations API: status and body. */
  operate(path: string, body: object): Promise<{ status: number; body: unknown }>;
  stop(): Promise<void>;
};

export async function openWhole(options: Partial<SandboxOptions> = {}): Promise<Whole> {
  const broker = new BuiltInBroker();
  const database = new PGliteDatabase();
  const [sandbox] = await Promise.all([
    startSandbox({ keys, notifyFactor: 1_000, ...options }),
    broker.start(),
    database.start(),
  ]);
  const ports = { hooks: await freePort(), pages: await freePort() };
  const config = parseConfig(configText(broker.url, sandbox.acquirerUrl, ports), 'test');
  const account = { privateKeyPem: keys.merchantPrivatePem, publicKeyPem: keys.acquirerPublicPem };
  const secrets: RelaySecrets = {
    ...{ codeHashKey: Buffer.alloc(32, 1), linking: { key: Buffer.alloc(32, 7) } },
    accounts: new Map([['antom-hk', account]]),
  };
  const relay = await startRelay(config, secrets, { log: quiet, database });
  const token = { name: 'ann', scopes: ['read', 'refund'], days: 1 } as const;
  const { secret } = await createToken(database, token, Date.now(), randomBytes);
  const kiosks: LinkingKiosk[] = [];
  return {
    ...{ sandbox, relay, brokerUrl: broker.url },
    phone: () => new Phone(`http://127.0.0.1:${ports.pages}`),
    async kiosk(name) {
      const kiosk = new LinkingKiosk(name);
      kiosks.push(kiosk);
      await kiosk.connect(broker.url);
      await kiosk.greet();
      return kiosk;
    },
    async operate(path, body) {
      const answer = await fetch(`http://127.0.0.1:${relay.ports.api}${path}`, {
        method: 'POST',
        headers: {
          ...{ 'content-type': 'application/json', authorization: `Bearer ${secret}` },
          'idempotency-key': randomBytes(8).toString('hex'),
        },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: await answer.json() };
    },
    async stop() {
      for (const kiosk of kiosks) await kiosk.close();
      await relay.stop();
      await Promise.all([sandbox.stop(), broker.stop(), database.stop()]);
    },
  };
}

export const freshLink = (): string => randomBytes(16).toString('hex');

export type LinkedPhone = {
  readonly phone: Phone;
  readonly link: string;
  readonly firstCode: string;
  readonly digits: string;
};

/** From the kiosk's code to the wallet that is linked, as a buyer goes it. */
export async function linkBy(whole: Whole, kiosk: LinkingKiosk, more: Partial<Link> = {}): Promise<LinkedPhone> {
  const link = freshLink();
  const phone = whole.phone();
  await kiosk.link(link, more);
  const { code } = await until('a code to show', () => kiosk.codes(link)[0]);
  const path = new URL(code).pathname;
  // The acquirer is asked meanwhile: a phone that is quicker is told to wait.
  const page = await until('the question', async () => {
    const opened = await phone.open(path);
    const asks = opened.html.includes(`action="${path}/yes"`);
    if (!asks) await sleep(100);
    return asks ? opened : undefined;
  });
  const { digits } = await kiosk.hearsLink(link, 'opened', more);
  if (!page.html.includes(digits)) throw new Error('the phone shows other digits');
  const { location } = await phone.post(`${path}/yes`);
  await phone.post(location, { action: 'agree' });
  const linked = await kiosk.hearsLink(link, 'linked', more);
  return { phone, link, digits, firstCode: linked.code };
}
