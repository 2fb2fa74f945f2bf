import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { orExplain, refuseOddFlags } from '../../../../relay/commands/usage.js';

let said = '';
beforeEach(() => {
  said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

const explained = async (fault: unknown): Promise<string> => {
  await orExplain(async () => {
    throw fault;
  });
  return said;
};

test('a fault that nobody has thought of: one line, no stack, no password, exit 1', async () => {
  const fault = new TypeError('cannot use postgres://x:hunter2@127.0.0.1/y\n  at all\u001b[2J');
  expect(await explained(fault)).toBe(
    'relay: unexpected fault: TypeError: cannot use postgres://127.0.0.1/y; at all\n',
  );
  expect(process.exitCode).toBe(1);
});

test('also of what is no Error', async () => {
  expect(await explained('TOPSECRET')).toBe('relay: unexpected fault: a fault without a name\n');
});

test('a dash by itself stands for standard input, and is no flag', () => {
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
  expect(() => refuseOddFlags(['x', '--buyer-file', '-'], ['buyer-file'])).not.toThrow();
  expect(() => refuseOddFlags(['x', '-b'], ['buyer-file'])).toThrow('exit 2');
  expect(said).toMatch(/^-b: not a flag of this command/);
});
