import berTlvModule from 'ber-tlv';
import TLV from 'node-tlv';
import { parse } from 'promptparse';
import type { Contender } from '../rounds.js';
import { POOL_CODES, type Pool } from './pools.js';

/**
 * What the same work costs elsewhere. Each has a loop of its own, so that the compiler learns nothing of one contender
 * from another, and each gives a number that depends on every result.
 * `text` and `decoded` begin where a peer likes best: nothing of what comes before counts against it.
 */
const { TlvFactory } = berTlvModule;
const NEXT = POOL_CODES - 1;

/** As a script would know wallet codes: the first pattern that fits names the issuer. */
const patterns: readonly { readonly issuer: string; readonly pattern: RegExp }[] = [
  { issuer: 'alipayplus', pattern: /^(?:2[5-9]|30)\d{22}$/ },
  { issuer: 'alipay', pattern: /^(?:2[5-9]|30)\d{14,22}$/ },
  { issuer: 'wechatpay', pattern: /^1[0-5]\d{16}$/ },
  { issuer: 'unionpay', pattern: /^62\d{17}$/ },
  { issuer: 'ecny', pattern: /^01\d{17}$/ },
  { issuer: 'paypay', pattern: /^90008181\d{16}$/ },
];

export function issuerByPatterns(text: string): string | undefined {
  for (const { issuer, pattern } of patterns) if (pattern.test(text)) return issuer;
  return undefined;
}

export function patternsOnText({ texts }: Pool): Contender {
  return {
    name: 'regular expressions, on text',
    run(codes) {
      let known = 0;
      for (let i = 0; i < codes; i++) if (issuerByPatterns(texts[i & NEXT] ?? '') !== undefined) known++;
      return known;
    },
  };
}

export function patternsOnBytes({ codes: pool }: Pool): Contender {
  return {
    name: 'regular expressions, from bytes',
    run(codes) {
      let known = 0;
      for (let i = 0; i < codes; i++) {
        if (issuerByPatterns(pool[i & NEXT]?.toString('latin1') ?? '') !== undefined) known++;
      }
      return known;
    },
  };
}

export function base64OnText({ texts }: Pool): Contender {
  return {
    name: 'Base64 alone, on text',
    run(codes) {
      let bytes = 0;
      for (let i = 0; i < codes; i++) bytes += Buffer.from(texts[i & NEXT] ?? '', 'base64').length;
      return bytes;
    },
  };
}

export function base64OnBytes({ codes: pool }: Pool): Contender {
  return {
    name: 'Base64 alone, from bytes',
    run(codes) {
      let bytes = 0;
      for (let i = 0; i < codes; i++) {
        bytes += Buffer.from(pool[i & NEXT]?.toString('latin1') ?? '', 'base64').length;
      }
      return bytes;
    },
  };
}

const decoded = (pool: Pool): Buffer[] => pool.texts.map((text) => Buffer.from(text, 'base64'));

/** For so many `new Buffer` Node looks at the stack to tell where a deprecated call comes from; ber-tlv makes dozens a code. */
const NODE_ASKS = 10_000;

export function berTlv(pool: Pool): Contender {
  const bytes = decoded(pool);
  for (let i = 0; i < NODE_ASKS / 20; i++) TlvFactory.parse(bytes[i & NEXT] ?? '');
  return {
    name: 'ber-tlv, on decoded bytes',
    run(codes) {
      let objects = 0;
      for (let i = 0; i < codes; i++) objects += TlvFactory.parse(bytes[i & NEXT] ?? '').length;
      return objects;
    },
  };
}

export function nodeTlv(pool: Pool): Contender {
  const bytes = decoded(pool);
  const none = Buffer.alloc(0);
  return {
    name: 'node-tlv, on decoded bytes',
    run(codes) {
      let objects = 0;
      for (let i = 0; i < codes; i++) objects += TLV.parseList(bytes[i & NEXT] ?? none).length;
      return objects;
    },
  };
}

export function promptParse({ texts }: Pool): Contender {
  return {
    name: 'promptparse, on text',
    run(codes) {
      let known = 0;
      for (let i = 0; i < codes; i++) if (parse(texts[i & NEXT] ?? '', true) !== null) known++;
      return known;
    },
  };
}

/** @throws Error when a peer does not do its work on a code of the pool: its time would tell nothing */
export function checkPeers(contenders: readonly { readonly of: Contender; readonly atLeast: number }[]): void {
  for (const { of, atLeast } of contenders) {
    const found = of.run(POOL_CODES);
    if (found < atLeast) throw new Error(`${of.name}: found ${found} in its pool, expected at least ${atLeast}`);
  }
}
