// One suite for every display driver: what the agent may rely on, looked at from the customer's side.
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { Display, Screen } from '../../../drivers/contract/display.js';
import { TerminalDisplay } from '../../../drivers/display/terminal.js';
import { VirtualDisplay } from '../../../drivers/display/virtual.js';
import { WebDisplay } from '../../../drivers/display/web.js';
import { WebFront } from '../../../drivers/web/front.js';
import { openPage } from '../../support/page-client.js';
import { until } from '../../support/wait.js';

type Rig = {
  readonly display: Display;
  /** Everything of the current screen that a customer can read. */
  visible(): string;
  /** The customer's side breaks: the page goes, the pipe closes. */
  breakAway(): Promise<void>;
  close(): Promise<void>;
};

async function webRig(): Promise<Rig> {
  const front = new WebFront({ beatMs: 20 });
  const { port } = await front.start();
  const page = await openPage(port);
  return {
    display: new WebDisplay(front),
    visible: () => JSON.stringify(page.last('screen') ?? null),
    async breakAway() {
      page.close();
    },
    async close() {
      page.close();
      await front.stop();
    },
  };
}

const clearScreen = '\x1b[3J\x1b[2J\x1b[H';

function terminalRig(isTTY: boolean): () => Promise<Rig> {
  return async () => {
    const output = Object.assign(new PassThrough(), { isTTY });
    let text = '';
    output.setEncoding('utf8');
    output.on('data', (piece: string) => {
      text += piece;
    });
    return {
      display: new TerminalDisplay({ output }),
      // A terminal shows what came after the last clearing; a log keeps its lines, so its newest screen counts.
      visible: () => (isTTY ? (text.split(clearScreen).at(-1) ?? '') : text),
      async breakAway() {
        output.destroy(new Error('broken pipe'));
      },
      async close() {
        output.destroy();
      },
    };
  };
}

async function virtualRig(): Promise<Rig> {
  const display = new VirtualDisplay();
  return {
    display,
    visible: () => JSON.stringify(display.current ?? null),
    async breakAway() {},
    async close() {},
  };
}

const armed: Screen = {
  kind: 'armed',
  tone: 'ready',
  texts: [
    { lang: 'en', title: 'Scan your code', body: 'Hold it under the scanner' },
    { lang: 'zh', title: '请扫付款码', body: '将付款码对准扫描口' },
  ],
  amount: 'HK$35.50',
};
const approved: Screen = {
  kind: 'approved',
  tone: 'good',
  texts: [{ lang: 'en', title: 'Thank you', body: 'Take your goods' }],
  amount: 'HK$35.50',
  receipt: 'K7M3X',
};
const pending: Screen = { ...armed, kind: 'confirm-on-phone', tone: 'attention', leftMs: 42_000 };

describe.each([
  ['web, over a real connection', webRig, true],
  ['terminal', terminalRig(true), true],
  ['terminal output in a log', terminalRig(false), false],
  ['virtual', virtualRig, true],
])('display contract: %s', (_name, makeRig, blanks) => {
  let rig: Rig | undefined;
  const setUp = async () => {
    rig = await makeRig();
    await rig.display.start();
    return rig;
  };
  afterEach(async () => {
    await rig?.display.stop();
    await rig?.close();
    rig = undefined;
  });

  it('shows amount, title and body in each language', async () => {
    const { display, visible } = await setUp();
    display.show(armed);
    for (const words of [
      'HK$35.50',
      'Scan your code',
      'Hold it under the scanner',
      '请扫付款码',
      '将付款码对准扫描口',
    ]) {
      await until(words, () => visible().includes(words));
    }
  });

  it('shows the receipt of a final screen, and the time left', async () => {
    const { display, visible } = await setUp();
    display.show(approved);
    await until('the receipt', () => visible().includes('K7M3X'));
    display.show(pending);
    await until('the time left', () => /42|41\d\d\d/.test(visible()));
  });

  // A log keeps its lines; on a device, what was is gone.
  const onDevice = blanks ? it : () => {};

  onDevice('shows the newest screen and nothing of the one before', async () => {
    const { display, visible } = await setUp();
    display.show(approved);
    display.show(armed);
    await until('the new screen', () => visible().includes('Scan your code'));
    expect(visible()).not.toContain('K7M3X');
    expect(visible()).not.toContain('Thank you');
  });

  onDevice('shows nothing of a customer after stop', async () => {
    const { display, visible } = await setUp();
    display.show(approved);
    await until('the receipt', () => visible().includes('K7M3X'));
    await display.stop();
    await until('a blank display', () => !visible().includes('K7M3X') && !visible().includes('35.50'));
  });

  it('never throws and never waits, whatever became of the customer’s side', async () => {
    const { display, breakAway } = await setUp();
    display.show(armed);
    await breakAway();
    const began = performance.now();
    for (let i = 0; i < 1_000; i++) display.show(i % 2 === 0 ? approved : pending);
    expect(performance.now() - began).toBeLessThan(2_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    display.show(armed);
  });

  it('can be stopped twice, and before it was started', async () => {
    rig = await makeRig();
    await rig.display.stop();
    await rig.display.start();
    await rig.display.stop();
    await rig.display.stop();
  });
});
