import { mkdtempSync, rmSync } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeWhole } from '../../../../agent/journal/file-store.js';

let folder = '';
let file: FileHandle;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qz-store-'));
  file = await open(join(folder, 'segment-0'), 'w+');
});
afterEach(async () => {
  await file.close();
  rmSync(folder, { recursive: true });
});

const bytes = Buffer.from(Array.from({ length: 10_000 }, (_, n) => n % 251));

/** The real file, of which each write takes so many bytes at most, and the nth fails. */
function short(most: number, failing?: { nth: number; code: string }): Pick<FileHandle, 'write'> & { calls: number } {
  const some = {
    calls: 0,
    write: (from: Uint8Array, at: number, length: number, position: number) => {
      some.calls += 1;
      if (some.calls === failing?.nth) throw Object.assign(new Error(failing.code), { code: failing.code });
      return file.write(from, at, Math.min(length, most), position);
    },
  };
  return some as unknown as Pick<FileHandle, 'write'> & { calls: number };
}

it('goes on where a short write ended, at its place in the file', async () => {
  const some = short(3_000);
  await writeWhole(some, bytes, 500);
  expect(some.calls).toBe(4);
  const there = await readFile(join(folder, 'segment-0'));
  expect(there.subarray(0, 500).every((b) => b === 0)).toBe(true);
  expect(there.subarray(500).equals(bytes)).toBe(true);
});

it('tells what the write of the rest says, and not what the short one may have meant', async () => {
  await expect(writeWhole(short(3_000, { nth: 2, code: 'EROFS' }), bytes, 0)).rejects.toMatchObject({ code: 'EROFS' });
});

it('does not try for ever where nothing is written and nothing said', async () => {
  const nothing = short(0);
  await expect(writeWhole(nothing, bytes, 0)).rejects.toThrow(/after 0 of 10000 bytes/);
  expect(nothing.calls).toBe(1);
});
