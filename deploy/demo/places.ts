import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, whether this file runs from the sources (tests) or from dist/. */
function findRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const up = dirname(from);
  if (up === from) throw new Error('package.json: found in no folder above the demo; run it inside a clone');
  return findRoot(up);
}

export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** Programs run from dist/, as they ship. */
const built = (path: string): string => join(projectRoot, 'dist', path);
export const agentEntry = built('agent/cli.js');
export const relayEntry = built('relay/cli.js');
export const leashFile = built('deploy/demo/leash.js');
export const demoEntry = built('deploy/demo/main.js');
