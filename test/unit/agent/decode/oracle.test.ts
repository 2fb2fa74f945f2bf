import { describe, expect, it } from 'vitest';
import { type Answer, markets, oracle } from '../../../fuzz/oracle.js';
import { loadVectors } from '../../../fuzz/vectors.js';

/** The judge itself: what the decoder is compared with must know the rules. */
const vectors = loadVectors();
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('the oracle gives what the vectors expect', () => {
  it('all of them are here', () => expect(vectors).toHaveLength(126));

  it.each(vectors)('$name', ({ bytes, expected }) => {
    const answer = oracle(bytes, 'global');
    if (expected.issuer === undefined) expect(withoutIssuer(answer)).toEqual(expected);
    else expect(answer).toEqual(expected);
  });
});

function withoutIssuer({ issuer: _, ...answer }: Answer): Answer {
  return answer;
}

describe('the oracle knows the markets', () => {
  const unclaimed = '160000000000000000';
  const upc = '233312681852';
  const notUpc = '233312681853';

  it.each(markets)('%s: 18 digits without a prefix, 12 digits with and without a check digit', (market) => {
    expect(oracle(latin1(unclaimed), market).issuer).toBe(market === 'tw' ? 'linepay' : undefined);
    expect(oracle(latin1(notUpc), market).issuer).toBe(market === 'th' ? 'linepay' : undefined);
    expect(oracle(latin1(upc), market).rejectReason).toBe('product-code');
    expect(oracle(latin1('100000000000000000'), market).issuer).toBe('wechatpay');
    expect(oracle(latin1('9000000000123456789'), market)).toEqual({ kind: 'wallet-code', code: '9000000000123456789' });
  });
});

describe('the oracle strips no more framing than it may', () => {
  it.each([
    ['\r\n7\r\n\t\x03', 'unknown-prefix'],
    ['\r\n\r7', 'control-char'],
    ['7\r\n\t\x03\x1d', 'control-char'],
    ['\r\r\r\r\r\r', 'empty'],
    ['\r\r\r\r\r\r\r', 'control-char'],
    [']Q1', 'empty'],
    [']Q1\r', 'empty'],
    [']Q1]Q1', 'unrecognised-text'],
    [']Q17', 'unknown-prefix'],
  ])('%j is %s', (text, reason) => expect(oracle(latin1(text), 'global').rejectReason).toBe(reason));
});
