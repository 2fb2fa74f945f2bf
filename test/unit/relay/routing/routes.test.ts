import { describe, expect, test } from 'vitest';
import {
  amountLimit,
  anyCapabilities,
  type Capabilities,
  cancelDeadline,
  withinLimit,
} from '../../../../relay/acquirers/capabilities.js';
import { Accounts } from '../../../../relay/routing/accounts.js';
import { type Merchant, routeOf } from '../../../../relay/routing/routes.js';
import { plan, ScriptedAcquirer } from '../link/stage.js';
import { policy } from '../payment/sample.js';

const merchant: Merchant = {
  name: 'company',
  routes: [
    { account: 'antom-hk', issuers: ['alipay', 'alipayplus'], currencies: ['HKD'] },
    { account: 'codepay', issuers: ['wechatpay'] },
    { account: 'codepay', currencies: ['USD', 'JPY'] },
  ],
};
const all = (): boolean => true;

describe('routes: the first line that fits', () => {
  test.each([
    ['both named', 'alipay', 'HKD', 'antom-hk', 'company, route 1: alipay or alipayplus in HKD'],
    ['by issuer, any currency', 'wechatpay', 'HKD', 'codepay', 'company, route 2: wechatpay'],
    ['by currency, any issuer', 'paypay', 'JPY', 'codepay', 'company, route 3: USD or JPY'],
    ['a code of no known issuer', null, 'USD', 'codepay', 'company, route 3: USD or JPY'],
    ['the issuer fits one line, the currency another', 'alipay', 'USD', 'codepay', 'company, route 3: USD or JPY'],
  ] as const)('%s', (_, issuer, currency, account, why) => {
    expect(routeOf(merchant, { issuer, currency }, all)).toEqual({ merchant: 'company', account, why });
  });

  test('none: no line fits, or its account does not take the currency', () => {
    expect(routeOf(merchant, { issuer: 'paypay', currency: 'HKD' }, all)).toBeUndefined();
    expect(routeOf(merchant, { issuer: null, currency: 'HKD' }, all)).toBeUndefined();
    const noYen = (_: string, currency: string): boolean => currency !== 'JPY';
    expect(routeOf(merchant, { issuer: 'paypay', currency: 'JPY' }, noYen)).toBeUndefined();
  });

  test('an account that does not take the currency is passed over', () => {
    const two: Merchant = { name: 'm', routes: [{ account: 'a' }, { account: 'b' }] };
    const found = routeOf(two, { issuer: null, currency: 'USD' }, (account) => account === 'b');
    expect(found).toEqual({ merchant: 'm', account: 'b', why: 'm, route 2: any issuer and currency' });
  });

  test('an account that takes no payments just now is passed over, and the ledger is told that it was', () => {
    const three: Merchant = { name: 'm', routes: [{ account: 'a' }, { account: 'b' }, { account: 'c' }] };
    const found = routeOf(three, { issuer: null, currency: 'USD' }, all, (account) => account === 'c');
    expect(found).toMatchObject({
      account: 'c',
      why: 'm, route 3: any issuer and currency; out of service: route 1, 2',
    });
    expect(routeOf(three, { issuer: null, currency: 'USD' }, all, () => false)).toBeUndefined();
  });
});

describe('accounts', () => {
  const account = (name: string, callTimeoutMs = 100) => ({
    ...{ name, acquirer: new ScriptedAcquirer({}, { ...plan, callTimeoutMs }) },
    policy: { ...policy, callTimeoutMs },
  });

  test('each attempt is called with its own; the longest call is the slowest account’s', () => {
    const accounts = new Accounts([account('a', 100), account('b', 800)]);
    expect(accounts.of('b').policy.callTimeoutMs).toBe(800);
    expect(accounts.longestCallMs).toBe(800);
    expect(() => new Accounts([])).toThrow('at least one');
  });

  test('one that is not in the config sends nothing, and says so', async () => {
    const { acquirer } = new Accounts([account('a')]).of('gone');
    const notSent = { kind: 'not-sent', detail: 'account not in the config' };
    expect(await acquirer.inquire('x')).toEqual(notSent);
    expect(await acquirer.cancel('x')).toEqual(notSent);
    expect(new Accounts([account('a')]).get('gone')).toBeUndefined();
  });

  test('rows of a version that knew one account name the adapter: its only account is meant, of two none', () => {
    expect(new Accounts([account('a')]).get('scripted')?.name).toBe('a');
    expect(new Accounts([account('a'), account('b')]).get('scripted')).toBeUndefined();
  });
});

describe('capabilities', () => {
  const capabilities: Capabilities = {
    ...anyCapabilities,
    amounts: [
      { currency: 'HKD', most: 50_000 },
      { currency: 'HKD', issuers: ['alipay'], least: 10, most: 1_000 },
    ],
  };

  test('the limit of the wallet, else of all, else none', () => {
    const within = (issuer: string | null, amount: number, currency: 'HKD' | 'JPY' = 'HKD') =>
      withinLimit(amountLimit(capabilities, issuer, currency), { amount, currency });
    expect([within('alipay', 9), within('alipay', 10), within('alipay', 1_000), within('alipay', 1_001)]).toEqual([
      ...[false, true, true, false],
    ]);
    expect([within('paypay', 50_000), within(null, 50_001), within(null, 50_001, 'JPY')]).toEqual([true, false, true]);
  });

  test('Antom: until 00:15 of the next day in GMT+8', () => {
    const until = { daysLater: 1, minuteOfDay: 15, zoneOffsetMinutes: 480 };
    const at = (text: string): string => new Date(cancelDeadline(until, Date.parse(text))).toISOString();
    expect(at('2026-11-22T12:00:00+08:00')).toBe('2026-11-22T16:15:00.000Z');
    // One minute before midnight there, and one after.
    expect(at('2026-11-22T15:59:00Z')).toBe('2026-11-22T16:15:00.000Z');
    expect(at('2026-11-22T16:00:00Z')).toBe('2026-11-23T16:15:00.000Z');
  });
});
