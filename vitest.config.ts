import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const everything = 'test/**/*.test.ts';
/** One at a time, last: a neighbour on the cores would be in what they measure; `migrate` ends strangers' connections. */
const alone = [
  'test/contract/drivers/**/*.test.ts',
  'test/contract/ledger/{migrate,silence}.test.ts',
  'test/system/{budget,bench-decode}.test.ts',
];
/** They compute, and wait for nothing that another may hold. */
const computing = ['test/unit/**/*.test.ts', 'test/house/**/*.test.ts', 'test/simulation/**/*.test.ts'];
/** Hours of it would do: on what the processors have left beside tests that mostly wait. */
const background = ['test/simulation/long.test.ts'];
/** Each makes a database and listens on ports of its own, and what it waits for has seconds. */
const contract = ['test/contract/**/*.test.ts'];

/** Begun first, so that none of them is what everybody waits for at the end; relays and chaos not beside each other. */
const longest = [
  'simulation/long',
  'chaos/chaos',
  'link-page',
  'linked-kiosk',
  'relay-payments',
  'demo',
  'relays/relays',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return at < 0 ? longest.length : at;
    };
    const order = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    return (await super.sort(files)).sort((a, b) => order(a) - order(b) || rank(a) - rank(b));
  }
}

/** They have a config of their own: `npm run test:hardware`. */
const lab = ['test/hardware/**'];

function group(groupOrder: number, name: string, maxWorkers: number, include: string[], not: string[] = []) {
  return {
    test: {
      ...{ name, include, maxWorkers, sequence: { groupOrder } },
      ...{ exclude: [...not, '**/node_modules/**'], testTimeout: 20_000, hookTimeout: 60_000 },
    },
  };
}

/** The groups run one after the other, those of one number beside each other. A new folder of tests is in `system` by itself. */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      group(0, 'computing', 2, computing, [...alone, ...background]),
      group(1, 'contract', 2, contract, alone),
      group(2, 'background', 3, background),
      group(2, 'system', 3, [everything], [...computing, ...contract, ...alone, ...lab]),
      group(3, 'alone', 1, alone),
    ],
    coverage: {
      provider: 'v8',
      include: ['agent/**/*.ts', 'drivers/**/*.ts', 'protocol/**/*.ts', 'relay/**/*.ts'],
      exclude: ['protocol/generated/**'],
    },
  },
});
