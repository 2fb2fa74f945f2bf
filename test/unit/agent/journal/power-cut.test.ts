import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_BYTES } from '../../../../agent/journal/store.js';
import { apply, applySectors, CutDisk, type DiskOp, type Files, SECTORS } from '../../../support/cut-store.js';
import { begun, closed, delivered, opened } from '../../../support/journal-facts.js';
import { JournalModel, live, type Step } from '../../../support/journal-model.js';

const payment = (n: number): Step[] => [
  [(boot) => opened(n, boot)],
  [(boot) => begun(n, boot)],
  [(boot) => delivered(n, boot)],
  [() => closed(n)],
];
/** Some 40 operations: five starts, rotations within and between them, a commit of several blocks, open and closed attempts. */
const story: Step[] = [
  ...payment(1),
  ...payment(2),
  'restart',
  [(boot) => begun(3, boot)],
  Array.from({ length: 40 }, (_, n) => (boot: string) => opened(10 + n, boot)),
  ...payment(4),
  'restart',
  'restart',
  ...payment(5),
  ...payment(6),
  'restart',
  [(boot) => opened(7, boot), (boot) => begun(7, boot)],
  ...payment(8),
];
const BLOCKS = 6;

type Change = (files: Files) => void;

/** Everything that can be on the disk when the power goes in this operation, each once. */
function remains(before: Files, op: DiskOp, bytewise: boolean): Change[] {
  const whole: Change[] = [() => {}, (files) => apply(files, op)];
  if (op.type === 'remove') return whole;
  if (op.type === 'create') {
    const short = [0, 1, 4_095, 4_096, 5_000, op.bytes - 1];
    return [
      ...whole,
      ...short.map(
        (bytes): Change =>
          (files) =>
            files.set(op.name, new Uint8Array(bytes)),
      ),
    ];
  }
  const old = before.get(op.name)?.slice(op.offset, op.offset + BLOCK_BYTES) ?? new Uint8Array();
  const mixed = new Map<string, Change>();
  for (const bytes of mixtures(old, op.bytes, bytewise)) {
    mixed.set(createHash('sha1').update(bytes).digest('hex'), (files) => files.get(op.name)?.set(bytes, op.offset));
  }
  return [...mixed.values()];
}

function* mixtures(old: Uint8Array, fresh: Uint8Array, bytewise: boolean): Generator<Uint8Array> {
  for (let mask = 0; mask < 2 ** SECTORS; mask++) {
    const files: Files = new Map([['', old.slice()]]);
    applySectors(files, { type: 'write', name: '', offset: 0, bytes: fresh }, mask);
    yield files.get('') ?? old;
  }
  for (let cut = 1; bytewise && cut < BLOCK_BYTES; cut++) {
    yield Buffer.concat([fresh.subarray(0, cut), old.subarray(cut)]);
    yield Buffer.concat([old.subarray(0, cut), fresh.subarray(cut)]);
  }
}

/** The model as it was when the nth operation was under way. */
async function until(nth: number): Promise<JournalModel> {
  const disk = new CutDisk();
  const model = new JournalModel();
  disk.cutIn(nth, () => {});
  expect(await live(disk, model, story, BLOCKS)).toBe(true);
  return model;
}

async function recorded(): Promise<CutDisk['ops']> {
  const disk = new CutDisk();
  disk.recording = true;
  expect(await live(disk, new JournalModel(), story, BLOCKS)).toBe(false);
  return disk.ops;
}

describe('whenever the power is cut', () => {
  it('in any operation, with any of its sectors, and at every byte of some: what was acknowledged is there, and the journal goes on', async () => {
    const ops = await recorded();
    const rotations = ops.filter((o) => o.op.type === 'write' && o.op.offset === 0).length;
    expect(rotations).toBeGreaterThan(5);
    let disks = 0;
    for (const [nth, { op, before }] of ops.entries()) {
      const model = await until(nth + 1);
      for (const change of remains(before, op, nth % 12 === 5)) {
        disks += 1;
        const disk = new CutDisk(before);
        change(disk.files);
        const next = model.copy();
        expect(await live(disk, next, [[(boot) => begun(99, boot)]], BLOCKS)).toBe(false);
        expect(await live(disk, next, [], BLOCKS)).toBe(false);
      }
    }
    process.stdout.write(
      `${ops.length} operations, ${rotations} to a segment's start; ${disks} different disks after a cut\n`,
    );
    expect(disks).toBeGreaterThan(1_000);
  }, 120_000);

  it('again and again, at random, also while it recovers', async () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 1, arbitrary: fc.constant('restart' as const) },
        {
          weight: 6,
          arbitrary: fc.array(fc.tuple(fc.constantFrom(opened, begun, delivered, closed), fc.nat({ max: 40 })), {
            minLength: 1,
            maxLength: 12,
          }),
        },
      ),
      { maxLength: 25 },
    );
    const life = fc.record({ steps, cut: fc.integer({ min: 1, max: 30 }), mask: fc.nat({ max: 2 ** SECTORS - 1 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(life, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 5, max: 9 }),
        async (lives, blocks) => {
          const disk = new CutDisk();
          const model = new JournalModel();
          for (const { steps, cut, mask } of lives) {
            disk.cutIn(cut, (files, op) => {
              if (op.type === 'write') applySectors(files, op, mask);
              else if (mask & 1) apply(files, op);
            });
            const facts = steps.map(
              (step): Step =>
                step === 'restart'
                  ? step
                  : step.map(
                      ([make, n]) =>
                        (boot: string) =>
                          make === closed ? closed(n) : make(n, boot),
                    ),
            );
            await live(disk, model, facts, blocks);
            disk.powerCut();
          }
          expect(await live(disk, model, [], blocks)).toBe(false);
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});
