import mqtt, { type MqttClient } from 'mqtt';
import { codeOf, UsageError } from './usage.js';

/** Services that a variable points to. They are tried before anything is started, and a fault names the variable. */

export const BROKER_VARIABLE = 'QUIETZONE_BROKER_URL';
export const DATABASE_VARIABLE = 'QUIETZONE_DATABASE_URL';
const ANSWER_WITHIN_MS = 5_000;
const seconds = `${ANSWER_WITHIN_MS / 1000} s`;

const brokerRemedy = `start a broker there, or give another as mqtt://user:password@host:1883, or unset ${BROKER_VARIABLE}: the demo brings a broker of its own`;
const databaseRemedy = `give a PostgreSQL server as postgres://user:password@host:5432/database with a role that may create databases, or unset ${DATABASE_VARIABLE}: the demo brings PGlite`;

export type BrokerPlace = {
  /** Without user and password. */
  readonly url: string;
  /** Secrets. */
  readonly login?: { readonly username: string; readonly password: string } | undefined;
};

const brokerFault = (found: string): UsageError => new UsageError(`${BROKER_VARIABLE}: ${found}; ${brokerRemedy}`);
const databaseFault = (found: string): UsageError =>
  new UsageError(`${DATABASE_VARIABLE}: ${found}; ${databaseRemedy}`);

const decoded = (part: string): string | undefined => {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
};

/** @throws UsageError, which never quotes the text: it may hold a password in any place. */
export function brokerPlace(text: string): BrokerPlace {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const bare = url !== undefined && /^\/?$/.test(url.pathname) && url.search + url.hash === '';
  if (!url || !bare || !/^mqtts?:$/.test(url.protocol) || url.hostname === '') {
    throw brokerFault(
      `found ${text.length} characters that are no broker's address (mqtt:// or mqtts://, a host, a port, and no path)`,
    );
  }
  const [username, password] = [decoded(url.username), decoded(url.password)];
  const address = `${url.protocol}//${url.host}`;
  if (username === '' && password === '') return { url: address };
  if (!username || !password) {
    throw brokerFault('found only one of user and password, or one that is not percent-encoded');
  }
  return { url: address, login: { username, password } };
}

/** Connects once and leaves. @throws UsageError saying what happened instead. */
export async function tryBroker({ url, login }: BrokerPlace): Promise<void> {
  const client = mqtt.connect(url, {
    ...login,
    protocolVersion: 4,
    clientId: `try-${process.pid}`,
    reconnectPeriod: 0,
    // Its own limit has no code to tell it by, so ours comes first.
    connectTimeout: 2 * ANSWER_WITHIN_MS,
  });
  try {
    await connected(client);
  } catch (error) {
    throw brokerFault(`${new URL(url).host}: ${whyNoBroker(error, login)}`);
  } finally {
    await client.endAsync(true).catch(() => {});
  }
}

class Silence extends Error {}
class HungUp extends Error {}

async function connected(client: MqttClient): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Silence('no answer')), ANSWER_WITHIN_MS);
      client.once('connect', () => resolve());
      client.on('error', reject);
      client.once('close', () => reject(new HungUp('closed')));
    });
  } finally {
    clearTimeout(timer);
  }
}

/** MQTT 3.1.1, section 3.2.2.3. */
const connackWords: Readonly<Record<string, string>> = {
  '1': 'the broker does not speak MQTT 3.1.1',
  '2': 'the broker refuses the client id',
  '3': 'the broker says it is unavailable',
};
const NOT_AUTHORISED: ReadonlySet<string> = new Set(['4', '5']);

function whyNoBroker(error: unknown, login: BrokerPlace['login']): string {
  if (error instanceof Silence) return `no MQTT broker has answered within ${seconds}`;
  if (error instanceof HungUp) return 'what listens there has closed the connection, as if it were no MQTT broker';
  const code = codeOf(error);
  if (NOT_AUTHORISED.has(code))
    return login ? 'the broker refuses the user or the password' : 'the broker wants a user and a password';
  return connackWords[code] ?? whyNoServer(code);
}

function whyNoServer(code: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there (ECONNREFUSED)';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `no host has that name (${code})`;
    case 'ETIMEDOUT':
    case 'CONNECT_TIMEOUT':
      return `nothing has answered within ${seconds}`;
    default:
      return `the connection failed (${code})`;
  }
}

/** @throws UsageError, which never quotes the text. */
export function databasePlace(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const parts = [url?.username, url?.password, url?.pathname].map((part) => decoded(part ?? ''));
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || parts.includes(undefined)) {
    throw databaseFault(`found ${text.length} characters that are no address of a PostgreSQL database`);
  }
  return url;
}

/** What PostgreSQL or the way to it has answered; SQLSTATE of its Appendix A. */
export function databaseRefused(url: URL, error: unknown): UsageError {
  const code = codeOf(error);
  const words: Readonly<Record<string, string>> = {
    '28P01': 'the server refuses the user or the password',
    '28000': 'the server refuses this user',
    '3D000': 'the server has no database of that name',
    '42501': 'the role may not create databases; grant it CREATEDB',
    '53300': 'the server has no connection free',
    CONNECTION_CLOSED: 'what listens there has closed the connection, as if it were no PostgreSQL server',
  };
  return databaseFault(`${url.host || 'the default host'}: ${words[code] ?? whyNoServer(code)}`);
}

/** @throws an error with the code CONNECT_TIMEOUT when `work` takes too long; the driver's own limit misses some cases. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error('no answer'), { code: 'CONNECT_TIMEOUT' });
    timer = setTimeout(() => reject(error), ANSWER_WITHIN_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
