import { afterEach, describe, expect, test } from 'vitest';
import { admits, circuitPolicy, closedCircuit, stepCircuit } from '../../../relay/health/circuit.js';
import { Circuits } from '../../../relay/health/circuits.js';
import { Accounts } from '../../../relay/routing/accounts.js';
import { Counters } from '../../../relay/runtime/counters.js';
import type { ScenarioName } from '../../../relay/sandbox/scenarios.js';
import { type Sandbox, startSandbox } from '../../../relay/sandbox/server.js';
import { madeOf } from '../../../relay/worker/made.js';
import { until } from '../../support/wait.js';
import { policy } from '../ledger/scene.js';
import { antomFor, codepayFor, codepayStage, freshRequest, keys, type Stage, stage } from './stage.js';

/** What of an acquirer's answers to pays counts against it: what its customers cannot pay with does not. */
const known = {
  ...{ account: 'a', acquirer: 'a', attempt: 'a', call: 'pay', span: 's', startedAt: 0, ms: 1 },
} as const satisfies Parameters<typeof madeOf>[0];

describe.each<[string, () => Promise<Stage>]>([
  ['antom', () => stage({}, { callTimeoutMs: 2_000 })],
  ['codepay', () => codepayStage({}, { callTimeoutMs: 2_000 })],
])('%s: ten payments in a row', (_, open) => {
  let sandbox: Sandbox | undefined;
  afterEach(() => sandbox?.stop());
  const ended = async (scenario: ScenarioName, code?: string): Promise<boolean> => {
    const opened = await open();
    sandbox = opened.sandbox;
    await sandbox.setScenario(scenario);
    let circuit = closedCircuit;
    for (let n = 0; n < 10; n++) {
      const answer = await opened.acquirer.pay(freshRequest(code === undefined ? {} : { code }));
      const { failed } = madeOf(known, { event: { type: 'pay-answered', answer }, code: null }, true);
      circuit = stepCircuit(circuit, { type: 'pay-ended', failed }, n, circuitPolicy);
    }
    return admits(circuit, 10, circuitPolicy);
  };

  test.each(['approve', 'decline', 'expired-code', 'password', 'wrong-amount'] as const)(
    '%s: the acquirer is there, and the next customer may pay',
    async (scenario) => {
      expect(await ended(scenario)).toBe(true);
    },
  );

  test('with what is no payment code: so may the next customer', async () => {
    expect(await ended('approve', 'no payment code at all')).toBe(true);
  });

  test.each(['lost-answer', 'html', 'bad-signature', 'acquirer-down'] as const)(
    '%s: nobody more is charged into the dark',
    async (scenario) => {
      expect(await ended(scenario)).toBe(false);
    },
  );
});

/** Time by hand: `pass` runs what was asked for, once. */
function byHand() {
  let now = 0;
  const tasks: (() => void)[] = [];
  const clock = {
    now: () => now,
    after: (_: number, task: () => void) => {
      tasks.push(task);
      return () => undefined;
    },
  };
  const pass = (ms: number): void => {
    now += ms;
    for (const task of tasks.splice(0)) task();
  };
  return { clock, pass };
}

test.each([
  ['antom', antomFor],
  // Nobody has told this relay what any of CodePay's codes means.
  ['codepay', (sandbox: Sandbox) => codepayFor(sandbox, { settings: {} })],
] as const)('%s: whose payments never arrived is found out to be there again', async (acquirer, adapterFor) => {
  const sandbox = await startSandbox({ keys, acquirer, scenario: 'acquirer-down' });
  const { clock, pass } = byHand();
  const account = { name: 'a', acquirer: adapterFor(sandbox), policy };
  const circuits = new Circuits({
    ...{ accounts: () => new Accounts([account]), clock, counters: new Counters(), onChanged: () => undefined },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  circuits.start();
  try {
    const pay = async (): Promise<void> => {
      const request = freshRequest();
      const answer = await account.acquirer.pay(request);
      const outcome = { event: { type: 'pay-answered', answer }, code: null } as const;
      circuits.called(madeOf({ ...known, attempt: request.requestId }, outcome, true));
    };
    for (let n = 0; n < 5; n++) await pay();
    expect(circuits.admits('a')).toBe(false);
    pass(6_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(circuits.of('a').kind).toBe('open');
    await sandbox.setScenario('approve');
    await until('half-open', () => {
      pass(6_000);
      return circuits.of('a').kind === 'half-open';
    });
    await pay();
    expect(circuits.of('a').kind).toBe('closed');
  } finally {
    circuits.stop();
    await sandbox.stop();
  }
});
