import type { Draft } from './draft.js';
import { checkDigitHolds, crc16 } from './oracle.js';
import type { Random } from './random.js';

/** Codes of digits and the texts people show by mistake, made near the borders of their rules. */
const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ALNUM = DIGITS + LETTERS;
const DISTINCT = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PRINTABLE = `${ALNUM} !"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~`;

/** Prefixes of the table with the length of their codes, and neighbours of both that nobody owns. */
const owned: readonly (readonly [string, number])[] = [
  ...(['25', '26', '27', '28', '29', '30'].flatMap((p) => [
    [p, 16],
    [p, 18],
    [p, 19],
    [p, 23],
    [p, 24],
  ]) as [string, number][]),
  ...(['10', '11', '12', '13', '14', '15'].map((p) => [p, 18]) as [string, number][]),
  ...[['289', 19] as const, ['62', 19] as const, ['01', 19] as const, ['18', 18] as const, ['51', 18] as const],
  ...[['91', 18] as const, ['22', 18] as const, ['90008181', 24] as const, ['900001', 16] as const],
  ...[['90000002', 22] as const, ['31589900', 19] as const, ['31589921', 19] as const, ['9000000000', 19] as const],
  ...[['', 18] as const, ['', 12] as const, ['9000', 19] as const, ['3158', 19] as const, ['281006', 24] as const],
];
const neighbours = [
  '09',
  '16',
  '17',
  '19',
  '21',
  '23',
  '24',
  '31',
  '50',
  '52',
  '61',
  '63',
  '90',
  '92',
  '00',
  '02',
  '99',
];
const lengths = [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24, 25, 32, 39, 40, 41, 42];

/** Digits as a wallet might show them, or nearly. */
export function writeDigits(draft: Draft, random: Random): void {
  const [prefix, usual] = random.pick(owned);
  const length = random.once(2) ? usual + random.pick([0, 0, 0, -1, 1, 2, -2]) : random.pick(lengths);
  const head = random.once(6) ? random.pick(neighbours) : prefix;
  let text = (head + random.text(DIGITS, Math.max(0, length - head.length))).slice(0, length);
  if (random.once(8) && text.length > 6) text = `${text.slice(0, -6)}6${text.slice(-5)}`;
  if (random.once(6) && text.length > 0) text = withCheckDigit(text);
  draft.setText(text);
  if (random.once(8)) draft.put(random.below(draft.length), random.pick([...'0123456789Aaz -._/:']).charCodeAt(0));
  if (random.once(16))
    draft.insertText(random.below(draft.length + 1), random.text(`${ALNUM} .-`, random.between(1, 9)));
  if (random.once(40)) draft.insertText(random.below(draft.length + 1), random.pick(['\x1d', '\x00', '\x80', '\x7f']));
}

function withCheckDigit(text: string): string {
  const body = text.slice(0, -1);
  return body + ([...DIGITS].find((digit) => checkDigitHolds(body + digit)) ?? '0');
}

/** A shop's code, with a right checksum or one that is nearly right. */
export function writeMerchant(draft: Draft, random: Random, base: Uint8Array): void {
  const known = Buffer.from(base).toString('latin1').slice(0, -8);
  const start = random.pick(['000201', '000202', '000201', '000203', '000200', '00020', '010201']);
  const length = random.once(2) ? random.between(0, 8) : random.between(9, 120);
  const made = start + random.text(random.once(3) ? `${PRINTABLE}\u00e5\u0080\u001d` : PRINTABLE, length);
  const body = `${random.once(2) ? known : made}${random.once(12) ? '6305' : '6304'}`;
  const sum = crc16(body).toString(16).toUpperCase().padStart(4, '0');
  draft.setText(body + brokenSum(sum, random));
}

function brokenSum(sum: string, random: Random): string {
  if (!random.once(3)) return sum;
  const digit = random.below(4);
  const others = [random.text('0123456789ABCDEFGg', 1), sameValue(sum.charAt(digit))];
  const changed = others.map((other) => sum.slice(0, digit) + other + sum.slice(digit + 1));
  return random.pick([sum.toLowerCase(), sum.slice(1), `${sum} `, ...changed]);
}

/** A character that a careless reader of hex digits takes for the same number: `:` for A, `@` for 9. */
function sameValue(digit: string): string {
  const code = digit.charCodeAt(0);
  return String.fromCharCode(code <= 0x39 ? code + 7 : code - 7);
}

/** Texts that are no payment code, each near the border of its rule. */
export function writeMistake(draft: Draft, random: Random): void {
  draft.setText(mistakes[random.below(mistakes.length)]?.(random) ?? '');
}

const scheme = (random: Random, most: number): string =>
  random.text(
    random.once(10) ? `${ALNUM}+.-_` : LETTERS,
    random.pick([0, 1, 2, 3, 5, most - 1, most, most + 1, most + 2]),
  );

/** What stands behind the prefix of our own codes, or nearly. */
const memberRest = (random: Random): string =>
  random.text(
    random.pick([DISTINCT, DISTINCT, '0123456789ABCDEF', '0123456789ABCDEF', ALNUM]),
    random.pick([20, 20, 20, 32, 32, 32, 19, 21, 31, 33]),
  );

const mistakes: readonly ((random: Random) => string)[] = [
  (r) => `${scheme(r, 21)}${r.pick(['://', ':/', ':', '//', ':///'])}${r.text(PRINTABLE, r.below(30))}`,
  (r) => `${scheme(r, 16)}:${r.text(PRINTABLE, r.below(30))}`,
  (r) => `${r.pick(['M', 'M', 'm', 'N'])}${r.pick(['1', '4', '0', '5', '3'])}${r.text(PRINTABLE, r.between(55, 60))}`,
  (r) => `/${r.text(r.once(4) ? `${ALNUM}_` : '0123456789ABCXYZ.+-', r.between(6, 8))}`,
  (r) =>
    r.pick(['@', '#', '@', '$']) +
    r.text(r.once(4) ? ALNUM : LETTERS.slice(0, r.pick([26, 26, 52])), r.pick([5, 6, 6, 6, 7, 8])) +
    r.text('01;, *', r.below(4)),
  (r) => `\\${r.text(r.once(6) ? `${DIGITS}A` : DIGITS, r.between(5, 7))}${r.text(PRINTABLE, r.below(20))}`,
  (r) =>
    `${r.pick(['00', '01', '02', '03', '10'])}${r.text(DIGITS, r.pick([13, 14, 15, 17, 18, 19]))}` +
    `${r.once(2) ? r.text(PRINTABLE, r.below(10)) : ''}\x1d${r.text(PRINTABLE, r.below(10))}`,
  (r) => `${r.pick(['22', '22', '21', '2'])}${r.text(r.once(6) ? PRINTABLE : ALNUM, r.pick([15, 16, 16, 16, 17]))}`,
  (r) =>
    r.text(DIGITS, r.between(0, 12)) + r.text(`${ALNUM} .-`, r.pick([0, 1, 2, 9, 10, 28, 30, 31])) + r.text(DIGITS, 9),
  (r) => `${r.pick(['QZM', 'QZM', 'QZF', 'QZN', 'QYM', 'qZM'])}${memberRest(r)}`,
  (r) => r.text(PRINTABLE, r.below(70)),
  (r) => Buffer.from(r.bytes(r.below(r.once(8) ? 600 : 40))).toString('latin1'),
  (r) =>
    `${r.pick(['hQVDUFY', 'hQVDUFX', 'hQVDUF', 'HqvdufY'])}${r.text(PRINTABLE.slice(0, 62), r.below(20))}${r.text('=', r.below(4))}`,
];
