// Keys of a valid config that nothing looks at: `quietzone check` notes them.
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { chosen, idleNotes } from '../../../../agent/config/idle.js';
import { fileSchema } from '../../../../agent/config/schema.js';

it.each([
  [
    '[actuator]\nkind = "app"\noutput = { back_end = "led", led = "r" }',
    ['actuator.output: not used, as kind is "app"; it is for "pulse"'],
  ],
  [
    '[actuator]\nkind = "virtual"\npulse_ms = 3',
    ['actuator.pulse_ms: not used, as kind is "virtual"; it is for "pulse"'],
  ],
  ['[order]\namount = "1.00"', ['order.amount: not used, as mode is "api"; it is for "fixed"']],
  ['[buttons]\nlink = { line = 5 }', ['buttons.link: not used, as kind is "screen"; it is for "lines"']],
  [
    '[display]\nkind = "ssd1306"\ncolumns = 20',
    ['display.columns: not used, as kind is "ssd1306"; it is for "hd44780"'],
  ],
  [
    '[actuator]\nkind = "pulse"\nlimit_ms = 5',
    ['actuator.limit_ms: not used, as kind is "pulse"; it is for "app", "mdb"'],
  ],
  ['[actuator]\nkind = "mdb"\npath = "/dev/ttyUSB1"\ncurrency = "HKD"\nlimit_ms = 5', []],
  ['[display]\nkind = "sh1106"\ni2c_address = 0x3d\n[order]\nmode = "fixed"\namount = "1.00"', []],
  [
    '[scanner]\nkind = "hid-keyboard"\nprofile = "gm65"',
    ['scanner.profile: not used, as kind is "hid-keyboard"; it is for "serial", "hid-pos"'],
  ],
  ['[scanner]\nkind = "hid-pos"\nprofile = "honeywell"', []],
  ['', []],
])('%j', (text, notes) => {
  expect(idleNotes(text)).toEqual(notes);
});

it('knows only tables, keys and words that the schema has', () => {
  for (const [table, { by, of }] of Object.entries(chosen)) {
    const entries: Readonly<Record<string, v.GenericSchema>> = fileSchema.entries[table as 'order'].entries;
    for (const [key, kinds] of Object.entries(of)) {
      expect(Object.keys(entries), table).toContain(key);
      for (const kind of kinds)
        expect(v.is(entries[by] as v.GenericSchema, kind), `${table}.${key}: ${kind}`).toBe(true);
    }
  }
});
