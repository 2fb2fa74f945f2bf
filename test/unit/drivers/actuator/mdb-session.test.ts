import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, withChecksum } from '../../../../drivers/actuator/mdb/codec.js';
import { lineReader, minorOf, textOf } from '../../../../drivers/actuator/mdb/dialects.js';
import { newSession, type SessionEvent, type SessionOptions, step } from '../../../../drivers/actuator/mdb/session.js';

const words = [
  ...(['reset', 'poll', 'poll', 'poll', 'prices', 'enable', 'enable', 'disable', 'cancel', 'expansion-id'] as const),
  ...(['vend-cancel', 'vend-success', 'vend-failure', 'session-complete', 'cash-sale', 'unknown'] as const),
  ...(['approve', 'approve', 'approve', 'deny', 'lost', 'expired'] as const),
];
const event: fc.Arbitrary<SessionEvent> = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom(...words).map((type) => ({ type }) as SessionEvent) },
  {
    weight: 9,
    arbitrary: fc.record({
      type: fc.constant('vend-request'),
      price: fc.nat(2),
      item: fc.nat(1),
    }) as fc.Arbitrary<SessionEvent>,
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<SessionEvent>({ type: 'setup', level: 3 }, { type: 'features', bits: 0x20 }),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('inactive', 'disabled', 'enabled', 'idle')
      .map((phase) => ({ type: 'status', phase }) as SessionEvent),
  },
);
const options: fc.Arbitrary<SessionOptions> = fc.record({
  level: fc.constantFrom<1 | 3>(1, 3),
  pushes: fc.boolean(),
  alwaysIdle: fc.boolean(),
});

const opening: SessionEvent[] = [
  { type: 'setup', level: 3 },
  { type: 'features', bits: 0x20 },
  { type: 'poll' },
  { type: 'enable' },
  { type: 'poll' },
];

test('whatever a machine and a kiosk say in any order: each order ends once, and only what the VMC heard approved can be delivered', () => {
  let vends = 0;
  const run = (given: SessionOptions, events: readonly SessionEvent[]) => {
    let session = newSession(given);
    let open: 'no' | 'asked' | 'paid' = 'no';
    let heard = false;
    const apply = (e: SessionEvent) => {
      const result = step(session, e, given);
      session = result.session;
      for (const effect of result.effects) {
        if (effect.type === 'order') {
          expect(open).toBe('no');
          open = 'asked';
          heard = false;
        }
        if (effect.type === 'say' && effect.reply.type === 'vend-approved') {
          expect([open, heard]).toEqual(['paid', false]);
          heard = true;
        }
        if (effect.type === 'dropped') {
          expect(open).toBe('asked');
          open = 'no';
        }
        if (effect.type === 'ended') {
          expect(open).toBe('paid');
          if (effect.result === 'delivered') expect([e.type, heard]).toEqual(['vend-success', true]);
          if (effect.result === 'failed' && heard) expect(e.type).toBe('vend-failure');
          if (effect.result === 'doubtful') expect(heard).toBe(true);
          open = 'no';
          vends += 1;
        }
      }
      expect(session.vend === undefined).toBe(open === 'no');
      expect(session.queue.length).toBeLessThan(40);
    };
    for (const e of events) {
      const stage = session.vend?.stage;
      // Marked before: what follows the word may come in the same step.
      if (stage === 'asked' && e.type === 'approve') open = 'paid';
      if (stage === 'asked' && e.type === 'deny') open = 'no';
      apply(e);
    }
    // However it stands, the loss of the line ends it.
    apply({ type: 'lost' });
    expect(open).toBe('no');
  };
  const property = fc.property(options, fc.array(event, { maxLength: 60 }), (given, events) =>
    run(given, [...opening, ...events]),
  );
  fc.assert(property, { numRuns: 2_000 });
  expect(vends).toBeGreaterThan(100);
});

test('blocks: short ones, foreign ones, damaged ones', () => {
  const read = (...bytes: number[]) => decode(withChecksum(bytes), 'first');
  expect(read(0x13, 0x00, 0xff, 0xff, 0x00, 0x01)).toEqual({ type: 'vend-request', price: 0xffff, item: 1 });
  expect(read(0x13, 0x00, 0x01)).toEqual({ type: 'unknown' });
  expect(read(0x17, 0x00, ...Array(29).fill(0x20))).toEqual({ type: 'expansion-id' });
  expect(read(0x60)).toBeUndefined();
  expect(decode(Uint8Array.of(0x10), 'first')).toBe('damaged');
  expect(decode(new Uint8Array(), 'first')).toBeUndefined();
});

test('amounts as text: exact, or not at all', () => {
  expect(['1', '1.5', '1.50', '1.500', '0.05'].map((t) => minorOf(t, 2))).toEqual([100, 150, 150, 150, 5]);
  expect(['1.505', '', '-1', '1e2', '1,5', '12345678'].map((t) => minorOf(t, 2))).toEqual(Array(6).fill(undefined));
  expect([minorOf('120', 0), textOf(120, 0), textOf(5, 2), textOf(1_230, 2)]).toEqual([120, '120', '0.05', '12.30']);
});

test('lines come whole whatever the chunks, and one that is too long is dropped', () => {
  const lines: string[] = [];
  const feed = lineReader((line) => lines.push(line));
  for (const byte of Buffer.from(`ab\r\ncd\n${'x'.repeat(500)}\nef\n`)) feed(Uint8Array.of(byte));
  expect(lines).toEqual(['ab', 'cd', 'ef']);
});
