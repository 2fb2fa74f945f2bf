import { readFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { openAccounts, openDatabase } from '../config/parts.js';
import type { RelayConfig } from '../config/schema.js';
import { readSecrets } from '../config/secrets.js';
import type { Database } from '../ledger/database.js';
import { LedgerError } from '../ledger/database.js';
import { shippedMigrations } from '../ledger/migrate.js';
import { SqlLedger } from '../ledger/sql-ledger.js';
import type { Actor } from '../operations/desk.js';
import { systemClock } from '../runtime/clock.js';
import { Counters } from '../runtime/counters.js';
import { CommandError, refuse, settingsOf, WrongUse } from './usage.js';

/** How a command asks the operations API: over HTTP, or the very same routes in this process, on the ledger itself. */
export type Question = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly key?: string;
};
export type Reply = { readonly status: number; readonly text: string };

export type Transport = {
  ask(question: Question): Promise<Reply>;
  /** Text of a GET, as it comes. */
  stream(path: string): AsyncIterable<string>;
  close(): Promise<void>;
};

/** The flags that say which ledger is meant. */
export const where = {
  config: { type: 'string', valueHint: 'FILE', description: 'The relay config: works on its ledger directly' },
  url: { type: 'string', valueHint: 'URL', description: 'Of a relay’s operations API, instead of --config' },
  'token-file': { type: 'string', valueHint: 'FILE', description: 'With --url; or QUIETZONE_OPERATIONS_TOKEN' },
} as const;
export type Where = {
  readonly config?: string | undefined;
  readonly url?: string | undefined;
  readonly 'token-file'?: string | undefined;
};
export const whereFlags = Object.keys(where);

/** @throws CommandError, ConfigError, LedgerError */
export async function openTransport(args: Where): Promise<Transport> {
  if (args.url !== undefined && args.config !== undefined) refuse('--url and --config: found both, expected one');
  if (args.url !== undefined) return remote(addressOf(args.url), await tokenOf(args['token-file']));
  if (args.config === undefined) refuse('--config: found nothing, expected the relay config, or --url of a relay');
  return await direct(await settingsOf(args.config));
}

const TOKEN = /^[\x21-\x7e]{8,200}$/;

/** Never on the command line itself, where every user of the machine can read it. Undefined: none is given. */
async function tokenOf(file: string | undefined): Promise<string | undefined> {
  const [key, given] =
    file === undefined
      ? ['QUIETZONE_OPERATIONS_TOKEN', process.env['QUIETZONE_OPERATIONS_TOKEN'] ?? '']
      : ['--token-file', await tokenIn(file)];
  const token = given.trim();
  if (token === '' && file === undefined) return undefined;
  if (!TOKEN.test(token)) {
    const lines = token === '' ? 0 : token.split('\n').length;
    const found = lines === 1 ? `${token.length} characters that are no token` : `${lines} lines`;
    refuse(`${key}: found ${found}, expected one token, the first line that tokens create prints`);
  }
  return token;
}

/** As long as no token was ever made, anybody of the relay's machine may read. */
const noToken = (): WrongUse =>
  new WrongUse('--token-file: found nothing, expected a token there or in QUIETZONE_OPERATIONS_TOKEN');

async function tokenIn(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new WrongUse(`--token-file: ${file} cannot be read (${code})`);
  }
}

/** Of what is no address nothing is repeated: it may be a token. */
function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const found =
    url === undefined
      ? `${text.length} characters that are no URL`
      : !/^https?:$/.test(url.protocol)
        ? 'another scheme than http or https'
        : url.username !== '' || url.password !== ''
          ? 'a name or password in it'
          : undefined;
  if (url === undefined || found !== undefined) {
    refuse(`--url: found ${found}, expected scheme, host and port of a relay, such as http://127.0.0.1:8090`);
  }
  return url;
}

