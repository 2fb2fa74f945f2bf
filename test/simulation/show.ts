import { orderOf } from '../../protocol/ids.js';
import type { Fault } from './faults.js';
import type { Violation } from './oracle.js';
import type { Shrunk } from './shrink.js';
import type { Line } from './story.js';

const LINES_MOST = 150;
/** What happened at the kiosk so long before the order is told too, ms. */
const BEFORE_MS = 10_000;
/** How many lines may stand between two that say the same, for them to be told as one. */
const LOOK_BACK_FEWEST = 3;
const LOOK_BACK_MOST = 48;
/** Which part of a story that is too long is its beginning. */
const BEGINNING = 0.6;
const ATTEMPT = /\b[0-9a-f]{32}\b/g;

const LEGEND = [
  's after the beginning, who, what. ► publishes, ◄ hears; ⚡ a fault; "…" stands for lines of no weight here.',
  'X/1 is the first attempt of order X. Alike lines are told once, with how often.',
];

/** What is left after shrinking, in numbers. */
export function shrunkText({ first, last, reruns }: Shrunk): string {
  const sizes = [first, last].map(({ options, result }) => {
    const kiosks = options.attended?.size ?? options.kiosks;
    const of = [counted(result.payments, 'payment'), counted(result.faults.length, 'fault')];
    return [...of, counted(kiosks, 'kiosk'), counted(options.relays, 'relay')].join(', ');
  });
  const where = last.options.seed === first.options.seed ? 'the same world' : 'a smaller world with such faults';
  return `Found with ${sizes[0]}.\nShrunk in ${counted(reruns, 'rerun')} to ${sizes[1]}, in ${where}.`;
}

/** Everything that was told, and what of it is to be understood. */
export type History = {
  readonly story: readonly Line[];
  readonly faults: readonly Fault[];
  readonly violation: Violation;
};

/** The story of what a violation is about, as a sequence that a person can follow. */
export function historyText({ story, faults, violation }: History, most = LINES_MOST): string {
  const names = new Names(violation);
  const left = new Set(faults.map((fault) => `${fault.class} (${fault.id})`));
  const weighed = story.map((line) => ({ line, weight: names.weigh(line, left) }));
  const begins = weighed.find(({ line }) => names.isOfOrder(line))?.line.at ?? violation.at;
  const inSight = weighed.filter(
    ({ line, weight }) => weight === 'much' || (weight === 'some' && line.at >= begins - BEFORE_MS),
  );
  const lines = limited(alike(inSight, most), most);
  return [
    ...(faults.length > 0 && faults.length <= most / 5 ? ['Faults:', ...faults.map((f) => `  ${faultText(f)}`)] : []),
    'History:',
    ...lines.map((entry) => (entry === undefined ? '         …' : `  ${names.text(entry)}`)),
    `  ${seconds(violation.at)}  ${'✖'.padEnd(10)} ${violation.predicate}: ${names.shorten(violation.text)}`,
    ...LEGEND.map((line) => `  ${line}`),
  ].join('\n');
}

const counted = (n: number, what: string): string => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
const seconds = (ms: number): string => (ms / 1_000).toFixed(3).padStart(10);
const faultText = ({ id, at }: Fault): string => `${seconds(at)}  ${id}`;

type Weight = 'much' | 'some' | 'none';
type Weighed = { readonly line: Line; readonly weight: Weight };
type Entry = { readonly line: Line; readonly weight: Weight; times: number; lastAt: number };

