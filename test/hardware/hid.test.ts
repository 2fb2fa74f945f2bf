import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sleep, until } from '../support/wait.js';
import { LONGEST_CPM, short, someCodes } from './codes.js';
import { lab, noLab } from './here.js';
import { GuestReader } from './reader.js';

/** HID scanners on the kernel's own HID core; one that types must not be heard by a console. */

const KEYBOARD = '0627:0001';
const tellTale = '281006020123456789012345';
/** Typed key by key, a CPM takes half a minute. */
const typed = short ? someCodes().filter(({ text }) => text.length < LONGEST_CPM) : someCodes();
const rows = [
  { device: 'hidpos', kind: 'hid-pos', usb: '0c2e:0ce7', end: '', codes: someCodes() },
  // What types ends a code with a key; HID-POS knows the end without one.
  { device: 'keyboard', kind: 'hid-keyboard', usb: KEYBOARD, end: '\r', codes: typed },
] as const;

describe.skipIf(noLab).each(rows)('$device (driver $kind)', ({ device, kind, usb, end, codes }) => {
  let at: GuestReader;
  beforeAll(async () => {
    at = new GuestReader(lab, kind, usb);
    await at.is('ready');
  });
  afterAll(() => at.stop());

  const scan = async (text: string): Promise<string> => {
    at.taken();
    await lab.scan(device, `${text}${end}`);
    await until('the code', () => at.text.length > 0, 10_000).catch(() => {});
    return at.taken();
  };

  test('reads each code whole', async () => {
    const wrong: string[] = [];
    for (const { text, issuer } of codes)
      if ((await scan(text)) !== text) wrong.push(`${issuer}, ${text.length} characters`);
    expect(wrong).toEqual([]);
  }, 240_000);

  test('pulled while it sends: nothing of that code is delivered, and it comes back and reads', async () => {
    for (let n = 1; n <= (short ? 1 : 3); n++) {
      at.taken();
      await pulledWhileSending(device, n);
      await at.is('absent');
      await lab.plug(device);
      await at.is('ready');
      expect(at.text).toBe('');
      expect(await scan(tellTale)).toBe(tellTale);
    }
  });
});

/** In the middle of a code: its end is not sent. */
async function pulledWhileSending(device: 'hidpos' | 'keyboard', n: number): Promise<void> {
  if (device === 'keyboard') return void (await lab.unplugTyping(tellTale.slice(0, 5 * n)));
  // Reports that say that more of the code comes. Both ends are in the guest, and by two ways the plug would be gone first.
  const report = `printf '\\x02\\x38]Q1${'7'.repeat(56)}\\x00\\x00\\x01' >/dev/hidg0 2>/dev/null </dev/null`;
  const udc = '/sys/kernel/config/usb_gadget/hidpos/UDC';
  await lab.must(`${report}; (for i in 1 2 3 4 5 6 7 8 9; do ${report}; done &); sleep 0.0${n * 2}; echo "" > ${udc}`);
}

describe.skipIf(noLab)('a scanner that types', () => {
  let at: GuestReader | undefined;
  const reading = async (): Promise<GuestReader> => {
    at = new GuestReader(lab, 'hid-keyboard', KEYBOARD);
    await at.is('ready');
    return at;
  };
  const inhibited = '/sys/class/input/input*/inhibited';
  /** A new plug forgets what a driver has told the kernel. */
  const plugAnew = async (): Promise<void> => {
    await lab.unplug('keyboard');
    await lab.plug('keyboard');
    await until('the keyboard', async () => (await lab.sh(`grep -q 0 ${inhibited}`)).code === 0, 30_000);
  };
  afterEach(async () => {
    await at?.stop();
    at = undefined;
  });

  /** All that a getty on the first console would have heard, while `work` goes on. */
  const heard = async (work: () => Promise<unknown>): Promise<string> => {
    const before = 'exec 3<>/dev/tty1; stty raw -echo <&3; timeout 1 cat <&3 >/dev/null';
    const listen = 'timeout 60 cat <&3 >/run/heard & echo $! >/run/heard.pid; touch /run/listens; wait';
    const listening = lab.sh(`rm -f /run/listens; ${before}; ${listen}`, 90);
    await until('the listener', async () => (await lab.sh('test -e /run/listens')).code === 0, 30_000);
    await work();
    await sleep(2_000);
    await lab.sh('kill "$(cat /run/heard.pid)"');
    await listening;
    return await lab.must('cat /run/heard');
  };

  test('is heard by the console where nobody holds it, so this test can tell', async () => {
    await plugAnew();
    expect(await heard(() => lab.scan('keyboard', `${tellTale}\r`))).toContain(tellTale);
  });

  test('is not heard while its driver reads, and not after the driver has been killed', async () => {
    const reader = await reading();
    expect(await heard(() => lab.scan('keyboard', `${tellTale}\r`))).toBe('');
    await until('the code', () => reader.text === tellTale);
    await reader.stop('KILL');
    at = undefined;
    expect(await heard(() => lab.scan('keyboard', `${tellTale}\r`))).toBe('');
  });

  if (!short)
    test('is not heard either where the kernel’s inhibit is refused: then it is grabbed', async () => {
      await plugAnew();
      await lab.must(`f=$(echo ${inhibited}); mount --bind $f $f && mount -o remount,ro,bind $f`);
      const reader = await reading();
      expect(await heard(() => lab.scan('keyboard', `${tellTale}\r`))).toBe('');
      await until('the code', () => reader.text === tellTale);
      expect((await lab.must(`cat ${inhibited}; umount ${inhibited}`)).trim()).toBe('0');
    });
});
