import { between, pick, type Random } from '../bench/random.js';
import type { Programs } from '../support/services.js';
import { sleep, until } from '../support/wait.js';
import { streamOf } from '../system/chaos/arena.js';
import { readCharges } from '../system/chaos/books.js';
import { check, type Violation } from '../system/chaos/check.js';
import { KioskStand } from '../system/chaos/kiosk.js';
import { outcomeOf, type Sale } from '../system/chaos/witness.js';
import { GuestKiosk } from './kiosk.js';
import type { Lab } from './lab.js';
import { Outside } from './outside.js';

/** The power goes at a random moment of each payment, and afterwards the books must agree. */

export type CutsOptions = {
  readonly lab: Lab;
  readonly programs: Programs;
  readonly brokerPort: number;
  readonly cuts: number;
  readonly seed: number;
  /** Its node in the guest; the FTDI line's unless told. */
  readonly scanner?: string;
  readonly onRow?: (row: CutRow) => void;
};

export type CutRow = {
  readonly cut: number;
  readonly play: PlayName;
  /** Inside a write of the disk: the journal has asked for its flush, and never had it. */
  readonly inWrite: boolean;
  /** After the sending of the code began, ms; until the power is gone it takes a tenth of a second more. */
  readonly atMs: number;
  /** The last that the kiosk app had heard of its order. */
  readonly heard: string;
  /** Sectors that the disk had not made durable yet, and how many of them it lost. */
  readonly cached: number;
  readonly lost: number;
  /** Of the attempt, by the relay; "no attempt": it never heard of it. */
  readonly end: string;
  readonly reason: string;
  readonly handedOut: number;
  /** From the cut until the kiosk sold again, ms. */
  readonly backMs: number;
};

export type CutsResult = {
  readonly rows: readonly CutRow[];
  readonly violations: readonly Violation[];
  /** Starts at which the agent said that its journal has gaps. */
  readonly gaps: number;
  /** How long each play takes without a cut. */
  readonly calmMs: Readonly<Record<PlayName, number>>;
};

/** What makes a payment stay long enough in each of its states to be cut there. `appMs`: until the app reports its vend. */
const plays = {
  approve: { scenario: 'approve', appMs: 0 },
  password: { scenario: 'password', appMs: 0 },
  'slow-app': { scenario: 'approve', appMs: 1_000 },
} as const;
export type PlayName = keyof typeof plays;
const playNames = Object.keys(plays) as PlayName[];

const KIOSK = 'hardware-1';
/** The last customer's screen may still stand. */
const ORDER_TRIES = 20;

export class CutRun {
  readonly #options: CutsOptions;
  readonly #random: Random;
  readonly outside: Outside;
  #kiosk: GuestKiosk | undefined;
  #stand: KioskStand | undefined;
  #scanned: () => void = () => {};

  constructor(options: CutsOptions) {
    this.#options = options;
    this.#random = streamOf(options.seed, 'cuts');
    this.outside = new Outside({ ...options, kiosk: KIOSK });
  }

  get kiosk(): GuestKiosk {
    if (!this.#kiosk) throw new Error('cuts: not started');
    return this.#kiosk;
  }

  async start(): Promise<void> {
    const { lab, brokerPort, seed, scanner = '/dev/ttyUSB0' } = this.#options;
    await this.outside.start();
    await lab.up();
    const journal = `/data/journal-${seed}`;
    await lab.must(`rm -rf ${journal} && mkdir -m 700 ${journal} && sync`);
    const { folder, witness } = this.outside;
    this.#kiosk = new GuestKiosk(lab, { name: KIOSK, folder, brokerPort, scanner, journal });
    this.#stand = new KioskStand({
      agent: this.#kiosk,
      scanner: { write: (bytes) => this.#scan(String(bytes)) },
      random: streamOf(seed, 'customers'),
      witness,
      beforeScan: async () => {},
    });
    await this.kiosk.start();
    this.#stand.start();
  }

