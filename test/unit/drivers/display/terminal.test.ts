import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Screen } from '../../../../drivers/contract/display.js';
import { TerminalDisplay } from '../../../../drivers/display/terminal.js';

const screen = (title: string, more: Partial<Screen> = {}): Screen => ({
  kind: 'armed',
  tone: 'ready',
  texts: [{ lang: 'en', title, body: 'body' }],
  ...more,
});

async function drawn(isTTY: boolean, shown: Screen): Promise<string> {
  const output = Object.assign(new PassThrough(), { isTTY });
  const display = new TerminalDisplay({ output });
  await display.start();
  display.show(shown);
  return String(output.read());
}

/** Columns on a terminal, by the plain rule that Chinese takes two. */
const width = (line: string) => [...line].reduce((n, c) => n + (/\p{Script=Han}/u.test(c) ? 2 : 1), 0);

describe('terminal display', () => {
  it('draws a box whose right side is straight, in Chinese too', async () => {
    const text = await drawn(
      true,
      screen('Scan', {
        amount: 'HK$35.50',
        texts: [
          { lang: 'en', title: 'Scan your code', body: 'under the scanner' },
          { lang: 'zh', title: '请扫付款码', body: '将付款码对准扫描口' },
        ],
      }),
    );
    const box = text.slice(text.indexOf('┌')).trimEnd().split('\n');
    expect(box).toHaveLength(7);
    expect(new Set(box.map(width)).size).toBe(1);
    expect(box[1]).toMatch(/^│ HK\$35\.50 +│$/);
  });

  it('writes plain lines where there is no terminal', async () => {
    const text = await drawn(false, screen('Scan', { amount: 'HK$35.50', leftMs: 41_200, receipt: 'K7M3X' }));
    expect(text).toBe('HK$35.50\nScan\nbody\n42 s\n# K7M3X\n');
  });

  it('lets no text steer the terminal', async () => {
    const text = await drawn(false, screen('a\x1b[31mb', { receipt: '\x9bX\n\r' }));
    expect(text).toBe('a [31mb\nbody\n#  X  \n');
  });

  it('keeps one screen for an output that takes nothing, the newest, and writes it when it may', async () => {
    const taken: string[] = [];
    let release = () => {};
    const output = new Writable({
      highWaterMark: 1,
      decodeStrings: false,
      write(text: string, _encoding, done) {
        taken.push(text);
        release = done;
      },
    });
    const display = new TerminalDisplay({ output });
    await display.start();
    for (let i = 0; i < 500; i++) display.show(screen(`screen ${i}`));
    expect(output.writableLength).toBeLessThan(100);
    release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toEqual(['screen 0\nbody\n', 'screen 499\nbody\n']);
  });

  it('outlives a closed pipe', async () => {
    const output = new PassThrough();
    const display = new TerminalDisplay({ output });
    await display.start();
    display.show(screen('one'));
    output.destroy(new Error('EPIPE'));
    await new Promise((resolve) => setImmediate(resolve));
    display.show(screen('two'));
    await display.stop();
  });
});
