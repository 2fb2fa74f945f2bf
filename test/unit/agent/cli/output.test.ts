import { expect, it } from 'vitest';
import { Output } from '../../../../agent/cli/output.js';

function gather() {
  const writes: Buffer[] = [];
  const output = new Output((bytes) => writes.push(bytes));
  return { output, writes, all: () => Buffer.concat(writes).toString('utf8') };
}

it('writes in large pieces and in order, whatever the sizes of the parts', () => {
  const { output, writes, all } = gather();
  let expected = '';
  for (let i = 0; i < 20_000; i++) {
    const part = `${i}…`.repeat(i % 7);
    if (i % 2 === 0) output.text(part);
    else output.bytes(Buffer.from(part));
    expected += part;
  }
  output.flush();
  expect(all()).toBe(expected);
  expect(writes.length).toBeLessThan(Buffer.byteLength(expected) / 30_000);
});

it('does not touch again what it has handed over', () => {
  const { output, writes } = gather();
  output.text('first');
  output.flush();
  output.text('other');
  output.flush();
  expect(writes.map(String)).toEqual(['first', 'other']);
});

it('takes a text that is larger than a piece, and a part of a source', () => {
  const { output, all } = gather();
  output.text('a');
  output.text('…'.repeat(50_000));
  output.bytes(Buffer.from('0123456789'), 2, 4);
  output.flush();
  expect(all()).toBe(`a${'…'.repeat(50_000)}23`);
});

it('writes nothing when there is nothing', () => {
  const { output, writes } = gather();
  output.flush();
  expect(writes).toEqual([]);
});
