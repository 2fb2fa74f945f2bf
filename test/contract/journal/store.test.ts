import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileStore } from '../../../agent/journal/file-store.js';
import { BLOCK_BYTES, type Store } from '../../../agent/journal/store.js';
import { CutDisk } from '../../support/cut-store.js';

let folder = '';
let disk = new CutDisk();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qz-store-'));
  disk = new CutDisk();
});
afterEach(() => rmSync(folder, { recursive: true }));

const kinds: [string, () => Store][] = [
  ['files', () => new FileStore(join(folder, 'deep', 'er'))],
  ['a disk in memory', () => disk.mount()],
];
const block = (fill: number) => Buffer.alloc(BLOCK_BYTES, fill);

describe.each(kinds)('store contract: %s', (_name, make) => {
  it('creates zeros, keeps what was written, and lists it after it was opened again', async () => {
    const store = make();
    await store.open();
    await store.create('segment-0', 3 * BLOCK_BYTES);
    expect(Buffer.from(await store.read('segment-0'))).toEqual(Buffer.alloc(3 * BLOCK_BYTES));
    await store.write('segment-0', BLOCK_BYTES, block(7));
    await store.close();
    const again = make();
    await again.open();
    expect(await again.list()).toEqual(['segment-0']);
    const expected = Buffer.concat([block(0), block(7), block(0)]);
    expect(Buffer.from(await again.read('segment-0'))).toEqual(expected);
    expect(Buffer.from(await again.read('segment-0'))).toEqual(expected);
    await again.close();
  });

  it('does not create over what is there', async () => {
    const store = make();
    await store.open();
    await store.create('segment-0', BLOCK_BYTES);
    await store.write('segment-0', 0, block(1));
    await expect(store.create('segment-0', BLOCK_BYTES)).rejects.toThrow(/EEXIST/);
    expect(Buffer.from(await store.read('segment-0'))).toEqual(block(1));
    await store.close();
  });

  it('removes, also what is gone, and rejects to read or write that', async () => {
    const store = make();
    await store.open();
    await store.create('segment-0', BLOCK_BYTES);
    await store.remove('segment-0');
    await store.remove('segment-0');
    expect(await store.list()).toEqual([]);
    await expect(store.read('segment-0')).rejects.toThrow(/journal/);
    await expect(store.write('segment-0', 0, block(1))).rejects.toThrow(/journal/);
    await store.close();
  });

  it('is for one at a time', async () => {
    const first = make();
    await first.open();
    await expect(make().open()).rejects.toThrow(/held by another agent/);
    await first.close();
    const second = make();
    await second.open();
    await second.close();
  });
});

it('the file store lists files only, and not its lock', async () => {
  const store = new FileStore(folder);
  await store.open();
  mkdirSync(join(folder, 'segment-9'));
  expect(await store.list()).toEqual([]);
  await store.close();
});
