import { defineCommand } from 'citty';
import type { JournalRecord } from '../journal/contract.js';
import { type Inspection, inspectDirectory } from '../journal/inspect.js';
import { refuse, refuseUnknownFlags } from './flags.js';
import { Output } from './output.js';

const args = {
  directory: { type: 'positional', required: true, description: "The config's journal.directory, or a copy of it" },
  json: { type: 'boolean', description: 'One JSON object a line' },
} as const;

type Given = { readonly directory: string; readonly json?: boolean | undefined; readonly _: readonly string[] };

const verify = defineCommand({
  meta: { name: 'verify', description: 'Say whether a journal is whole: 0, or 1 with what is wrong and the remedy.' },
  args,
  async run({ args, rawArgs }) {
    const found = await inspected(args, rawArgs);
    const { segments, room, blocks, records, torn, gaps, lost, open, faults } = found;
    const said = { segments, room, blocks, records: records.length, torn, gaps, lost, open, faults };
    process.stdout.write(args.json ? `${JSON.stringify(said)}\n` : table(said));
    process.exitCode = faults.length > 0 ? 1 : 0;
  },
});

const print = defineCommand({
  meta: {
    name: 'print',
    description: 'Print what a start would read. There are no codes in it; digests are cut short.',
  },
  args,
  async run({ args, rawArgs }) {
    const { records, faults } = await inspected(args, rawArgs);
    const output = new Output((bytes) => process.stdout.write(bytes));
    for (const record of records) output.text(`${args.json ? JSON.stringify(masked(record)) : lineOf(record)}\n`);
    output.flush();
    for (const fault of faults) process.stderr.write(`${fault}\n`);
    process.exitCode = faults.length > 0 ? 1 : 0;
  },
});

export const journal = defineCommand({
  meta: {
    name: 'journal',
    description: 'Look at a journal, also beside a running agent: nothing is locked or written.',
  },
  subCommands: { verify, print },
});

const inWords = ({ code, message }: NodeJS.ErrnoException): string =>
  code === 'ENOENT' ? 'not there' : (code ?? message);

async function inspected({ directory, _ }: Given, rawArgs: readonly string[]): Promise<Inspection> {
  refuseUnknownFlags(rawArgs, ['json']);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`| head`) is no fault.
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  if (_.length > 1) refuse(`journal: found ${_.length} directories, expected one`, 2);
  return await inspectDirectory(directory).catch((error: NodeJS.ErrnoException) =>
    refuse(`quietzone: ${directory}: ${inWords(error)}; expected the directory of a journal`, 1),
  );
}

type Said = Omit<Inspection, 'records'> & { readonly records: number };

function table({ segments, room, blocks, records, torn, gaps, lost, open, faults }: Said): string {
  const lostBlocks = lost.reduce((sum, gap) => sum + gap.blocks, 0);
  const rows: [string, number, string][] = [
    ['segments', segments, `with room for ${room} blocks`],
    ['blocks', blocks, 'that a start would read'],
    ['records', records, ''],
    ['torn', torn, torn > 0 ? 'unreadable: what a power cut leaves' : ''],
    ['gaps', gaps, gaps > 0 ? 'durable once, and gone' : ''],
    ['lost', lostBlocks, lostBlocks > 0 ? 'blocks that earlier starts found missing' : ''],
    ['open', open, 'attempts that the relay has not acknowledged'],
  ];
  const lines = rows.map(([name, count, note]) => `${name.padEnd(9)}${String(count).padStart(7)}  ${note}`.trimEnd());
  return `${[...lines, ...(faults.length > 0 ? faults : ['whole'])].join('\n')}\n`;
}

const SHORT_CHARS = 8;
const short = (text: string): string => (text.length > SHORT_CHARS ? `${text.slice(0, SHORT_CHARS)}…` : text);

/** A digest stands for a payment code: enough of it to tell two apart, too little to try codes against. */
function masked(record: JournalRecord): object {
  const at = new Date(record.at);
  const when = Number.isNaN(at.getTime()) ? record.at : at.toISOString();
  const { kind, at: _at, ...rest } = record;
  const shown = 'digest' in rest ? { ...rest, digest: short(rest.digest) } : rest;
  return { at: when, kind, ...shown };
}

function lineOf(record: JournalRecord): string {
  const { at, kind, ...rest } = masked(record) as Record<string, unknown>;
  const fields = Object.entries(rest).map(([name, value]) => `${name}=${plain(value)}`);
  return `${String(at).padEnd(24)}  ${String(kind).padEnd(6)}  ${fields.join(' ')}`;
}

/** What came from a config may hold blanks and worse. */
const plain = (value: unknown): string =>
  /^[\w.…-]+$/.test(String(value)) ? String(value) : JSON.stringify(String(value));
