import type { Rule } from '../rule.js';
import { fiveFault } from './johnny-five.js';
import { lampsAreLit, patternsHaveLamps } from './lamp-rules.js';
import { linesDiffer, placeFault } from './line-rules.js';
import { mdbRules } from './mdb-rules.js';

const placeOfKind = {
  serial: 'the path of the serial device, such as "/dev/serial/by-id/usb-…"',
  'hid-pos': `the path of the scanner's HID device, such as "/dev/hidraw0"`,
  'hid-keyboard': `the path of the scanner's HID device, such as "/dev/hidraw0"`,
} as const;

const scannerNeedsPlace: Rule = {
  reads: ['scanner.kind', 'scanner.path', 'scanner.usb', 'scanner.usb_serial', 'scanner.usb_port'],
  check({ scanner: { kind, path, usb, usb_serial, usb_port } }) {
    if (kind === 'virtual' || (path ?? usb ?? usb_serial ?? usb_port) !== undefined) return undefined;
    const expected = `${placeOfKind[kind]}, or usb, usb_serial or usb_port, as kind is "${kind}"`;
    return { key: 'scanner.path', found: 'nothing', expected };
  },
};

const keyboardEndsByKey: Rule = {
  reads: ['scanner.kind', 'scanner.terminators'],
  check: ({ scanner }) =>
    scanner.kind !== 'hid-keyboard' || scanner.terminators.length === 0 || scanner.terminators.some((t) => t !== 'etx')
      ? undefined
      : {
          key: 'scanner.terminators',
          found: 'only "etx", which is no key',
          expected: '"cr" for Enter, "tab", or [] when silence ends a code, as kind is "hid-keyboard"',
        },
};

const lampsNeedOutputs: Rule = {
  reads: ['indicator.kind', 'indicator.outputs'],
  check: ({ indicator }) =>
    indicator.kind !== 'lamps' || indicator.outputs !== undefined
      ? undefined
      : {
          key: 'indicator.outputs',
          found: 'nothing',
          expected: 'at least one table [[indicator.outputs]], as kind is "lamps"',
        },
};

const outputsNeedPlaces: Rule = {
  reads: ['indicator.outputs'],
  check({ indicator: { outputs = [] } }) {
    for (const [i, output] of outputs.entries()) {
      const fault = placeFault(`indicator.outputs[${i}]`, output);
      if (fault) return fault;
    }
    return undefined;
  },
};

const fiveNeedsPins: Rule = {
  reads: ['indicator.outputs'],
  check: ({ indicator: { outputs = [] } }) => fiveFault(outputs, (i) => `indicator.outputs[${i}]`),
};

const pulseNeedsOutput: Rule = {
  reads: ['actuator.kind', 'actuator.output'],
  check({ actuator: { kind, output } }) {
    if (output) return placeFault('actuator.output', output);
    const expected = 'the relay, such as { back_end = "led", led = "kiosk-relay" }, as kind is "pulse"';
    return kind === 'pulse' ? { key: 'actuator.output', found: 'nothing', expected } : undefined;
  },
};

const lcdNeedsEnglish: Rule = {
  reads: ['display.kind', 'display.languages'],
  check: ({ display }) =>
    display.kind !== 'hd44780' || display.languages.includes('en')
      ? undefined
      : {
          key: 'display.languages',
          found: 'no "en"',
          expected: 'a list with "en" in it, as kind "hd44780" has no other letters',
        },
};

const linesNeedAButton: Rule = {
  reads: ['buttons.kind', 'buttons.link', 'buttons.pay'],
  check: ({ buttons: { kind, link, pay } }) =>
    kind !== 'lines' || (link ?? pay) !== undefined
      ? undefined
      : {
          key: 'buttons.link',
          found: 'nothing, and no pay either',
          expected: 'at least one of them, as kind is "lines", such as { line = 5, active_low = true }',
        },
};

/** What the keys of a device's table must fulfil together. */
export const deviceRules: readonly Rule[] = [
  scannerNeedsPlace,
  keyboardEndsByKey,
  lampsNeedOutputs,
  outputsNeedPlaces,
  lampsAreLit,
  patternsHaveLamps,
  fiveNeedsPins,
  pulseNeedsOutput,
  linesNeedAButton,
  linesDiffer,
  ...mdbRules,
  lcdNeedsEnglish,
];
