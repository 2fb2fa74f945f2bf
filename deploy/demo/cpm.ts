import type { RandomBytes } from '../../protocol/ids.js';

/**
 * An EMV consumer-presented code, as a card in a wallet shows it: Base64 of BER-TLV. Shape: reference codes/formats.md,
 * section 3. The PAN is a scheme's published test number.
 */

const TEST_PAN = '4761739001010119';
/** Separator, expiry YYMM, service code, discretionary digits; with the PAN an even number of half bytes. */
const TRACK2_REST = 'D2912201000';
const VISA_AID = 'A0000000031010';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
const ascii = (text: string): string => hex(Buffer.from(text, 'ascii'));

/** One object, hex. Values here are shorter than 80 hex, so their length is one byte. */
function object(tag: string, value: string): string {
  return `${tag}${(value.length / 2).toString(16).toUpperCase().padStart(2, '0')}${value}`;
}

/** Another cryptogram, counter and random number each time, as a wallet makes them. At most 128 characters. */
export function cpmCode(random: RandomBytes): string {
  const track2 = `${TEST_PAN}${TRACK2_REST}`.padEnd(28, 'F');
  const transparent =
    object('9F26', hex(random(8))) +
    object('9F27', '80') +
    object('9F36', hex(random(2))) +
    object('9F37', hex(random(4)));
  const application =
    object('4F', VISA_AID) + object('50', ascii('VISA')) + object('57', track2) + object('63', transparent);
  return Buffer.from(object('85', ascii('CPV01')) + object('61', application), 'hex').toString('base64');
}
