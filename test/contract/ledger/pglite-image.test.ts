import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { emptyDatabase, imageFile } from '../../../relay/ledger/pglite-image.js';

const folder = mkdtempSync(join(tmpdir(), 'quietzone-image-'));
const file = join(folder, 'cache', 'pglite.tar');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SLOW = { timeout: 120_000 };

test('the image lies beside the packages, under the version it was made with', () => {
  const { version } = JSON.parse(readFileSync('node_modules/@electric-sql/pglite/package.json', 'utf8'));
  expect(imageFile()).toMatch(new RegExp(`node_modules/\\.cache/quietzone/pglite-${version}\\.tar$`));
});

test('the first is kept, the next made from it, and what was written into one is not in another', SLOW, async () => {
  const first = await emptyDatabase(file);
  expect(readdirSync(join(folder, 'cache'))).toEqual(['pglite.tar']);
  const { mtimeMs } = statSync(file);
  await first.exec('CREATE TABLE mine (n int)');
  const second = await emptyDatabase(file);
  await expect(second.query('SELECT * FROM mine')).rejects.toThrow('does not exist');
  const asked = await second.query("SELECT current_setting('server_encoding') AS encoding");
  expect(asked.rows).toEqual([{ encoding: 'UTF8' }]);
  expect(statSync(file).mtimeMs).toBe(mtimeMs);
  await first.close();
  await second.close();
});

test('an image that is cut or foreign is made anew', SLOW, async () => {
  const { size } = statSync(file);
  for (const broken of [readFileSync(file).subarray(0, size / 3), Buffer.from('not a tar')]) {
    writeFileSync(file, broken);
    const db = await emptyDatabase(file);
    expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await db.close();
    expect(statSync(file).size).toBeGreaterThan(size / 2);
  }
});

test('where nothing can be kept there is a database all the same', SLOW, async () => {
  const noFolder = join(folder, 'taken');
  writeFileSync(noFolder, '');
  const db = await emptyDatabase(join(noFolder, 'pglite.tar'));
  expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await db.close();
  expect(existsSync(join(noFolder, 'pglite.tar'))).toBe(false);
});
