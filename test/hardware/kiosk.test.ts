import { expect, test } from 'vitest';
import { brokerPort, lab, noOutside, outsidePrograms } from './here.js';
import { CutRun, headOf, powerCuts, rowOf } from './power-cuts.js';

/** The real agent in the guest, and the power goes; broker, relay and acquirer outside. */

const options = (seed: number) => ({ lab, programs: outsidePrograms(), brokerPort, seed });

test.skipIf(noOutside)(
  'the power goes at a random moment of a payment, three times: the books agree',
  async () => {
    // At once: what was seen before a failure is what it is looked for by.
    const say = (line: string) => void process.stdout.write(`${line}\n`);
    say(headOf());
    const { violations, gaps } = await powerCuts({ ...options(77), cuts: 3, onRow: (row) => say(rowOf(row)) });
    expect(violations).toEqual([]);
    expect(gaps).toBe(0);
  },
  480_000,
);

test.skipIf(noOutside)(
  'a disk that lies about what it has kept is found out and said',
  async () => {
    const run = new CutRun({ ...options(5), cuts: 1 });
    try {
      await run.start();
      await run.sell();
      // From here on the file system asks the disk for no flush, and the disk keeps all of it in memory.
      await lab.must('sync; mount -o remount,nobarrier /data');
      for (let n = 0; n < 5; n++) await run.sell();
      const { cached, lost } = await lab.powerCut(5, 0.6);
      expect(lost).toBeGreaterThan(0);
      await run.kiosk.gone();
      await lab.up();
      await run.kiosk.start();
      const { counters } = await run.kiosk.status();
      process.stdout.write(`a disk that lies: ${cached} sectors in its cache, ${lost} lost\n`);
      expect(counters?.['journal-gap']).toBe(1);
      expect(run.kiosk.log.some((line) => line['event'] === 'journal-gap' && line['level'] !== undefined)).toBe(true);
    } finally {
      await run.stop();
      // Its file system has lost what it was told is there.
      await lab.freshDisk();
      await lab.up();
    }
  },
  480_000,
);
