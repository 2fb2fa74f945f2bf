import { expect, test } from 'vitest';
import { isApproval, isOf } from '../crash-points/traffic.js';
import { began, stage } from './scene.js';

/**
 * The counterexamples of reference protocol/findings.md that begin with a kiosk's journal, each as its message sequence, in a
 * world of shipped kiosk and relay. The predicate in brackets is the one that breaks without the rule.
 */

const charged = { charged: 3_550, returned: 0 };

test('C1 [S7]: the journal is lost after the goods came out: doubtful and the operator, not reversed', async () => {
  let id = '';
  const end = await stage(async ({ script, goodsOut }) => {
    id = await goodsOut();
    script.kiosk.powerCut(1_000, 'lost');
    script.kiosk.disk.wipe();
    await script.stands(id, 'doubtful', 'reversing', 'reversed');
  });
  expect(end.violations).toEqual([]);
  expect(end.standing(id)).toBe('doubtful vend-doubtful');
  expect(end.alarms()).toEqual(['other-journal', 'vend-doubtful']);
  expect(end.money()).toEqual(charged);
});

test('C1b [S7]: a new journal answers the resent approval with "doubtful", not with "not delivered"', async () => {
  let id = '';
  let said: string[] = [];
  const end = await stage(async ({ script, traffic, goodsOut }) => {
    id = await goodsOut();
    script.kiosk.powerCut(1_000, 'lost');
    script.kiosk.disk.wipe();
    // The relay has not heard of the new boot when it says "approved" again.
    const hello = traffic.hold(isOf('hello'));
    await script.until(() => traffic.vends.length > 0);
    said = [...traffic.vends];
    hello.letGo();
  });
  expect(end.violations).toEqual([]);
  expect(said).toEqual(['doubtful']);
  expect(end.standing(id)).toBe('doubtful vend-doubtful');
  expect(end.money()).toEqual(charged);
});

test('C2 [S7]: the other copy of a cloned card says Hello without the attempt: doubtful, never reversed', async () => {
  let id = '';
  const states: string[] = [];
  const end = await stage(async ({ script, world, traffic, goodsOut }) => {
    const { kiosk } = script;
    kiosk.powerCut(1_000);
    const copy = world.copyCard(kiosk, false);
    copy.powerCut(1_000_000);
    const report = traffic.hold(isOf('vend'));
    id = await goodsOut();
    copy.boot();
    await script.stands(id, 'doubtful', 'reversing', 'reversed');
    states.push(world.database.attempt(id)?.state ?? '');
    report.letGo();
    await script.stands(id, 'delivered', 'reversing', 'reversed');
    await script.until(() => world.database.alarms().some(({ kind }) => kind === 'clone'));
  });
  expect(end.violations).toEqual([]);
  expect(states).toEqual(['doubtful']);
  // A definite report overrides it, and two devices of one name are found out.
  expect(end.standing(id)).toBe('delivered');
  expect(end.alarms()).toContain('clone');
  expect(end.money()).toEqual(charged);
});

test('C2b [S7]: the copy hears the approval of the original’s attempt: it says "doubtful"', async () => {
  let id = '';
  let said: string[] = [];
  const end = await stage(async ({ script, world, traffic, goodsOut }) => {
    const { kiosk } = script;
    kiosk.powerCut(1_000);
    const copy = world.copyCard(kiosk, false);
    copy.powerCut(1_000_000);
    await script.until(() => script.inService);
    const approval = traffic.hold((body, to) => isApproval(body, to) && traffic.vends.length === 0);
    copy.boot();
    await script.until(() => copy.life?.link.up === true);
    // Only now: the copy's Hello, which it says at once, must not be what settles the attempt.
    const hello = traffic.hold(isOf('hello'));
    const paying = goodsOut();
    await script.until(() => approval.held.length > 0);
    approval.letGo();
    id = await paying;
    await script.until(() => traffic.vends.length > 0);
    said = [...traffic.vends];
    hello.lose();
  });
  expect(end.violations).toEqual([]);
  expect(said).toContain('doubtful');
  expect(said).not.toContain('not-delivered');
  expect(end.standing(id)).toBe('delivered');
  expect(end.money()).toEqual(charged);
});

