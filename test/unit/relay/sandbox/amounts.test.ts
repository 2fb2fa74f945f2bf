import { describe, expect, test } from 'vitest';
import { scenarioAmounts, scenarioNames } from '../../../../relay/sandbox/scenarios.js';
import type { SandboxOptions } from '../../../../relay/sandbox/server.js';
import { codepayStage, freshRequest, stage } from '../../../contract/acquirer/stage.js';

/** A price is all it takes to play a scenario, where the sandbox is told so. */

describe.each([
  ['antom', (options: Partial<SandboxOptions>) => stage(options, { callTimeoutMs: 600 })],
  ['codepay', (options: Partial<SandboxOptions>) => codepayStage(options, { callTimeoutMs: 1_200 })],
])('%s: scenarios by amount', (_, open) => {
  const playedOf = async (options: Partial<SandboxOptions>) => {
    const { sandbox, acquirer } = await open(options);
    try {
      const asked = [...scenarioAmounts.keys(), 3550].filter(
        (amount) => scenarioAmounts.get(amount) !== 'acquirer-silent',
      );
      for (const amount of asked) await acquirer.pay(freshRequest({ money: { amount, currency: 'HKD' } }));
      return { asked, played: sandbox.ledger().payments };
    } finally {
      await sandbox.stop();
    }
  };

  test('each asks for its own, and every other for the one that is set', async () => {
    const { played } = await playedOf({ byAmount: true, scenario: 'vend-fails' });
    const expected = [...scenarioAmounts.values(), 'vend-fails'].filter(
      (name) => name !== 'acquirer-silent' && name !== 'lost-request',
    );
    expect(played.map(({ scenario }) => scenario)).toEqual(expected);
  });

  test('none does where the sandbox was not told to go by them', async () => {
    const { played, asked } = await playedOf({});
    expect(played.map(({ scenario, charged }) => [scenario, charged])).toEqual(asked.map((n) => ['approve', n]));
  });

  test('only what needs no amount is not among them', () => {
    const named = new Set<string>(scenarioAmounts.values());
    expect(scenarioNames.filter((name) => !named.has(name))).toEqual(['approve', 'acquirer-down', 'vend-fails']);
  });
});
