import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineCutter } from '../../../../agent/cli/lines.js';

/** The lines of `input`, given in pieces that end at `cuts`. */
function linesOf(input: Buffer, maxBytes: number, cuts: readonly number[] = []): string[] {
  const found: string[] = [];
  const cutter = new LineCutter(maxBytes, (line) => found.push(line.toString('latin1')));
  const ends = [...new Set(cuts.map((cut) => cut % (input.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const end of [...ends, input.length]) {
    cutter.push(input.subarray(from, end));
    from = end;
  }
  cutter.end();
  return found;
}
const lines = (text: string, maxBytes = 10): string[] => linesOf(Buffer.from(text, 'latin1'), maxBytes);

describe('a line', () => {
  it('ends at LF or CR LF; the last one needs neither', () => {
    expect(lines('a\nbc\r\nd')).toEqual(['a', 'bc', 'd']);
    expect(lines('a\n')).toEqual(['a']);
    expect(lines('')).toEqual([]);
  });

  it('may be empty, and is a line all the same', () => {
    expect(lines('\n\r\na\n\n')).toEqual(['', '', 'a', '']);
  });

  it('loses one CR at its end, and none elsewhere', () => {
    expect(lines('a\rb\r\r\n\r')).toEqual(['a\rb\r', '']);
  });

  it('that is too long is one byte too long, whatever its length and terminator', () => {
    expect(lines('1234567890\n1234567890\r\n12345678901\nok')).toEqual([
      '1234567890',
      '1234567890',
      '12345678901',
      'ok',
    ]);
    expect(lines(`${'x'.repeat(1_000)}\r\nok\n`)).toEqual(['x'.repeat(11), 'ok']);
    // The byte that stands where the line is cut is no terminator, though it is a CR.
    expect(lines('1234567890\rx\nok')).toEqual(['1234567890\r', 'ok']);
    expect(lines('x'.repeat(1_000))).toEqual(['x'.repeat(11)]);
  });
});

it('comes out the same wherever the stream is split', () => {
  const stream = fc.array(fc.constantFrom('a', 'b', '\n', '\n', '\r', '\r\n', 'a'.repeat(9), 'b'.repeat(30)));
  fc.assert(
    fc.property(stream, fc.array(fc.nat()), (parts, cuts) => {
      const input = Buffer.from(parts.join(''), 'latin1');
      const whole = linesOf(input, 10);
      expect(linesOf(input, 10, cuts)).toEqual(whole);
      expect(linesOf(input, 10, [...input.keys()])).toEqual(whole);
      const expected = input.toString('latin1').split('\n');
      if (expected.at(-1) === '') expected.pop();
      const cut = (line: string) =>
        line.replace(/\r$/, '').length <= 10 ? line.replace(/\r$/, '') : line.slice(0, 11);
      expect(whole).toEqual(expected.map(cut));
    }),
    { numRuns: 500 },
  );
});

it('leaves nothing of a code behind', () => {
  const seen: Buffer[] = [];
  const cutter = new LineCutter(10, (line) => seen.push(line));
  cutter.push(Buffer.from('12345'));
  cutter.push(Buffer.from('678\n'));
  cutter.end();
  // The bytes of a line that was put together are there only during the call.
  expect(seen.map((line) => line.toString('hex'))).toEqual(['00'.repeat(8)]);
});
