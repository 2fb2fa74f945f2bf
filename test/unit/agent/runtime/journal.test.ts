import { expect, it } from 'vitest';
import { Decoder } from '../../../../agent/decode/decoder.js';
import { framingProfile } from '../../../../agent/decode/framer.js';
import { compileIssuers } from '../../../../agent/decode/issuers.js';
import { MemoryJournal } from '../../../../agent/journal/memory.js';
import { OrderLog } from '../../../../agent/orders/log.js';
import { present } from '../../../../agent/presentation/present.js';
import { Counters } from '../../../../agent/runtime/counters.js';
import { Front } from '../../../../agent/runtime/front.js';
import { tellGaps } from '../../../../agent/runtime/journal-gaps.js';
import { assembleKiosk } from '../../../../agent/runtime/kiosk.js';
import { AppActuator } from '../../../../drivers/actuator/app.js';
import { systemClock } from '../../../../drivers/clock.js';
import { VirtualDisplay } from '../../../../drivers/display/virtual.js';
import { VirtualIndicator } from '../../../../drivers/indicator/virtual.js';
import { builtInTable } from '../../../../protocol/issuer-table/built-in.js';
import { replay as anyReplay, timers } from '../../../support/kiosk.js';

it('a kiosk closes at once when its journal fails in a write that no record waits for', async () => {
  const journal = new MemoryJournal();
  let random = 0;
  const bytes = (n: number) => Buffer.alloc(n, ++random);
  const replay = await journal.open({ board: 'b', random: bytes, wallMs: () => 0 });
  const warned: object[] = [];
  const { loop, desk } = assembleKiosk({
    ...{ name: 'k', board: 'b', version: '0', replay, journal, clock: systemClock, wallMs: () => 0, random: bytes },
    ...{ counters: new Counters(), orders: new OrderLog(), actuator: new AppActuator({ limitMs: 50 }) },
    front: new Front(new VirtualDisplay(), new VirtualIndicator(), (view) => present(view, ['en'], {})),
    log: { info: () => {}, warn: (fields) => warned.push(fields) },
    timers: { ...timers, helloRetryMs: 1_000, roundTripMaxMs: 1_000 },
    profile: framingProfile(['cr'], { gapMs: 30, minLength: 8 }),
    decoder: new Decoder(compileIssuers(builtInTable, 'global')),
    duplicateWindowMs: 3_000,
    issuerTable: () => 1,
    report: () => 'unknown',
    publish: () => true,
  });
  for (const reason of ['starting', 'relay', 'scanner'] as const) loop.dispatch({ type: 'opened', reason });
  expect(desk.status()).toMatchObject({ service: 'in-service' });
  journal.failUnheard(new Error('EIO: the card'));
  expect(desk.status()).toMatchObject({ service: 'out-of-service', reason: 'journal' });
  expect(warned).toEqual([{ event: 'journal-failed', why: 'EIO: the card' }]);
  loop.stop();
});

it('says at each start what the card has lost, counted in the status, also when an earlier start found it', () => {
  const told = (gaps: number, lost: { at: number; blocks: number }[]) => {
    const counters = new Counters();
    const warned: object[] = [];
    tellGaps({ ...anyReplay, gaps, lost }, counters, { warn: (fields) => warned.push(fields) });
    return { counted: counters.get('journal-gap'), warned };
  };
  const [first, second] = [
    { at: 1, blocks: 2 },
    { at: 9, blocks: 1 },
  ];
  expect(told(0, [])).toEqual({ counted: 0, warned: [] });
  expect(told(2, [first])).toEqual({ counted: 1, warned: [{ event: 'journal-gap', blocks: 2 }] });
  const before = { event: 'journal-gap-before', starts: 2, at: 9, blocks: 1 };
  expect(told(0, [first, second])).toEqual({ counted: 2, warned: [before] });
});
