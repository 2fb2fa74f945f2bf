import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { generateKeys, type SandboxKeys } from './keys.js';
import { isScenarioName, type ScenarioName, scenarioNames } from './scenarios.js';
import { protocols, startSandbox } from './server.js';
import { type SandboxKind, sandboxKinds } from './stage.js';

export { generateKeys, type SandboxKeys } from './keys.js';
export { type ScenarioName, scenarioNames } from './scenarios.js';
export { SANDBOX_CLIENT_ID, type Sandbox, type SandboxOptions, startSandbox } from './server.js';

type Arguments = {
  readonly acquirer: SandboxKind;
  readonly port: number;
  readonly controlPort: number;
  readonly scenario: ScenarioName;
  readonly byAmount: boolean;
  readonly clientId: string;
  readonly keyFolder: string;
  readonly autoConfirmMs: number | undefined;
  readonly timeScale: number;
  /** Undefined: no notifications. */
  readonly notifyFactor: number | undefined;
  /** Undefined: tokens last until they are cancelled. */
  readonly tokenLifeMs: number | undefined;
  readonly merchantName: string | undefined;
};

function whole(name: string, text: string, max: number, least = 0): number {
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value > max || value < least) {
    throw new RangeError(`--${name}: found "${text}", expected a whole number from ${least} to ${max}`);
  }
  return value;
}

const options = {
  acquirer: { type: 'string', default: 'antom' },
  port: { type: 'string', default: '0' },
  'control-port': { type: 'string', default: '0' },
  scenario: { type: 'string', default: 'approve' },
  'by-amount': { type: 'boolean', default: false },
  'client-id': { type: 'string' },
  'key-folder': { type: 'string', default: join(tmpdir(), `quietzone-sandbox-${process.getuid?.() ?? 'keys'}`) },
  'auto-confirm-ms': { type: 'string' },
  'time-scale': { type: 'string', default: '1' },
  'notify-factor': { type: 'string' },
  'token-life-ms': { type: 'string' },
  'merchant-name': { type: 'string' },
} as const;

/** Node's own words for wrong use are for programmers. @throws RangeError */
function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [said, code] = error instanceof Error && 'code' in error ? [error.message, error.code] : ['', ''];
    if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') {
      throw new RangeError('sandbox: found a word too many, expected flags only');
    }
    const [flag] = /--[a-z-]{1,30}/.exec(said) ?? [];
    if (flag === undefined) throw new RangeError('sandbox: found flags that are not understood; see sandbox --help');
    if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
      const [found, wanted] = flag === '--by-amount' ? ['a value', 'none'] : ['no value', 'one'];
      throw new RangeError(`${flag}: found ${found}, expected ${wanted}`);
    }
    const known = Object.keys(options).map((name) => `--${name}`);
    throw new RangeError(`${flag}: not a flag of this command; expected ${known.join(', ')}`);
  }
}

/** @throws RangeError with the argument that is wrong. */
export function readArguments(args: readonly string[]): Arguments {
  const values = valuesOf(args);
  const { scenario } = values;
  const acquirer = sandboxKinds.find((name) => name === values.acquirer);
  if (!acquirer) {
    throw new RangeError(`--acquirer: found "${values.acquirer}", expected one of ${sandboxKinds.join(', ')}`);
  }
  if (!isScenarioName(scenario)) {
    throw new RangeError(`--scenario: found "${scenario}", expected one of ${scenarioNames.join(', ')}`);
  }
  for (const name of ['client-id', 'key-folder', 'merchant-name'] as const) {
    if (values[name] === '') throw new RangeError(`--${name}: found an empty value, expected one that is not empty`);
  }
  const [port, controlPort] = [
    whole('port', values.port, 65_535),
    whole('control-port', values['control-port'], 65_535),
  ];
  if (port !== 0 && port === controlPort) {
    throw new RangeError(`--control-port: found ${port}, which is --port too, expected another one`);
  }
  const auto = values['auto-confirm-ms'];
  const notify = values['notify-factor'];
  const life = values['token-life-ms'];
  return {
    acquirer,
    port,
    controlPort,
    scenario,
    byAmount: values['by-amount'],
    clientId: values['client-id'] ?? protocols[acquirer].clientId,
    keyFolder: values['key-folder'],
    autoConfirmMs: auto === undefined ? undefined : whole('auto-confirm-ms', auto, 600_000),
    timeScale: whole('time-scale', values['time-scale'], 1_000, 1),
    notifyFactor: notify === undefined ? undefined : whole('notify-factor', notify, 1_000_000, 1),
    tokenLifeMs: life === undefined ? undefined : whole('token-life-ms', life, 999_999_999, 1),
    merchantName: values['merchant-name'],
  };
}

/** @throws RangeError that names the folder or the file in it */
async function keysIn(folder: string, acquirer: SandboxKind): Promise<SandboxKeys> {
  try {
    return await generateKeys(folder, acquirer);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (error instanceof RangeError || code === undefined) throw error;
    throw new RangeError(`--key-folder: ${folder} cannot be used (${code}), expected a folder to read and write`);
  }
}

const stopped = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });

/**
 * `npm run relay -- sandbox`: serves until SIGTERM or SIGINT. Resolves with the process's exit code.
 * Prints a line with "event":"ready" and both ports once it serves.
 */
export async function runSandbox(args: readonly string[]): Promise<number> {
  let found: Arguments;
  try {
    found = readArguments(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'bad arguments'}\n`);
    return 2;
  }
  const { keyFolder, autoConfirmMs, notifyFactor, tokenLifeMs, merchantName, ...rest } = found;
  let keys: SandboxKeys;
  try {
    keys = await keysIn(keyFolder, found.acquirer);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'no keys'}\n`);
    return 1;
  }
  const log = pino({ name: 'sandbox' });
  const sandbox = await startSandbox({
    ...rest,
    ...(autoConfirmMs === undefined ? {} : { autoConfirmMs }),
    ...(notifyFactor === undefined ? {} : { notifyFactor }),
    ...(tokenLifeMs === undefined ? {} : { tokenLifeMs }),
    ...(merchantName === undefined ? {} : { merchantName }),
    keys,
    onCall: (call) => log.info({ event: 'call', ...call }),
  });
  const portOf = (url: string): number => Number(new URL(url).port);
  const ports = { acquirer: portOf(sandbox.acquirerUrl), control: portOf(sandbox.controlUrl) };
  log.info({
    event: 'ready',
    acquirer: found.acquirer,
    ports,
    clientId: found.clientId,
    keyFolder,
    scenario: found.scenario,
  });
  await stopped();
  await sandbox.stop();
  log.info({ event: 'stopped' });
  return 0;
}
