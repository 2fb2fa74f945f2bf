import type { NotSent, Unknown } from '../contract.js';
import type { Period, ReportItem } from '../report.js';
import type { Answer } from './answers.js';
import { type DetailsSettings, detailsContent, itemsOf, type Page, pageOf } from './reports.js';

type Content = Readonly<Record<string, string>>;
export type AskPage = (content: () => Content) => Promise<Answer | Unknown | NotSent>;

/** The most pages of one day: a list that never ends is none. */
const PAGES_MOST = 100_000;

const broken = (why: string): ReportItem => ({ kind: 'broken', why });

/** What has been read so far, and why no more can be. */
class Reading {
  readonly #seen = new Set<string>();
  #total: number | undefined;

  get isDone(): boolean {
    return this.#seen.size === this.#total;
  }

  /** The items of a page, or why the list is not whole. */
  take(found: Page, page: number): ReportItem[] {
    const { total, list } = found;
    if (this.#total !== undefined && total !== this.#total) {
      return [broken(`page ${page}: found a total of ${total}, which was ${this.#total}: the list changed, ask again`)];
    }
    this.#total = total;
    const entries = list.map((entry) => this.#entry(entry));
    if (entries.includes(undefined)) {
      return [broken(`page ${page}: a transaction that an earlier line has: the list changed, ask again`)];
    }
    if (this.#seen.size > total) return [broken(`found ${this.#seen.size} rows, expected ${total}`)];
    if (list.length === 0 && !this.isDone)
      return [broken(`page ${page}: empty, after ${this.#seen.size} of ${total} rows`)];
    return entries.flatMap((items) => items ?? []);
  }

  /** Undefined: told before. */
  #entry(entry: unknown): ReportItem[] | undefined {
    const line = this.#seen.size + 1;
    const items = itemsOf(entry, line);
    const name = items.flatMap((item) => (item.kind === 'row' ? [item.row.key] : []))[0] ?? `line ${line}`;
    if (this.#seen.has(name)) return undefined;
    this.#seen.add(name);
    return items;
  }
}

/**
 * `reconcile.trans.details`, from page 1 until `total` rows were there. A list that changes while it is read, or tells a row
 * twice, is broken: nobody knows what was missed. Never throws.
 */
export async function* readDetails(
  ask: AskPage,
  period: Period,
  settings: DetailsSettings,
): AsyncGenerator<ReportItem> {
  const reading = new Reading();
  for (let page = 1; page <= PAGES_MOST; page++) {
    const answer = await ask(() => detailsContent(period.from, period.until, page, settings));
    const found = 'kind' in answer ? answer : pageOf(answer);
    if ('kind' in found) {
      yield broken(whyOf(found, page));
      return;
    }
    const items = reading.take(found, page);
    yield* items;
    if (items.some(({ kind }) => kind === 'broken')) return;
    if (reading.isDone) {
      yield { kind: 'end' };
      return;
    }
  }
  yield broken(`more than ${PAGES_MOST} pages`);
}

function whyOf(found: Unknown | NotSent, page: number): string {
  const code = found.kind === 'unknown' && found.code ? ` ${found.code}` : '';
  return `page ${page}: ${found.detail}${code}`;
}
