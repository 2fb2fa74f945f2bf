import { describe, expect, it } from 'vitest';
import { FivePlaces } from '../../../../agent/devices/johnny-five.js';

describe('outputs by johnny-five', () => {
  const behind = { expander: 'pcf8574', activeLow: false } as const;

  it('behind one chip share it; another address or bus is another chip', () => {
    const fives = new FivePlaces();
    const places = [
      fives.placeOf({ ...behind, line: 0 }),
      fives.placeOf({ ...behind, line: 1, i2cBus: '/dev/i2c-1', i2cAddress: 0x20 }),
      fives.placeOf({ ...behind, line: 0, i2cAddress: 0x21 }),
      fives.placeOf({ ...behind, line: 0, i2cBus: '/dev/i2c-3' }),
    ];
    const chips = places.map((place) => ('expander' in place ? place.expander : undefined));
    expect(chips[0]).toBe(chips[1]);
    expect(new Set(chips).size).toBe(3);
    expect(places[1]).toMatchObject({ backEnd: 'johnny-five', component: 'led', line: 1, activeLow: false });
  });

  it('on a GPIO line are as "gpio" is', () => {
    const fives = new FivePlaces();
    expect(fives.placeOf({ component: 'relay', chip: 'pinctrl-rp1', line: 17, activeLow: true })).toEqual({
      ...{ backEnd: 'johnny-five', component: 'relay', chip: 'pinctrl-rp1', line: 17, activeLow: true },
    });
  });
});
