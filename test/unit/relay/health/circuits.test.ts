import { expect, test } from 'vitest';
import { Circuits } from '../../../../relay/health/circuits.js';
import type { Accounts } from '../../../../relay/routing/accounts.js';
import { Counters } from '../../../../relay/runtime/counters.js';
import type { CallMade } from '../../../../relay/worker/made.js';
import { policy } from '../../../contract/ledger/scene.js';
import { oneAccount, ScriptedAcquirer } from '../link/stage.js';

/** Circuits with a clock by hand, and what is known of the account `x` at each change. */
function scene(acquirer: ScriptedAcquirer) {
  let now = 0;
  let tick = (): void => {};
  const clock = {
    now: () => now,
    after: (_: number, task: () => void) => {
      tick = task;
      return () => {};
    },
  };
  const log = { info() {}, warn() {}, error() {} };
  const said: boolean[] = [];
  const accounts: Accounts = oneAccount(acquirer, policy, 'x');
  const onChanged = (): void => void said.push(circuits.admits('x'));
  const circuits: Circuits = new Circuits({
    accounts: () => accounts,
    clock,
    log,
    counters: new Counters(),
    onChanged,
  });
  circuits.start();
  const made = (call: CallMade['call'], failed: boolean): void =>
    circuits.called({
      ...{ account: 'x', acquirer: 'scripted', attempt: 'a1', call, span: '', answer: '', startedAt: now, ms: 1 },
      ...{ failed, ours: false },
    });
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    tick();
    for (let i = 0; i < 9; i++) await Promise.resolve();
  };
  return { circuits, said, made, pass };
}

test('who may pay is told at each change: open, half-open, while one is tried, and when that was answered', async () => {
  const acquirer = new ScriptedAcquirer({ inquire: [{ kind: 'not-found' }] });
  const { circuits, said, made, pass } = scene(acquirer);
  for (let i = 0; i < 5; i++) made('pay', true);
  expect(said).toEqual([false]);
  await pass(5_000);
  expect(acquirer.names).toEqual(['inquire']);
  expect(said).toEqual([false, true]);
  // Everybody else would be refused until its answer is there.
  circuits.accepted('x');
  expect(said).toEqual([false, true, false]);
  made('pay', false);
  expect(said).toEqual([false, true, false, true]);
});

test('an adapter that throws has not answered: asked again, and nothing breaks', async () => {
  const acquirer = new ScriptedAcquirer({ inquire: [{ kind: 'not-found' }] });
  const answer = acquirer.inquire;
  acquirer.inquire = () => {
    throw new Error('an adapter that throws');
  };
  const { said, made, pass } = scene(acquirer);
  for (let i = 0; i < 5; i++) made('pay', true);
  await pass(5_000);
  expect(said).toEqual([false]);
  acquirer.inquire = answer;
  await pass(5_000);
  expect(said).toEqual([false, true]);
});
