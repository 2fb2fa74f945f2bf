import { describe, expect, test } from 'vitest';
import { signals } from '../../../../drivers/contract/indicator.js';
import { LampIndicator, type LampIndicatorOptions } from '../../../../drivers/indicator/lamps.js';
import { type LampName, lampNames, lampsFor, patterns } from '../../../../drivers/indicator/patterns.js';
import { VirtualOutput } from '../../../../drivers/output/virtual.js';
import { fakeClock } from '../clock.js';

async function kiosk(more: Partial<LampIndicatorOptions> = {}, buzzerTimes: 'kernel' | 'process' = 'process') {
  const clock = fakeClock();
  const lamps = { green: new VirtualOutput('green', { clock }), red: new VirtualOutput('red', { clock }) };
  const buzzer = new VirtualOutput('buzzer', { clock, abilities: { tone: true, pulse: buzzerTimes } });
  const faults: (string | undefined)[][] = [];
  const indicator = new LampIndicator({
    ...{ clock, lamps, buzzer, onFault: (name, detail) => faults.push([name, detail]), ...more },
  });
  await indicator.start();
  /** [from, to, Hz] of each tone. */
  const tones = () => {
    const changes = buzzer.history.filter(({ shown }, i) => i > 0 || ('on' in shown && shown.on));
    const list: (readonly [number, number, number | undefined])[] = [];
    let from: (typeof changes)[number] | undefined;
    for (const change of changes) {
      const on = 'on' in change.shown && change.shown.on;
      if (on) from ??= change;
      else if (from) {
        list.push([from.atMs, change.atMs, from.hz]);
        from = undefined;
      }
    }
    return list;
  };
  return { clock, lamps, buzzer, indicator, faults, tones };
}

describe('lamps', () => {
  test('start lit, slowly, and silent; stop leaves all dark', async () => {
    const { clock, lamps, indicator, tones, buzzer } = await kiosk();
    expect(lamps.red.shown).toEqual({ onMs: 200, offMs: 1_800 });
    clock.pass(5_000);
    expect(tones()).toEqual([]);
    indicator.show('approved');
    clock.pass(50);
    await indicator.stop();
    expect(lamps.green.history.at(-1)?.shown).toEqual({ on: false });
    expect(buzzer.history.at(-1)?.shown).toEqual({ on: false });
    expect(clock.waiting()).toBe(0);
    indicator.show('ready');
    expect(lamps.green.history.at(-1)?.shown).toEqual({ on: false });
  });

  test('a signal that comes again begins neither its blink nor its tones anew', async () => {
    const { clock, lamps, indicator, tones } = await kiosk();
    indicator.show('approved');
    clock.pass(10_000);
    const changes = lamps.green.history.length;
    const sounded = tones().length;
    indicator.show('approved');
    clock.pass(10_000);
    expect([lamps.green.history.length, tones().length]).toEqual([changes, sounded]);
  });

  test.each(['process', 'kernel'] as const)('tones as the page has them, timed by the %s', async (by) => {
    const { clock, indicator, tones } = await kiosk({}, by);
    indicator.show('declined');
    for (let i = 0; i < 100; i++) {
      clock.pass(10);
      await Promise.resolve();
      await Promise.resolve();
    }
    expect(tones()).toEqual([
      [0, 120, 440],
      [200, 320, 440],
      [400, 520, 440],
    ]);
  });

  test('the chirp is heard whole before what follows, and two chirps are two', async () => {
    const { clock, indicator, tones } = await kiosk();
    indicator.show('ready');
    indicator.show('read');
    clock.pass(5);
    indicator.show('declined');
    clock.pass(5_000);
    expect(tones()[0]).toEqual([0, 80, 2093]);
    expect(tones()[1]).toEqual([120, 240, 440]);
    expect(tones()).toHaveLength(4);
    indicator.show('read');
    indicator.show('read');
    clock.pass(5_000);
    expect(
      tones()
        .slice(4)
        .map(([from, to]) => to - from),
    ).toEqual([80, 80]);
  });

  test('a newer signal takes the place of tones that have not sounded', async () => {
    const { clock, indicator, tones } = await kiosk();
    indicator.show('declined');
    clock.pass(150);
    indicator.show('ready');
    indicator.show('confirm-on-phone');
    clock.pass(5_000);
    expect(tones().map(([, , hz]) => hz)).toEqual([440, 1319, 1760]);
  });

  test('a lamp that fails is told by name and leaves the others; it shows what counts when it works again', async () => {
    const { lamps, indicator, faults } = await kiosk();
    lamps.green.break('EIO: is the LED still there?');
    indicator.show('busy');
    indicator.show('approved');
    expect(lamps.green.shown).toBeUndefined();
    expect(lamps.red.shown).toEqual({ on: false });
    lamps.green.break(undefined);
    expect(lamps.green.shown).toEqual({ onMs: 120, offMs: 120 });
    expect(faults).toEqual([
      ['green', 'EIO: is the LED still there?'],
      ['green', undefined],
    ]);
  });

  test('patterns of its own, and no buzzer', async () => {
    const own = { ready: { lamps: [{ red: 'on' as const }], tones: [] } };
    const { lamps, indicator } = await kiosk({ patterns: own });
    indicator.show('ready');
    expect([lamps.red.shown, lamps.green.shown]).toEqual([{ on: true }, { on: false }]);
    const silent = new LampIndicator({ lamps: {} });
    await silent.start();
    for (const signal of signals) silent.show(signal);
    await silent.stop();
    await silent.stop();
  });
});

describe('patterns', () => {
  const sets = [...Array(2 ** lampNames.length).keys()].map((bits) => lampNames.filter((_, i) => bits & (1 << i)));
  const lasting = signals.filter((signal) => signal !== 'read');

  test('whatever lamps a kiosk has, it lights no other, and no two signals look alike', () => {
    for (const names of sets.filter((found) => found.includes('green'))) {
      const present = new Set<LampName>(names);
      const looks = lasting.map((signal) => lampsFor(patterns[signal], present));
      for (const lamps of looks) expect(Object.keys(lamps).every((name) => present.has(name as LampName))).toBe(true);
      expect(new Set(looks.map((lamps) => JSON.stringify(lamps))).size, names.join()).toBe(lasting.length);
    }
  });

  test('all but the waiting ones differ by sound', () => {
    const silent = lasting.filter((signal) => patterns[signal].tones.length === 0);
    expect(silent).toEqual(['ready', 'busy']);
  });
});
