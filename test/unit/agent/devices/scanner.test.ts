// Which scanner driver a config names. That each works is in the drivers' own tests.
import { expect, it } from 'vitest';
import { parseConfig } from '../../../../agent/config/load.js';
import { endsOf, scannerOf } from '../../../../agent/devices/scanner.js';
import { HidKeyboardScanner } from '../../../../drivers/scanner/hid-keyboard.js';
import { HidPosScanner } from '../../../../drivers/scanner/hid-pos.js';
import { SerialScanner } from '../../../../drivers/scanner/serial.js';
import { VirtualScanner } from '../../../../drivers/scanner/virtual.js';
import { recorder } from '../../../support/recorder.js';
import { until } from '../../../support/wait.js';

function scanner(kind: string) {
  const text = `[kiosk]\nname = "k1"\n[broker]\nurl = "mqtt://127.0.0.1:1883"\n[journal]\ndirectory = "j"
[actuator]\nkind = "virtual"\n[scanner]\nkind = "${kind}"\npath = "/nonexistent/hidraw0"\n`;
  return scannerOf(parseConfig(text, '/etc/quietzone/kiosk.toml').scanner);
}

it.each([
  ['serial', SerialScanner],
  ['hid-pos', HidPosScanner],
  ['hid-keyboard', HidKeyboardScanner],
] as const)('%s is its driver, absent while nothing is at its path', async (kind, driver) => {
  const made = scanner(kind);
  expect(made).toBeInstanceOf(driver);
  const log = recorder();
  await made.start(log.handlers);
  await until('absent', () => log.last() === 'absent');
  await made.stop();
});

it('virtual is the double', () => {
  expect(scanner('virtual')).toBeInstanceOf(VirtualScanner);
});

it('terminators of a scanner that types are keys', () => {
  expect(endsOf(['cr', 'lf'])).toEqual(['enter']);
  expect(endsOf(['crlf', 'tab'])).toEqual(['enter', 'tab']);
  expect(endsOf(['tab', 'etx'])).toEqual(['tab']);
  expect(endsOf([])).toEqual([]);
});
