import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applications, tlvOf } from '../../../../agent/decode/cpm-view.js';
import { Decoder } from '../../../../agent/decode/decoder.js';
import { compileIssuers } from '../../../../agent/decode/issuers.js';
import { type RejectReason, reject, rejectReasons, type Verdict } from '../../../../agent/decode/result.js';
import { builtInTable } from '../../../../protocol/issuer-table/built-in.js';
import { adf, base64, code, header, join, tlv } from '../../../support/tlv.js';

type Vector = {
  name: string;
  text?: string;
  hex?: string;
  expected: { kind: string; issuer?: string; code?: string; rejectReason?: string; tlv?: Record<string, string> };
};
const file = new URL('../../../fixtures/codes/vectors.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];
const bytesOf = (v: Vector): Buffer => (v.hex === undefined ? Buffer.from(v.text ?? '') : Buffer.from(v.hex, 'hex'));

const decoderOf = (market: string): Decoder => new Decoder(compileIssuers(builtInTable, market));
const decoder = decoderOf('global');
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const scan = (text: string): Verdict => decoder.decode(bytes(text));
const reasonOf = (text: string): string => {
  const verdict = scan(text);
  return verdict.kind === 'reject' ? verdict.reason : verdict.kind;
};

describe('the reference vectors', () => {
  it('are all there', () => expect(vectors).toHaveLength(126));

  it.each(vectors.map((v) => [v.name, v] as const))('%s', (_, v) => {
    const frame = bytesOf(v);
    const verdict = decoder.decode(frame);
    const { expected } = v;
    expect(verdict.kind).toBe(expected.kind);
    if (verdict.kind === 'reject') {
      expect(verdict.reason).toBe(expected.rejectReason);
      return;
    }
    expect(decoder.text(frame)).toBe(expected.code);
    if (verdict.kind === 'emv-cpm') expect(tlvOf(decoder.cpm)).toEqual(expected.tlv);
    else if (expected.issuer !== undefined) expect(verdict.issuer).toBe(expected.issuer);
  });

  it('give every reason but those a frame alone cannot give', () => {
    const given = new Set(vectors.map((v) => v.expected.rejectReason));
    expect(rejectReasons.filter((reason) => !given.has(reason))).toEqual(['incomplete', 'cpm-bad-header']);
  });
});

describe('framing bytes', () => {
  const wallet = '136497297189364683';
  it('trap 25: strips no more than two bytes before and four behind', () => {
    for (const [before, behind] of [
      ['\r\n', '\r\n\t\x03'],
      ['\x02', '\x03'],
      ['\n\x02', '\x1d\x1d\x1d\x1d'],
      ['', '\r'],
    ]) {
      const frame = bytes(`${before}${wallet}${behind}`);
      expect(decoder.decode(frame)).toEqual({ kind: 'wallet-code', issuer: 'wechatpay' });
      expect(decoder.text(frame)).toBe(wallet);
      expect([decoder.start, decoder.end]).toEqual([before?.length, (before?.length ?? 0) + wallet.length]);
    }
  });

  it.each<[string, RejectReason]>([
    [`\r\n\r${wallet}`, 'control-char'],
    [`${wallet}\r\n\t\x03\r`, 'control-char'],
    [`\t${wallet}`, 'control-char'],
    [`\x03${wallet}`, 'control-char'],
    [`${wallet}\x02`, 'control-char'],
    [`${wallet}\x00`, 'control-char'],
    ['', 'empty'],
    ['\r\n', 'empty'],
    ['\r', 'empty'],
    ['\x02\x03', 'empty'],
    ['\r\r\r\r\r\r', 'empty'],
    ['\r\r\r\r\r\r\r', 'control-char'],
    ['\r\n]Q1\r', 'empty'],
    [']Q1', 'empty'],
    [']Q', 'unrecognised-text'],
    [']Q-123', 'unrecognised-text'],
    [']11123', 'unrecognised-text'],
    [']]Q1123', 'unrecognised-text'],
  ])('%j is %s', (text, reason) => expect(reasonOf(text)).toBe(reason));

  it('trap 25: takes an AIM identifier away once, with a letter of any case and a letter or digit', () => {
    for (const aim of [']Q1', ']C0', ']d1', ']z0', ']L0', ']Zz', ']aA', ']A9'])
      expect(reasonOf(aim + wallet)).toBe('wallet-code');
    expect(reasonOf(`]Q1]Q1${wallet}`)).toBe('unrecognised-text');
  });

  it('holds the bounds', () => {
    expect(reasonOf('1'.repeat(512))).toBe('unknown-prefix');
    expect(reasonOf(`]Q1${'1'.repeat(512)}\r`)).toBe('unknown-prefix');
    expect(reasonOf('1'.repeat(513))).toBe('too-long');
    expect(reasonOf('1'.repeat(4_400))).toBe('too-long');
    // Nothing is left of it after stripping, and still it is too long.
    const blank = `${'\r\n'.repeat(1)}${'\r'.repeat(4_399)}`;
    expect(reasonOf(blank)).toBe('too-long');
    expect(decoder.decode(Buffer.alloc(4_401, 0xff))).toBe(reject('too-long'));
  });
});

describe('numbers', () => {
  it.each<[string, string]>([
    ['2810060201', 'bad-length'],
    ['281006020', 'unknown-prefix'],
    ['281006020123456789012345281006020123456789012345', 'unknown-prefix'],
    ['136497297189364683136497297189364683', 'bad-length'],
    ['1'.repeat(40), 'bad-length'],
    ['1'.repeat(41), 'unknown-prefix'],
    ['9'.repeat(18), 'unknown-prefix'],
    ['0002010102129999999', 'unknown-prefix'],
    ['1', 'unknown-prefix'],
    ['12', 'unknown-prefix'],
    ['96385074', 'product-code'],
    ['96385075', 'unknown-prefix'],
    ['036000291452', 'product-code'],
    ['4006381333931', 'product-code'],
    ['4006381333932', 'unknown-prefix'],
    ['10012345678902', 'product-code'],
    ['10012345678903', 'bad-length'],
    ['00000000', 'product-code'],
    ['0000000', 'unknown-prefix'],
    ['000000000', 'unknown-prefix'],
    ['00000000000', 'unknown-prefix'],
    ['000000000000000', 'unknown-prefix'],
  ])('%s is %s', (text, reason) => expect(reasonOf(text)).toBe(reason));

  it('asks the AIM identifier first', () => {
    for (const aim of [']C1', ']e0', ']d2', ']Q3']) expect(reasonOf(`${aim}136497297189364683`)).toBe('gs1-data');
    for (const aim of [']E0', ']E4', ']Ez']) expect(reasonOf(`${aim}136497297189364683`)).toBe('product-code');
    for (const aim of [']C2', ']e1', ']d1', ']Q2', ']c1', ']E'])
      expect(reasonOf(`${aim}136497297189364683`)).not.toBe('gs1-data');
    expect(reasonOf(']e4136497297189364683')).toBe('wallet-code');
  });

  it('names no issuer that one source alone vouches for', () => {
    for (const text of ['189363039218183976', '510333961293358913', '910962451651073326', '9000017270111783']) {
      expect(scan(text)).toEqual({ kind: 'wallet-code' });
    }
  });

  it('takes LINE Pay by its length only in its market, a prefix or a product code first', () => {
    const [tw, th] = [decoderOf('tw'), decoderOf('th')];
    const line = { kind: 'wallet-code', issuer: 'linepay' };
    expect(reasonOf('333333333333333333')).toBe('unknown-prefix');
    expect(tw.decode(bytes('333333333333333333'))).toEqual(line);
    expect(tw.decode(bytes('136497297189364683'))).toEqual({ kind: 'wallet-code', issuer: 'wechatpay' });
    expect(th.decode(bytes('123456789013'))).toEqual(line);
    expect(th.decode(bytes('123456789012'))).toBe(reject('product-code'));
    expect(reasonOf('123456789013')).toBe('bad-length');
    expect(scan('9000000000123456789')).toEqual({ kind: 'wallet-code' });
  });

  it('takes another table from the next frame on', () => {
    const taken = decoderOf('global');
    expect(taken.decode(bytes('333333333333333333'))).toBe(reject('unknown-prefix'));
    taken.adopt(compileIssuers(builtInTable, 'tw'));
    expect(taken.decode(bytes('333333333333333333')).kind).toBe('wallet-code');
  });
});

describe('codes of letters and digits', () => {
  it.each<[string, string]>([
    ['22J111111111111111', 'wallet-code'],
    ['22zZ09AAAAAAAAAAAA', 'wallet-code'],
    ['221111111111111111', 'wallet-code'],
    ['22J11111111111111', 'bad-charset'],
    ['22J1111111111111111', 'bad-charset'],
    ['22J11111111111111-', 'bad-charset'],
    ['23J111111111111111', 'bad-charset'],
    ['J22111111111111111', 'unrecognised-text'],
    [']C122J111111111111111', 'gs1-data'],
    [']E022J111111111111111', 'product-code'],
  ])('%s is %s', (text, reason) => expect(reasonOf(text)).toBe(reason));
});

describe('what is shown by mistake', () => {
  const leg = `M1${'A'.repeat(57)}`;
  it.each<[string, string]>([
    ['https://a.b', 'url'],
    ['HTTPS://A.B', 'url'],
    ['wxp://x', 'url'],
    ['a1+.-b://', 'url'],
    ['ab://', 'url'],
    [`a${'b'.repeat(20)}://`, 'url'],
    [`a${'b'.repeat(21)}://`, 'unrecognised-text'],
    ['a://b', 'unrecognised-text'],
    ['1b://c', 'unrecognised-text'],
    ['a_b://c', 'unrecognised-text'],
    ['ab:/', 'structured-text'],
    ['ab:/c/', 'structured-text'],
    ['ab:c//', 'structured-text'],
    ['https://a\xff\x00', 'url'],
    [']C1https://a.b', 'url'],
    [']E0https://a.b', 'url'],
    ['WIFI:S:x;;', 'structured-text'],
    ['ab:', 'structured-text'],
    ['a:b', 'unrecognised-text'],
    [`a${'b'.repeat(15)}:`, 'structured-text'],
    [`a${'b'.repeat(16)}:`, 'unrecognised-text'],
    ['a b:', 'unrecognised-text'],
    [leg, 'boarding-pass'],
    [leg.slice(0, -1), 'unrecognised-text'],
    [leg.replace('M1', 'M4'), 'boarding-pass'],
    [leg.replace('M1', 'M0'), 'unrecognised-text'],
    [leg.replace('M1', 'M5'), 'unrecognised-text'],
    [leg.replace('M1', 'N1'), 'unrecognised-text'],
    ['M1', 'unrecognised-text'],
    [`M1:${'A'.repeat(57)}`, 'boarding-pass'],
    ['/ABC+1.-', 'invoice-carrier'],
    ['/ABC1234', 'invoice-carrier'],
    ['/ABC123', 'unrecognised-text'],
    ['/ABC12345', 'unrecognised-text'],
    ['/ABC123a', 'unrecognised-text'],
    ['/ABC 123', 'unrecognised-text'],
    ['-ABC1234', 'unrecognised-text'],
    ['@FACDEF', 'scanner-config'],
    ['@RRDENA1', 'scanner-config'],
    ['@RRDENA1;', 'scanner-config'],
    ['#SCNTRG1', 'scanner-config'],
    ['@RRDENA;', 'scanner-config'],
    ['@RRDENA;1', 'scanner-config'],
    ['@ILLSCN1;AMLENA0;', 'scanner-config'],
    ['@RRDEN', 'unrecognised-text'],
    ['@RRDE1A', 'unrecognised-text'],
    ['$RRDENA', 'unrecognised-text'],
    ['\\000026', 'unsupported-eci'],
    ['\\000026281006020123456789012345', 'unsupported-eci'],
    ['\\00002', 'unrecognised-text'],
    ['\\00002x', 'unrecognised-text'],
    ['/000026', 'unrecognised-text'],
    ['12345 67890', 'bad-charset'],
    ['1234-5678.90', 'bad-charset'],
    ['123456789x', 'unrecognised-text'],
    ['123456789x0', 'bad-charset'],
    ['1234567890 ', 'bad-charset'],
    ['1234567890_', 'unrecognised-text'],
    ['1234567890+', 'unrecognised-text'],
    ['1234567890/', 'unrecognised-text'],
    [' 1234567890', 'unrecognised-text'],
    ['x1234567890', 'unrecognised-text'],
    [`${'1'.repeat(39)}x`, 'bad-charset'],
    [`${'1'.repeat(40)}x`, 'unrecognised-text'],
    ['hello', 'unrecognised-text'],
    [']E0hello', 'product-code'],
    [']C1hello', 'gs1-data'],
    [']C1hé', 'gs1-data'],
    [']E0h\xe9', 'non-ascii'],
    ['h\x80', 'non-ascii'],
    ['h\x7f', 'control-char'],
    ['h\x1f', 'control-char'],
    ['h\x00\x80', 'control-char'],
    ['h\x80\x00', 'non-ascii'],
    ['h~ ', 'unrecognised-text'],
  ])('%j is %s', (text, reason) => expect(reasonOf(text)).toBe(reason));

  it('reads GS1 element strings by a separator behind one of fixed length', () => {
    const digits = '1234567890123456789';
    for (const [head, reason] of [
      [`01${digits.slice(0, 14)}`, 'gs1-data'],
      [`02${digits.slice(0, 14)}`, 'gs1-data'],
      [`00${digits.slice(0, 18)}`, 'gs1-data'],
      [`01${digits.slice(0, 14)}17`, 'gs1-data'],
      [`01${digits.slice(0, 14)}ABC`, 'gs1-data'],
      [`01${digits.slice(0, 13)}`, 'control-char'],
      [`00${digits.slice(0, 17)}`, 'control-char'],
      [`03${digits.slice(0, 18)}`, 'control-char'],
      [`11${digits.slice(0, 18)}`, 'control-char'],
      [`01${digits.slice(0, 13)}A`, 'control-char'],
      ['', 'control-char'],
    ] as const) {
      expect(reasonOf(`${head}\x1d10AB`), head).toBe(reason);
      expect(reasonOf(`${head}\x1c10AB`), head).toBe('control-char');
    }
    expect(reasonOf('0112345678901234A\x80\x1d')).toBe('non-ascii');
  });
});

describe('merchant-presented codes', () => {
  const qr = vectors.find((v) => v.text !== undefined && v.expected.rejectReason === 'merchant-presented')?.text ?? '';
  it('have a checksum of upper-case hex over all bytes before it', () => {
    expect(reasonOf(qr)).toBe('merchant-presented');
    for (let at = 6; at < qr.length; at++) {
      const other = qr[at] === '0' ? '1' : '0';
      expect(reasonOf(qr.slice(0, at) + other + qr.slice(at + 1)), `at ${at}`).toBe('merchant-presented-corrupt');
    }
    for (let end = 20; end < qr.length; end++) expect(reasonOf(qr.slice(0, end))).toBe('merchant-presented-corrupt');
  });

  it.each([':', '/', '@', 'G', '`', 'a', 'g', '\xff'])('%j is no hex digit', (letter) => {
    for (let back = 1; back <= 4; back++) {
      const at = qr.length - back;
      expect(reasonOf(qr.slice(0, at) + letter + qr.slice(at + 1))).toBe('merchant-presented-corrupt');
    }
  });

  /** Bit by bit, as the standard has it. */
  function crcOf(text: string): string {
    let crc = 0xffff;
    for (const byte of bytes(text)) {
      for (let bit = 7; bit >= 0; bit--) {
        const out = ((crc >> 15) ^ (byte >> bit)) & 1;
        crc = ((crc << 1) & 0xffff) ^ (out ? 0x1021 : 0);
      }
    }
    return crc.toString(16).toUpperCase().padStart(4, '0');
  }
  const qrOf = (body: string, tail = '6304'): string => body + tail + crcOf(body + tail);

  it('may have any checksum, in upper-case hex', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 300; i++) {
      const code = qrOf(`00020101021129${i}5802HK`);
      expect(reasonOf(code)).toBe('merchant-presented');
      for (const digit of code.slice(-4)) seen.add(digit);
      const lower = code.slice(0, -4) + code.slice(-4).toLowerCase();
      expect(reasonOf(lower)).toBe(lower === code ? 'merchant-presented' : 'merchant-presented-corrupt');
    }
    expect([...seen].sort().join('')).toBe('0123456789ABCDEF');
  });

  it.each(['0304', '6404', '6204', '6314', '6303', '6305', '0000'])('end in 6304 and the checksum, not in %s', (tail) =>
    expect(reasonOf(qrOf('000201010211295802HK', tail))).toBe('merchant-presented-corrupt'),
  );

  it('begin with 000201 or 000202 and have twenty bytes', () => {
    const tail = '01021299999999';
    for (const head of ['000201', '000202']) {
      expect(reasonOf(head + tail)).toBe('merchant-presented-corrupt');
      expect(reasonOf(`]Q1${head}${tail}`)).toBe('merchant-presented-corrupt');
      expect(reasonOf(`]C1${head}${tail}`)).toBe('merchant-presented-corrupt');
      expect(reasonOf((head + tail).slice(0, 19))).toBe('unknown-prefix');
    }
    for (const head of ['100201', '010201', '001201', '000101', '000211', '000200', '000203']) {
      expect(reasonOf(head + tail), head).not.toBe('merchant-presented-corrupt');
    }
  });
});

