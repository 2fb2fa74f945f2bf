import { AgentApi } from '../../../deploy/demo/clients.js';
import { HttpError, serverEvents } from '../../../deploy/demo/http.js';
import type { Pty } from '../../../deploy/demo/pty.js';
import { formatAmount } from '../../../protocol/money.js';
import { between, pick, type Random, textOf } from '../../bench/random.js';
import type { Life, Supervised } from '../../support/supervised.js';
import { sleep } from '../../support/wait.js';
import { timing } from './configs.js';
import { type AppPlan, attemptOf, type KioskEvent, type Sale, type Witness } from './witness.js';

export type KioskParts = {
  readonly agent: Pick<Supervised, 'name' | 'up'>;
  readonly scanner: Pick<Pty, 'write'>;
  readonly random: Random;
  readonly witness: Witness;
  /** Sets what the acquirer plays for the payments that come next. */
  readonly beforeScan: () => Promise<unknown>;
};

const CURRENCY = 'HKD';
const READ_WITHIN_MS = 1_500;
/** Longer than the kiosk's deadline and its vend limit together. */
const FREE_WITHIN_MS = 8_000;
const REPORT_TRIES = 4;

/** From here on the kiosk serves the next customer. */
const freeing: ReadonlySet<string> = new Set(['unconfirmed', 'reversing', 'vend-failed', 'vend-doubtful', 'ended']);

/** The customers in front of one kiosk, one after the other, and the app that sells to them. */
export class KioskStand {
  readonly #parts: KioskParts;
  #watchers = new Set<() => void>();
  #stopped = new AbortController();
  #followed: Promise<void> = Promise.resolve();
  /** Reports under way. */
  #vends = new Set<Promise<void>>();

