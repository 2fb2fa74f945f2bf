import { defineConfig } from 'vitest/config';

/** Two at a time: they compute, and wait for nothing that another may hold. */
const computing = ['test/unit/**/*.test.ts', 'test/house/**/*.test.ts', 'test/simulation/**/*.test.ts'];
const times = { testTimeout: 20_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      { test: { ...times, name: 'computing', include: computing, maxWorkers: 2, sequence: { groupOrder: 0 } } },
      {
        test: {
          ...times,
          name: 'waiting',
          include: ['test/**/*.test.ts'],
          exclude: [...computing, '**/node_modules/**'],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
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
