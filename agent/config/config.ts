import { dirname, resolve } from 'node:path';
import { type Currency, isCurrency, parseAmount } from '../../protocol/money.js';
import type { Tables } from './schema.js';

type Camel<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;
/** Also of the tables in a list; a table in a table is left as it is. */
type CamelItems<T> = T extends readonly (infer E extends object)[] ? readonly CamelKeys<E>[] : T;
type CamelKeys<T> = { readonly [K in keyof T as K extends string ? Camel<K> : K]: CamelItems<T[K]> };

/** What the kiosk sells, and for how long it waits for a code; `expiresMs` 0: for ever. */
export type OrderConfig =
  | { readonly mode: 'api'; readonly expiresMs: number }
  | {
      readonly mode: 'fixed';
      /** Minor units. */
      readonly amount: number;
      readonly currency: Currency;
      readonly reference: string;
      readonly expiresMs: number;
    };

/** The config as the agent holds it: valid, complete, camelCase, paths absolute, money in minor units. */
export type Config = {
  readonly [K in Exclude<keyof Tables, 'order' | 'actuator' | 'buttons'>]: CamelKeys<Tables[K]>;
} & { readonly order: OrderConfig; readonly actuator: ActuatorConfig; readonly buttons: ButtonsConfig };

/** Its tables in the table are camelCase too. */
export type ActuatorConfig = {
  readonly [K in keyof CamelKeys<Tables['actuator']>]: K extends 'output' | 'sensor'
    ? CamelKeys<NonNullable<Tables['actuator'][K]>>
    : CamelKeys<Tables['actuator']>[K];
};

export type ButtonsConfig = {
  readonly [K in keyof Tables['buttons']]: K extends 'kind'
    ? Tables['buttons'][K]
    : CamelKeys<NonNullable<Tables['buttons'][K]>>;
};

/** An order that came through the API and that nobody pays is given up after this. */
const API_ORDER_EXPIRES_MS = 120_000;

function camelKeys<T extends object>(table: T): CamelKeys<T> {
  const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const item = (value: unknown) => (typeof value === 'object' && value !== null ? camelKeys(value) : value);
  const values = (value: unknown) => (Array.isArray(value) ? value.map(item) : value);
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [camel(key), values(value)])) as CamelKeys<T>;
}

function orderConfig({ mode, amount, currency, reference, expires_ms }: Tables['order']): OrderConfig {
  if (mode === 'api') return { mode, expiresMs: expires_ms ?? API_ORDER_EXPIRES_MS };
  if (amount === undefined || currency === undefined || reference === undefined || !isCurrency(currency)) {
    throw new RangeError('order: found an incomplete fixed order, expected one that the rules have passed');
  }
  return { mode, amount: parseAmount(amount, currency), currency, reference, expiresMs: expires_ms ?? 0 };
}

function actuatorConfig({ output, sensor, ...plain }: Tables['actuator']): ActuatorConfig {
  return {
    ...camelKeys(plain),
    ...(output ? { output: camelKeys(output) } : {}),
    ...(sensor ? { sensor: camelKeys(sensor) } : {}),
  };
}

function buttonsConfig({ kind, link, pay }: Tables['buttons']): ButtonsConfig {
  return { kind, ...(link ? { link: camelKeys(link) } : {}), ...(pay ? { pay: camelKeys(pay) } : {}) };
}

/** `file`: where the tables stood; relative paths are taken from its folder. */
export function toConfig(tables: Tables, file: string): Config {
  const folder = dirname(resolve(file));
  const { broker, journal, scanner } = tables;
  const { password_file, ca_file, ...plain } = broker;
  const { issuer_table_file, path, ...line } = scanner;
  return {
    kiosk: camelKeys(tables.kiosk),
    broker: camelKeys({
      ...plain,
      ...(password_file === undefined ? {} : { password_file: resolve(folder, password_file) }),
      ...(ca_file === undefined ? {} : { ca_file: resolve(folder, ca_file) }),
    }),
    journal: { directory: resolve(folder, journal.directory) },
    scanner: camelKeys({
      ...line,
      ...(path === undefined ? {} : { path: resolve(folder, path) }),
      ...(issuer_table_file === undefined ? {} : { issuer_table_file: resolve(folder, issuer_table_file) }),
    }),
    display: camelKeys(tables.display),
    indicator: camelKeys(tables.indicator),
    buttons: buttonsConfig(tables.buttons),
    web: camelKeys(tables.web),
    actuator: actuatorConfig(tables.actuator),
    linking: camelKeys(tables.linking),
    order: orderConfig(tables.order),
    api: camelKeys(tables.api),
    timers: camelKeys(tables.timers),
    log: camelKeys(tables.log),
  };
}
