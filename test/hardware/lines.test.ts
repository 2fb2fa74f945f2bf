import { afterEach, describe, expect, test } from 'vitest';
import type { OutputPlace } from '../../drivers/output/outputs.js';
import { until } from '../support/wait.js';
import { short } from './codes.js';
import { lab, noLab } from './here.js';
import { type GuestProgram, nodeProgram } from './lab.js';

/** GPIO lines that the shipped output drivers switch in the guest, seen from outside. */

const rows: readonly (readonly [string, number, OutputPlace, 'kernel' | 'process', 0 | 1])[] = [
  ['a LED of the kernel', 6, { backEnd: 'led', led: 'board-relay' }, 'kernel', 1],
  ['onoff', 23, { backEnd: 'gpio', chip: 'pinctrl-bcm2711', line: 23, activeLow: false }, 'process', 1],
  ['onoff, active low', 24, { backEnd: 'gpio', chip: 'pinctrl-bcm2711', line: 24, activeLow: true }, 'process', 0],
];

type Said = Record<string, unknown>;
let program: GuestProgram | undefined;
const said: Said[] = [];
afterEach(async () => {
  await program?.stop();
  program = undefined;
});

const reply = (key: string): Promise<Said> =>
  until(
    `"${key}" from the guest`,
    () => {
      const found = said.find((line) => key in line);
      if (!found && !program?.running) throw new Error(`switch has ended: ${program?.tail.join('\n')}`);
      return found;
    },
    30_000,
  );

async function started(place: OutputPlace): Promise<GuestProgram> {
  said.length = 0;
  const command = nodeProgram('switch', 'dist/test/hardware/guest/switch.js', JSON.stringify(place));
  program = lab.start('switch', command, (line) => void (line.startsWith('{') && said.push(JSON.parse(line) as Said)));
  await reply('blink');
  return program;
}

/** Without `did` of an order before. */
async function tell(at: GuestProgram, order: string): Promise<void> {
  at.say(order);
  await until(order, () => said.some(({ did }) => did === order), 10_000);
}

const reads = (line: number, level: number): Promise<unknown> =>
  until(`line ${line} to be ${level}`, async () => (await lab.gpio(line)) === level, 10_000);

/** Four changes, seen by turns: a look from this machine takes as long as the blink. */
async function blinks(line: number): Promise<void> {
  const file = `/sys/devices/platform/gpio-sim.0/gpiochip*/sim_gpio${line}/value`;
  const look = 'read v <$f; [ "$v" = "$before" ] || seen=$seen$v; before=$v; sleep 0.05';
  const until4 = `while [ $SECONDS -lt 25 ] && [ \${#seen} -lt 4 ]; do ${look}; done`;
  expect(await lab.must(`f=$(echo ${file}); seen= before=; ${until4}; echo $seen`)).toMatch(/^(0101|1010)$/m);
}

describe.skipIf(noLab).each(rows.filter(([name]) => !short || name !== 'onoff'))(
  '%s on line %d',
  (_, line, place, by, lit) => {
    const dark = 1 - lit;

    test('is off from the start, on and off as told, and blinks', async () => {
      const at = await started(place);
      expect(said.at(-1)).toMatchObject({ blink: by, pulse: by });
      expect(await lab.gpio(line)).toBe(dark);
      await tell(at, 'on');
      await reads(line, lit);
      await tell(at, 'off');
      await reads(line, dark);
      await tell(at, 'blink 600 600');
      await blinks(line);
      at.done();
      await at.ended;
      expect(await lab.gpio(line)).toBe(dark);
    });

    if (!short)
      test('a pulse is seen outside while it lasts, and its end too', async () => {
        const at = await started(place);
        at.say('pulse 3000');
        await reads(line, lit);
        expect(said.some((answer) => 'measuredMs' in answer)).toBe(false);
        const { askedMs, measuredMs, by: kept } = await reply('measuredMs');
        expect([askedMs, kept]).toEqual([3_000, by]);
        expect(measuredMs).toBeGreaterThanOrEqual(3_000);
        expect(await lab.gpio(line)).toBe(dark);
      });

    test(
      by === 'kernel' ? 'ends its pulse though the driver is killed' : 'is switched off by the next start',
      async () => {
        const at = await started(place);
        at.say('pulse 5000');
        await reads(line, lit);
        await at.stop('KILL');
        if (by === 'process') {
          expect(await lab.gpio(line)).toBe(lit);
          await started(place);
        }
        await reads(line, dark);
      },
    );
  },
);

if (!short)
  test.skipIf(noLab)('a lamp that the kernel blinks goes on blinking when the driver is killed', async () => {
    const at = await started({ backEnd: 'led', led: 'board-green' });
    await tell(at, 'blink 600 600');
    await blinks(5);
    await at.stop('KILL');
    await blinks(5);
    await started({ backEnd: 'led', led: 'board-green' });
    expect(await lab.gpio(5)).toBe(0);
  });
