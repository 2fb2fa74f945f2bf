import { defineConfig } from 'vitest/config';

/** The decoder's own tests, without those of the fuzzer: they run again for each mutant that they reach. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/unit/agent/decode/**/*.test.ts'],
    testTimeout: 20_000,
    bail: 1,
    isolate: false,
    maxWorkers: 1,
    exclude: ['test/unit/agent/decode/fuzz.test.ts'],
  },
});
