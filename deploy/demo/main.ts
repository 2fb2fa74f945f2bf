#!/usr/bin/env node
import { HELP, parseFlags, type ScanFlags } from './flags.js';
import type { LinkFlags } from './link-flags.js';
import { type LinkResult, notLinked, runLink } from './link-run.js';
import { DemoPage } from './page.js';
import { type PaymentResult, runPayment } from './payment.js';
import { describeError } from './say.js';
import { Stack, type StackOptions } from './stack.js';
import { readCode } from './standard-input.js';
import { UsageError } from './usage.js';

/** `npm start`: see HELP in flags.ts. Exit codes: 0 delivered, all done or page closed, 2 wrong use, 1 anything else. */

const startedAtMs = performance.now();

/** One event, one line: seconds since the start, the part, what it says. */
function eventLines(out: NodeJS.WriteStream): (part: string, text: string) => void {
  return (part, text) => {
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(3).padStart(8);
    out.write(`${seconds} s  ${part.padEnd(8)} ${text}\n`);
  };
}

/** Resolves at the first Ctrl-C or SIGTERM with the exit code to use; a second one ends the process at once. */
function untilSignal(): Promise<number> {
  return new Promise((resolve) => {
    let asked = false;
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      process.on(signal, () => {
        if (asked) process.exit(code);
        asked = true;
        resolve(code);
      });
    }
  });
}

const notStarted = (flags: ScanFlags, error: unknown): PaymentResult => ({
  outcome: 'out-of-service',
  history: [],
  reason: describeError(error).split('\n')[0] ?? '',
  ms: { scanToPublish: null, total: 0 },
  acquirer: { charged: 0, returned: 0 },
  scenario: flags.scenario.name,
});

/** Delivered for nothing is no success: on a broker of others, another relay may have answered. */
function exitCodeOf({ outcome, acquirer }: PaymentResult): 0 | 1 {
  if (outcome !== 'delivered') return 1;
  if (acquirer.charged > 0) return 0;
  process.stderr.write(
    "delivered, but this demo's payment company was not charged: is another relay at work on that broker?\n",
  );
  return 1;
}

type Story<T> = {
  readonly options: Omit<StackOptions, 'log'>;
  readonly json: boolean;
  play(stack: Stack): Promise<T>;
  /** The system did not come up. */
  notStarted(error: unknown): T;
};

/** One story on a system of its own. Ends with its JSON line, or with a signal's exit code. */
async function runStory<T>({ options, json, play, notStarted }: Story<T>): Promise<T | number> {
  const stack = new Stack({ ...options, log: eventLines(json ? process.stderr : process.stdout) });
  const played = async (): Promise<T> => {
    try {
      await stack.start();
      return await play(stack);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      stack.log('demo', describeError(error));
      return notStarted(error);
    }
  };
  let end: T | number;
  try {
    end = await Promise.race([played(), untilSignal()]);
  } finally {
    await stack.stop();
  }
  if (typeof end === 'number') return end;
  // Last, after everything has stopped, so that nothing can follow it.
  await new Promise((resolve) => process.stdout.write(`${JSON.stringify(end)}\n`, resolve));
  return end;
}

const keepOf = ({ keep }: { readonly keep?: string }) => (keep === undefined ? {} : { keep });

async function runScan(flags: ScanFlags): Promise<number> {
  if (flags.code === undefined && process.stdin.isTTY) process.stderr.write('Code, and Enter: ');
  const code = flags.code ?? (await readCode(process.stdin));
  const end = await runStory<PaymentResult>({
    options: keepOf(flags),
    json: flags.json,
    play: (stack) => runPayment(stack, { ...flags, code }),
    notStarted: (error) => notStarted(flags, error),
  });
  return typeof end === 'number' ? end : exitCodeOf(end);
}

async function runLinking(flags: LinkFlags): Promise<number> {
  const end = await runStory<LinkResult>({
    options: { ...keepOf(flags), linking: true, staff: true },
    json: flags.json,
    play: (stack) => runLink(stack, flags),
    notStarted: (error) => notLinked(flags, error),
  });
  if (typeof end === 'number') return end;
  return end.outcome === 'done' ? 0 : 1;
}

async function runPage(port: number, keep: string | undefined): Promise<number> {
  const log = eventLines(process.stdout);
  const signal = untilSignal();
  const page = new DemoPage({ port, log, ...(keep === undefined ? {} : { keep }) });
  try {
    const first = await Promise.race([page.start(), signal]);
    if (first !== undefined) return first;
    log('page', `open ${page.address}   (Ctrl-C ends everything)`);
    return await signal;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    log('demo', describeError(error));
    return 1;
  } finally {
    await page.stop();
  }
}

async function main(): Promise<number> {
  // `npm start | head`: whoever read us is gone; the children must still be stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const flags = parseFlags(process.argv.slice(2));
  if (flags.mode === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  if (flags.mode === 'link') return await runLinking(flags);
  return flags.mode === 'scan' ? await runScan(flags) : await runPage(flags.port, flags.keep);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${describeError(error)}\n`);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
