// Writes protocol/generated/ from protocol/proto/: static protobufjs code on the minimal runtime, and its types.
// `node protocol/generate.mjs FOLDER` writes elsewhere; the test that the checked-in code is fresh does so.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pbjs from 'protobufjs-cli/pbjs.js';
import pbts from 'protobufjs-cli/pbts.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = process.argv[2] ?? join(here, 'generated');
const proto = join(here, 'proto');
mkdirSync(out, { recursive: true });
const sources = readdirSync(join(proto, 'quietzone/v1'))
  .sort()
  .map((f) => `quietzone/v1/${f}`);

const run = (tool, args) =>
  new Promise((resolve, reject) => tool.main(args, (error, text) => (error ? reject(error) : resolve(text))));

const lean = ['create', 'convert', 'delimited', 'typeurl', 'verify'].map((f) => `--no-${f}`);
const js = join(out, 'quietzone.js');
const files = sources.map((s) => join(proto, s));
const generate = (...more) =>
  run(pbjs, ['-t', 'static-module', '-w', 'esm', ...lean, ...more, '-p', proto, '-o', js, ...files]);
// The types are read off the comments, which the shipped code does without.
await generate();
await run(pbts, ['-o', join(out, 'quietzone.d.ts'), js]);
await generate('--no-comments');
writeFileSync(js, readFileSync(js, 'utf8').trimEnd().concat('\n'));
