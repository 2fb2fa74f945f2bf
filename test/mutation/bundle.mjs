// One file of the decoder, with every change in it, and its tests. Which change is active, an environment variable says.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

await build({
  entryPoints: [join(root, 'test/mutation/tests.ts')],
  // Where the tests look for their vectors from.
  outfile: join(root, 'test/unit/agent/decode/.mutation.mjs'),
  bundle: true,
  packages: 'external',
  alias: { vitest: join(root, 'test/mutation/shim.ts') },
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
});
