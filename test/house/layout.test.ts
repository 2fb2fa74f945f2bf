import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesUnder, foldersIn, isIgnored, read, root, sourceFolders } from './tree.js';

/** Everything that may stand at the top; a new thing here is a decision, not an accident. */
const top = {
  folders: [...sourceFolders, '.ci'],
  files: [
    '.gitignore',
    '.npmrc',
    '.nvmrc',
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'biome.json',
    'package-lock.json',
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
  ],
};

const readmes = ['README.md', ...sourceFolders.flatMap((f) => filesUnder(f)).filter((f) => f.endsWith('/README.md'))];

test('the top level holds what the design names, and nothing else', () => {
  const allowed = new Set([...top.folders, ...top.files]);
  const found = readdirSync(root).filter((name) => !isIgnored(name));
  expect(found.filter((name) => !allowed.has(name))).toEqual([]);
  expect(foldersIn('.')).toEqual(expect.arrayContaining([...sourceFolders]));
});

test.each(sourceFolders)('%s/ has a README, which names every room in it', (folder) => {
  const text = read(`${folder}/README.md`);
  const rooms = foldersIn(folder).map((path) => path.slice(folder.length + 1));
  const unnamed = rooms.filter((room) => !text.includes(`\`${room}/`) && !text.includes(`\`${folder}/${room}/`));
  expect(unnamed, `${folder}/README.md says nothing of these rooms (write \`name/\`)`).toEqual([]);
});

describe('what a README names exists', () => {
  test.each(readmes)('%s', (readme) => {
    const text = read(readme);
    const paths = [...text.matchAll(/`((?:agent|drivers|protocol|relay|deploy|test|\.ci)\/[\w./-]*)`/g)].map(
      (m) => m[1],
    );
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map((m) => join(dirname(readme), m[1] ?? ''));
    const missing = [...paths, ...links].filter((p) => p !== undefined && !existsSync(join(root, p)));
    expect(missing).toEqual([]);
  });

  test('and every npm script it names', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const named = readmes.flatMap((r) => [...read(r).matchAll(/npm run (?:-s )?([a-z:-]+)/g)].map((m) => m[1] ?? ''));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((n) => !scripts.includes(n))).toEqual([]);
  });
});

/** The faults of a changelog's shape: a title, versions newest first, each with lines that a user understands. */
function changelogFaults(text: string): string[] {
  const [title, ...rest] = text.trimEnd().split('\n');
  const found = title === '# Changelog' ? [] : ['the first line is not "# Changelog"'];
  const headings = rest.filter((line) => line.startsWith('#'));
  if (headings.length === 0) found.push('no heading');
  for (const [i, heading] of headings.entries()) {
    const version = /^## \d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)$/.test(heading);
    const topic = /^### (Added|Changed|Fixed|Removed|Safety)$/.test(heading);
    const unreleased = heading === '## Unreleased' && i === 0;
    if (!version && !topic && !unreleased) found.push(`heading: ${heading}`);
  }
  const body = rest.filter((line) => line !== '' && !line.startsWith('#'));
  for (const line of body) if (!/^(- | {2})\S/.test(line)) found.push(`line: ${line}`);
  for (const line of body) if (line.length > 120) found.push(`over 120 characters: ${line.slice(0, 40)}…`);
  return found;
}

test('CHANGELOG.md has its shape', () => {
  expect(changelogFaults(read('CHANGELOG.md'))).toEqual([]);
});

test.each([
  ['no title', '# Versions\n## Unreleased\n- A\n', 'first line'],
  ['no heading', '# Changelog\n- A\n', 'no heading'],
  ['loose text', '# Changelog\n## Unreleased\nSome words\n', 'line: Some words'],
  ['a date missing', '# Changelog\n## 1.0.0\n- A\n', 'heading: ## 1.0.0'],
  [
    'Unreleased below a version',
    '# Changelog\n## 1.0.0 (2026-01-31)\n- A\n## Unreleased\n- B\n',
    'heading: ## Unreleased',
  ],
  ['a long line', `# Changelog\n## Unreleased\n- ${'a'.repeat(120)}\n`, 'over 120'],
])('a changelog with %s is found out', (_name, text, fault) => {
  expect(changelogFaults(text)).toEqual([expect.stringContaining(fault)]);
});