  constructor(parts: KioskParts) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.agent.name;
  }

  start(): void {
    this.#followed = this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all([this.#followed, ...this.#vends]);
  }

  /** One order and its customer. Undefined: the kiosk took no order. `calm`: nobody does anything odd, the app in `appMs`. */
  async serve(calm = false, appMs = 0): Promise<Sale | undefined> {
    const { agent, random, scanner, beforeScan } = this.#parts;
    const life = await agent.up();
    const amount = between(random, 100, 20_000);
    const plan = calm ? { ...goodPlan, afterMs: appMs } : planOf(random);
    const sale = await this.#place(life, amount, plan);
    if (!sale) {
      await sleep(between(random, 20, 120));
      return undefined;
    }
    await beforeScan();
    const code = this.#newCode();
    await scanner.write(`${code}\r`);
    if (!calm) void this.#oddities(sale, life, code, random());
    const seen = (states: ReadonlySet<string>) => sale.events.some((event) => states.has(event.state));
    const gone = life.ended.then(() => true);
    await this.#until(() => attemptOf(sale) !== undefined || seen(freeing), READ_WITHIN_MS, gone);
    // Not read: the kiosk had closed meanwhile, or it died. The customer goes.
    if (attemptOf(sale) === undefined)
      await apiOf(life)
        .cancel(sale.order)
        .catch(() => {});
    await this.#until(() => seen(freeing), FREE_WITHIN_MS, gone);
    return sale;
  }

  /** Resolves when the sale has had its last event, its kiosk has died, or after `withinMs`. */
  async ended(sale: Sale, withinMs: number): Promise<void> {
    await this.#until(() => sale.events.some((event) => event.state === 'ended'), withinMs, Promise.race([]));
  }

  async #place(life: Life, amount: number, plan: AppPlan): Promise<Sale | undefined> {
    const { witness } = this.#parts;
    const placedAt = Date.now();
    try {
      const text = formatAmount({ amount, currency: CURRENCY });
      const order = { amount: text, currency: CURRENCY, reference: `C-${witness.sales.size}` };
      const { id } = await apiOf(life).place(order);
      return witness.open({ order: id, kiosk: this.name, amount, placedAt, plan });
    } catch {
      // Busy, out of service, or dead: the customer waits.
      return undefined;
    }
  }

  #newCode(): string {
    const { random, witness } = this.#parts;
    const code = `28100602${textOf(random, '0123456789', 16)}`;
    witness.codes.push(code);
    return code;
  }

  /** What customers also do: hold the phone too long, show another code, give up. */
  async #oddities(sale: Sale, life: Life, code: string, chance: number): Promise<void> {
    const { random, scanner } = this.#parts;
    const wait = between(random, 0, 900);
    if (chance > 0.14) return;
    await sleep(wait);
    if (chance < 0.06)
      await apiOf(life)
        .cancel(sale.order)
        .catch(() => {});
    else await scanner.write(`${chance < 0.1 ? code : this.#newCode()}\r`);
  }

  async #until(done: () => boolean, withinMs: number, gone: Promise<unknown>): Promise<void> {
    let watcher = (): void => {};
    const seen = new Promise<void>((resolve) => {
      watcher = () => {
        if (done()) resolve();
      };
    });
    this.#watchers.add(watcher);
    watcher();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([seen, gone, late]);
    clearTimeout(timer);
    this.#watchers.delete(watcher);
  }

  /** The kiosk app's one stream of all orders, opened again for each process of the agent. */
  async #follow(): Promise<void> {
    const { signal } = this.#stopped;
    const stopped = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
    while (!signal.aborted) {
      const life = await Promise.race([this.#parts.agent.up(), stopped]);
      if (!life) return;
      try {
        const stream = serverEvents<KioskEvent & { order: string }>(`${baseOf(life)}/v1/events`, signal);
        for await (const event of stream) this.#on(life, event);
      } catch {
        // Its process has gone, or we stop.
      }
      await Promise.race([sleep(20), stopped]);
    }
  }

  #on(life: Life, { order, ...event }: KioskEvent & { order: string }): void {
    const { witness } = this.#parts;
    const sale = witness.sales.get(order);
    if (!sale || !witness.note(sale, event as KioskEvent)) return;
    if (event.state === 'vending') this.#vend(life, sale);
    for (const watcher of this.#watchers) watcher();
  }

  #vend(life: Life, sale: Sale): void {
    if (sale.plan.handsOut) sale.handedOut += 1;
    const done: Promise<void> = report(life, sale).finally(() => this.#vends.delete(done));
    this.#vends.add(done);
  }
}

const baseOf = (life: Life): string => `http://127.0.0.1:${life.ready.ports['api']}`;
const apiOf = (life: Life): AgentApi => new AgentApi(baseOf(life));

async function report(life: Life, sale: Sale): Promise<void> {
  const { says, afterMs, twice } = sale.plan;
  await sleep(afterMs);
  if (says === 'nothing') return;
  for (let tries = 0; tries < REPORT_TRIES; tries++) {
    try {
      await apiOf(life).vend(sale.order, says);
      sale.reports.push(says);
      if (!twice || tries > 0) return;
    } catch (error) {
      // It knows no such vend: another process answers on that port, or the vend has ended otherwise for good.
      if (error instanceof HttpError) return;
      await sleep(100);
    }
  }
}

const goodPlan: AppPlan = { handsOut: true, says: 'delivered', afterMs: 0, twice: false };

function planOf(random: Random): AppPlan {
  const afterMs = random() < 0.7 ? 0 : between(random, 5, 150);
  const late = timing.vendLimit + between(random, 50, 500);
  const handsOut = random() < 0.5;
  const chance = random();
  if (chance < 0.8) return { handsOut: true, says: 'delivered', afterMs, twice: random() < 0.05 };
  if (chance < 0.88) return { handsOut: false, says: 'failed', afterMs, twice: random() < 0.1 };
  if (chance < 0.92) return { handsOut, says: 'doubtful', afterMs, twice: false };
  if (chance < 0.96) return { handsOut, says: 'nothing', afterMs, twice: false };
  return { handsOut, says: pick(random, [handsOut ? 'delivered' : 'failed'] as const), afterMs: late, twice: false };
}