  /** Its error is a guest that is no more: the customer meets a kiosk without power. */
  async #scan(text: string): Promise<void> {
    this.#scanned();
    await this.#options.lab.scan('serial', text).catch(() => {});
  }

  /** `ms`: from the first byte of the code to the payment's end. @throws Error where the kiosk takes no order */
  async sell(play: PlayName = 'approve'): Promise<{ readonly sale: Sale; readonly ms: number }> {
    const { end } = await this.#scanBegun(play);
    const began = performance.now();
    const sale = [...this.outside.witness.sales.values()].at(-1);
    if (!sale) throw new Error('no order was placed');
    await until('the end of the payment', () => outcomeOf(sale) !== undefined, 30_000);
    const ms = performance.now() - began;
    await end;
    return { sale, ms };
  }

  /** As `sell`, once the kiosk is open again. */
  async sellWhenOpen(): Promise<Sale> {
    await until('in service', async () => (await this.kiosk.status()).service === 'in-service', 30_000);
    return (await this.sell()).sale;
  }

  /** Resolves when the code is on its way, with the service that goes on. */
  async #scanBegun(play: PlayName): Promise<{ readonly end: Promise<unknown> }> {
    await this.outside.control.scenario(plays[play].scenario);
    for (let tries = 0; tries < ORDER_TRIES; tries++) {
      const scanned = new Promise<'scanned'>((resolve) => {
        this.#scanned = () => resolve('scanned');
      });
      const end = this.#stand?.serve(true, plays[play].appMs) ?? Promise.resolve(undefined);
      if ((await Promise.race([scanned, end])) === 'scanned') return { end };
    }
    throw new Error('the kiosk took no order');
  }

  async cut(n: number, calmMs: CutsResult['calmMs']): Promise<CutRow> {
    const { lab, seed } = this.#options;
    const play = pick(this.#random, playNames);
    const inWrite = this.#random() < 0.5;
    const served = await this.#scanBegun(play);
    const began = performance.now();
    await sleep(between(this.#random, 0, Math.ceil(calmMs[play] * 1.2)));
    const sale = [...this.outside.witness.sales.values()].at(-1);
    const atMs = Math.round(performance.now() - began);
    const { cached, lost } = await lab.powerCut(seed + n, 0.5, inWrite);
    const dark = performance.now();
    const heard = sale?.events.at(-1)?.state ?? 'nothing';
    await this.kiosk.gone();
    await served.end;
    await lab.up();
    await this.kiosk.start();
    const backMs = Math.round(performance.now() - dark);
    await this.outside.settled();
    const attempt = (await this.outside.reader.attempts()).find((row) => row.order === sale?.order);
    const end = { end: attempt?.state ?? 'no attempt', reason: attempt?.reason ?? '' };
    return { cut: n, play, inWrite, atMs, heard, cached, lost, ...end, handedOut: sale?.handedOut ?? 0, backMs };
  }

  /** The kiosk's journal is read when its agent has ended. */
  async violations(): Promise<readonly Violation[]> {
    const { reader, control, witness } = this.outside;
    await this.outside.settled();
    // The last report's Ack may be lost, and the report is told again.
    await sleep(2_000);
    const [charges, attempts, alarms] = [
      await readCharges(control.base),
      await reader.attempts(),
      await reader.alarms(),
    ];
    await this.#stand?.stop();
    this.#stand = undefined;
    await this.kiosk.stop();
    const { lines, faults } = await this.kiosk.journal();
    const books = { charges, attempts, alarms, journals: lines, journalFaults: faults };
    return check(books, [...witness.sales.values()]).violations;
  }

  async stop(): Promise<void> {
    await this.#stand?.stop();
    await this.#kiosk?.gone();
    await this.outside.stop();
  }
}

/** The lab stays up. */
export async function powerCuts(options: CutsOptions): Promise<CutsResult> {
  const run = new CutRun(options);
  try {
    await run.start();
    await run.sell();
    const calmMs = { approve: 0, password: 0, 'slow-app': 0 };
    for (const play of playNames) calmMs[play] = Math.round((await run.sell(play)).ms);
    const rows: CutRow[] = [];
    for (let n = 1; n <= options.cuts; n++) {
      const row = await run.cut(n, calmMs);
      rows.push(row);
      options.onRow?.(row);
    }
    const { sale } = await run.sell();
    const dead: Violation[] =
      outcomeOf(sale) === 'delivered' ? [] : [{ rule: 'L6', what: 'the kiosk does not sell again after the cuts' }];
    const violations = [...dead, ...(await run.violations())];
    const gaps = run.kiosk.log.filter((line) => line['event'] === 'journal-gap').length;
    return { rows, violations, gaps, calmMs };
  } finally {
    await run.stop();
  }
}

const columns = [
  'cut',
  'play',
  'inWrite',
  'atMs',
  'heard',
  'cached',
  'lost',
  'end',
  'reason',
  'handedOut',
  'backMs',
] as const;

export const headOf = (): string => lineOf(columns);
export const rowOf = (row: CutRow): string => lineOf(columns.map((name) => String(row[name])));

function lineOf(cells: readonly string[]): string {
  const widths = [4, 9, 8, 6, 17, 7, 5, 11, 22, 10, 7];
  return cells
    .map((cell, i) => cell.padEnd(widths[i] ?? 8))
    .join(' ')
    .trimEnd();
}
