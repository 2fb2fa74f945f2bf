import { createHash } from 'node:crypto';
import { Door } from './door.js';

/** What a run needs in which wallets are linked: two doors to the relay, for phones and for the acquirer, and a key. */

/** The wallets that the sandbox plays. */
export const linkedWallets = ['alipayhk', 'dana'] as const;
const LINKING_KEY = 'QUIETZONE_DEMO_LINKING_KEY';
export const NOTIFY_PATH = '/antom/notify';
/** The acquirer's day of notifications in a minute and a half. */
export const NOTIFY_FACTOR = 1_000;

export class LinkingSide {
  /** Where phones come to. */
  readonly pages = new Door();
  /** Where the acquirer's notifications come to. */
  readonly webhooks = new Door();
  readonly #key: string;

  /** `codeHashKey`: the run's other secret. What seals the tokens must stay the same as long as that does. */
  constructor(codeHashKey: string) {
    this.#key = createHash('sha256').update(`linking ${codeHashKey}`).digest('hex');
  }

  async start(): Promise<void> {
    await Promise.all([this.pages.start(), this.webhooks.start()]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.pages.stop(), this.webhooks.stop()]);
  }

  /** The relay is there, on these ports. */
  leadTo(ports: Readonly<Record<string, number>>): void {
    this.pages.port = ports['linking'] ?? 0;
    this.webhooks.port = ports['webhooks'] ?? 0;
  }

  /** Beside `[[account]]` in the relay's config. */
  get tables() {
    return {
      webhooks: { host: '127.0.0.1', port: 0 },
      linking: {
        public_url: this.pages.address,
        ...{ host: '127.0.0.1', port: 0 },
        key_env: LINKING_KEY,
        page_name: 'Quietzone demo shop',
      },
    };
  }

  get notifyUrl(): string {
    return this.webhooks.address + NOTIFY_PATH;
  }

  get env(): Readonly<Record<string, string>> {
    return { [LINKING_KEY]: this.#key };
  }
}
