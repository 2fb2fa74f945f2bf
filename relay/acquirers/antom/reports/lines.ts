import { CsvError, parse } from 'csv-parse/sync';

/** A comma-separated file as records, by the library csv-parse; one broken line costs no other. */

export type Line = { readonly line: number; readonly cells: readonly string[] };
export type BrokenLine = { readonly line: number; readonly found: string };
export type Lines = { readonly lines: readonly Line[]; readonly broken: readonly BrokenLine[] };

const ends = ['\r\n', '\n', '\r'];

type Parsed = { readonly record: readonly string[]; readonly info: { readonly lines: number } };

/** Records with the line that each begins on. @throws CsvError where a quote is never closed */
function parsed(text: string): Line[] {
  const found = parse(text, {
    ...{ bom: true, info: true, record_delimiter: ends, relax_column_count: true, relax_quotes: true, trim: true },
    skip_empty_lines: false,
  }) as unknown as Parsed[];
  let begin = 1;
  return found.flatMap(({ record, info }) => {
    const line = { line: begin, cells: record };
    begin = info.lines + 1;
    return record.length === 1 && record[0] === '' ? [] : [line];
  });
}

function oneByOne(text: string): Lines {
  const lines: Line[] = [];
  const broken: BrokenLine[] = [];
  for (const [i, raw] of text.split(/\r\n|\n|\r/).entries()) {
    try {
      lines.push(...parsed(raw).map(({ cells }) => ({ line: i + 1, cells })));
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      broken.push({ line: i + 1, found: 'a quote that is never closed' });
    }
  }
  return { lines, broken };
}

/** Lines between two quotes that look like records of the file are some: the quote before them was no such thing. */
const holdsRecords = (cell: string, width: number): boolean =>
  cell.split(/\r\n|\n|\r/).some((line) => line.split(',').length >= width);

/**
 * A text in quotes may go over several lines. Where that swallows records, or makes one of another width than the header's, the
 * file is read line by line.
 */
export function linesOf(text: string): Lines {
  try {
    const lines = parsed(text);
    const width = lines[0]?.cells.length ?? 0;
    const swallowed = lines.some(({ cells }) => {
      const long = cells.filter((cell) => /[\r\n]/.test(cell));
      return long.length > 0 && (cells.length !== width || long.some((cell) => holdsRecords(cell, width)));
    });
    return swallowed ? oneByOne(text) : { lines, broken: [] };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return oneByOne(text);
  }
}