test('C3 [S7]: a Hello whose boot number was lost and used again comes late: it is of no journal that lives', async () => {
  let id = '';
  const end = await stage(async ({ script, traffic, goodsOut }) => {
    const { kiosk } = script;
    const before = new Map([...kiosk.disk.files].map(([name, bytes]) => [name, bytes.slice()]));
    const hello = traffic.hold(isOf('hello'));
    kiosk.powerCut(500, 'lost');
    await script.until(() => hello.held.length > 0);
    // The number goes with the power, although the disk had said that it is durable.
    kiosk.powerCut(500, 'lost');
    for (const [name, bytes] of before) kiosk.disk.files.get(name)?.set(bytes);
    const late = hello.held.splice(0);
    hello.letGo();
    const report = traffic.hold(isOf('vend'));
    id = await goodsOut();
    for (const { go } of late) go();
    await script.sleep(2_000);
    report.letGo();
  });
  expect(end.violations).toEqual([]);
  expect(end.standing(id)).toBe('delivered');
  expect(end.money()).toEqual(charged);
});

test('C4 [S7]: delivered, the report lost, a crash: the next Hello still lists it, and nothing is reversed', async () => {
  let id = '';
  let listed: unknown;
  const end = await stage(async ({ script, traffic, goodsOut }) => {
    const report = traffic.hold(isOf('vend'));
    id = await goodsOut();
    await script.until(() => report.held.length > 0);
    script.kiosk.kill(1_000);
    report.lose();
    await script.stands(id, 'delivered', 'reversing', 'reversed');
    const hello = traffic.seen.findLast(({ body }) => body.type === 'hello')?.body;
    listed = hello?.type === 'hello' ? hello.open : undefined;
  });
  expect(end.violations).toEqual([]);
  expect(listed).toEqual([{ attempt: id, delivery: 'delivered' }]);
  expect(end.standing(id)).toBe('delivered');
  expect(end.money()).toEqual(charged);
});

test('C5 [S7]: the power cut keeps "begun" and loses "opened": it is read without it, and is doubtful', async () => {
  let id = '';
  const end = await stage(async ({ script, goodsOut }) => {
    id = await goodsOut();
    script.kiosk.powerCut(1_000, 'lost');
    expect(eraseBlocks(script.kiosk.disk.files, ['"o",'], id)).toBe(1);
    await script.stands(id, 'doubtful', 'reversing', 'reversed');
  });
  expect(end.violations).toEqual([]);
  expect(end.standing(id)).toBe('doubtful vend-doubtful');
  expect(end.money()).toEqual(charged);
});

test('C6 [S7]: a power cut at the very moment of actuation: "begun" is on the card, so the attempt is doubtful', async () => {
  let id = '';
  let cut = false;
  const end = await stage(
    async ({ script }) => {
      id = began(await script.pay('pays'));
      await script.stands(id, 'doubtful', 'reversing', 'reversed');
    },
    {
      atPoint: ({ kiosks }, { kind }) => {
        if (kind === 'vend-begins' && !cut) for (const kiosk of kiosks) kiosk.powerCut(1_000, 'lost');
        cut ||= kind === 'vend-begins';
        return 'goes-on';
      },
    },
  );
  expect(cut).toBe(true);
  expect(end.violations).toEqual([]);
  expect(end.standing(id)).toBe('doubtful vend-doubtful');
});

test('C6 [S7]: on a slow card the vend waits until "begun" is durable', async () => {
  const order: string[] = [];
  const end = await stage(
    async ({ script, world }) => {
      const id = began(await script.pay('asks-password', { takesMs: 1_000 }));
      await script.sleep(500);
      world.faults.order('disk-slow');
      await script.stands(id, 'delivered');
    },
    {
      atPoint: (world, { kind }) => {
        if (kind === 'block-written' || kind === 'block-durable' || kind === 'vend-begins')
          order.push(`${kind} ${world.timeline.now > 500}`);
        return 'goes-on';
      },
    },
  );
  expect(end.violations).toEqual([]);
  const vend = order.findIndex((line) => line.startsWith('vend-begins'));
  expect(order.slice(0, vend).map((line) => line.split(' ')[0])).toEqual([
    ...['block-written', 'block-durable'],
    ...['block-written', 'block-durable'],
  ]);
});

