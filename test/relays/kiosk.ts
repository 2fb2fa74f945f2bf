import { randomBytes } from 'node:crypto';
import { MemoryJournal } from '../../agent/journal/memory.js';
import { BrokerConnection } from '../../agent/link/connection.js';
import type { OrderEvent } from '../../agent/orders/order.js';
import { Counters } from '../../agent/runtime/counters.js';
import { Front } from '../../agent/runtime/front.js';
import { KioskLoop } from '../../agent/runtime/loop.js';
import { systemClock } from '../../drivers/clock.js';
import type { VendJob, VendResult } from '../../drivers/contract/actuator.js';
import { bootTag } from '../../protocol/ids.js';
import { anyRelayStateTopic, downTopic, kioskStateTopic, relayOfState, upTopic } from '../../protocol/topics.js';
import { between, pick, type Random, textOf } from '../bench/random.js';
import { sleep } from '../support/wait.js';
import type { JournalLine } from '../system/chaos/books.js';
import type { Sale, Witness } from '../system/chaos/witness.js';

/** How often a kiosk says again what nobody has answered, ms. */
export type Resends = { readonly resendMs: number; readonly resendMaxMs: number; readonly helloRetryMs: number };
export type KioskTimes = { readonly payValid: number; readonly kioskDeadline: number; readonly kiosk: Resends };

export type LightKioskParts = {
  readonly name: string;
  readonly brokerUrl: string;
  readonly random: Random;
  readonly witness: Witness;
  readonly times: KioskTimes;
  /** Before each scan: what the acquirer plays next. */
  readonly beforeScan: () => Promise<unknown>;
};

const CURRENCY = 'HKD';
const LOOK_MS = 5;
const DIGITS = '0123456789';
const HEX = '0123456789abcdef';
/** How vends end, in parts of their sum. */
const vends: readonly VendResult[] = [...Array<VendResult>(18).fill('delivered'), 'failed', 'doubtful'];

const silent = { show() {}, start: async () => {}, stop: async () => {} };
const plain = { screen: { kind: 'plain', tone: 'neutral', texts: [] }, signal: 'ready' } as const;

/**
 * The shipped kiosk machine and its connection, without scanner, screen and card: so light that hundreds fit into one
 * process. Its journal is in memory, and it is never killed: here it is relays that die.
 */
export class LightKiosk {
  readonly name: string;
  readonly #parts: LightKioskParts;
  readonly #journal = new MemoryJournal();
  readonly #sales = new Map<string, Sale>();
  #loop: KioskLoop | undefined;
  #link: BrokerConnection | undefined;
  #stopped = false;

  constructor(parts: LightKioskParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { name, brokerUrl, times, random } = this.#parts;
    const replay = await this.#journal.open({ board: name, random: randomBytes, wallMs: Date.now });
    const topic = kioskStateTopic(name);
    const state = (online: boolean): string => JSON.stringify({ online, boot: bootTag(replay.nonce) });
    const link = new BrokerConnection({
      ...{ url: brokerUrl, clientId: `kiosk-${name}`, keepaliveSeconds: 30, connectTimeoutMs: 5_000 },
      ...{ reconnectBaseMs: 50, reconnectMaxMs: 500, random, onlinePayload: state(true) },
      subscriptions: [downTopic(name), anyRelayStateTopic],
      will: { topic, payload: state(false) },
    });
    const loop = new KioskLoop({
      ...{
        replay,
        board: name,
        version: 'light',
        journal: this.#journal,
        clock: systemClock,
        counters: new Counters(),
      },
      actuator: { start: async () => {}, stop: async () => {}, vend: (job) => this.#vend(job) },
      front: new Front(silent, silent, () => plain),
      publish: (frame) => link.publish(upTopic(name), frame),
      orderEvent: (order, event) => this.#note(order, event),
      log: { info() {}, warn() {} },
      ...{ onSettled() {}, onOpen() {}, random: randomBytes, modulesOf: () => 25 },
      timers: {
        ...{ payValidMs: times.payValid, deadlineMs: times.kioskDeadline, ...times.kiosk },
        ...{ finalScreenMs: 10, noticeMs: 10, orderExpiresMs: 0, roundTripMaxMs: 3_000 },
      },
    });
    this.#link = link;
    this.#loop = loop;
    link.start({
      onConnected: () => loop.session({ type: 'connected' }),
      onDisconnected: () => loop.session({ type: 'disconnected' }),
      onMessage: (at, payload) => {
        const relay = relayOfState(at);
        if (relay === undefined) loop.received(payload);
        else loop.session({ type: 'relay-state', relay, online: payload.includes('"online":true') });
      },
    });
    loop.dispatch({ type: 'opened', reason: 'starting' });
    loop.dispatch({ type: 'opened', reason: 'scanner' });
  }

  get selling(): boolean {
    return this.#loop?.state.closed.length === 0;
  }

  /** Attempts of which the relay has not yet said that it knows their end. */
  get unsettled(): number {
    return this.#loop?.state.books.length ?? 0;
  }

  /** One customer: an order, a code, and the wait until the kiosk is free again. False: it was closed just then. */
  async serve(): Promise<boolean> {
    const { random, witness, beforeScan } = this.#parts;
    const loop = this.#loop;
    if (!loop || !(await this.#free(loop))) return false;
    const [id, amount] = [textOf(random, HEX, 16), between(random, 100, 20_000)];
    const plan = { handsOut: true, says: 'delivered', afterMs: 0, twice: false } as const;
    this.#sales.set(id, witness.open({ order: id, kiosk: this.name, amount, placedAt: Date.now(), plan }));
    await beforeScan();
    loop.dispatch({ type: 'order-placed', order: { id, amount, currency: CURRENCY, reference: id.slice(0, 8) } });
    const code = `2810${textOf(random, DIGITS, 20)}`;
    const [digest, tail] = [textOf(random, HEX, 16), textOf(random, HEX, 16)];
    loop.dispatch({ type: 'scanned', code, issuer: 'alipayplus', digest, tail, scanMs: systemClock.now() });
    if (loop.state.attempt?.order.id !== id) {
      // A relay has died between the look and the scan: nothing was asked of anybody.
      loop.dispatch({ type: 'order-cancelled', order: id });
      witness.sales.delete(id);
      return false;
    }
    while (loop.state.attempt?.order.id === id && !this.#stopped) await sleep(LOOK_MS);
    return true;
  }

  async #free(loop: KioskLoop): Promise<boolean> {
    while (!this.#stopped) {
      const { closed, order, attempt } = loop.state;
      if (closed.length === 0 && !order && !attempt) return true;
      await sleep(LOOK_MS);
    }
    return false;
  }

  async #vend({ order }: VendJob): Promise<VendResult> {
    const { random } = this.#parts;
    const result = pick(random, vends);
    const sale = this.#sales.get(order);
    if (sale && (result === 'delivered' || (result === 'doubtful' && random() < 0.5))) sale.handedOut += 1;
    await sleep(between(random, 1, 20));
    return result;
  }

  #note(order: string, event: OrderEvent): void {
    const sale = this.#sales.get(order);
    if (sale) this.#parts.witness.note(sale, { ...event, at: Date.now() });
  }

  /** What its card would hold. */
  journal(): JournalLine[] {
    return this.#journal.records.map(({ at: _, ...record }) => ({ ...record, kiosk: this.name }));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#loop?.stop();
    await this.#link?.stop();
  }
}
