import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TimedOrderEvent } from '../../deploy/demo/clients.js';
import { runPayment } from '../../deploy/demo/payment.js';
import { findScenario, type Scenario } from '../../deploy/demo/scenarios.js';
import { Stack } from '../../deploy/demo/stack.js';
import { sleep, until } from '../support/wait.js';
import { type OwnBroker, ownBroker } from './broker.js';
import { freshCode } from './run.js';

/**
 * Bad input and broken parts, on the running system. Whatever happens, the acquirer's own ledger ends at net zero, or
 * the goods went out exactly once.
 */

let stack: Stack;
let broker: OwnBroker;

beforeAll(async () => {
  broker = await ownBroker();
  stack = new Stack({ log: () => {}, broker, revive: true });
  await stack.start();
  expect(await stack.waitInService()).toBeUndefined();
}, 90_000);
afterAll(async () => {
  await stack.stop();
});

const approve = findScenario('approve') as Scenario;
const amounts = { amount: '35.50', currency: 'HKD' };

const net = async (): Promise<number> => {
  const { charged, returned } = await stack.sandbox.ledger();
  return charged - returned;
};
const play = (scenario: string) => stack.sandbox.scenario(scenario);

/** An order, and what happens to it. */
class Watched {
  readonly events: TimedOrderEvent[] = [];
  readonly id: string;
  #stop = new AbortController();

  constructor(id: string) {
    this.id = id;
    void this.#follow();
  }

  get states(): string[] {
    return this.events.map((event) => event.state);
  }

  has(state: string, withinMs = 8_000): Promise<TimedOrderEvent> {
    return until(state, () => this.events.find((event) => event.state === state), withinMs) as Promise<TimedOrderEvent>;
  }

  async outcome(withinMs = 28_000): Promise<string> {
    const event = await this.has('ended', withinMs);
    return event.state === 'ended' ? event.outcome : '';
  }

  stop(): void {
    this.#stop.abort();
  }