test('C7 [S7]: not delivered was said by the boot before; a late approval moves nothing in the next one', async () => {
  let id = '';
  let answered: string[] = [];
  const end = await stage(async ({ script, world, traffic }) => {
    const approval = traffic.hold(isApproval);
    const report = traffic.hold(isOf('vend'));
    id = began(await script.pay('pays'));
    await script.until(() => report.held.length > 0, 70_000);
    const hello = traffic.hold(isOf('hello'));
    script.kiosk.kill(1_000);
    await script.until(() => hello.held.length > 0);
    const before = traffic.vends.length;
    approval.letGo();
    await script.until(() => traffic.vends.length > before);
    answered = traffic.vends.slice(before);
    expect(world.oracle.attempt(id).vendBegun).toBe(false);
    report.letGo();
    hello.letGo();
    await script.stands(id, 'reversed');
  });
  expect(end.violations).toEqual([]);
  expect(new Set(answered)).toEqual(new Set(['not-delivered']));
  expect(end.world.oracle.attempt(id).goodsOut).toBe(false);
  expect(end.standing(id)).toBe('reversed not-delivered');
  expect(end.money()).toEqual({ charged: 3_550, returned: 3_550 });
});

test('C13: the disk lied about "begun", and a later block tells it: the gap is seen, said, and the attempt is doubtful', async () => {
  let id = '';
  let gaps = 0;
  const end = await stage(async ({ script, traffic, goodsOut }) => {
    const report = traffic.hold(isOf('vend'));
    id = await goodsOut();
    await script.settled();
    await script.pay('never-answers');
    await script.sleep(200);
    script.kiosk.powerCut(1_000, 'lost');
    script.kiosk.disk.disturbed = true;
    expect(eraseBlocks(script.kiosk.disk.files, ['"g",', '"v",'], id)).toBe(2);
    await script.until(() => script.kiosk.life !== undefined);
    gaps = script.kiosk.life?.replay.gaps ?? 0;
    await script.stands(id, 'doubtful', 'reversing', 'reversed');
    report.lose();
  });
  expect(end.violations).toEqual([]);
  expect(gaps).toBe(2);
  expect(end.standing(id)).toBe('doubtful vend-doubtful');
  expect(end.alarms()).toContain('vend-doubtful');
  expect(end.money()).toEqual(charged);
});

test('C13 [S7 breaks, no rule mends it]: the disk lied about "begun" and nothing came after it: goods and money are gone', async () => {
  let id = '';
  let gaps = -1;
  const end = await stage(async ({ script, goodsOut }) => {
    id = await goodsOut();
    script.kiosk.powerCut(1_000, 'lost');
    expect(eraseBlocks(script.kiosk.disk.files, ['"g",'], id)).toBe(1);
    await script.until(() => script.kiosk.life !== undefined);
    gaps = script.kiosk.life?.replay.gaps ?? -1;
    await script.stands(id, 'reversed');
  });
  // The newest block that the disk had called durable is gone, and with it the only witness.
  expect(gaps).toBe(0);
  expect(end.violations.map(({ predicate }) => predicate)).toEqual(['S7']);
  expect(end.standing(id)).toMatch(/^reversing /);
});

/** Blocks that hold one of these records of the attempt are as if they had never been written. */
function eraseBlocks(files: ReadonlyMap<string, Uint8Array>, records: readonly string[], attempt: string): number {
  let erased = 0;
  for (const bytes of files.values())
    for (let at = 0; at < bytes.length; at += 4_096) {
      const block = bytes.subarray(at, at + 4_096);
      const text = Buffer.from(block).toString('latin1');
      if (!text.includes(attempt) || !records.some((record) => text.includes(record))) continue;
      block.fill(0);
      erased += 1;
    }
  return erased;
}
