import { expect, it } from 'vitest';
import { MdbActuator } from '../../../../drivers/actuator/mdb/mdb.js';
import { makePlace } from '../../../support/line.js';
import { sleep, until } from '../../../support/wait.js';

it('an adapter that takes nothing more does not hold up the stop', async () => {
  const place = makePlace();
  // Nobody reads what is said to it.
  await place.plug();
  let state = '';
  const machine = new MdbActuator({
    ...{ path: place.path, baudRate: 115_200, dialect: 'qibixx', address: 'first', session: 'begin' },
    ...{ currencyNumber: 344, decimals: 2, scale: 10, limitMs: 3_000, onState: (now) => (state = now) },
  });
  machine.connect({ onOrder: () => undefined, onDropped() {} });
  await machine.start();
  await until('the line', () => state === 'ready');
  // Each is answered, until the line is full.
  for (let i = 0; i < 60; i++) void place.write('c,STATUS,ENABLED\n'.repeat(100)).catch(() => {});
  await sleep(500);
  const stopped = await Promise.race([machine.stop().then(() => true), sleep(3_000).then(() => false)]);
  await place.close();
  expect(stopped).toBe(true);
});
