import type { Amount, Books, Payment, Refund } from './books.js';

/** What the sandbox sends by itself: each piece of news again and again, by its acquirer's plan, until it is acknowledged. */

/** How news is sent. `late`: so late that what came after it has been told before it. */
export const notifyManners = [
  ...(['plain', 'duplicate', 'late', 'before-the-answer', 'wrong-amount', 'wrong-currency', 'tampered'] as const),
  ...(['strange-key', 'form', 'nested'] as const),
] as const;
export type NotifyManner = (typeof notifyManners)[number];
export const isNotifyManner = (text: string): text is NotifyManner => notifyManners.some((name) => name === text);

export type NewsKind = 'pending' | 'paid' | 'failed' | 'cancelled' | 'refunded' | 'refund-failed';
/** Of a link: its owner agreed; its token is dead. */
export type LinkNewsKind = 'authorised' | 'token-cancelled';
export type News = {
  readonly kind: NewsKind;
  readonly payment: Payment;
  readonly refund?: Refund;
  /** What it says was paid or refunded, which a manner may have made wrong. */
  readonly amount: Amount;
  readonly manner: NotifyManner;
};

export type Written = { readonly headers: Readonly<Record<string, string>>; readonly body: string };
/** News of no payment; `write` makes one send of it, so that each has its own time. */
export type LinkNews = {
  readonly kind: LinkNewsKind;
  /** The link's number. */
  readonly link: string;
  readonly url: string;
  write(url: URL, manner: NotifyManner): Written;
};

/** One acquirer's way of notifying. */
export type Dialect = {
  /** Before the first send, the second, … at factor 1. */
  readonly gapsMs: readonly number[];
  readonly answerWithinMs: number;
  /** Whether it tells of this at all. */
  sends(kind: NewsKind, payment: Payment): boolean;
  write(news: News, url: URL): Written;
  isTaken(status: number, body: string): boolean;
};

/** `status`: null where nobody answered. */
type Send = { readonly at: number; readonly status: number | null; readonly taken: boolean };
export type Sent = {
  /** Of news of a payment or a refund. */
  readonly paymentRequestId?: string;
  readonly refundRequestId?: string;
  /** Of news of a link: its number. */
  readonly link?: string;
  readonly kind: NewsKind | LinkNewsKind;
  readonly manner: NotifyManner;
  readonly url: string;
  readonly sends: readonly Send[];
  readonly taken: boolean;
  /** Null: it is not sent any more. */
  readonly nextAt: number | null;
};

type Entry = { -readonly [Key in keyof Sent]: Sent[Key] } & { sends: Send[] };
type Message = { readonly manner: NotifyManner; write(url: URL): Written };
type Watched = { url: URL; readonly told: Set<string> };

const LATE_MS = 30_000;
const KEPT_MOST = 1_000;

export type NotifierOptions = {
  readonly books: Books;
  readonly dialect: Dialect;
  /** Divides the plan's gaps. */
  readonly factor: number;
  readonly clockMs: () => number;
};

export class Notifier {
  manner: NotifyManner = 'plain';
  readonly #options: NotifierOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #sent: Entry[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #abort = new AbortController();

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  get sent(): readonly Sent[] {
    return this.#sent;
  }

  stop(): void {
    this.#abort.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /**
   * After each call of a payment; `url` where the call names one. What is news is sent. Resolves when the call may be answered:
   * at once but in the manner `before-the-answer`.
   */
  async look(paymentRequestId: string | undefined, url?: string): Promise<void> {
    const { books, clockMs } = this.#options;
    const payment = books.byRequestId(paymentRequestId, clockMs());
    if (!payment) return;
    const watched = this.#watch(payment, url);
    const first = watched ? this.#newsOf(payment, watched).map((news) => this.#tell(news, watched.url)) : [];
    if (this.manner === 'before-the-answer') await Promise.all(first);
  }

  #watch(payment: Payment, url: string | undefined): Watched | undefined {
    const known = this.#watched.get(payment.paymentRequestId);
    if (url === undefined || !URL.canParse(url)) return known;
    if (known) {
      // A refund may name another one than its payment did.
      known.url = new URL(url);
      return known;
    }
    const watched = { url: new URL(url), told: new Set<string>() };
    this.#watched.set(payment.paymentRequestId, watched);
    // What time alone does: a dialog that confirms itself, and the expiry.
    for (const at of [payment.confirmAtMs, payment.expiresAtMs]) {
      if (at !== undefined && payment.state === 'PROCESSING') {
        this.#after(at - this.#options.clockMs() + 1, () => void this.look(payment.paymentRequestId));
      }
    }
    return watched;
  }

