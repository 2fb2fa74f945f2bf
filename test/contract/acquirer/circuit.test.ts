import { afterEach, describe, expect, test } from 'vitest';
import { admits, circuitPolicy, closedCircuit, stepCircuit } from '../../../relay/health/circuit.js';
import type { ScenarioName } from '../../../relay/sandbox/scenarios.js';
import type { Sandbox } from '../../../relay/sandbox/server.js';
import { madeOf } from '../../../relay/worker/made.js';
import { codepayStage, freshRequest, type Stage, stage } from './stage.js';

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
