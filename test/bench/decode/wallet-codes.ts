import { pick, type Random, textOf } from '../random.js';
import { type Pool, poolOf } from './pools.js';

/** Numeric wallet codes; shapes of reference codes/formats.md, section 1. */
type Shape = { readonly issuer: string; readonly prefixes: readonly string[]; readonly lengths: readonly number[] };

const alipayPrefixes = ['25', '26', '27', '28', '29', '30'];
const shapes = {
  alipayplus: { issuer: 'alipayplus', prefixes: alipayPrefixes, lengths: [24] },
  alipay: { issuer: 'alipay', prefixes: alipayPrefixes, lengths: [17, 18, 20] },
  wechatpay: { issuer: 'wechatpay', prefixes: ['10', '11', '12', '13', '14', '15'], lengths: [18] },
  unionpay: { issuer: 'unionpay', prefixes: ['62'], lengths: [19] },
  ecny: { issuer: 'ecny', prefixes: ['01'], lengths: [19] },
  paypay: { issuer: 'paypay', prefixes: ['90008181'], lengths: [24] },
} as const satisfies Record<string, Shape>;

export type WalletName = keyof typeof shapes;
export const walletNames = Object.keys(shapes) as WalletName[];

export function walletPool(random: Random, name: WalletName): Pool {
  const { issuer, prefixes, lengths } = shapes[name];
  return poolOf(name, { kind: 'wallet-code', issuer }, () => {
    const prefix = pick(random, prefixes);
    return Buffer.from(prefix + textOf(random, '0123456789', pick<number>(random, lengths) - prefix.length), 'latin1');
  });
}