function remote(url: URL, token: string | undefined): Transport {
  const send = async (question: Question): Promise<Response> => {
    if (token === undefined && question.method !== 'GET') throw noToken();
    const response = await sendAs(question);
    if (token === undefined && response.status === 401) throw noToken();
    return response;
  };
  const sendAs = async ({ method, path, body, key }: Question): Promise<Response> => {
    try {
      return await fetch(new URL(path, url), {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new CommandError(`${url.origin} does not answer; is the relay running?`);
    }
  };
  return {
    ask: async (question) => {
      const response = await send(question);
      return { status: response.status, text: await response.text() };
    },
    async *stream(path) {
      const response = await send({ method: 'GET', path });
      if (!response.ok || !response.body) throw refusalOf(response.status, await response.text());
      const decoder = new TextDecoder();
      for await (const part of response.body) yield decoder.decode(part, { stream: true });
    },
    close: async () => {},
  };
}

/** What the API says of a refusal. */
export function messageOf(text: string): string {
  try {
    const { error } = JSON.parse(text) as { readonly error?: { readonly code?: string; readonly message?: string } };
    const { message = '', code = '' } = error ?? {};
    // A field that is named already is not named again.
    return error ? `${message}${message.startsWith(`${code}:`) ? '' : ` (${code})`}` : text;
  } catch {
    return 'the answer is not understood; is this a relay’s operations API?';
  }
}

/** The API names its fields; on the command line they are flags. A form that it refuses (422) is wrong use. */
export function refusalOf(status: number, text: string): CommandError {
  const said = messageOf(text);
  const asFlags = said.replace(FIELD, (_, field: string) => `--${flagOf(field)}:`);
  return status !== 422 || said.endsWith('(key-reused)') ? new CommandError(asFlags) : new WrongUse(asFlags);
}
/** The API's names that are called otherwise on the command line. */
const flags: Readonly<Record<string, string>> = {
  'Idempotency-Key': 'key',
  buyer: 'buyer-file',
  ids: 'ask',
  currency: 'amount',
};
const flagOf = (field: string): string =>
  flags[field] ?? field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const FIELD =
  /^(buyer|ids|amount|customs|subOrder|merchantCode|merchantName|state|kiosk|merchant|account|reference|receipt|from|to|limit|cursor|payment|found|note|reason|currency|link|wallet|Idempotency-Key):/;

/** Whoever may read the config with its keys may do everything; who it was is on record. */
const operator = (): Actor => ({ ...commandLine(), owner: `cli:${userInfo().username}` });

/** Who it is, for the audit. */
export const commandLine = (): { readonly who: string; readonly origin: string } => ({
  who: `${userInfo().username} (command line)`,
  origin: hostname(),
});

async function direct(settings: RelayConfig): Promise<Transport> {
  const db = await openLedger(settings, askInstead);
  try {
    const { buildOperations } = await import('../operations/server.js');
    const { Feed } = await import('../operations/feed.js');
    const log = {
      info: () => {},
      warn: () => {},
      error: (fields: object) => process.stderr.write(`${JSON.stringify(fields)}\n`),
    };
    const secrets = await readSecrets(settings, process.env);
    const accounts = openAccounts(settings, secrets, { clock: systemClock, log });
    const app = buildOperations({
      ...{
        db,
        accounts,
        log,
        clock: systemClock,
        ledger: new SqlLedger(db),
        feed: new Feed(),
        counters: new Counters(),
      },
      // A running relay's worker finds within a second what an act has left for it.
      ...{ instance: 'command-line', host: '127.0.0.1', firstTellMs: 1_000, acted: () => {} },
      ...{ ping: () => db.query('SELECT 1'), linked: () => false, clockRight: () => true },
      ...{ gate: async () => operator(), sealKey: secrets.customsKey },
    });
    await app.ready();
    return {
      ask: async ({ method, path, body, key }) => {
        const headers = key === undefined ? {} : { 'idempotency-key': key };
        const reply = await app.inject({
          method,
          url: path,
          headers,
          ...(body === undefined ? {} : { payload: body }),
        });
        return { status: reply.statusCode, text: reply.payload };
      },
      async *stream(path) {
        const reply = await app.inject({ method: 'GET', url: path, payloadAsStream: true });
        if (reply.statusCode !== 200) {
          let text = '';
          for await (const part of reply.stream()) text += String(part);
          throw refusalOf(reply.statusCode, text);
        }
        for await (const part of reply.stream()) yield String(part);
      },
      close: async () => {
        await app.close();
        await db.stop();
      },
    };
  } catch (error) {
    await db.stop();
    throw error;
  }
}

/** The ledger of a config, for one command. @throws LedgerError where it is another process's, or older than this program */
export async function openLedger(settings: RelayConfig, remedies = stopFirst): Promise<Database> {
  await refuseShared(settings, remedies);
  const db = openDatabase(settings, await readSecrets(settings, process.env));
  await db.start();
  try {
    const last = (await shippedMigrations()).at(-1)?.name ?? '';
    const rows = await db.query('SELECT name FROM migration WHERE name = $1', [last]).catch(() => []);
    if (rows.length === 0) throw new LedgerError('ledger: older than this program; run: relay migrate --config FILE');
    return db;
  } catch (error) {
    await db.stop();
    throw error;
  }
}

type Remedies = { readonly memory: string; readonly runs: string };

/** Of the commands that have a --url. */
const askInstead: Remedies = { memory: 'ask the relay itself, with --url', runs: 'use --url' };
const stopFirst: Remedies = {
  memory: 'give [ledger] a directory, and use this while the relay is stopped',
  runs: 'stop the relay first',
};

/**
 * PGlite is one process's alone; two of them would ruin it. The directory's lock is what keeps them apart: this only
 * says earlier, and better, where to ask. @throws LedgerError
 */
export async function refuseShared(
  { ledger, operations: { host, port } }: RelayConfig,
  { memory, runs: remedy } = stopFirst,
): Promise<void> {
  if (ledger.kind !== 'pglite') return;
  if (ledger.directory === undefined) {
    throw new LedgerError(`ledger: it lives in the relay's memory; ${memory}`);
  }
  const name = host.includes(':') ? `[${host}]` : host;
  const runs = await fetch(`http://${name}:${port}/livez`, { signal: AbortSignal.timeout(1_000) }).then(
    () => true,
    () => false,
  );
  if (runs)
    throw new LedgerError(
      `ledger: a relay that runs at ${host}:${port} has it, and PGlite is one process's alone; ${remedy}`,
    );
}
