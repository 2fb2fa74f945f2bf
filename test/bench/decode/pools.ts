import type { RejectReason, Verdict } from '../../../agent/decode/result.js';

/** How many different codes a contender goes through, so that neither cache nor branch predictor learns one of them. */
export const POOL_CODES = 64;

/** Different codes of one kind, all of which must get the same verdict. */
export type Pool = {
  readonly name: string;
  /** As the framer gives them: without framing bytes. */
  readonly codes: readonly Buffer[];
  /** The same as text of one byte a character, made beforehand. */
  readonly texts: readonly string[];
  readonly expected: Expected;
};

/** A reason that ends in `*` stands for all that begin so. */
export type Expected =
  | Exclude<Verdict, { readonly kind: 'reject' }>
  | { readonly kind: 'reject'; readonly reason: RejectReason | 'cpm-*' }
  | { readonly kind: 'any-reject' };

export function poolOf(name: string, expected: Expected, make: (index: number) => Buffer): Pool {
  const codes = Array.from({ length: POOL_CODES }, (_, i) => make(i));
  return { name, codes, texts: codes.map((code) => code.toString('latin1')), expected };
}

/** The codes of several pools in turn. What they hold together is only that each is a payment code, or none is. */
export function mixed(name: string, pools: readonly Pool[]): Pool {
  const first = pools[0]?.expected.kind;
  const rejects = pools.every((p) => p.expected.kind === 'reject');
  if (first === undefined || (!rejects && pools.some((p) => p.expected.kind !== first))) {
    throw new Error(`${name}: found pools of different verdicts, expected one kind`);
  }
  const expected: Expected = rejects ? { kind: 'any-reject' } : { kind: 'wallet-code' };
  return poolOf(name, expected, (i) => {
    const pool = pools[i % pools.length];
    const code = pool?.codes[Math.floor(i / pools.length) % pool.codes.length];
    if (code === undefined) throw new Error(`${name}: found a pool without codes`);
    return code;
  });
}

/** Whether `found` is what the pool's codes must give. An issuer is asked for only where the pool names one. */
export function meets(expected: Expected, found: Verdict): boolean {
  if (expected.kind === 'any-reject') return found.kind === 'reject';
  if (expected.kind === 'reject') {
    if (found.kind !== 'reject') return false;
    return expected.reason === 'cpm-*' ? found.reason.startsWith('cpm-') : found.reason === expected.reason;
  }
  if (expected.kind === 'wallet-code' && expected.issuer !== undefined) {
    return found.kind === 'wallet-code' && found.issuer === expected.issuer;
  }
  return found.kind === expected.kind;
}
