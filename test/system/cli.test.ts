import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** The two command lines as a technician types them. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const run = (program: 'agent' | 'relay', ...args: string[]) =>
  spawnSync(process.execPath, [`dist/${program}/cli.js`, ...args], { cwd: root, encoding: 'utf8' });

describe.each([
  ['agent', ['check'], 'agent/example.toml'],
  ['relay', ['config', 'check'], 'relay/example.toml'],
] as const)('%s', (program, check, example) => {
  it('says that its example config is right', () => {
    expect(run(program, ...check, example)).toMatchObject({ status: 0, stderr: '' });
  });

  it('refuses a flag it does not know, by name and with those it does', () => {
    const mistyped = run(program, 'run', '--config', example, '--confg=x');
    expect(mistyped.status).toBe(2);
    expect(mistyped.stderr).toMatch(/^--confg: not a flag of this command; expected --config, --help/);
  });

  it.each([[[]], [['run']], [['281006020123456789012345']], [check], [['run', '--config']]])(
    'refuses wrong use with one line and exit code 2, and repeats no word that may be a code: %j',
    (args) => {
      const { status, stdout, stderr } = run(program, ...args);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^[^\n]+\n$/);
      expect(stderr).not.toContain('2810');
    },
  );

  it('names the file that it cannot read', () => {
    const missing = run(program, ...check, '/nowhere.toml');
    expect(missing.status).not.toBe(0);
    expect(missing.stderr).toContain('/nowhere.toml');
  });
});
