import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** npm run test:hardware: one at a time, on one lab that is up for all of them. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'hardware',
    include: ['test/hardware/*.test.ts'],
    exclude: process.env['QUIETZONE_HARDWARE'] === 'short' ? ['test/hardware/{kiosk,payment}.test.ts'] : [],
    globalSetup: ['test/hardware/setup.ts'],
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
