import { decodeUp, encodeUp } from '../../protocol/codec.js';
import type { Decoder } from '../decode/decoder.js';
import { Framer, type FramingProfile } from '../decode/framer.js';

const ROUNDS = 300;
/**
 * Nobody's: numbers with a prefix that no issuer has, and an EMV consumer-presented code whose application and cryptogram
 * are zeros; a member that is all zeros. What warms the code must not be a payment code.
 */
const CODES = [
  '990000000000000000000000',
  '990000000000000000',
  'hQVDUFYwMWEfTwXwAAAAAFAEVEVTVGMQnyYIAAAAAAAAAACfNgIAAA==',
  'QZM00000000000000000000',
];

/**
 * Runs the pure part of the scan path before the first customer does: a kiosk is started once and then waits, and without
 * this the first scan of each start pays for the compiler. Touches no device, no journal and no network.
 */
export function warmUp(profile: FramingProfile, decoder: Decoder): void {
  const framer = new Framer(profile, (frame) => {
    if (frame.kind === 'frame') decoder.decode(frame.bytes);
  });
  const opening = profile.prefix === undefined ? '' : String.fromCharCode(profile.prefix);
  const id = '00'.repeat(16);
  for (let round = 0; round < ROUNDS; round++) {
    for (const code of CODES) {
      framer.push(Buffer.from(`${opening}${code}\r`), round, true);
      const frame = encodeUp({
        boot: '00000000',
        seq: round,
        body: {
          type: 'pay',
          attempt: id,
          code,
          amount: 1,
          currency: 'HKD',
          reference: 'warm-up',
          scanMs: round,
          validMs: 1,
        },
      });
      decodeUp(frame);
    }
  }
}
