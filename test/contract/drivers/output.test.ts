// One suite for every output: lines of the kernel's classes on a folder that plays /sys, and the double.
import { afterEach, describe, expect, it } from 'vitest';
import { type Output, OutputError } from '../../../drivers/contract/output.js';
import { defaultRetry } from '../../../drivers/line/backoff.js';
import { FiveExpander } from '../../../drivers/output/johnny-five/expander.js';
import { type OutputPlace, outputAt } from '../../../drivers/output/outputs.js';
import { VirtualOutput } from '../../../drivers/output/virtual.js';
import { Mcp23017, Pcf8574 } from '../../support/expander-chips.js';
import { FakeSysfs } from '../../support/sysfs.js';
import { sleep, until } from '../../support/wait.js';

type Rig = {
  readonly output: Output;
  /** Whether current flows, as seen from outside. */
  on(): boolean;
  /** The line is taken away, and put back. */
  pull(): void;
  plug(): void;
  close(): void;
};

const soon = { retry: { ...defaultRetry, firstMs: 20, maxMs: 50 }, checkMs: 50 };
const settings = (sys: FakeSysfs) => ({ sysRoot: sys.root, load: sys.loadOnoff, ...soon });

/** What is not there is off. */
function seen(look: () => boolean): boolean {
  try {
    return look();
  } catch {
    return false;
  }
}

function rigOf(place: OutputPlace, parts: { on(sys: FakeSysfs): boolean; plug(sys: FakeSysfs): void; class: string }) {
  return (): Rig => {
    const sys = new FakeSysfs();
    parts.plug(sys);
    return {
      output: outputAt('line', place, settings(sys)),
      on: () => seen(() => parts.on(sys)),
      pull: () => sys.remove(`class/${parts.class}`),
      plug: () => parts.plug(sys),
      close: () => sys.close(),
    };
  };
}

function gpioOn(sys: FakeSysfs): boolean {
  return sys.read('class/gpio/gpio529/value') === '1';
}

const ledRig = (triggers?: string[]) =>
  rigOf(
    { backEnd: 'led', led: 'kiosk-green' },
    {
      class: 'leds',
      plug: (sys) => void sys.led('kiosk-green', triggers),
      on: (sys) =>
        /timer\]/.test(sys.read('class/leds/kiosk-green/trigger')) ||
        sys.read('class/leds/kiosk-green/brightness') !== '0',
    },
  );

const expanderRig = (chip: 'pcf8574' | 'mcp23017', pin: number, activeLow: boolean) => (): Rig => {
  const bus = chip === 'pcf8574' ? new Pcf8574(0x20) : new Mcp23017(0x20);
  const expander = new FiveExpander({ chip, bus, address: 0x20 });
  const place = {
    backEnd: 'johnny-five',
    component: activeLow ? 'relay' : 'led',
    expander,
    line: pin,
    activeLow,
  } as const;
  return {
    output: outputAt('line', place, soon),
    on: () => bus.pin(pin) === (activeLow ? 'L' : 'H'),
    pull: () => bus.pull(),
    plug: () => bus.plug(),
    close() {},
  };
};

function virtualRig(): Rig {
  const output = new VirtualOutput({ name: 'line' });
  return {
    output,
    on: () => output.on,
    pull: () => output.fail('pulled'),
    plug: () => output.mend(),
    close() {},
  };
}