/** Knows which orders and kiosks a violation is about, and short names for their ids. */
class Names {
  readonly #orders: ReadonlySet<string>;
  readonly #kiosks: ReadonlySet<string>;
  readonly #attempts = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor({ attempt, kiosk, text }: Violation) {
    const attempts = [...(attempt ? [attempt] : []), ...(text.match(ATTEMPT) ?? [])];
    this.#orders = new Set(attempts.map(orderOf));
    this.#kiosks = new Set(kiosk ? [kiosk] : []);
  }

  isOfOrder({ about }: Pick<Line, 'about'>): boolean {
    return about !== undefined && this.#orders.has(orderOf(about));
  }

  /** How much a line has to do with it. */
  weigh({ who, what, about }: Line, faults: ReadonlySet<string>): Weight {
    if (who === 'cut') return 'much';
    if (who === 'fault') return faults.size <= LINES_MOST / 3 && faults.has(what) ? 'much' : this.#ofKiosk(what);
    if (about !== undefined && this.isOfOrder({ about })) return 'much';
    const ofKiosk = this.#kiosks.has(who) || (about !== undefined && this.#kiosks.has(about));
    if (about !== undefined && !this.#kiosks.has(about)) return 'none';
    if (ofKiosk) return /^(shows|[►◄] |lost on the way: )/.test(what) && this.#orders.size > 0 ? 'some' : 'much';
    // What happens to everybody: relays that start, a broker that restarts, the world that is mended.
    return /^[►◄] |^lost on the way: /.test(what) ? 'none' : 'some';
  }

  #ofKiosk(what: string): Weight {
    return [...this.#kiosks].some((kiosk) => what.includes(kiosk)) ? 'some' : 'none';
  }

  text({ line, times, lastAt }: Entry): string {
    const { at, who, what, about } = line;
    const isFault = who === 'fault' || who === 'cut';
    const whose = about !== undefined && this.#orders.has(orderOf(about)) ? ` · ${this.shorten(about)}` : '';
    const often = times > 1 ? `   (${times} times, until ${(lastAt / 1_000).toFixed(3)})` : '';
    return `${seconds(at)}  ${(isFault ? '⚡' : who).padEnd(10)} ${this.shorten(what)}${whose}${often}`;
  }

  shorten(text: string): string {
    const named = text.replace(ATTEMPT, (id) => this.#nameOf(id));
    return named.replace(/\b[0-9a-f]{16,24}\b/g, (id) => (this.#orders.has(id) ? id.slice(0, 6) : id));
  }

  #nameOf(attempt: string): string {
    const known = this.#attempts.get(attempt);
    if (known) return known;
    const order = orderOf(attempt);
    const count = (this.#counts.get(order) ?? 0) + 1;
    this.#counts.set(order, count);
    const name = `${order.slice(0, 6)}/${count}`;
    this.#attempts.set(attempt, name);
    return name;
  }
}

/**
 * Lines that say the same, as one, where few others are between them: the more, the longer the story is.
 * @returns at most twice `most`, if that can be had so
 */
function alike(lines: readonly Weighed[], most: number): Entry[] {
  for (let among = LOOK_BACK_FEWEST; ; among *= 2) {
    const told: Entry[] = [];
    for (const { line, weight } of lines) {
      const same = told.slice(-among).find((entry) => entry.line.who === line.who && sense(entry.line) === sense(line));
      if (same) {
        same.times += 1;
        same.lastAt = line.at;
      } else told.push({ line, weight, times: 1, lastAt: line.at });
    }
    if (told.length <= most * 2 || among >= LOOK_BACK_MOST) return told;
  }
}

const sense = ({ what, about }: Line): string => `${what.replace(/[0-9a-f]{6,}|\d+/g, '#')} ${about ?? ''}`;

/** Those that fit: of much weight the beginning and the end, then the last ones of some; undefined: some are left out here. */
function limited(entries: readonly Entry[], most: number): (Entry | undefined)[] {
  const much = entries.filter(({ weight }) => weight === 'much');
  const some = entries.filter(({ weight }) => weight === 'some');
  const head = Math.floor(most * BEGINNING);
  const told = much.length <= most ? much : [...much.slice(0, head), ...much.slice(head - most)];
  const room = most - told.length;
  const chosen = new Set(room > 0 ? [...told, ...some.slice(-room)] : told);
  const shown: (Entry | undefined)[] = [];
  for (const entry of entries) {
    if (chosen.has(entry)) shown.push(entry);
    else if (shown.at(-1) !== undefined || shown.length === 0) shown.push(undefined);
  }
  return shown;
}