describe('EMV consumer-presented codes', () => {
  const whole = code(tlv(0x50, Buffer.from('VISA')), tlv(0x5a, '4761739001010119'));
  const scanned = base64(whole).toString('latin1');

  it('are the code exactly as it was scanned', () => {
    for (const frame of [scanned, `]Q1${scanned}\r\n`, `]E0${scanned}`]) {
      expect(reasonOf(frame)).toBe('emv-cpm');
      expect(decoder.text(bytes(frame))).toBe(scanned);
    }
    expect(applications(decoder.cpm)).toEqual([{ aid: 'A0000000031010', label: 'VISA' }]);
    decoder.forget();
    expect(applications(decoder.cpm)).toEqual([]);
  });

  it.each<[string, string]>([
    [`]C1${scanned}`, 'gs1-data'],
    [`]C1${scanned}!`, 'gs1-data'],
    [`]E0${scanned}!`, 'cpm-bad-base64'],
    [`${scanned}\x01\x01`, 'control-char'],
    [`${scanned.slice(0, 12)}\x80`, 'non-ascii'],
    [`${scanned.slice(0, 12)}://`, 'url'],
    [`${scanned.slice(0, 12)}:/`, 'cpm-bad-base64'],
    [`${scanned} `, 'cpm-bad-base64'],
    ['hQVDUFY', 'cpm-bad-base64'],
    ['hQVDUF', 'unrecognised-text'],
    ['hQVDUFZ=', 'unrecognised-text'],
    ['hqVDUFY=', 'unrecognised-text'],
    ['hQVDUFY=', 'cpm-truncated'],
    ['hQVDUFYw', 'cpm-truncated'],
    [base64(join(header, tlv(0x61, join(adf(), adf())))).toString(), 'cpm-duplicate'],
  ])('%j is %s', (text, reason) => expect(reasonOf(text)).toBe(reason));
});

describe('whatever came before', () => {
  it('a verdict is the same object each time: nothing is made anew', () => {
    for (const v of vectors) expect(decoder.decode(bytesOf(v)), v.name).toBe(decoder.decode(bytesOf(v)));
    for (const reason of rejectReasons) expect(Object.isFrozen(reject(reason))).toBe(true);
  });

  it('reads a view into a larger buffer, as the serial driver gives, and a plain array of bytes', () => {
    const view = bytes('xx136497297189364683\ryy').subarray(2, 21);
    const plain = Uint8Array.from(bytes('xx]Q1136497297189364683yy')).subarray(2, 23);
    for (const frame of [view, plain]) {
      expect(decoder.decode(frame)).toEqual({ kind: 'wallet-code', issuer: 'wechatpay' });
      expect(decoder.text(frame)).toBe('136497297189364683');
    }
  });
});
