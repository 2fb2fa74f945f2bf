import { existsSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Output } from '../../../../drivers/contract/output.js';
import { defaultRetry } from '../../../../drivers/line/backoff.js';
import { outputAt } from '../../../../drivers/output/outputs.js';
import { loadOnoff, missing } from '../../../../drivers/sysfs/onoff.js';
import { FakeSysfs } from '../../../support/sysfs.js';
import { sleep, until } from '../../../support/wait.js';

let sys: FakeSysfs;
let output: Output | undefined;
const faults: string[] = [];
const handlers = { onFault: (detail: string) => void faults.push(detail), onWell: () => {} };

beforeEach(() => {
  sys = new FakeSysfs();
  faults.length = 0;
});
afterEach(async () => {
  vi.doUnmock('onoff');
  await output?.stop();
  output = undefined;
  sys.close();
});

type Given = { readonly chip?: string; readonly line?: number; readonly activeLow?: boolean };

function started({ line = 17, activeLow = false, ...chip }: Given = {}, checkMs = 20): Promise<void> {
  output = outputAt(
    'relay',
    { backEnd: 'gpio', line, activeLow, ...chip },
    { sysRoot: sys.root, load: sys.loadOnoff, checkMs, retry: { ...defaultRetry, firstMs: 20, maxMs: 50 } },
  );
  return output.start(handlers);
}

/** How many files of the folder this process has open. */
function open(): number {
  const root = realpathSync(sys.root);
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(root);
    } catch {
      return false;
    }
  }).length;
}

describe('onoff, which is optional', () => {
  it('is loaded by its name, and makes lines', async () => {
    class Gpio {
      readonly given: unknown[];
      constructor(...given: unknown[]) {
        this.given = given;
      }
    }
    vi.doMock('onoff', () => ({ Gpio }));
    const make = await loadOnoff();
    const line = make(529, 'high', 'none', { activeLow: true, reconfigureDirection: false });
    expect(line).toBeInstanceOf(Gpio);
    expect(line).toMatchObject({ given: [529, 'high', 'none', { activeLow: true, reconfigureDirection: false }] });
  });

  it('missing or not built, it is a fault with its remedy', async () => {
    vi.doMock('onoff', () => {
      throw new Error('no native build was found');
    });
    const remedy = 'npm install onoff, then npm rebuild epoll i2c-bus --ignore-scripts=false';
    await expect(loadOnoff()).rejects.toMatchObject({ name: 'SysfsError', message: expect.stringContaining(remedy) });
    const error = missing('onoff', Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' }));
    expect(error).toMatchObject({ code: 'ERR_MODULE_NOT_FOUND', message: expect.stringContaining(remedy) });
    // As the package "bindings" says it, without a code.
    const unbuilt = missing('onoff', new Error('Could not locate the bindings file. Tried:\n → /a/epoll.node'));
    expect(unbuilt.message).toBe(
      'the package onoff cannot be loaded (its native part is not built); npm rebuild epoll i2c-bus --ignore-scripts=false',
    );
  });
});

describe('a GPIO line by onoff', () => {
  it.each([
    [false, '0', 'low'],
    [true, '1', 'high'],
  ])('active low %s: begins off, by the direction itself', async (activeLow, flag, direction) => {
    sys.gpioChip('pinctrl-bcm2711', 512);
    await started({ activeLow });
    const line = 'class/gpio/gpio529';
    expect([sys.read(`${line}/active_low`), sys.read(`${line}/direction`)]).toEqual([flag, direction]);
    // What is written is logical from here on: the kernel turns it round.
    output?.set(true);
    await until('on', () => sys.read(`${line}/value`) === '1');
    expect(faults).toEqual([]);
  });

  it('is switched off where a process that died left it on, and is not exported again', async () => {
    sys.gpioChip('pinctrl-bcm2711', 512);
    for (const [file, text] of [
      ['value', '1'],
      ['active_low', '0'],
      ['direction', 'out'],
      ['edge', 'none'],
    ] as const) {
      sys.put(`class/gpio/gpio529/${file}`, `${text}\n`);
    }
    await started();
    await sleep(20);
    expect([sys.read('class/gpio/gpio529/value'), sys.heard]).toEqual(['0', []]);
  });

  it('is found by its chip when the numbers have moved, also while it runs', async () => {
    sys.gpioChip('raspberrypi-exp-gpio', 504, 8);
    sys.gpioChip('pinctrl-rp1', 571);
    await started({ chip: 'pinctrl-rp1' });
    output?.set(true);
    await until('on', () => sys.read('class/gpio/gpio588/value') === '1');
    sys.remove('class/gpio');
    await until('a fault', () => faults.length > 0);
    sys.gpioChip('pinctrl-rp1', 512);
    await until('at its new number', () => existsSync(`${sys.root}/class/gpio/gpio529/edge`));
    await until('on', () => sys.read('class/gpio/gpio529/value') === '1');
  });

  it.each([
    [{ line: 54 }, 'line 54: "pinctrl-bcm2711" has lines 0 to 53'],
    [{ chip: 'pinctrl-rp1' }, '0 GPIO chips "pinctrl-rp1", expected one; there are: "pinctrl-bcm2711"'],
  ])('that is not there says what is: %j', async (given, detail) => {
    sys.gpioChip('pinctrl-bcm2711', 512);
    await started(given);
    expect(faults).toEqual([detail]);
  });

  it('whose files and rights come late is waited for, and nothing else waits', async () => {
    const chip = 'class/gpio/gpiochip512';
    for (const [file, text] of [
      ['label', 'late'],
      ['base', '512'],
      ['ngpio', '54'],
    ] as const) {
      sys.put(`${chip}/${file}`, text);
    }
    sys.put('class/gpio/export', '');
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    const taken = started();
    await until('exported', () => sys.read('class/gpio/export') === '529');
    await sleep(150);
    for (const [file, text] of [
      ['active_low', '0'],
      ['direction', 'in'],
      ['edge', 'none'],
      ['value', '0'],
    ] as const) {
      sys.put(`class/gpio/gpio529/${file}`, `${text}\n`);
    }
    await taken;
    clearInterval(timer);
    expect(faults).toEqual([]);
    expect(turns).toBeGreaterThan(5);
  });

  it('whose rights never come is a fault that names the file and the remedy', async () => {
    for (const [file, text] of [
      ['label', 'late'],
      ['base', '512'],
      ['ngpio', '54'],
    ] as const) {
      sys.put(`class/gpio/gpiochip512/${file}`, text);
    }
    sys.put('class/gpio/export', '');
    await started();
    expect(faults).toEqual([expect.stringMatching(/gpio529\/value: ENOENT; not there/)]);
  });

  it('is closed at the end, and stays exported and an output', async () => {
    sys.gpioChip('pinctrl-bcm2711', 512);
    await started();
    expect(open()).toBe(1);
    sys.put('class/gpio/unexport', '');
    await output?.stop();
    await until('closed', () => open() === 0);
    expect([sys.read('class/gpio/unexport'), sys.read('class/gpio/gpio529/direction')]).toEqual(['', 'low']);
  });
});
