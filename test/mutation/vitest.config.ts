import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The quickest first: most mutants fall to the first that is asked, and then the rest need not run. */
const files = ['cpm', 'decoder', 'base64', 'framer', 'duplicates', 'issuers', 'cpm-properties'];
const rank = ({ moduleId }: TestSpecification): number =>
  files.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));

class QuickestFirst extends BaseSequencer {
  override async sort(found: TestSpecification[]): Promise<TestSpecification[]> {
    return found.sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: files.map((name) => `test/unit/agent/decode/${name}.test.ts`),
    testTimeout: 20_000,
    bail: 1,
    isolate: false,
    fileParallelism: false,
    sequence: { sequencer: QuickestFirst },
  },
});
