import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { WrongUse } from './usage.js';

const BUYER_MOST = 400;
const BUYER_SHAPE =
  'the number of an identity card, 17 digits and a check sign (a digit or X), and the name on it in the next line';

/** Never on the command line itself, where every user of the machine can read it. Null: nobody is named. @throws WrongUse */
export async function buyerIn(file: string): Promise<{ number: string; name: string } | null> {
  if (file === 'none') return null;
  const found = await (file === '-' ? textOf(process.stdin) : readFile(file, 'utf8')).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    // The buyer's number in the place of a file is not repeated.
    const named = /\d{6}/.test(file) ? `a name of ${file.length} characters` : file;
    throw new WrongUse(`--buyer-file: ${named} cannot be read (${code}), expected a file that holds the buyer, or -`);
  });
  if (found.length > BUYER_MOST) {
    throw new WrongUse(
      `--buyer-file: found ${found.length} characters, expected ${BUYER_MOST} at the most: ${BUYER_SHAPE}`,
    );
  }
  const lines = found.replace(/^\uFEFF/, '').split('\n');
  const [number = '', name = '', ...more] = lines.map((line) => line.trim());
  const given = [number, name, ...more].filter((line) => line !== '').length;
  if (given !== 2 || number === '' || name === '') {
    throw new WrongUse(`--buyer-file: found ${given} lines, expected two: ${BUYER_SHAPE}`);
  }
  if (!/^\d{17}[\dXx]$/.test(number)) {
    throw new WrongUse(`--buyer-file: found ${number.length} signs in its first line, expected ${BUYER_SHAPE}`);
  }
  // The check sign is an X; many write it small.
  return { number: number.toUpperCase(), name };
}
