import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built command, `npm run -s simulate`. */
export const built = fileURLToPath(new URL('../../dist/test/simulation/main.js', import.meta.url));

export type Outcome = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** The command in a process of its own, so that no other test waits for it. */
export const simulate = (program: string, ...args: string[]): Promise<Outcome> =>
  outcomeOf(process.execPath, [program, ...args]);

/** The same on what the tests beside it leave of the processors: they have deadlines, and it has none. */
export const simulateMeanwhile = (program: string, ...args: string[]): Promise<Outcome> =>
  outcomeOf('nice', ['-n', '19', process.execPath, program, ...args]);

function outcomeOf(command: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** What `--json` prints last. */
export const lastLine = ({ stdout }: Outcome) => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
