import { FlagError, type Flags, HELP, parseFlags } from './flags.js';
import { Progress } from './progress.js';
import { failed, faultText, summary, tableOf } from './report.js';
import { fuzz } from './run.js';

/** npm run fuzz:decode. What it does and how to read it: test/fuzz/README.md. */
function run(flags: Flags): number {
  const progress = new Progress(process.stderr, flags.count, performance.now());
  const onProgress = (done: number): void => progress.update(done, performance.now());
  const result = fuzz({ ...flags, onProgress });
  progress.end();
  const text = [tableOf(result), ...(result.fault ? [faultText(result.fault)] : []), summary(result)];
  process.stdout.write(`${text.join('\n')}\n`);
  return failed(result) ? 1 : 0;
}

function main(): number {
  try {
    const flags = parseFlags(process.argv.slice(2), Date.now());
    if (flags) return run(flags);
    process.stdout.write(HELP);
    return 0;
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

process.exitCode = main();
