import { type Clock, pause, systemClock } from '../../clock.js';
import type { Actuator, VendJob, VendResult } from '../../contract/actuator.js';
import type { OrderHandlers, OrderSource } from '../../contract/order-source.js';
import { defaultRetry, type RetryOptions } from '../../line/backoff.js';
import { identify } from '../../line/device-node.js';
import { keepOpen, type LineState } from '../../line/reconnect.js';
import { type OpenPort, openPort, type SerialLine } from '../../line/serial-port.js';
import { onceAnAttempt } from '../once.js';
import type { DeviceAddress } from './codec.js';
import { type Dialect, type DialectName, dialectOf, lineReader } from './dialects.js';
import {
  newSession,
  type Session,
  type SessionEffect,
  type SessionEvent,
  type SessionOptions,
  step,
} from './session.js';

export type MdbOptions = Pick<SerialLine, 'baudRate'> & {
  /** Where the adapter's device node is: a path that stays, or what finds it now by another mark; undefined: nowhere. */
  readonly path: string | (() => Promise<string | undefined>);
  readonly dialect: DialectName;
  readonly address: DeviceAddress;
  readonly session: 'begin' | 'always-idle';
  /** ISO 4217, and the places that the currency has. */
  readonly currencyNumber: number;
  readonly decimals: number;
  /** Minor units that a price of 1 stands for. */
  readonly scale: number;
  /** The machine's time from the approval to its word on the vend, ms; after it the vend is doubtful. */
  readonly limitMs: number;
  readonly onState?: (state: LineState, detail: string) => void;
  readonly onFault?: (what: string) => void;
  readonly clock?: Clock;
  readonly retry?: Partial<RetryOptions>;
  readonly watchMs?: number;
};

/** How long a VMC shall wait for an answer, s; the adapter answers within it. */
const RESPONSE_S = 5;
/** How long an adapter may take to take the last words, ms; one that takes none would be waited for for ever. */
const CLOSING_MOST_MS = 200;

/** A vending machine at an MDB adapter, for which this kiosk is the cashless device: it asks, and hands out. */
export class MdbActuator implements Actuator, OrderSource {
  readonly vend: (job: VendJob) => Promise<VendResult>;
  readonly #options: MdbOptions;
  readonly #clock: Clock;
  readonly #dialect: Dialect;
  readonly #rules: SessionOptions;
  #session: Session;
  #handlers: OrderHandlers | undefined;
  /** What the VMC waits for. */
  #order: string | undefined;
  #end: ((result: VendResult) => void) | undefined;
  #port: OpenPort | undefined;
  #running: { stop: AbortController; ended: Promise<void> } | undefined;

  constructor(options: MdbOptions) {
    const { address, currencyNumber, decimals, scale, session } = options;
    const level = session === 'always-idle' ? 3 : 1;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const facts = { level, currencyNumber, decimals, scale, responseS: RESPONSE_S } as const;
    this.#dialect = dialectOf(options.dialect, { address, facts });
    this.#rules = { level, pushes: this.#dialect.pushes, alwaysIdle: session === 'always-idle' };
    this.#session = newSession(this.#rules);
    this.vend = onceAnAttempt((job) => this.#act(job));
  }

  connect(handlers: OrderHandlers): void {
    this.#handlers = handlers;
  }

  over(order: string): void {
    if (this.#order !== order || this.#session.vend?.stage !== 'asked') return;
    this.#order = undefined;
    this.#step({ type: 'deny' });
  }

  async start(): Promise<void> {
    if (this.#running) return;
    const { clock, retry, watchMs = 250, path, baudRate } = this.#options;
    const stop = new AbortController();
    const find = typeof path === 'string' ? async () => path : path;
    let at: string | undefined;
    const parts = {
      clock: clock ?? systemClock,
      retry: { ...defaultRetry, ...retry },
      watchMs,
      // Looked for anew until its port is open, then only looked at.
      identify: async () => {
        if (!this.#port) at = await find().catch(() => undefined);
        return at === undefined ? undefined : identify(at);
      },
      open: () => this.#open({ path: at ?? '', baudRate }),
      onState: (state: LineState, detail: string) => this.#line(state, detail),
    };
    this.#running = { stop, ended: keepOpen(parts, stop.signal) };
  }

  /** A vend in progress ends doubtful; an adapter that keeps the session is told to withdraw the device. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    this.#lost();
    const over = new AbortController();
    const said = this.#write(this.#dialect.closing).finally(() => over.abort());
    await Promise.race([said, pause(this.#clock, CLOSING_MOST_MS, over.signal)]);
    running.stop.abort();
    await running.ended;
  }

  async #open(line: SerialLine): Promise<OpenPort> {
    const onLine = (text: string) => this.#heard(text);
    const port = await openPort(line, lineReader(onLine));
    this.#port = port;
    void port.closed.then(() => {
      if (this.#port !== port) return;
      this.#port = undefined;
      this.#lost();
    });
    void this.#write(this.#dialect.opening);
    return port;
  }

  #line(state: LineState, detail: string): void {
    this.#options.onState?.(state, detail);
  }

  #lost(): void {
    this.#step({ type: 'lost' });
  }

  #heard(text: string): void {
    if (!this.#running) return;
    const event = this.#dialect.read(text);
    if (event === 'damaged') this.#fault('a block that is damaged, or not in this adapter’s format');
    else if (event) this.#step(event);
  }

  #fault(what: string): void {
    this.#options.onFault?.(`mdb: ${what}`);
  }

  #step(event: SessionEvent): void {
    const { session, effects } = step(this.#session, event, this.#rules);
    this.#session = session;
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: SessionEffect): void {
    switch (effect.type) {
      case 'say':
        void this.#write(this.#dialect.write(effect.reply, this.#session.level) ?? '');
        return;
      case 'order':
        this.#ask(effect.price, effect.item);
        return;
      case 'dropped': {
        const order = this.#order;
        this.#order = undefined;
        if (order !== undefined) this.#handlers?.onDropped(order);
        return;
      }
      case 'ended':
        this.#end?.(effect.result);
        return;
      case 'fault':
        this.#fault(effect.what);
        return;
    }
  }

  #ask(price: number, item: number): void {
    const amountMinor = price * this.#dialect.unit;
    const order = amountMinor > 0 ? this.#handlers?.onOrder({ amountMinor, item }) : undefined;
    if (order === undefined) this.#step({ type: 'deny' });
    else this.#order = order;
  }

  /** A port that fails closes, and that is heard where it was opened. */
  async #write(text: string): Promise<void> {
    if (text !== '') await this.#port?.write(Buffer.from(text, 'latin1')).catch(() => undefined);
  }

  /** Only what the VMC waits for can be handed out: it has not begun as long as it is not approved. */
  #act(job: VendJob): Promise<VendResult> {
    if (!this.#running || this.#order !== job.order || this.#session.vend?.stage !== 'asked') {
      return Promise.resolve('failed');
    }
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#options.limitMs, () => this.#step({ type: 'expired' }));
      this.#end = (result) => {
        cancel();
        this.#end = undefined;
        this.#order = undefined;
        resolve(result);
      };
      this.#step({ type: 'approve' });
    });
  }
}
