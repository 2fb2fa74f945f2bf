import type { RandomBytes } from '../../protocol/ids.js';

/** One thing a customer may hold under the scanner. Shapes: reference codes/formats.md, sections 1 and 4. */
export type PhoneCard = {
  readonly id: string;
  readonly label: string;
  /** What it is, in a few words. */
  readonly note: string;
  /** `foreign`: a true wallet code that the sandbox's acquirer (Antom) does not take, and says so. */
  readonly kind: 'wallet' | 'foreign' | 'wrong';
  /** A new text each time: wallet codes are one-time. */
  fresh(random: RandomBytes): string;
};

/** Evenly spread digits: bytes from 250 on are thrown away. */
export function randomDigits(count: number, random: RandomBytes): string {
  let digits = '';
  while (digits.length < count) {
    for (const byte of random(count)) if (byte < 250 && digits.length < count) digits += String(byte % 10);
  }
  return digits;
}

const wallet = (id: string, label: string, note: string, prefix: string, length: number): PhoneCard => ({
  id,
  label,
  note,
  kind: 'wallet',
  fresh: (random) => prefix + randomDigits(length - prefix.length, random),
});
const foreign = (...row: Parameters<typeof wallet>): PhoneCard => ({ ...wallet(...row), kind: 'foreign' });
const wrong = (id: string, label: string, note: string, text: string): PhoneCard => ({
  id,
  label,
  note,
  kind: 'wrong',
  fresh: () => text,
});

/** CRC-16/CCITT-FALSE, as merchant-presented EMV codes end with. */
function crc16(text: string): string {
  let crc = 0xffff;
  for (const byte of Buffer.from(text, 'ascii')) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc.toString(16).toUpperCase().padStart(4, '0');
}

/** A merchant-presented EMV code: what hangs on a shop's counter for phones to scan. */
function shopCode(): string {
  const text = '00020101021126300012D156000000000510A93FO3230Q5204581253033445802HK5910CORNER TEA6009HONG KONG6304';
  return text + crc16(text);
}

export const phoneCards: readonly PhoneCard[] = [
  wallet('alipayplus', 'Alipay+', '24 digits', '28100602', 24),
  wallet('alipay', 'Alipay', '18 digits', '28', 18),
  foreign('wechatpay', 'WeChat Pay', '18 digits; not with this acquirer', '13', 18),
  foreign('unionpay', 'UnionPay', '19 digits; not with this acquirer', '62', 19),
  wrong('shop', 'A shop’s code', 'made for phones to scan', shopCode()),
  wrong(
    'boarding-pass',
    'A boarding pass',
    'not money',
    'M1DOE/JANE            EABC123 HKGSINQZ 0042 015Y012A0001 100',
  ),
];

export const findCard = (id: string): PhoneCard | undefined => phoneCards.find((card) => card.id === id);