  async #follow(): Promise<void> {
    try {
      for await (const event of stack.agent.events(this.id, this.#stop.signal)) this.events.push(event);
    } catch {
      // The stream ends with the kiosk when a test kills it.
    }
  }
}

async function order(): Promise<Watched> {
  expect(await stack.waitInService()).toBeUndefined();
  const placed = await stack.agent.place({ ...amounts, reference: 'FAULT-1' });
  const watched = new Watched(placed.id);
  await watched.has('armed');
  return watched;
}

async function vend(watched: Watched, withinMs = 8_000): Promise<void> {
  await watched.has('vending', withinMs);
  await stack.agent.vend(watched.id, 'delivered');
}

const newestAttempt = async () => (await stack.relay.attempts(1))[0];
const standingOf = async (attempt: string): Promise<string | undefined> =>
  (await stack.relay.attempts(50)).find((one) => one.attempt === attempt)?.standing;

describe('on the scanner’s line', () => {
  test('noise is rejected or ignored, and the next code pays', async () => {
    await play('approve');
    const before = await net();
    const watched = await order();
    for (const noise of [
      [0x00, 0xff, 0x80, 0x1b, 0x5b],
      [0x0d, 0x0a, 0x0d],
      Array.from({ length: 6_000 }, (_, i) => i % 251),
    ]) {
      await stack.scanBytes(Uint8Array.from(noise));
      await sleep(120);
    }
    expect(watched.states).not.toContain('submitted');
    await stack.scanBytes(Buffer.from('\r'));
    await sleep(120);
    await stack.scan(freshCode());
    await vend(watched);
    expect(await watched.outcome()).toBe('delivered');
    expect((await net()) - before).toBe(3_550);
  });

  test('half a code is no code', async () => {
    const before = await net();
    const watched = await order();
    await stack.scanBytes(Buffer.from(freshCode().slice(0, 12)));
    await watched.has('scan-rejected');
    expect(watched.states).not.toContain('submitted');
    await stack.agent.cancel(watched.id);
    expect(await net()).toBe(before);
    // What comes right behind a broken code may be its rest; only after a silence is it another code.
    await sleep(400);
  });

  test('two codes glued together are no code', async () => {
    const before = await net();
    const watched = await order();
    await stack.scan(freshCode() + freshCode());
    const event = await watched.has('scan-rejected');
    expect(event).toMatchObject({ reason: expect.stringMatching(/bad-length|too-long|unknown-prefix/) });
    expect(watched.states).not.toContain('submitted');
    await stack.agent.cancel(watched.id);
    expect(await net()).toBe(before);
  });

  test('without an order a code is refused', async () => {
    const before = await net();
    const counted = (await stack.agent.status()).counters ?? {};
    await stack.scan(freshCode());
    await until('the refusal to be counted', async () => {
      const counters = (await stack.agent.status()).counters ?? {};
      return Object.entries(counters).some(([name, n]) => name.includes('refused') && n > (counted[name] ?? 0));
    });
    expect(await net()).toBe(before);
  });

  test('a code while another attempt is open is refused, and the open one ends as it would', async () => {
    const before = await net();
    await play('password');
    const watched = await order();
    await stack.scan(freshCode());
    await watched.has('password-pending');
    await stack.scan(freshCode());
    expect(await watched.has('scan-refused')).toMatchObject({ reason: 'busy' });
    const [dialog] = await stack.sandbox.dialogs();
    await stack.sandbox.answer(dialog?.paymentRequestId ?? '', 'confirm');
    await vend(watched);
    expect(await watched.outcome()).toBe('delivered');
    expect(watched.states.filter((state) => state === 'submitted')).toHaveLength(1);
    expect((await net()) - before).toBe(3_550);
  });
});

describe('an acquirer that answers rubbish is not believed', () => {
  test.each(['bad-signature', 'html', 'wrong-currency'])(
    '%s: nothing vended, nothing kept',
    async (scenario) => {
      const before = await net();
      await play(scenario);
      const watched = await order();
      await stack.scan(freshCode());
      expect(['reversed', 'declined']).toContain(await watched.outcome());
      expect(watched.states).not.toContain('vending');
      expect(await net()).toBe(before);
      await play('approve');
    },
    40_000,
  );
});

describe('a part dies in the middle', () => {
  test('the broker restarts while the wallet asks for the password', async () => {
    const before = await net();
    await play('password');
    const watched = await order();
    await stack.scan(freshCode());
    await watched.has('password-pending');
    await broker.restart(300);
    const [dialog] = await stack.sandbox.dialogs();
    await stack.sandbox.answer(dialog?.paymentRequestId ?? '', 'confirm');
    await vend(watched);
    expect(await watched.outcome()).toBe('delivered');
    expect((await net()) - before).toBe(3_550);
  }, 40_000);

  test('the broker is away just when the code is scanned', async () => {
    const before = await net();
    await play('approve');
    const watched = await order();
    const back = broker.restart(600);
    await stack.scan(freshCode());
    await back;
    expect(await stack.waitInService()).toBeUndefined();
    await sleep(200);
    // Either it was still taken, and then it is paid now, or the kiosk had already closed and the customer scans again.
    if (!watched.states.includes('submitted')) await stack.scan(freshCode());
    const done = await Promise.race([vend(watched, 28_000).then(() => watched.outcome()), watched.outcome()]);
    expect((await net()) - before).toBe(done === 'delivered' ? 3_550 : 0);
    expect(watched.states.filter((state) => state === 'submitted')).toHaveLength(1);
  }, 40_000);

  test('the relay is killed with -9 while the wallet asks: paid and delivered once, or the money does not stay', async () => {
    const before = await net();
    await play('password');
    const watched = await order();
    await stack.scan(freshCode());
    await watched.has('password-pending');
    stack.program('relay').crash();
    const [dialog] = await stack.sandbox.dialogs();
    await stack.sandbox.answer(dialog?.paymentRequestId ?? '', 'confirm');
    const done = await Promise.race([vend(watched, 28_000).then(() => watched.outcome()), watched.outcome()]);
    expect((await net()) - before).toBe(done === 'delivered' ? 3_550 : 0);
    expect(watched.states.filter((state) => state === 'vending').length).toBeLessThanOrEqual(1);
  }, 60_000);

  test('the agent is killed with -9 while the wallet asks: the money does not stay', async () => {
    const before = await net();
    await play('password');
    const watched = await order();
    await stack.scan(freshCode());
    await watched.has('password-pending');
    const attempt = (await newestAttempt())?.attempt ?? '';
    stack.program('kiosk').crash();
    const [dialog] = await stack.sandbox.dialogs();
    await stack.sandbox.answer(dialog?.paymentRequestId ?? '', 'confirm').catch(() => {});
    await until('the kiosk to be gone', () => !stack.isRunning('kiosk'));
    await until(
      'the attempt to be settled',
      async () => /^(reversed|declined)$/.test((await standingOf(attempt)) ?? ''),
      28_000,
    );
    watched.stop();
    expect(await net()).toBe(before);
  }, 60_000);

  test('the agent is killed with -9 after the goods began to move: a person decides, and it vends no second time', async () => {
    const before = await net();
    await play('approve');
    const watched = await order();
    await stack.scan(freshCode());
    await watched.has('vending');
    const attempt = (await newestAttempt())?.attempt ?? '';
    stack.program('kiosk').crash();
    await until('the kiosk to be gone', () => !stack.isRunning('kiosk'));
    await until('the operator to be called', async () => (await standingOf(attempt)) === 'operator', 28_000);
    watched.stop();
    expect((await net()) - before).toBe(3_550);
    expect(await stack.relay.alarms()).not.toEqual([]);
  }, 60_000);

  test('after all of that the kiosk sells, once', async () => {
    const result = await runPayment(stack, { code: freshCode(), ...amounts, scenario: approve });
    expect(result).toMatchObject({ outcome: 'delivered', acquirer: { charged: 3_550, returned: 0 } });
  }, 40_000);
});

test('a kiosk without a relay is out of service: no order, and a scan charges nothing', async () => {
  const alone = new Stack({ log: () => {}, broker: await ownBroker(), relay: false });
  try {
    await alone.start();
    expect(await alone.waitInService(1_500)).toBe('relay');
    await expect(alone.agent.place({ ...amounts, reference: 'NONE' })).rejects.toMatchObject({ status: 503 });
    await alone.scan(freshCode());
    await sleep(300);
    expect(await alone.sandbox.ledger()).toMatchObject({ charged: 0, returned: 0 });
  } finally {
    await alone.stop();
  }
}, 40_000);
