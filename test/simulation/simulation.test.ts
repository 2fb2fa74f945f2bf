import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, lastLine, simulate } from './command.js';
import { runRow, worldTask } from './many.js';
import { childLane, ownLane } from './processes.js';
import { patchedFiles } from './sabotage/patch.js';
import { findSabotage } from './sabotage/run.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MOST_MS = 3_600_000;

test('worlds in processes of their own come to what they come to here', { timeout: MOST_MS }, async () => {
  const tasks = [0, 1, 2, 3].map((index) => worldTask(5, index, 60));
  const here = await runRow(tasks, [ownLane()]);
  expect(await runRow(tasks, [childLane(built), childLane(built)])).toEqual(here);
  expect(here).toMatchObject({ worlds: 4, violations: [] });
});

test('a process of worlds that cannot go on ends the row, with its reason', async () => {
  // A module that does nothing when it is started, and ends.
  const broken = childLane(join(root, 'dist/test/simulation/faults.js'));
  await expect(runRow([worldTask(5, 7, 60)], [broken])).rejects.toThrow(
    'the process that ran world 7 ended with code 0',
  );
});

test('a wrong flag ends it with 2 and says what to write', async () => {
  expect(await simulate(built, '--payments', 'many')).toEqual({
    code: 2,
    stdout: '',
    stderr: '--payments: found "many", expected a whole number from 1 to 2097152000\n',
  });
  const unknown = await simulate(built, '--sabotage', 'no-such-guard');
  expect(unknown).toMatchObject({ code: 2, stdout: '' });
  expect(unknown.stderr).toContain(
    '--sabotage: found "no-such-guard", expected all or a name that --list-sabotage prints',
  );
});

test('the guards that can be taken out are listed, one a line', async () => {
  const { code, stdout } = await simulate(built, '--list-sabotage');
  const names = stdout.trimEnd().split('\n');
  expect(code).toBe(0);
  expect(names.length).toBeGreaterThanOrEqual(25);
  expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
});

describe('a relay that calls the unknown declined', () => {
  let folder = '';
  let sabotaged = '';

  beforeAll(async () => {
    mkdirSync(join(root, '.data'), { recursive: true });
    folder = mkdtempSync(join(root, '.data/simulation-test-'));
    sabotaged = join(folder, 'main.mjs');
    const files = await patchedFiles(findSabotage('treat-unknown-as-declined'), root);
    const patching = {
      name: 'patching',
      setup: (parts: Parameters<NonNullable<Parameters<typeof build>[0]['plugins']>[number]['setup']>[0]) => {
        parts.onLoad({ filter: /\.ts$/ }, ({ path }) => {
          const contents = files.get(path);
          return contents === undefined ? undefined : { contents, loader: 'ts' as const };
        });
      },
    };
    await build({
      ...{ entryPoints: [join(root, 'test/simulation/main.ts')], outfile: sabotaged, plugins: [patching] },
      ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external', logLevel: 'error' },
    });
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test('is found, shrunk to one payment and told; its replay finds the same', { timeout: MOST_MS }, async () => {
    const found = await simulate(sabotaged, '--seed', '11', '--payments', '400', '--json');
    expect(found.code, found.stderr).toBe(1);
    expect(lastLine(found).violations[0]).toMatchObject({ predicate: 'S9', world: 0 });
    expect(found.stdout).toMatch(/^S9 violated: .*charged/m);
    expect(found.stdout).toMatch(/^Shrunk in \d+ reruns? to 1 payment, [12] faults?, 1 kiosk, 1 relay/m);
    expect(found.stdout).toMatch(/⚡ +(answer-lost|request-late|acquirer-unclear)/);
    expect(found.stdout).toMatch(/relay-1 +commits submitted → declined/);
    const [, again] = /again: npm run -s simulate -- (.*)/.exec(found.stdout) ?? [];
    expect(again).toBe('--seed 11 --world 0 --payments 400');
    const replayed = await simulate(sabotaged, ...(again ?? '').split(' '), '--shrink', '0', '--json');
    expect(replayed.code).toBe(1);
    expect(lastLine(replayed)).toEqual(lastLine(found));
  });

  test('is found in the same world however many run at a time', { timeout: MOST_MS }, async () => {
    const args = ['--seed', '11', '--payments', '6000', '--shrink', '0', '--json'];
    const [one, two] = await Promise.all([
      simulate(sabotaged, ...args),
      simulate(sabotaged, ...args, '--processes', '2'),
    ]);
    expect(two).toEqual(one);
    expect(one.code).toBe(1);
  });
});
