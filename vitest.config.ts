import { defineConfig } from 'vitest/config';

/** Two at a time: they compute, and wait for nothing that another may hold. */
const computing = ['test/unit/**/*.test.ts', 'test/house/**/*.test.ts', 'test/simulation/**/*.test.ts'];
/**
 * Two at a time as well: each makes a database and listens on ports of its own, and what it waits for has seconds.
 * Not the drivers, and not the two of the ledger that measure: a neighbour on the cores would be in the measure.
 */
const contract = ['test/contract/!(drivers)/**/!(migrate|silence).test.ts'];
const times = { testTimeout: 20_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      { test: { ...times, name: 'computing', include: computing, maxWorkers: 2, sequence: { groupOrder: 0 } } },
      {
        test: {
          ...times,
          name: 'contract',
          include: contract,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...times,
          name: 'waiting',
          include: ['test/**/*.test.ts'],
          // The lab's have a config of their own: npm run test:hardware.
          exclude: [...computing, ...contract, 'test/hardware/**', '**/node_modules/**'],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['agent/**/*.ts', 'drivers/**/*.ts', 'protocol/**/*.ts', 'relay/**/*.ts'],
      exclude: ['protocol/generated/**'],
    },
  },
});
