import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { randomDigits } from '../../deploy/demo/codes.js';
import { demoEntry, projectRoot } from '../../deploy/demo/places.js';

export { alive, descendants } from '../support/processes.js';

/** A 24-digit wallet code nobody has used. */
export const freshCode = (): string => `28100602${randomDigits(16, randomBytes)}`;

export type DemoRun = {
  readonly child: ChildProcess;
  /** What has been printed so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
};

/** The demo as `npm start` runs it, in a process group of its own, as a shell would start it. `input`: all it may read. */
export function runDemo(args: readonly string[], env: Readonly<Record<string, string>> = {}, input = ''): DemoRun {
  const child = spawn(process.execPath, [demoEntry, ...args], {
    cwd: projectRoot,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  child.stdin.on('error', () => {}).end(input);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  return {
    child,
    stdout: () => out,
    stderr: () => err,
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal ?? -1))),
  };
}
