import { afterEach, expect, it, test } from 'vitest';
import { PULSE_MOST_MS, PulseActuator, type PulseActuatorOptions } from '../../../../drivers/actuator/pulse.js';
import { OutputError } from '../../../../drivers/contract/output.js';
import { inputDouble, outputDouble } from '../../../support/output-double.js';
import { sleep } from '../../../support/wait.js';

let made: PulseActuator | undefined;
afterEach(() => made?.stop());

async function setUp(more: Partial<PulseActuatorOptions> & { silent?: 'failed' | 'doubtful'; bare?: true } = {}) {
  const relay = outputDouble();
  const sensor = inputDouble();
  const faults: string[] = [];
  const { silent = 'failed', bare, ...rest } = more;
  const seen = { input: sensor.input, withinMs: 40, clearMs: 40, silent };
  made = new PulseActuator({
    relay: relay.output,
    ...(bare ? {} : { sensor: seen }),
    ...{ pulseMs: 200, toleranceMs: 20, onFault: (detail) => faults.push(detail), ...rest },
  });
  await made.start();
  return { relay, sensor, faults, vend: (attempt = 'a') => (made as PulseActuator).vend({ attempt, order: 'o' }) };
}

const piece = (sensor: ReturnType<typeof inputDouble>) => {
  sensor.see(true);
  setTimeout(() => sensor.see(false), 5);
};

it('goods that fall through the sensor are delivered, also while the pulse lasts', async () => {
  const { relay, sensor, vend, faults } = await setUp();
  relay.pulse = async (ms) => {
    piece(sensor);
    await sleep(15);
    return { askedMs: ms, measuredMs: ms, by: 'kernel' };
  };
  expect(await vend()).toBe('delivered');
  relay.pulse = async (ms) => {
    setTimeout(() => piece(sensor), 10);
    return { askedMs: ms, measuredMs: ms, by: 'kernel' };
  };
  expect(await vend('b')).toBe('delivered');
  expect([relay.told, faults]).toEqual([['start', 'pulse 200', 'pulse 200'], []]);
});

test.each(['failed', 'doubtful'] as const)(
  'a silent sensor after a good pulse is %s where the config says so',
  async (silent) => {
    const { vend, faults } = await setUp({ silent });
    expect(await vend()).toBe(silent);
    expect(faults[0]).toMatch(/saw nothing within 40 ms/);
  },
);

it('a pulse that never began is failed for sure, whatever the config says of silence', async () => {
  const { relay, vend } = await setUp({ silent: 'doubtful' });
  relay.pulse = () => Promise.reject(new OutputError('EACCES', false));
  expect(await vend()).toBe('failed');
});

test.each([
  ['an end that is not certain', () => Promise.reject(new OutputError('EIO', true))],
  ['an error nobody expects', () => Promise.reject(new Error('EIO'))],
  ['twice the width', async (ms: number) => ({ askedMs: ms, measuredMs: 2 * ms, by: 'process' as const })],
])('%s: told, switched off, and silence is doubtful though the config says failed', async (_name, pulse) => {
  const { relay, vend, faults } = await setUp({ silent: 'failed' });
  relay.pulse = pulse;
  expect(await vend()).toBe('doubtful');
  expect(relay.told).toContain('off');
  expect(faults[0]).toMatch(/^pulse: /);
});

it('after a bad pulse the sensor is still believed', async () => {
  const { relay, sensor, vend } = await setUp();
  relay.pulse = () => {
    piece(sensor);
    return Promise.reject(new OutputError('EIO', true));
  };
  expect(await vend()).toBe('delivered');
});

it('goods without a pulse are doubtful', async () => {
  const { relay, sensor, vend } = await setUp();
  relay.pulse = () => {
    piece(sensor);
    return Promise.reject(new OutputError('EACCES', false));
  };
  expect(await vend()).toBe('doubtful');
});

