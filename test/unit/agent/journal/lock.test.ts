import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { JournalLock } from '../../../../agent/journal/lock.js';

const folder = mkdtempSync(join(tmpdir(), 'quietzone-lock-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('is held by one at a time, and free once it is given back', () => {
  const path = join(folder, 'one');
  const [first, second] = [new JournalLock(path), new JournalLock(path)];
  first.take();
  expect(() => second.take()).toThrow(/held by another agent/);
  second.release();
  expect(existsSync(path)).toBe(true);
  first.release();
  second.take();
  second.release();
  expect(existsSync(path)).toBe(false);
});

// A kiosk starts the same way each time: the agent's pid, and the tick it starts at, can be those of before the cut.
it('a power cut leaves a lock that names this very process by chance: it blocks nobody', () => {
  const [before, after] = [join(folder, 'before'), join(folder, 'after')];
  const other = new JournalLock(before);
  other.take();
  copyFileSync(before, after);
  const lock = new JournalLock(after);
  lock.take();
  expect(() => new JournalLock(after).take()).toThrow(/held by another agent/);
  lock.release();
  other.release();
  expect(readdirSync(folder)).toEqual([]);
});
