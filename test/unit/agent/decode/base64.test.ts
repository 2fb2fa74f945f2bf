import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBase64 } from '../../../../agent/decode/base64.js';

const out = new Uint8Array(4_096);
function read(text: string): string | undefined {
  const framed = Buffer.from(`<${text}>`, 'latin1');
  const size = decodeBase64(framed, 1, framed.length - 1, out);
  return size < 0 ? undefined : Buffer.from(out.subarray(0, size)).toString('hex');
}

it('reads what RFC 4648, section 10, gives as examples', () => {
  const examples: Record<string, string> = { f: 'Zg==', fo: 'Zm8=', foo: 'Zm9v', foob: 'Zm9vYg==', fooba: 'Zm9vYmE=' };
  for (const [plain, text] of Object.entries(examples)) expect(read(text)).toBe(Buffer.from(plain).toString('hex'));
});

it('reads every value of every byte, at each place of a group', () => {
  for (let byte = 0; byte < 256; byte++) {
    for (const bytes of [[byte], [0, byte], [0, 0, byte], [byte, byte, byte, byte], [255, 255, byte]]) {
      const plain = Buffer.from(bytes);
      expect(read(plain.toString('base64'))).toBe(plain.toString('hex'));
    }
  }
});

it.each([
  ['', 'nothing'],
  ['Zm9', 'three letters'],
  ['Zm9vY', 'one letter over'],
  ['Zg', 'no padding'],
  ['Zg=', 'half the padding'],
  ['Zm9v====', 'padding alone'],
  ['Z===', 'too much padding'],
  ['====', 'only padding'],
  ['Zm=v', 'padding inside'],
  ['Zg==Zm9v', 'padding before the end'],
  ['=m9v', 'padding first'],
  ['Zh==', 'unused bits of one byte'],
  ['Zk==', 'another unused bit of one byte'],
  ['Zo==', 'another unused bit of one byte'],
  ['Zi==', 'the last unused bit of one byte'],
  ['Zm9=', 'unused bits of two bytes'],
  ['Zm+=', 'the other unused bit of two bytes'],
  ['Zm-v', 'the alphabet for URLs'],
  ['Zm_v', 'the alphabet for URLs'],
  ['Zm v', 'a blank'],
  ['Zm9v\r\n', 'a line break'],
  ['*m9v', 'no letter, first'],
  ['Z*9v', 'no letter, second'],
  ['Zm9*', 'no letter, last'],
  ['*g==', 'no letter, in the last group'],
  ['Z*==', 'no letter, in the last group'],
  ['*m8=', 'no letter, in the last group'],
  ['Z*8=', 'no letter, in the last group'],
  ['Zm*=', 'no letter, in the last group'],
  ['Zm\u00e9v', 'beyond ASCII'],
])('refuses %j: %s', (text) => expect(read(text)).toBeUndefined());

it('takes a text if and only if its bytes give the same text again', () => {
  const letters = [...'ABCDwxyz0189+/=-_ \n'];
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...letters), maxLength: 12 }), (text) => {
      const again = Buffer.from(text, 'base64');
      const strict = text !== '' && again.toString('base64') === text;
      expect(read(text)).toBe(strict ? again.toString('hex') : undefined);
    }),
    { numRuns: 5_000 },
  );
});
