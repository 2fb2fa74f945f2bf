import { expect, it } from 'vitest';
import { onceAnAttempt } from '../../../../drivers/actuator/once.js';

const job = (attempt: string) => ({ order: 'o', attempt });

it('an act that throws or rejects is doubtful, and is not tried again', async () => {
  let acts = 0;
  const vend = onceAnAttempt(() => {
    acts++;
    throw new Error('coil');
  });
  expect(await vend(job('a'))).toBe('doubtful');
  expect(await vend(job('a'))).toBe('doubtful');
  expect(acts).toBe(1);
});

it('remembers thousands of attempts and no more', async () => {
  const acted: string[] = [];
  const vend = onceAnAttempt(async ({ attempt }) => {
    acted.push(attempt);
    return 'delivered';
  });
  for (let i = 0; i < 5_000; i++) await vend(job(String(i)));
  await vend(job('4999'));
  await vend(job('1000'));
  expect(acted).toHaveLength(5_000);
  await vend(job('0'));
  expect(acted).toHaveLength(5_001);
});
