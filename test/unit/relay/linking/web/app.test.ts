import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { expect, test } from 'vitest';

const app = readFileSync(new URL('../../../../../relay/linking/web/page/app.js', import.meta.url), 'utf8');
const written = (code: string, target: string): string => transformSync(code, { target, charset: 'utf8' }).code;

test('the page’s script has no syntax that phones of 2017 do not know', () => {
  expect(written(app, 'es2015')).toBe(written(app, 'esnext'));
  // What it would look like if it had.
  expect(written('f(a?.b)', 'es2015')).not.toBe(written('f(a?.b)', 'esnext'));
});
