// One suite for every driver of buttons: a press is told once, to whoever listens, and never after the end.
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { LineButtons } from '../../../drivers/button/lines.js';
import { SeveralButtons } from '../../../drivers/button/several.js';
import { VirtualButtons } from '../../../drivers/button/virtual.js';
import { WebButtons } from '../../../drivers/button/web.js';
import type { Buttons, Press } from '../../../drivers/contract/button.js';
import type { Screen } from '../../../drivers/contract/display.js';
import { VirtualInput } from '../../../drivers/input/virtual.js';
import { WebFront } from '../../../drivers/web/front.js';
import { openPage } from '../../support/page-client.js';
import { sleep, until } from '../../support/wait.js';

type Rig = {
  readonly buttons: Buttons;
  /** The customer presses; resolves when the driver has had its chance to tell. */
  press(press: Press): Promise<void>;
  /** False: a button of it is for whichever wallet the kiosk offers first. */
  readonly namesWallets?: boolean;
  close(): Promise<void>;
};

const labels = [{ lang: 'en', text: 'Press' }];
const screen: Screen = {
  ...{ kind: 'armed', tone: 'ready', texts: [{ lang: 'en', title: 'Show your code', body: '' }] },
  actions: [
    { button: 'pay', labels },
    { button: 'link', labels },
    { button: 'link', wallet: 'dana', labels },
  ],
};

function post(port: number, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` };
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path: '/press', method: 'POST', headers, agent: false },
      (answer) => {
        answer.resume().on('end', resolve);
      },
    );
    sent.on('error', reject).end(JSON.stringify(body));
  });
}

async function webRig(): Promise<Rig> {
  const front = new WebFront({ beatMs: 20 });
  const { port } = await front.start();
  front.showScreen(screen);
  const page = await openPage(port);
  await until('the screen', () => page.last('screen') !== undefined);
  return {
    buttons: new WebButtons(front),
    press: (press) => post(port, { ...press, shown: (page.last('screen') as { shown: number }).shown }),
    async close() {
      page.close();
      await front.stop();
    },
  };
}

async function virtualRig(): Promise<Rig> {
  const buttons = new VirtualButtons();
  return { buttons, press: async (press) => buttons.press(press), close: async () => {} };
}

/** A page and buttons beside it: here those beside it are pressed. */
async function severalRig(): Promise<Rig> {
  const beside = await linesRig();
  const front = new WebFront({ beatMs: 20 });
  await front.start();
  return {
    ...beside,
    buttons: new SeveralButtons([new WebButtons(front), beside.buttons]),
    async close() {
      await beside.close();
      await front.stop();
    },
  };
}

/** Each button a line; which wallet it is for, a line cannot say. */
async function linesRig(): Promise<Rig> {
  const inputs = {
    pay: new VirtualInput({ name: 'pay', debounceMs: 5 }),
    link: new VirtualInput({ name: 'link', debounceMs: 5 }),
  };
  return {
    buttons: new LineButtons({ inputs }),
    namesWallets: false,
    async press({ button }) {
      for (const down of [true, false]) {
        inputs[button].move(down);
        await sleep(20);
      }
    },
    close: async () => {},
  };
}

describe.each([
  ['lines', linesRig],
  ['web, over a real connection', webRig],
  ['several', severalRig],
  ['virtual', virtualRig],
])('buttons contract: %s', (_name, makeRig) => {
  let rig: Rig | undefined;
  const heard: Press[] = [];
  const onPress = (press: Press) => void heard.push(press);
  const setUp = async () => {
    heard.length = 0;
    rig = await makeRig();
    return rig;
  };
  afterEach(async () => {
    await rig?.buttons.stop();
    await rig?.close();
    rig = undefined;
  });

  it('tells each press once, with its wallet where it has one', async () => {
    const { buttons, press, namesWallets = true } = await setUp();
    await buttons.start({ onPress });
    const presses: Press[] = [{ button: 'pay' }, { button: 'link' }, { button: 'link', wallet: 'dana' }];
    for (const one of presses) await press(one);
    expect(heard).toEqual(namesWallets ? presses : presses.map(({ button }) => ({ button })));
  });

  it('tells nobody before the start and after the end, and can be ended twice', async () => {
    const { buttons, press } = await setUp();
    await press({ button: 'pay' });
    await buttons.start({ onPress });
    await buttons.stop();
    await buttons.stop();
    await press({ button: 'pay' });
    expect(heard).toEqual([]);
  });

  it('can be started again', async () => {
    const { buttons, press } = await setUp();
    await buttons.start({ onPress });
    await buttons.stop();
    await buttons.start({ onPress });
    await press({ button: 'pay' });
    expect(heard).toEqual([{ button: 'pay' }]);
  });
});