describe.each([
  ['a LED of the kernel', ledRig()],
  ['a LED of a kernel without triggers', ledRig(['none'])],
  [
    'a PWM channel',
    rigOf(
      { backEnd: 'pwm', chip: 'fe20c000.pwm', channel: 0 },
      {
        class: 'pwm',
        plug: (sys) => {
          sys.pwmChip(1, 'other.pwm');
          sys.pwmChip(2, 'fe20c000.pwm');
        },
        on: (sys) => sys.read('class/pwm/pwmchip2/pwm0/enable') === '1',
      },
    ),
  ],
  [
    'a GPIO line by onoff',
    rigOf(
      { backEnd: 'gpio', chip: 'pinctrl-bcm2711', line: 17, activeLow: false },
      { class: 'gpio', plug: (sys) => sys.gpioChip('pinctrl-bcm2711', 512), on: gpioOn },
    ),
  ],
  [
    'a GPIO line by johnny-five',
    rigOf(
      {
        ...{ backEnd: 'johnny-five', component: 'led' },
        ...{ chip: 'pinctrl-bcm2711', line: 17, activeLow: false },
      },
      { class: 'gpio', plug: (sys) => sys.gpioChip('pinctrl-bcm2711', 512), on: gpioOn },
    ),
  ],
  ['a relay at a PCF8574 by johnny-five, active low', expanderRig('pcf8574', 3, true)],
  ['a LED at a MCP23017 by johnny-five', expanderRig('mcp23017', 11, false)],
  ['virtual', virtualRig],
])('output contract: %s', (_name, makeRig) => {
  let rig: Rig | undefined;
  const faults: string[] = [];
  let wells = 0;
  const handlers = { onFault: (detail: string) => void faults.push(detail), onWell: () => void wells++ };
  const setUp = async (begin = true) => {
    faults.length = 0;
    wells = 0;
    rig = makeRig();
    if (begin) await rig.output.start(handlers);
    return rig;
  };
  afterEach(async () => {
    await rig?.output.stop();
    rig?.close();
    rig = undefined;
  });

  it('is off after the start', async () => {
    const { on } = await setUp();
    expect(faults).toEqual([]);
    expect(on()).toBe(false);
  });

  it('the newest wish counts', async () => {
    const { output, on } = await setUp();
    for (let i = 0; i < 101; i++) output.set(i % 2 === 0);
    await until('on', on);
    await sleep(30);
    expect(on()).toBe(true);
    output.set(false);
    await until('off', () => !on());
  });

  it('blinks until told otherwise', async () => {
    const { output, on } = await setUp();
    output.blink(20, 20);
    await until('lit', on);
    output.set(false);
    await until('dark', () => !on());
    await sleep(60);
    expect(on()).toBe(false);
  });

  it('a pulse is on once, for its time, and measured', async () => {
    const { output, on } = await setUp();
    let seen = false;
    const pulse = output.pulse(120);
    await until('on', on);
    seen = true;
    const { askedMs, measuredMs, by } = await pulse;
    expect([askedMs, by, seen, on()]).toEqual([120, output.abilities.pulse, true, false]);
    expect(measuredMs).toBeGreaterThanOrEqual(120);
    // The machine may be busy; that it ends is what counts here.
    expect(measuredMs).toBeLessThan(1_000);
  });

  it('a second pulse while one runs, and one that is too long, are refused before anything begins', async () => {
    const { output } = await setUp();
    const first = output.pulse(60);
    await expect(output.pulse(60)).rejects.toMatchObject({ begun: false });
    await expect(output.pulse(3_600_000)).rejects.toMatchObject({ begun: false });
    await expect(output.pulse(0)).rejects.toBeInstanceOf(OutputError);
    await first;
  });

  it('what was wished before a pulse is so again after it', async () => {
    const { output, on } = await setUp();
    output.set(true);
    await until('on', on);
    await output.pulse(30);
    await until('on again', on);
  });

  it('stopping in a pulse switches off, and says that it had begun', async () => {
    const { output, on } = await setUp();
    const pulse = output.pulse(5_000).catch((error: unknown) => error);
    await until('on', on);
    await output.stop();
    expect(on()).toBe(false);
    expect(await pulse).toMatchObject({ begun: true });
  });

  it('a line that is not there is a fault, told once; a pulse never begins; it is taken when it comes', async () => {
    const { output, on, pull, plug } = await setUp(false);
    pull();
    await output.start(handlers);
    output.set(true);
    await sleep(150);
    expect(faults).toHaveLength(1);
    await expect(output.pulse(50)).rejects.toMatchObject({ begun: false });
    plug();
    await until('on', on);
    await until('well', () => wells === 1);
  });

  it('a line that goes while it stands still is told, and gets the newest wish when it is back', async () => {
    const { output, on, pull, plug } = await setUp();
    pull();
    await until('a fault', () => faults.length > 0);
    output.set(true);
    plug();
    await until('on', on);
    await until('well', () => wells > 0);
  });

  it('is off after stop, can be stopped twice and started again', async () => {
    const { output, on } = await setUp();
    output.set(true);
    await until('on', on);
    await output.stop();
    await output.stop();
    expect(on()).toBe(false);
    await output.start(handlers);
    expect(on()).toBe(false);
    output.set(true);
    await until('on', on);
  });

  it('left as it was wished where that is asked', async () => {
    const { output, on } = await setUp();
    output.set(true);
    await output.stop('as-wished');
    expect(on()).toBe(true);
  });

  it('never throws and never waits', async () => {
    const { output, pull } = await setUp();
    pull();
    const began = performance.now();
    for (let i = 0; i < 2_000; i++) {
      output.set(i % 2 === 0);
      output.blink(100, 100);
      output.tone(2_000);
    }
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
