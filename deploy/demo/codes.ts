import type { RandomBytes } from '../../protocol/ids.js';
import { barsSvg } from './bars.js';
import { cpmCode } from './cpm.js';
import { qrSvg } from './qr.js';

/** One thing a customer may hold under the scanner. Shapes: reference codes/formats.md, sections 1, 3 and 4. */
export type PhoneCard = {
  readonly id: string;
  readonly label: string;
  /** What it is, in a few words. */
  readonly note: string;
  /** `foreign`: a true wallet code that the sandbox's acquirer (Antom) does not take, and says so. */
  readonly kind: 'wallet' | 'foreign' | 'wrong';
  /** Which picture it is; `hidden`: a hand covers half of it, and the scanner gets no further than that. */
  readonly look: 'qr' | 'bars' | 'hidden';
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

type Row = Pick<PhoneCard, 'id' | 'label' | 'note'>;
type Made = PhoneCard['fresh'];

const digits =
  (prefix: string, length: number): Made =>
  (random) =>
    prefix + randomDigits(length - prefix.length, random);
const wallet = (row: Row, fresh: Made): PhoneCard => ({ ...row, fresh, kind: 'wallet', look: 'qr' });
const foreign = (row: Row, fresh: Made): PhoneCard => ({ ...wallet(row, fresh), kind: 'foreign' });
const wrong = (row: Row, text: string, look: PhoneCard['look'] = 'qr'): PhoneCard => ({
  ...row,
  ...{ kind: 'wrong', look, fresh: () => text },
});

const JKOPAY_PREFIX = '22';
const JKOPAY_LENGTH = 18;
/** 32, so that no byte leans to one of them. */
const LETTERS_AND_DIGITS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** At least one letter: without one it could be any other wallet's. */
const jkopay: Made = (random) => {
  const free = random(JKOPAY_LENGTH - JKOPAY_PREFIX.length - 1);
  return `${JKOPAY_PREFIX}J${[...free].map((byte) => LETTERS_AND_DIGITS[byte % LETTERS_AND_DIGITS.length]).join('')}`;
};

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

const alipayPlus = digits('28100602', 24);

export const phoneCards: readonly PhoneCard[] = [
  wallet({ id: 'alipayplus', label: 'Alipay+', note: '24 digits' }, alipayPlus),
  wallet({ id: 'alipay', label: 'Alipay', note: '18 digits' }, digits('28', 18)),
  wallet({ id: 'jkopay', label: 'JKOPay', note: '18 letters and digits' }, jkopay),
  wallet({ id: 'emv', label: 'EMV (Visa)', note: 'a card in a wallet, signed anew each time' }, cpmCode),
  foreign({ id: 'wechatpay', label: 'WeChat Pay', note: '18 digits; not with this acquirer' }, digits('13', 18)),
  foreign({ id: 'unionpay', label: 'UnionPay', note: '19 digits; not with this acquirer' }, digits('62', 19)),
  wrong({ id: 'shop', label: 'Shop’s code', note: 'made for phones to scan' }, shopCode()),
  wrong({ id: 'link', label: 'Link', note: 'opens a page, pays nothing' }, 'https://pay.example/shop/4711'),
  wrong({ id: 'product', label: 'Product', note: 'the barcode of a package' }, '4006381333931', 'bars'),
  wrong(
    { id: 'boarding-pass', label: 'Boarding pass', note: 'flies, and does not pay' },
    'M1DOE/JANE            EABC123 HKGSINQZ 0042 015Y012A0001 100',
  ),
  wrong({ id: 'wifi', label: 'Wi-Fi code', note: 'joins a network' }, 'WIFI:T:WPA;S:Lobby;P:guest-2026;;'),
  {
    ...wallet({ id: 'half-hidden', label: 'Half hidden', note: 'a finger covers half of it' }, alipayPlus),
    kind: 'wrong',
    look: 'hidden',
  },
];

export const findCard = (id: string): PhoneCard | undefined => phoneCards.find((card) => card.id === id);

/** What the phone's glass shows. */
export function pictureOf({ look }: PhoneCard, text: string): string {
  if (look === 'bars') return barsSvg(text);
  return qrSvg(text, look === 'hidden');
}

/** What the scanner sends. A code half hidden breaks off: without the CR, so that the kiosk has to notice. */
export function bytesOf({ look }: PhoneCard, text: string): Uint8Array {
  return Buffer.from(look === 'hidden' ? text.slice(0, Math.floor(text.length / 2)) : `${text}\r`);
}
