import type { Arena } from './arena.js';
import type { Books, LedgerReader } from './books.js';
import type { Violation } from './check.js';
import type { Blow } from './storm.js';
import { attemptOf } from './witness.js';

export type StoryParts = {
  readonly arena: Arena;
  readonly reader: LedgerReader;
  readonly books: Books;
  readonly blows: readonly Blow[];
};

const LOG_LINES_MOST = 60;
const AROUND_MS = 8_000;

/** All that anybody wrote down of one attempt or order: the way a person would look for what went wrong. */
export async function storyOf(violation: Violation, parts: StoryParts): Promise<string> {
  const { arena, reader, books, blows } = parts;
  const { rule, what } = violation;
  const sale = [...arena.witness.sales.values()].find(
    (one) => one.order === violation.order || (violation.attempt !== undefined && attemptOf(one) === violation.attempt),
  );
  const attempt = violation.attempt ?? (sale && attemptOf(sale));
  const order = violation.order ?? sale?.order ?? attempt?.slice(0, 16);
  const lines = [`--- ${rule}: ${what}`, `attempt ${attempt ?? '?'}, order ${order ?? '?'}`];
  if (attempt !== undefined) {
    const charge = books.charges.find(({ paymentRequestId }) => paymentRequestId === attempt);
    lines.push(`acquirer: ${charge ? JSON.stringify(charge) : 'knows nothing of it'}`);
    lines.push(...(await reader.story(attempt)).map((line) => `ledger: ${line}`));
  }
  if (sale) {
    const { events, ...rest } = sale;
    lines.push(`app: ${JSON.stringify(rest)}`);
    lines.push(...events.map(({ at, ...event }) => `app: ${new Date(at).toISOString()} ${JSON.stringify(event)}`));
    const near = blows.filter(({ at }) => at >= sale.placedAt - 1_000 && at <= sale.placedAt + AROUND_MS);
    lines.push(...near.map(({ at, fault, what: did }) => `fault: ${new Date(at).toISOString()} ${fault} ${did}`));
  }
  const journal = books.journals.filter((line) => attempt !== undefined && line.attempt === attempt);
  lines.push(...journal.map((line) => `journal: ${JSON.stringify(line)}`));
  lines.push(...(await logLines(arena, [attempt, order])));
  return lines.join('\n');
}

async function logLines(arena: Arena, ids: readonly (string | undefined)[]): Promise<string[]> {
  const wanted = ids.filter((id) => id !== undefined);
  if (wanted.length === 0) return [];
  const found = (await arena.logs()).flatMap(({ path, bytes }) => {
    const name = path.split('/').at(-1) ?? '';
    const lines = bytes.toString('utf8').split('\n');
    return lines.filter((line) => wanted.some((id) => line.includes(id))).map((line) => `${name}: ${line}`);
  });
  return found.slice(0, LOG_LINES_MOST);
}
