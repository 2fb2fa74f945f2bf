import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Screen } from '../../drivers/contract/display.js';
import type { Bitmap } from '../../drivers/display/bitmap.js';
import { VirtualI2cBus } from '../../drivers/i2c/virtual.js';
import { readPng, writePng } from '../support/png.js';
import { readQr } from '../support/qr-reader.js';
import { until } from '../support/wait.js';
import { short } from './codes.js';
import { lab, noLab } from './here.js';
import { type GuestProgram, nodeProgram } from './lab.js';
import { addressOf, messagesOf, type Panel, panelOn, pictureOf } from './panels.js';

/** Displays on the kernel's I2C, by way of npm i2c-bus: what the record of the bus shows, pixel by pixel. */

const pictures = process.env['QUIETZONE_PICTURES'] ?? join(tmpdir(), 'quietzone-pictures');
const code = 'HTTPS://K.EXAMPLE.COM/L/ABCD2345';
const both = (en: string, zh: string) => [
  { lang: 'en', title: en, body: '' },
  { lang: 'zh', title: zh, body: '' },
];
/** No text is longer than a page and nothing counts down, so each has one picture only. */
const screens: Readonly<Record<string, Screen>> = {
  english: { kind: 'armed', tone: 'ready', texts: both('Scan your code', '请扫码'), amount: 'HK$35.50' },
  chinese: { kind: 'armed', tone: 'ready', texts: both('Scan your code', '请扫码').reverse(), amount: 'HK$35.50' },
  digits: { kind: 'prove', tone: 'working', texts: both('Same digits?', '数字'), digits: '47' },
  code: { kind: 'link', tone: 'ready', texts: both('Link', '绑定'), code },
};

let program: GuestProgram | undefined;
afterEach(async () => {
  await program?.stop();
  program = undefined;
  await lab.answerI2c(0x27, 0x3c);
});

const faults: (string | null)[] = [];
async function drawn(panel: Panel): Promise<GuestProgram> {
  await lab.clearI2c();
  faults.length = 0;
  let ready = false;
  const command = nodeProgram('draw', 'dist/test/hardware/guest/draw.js', JSON.stringify(panel));
  const started = lab.start('draw', command, (line) => {
    if (!line.startsWith('{')) return;
    const said = JSON.parse(line) as { ready?: boolean; fault?: string | null };
    ready ||= said.ready === true;
    if (said.fault !== undefined) faults.push(said.fault);
  });
  program = started;
  await until('the display driver in the guest', () => ready || !started.running, 30_000);
  if (!ready) throw new Error(`draw has ended: ${started.tail.join('\n')}`);
  return started;
}

/** What the same driver makes of it on this machine. */
async function alone(panel: Panel, screen: Screen): Promise<Bitmap> {
  const bus = new VirtualI2cBus({ present: [addressOf(panel)] });
  const display = panelOn(bus, panel);
  await display.start();
  display.show(screen);
  let before = -1;
  await until('the drawing to end', async () => {
    const settled = bus.messages.length > 5 && bus.messages.length === before && lit(pictureOf(panel, bus.messages));
    before = bus.messages.length;
    await new Promise((resolve) => setTimeout(resolve, 150));
    return settled;
  });
  const picture = pictureOf(panel, bus.messages);
  await display.stop();
  return picture;
}

const lit = ({ bytes }: Bitmap): boolean => bytes.some((byte) => byte !== 0);
const shown = async (panel: Panel): Promise<Bitmap> => pictureOf(panel, messagesOf(await lab.i2c()));
const same = (a: Bitmap, b: Bitmap): boolean => Buffer.compare(a.bytes, b.bytes) === 0;

/** The pixels that differ, so that a failure says where. */
function different(a: Bitmap, b: Bitmap): number {
  let count = 0;
  for (let y = 0; y < a.height; y++) for (let x = 0; x < a.width; x++) if (a.isLit(x, y) !== b.isLit(x, y)) count++;
  return count;
}

const panels: [string, Panel][] = [
  ['SSD1306', { kind: 'oled', chip: 'ssd1306' }],
  ['SH1106', { kind: 'oled', chip: 'sh1106' }],
  ['LCD 20x4', { kind: 'lcd', columns: 20, rows: 4 }],
];

describe.skipIf(noLab).each(short ? panels.slice(0, 1) : panels)('%s', (name, panel) => {
  test('shows in the guest, pixel by pixel, what its driver draws here, and nothing after its end', async () => {
    const at = await drawn(panel);
    mkdirSync(pictures, { recursive: true });
    for (const [title, screen] of Object.entries(screens)) {
      if (panel.kind === 'lcd' && title === 'code') continue;
      const wanted = await alone(panel, screen);
      at.say(JSON.stringify(screen));
      await until(title, async () => same(await shown(panel), wanted), 20_000).catch(() => {});
      const seen = await shown(panel);
      writeFileSync(join(pictures, `${name.replaceAll(' ', '-')}-${title}.png`), writePng(seen));
      expect([title, different(seen, wanted)]).toEqual([title, 0]);
      expect(lit(seen)).toBe(true);
      if (title === 'code') expect(readQr(readPng(writePng(seen)))).toBe(code);
    }
    expect(faults).toEqual([]);
    at.done();
    await at.ended;
    expect(lit(await shown(panel))).toBe(false);
  });
});

describe.skipIf(noLab)('on the recorded bus', () => {
  test('a line of an LCD is 20 characters in at most two transactions', async () => {
    const panel = { kind: 'lcd', columns: 20, rows: 2 } as const;
    const line = (title: string): Screen =>
      ({ ...screens['english'], texts: [{ lang: 'en', title, body: '' }] }) as Screen;
    const [first, second] = [line('ABCDEFGHIJKLMNOPQRST'), line('abcdefghijklmnopqrst')];
    const at = await drawn(panel);
    for (const screen of [first, second]) {
      const before = (await lab.i2c()).length;
      const wanted = await alone(panel, screen);
      at.say(JSON.stringify(screen));
      await until('the line', async () => same(await shown(panel), wanted), 20_000);
      const sent = (await lab.i2c()).slice(before);
      // The first also has to be set up, and to say the amount.
      if (screen !== second) continue;
      expect(sent.length).toBeGreaterThan(0);
      expect(sent.length).toBeLessThanOrEqual(2);
      expect(sent.every((message) => message.startsWith('W 27 '))).toBe(true);
    }
  });

  if (!short)
    test('a display that does not answer is a fault with its remedy, told once, and drawn when it is back', async () => {
      const panel = { kind: 'oled', chip: 'ssd1306' } as const;
      await lab.answerI2c(0x27);
      const at = await drawn(panel);
      at.say(JSON.stringify(screens['english']));
      await until('the fault', () => faults.length > 0, 20_000);
      expect(faults).toEqual([expect.stringMatching(/EREMOTEIO \(nobody answers at that address: check the wiring/)]);
      await lab.clearI2c();
      await lab.answerI2c(0x27, 0x3c);
      await until('word that it works', () => faults.at(-1) === null, 60_000);
      expect(faults.length).toBe(2);
      const wanted = await alone(panel, screens['english'] as Screen);
      await until('the picture', async () => same(await shown(panel), wanted), 20_000);
    });
});