it('jam before: nothing is pulsed; cleared, it vends again', async () => {
  const { relay, sensor, vend, faults } = await setUp({ silent: 'doubtful' });
  sensor.see(true);
  expect(await vend()).toBe('failed');
  expect([relay.told, faults.at(-1)]).toEqual([['start'], expect.stringMatching(/jam: .*clear the chute/)]);
  sensor.see(false);
  expect(await vend('b')).toBe('doubtful');
  expect(relay.told).toContain('pulse 200');
});

it('goods that do not leave the sensor are doubtful, and the next customer is not served', async () => {
  const { relay, sensor, vend, faults } = await setUp();
  relay.pulse = async (ms) => {
    sensor.see(true);
    return { askedMs: ms, measuredMs: ms, by: 'kernel' };
  };
  expect(await vend()).toBe('doubtful');
  expect(faults.at(-1)).toMatch(/^jam: goods were seen/);
  expect(await vend('b')).toBe('failed');
});

it('a sensor that cannot be read: nothing is pulsed; lost in the vend: doubtful', async () => {
  const { relay, sensor, vend } = await setUp();
  relay.pulse = async (ms) => {
    sensor.blind();
    return { askedMs: ms, measuredMs: ms, by: 'kernel' };
  };
  expect(await vend()).toBe('doubtful');
  expect(await vend('b')).toBe('failed');
  expect(relay.told.filter((t) => t.startsWith('pulse'))).toHaveLength(1);
});

it('a sensor that can be read again serves the next customer, although nothing passed it', async () => {
  const { relay, sensor, vend } = await setUp();
  sensor.blind();
  expect(await vend()).toBe('failed');
  sensor.back();
  relay.pulse = async (ms) => {
    piece(sensor);
    return { askedMs: ms, measuredMs: ms, by: 'kernel' };
  };
  expect(await vend('b')).toBe('delivered');
});

it('two pieces for one payment, and goods that fall by themselves, are told', async () => {
  const { relay, sensor, vend, faults } = await setUp();
  relay.pulse = async (ms) => {
    for (const on of [true, false, true, false]) sensor.see(on);
    return { askedMs: ms, measuredMs: ms, by: 'kernel' };
  };
  expect(await vend()).toBe('delivered');
  sensor.see(true);
  expect(faults).toEqual([
    expect.stringMatching(/found 2 pieces/),
    expect.stringMatching(/nothing was being handed out/),
  ]);
});

it('a relay at fault is not pulsed until it is well', async () => {
  const { relay, vend } = await setUp({ bare: true });
  relay.fault('ENODEV');
  expect(await vend()).toBe('failed');
  relay.well();
  expect(await vend('b')).toBe('delivered');
});

it('without a sensor the width is all there is: wrong is doubtful', async () => {
  const { relay, vend } = await setUp({ bare: true });
  relay.pulse = async (ms) => ({ askedMs: ms, measuredMs: ms + 21, by: 'process' });
  expect(await vend()).toBe('doubtful');
});

it('a back-end that never says how the pulse went does not hold the kiosk', async () => {
  const { relay, vend, faults } = await setUp({ bare: true, pulseMs: 10 });
  relay.pulse = () => new Promise(() => {});
  expect(await vend()).toBe('doubtful');
  expect(faults[0]).toMatch(/found no end, expected 10 ms .* stuck on/);
});

it('one at a time: a second attempt meanwhile pulses nothing', async () => {
  const { relay, sensor, vend } = await setUp();
  const first = vend();
  await sleep(0);
  expect(await vend('b')).toBe('failed');
  piece(sensor);
  expect(await first).toBe('delivered');
  expect(relay.told).toEqual(['start', 'pulse 200']);
});

it('a width out of bounds is refused', () => {
  for (const pulseMs of [0, PULSE_MOST_MS + 1, Number.NaN])
    expect(() => new PulseActuator({ relay: outputDouble().output, pulseMs, toleranceMs: 1 })).toThrow(
      /pulseMs: found/,
    );
});
