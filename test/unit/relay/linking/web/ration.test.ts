import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressRation } from '../../../../../relay/linking/web/ration.js';
import { HandClock } from '../../../../contract/linking/hand-clock.js';

const take = (ration: AddressRation, address: string, times: number): number =>
  Array.from({ length: times }, () => ration.take(address)).filter(Boolean).length;

test('so many at once, and then as time passes; each address by itself', () => {
  const clock = new HandClock(0);
  const ration = new AddressRation(clock, { burst: 3, perSecond: 2 });
  expect(take(ration, '192.0.2.1', 5)).toBe(3);
  ration.giveBack('192.0.2.1');
  expect(take(ration, '192.0.2.1', 5)).toBe(1);
  expect(take(ration, '192.0.2.2', 5)).toBe(3);
  clock.pass(1_000);
  expect(take(ration, '192.0.2.1', 5)).toBe(2);
  clock.pass(3_600_000);
  expect(take(ration, '192.0.2.1', 9)).toBe(3);
});

test.each([
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
  ['2001:db8:1:2::1', '2001:0DB8:0001:0002:0:0:0:2', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['2001:db8::1', '2001:db8:0:0:5::1', true],
  ['2001:db8::1', '2001:db8:0:1::1', false],
  ['fe80::1%eth0', 'fe80::2', true],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
  // Some proxies tell the port as well, another for each connection.
  ['192.0.2.1:50001', '192.0.2.1:50002', true],
  ['192.0.2.1:50001', '192.0.2.2:50001', false],
  ['[2001:db8:1:2::1]:50001', '2001:db8:1:2::9', true],
  ['[2001:db8:1:2::1]', '[2001:db8:1:3::1]', false],
])('%s and %s are one: %s', (a, b, one) => {
  const ration = new AddressRation(new HandClock(0), { burst: 1, perSecond: 0 });
  ration.take(a);
  expect(ration.take(b)).toBe(!one);
});

test('it remembers no more addresses than it may', () => {
  const ration = new AddressRation(new HandClock(0), { burst: 1, perSecond: 0 }, 3);
  for (const n of [1, 2, 3]) ration.take(`192.0.2.${n}`);
  expect(ration.take('192.0.2.1')).toBe(false);
  ration.take('192.0.2.4');
  // The first was forgotten, and the others were not.
  expect(ration.take('192.0.2.3')).toBe(false);
  expect(ration.take('192.0.2.1')).toBe(true);
});

test('whatever the times between, nobody has more than the burst and what time has given', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 2_000 }), { maxLength: 60 }), (waits) => {
      const clock = new HandClock(0);
      const rate = { burst: 4, perSecond: 3 };
      const ration = new AddressRation(clock, rate);
      let [taken, gone] = [0, 0];
      for (const wait of waits) {
        clock.pass(wait);
        gone += Math.abs(wait);
        if (ration.take('192.0.2.1')) taken += 1;
      }
      expect(taken).toBeLessThanOrEqual(rate.burst + (gone / 1_000) * rate.perSecond);
    }),
  );
});
