import { expect, it } from 'vitest';
import { BlockJournal } from '../../../../agent/journal/block-journal.js';
import type { JournalFact } from '../../../../agent/journal/contract.js';
import { apply, CutDisk } from '../../../support/cut-store.js';
import { attemptId, begun, closed, delivered, identities, opened } from '../../../support/journal-facts.js';
import { smallSegments } from '../../../support/journal-model.js';
import { lineOf } from '../../../support/lines-file.js';

const identity = identities();
const epoch = 'ee'.repeat(16);
const nonce = 'ab'.repeat(16);
const boot = nonce.slice(0, 8);
const facts: JournalFact[] = [
  ...[opened(1, boot), begun(1, boot), delivered(1, boot), closed(1), begun(2, boot)],
  ...Array.from({ length: 80 }, (_, n) => opened(10 + n, boot)),
];
const lines = [
  lineOf({ kind: 'boot', epoch, number: 7, nonce, board: 'board-1', at: 1 }),
  ...facts.map((fact) => lineOf({ ...fact, at: 2 })),
];
const former = (text: string) => new CutDisk(new Map([['journal.log', Buffer.from(text)]]));
const open = (disk: CutDisk) => new BlockJournal(disk.mount(), smallSegments(16)).open(identity());

it('the former file of lines is taken over once, then removed', async () => {
  const torn = `${lines.join('')}deadbeef {"kind":"opened"}\n00\n\0\0\0${lines[1]?.slice(0, 40)}`;
  const disk = former(torn);
  const replay = await open(disk);
  expect(replay).toMatchObject({ epoch, number: 8, torn: 3, gaps: 0, chain: [replay.nonce, nonce] });
  expect(replay.attempts).toHaveLength(82);
  expect([...disk.files.keys()].sort()).toEqual(['segment-0', 'segment-1']);
  disk.powerCut();
  const next = await open(disk);
  expect(next).toMatchObject({ epoch, number: 9, torn: 0, attempts: replay.attempts });
});

it('and nothing of it is lost when the power is cut anywhere on the way', async () => {
  for (let nth = 1; ; nth++) {
    for (const part of ['none', 'half', 'all']) {
      const disk = former(lines.join(''));
      disk.cutIn(nth, (files, op) => {
        if (part === 'all') apply(files, op);
        if (part === 'half' && op.type === 'write') files.get(op.name)?.set(op.bytes.subarray(0, 1_000), op.offset);
      });
      const cut = await open(disk).then(
        () => false,
        () => true,
      );
      if (!cut) {
        expect(nth).toBeGreaterThan(5);
        return;
      }
      const { attempts, gaps, chain } = await open(disk);
      expect(gaps).toBe(0);
      expect(chain).toContain(nonce);
      expect(attempts).toHaveLength(82);
      expect(attempts.slice(0, 2)).toEqual([
        { attempt: attemptId(1), boot, delivery: 'delivered', closed: true },
        { attempt: attemptId(2), boot, delivery: 'doubtful', closed: false },
      ]);
      expect([...disk.files.keys()].sort()).toEqual(['segment-0', 'segment-1']);
    }
  }
});

it('any text is lines or torn', async () => {
  const wrong = JSON.stringify({ kind: 'opened', attempt: 5 });
  const shapes = ['', '\n', '\0'.repeat(5_000), 'x', wrong, lineOf({ kind: 'boot' } as never), lineOf(null as never)];
  for (const text of shapes) expect(await open(former(text))).toMatchObject({ number: 1, attempts: [] });
});
