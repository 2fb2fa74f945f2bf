// What [indicator] may say of lamps that would never be lit.
import { expect, it } from 'vitest';
import { ConfigError } from '../../../../agent/config/faults.js';
import { parseConfig } from '../../../../agent/config/load.js';
import { faultText } from '../../../../protocol/faults.js';

const lamp = (name: string, i: number, more = '') =>
  `[[indicator.outputs]]\nname = "${name}"\nback_end = "gpio"\nline = ${i}\n${more}\n`;

function faults(indicator: string): readonly string[] {
  const text = `[kiosk]\nname = "k1"\n[broker]\nurl = "mqtt://127.0.0.1:1883"\n[journal]\ndirectory = "j"
[scanner]\nkind = "virtual"\n[actuator]\nkind = "virtual"\n[indicator]\n${indicator}`;
  try {
    parseConfig(text, 'kiosk.toml');
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(faultText);
    throw error;
  }
}

const four = ['green', 'amber', 'red', 'buzzer'].map((name, i) => lamp(name, i)).join('');

it('takes the four that the built-in patterns use, fewer, and one lamp for several', () => {
  expect(faults(`kind = "lamps"\n${four}`)).toEqual([]);
  expect(faults(`kind = "lamps"\n${lamp('green', 1)}`)).toEqual([]);
  expect(faults(`kind = "lamps"\n${lamp('tower', 1, 'shows = ["red", "amber"]')}`)).toEqual([]);
});

it('takes another name that a pattern of the file uses', () => {
  const patterns = 'patterns = { busy = { blue = "250/250" } }';
  expect(faults(`kind = "lamps"\n${patterns}\n${lamp('blue', 1)}`)).toEqual([]);
});

it('names a lamp that no signal uses, what signals use, and what to do', () => {
  const [fault, ...more] = faults(`kind = "lamps"\n${lamp('green', 1)}${lamp('yellow', 2)}`);
  expect(more).toEqual([]);
  expect(fault).toMatch(
    /^indicator\.outputs\[1\]\.name: found "yellow", which no signal uses, expected one of .*"amber"/,
  );
  expect(fault).toMatch(/or shows = \["red", "amber"\].*, or a pattern with it in indicator\.patterns$/);
});

it('names the one of several that no signal uses', () => {
  const [fault] = faults(`kind = "lamps"\n${lamp('tower', 1, 'shows = ["red", "blue"]')}`);
  expect(fault).toMatch(/^indicator\.outputs\[0\]\.shows: found "blue"/);
});

it('names a pattern for a lamp that is not there', () => {
  const [fault] = faults(`kind = "lamps"\npatterns = { busy = { ambre = "on", green = "off" } }\n${lamp('green', 1)}`);
  expect(fault).toBe(
    'indicator.patterns.busy.ambre: found no output of this name, expected one of "green", or an output with it in indicator.outputs',
  );
});

it('looks at lamps only where the kiosk has them', () => {
  expect(faults(lamp('yellow', 1))).toEqual([]);
});

it('calls a key that a table inside does not have unknown, and shows of its value the type alone', () => {
  const [fault, ...more] = faults('patterns = { working = { amber = "on" } }');
  expect(more).toEqual([]);
  expect(fault).toMatch(/^indicator\.patterns\.working: found an unknown key \(.+\), expected a table of ready, /);
  expect(faults(lamp('green', 1, 'colour = "4111"'))[0]).toMatch(
    /^indicator\.outputs\[0\]\.colour: found an unknown key \(text\), expected a table of name, /,
  );
});
