import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { version } from '../../../agent/version.js';

it("the agent's version is the package's", () => {
  const { version: packaged } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  expect(version).toBe(packaged);
});
