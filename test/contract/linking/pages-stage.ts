import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { buildLinkPages, type LinkPagesLimits, type LinkPagesParts } from '../../../relay/linking/web/server.js';
import { Counters } from '../../../relay/runtime/counters.js';
import { DoubleDesk } from './double.js';
import { HandClock } from './hand-clock.js';
import { Phone } from './phone.js';

/** The buyer's pages over real HTTP, with a desk in the test's hand. */
export class PagesStage {
  readonly clock = new HandClock(Date.UTC(2026, 10, 22, 12, 0, 7));
  readonly desk = new DoubleDesk(this.clock);
  readonly counters = new Counters();
  readonly logged: object[] = [];
  readonly #app;
  readonly #publicUrl: string;
  #port = 0;

  constructor(given: Partial<LinkPagesParts> & { readonly limits?: Partial<LinkPagesLimits> } = {}) {
    const keep = (fields: object, text = ''): void => void this.logged.push({ ...fields, text });
    this.#publicUrl = given.publicUrl ?? 'https://pay.example';
    this.#app = buildLinkPages({
      ...{ desk: this.desk, publicUrl: this.#publicUrl, shop: 'Corner Shop', zoneMinutes: 480 },
      ...{ clock: this.clock, counters: this.counters, random: randomBytes, proxies: [] },
      log: { info: keep, warn: keep, error: keep },
      ...given,
    });
  }

  async start(): Promise<void> {
    await this.#app.listen({ host: '127.0.0.1', port: 0 });
    this.#port = (this.#app.server.address() as AddressInfo).port;
  }

  stop(): Promise<void> {
    return this.#app.close();
  }

  get port(): number {
    return this.#port;
  }

  phone(headers: Record<string, string> = {}): Phone {
    const phone = new Phone(this.#port, this.#publicUrl);
    phone.headers = headers;
    return phone;
  }

  /** A phone whose wallet is linked, and the link. */
  async linked(): Promise<{ readonly phone: Phone; readonly link: string }> {
    const [phone, code] = [this.phone(), this.desk.offer()];
    await phone.get(`/L/${code}`);
    return { phone, link: this.desk.link(code) };
  }

  count(name: string): number {
    return this.counters.all()[name] ?? 0;
  }
}
