import { expect, test } from 'vitest';
import { systemClock } from '../../drivers/clock.js';
import { SerialScanner } from '../../drivers/scanner/serial.js';
import { seeded } from '../bench/random.js';
import { recorder } from '../support/recorder.js';
import { sleep, until } from '../support/wait.js';
import { someCodes } from './codes.js';
import { QuickLine } from './quick-line.js';

/** Pulled while it sends, over pseudo-terminals: quick enough for as many times as the lab could not do in hours. */

const TIMES = Number(process.env['QUIETZONE_UNPLUGS'] ?? 500);
const LINES = 4;
const SEED = 7;

type Tally = {
  done: number;
  /** Pulled, and the driver did not notice. */
  stuck: number;
  /** Plugged in again, and no code came. */
  lost: number;
  /** The plug was pulled before all bytes of the code had arrived. */
  cut: number;
  readonly backMs: number[];
};

test(`a scanner that is pulled ${TIMES} times while it sends is never stuck and always comes back`, async () => {
  const tally: Tally = { done: 0, stuck: 0, lost: 0, cut: 0, backMs: [] };
  await Promise.all(Array.from({ length: LINES }, (_, line) => pullAgainAndAgain(line, tally)));
  const { done, stuck, lost, cut, backMs } = tally;
  backMs.sort((a, b) => a - b);
  const at = (part: number): string => (backMs[Math.floor((backMs.length - 1) * part)] ?? Number.NaN).toFixed(0);
  process.stdout.write(
    `pulled  mid-code  stuck  lost returns  ready again p50  max\n` +
      `${String(done).padEnd(7)} ${String(cut).padEnd(9)} ${String(stuck).padEnd(6)} ${String(lost).padEnd(13)} ` +
      `${`${at(0.5)} ms`.padEnd(16)} ${at(1)} ms\n`,
  );
  expect({ done, stuck, lost }).toEqual({ done: TIMES, stuck: 0, lost: 0 });
  expect(cut).toBeGreaterThan(TIMES / 10);
}, 600_000);

async function pullAgainAndAgain(n: number, tally: Tally): Promise<void> {
  const random = seeded(SEED + n);
  const codes = someCodes();
  const line = new QuickLine();
  const scanner = new SerialScanner({
    ...{ path: line.path, baudRate: 115_200, retry: { firstMs: 10, maxMs: 40 }, watchMs: 20 },
  });
  const log = recorder();
  await scanner.start(log.handlers);
  try {
    while (tally.done < TIMES) {
      tally.done += 1;
      const code = `${codes[Math.floor(random() * codes.length)]?.text}\r`;
      line.plug();
      const plugged = systemClock.now();
      if (!(await within(() => log.last() === 'ready'))) tally.lost += 1;
      else tally.backMs.push(systemClock.now() - plugged);
      log.data.length = 0;
      line.write(code);
      if (!(await within(() => log.text() === code))) tally.lost += 1;
      // Somewhere in the next code; now and then so quickly that not even what was sent has been read.
      line.write(code.slice(0, Math.floor(random() * code.length)));
      if (random() < 0.7) await sleep(random() * 4);
      line.unplug();
      if (!(await within(() => log.last() === 'absent'))) tally.stuck += 1;
      if (log.text().length > code.length) tally.cut += 1;
    }
  } finally {
    await scanner.stop();
    line.close();
  }
}

const within = async (what: () => boolean): Promise<boolean> =>
  await until('it', what, 10_000).then(
    () => true,
    () => false,
  );
