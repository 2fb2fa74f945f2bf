// A code is whole or it is dropped, once.
import { expect, it } from 'vitest';
import { CODE_BYTES_MOST, CodeCollector } from '../../../../drivers/hid/collector.js';

const noRest = { now: () => 0, restMs: 0 };

function make(time = noRest) {
  const heard: string[] = [];
  const collector = new CodeCollector(
    {
      onCode: (bytes) => heard.push(Buffer.from(bytes).toString('latin1')),
      onDropped: (reason) => heard.push(`-${reason}`),
    },
    time,
  );
  return { collector, heard, put: (text: string) => collector.push(Buffer.from(text, 'latin1')) };
}

it('puts pieces together, and knows nothing of them afterwards', () => {
  const { collector, heard, put } = make();
  put('28');
  put('10');
  collector.end();
  put('5');
  collector.end();
  collector.end();
  collector.lose();
  expect(heard).toEqual(['2810', '5']);
});

it('drops a spoilt code whole, with what came before and after, for its first reason', () => {
  const { collector, heard, put } = make();
  put('28');
  collector.spoil('invalid');
  put('10');
  collector.lose();
  put('3');
  collector.lose();
  put('4');
  collector.end();
  expect(heard).toEqual(['-invalid', '-incomplete', '4']);
});

it('takes the longest code, and drops a longer one whole', () => {
  const { collector, heard, put } = make();
  put('7'.repeat(CODE_BYTES_MOST));
  collector.end();
  put('7'.repeat(CODE_BYTES_MOST));
  put('7');
  collector.end();
  expect(heard).toEqual(['7'.repeat(CODE_BYTES_MOST), '-too-long']);
});

it('gives bytes that stay as they are, and forgets without a word when told', () => {
  const kept: Uint8Array[] = [];
  const collector = new CodeCollector(
    {
      onCode: (bytes) => kept.push(bytes),
      onDropped: () => kept.push(Uint8Array.of(0)),
    },
    noRest,
  );
  collector.push(Uint8Array.of(1, 2));
  collector.end();
  collector.push(Uint8Array.of(3, 4));
  collector.clear();
  collector.end();
  expect(kept).toEqual([Uint8Array.of(1, 2)]);
});

it('the rest of a code that was broken by a silence is no code', () => {
  let now = 1_000;
  const { collector, heard, put } = make({ now: () => now, restMs: 400 });
  put('281006020');
  collector.lose();
  now += 300;
  put('123456789');
  now += 300;
  put('0');
  collector.end();
  now += 1;
  put('281');
  collector.end();
  expect(heard).toEqual(['-incomplete', '-incomplete', '281']);
});
