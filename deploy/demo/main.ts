#!/usr/bin/env node
import { HELP, parseFlags, type ScanFlags } from './flags.js';
import { DemoPage } from './page.js';
import { type PaymentResult, runPayment } from './payment.js';
import { describeError } from './say.js';
import { Stack } from './stack.js';
import { TIME_SCALE } from './timing.js';

/** `npm start`: see HELP in flags.ts. Exit codes: 0 delivered or page closed, 1 anything else, 2 flags. */

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

async function scanOnce(stack: Stack, flags: ScanFlags): Promise<PaymentResult> {
  try {
    await stack.start();
    return await runPayment(stack, flags);
  } catch (error) {
    stack.log('demo', describeError(error));
    return notStarted(flags, error);
  }
}

async function runScan(flags: ScanFlags): Promise<number> {
  const log = eventLines(flags.json ? process.stderr : process.stdout);
  log('demo', `all timers of kiosk, relay and acquirer plan run ${TIME_SCALE} times as fast as in the field`);
  const stack = new Stack({ log, ...(flags.keep ? { keep: flags.keep } : {}) });
  const end = await Promise.race([scanOnce(stack, flags), untilSignal()]);
  await stack.stop();
  if (typeof end === 'number') return end;
  // Last, after everything has stopped, so that nothing can follow it.
  await new Promise((resolve) => process.stdout.write(`${JSON.stringify(end)}\n`, resolve));
  return end.outcome === 'delivered' ? 0 : 1;
}

async function runPage(port: number, keep: string | undefined): Promise<number> {
  const log = eventLines(process.stdout);
  log('demo', `all timers of kiosk, relay and acquirer plan run ${TIME_SCALE} times as fast as in the field`);
  const signal = untilSignal();
  const page = new DemoPage({ port, log, ...(keep ? { keep } : {}) });
  try {
    const first = await Promise.race([page.start(), signal]);
    if (first !== undefined) return first;
    log('page', `open ${page.address}   (Ctrl-C ends everything)`);
    return await signal;
  } catch (error) {
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
  return flags.mode === 'scan' ? await runScan(flags) : await runPage(flags.port, flags.keep);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${describeError(error)}\n`);
    process.exit(error instanceof Error && error.name === 'FlagError' ? 2 : 1);
  },
);
