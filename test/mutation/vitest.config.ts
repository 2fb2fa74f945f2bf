import { defineConfig } from 'vitest/config';

/** Only the decoder's own tests, and few fuzz inputs: each mutant runs them again. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/unit/agent/decode/**/*.test.ts'],
    testTimeout: 20_000,
    env: { QUIETZONE_FUZZ_COUNT: '2000' },
  },
});
