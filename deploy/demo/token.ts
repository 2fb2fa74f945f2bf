import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { ProgramOptions } from './child.js';
import { leashFile, projectRoot } from './places.js';

/** Of `relayProgram`, and which file it has written. */
type RelayStart = Pick<ProgramOptions, 'entry' | 'env'> & { readonly config: string };

/**
 * A token for the operations API, made as staff make one: by the relay's command line, before the relay runs.
 * @throws Error with what the command said; never with a token
 */
export async function makeToken(relay: RelayStart): Promise<string> {
  await command(relay, ['migrate']);
  const said = await command(relay, [
    'tokens',
    'create',
    '--name',
    'demo',
    '--scopes',
    'read,refund',
    '--days',
    '1',
    '--json',
  ]);
  const { token } = JSON.parse(said) as { readonly token: string };
  return token;
}

async function command({ entry, env = {}, config }: RelayStart, words: readonly string[]): Promise<string> {
  const leash = ['--import', pathToFileURL(leashFile).href];
  const child = spawn(process.execPath, [...leash, entry, ...words, '--config', config], {
    cwd: projectRoot,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const [said, complained, code] = await Promise.all([textOf(child.stdout), textOf(child.stderr), ended(child)]);
  if (code === 0) return said;
  throw new Error(`relay ${words.slice(0, 2).join(' ')}: ended with ${code}: ${complained.trim()}`);
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

/** Its exit code, or the signal's name. */
const ended = (child: ReturnType<typeof spawn>): Promise<number | string> =>
  new Promise((resolve, reject) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? ''));
    child.once('error', reject);
  });
