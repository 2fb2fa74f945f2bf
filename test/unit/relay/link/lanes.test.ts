import { describe, expect, test } from 'vitest';
import { Lanes } from '../../../../relay/link/lanes.js';
import { Codes } from '../../../../relay/worker/codes.js';

describe('lanes', () => {
  test('one kiosk’s frames are handled in order, another’s do not wait for them', async () => {
    const lanes = new Lanes(10);
    const seen: string[] = [];
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    lanes.add('a', () => gate.then(() => void seen.push('a1')));
    lanes.add('a', async () => void seen.push('a2'));
    lanes.add('b', async () => void seen.push('b1'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual(['b1']);
    open();
    await lanes.idle();
    expect(seen).toEqual(['b1', 'a1', 'a2']);
  });

  test('a lane is bounded, and free again once it has drained', async () => {
    const lanes = new Lanes(2);
    const nothing = async () => {};
    expect([lanes.add('a', nothing), lanes.add('a', nothing), lanes.add('a', nothing)]).toEqual([true, true, false]);
    await lanes.idle();
    expect(lanes.add('a', nothing)).toBe(true);
  });
});

test('a code is given once, and forgotten when it may no longer be used', () => {
  const codes = new Codes();
  codes.hold('a', '1', 100);
  codes.hold('b', '2', 200);
  codes.forgetOlder(101);
  expect([codes.has('a'), codes.take('a'), codes.take('b'), codes.take('b')]).toEqual([
    false,
    undefined,
    '2',
    undefined,
  ]);
});
