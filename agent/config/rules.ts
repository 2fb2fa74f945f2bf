import { describe } from '../../protocol/faults.js';
import { isCurrency, parseAmount } from '../../protocol/money.js';
import { deviceRules } from './devices/rules.js';
import type { Rule } from './rule.js';

/** `small` may be at most (`less`: must be less than) `large`; both are keys of [table]. */
function ordered(table: 'timers' | 'broker', small: string, large: string, less: boolean): Rule {
  return {
    reads: [`${table}.${small}`, `${table}.${large}`],
    check: (tables) => {
      const values: Readonly<Record<string, unknown>> = tables[table];
      const [low, high] = [Number(values[small]), Number(values[large])];
      if (less ? low < high : low <= high) return undefined;
      const relation = less ? 'less than' : 'at most';
      return {
        key: `${table}.${small}`,
        found: `number ${low}`,
        expected: `${relation} ${table}.${large}, which is ${high}`,
      };
    },
  };
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);

const plainBroker: Rule = {
  reads: ['broker.url', 'broker.allow_plain'],
  check: ({ broker }) => {
    const url = new URL(broker.url);
    if (url.protocol === 'mqtts:' || broker.allow_plain || isLoopback(url.hostname)) return undefined;
    return {
      key: 'broker.url',
      found: describe(broker.url, 'broker.url'),
      expected: 'mqtts:// for a broker on another machine, or allow_plain = true on a network of your own',
    };
  },
};

const passwordNeedsUser: Rule = {
  reads: ['broker.username', 'broker.password_file'],
  check: ({ broker }) =>
    broker.password_file === undefined || broker.username !== undefined
      ? undefined
      : { key: 'broker.username', found: 'nothing', expected: 'a text, as password_file is set' },
};

const expectedOfFixed = {
  amount: 'a decimal text, such as "35.50"',
  currency: 'an ISO 4217 code, such as "HKD"',
  reference: 'a text that names what is sold, such as "GATE-1"',
} as const;

const fixedNeeds = (key: keyof typeof expectedOfFixed): Rule => ({
  reads: ['order.mode', `order.${key}`],
  check: ({ order }) =>
    order.mode !== 'fixed' || order[key] !== undefined
      ? undefined
      : { key: `order.${key}`, found: 'nothing', expected: `${expectedOfFixed[key]}, as mode is "fixed"` },
});

const knownCurrency: Rule = {
  reads: ['order.currency'],
  check: ({ order }) =>
    order.currency === undefined || isCurrency(order.currency)
      ? undefined
      : {
          key: 'order.currency',
          found: describe(order.currency, 'order.currency'),
          expected: 'an ISO 4217 code that wallets pay in, in capitals, such as "HKD"',
        },
};

const amountOfCurrency: Rule = {
  reads: ['order.amount', 'order.currency'],
  check: ({ order }) => {
    if (order.amount === undefined || order.currency === undefined || !isCurrency(order.currency)) return undefined;
    try {
      parseAmount(order.amount, order.currency);
      return undefined;
    } catch (error) {
      const expected = (error as RangeError).message.split(', expected ')[1] ?? 'an amount';
      return { key: 'order.amount', found: describe(order.amount, 'order.amount'), expected };
    }
  },
};

const referenceTravels: Rule = {
  reads: ['order.reference'],
  check: ({ order }) =>
    order.reference === undefined || /^[\x20-\x7e]+$/.test(order.reference)
      ? undefined
      : {
          key: 'order.reference',
          found: describe(order.reference, 'order.reference'),
          expected: 'only printable ASCII characters, as acquirers take no others',
        },
};

const portsDiffer: Rule = {
  reads: ['web.port', 'api.port'],
  check: ({ web, api }) =>
    api.port === 0 || api.port !== web.port
      ? undefined
      : { key: 'api.port', found: `number ${api.port}`, expected: 'another port than web.port' },
};

export const rules: readonly Rule[] = [
  plainBroker,
  passwordNeedsUser,
  ordered('broker', 'reconnect_base_ms', 'reconnect_max_ms', false),
  ...deviceRules,
  fixedNeeds('amount'),
  fixedNeeds('currency'),
  fixedNeeds('reference'),
  knownCurrency,
  amountOfCurrency,
  referenceTravels,
  portsDiffer,
  ordered('timers', 'resend_ms', 'resend_max_ms', false),
  ordered('timers', 'resend_ms', 'pay_valid_ms', true),
  // Design §3: the code's validity, the relay's deadline, the kiosk's own, in that order.
  ordered('timers', 'pay_valid_ms', 'deadline_ms', true),
];
