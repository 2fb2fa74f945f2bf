import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../drivers/clock.js';
import { sleep, until } from '../support/wait.js';
import { LONGEST_CPM, short, someCodes } from './codes.js';
import { lab, noLab } from './here.js';
import { GuestReader } from './reader.js';

/** Each kind of scanner on the kernel's own driver, with the shipped one above it. */

const rows = [
  ['serial', 'serial', '/dev/ttyUSB0', 'FTDI on USB'],
  ['acm', 'serial', '/dev/ttyACM0', 'CDC-ACM'],
] as const;

describe.skipIf(noLab).each(rows)('%s (driver %s at %s, %s)', (device, kind, path) => {
  let at: GuestReader;
  beforeAll(async () => {
    at = new GuestReader(lab, kind, path);
    await at.is('ready');
  });
  afterAll(() => at.stop());

  test('reads each code whole, the longest CPM among them', async () => {
    const codes = someCodes();
    const wrong: string[] = [];
    for (const { text, issuer } of codes) {
      await lab.scan(device, `${text}\r`);
      await until('the end of the code', () => at.text.endsWith('\r'), 5_000).catch(() => {});
      if (at.taken() !== `${text}\r`) wrong.push(`${issuer}, ${text.length} characters`);
    }
    expect(wrong).toEqual([]);
    if (!short) expect(new Set(codes.map(({ issuer }) => issuer)).size).toBeGreaterThan(8);
    expect(codes.some(({ text }) => text.length === LONGEST_CPM)).toBe(true);
  });

  test('passes every byte value through unchanged', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('latin1');
    await lab.scan(device, all);
    await until('256 bytes', () => at.text.length >= 256, 5_000).catch(() => {});
    expect(at.taken()).toBe(all);
  });

  test('pulled while it sends, again and again: it comes back each time and reads the next code whole', async () => {
    const long = someCodes().find(({ text }) => text.length === LONGEST_CPM)?.text ?? '';
    const back: number[] = [];
    for (let n = 0; n < (short ? 2 : 5); n++) {
      await pulledWhileSending(device, `${long}\r`, n);
      await at.is('absent');
      const plugged = systemClock.now();
      await lab.plug(device);
      await at.is('ready');
      back.push(Math.round(systemClock.now() - plugged));
      at.taken();
      await lab.scan(device, `${long}\r`);
      await until('the next code', () => at.text.endsWith(`${long}\r`), 8_000);
    }
    process.stdout.write(
      `${device}: pulled ${back.length} times while sending, ready again after ${back.join(', ')} ms\n`,
    );
  });
});

async function pulledWhileSending(device: 'serial' | 'acm', text: string, n: number): Promise<void> {
  if (device === 'acm') {
    // Both ends are in the guest, and by two ways to it the plug would be gone before the first byte.
    const udc = '/sys/kernel/config/usb_gadget/acm/UDC';
    const send = `(for i in 1 2 3 4; do printf '%s' '${text.trim()}'; done >/dev/ttyGS0 2>/dev/null </dev/null &)`;
    await lab.must(`${send}; sleep 0.0${n * 2}; echo "" > ${udc}`);
    return;
  }
  const sending = lab.scan(device, text).catch(() => {});
  // A code of that length takes 180 ms there, and starting to send some 60.
  await sleep(60 + n * 40);
  await lab.unplug(device);
  await sending;
}
