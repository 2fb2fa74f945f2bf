import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend, setState } from '@vitest/expect';

/**
 * What the decoder's tests use of vitest, with its own matchers and nothing around them: to start a process of vitest for
 * each of two thousand changes takes an hour and a half, this takes minutes. The first failure ends the process.
 */

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

type Body = (...values: readonly unknown[]) => unknown;
type Planned = { readonly name: string; readonly body: () => unknown };

const planned: Planned[] = [];
const above: string[] = [];

export function expect(value: unknown, message?: string): Chai.Assertion {
  return chai.expect(value, message);
}
expect.fail = chai.expect.fail;
setState({ assertionCalls: 0, isExpectingAssertions: false }, expect as never);

export function describe(name: string, body: () => void): void {
  above.push(name);
  body();
  above.pop();
}

export function it(name: string, body: Body): void {
  planned.push({ name: [...above, name].join(' > '), body });
}

function each(rows: readonly unknown[]): (name: string, body: Body) => void {
  return (name, body) => {
    for (const row of rows) it(name, () => (Array.isArray(row) ? body(...row) : body(row)));
  };
}
it.each = each;
describe.each = (rows: readonly unknown[]) => (name: string, body: Body) => {
  for (const row of rows) describe(name, () => (Array.isArray(row) ? body(...row) : body(row)));
};
export const test = it;

/** @returns how many passed */
export async function run(): Promise<number> {
  for (const { name, body } of planned) {
    try {
      await body();
    } catch (error) {
      process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    }
  }
  return planned.length;
}
