import { oracleCpm } from './oracle-cpm.js';

/**
 * What a frame is, decided the naive way: strings and regular expressions in the order of reference codes/formats.md
 * section 7. It shares no line with the decoder, so that a fault has to be made twice to stay unseen.
 */
/** Written down again rather than imported, as the rest. */
export const markets = ['global', 'th', 'tw', 'jp'] as const;
export type Market = (typeof markets)[number];

export type Answer = {
  readonly kind: 'wallet-code' | 'emv-cpm' | 'reject';
  readonly issuer?: string;
  /** The content, after framing and AIM id, when accepted. */
  readonly code?: string;
  readonly tlv?: Record<string, string>;
  readonly rejectReason?: string;
};

const RAW_MAX_BYTES = 4_400;
const CONTENT_MAX_BYTES = 512;

type WalletRule = { readonly pattern: RegExp; readonly issuer?: string; readonly market?: Market };

/** Section 1, the first that fits. Without an issuer: one source alone, or none, vouches for it. */
const walletRules: readonly WalletRule[] = [
  { pattern: /^289\d{10}6\d{5}$/, issuer: 'alipayplus' },
  { pattern: /^(2[5-9]|30)\d{22}$/, issuer: 'alipayplus' },
  { pattern: /^(2[5-9]|30)\d{15,21}$/, issuer: 'alipay' },
  { pattern: /^(2[5-9]|30)\d{14}$/ },
  { pattern: /^1[0-5]\d{16}$/, issuer: 'wechatpay' },
  { pattern: /^62\d{17}$/, issuer: 'unionpay' },
  { pattern: /^01\d{17}$/, issuer: 'ecny' },
  { pattern: /^18\d{16}$/ },
  { pattern: /^51\d{16}$/ },
  { pattern: /^91\d{16}$/ },
  { pattern: /^22\d{16}$/, issuer: 'jkopay' },
  { pattern: /^90008181\d{16}$/, issuer: 'paypay' },
  { pattern: /^900001\d{10}$/ },
  { pattern: /^90000002\d{14}$/ },
  { pattern: /^31589900\d{11}$/ },
  { pattern: /^31589921\d{11}$/ },
  { pattern: /^9000000000\d{9}$/ },
  { pattern: /^\d{18}$/, issuer: 'linepay', market: 'tw' },
];
/** Only after product codes: LINE Pay in Thailand has the length of a UPC-A code. */
const lineThailand = /^\d{12}$/;

const rejected = (reason: string): Answer => ({ kind: 'reject', rejectReason: reason });

export function oracle(bytes: Uint8Array, market: Market): Answer {
  if (bytes.length === 0) return rejected('empty');
  if (bytes.length > RAW_MAX_BYTES) return rejected('too-long');
  const raw = Buffer.from(bytes).toString('latin1');
  const framed = withoutTail(withoutHead(raw));
  const aim = /^\][A-Za-z][0-9A-Za-z]/.exec(framed)?.[0] ?? '';
  const content = framed.slice(aim.length);
  if (content === '') return rejected('empty');
  if (content.length > CONTENT_MAX_BYTES) return rejected('too-long');
  return decide(content, aim, market);
}

function withoutHead(raw: string): string {
  const framing = (at: number): boolean => '\x02\r\n'.includes(raw.charAt(at));
  if (raw === '' || !framing(0)) return raw;
  return raw.length > 1 && framing(1) ? raw.slice(2) : raw.slice(1);
}

function withoutTail(raw: string, most = 4): string {
  if (most === 0 || raw === '' || !'\r\n\t\x03\x1d'.includes(raw.charAt(raw.length - 1))) return raw;
  return withoutTail(raw.slice(0, -1), most - 1);
}

function decide(content: string, aim: string, market: Market): Answer {
  if (/^00020[12]/.test(content) && content.length >= 20) {
    return rejected(checksumHolds(content) ? 'merchant-presented' : 'merchant-presented-corrupt');
  }
  if (/^[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\//.test(content)) return rejected('url');
  if ([']C1', ']e0', ']d2', ']Q3'].includes(aim)) return rejected('gs1-data');

  const offending = /[^ -~]/.exec(content);
  if (offending) return rejected(offendingReason(content, offending.index));
  if (content.startsWith('hQVDUFY')) {
    const cpm = oracleCpm(content);
    return 'fault' in cpm ? rejected(cpm.fault) : { kind: 'emv-cpm', code: content, tlv: cpm.tlv };
  }
  if (aim.startsWith(']E')) return rejected('product-code');
  return /^\d+$/.test(content) ? digits(content, market) : letters(content);
}

function offendingReason(content: string, index: number): string {
  if (content.charCodeAt(index) >= 0x80) return 'non-ascii';
  const gs1 = content[index] === '\x1d' && /^(0[12]\d{14}|00\d{18})/.test(content.slice(0, index));
  return gs1 ? 'gs1-data' : 'control-char';
}

function digits(content: string, market: Market): Answer {
  for (const rule of walletRules) {
    if (rule.market !== undefined && rule.market !== market) continue;
    if (rule.pattern.test(content)) {
      return { kind: 'wallet-code', code: content, ...(rule.issuer === undefined ? {} : { issuer: rule.issuer }) };
    }
  }
  if (/^(\d{8}|\d{12}|\d{13}|\d{14})$/.test(content) && checkDigitHolds(content)) return rejected('product-code');
  if (market === 'th' && lineThailand.test(content)) return { kind: 'wallet-code', issuer: 'linepay', code: content };
  const known = /^(1[0-5]|2[5-9]|30|62|01|18|51|91|22)/.test(content);
  return rejected(known && content.length >= 10 && content.length <= 40 ? 'bad-length' : 'unknown-prefix');
}

function letters(content: string): Answer {
  if (/^(QZM[0-9A-HJKMNP-TV-Z]{20}|QZF[0-9A-F]{32})$/.test(content)) {
    return { kind: 'wallet-code', issuer: 'linked-wallet', code: content };
  }
  if (/^22[0-9A-Za-z]{16}$/.test(content)) return { kind: 'wallet-code', issuer: 'jkopay', code: content };
  if (/^M[1-4].{57,}$/.test(content)) return rejected('boarding-pass');
  if (/^[A-Za-z][A-Za-z0-9+.-]{1,15}:/.test(content)) return rejected('structured-text');
  if (/^\/[0-9A-Z.+-]{7}$/.test(content)) return rejected('invoice-carrier');
  if (/^[@#][A-Z]{6}/.test(content)) return rejected('scanner-config');
  if (/^\\\d{6}/.test(content)) return rejected('unsupported-eci');
  const tenDigits = (content.match(/\d/g) ?? []).length >= 10;
  if (/^[0-9][0-9A-Za-z .-]{9,39}$/.test(content) && tenDigits) return rejected('bad-charset');
  return rejected('unrecognised-text');
}

/** GS1: from the right 1, 3, 1, 3 … times each digit, a multiple of ten. */
export function checkDigitHolds(content: string): boolean {
  const sum = [...content].reverse().reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
}

function checksumHolds(content: string): boolean {
  const tail = /6304([0-9A-F]{4})$/.exec(content)?.[1];
  return tail !== undefined && tail === crc16(content.slice(0, -4)).toString(16).toUpperCase().padStart(4, '0');
}

/** CRC-16/CCITT-FALSE, bit by bit, of a text that holds one byte a character. */
export function crc16(content: string): number {
  let crc = 0xffff;
  for (let i = 0; i < content.length; i++) {
    crc ^= content.charCodeAt(i) << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc;
}
