import { once } from 'node:events';
import { defineCommand } from 'citty';
import { faultText } from '../../protocol/faults.js';
import { builtInTable } from '../../protocol/issuer-table/built-in.js';
import { type IssuerTable, MARKET_PATTERN, type Market } from '../../protocol/issuer-table/table.js';
import { Decoder } from '../decode/decoder.js';
import { FRAME_BUFFER_BYTES } from '../decode/framer.js';
import { compileIssuers } from '../decode/issuers.js';
import { orRefuse, refuse, refuseUnknownFlags } from './flags.js';
import { JSON_LINE_MAX_BYTES, jsonLines } from './json-lines.js';
import { LineCutter } from './lines.js';
import { Output } from './output.js';
import { reasonsAsJson, reasonsAsText } from './reasons.js';
import { textLines } from './text-lines.js';

/** Of a line of JSON that asks for nothing; the other lines are answered all the same. */
const EXIT_BAD_LINES = 2;

const args = {
  jsonl: { type: 'boolean', description: 'Lines of JSON: {"hex":"…"} or {"text":"…"} in, one object each out' },
  reveal: { type: 'boolean', description: 'Show codes whole: they are secrets, and may hold card numbers' },
  market: {
    type: 'string',
    valueHint: 'MARKET',
    default: 'global',
    description: '"global", or a country such as "tw"',
  },
  issuers: { type: 'string', valueHint: 'FILE', description: 'An issuer table, JSON, in place of the built-in one' },
  reasons: { type: 'boolean', description: 'Print what a customer reads for each reject reason, and end' },
} as const;

type Options = {
  readonly jsonl: boolean;
  readonly reveal: boolean;
  readonly market: Market;
  readonly table: IssuerTable;
};

function marketOf(text: string): Market {
  if (MARKET_PATTERN.test(text)) return text;
  const quoted = /^[A-Za-z]{1,16}$/.test(text) ? `"${text}"` : `a text of ${text.length} characters`;
  const found = text === '' ? 'nothing' : quoted;
  return refuse(`--market: found ${found}, expected "global" or two lower-case letters such as "tw"`, 2);
}

async function tableOf(file: string): Promise<IssuerTable> {
  if (file === '') refuse('--issuers: found nothing, expected a file', 2);
  // Loaded late: it brings the schema library, and the built-in table needs no proof.
  const { goneNote, loadIssuerTable } = await import('../config/issuer-table.js');
  const table = orRefuse(() => loadIssuerTable(file));
  const { versionFault } = await import('../../protocol/issuer-table/versions.js');
  const fault = versionFault(builtInTable, table);
  // Worth a trial all the same.
  if (fault !== undefined) process.stderr.write(`${file}: ${faultText(fault)}; a kiosk would refuse it\n`);
  const gone = goneNote(table);
  if (gone !== undefined) process.stderr.write(`${gone}\n`);
  return table;
}

/** A reader that has seen enough (`| head`) is no fault. */
function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    refuse(`quietzone: standard output: ${error.code ?? error.message}`, 1);
  });
}

function hint(jsonl: boolean): void {
  if (!process.stdin.isTTY) return;
  const what = jsonl ? 'one {"hex":"…"} or {"text":"…"} a line' : 'one code a line';
  process.stderr.write(`quietzone: reads ${what} from standard input; Ctrl-D ends\n`);
}

/** @returns how many lines asked for nothing */
async function decodeAll({ jsonl, reveal, market, table }: Options): Promise<number> {
  let badLines = 0;
  const decoder = new Decoder(compileIssuers(table, market));
  const output = new Output((bytes) => process.stdout.write(bytes));
  const onFault = () => {
    badLines++;
  };
  const onLine = jsonl ? jsonLines(decoder, output, reveal, onFault) : textLines(decoder, output, reveal);
  const lines = new LineCutter(jsonl ? JSON_LINE_MAX_BYTES : FRAME_BUFFER_BYTES, onLine);
  for await (const chunk of process.stdin) {
    lines.push(chunk);
    output.flush();
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  }
  lines.end();
  output.flush();
  decoder.forget();
  return badLines;
}

export const decode = defineCommand({
  meta: { name: 'decode', description: 'Say what codes are, one a line from standard input. Codes are masked.' },
  args,
  async run({ args: given, rawArgs }) {
    refuseUnknownFlags(rawArgs, Object.keys(args));
    // A code given here would stand in the shell's history.
    if (given._.length > 0) refuse('decode takes no words besides its flags: give it codes on standard input', 2);
    watchOutput();
    const jsonl = given.jsonl === true;
    if (given.reasons) {
      process.stdout.write(jsonl ? reasonsAsJson() : reasonsAsText());
      return;
    }
    const market = marketOf(given.market);
    const table = given.issuers === undefined ? builtInTable : await tableOf(given.issuers);
    hint(jsonl);
    try {
      if ((await decodeAll({ jsonl, reveal: given.reveal === true, market, table })) > 0)
        process.exitCode = EXIT_BAD_LINES;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      refuse(`quietzone: decode: ${code ?? message}`, 1);
    }
  },
});