  #newsOf(payment: Payment, { told }: Watched): News[] {
    const { dialect } = this.#options;
    const found = [stateNews(payment), ...payment.refunds.map(refundNews)];
    return found.flatMap((kindAndRefund) => {
      if (!kindAndRefund) return [];
      const { kind, refund } = kindAndRefund;
      const name = `${kind} ${refund?.refundRequestId ?? ''}`;
      if (told.has(name)) return [];
      told.add(name);
      if (!dialect.sends(kind, payment)) return [];
      const amount = this.#amount(
        refund?.amount ?? { ...payment.asked, value: payment.charged || payment.asked.value },
      );
      return [
        { kind, payment: { ...payment }, ...(refund ? { refund: { ...refund } } : {}), amount, manner: this.manner },
      ];
    });
  }

  #amount({ currency, value }: Amount): Amount {
    if (this.manner === 'wrong-amount') return { currency, value: value + 1 };
    if (this.manner === 'wrong-currency') return { currency: currency === 'USD' ? 'EUR' : 'USD', value };
    return { currency, value };
  }

  /** News of a link. Resolves when what made it news may be answered: at once but in the manner `before-the-answer`. */
  async tellOf(news: LinkNews): Promise<void> {
    const { manner } = this;
    const first = this.tellFirst(news);
    if (manner === 'before-the-answer') await first;
  }

  /** The same, and it has been sent once when this resolves, whatever the manner. */
  async tellFirst(news: LinkNews): Promise<void> {
    if (!URL.canParse(news.url)) return;
    const { manner } = this;
    const message = { manner, write: (to: URL) => news.write(to, manner) };
    await this.#begin({ link: news.link, kind: news.kind }, message, new URL(news.url));
  }

  /** Resolves when it was sent for the first time. */
  #tell(news: News, url: URL): Promise<void> {
    const { payment, refund, kind, manner } = news;
    const subject = {
      paymentRequestId: payment.paymentRequestId,
      ...(refund ? { refundRequestId: refund.refundRequestId } : {}),
    };
    const { dialect } = this.#options;
    return this.#begin({ ...subject, kind }, { manner, write: (to) => dialect.write(news, to) }, url);
  }

  #begin(
    subject: Pick<Sent, 'paymentRequestId' | 'refundRequestId' | 'link' | 'kind'>,
    message: Message,
    url: URL,
  ): Promise<void> {
    const record: Entry = {
      ...subject,
      ...{ manner: message.manner, url: url.href, sends: [], taken: false, nextAt: null },
    };
    this.#sent.push(record);
    if (this.#sent.length > KEPT_MOST) this.#sent.shift();
    return new Promise((resolve) => this.#plan(message, url, record, resolve));
  }

  #plan(message: Message, url: URL, record: Entry, done: () => void): void {
    const { dialect, factor, clockMs } = this.#options;
    const gap = record.sends.length === 0 && message.manner === 'late' ? LATE_MS : dialect.gapsMs[record.sends.length];
    const copies = message.manner === 'duplicate' ? 3 : 1;
    if (gap === undefined || record.sends.filter(({ taken }) => taken).length >= copies) {
      record.nextAt = null;
      done();
      return;
    }
    // A copy of what was taken comes at once.
    const wait = record.taken ? 0 : gap / factor;
    record.nextAt = clockMs() + wait;
    this.#after(wait, () => {
      void this.#send(message, url, record).then(() => {
        done();
        this.#plan(message, url, record, () => undefined);
      });
    });
  }

  async #send(message: Message, url: URL, record: Entry): Promise<void> {
    const { dialect, clockMs } = this.#options;
    const at = clockMs();
    const limit = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(dialect.answerWithinMs)]);
    try {
      const answer = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        signal: limit,
        ...message.write(url),
      });
      const taken = dialect.isTaken(answer.status, await answer.text());
      record.sends.push({ at, status: answer.status, taken });
      record.taken ||= taken;
    } catch {
      record.sends.push({ at, status: null, taken: false });
    }
  }

  #after(ms: number, task: () => void): void {
    if (this.#abort.signal.aborted) return;
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        task();
      },
      Math.max(0, ms),
    );
    this.#timers.add(timer);
  }
}

type KindAndRefund = { readonly kind: NewsKind; readonly refund?: Refund };

/** What was never paid was closed, whoever closed it. */
function stateNews({ state, charged }: Payment): KindAndRefund {
  if (state === 'SUCCESS') return { kind: 'paid' };
  if (state === 'FAIL') return { kind: 'failed' };
  if (state === 'CANCELLED') return { kind: charged > 0 ? 'cancelled' : 'failed' };
  return { kind: 'pending' };
}

function refundNews(refund: Refund): KindAndRefund | undefined {
  if (refund.state === 'PROCESSING') return undefined;
  return { kind: refund.state === 'SUCCESS' ? 'refunded' : 'refund-failed', refund };
}
