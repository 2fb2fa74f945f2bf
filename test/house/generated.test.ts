import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from './tree.js';

/** protocol/: the checked-in code is fresh, and no change to the wire slips through. */
let temporary = '';
beforeAll(() => {
  temporary = mkdtempSync(join(tmpdir(), 'quietzone-protocol-'));
});
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

function run(command: string, args: readonly string[], cwd = root): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}
const buf = (...args: string[]) => run(join(root, 'node_modules/.bin/buf'), args);

test('protocol/generated is what protocol/generate.mjs makes', () => {
  const out = join(temporary, 'generated');
  expect(run(process.execPath, ['protocol/generate.mjs', out])).toMatchObject({ status: 0 });
  const checkedIn = join(root, 'protocol/generated');
  expect(readdirSync(out).sort()).toEqual(readdirSync(checkedIn).sort());
  for (const name of readdirSync(out)) {
    const fresh = readFileSync(join(out, name), 'utf8') === readFileSync(join(checkedIn, name), 'utf8');
    expect(fresh, `protocol/generated/${name} is stale: run \`npm run generate\``).toBe(true);
  }
});

describe('buf', () => {
  const released = join(root, 'protocol/released.binpb');

  test('lints the .proto files', () => {
    expect(buf('lint', 'protocol')).toEqual({ status: 0, output: '' });
  });

  test('reads the released form, and finds nothing broken since', () => {
    expect(buf('build', released, '-o', join(temporary, 'released.json'))).toMatchObject({ status: 0 });
    expect(buf('breaking', 'protocol', '--against', released)).toEqual({ status: 0, output: '' });
  });

  test.each([
    ['a field of another type', 'up.proto', 'uint64 amount = 3;', 'string amount = 3;', /amount.*type/],
    ['a field of another number', 'up.proto', 'Issuer issuer = 5;', 'Issuer issuer = 15;', /field "5"|"issuer"/],
    ['a field gone', 'down.proto', '  uint32 left_ms = 5;\n', '', /left_ms/],
    ['an enum value gone', 'common.proto', '  REASON_STALE = 20;\n', '', /enum value "20"/i],
  ])('finds out %s', (_name, file, before, after, fault) => {
    const copy = join(mkdtempSync(join(temporary, 'copy-')), 'protocol');
    cpSync(join(root, 'protocol'), copy, { recursive: true });
    const path = join(copy, 'proto/quietzone/v1', file);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(before);
    writeFileSync(path, text.replace(before, after));
    const { status, output } = buf('breaking', copy, '--against', released);
    expect(status).not.toBe(0);
    expect(output).toMatch(fault);
  });
});
