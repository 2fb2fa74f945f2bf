import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesUnder, isGenerated, read, root, sourceFolders } from './tree.js';

const FILE_MAX_LINES = 600;
const MEDIAN_MAX_LINES = 130;
const FUNCTION_MAX_LINES = 70;

const lines = (path: string): number => read(path).trimEnd().split('\n').length;

const sources = sourceFolders
  .flatMap((f) => filesUnder(f))
  .filter((f) => /\.(ts|mjs|js|css|html|sql|proto)$/.test(f) && !isGenerated(f))
  .map((file) => ({ file, lines: lines(file) }))
  .sort((a, b) => b.lines - a.lines);

test(`no file is over ${FILE_MAX_LINES} lines, and the median file is small`, () => {
  const median = sources[Math.floor(sources.length / 2)]?.lines ?? 0;
  const longest = sources.slice(0, 5).map((s) => `${s.file} ${s.lines}`);
  process.stdout.write(`${sources.length} files, median ${median} lines; longest: ${longest.join(', ')}\n`);
  expect(sources.length).toBeGreaterThan(20);
  expect(sources.filter((s) => s.lines > FILE_MAX_LINES)).toEqual([]);
  expect(median).toBeLessThanOrEqual(MEDIAN_MAX_LINES);
});

/** What biome says of one planted file, in a folder of its own with the house's config. */
function lint(file: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'quietzone-lint-'));
  try {
    for (const name of ['biome.json', '.gitignore']) copyFileSync(join(root, name), join(folder, name));
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
    const args = ['lint', '--colors=off', '--vcs-enabled=false', '--reporter=github', '.'];
    const run = spawnSync(join(root, 'node_modules/.bin/biome'), args, { cwd: folder, encoding: 'utf8' });
    expect(run.status, run.stderr).not.toBeNull();
    return `${run.stdout}exit ${run.status}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const functionOf = (bodyLines: number): string =>
  `export function planted(x: number): number {\n  let y = x;\n${'  y += 1;\n'.repeat(bodyLines - 2)}  return y;\n}\n`;

test.each(['agent/planted.ts', 'relay/planted.ts', 'deploy/planted.mjs', 'test/support/planted.ts'])(
  `a function of ${FUNCTION_MAX_LINES} lines in %s passes, one more does not`,
  (file) => {
    const text = file.endsWith('.mjs') ? (n: number) => functionOf(n).replaceAll(': number', '') : functionOf;
    expect(lint(file, text(FUNCTION_MAX_LINES))).toBe('exit 0');
    expect(lint(file, text(FUNCTION_MAX_LINES + 1))).toMatch(
      /noExcessiveLinesPerFunction.*too many lines[\s\S]*exit 1/,
    );
  },
);

test('a promise that nobody waits for does not pass, in tests neither', () => {
  const text = 'async function work(): Promise<void> {}\nexport function main(): void {\n  work();\n}\n';
  for (const file of ['agent/planted.ts', 'test/planted.test.ts'])
    expect(lint(file, text)).toMatch(/noFloatingPromises[\s\S]*exit 1/);
});

test('no file turns a rule off for itself', () => {
  const marker = new RegExp(`${'biome'}-ignore|@ts-${'ignore'}|@ts-${'expect-error'}|@ts-${'nocheck'}`);
  expect(sources.filter((s) => marker.test(read(s.file))).map((s) => s.file)).toEqual([]);
});
