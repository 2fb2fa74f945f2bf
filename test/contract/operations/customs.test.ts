import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AGAIN_AFTER_MS } from '../../../relay/acquirers/antom/customs.js';
import type { Acquirer } from '../../../relay/acquirers/contract.js';
import type { Customs } from '../../../relay/acquirers/customs.js';
import { declarationIdOf, releaseAllDeclarations } from '../../../relay/customs/store.js';
import { eraseOld } from '../../../relay/retention.js';
import { sleep, until } from '../../support/wait.js';
import { type Answer, codeOf, openWorld, stages, type World } from './world.js';

/** Declarations to customs by people: real HTTP, a real ledger, and a sandbox that plays Antom and customs. */

/** Five minutes of the sandbox and of the relay, in these tests. */
const FASTER = 500;
const AGAIN_MS = AGAIN_AFTER_MS / FASTER;
const buyer = { number: '11010519491231002X', name: 'Li Ming' };
const CNY = 'CNY';

type Shown = Record<string, unknown> & {
  readonly id: string;
  readonly state: string;
  readonly calls: { call: string }[];
};
const shown = ({ body }: Answer): Shown => (body['declaration'] ?? body) as Shown;

describe.each(stages)('customs on $name', (kind) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(kind, { timeScale: FASTER });
  }, 120_000);
  afterAll(() => world.stop());
  beforeEach(async () => {
    await world.fresh();
    world.changed = { acquirer: (real) => faster(real) };
  }, 60_000);

  /** With the sandbox's own five minutes, and what a test puts between. */
  const faster = (real: Acquirer, between: (customs: Customs) => Partial<Customs> = () => ({})): Acquirer =>
    real.customs ? { ...real, customs: { ...real.customs, againAfterMs: AGAIN_MS, ...between(real.customs) } } : real;
  const work = async (patience: readonly number[] = [20, 50, 50, 50], triesMost = 5): Promise<void> => {
    world.declarations = world.newDeclarationWorker('relay-1', patience, triesMost);
    await world.declarations.start();
  };
  const paid = (amount = 3_550, currency: 'CNY' | 'HKD' = CNY) => world.delivered('antom', amount, 'approve', currency);
  const declare = (id: string, body: object = {}) => world.post(`/v1/payments/${id}/declarations`, body);
  const again = (id: string, body: object = {}) => world.post(`/v1/declarations/${id}/again`, body);
  const look = async (id: string): Promise<Shown> => shown(await world.get(`/v1/declarations/${id}`));
  const reached = (id: string, ...states: string[]): Promise<Shown> =>
    until(
      `${id} to be ${states.join(' or ')}`,
      async () => {
        const found = await look(id);
        if (states.includes(found.state)) return found;
        await sleep(50);
        return undefined;
      },
      30_000,
    );
  const atSandbox = (id: string) => world.sandboxes.antom.declarations().find((d) => d.declarationRequestId === id);

  test('the whole payment: requested, then declared, then accepted by customs; the buyer is nowhere', async () => {
    const id = await paid();
    const asked = await declare(id, { buyer });
    expect(asked.status).toBe(202);
    expect(shown(asked)).toMatchObject({
      ...{ id: declarationIdOf(id, 1), payment: id, amount: 3_550, currency: CNY, customs: 'ZONGSHU', push: 1 },
      ...{ state: 'requested', merchantCode: '4403961DPF', subOrder: null, buyerNamed: true, sentAt: null },
    });
    const sealed = await world.db.query('SELECT buyer FROM declaration');
    expect(sealed[0]?.['buyer']).toMatch(/^[A-Za-z0-9+/=]{60,}$/);
    await work();
    const done = await reached(shown(asked).id, 'accepted');
    expect(done).toMatchObject({ identity: 'passed', word: 'SUCCESS', resultCode: '2', channel: 'NUCC', tries: 1 });
    expect(done.calls.map(({ call }) => call)).toEqual(['declare', 'inquire-declaration', 'inquire-declaration']);
    expect(atSandbox(done.id)).toMatchObject({ pushes: 1, calls: 1, buyerNamed: true, amount: 3_550 });
    const whole = await world.whole(id);
    const steps = whole.steps.map(({ name }) => name).filter((name) => name.includes('decl'));
    expect(steps).toEqual([
      ...['declaration-requested', 'declare', 'declaration-declared', 'inquire-declaration'],
      ...['inquire-declaration', 'declaration-accepted'],
    ]);
    expect(whole.audit).toMatchObject([{ act: 'declare', outcome: 'done', detail: '{"buyer":{"named":true}}' }]);
    expect(whole).toMatchObject({ declarations: [{ id: done.id, state: 'accepted' }] });
    const tables = ['declaration', 'declaration_call', 'audit', 'operations_request', 'attempt_event', 'alarm'];
    for (const table of tables) {
      const rows = JSON.stringify(await world.db.query(`SELECT * FROM ${table}`));
      for (const secret of [buyer.number, buyer.name]) expect(rows, table).not.toContain(secret);
    }
    expect(await world.db.query('SELECT buyer FROM declaration')).toEqual([{ buyer: null }]);
    expect(JSON.stringify(world.log)).not.toContain(buyer.number);
  }, 60_000);

  test('split orders: each part once, together no more than was paid, of two who ask at once too', async () => {
    const id = await paid();
    expect((await declare(id, { subOrder: 'S-1', amount: 2_000 })).status).toBe(202);
    const asked = await Promise.all(['S-2', 'S-3', 'S-4'].map((subOrder) => declare(id, { subOrder, amount: 1_500 })));
    expect(asked.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    expect(asked.flatMap((answer) => codeOf(answer) ?? [])).toEqual(['too-much', 'too-much']);
    expect(codeOf(await declare(id, { subOrder: 'S-1', amount: 50 }))).toBe('declared-already');
    expect(codeOf(await declare(id))).toBe('split');
    const henan = await declare(id, { subOrder: 'S-9', amount: 3_550, customs: 'HENAN' });
    expect([henan.status, henan.body['next']]).toEqual([202, 'ZONGSHU']);
    await work();
    const list = async () => (await world.get(`/v1/declarations?payment=${id}`)).body['declarations'] as Shown[];
    await until(
      'all three',
      async () => ((await list()).every((d) => d.state === 'accepted') ? true : sleep(50)),
      30_000,
    );
    expect(world.sandboxes.antom.declarations().filter((d) => d.paymentId === '')).toEqual([]);
    expect((await list()).map((d) => [d['subOrder'], d['amount']]).sort()).toEqual([
      ...[
        ['S-1', 2_000],
        [expect.stringMatching(/^S-[234]$/), 1_500],
        ['S-9', 3_550],
      ],
    ]);
  }, 60_000);

  test('the database keeps it too, whatever the program forgets', async () => {
    const id = await paid();
    await declare(id, { subOrder: 'S-1', amount: 2_000 });
    const more = (number: number, amount: number, part: string) =>
      world.db.query(
        `INSERT INTO declaration (id, attempt, number, requested_by, requested_at, amount, currency, customs,
           merchant_code, merchant_name, sub_order, buyer_named, state)
         VALUES ($1, $2, $3, 'x', 1, $4, 'CNY', 'ZONGSHU', 'a', 'b', $5, false, 'requested')`,
        [declarationIdOf(id, number), id, number, amount, part],
      );
    await expect(more(2, 1_551, 'S-2')).rejects.toThrow(/more than was paid/);
    await expect(more(2, 100, 'S-1')).rejects.toThrow(/declaration_once/);
    await more(2, 1_550, 'S-2');
    const change = (what: string) => world.db.query(`UPDATE declaration SET ${what} WHERE number = 1`);
    await expect(change("customs = 'NINGBO'")).rejects.toThrow(/only when it is sent again/);
    await expect(change('sub_order = NULL, push = 2')).rejects.toThrow(/what it is of never changes/);
    await expect(change('push = 3')).rejects.toThrow(/once at a time/);
    await expect(change("requested_by = 'y'")).rejects.toThrow(/only when it is sent again/);
    await change("state = 'failed', ended_at = 5");
    await expect(change("state = 'declared', ended_at = NULL")).rejects.toThrow(/failed is final/);
    await expect(change('erased_at = 9, result_text = NULL, amount = 1')).rejects.toThrow(/declaration/);
  }, 60_000);

  test('no answer, or an undecided one: asked for after the five minutes, and sent again only where nothing is there', async () => {
    const ids = await Promise.all([paid(10_000), paid(10_000)]);
    const kept = shown(await declare(ids[0] ?? '', { amount: 9_923, buyer }));
    const forgotten = shown(await declare(ids[1] ?? '', { amount: 9_924, buyer }));
    await work();
    type Call = { readonly call: string; readonly startedAt: string; readonly answer: string };
    const callsOf = async (id: string) => (await look(id)).calls as unknown as Call[];
    expect((await reached(kept.id, 'accepted'))['tries']).toBe(1);
    expect((await callsOf(kept.id)).map(({ call, answer }) => `${call} ${answer}`)).toEqual([
      ...['declare unknown', 'inquire-declaration seen', 'inquire-declaration seen'],
    ]);
    expect((await reached(forgotten.id, 'accepted'))['tries']).toBe(2);
    const calls = await callsOf(forgotten.id);
    expect(calls.map(({ call, answer }) => `${call} ${answer}`)).toEqual([
      ...['declare unknown', 'inquire-declaration not-found', 'declare taken'],
      ...['inquire-declaration seen', 'inquire-declaration seen'],
    ]);
    const [first, second] = calls.filter(({ call }) => call === 'declare');
    expect(Date.parse(second?.startedAt ?? '') - Date.parse(first?.startedAt ?? '')).toBeGreaterThanOrEqual(AGAIN_MS);
    for (const { id } of [kept, forgotten]) expect(atSandbox(id)).toMatchObject({ pushes: 1, buyerNamed: true });
  }, 60_000);

  test('what was given back is declared no more, whoever was first; less than before can be', async () => {
    const id = await paid(10_000);
    const [part, refund] = await Promise.all([
      declare(id, { subOrder: 'S-1', amount: 6_000 }),
      world.post(`/v1/payments/${id}/refunds`, { amount: 5_000, currency: CNY, reason: 'half of it was broken' }),
    ]);
    expect([part.status, refund.status].sort()).toEqual(part.status === 202 ? [202, 202] : [202, 409]);
    await world.settled(id);
    expect(codeOf(await declare(id, { subOrder: 'S-2', amount: 5_001 }))).toBe('too-much');
    await work();
    if (part.status === 202) {
      expect(await reached(shown(part).id, 'failed')).toMatchObject({ tries: 0, code: null });
      expect(atSandbox(shown(part).id)).toBeUndefined();
    }
    const { id: small } = shown(await declare(id, { subOrder: 'S-3', amount: 5_000, buyer }));
    await reached(small, 'accepted');
    await world.post(`/v1/payments/${id}/refunds`, { amount: 3_000, currency: CNY, reason: 'more of it was broken' });
    await world.settled(id);
    await sleep(AGAIN_MS);
    expect(codeOf(await again(small, { buyer: null }))).toBe('too-much');
    expect((await again(small, { buyer: null, amount: 2_000 })).status).toBe(202);
    expect(await reached(small, 'accepted')).toMatchObject({ amount: 2_000, push: 2 });
    await world.post(`/v1/payments/${id}/refunds`, { reason: 'all of it was broken' });
    await world.settled(id);
    await sleep(AGAIN_MS);
    expect(codeOf(await again(small, { buyer: null, amount: 1_000 }))).toBe('given-back');
    expect(codeOf(await declare(id, { amount: 1 }))).toBe('given-back');
  }, 60_000);

  test('never more than the acquirer says may be declared, nor of a payment that it calls cancelled', async () => {
    const hkd = await paid(3_550, 'HKD');
    const { id: first } = shown(await declare(hkd, { subOrder: 'S-1', amount: 3_000 }));
    await work();
    await reached(first, 'accepted');
    const { id: more } = shown(await declare(hkd, { subOrder: 'S-2', amount: 551, buyer }));
    expect(await reached(more, 'failed')).toMatchObject({ code: null, buyerNamed: true });
    expect(atSandbox(more)).toBeUndefined();
    const why = 'the acquirer says that 35.50 CNY may be declared, and this makes it 35.51 CNY';
    expect((await world.ledger.newestAlarms(1))[0]?.detail).toContain(`was not sent: ${why}`);
    expect((await world.whole(hkd)).steps).toContainEqual(
      expect.objectContaining({ name: 'declare', detail: `${more}: not sent: ${why}` }),
    );
    expect(await world.db.query('SELECT buyer FROM declaration WHERE buyer IS NOT NULL')).toEqual([]);
    const { id: rest } = shown(await declare(hkd, { subOrder: 'S-3', amount: 550 }));
    await reached(rest, 'accepted');
    const id = await paid();
    // In the acquirer's own portal.
    await world.accounts.of('antom').acquirer.cancel(id);
    const { id: cancelled } = shown(await declare(id));
    await reached(cancelled, 'failed');
    expect((await world.ledger.newestAlarms(1))[0]?.detail).toContain('the acquirer calls the payment cancelled');
    expect(atSandbox(cancelled)).toBeUndefined();
  }, 60_000);

  test('a change that the acquirer refuses does not hide what stands there: a person looks', async () => {
    const id = await paid(10_000);
    const { id: declaration } = shown(await declare(id, { amount: 9_000, buyer }));
    await work();
    await reached(declaration, 'accepted');
    await world.declarations?.stop();
    world.changed = {
      acquirer: (real) => faster(real, () => ({ declare: async () => ({ kind: 'refused', code: 'RISK_REJECT' }) })),
    };
    await sleep(AGAIN_MS);
    expect((await again(declaration, { amount: 9_500, buyer })).status).toBe(202);
    await work();
    expect(await reached(declaration, 'operator', 'failed', 'accepted')).toMatchObject({
      ...{ state: 'operator', amount: 9_500, push: 2, code: 'RISK_REJECT' },
    });
    const [{ detail } = { detail: '' }] = await world.ledger.newestAlarms(1);
    expect(detail).toContain('what was sent before stands: the acquirer has 9000 CNY (minor units) to ZONGSHU');
    expect(await world.db.query('SELECT buyer FROM declaration')).toEqual([{ buyer: null }]);
  }, 60_000);

  test('customs refuses: an alarm; again with what was wrong mended, under the same id, not within five minutes', async () => {
    const id = await paid(10_000);
    const { id: declaration } = shown(await declare(id, { amount: 9_921, buyer }));
    await work();
    expect(await reached(declaration, 'failed')).toMatchObject({ resultText: 'the buyer is not the payer' });
    expect(await world.alarms()).toEqual(['declaration-failed']);
    // What no waiting mends is said first, and whether or not the five minutes are over.
    world.changed = { acquirer: (real) => faster(real, () => ({ againAfterMs: 3_600_000 })) };
    expect(codeOf(await again(declaration))).toBe('buyer');
    expect(codeOf(await again(declaration, { subOrder: 'S-1', buyer }))).toBe('split');
    expect(codeOf(await again(declaration, { amount: 10_001, buyer }))).toBe('too-much');
    expect(codeOf(await again(declaration, { buyer: null }))).toBe('too-soon');
    world.changed = { acquirer: (real) => faster(real) };
    await sleep(AGAIN_MS);
    const body = { amount: 9_000, merchantName: 'Kiosk Company', customs: 'NINGBO', buyer };
    expect(shown(await again(declaration, body))).toMatchObject({ state: 'requested', push: 2, customs: 'NINGBO' });
    expect(codeOf(await again(declaration, body))).toBe('under-way');
    expect(await reached(declaration, 'accepted')).toMatchObject({ amount: 9_000, merchantName: 'Kiosk Company' });
    expect(atSandbox(declaration)).toMatchObject({ pushes: 2, customs: 'NINGBO', buyerNamed: true });
  }, 60_000);

  test('a refusal of the acquirer ends it; what is declared elsewhere is told', async () => {
    const id = await paid();
    const { customs, acquirer } = {
      ...world.accounts.of('antom'),
      customs: world.accounts.of('antom').acquirer.customs,
    };
    const inquired = await acquirer.inquire(id);
    const acquirerId = inquired.kind === 'paid' ? (inquired.acquirerId ?? '') : '';
    const merchant = { code: 'x', name: 'y' };
    const money = { amount: 100, currency: CNY } as const;
    await customs?.declare({ declarationId: 'elsewhere', acquirerId, money, customs: 'ZONGSHU', merchant });
    const { id: declaration } = shown(await declare(id));
    await work();
    expect(await reached(declaration, 'failed')).toMatchObject({ code: 'DUPLICATED_DECLARATIONS', resultText: null });
    expect(await world.alarms()).toEqual(['declaration-failed']);
  }, 60_000);

  test('a word that never comes: a person is called, and settles it', async () => {
    const id = await paid(10_000);
    const { id: declaration } = shown(await declare(id, { amount: 9_925 }));
    const settle = (found: string) =>
      world.post(`/v1/declarations/${declaration}/resolve`, { found, note: 'customs was asked by telephone' });
    expect(codeOf(await settle('accepted'))).toBe('not-resolvable');
    await work();
    expect(await reached(declaration, 'operator')).toMatchObject({ word: 'HELD_FOR_REVIEW' });
    expect(await world.alarms()).toEqual(['declaration-unconfirmed']);
    expect(codeOf(await settle('perhaps'))).toBe('invalid');
    const settled = shown(await settle('accepted'));
    expect(settled).toMatchObject({ state: 'accepted', settledBy: expect.stringMatching(/^ann \(tk_/) });
    expect((await world.whole(id)).steps).toContainEqual(
      expect.objectContaining({ name: 'note', detail: `${declaration}: customs was asked by telephone` }),
    );
  }, 60_000);

  test('many are inquired in one call, ten at the most', async () => {
    const asked: number[] = [];
    world.changed = {
      acquirer: (real) =>
        faster(real, ({ inquire }) => ({
          inquire: (ids, signal) => {
            asked.push(ids.length);
            return inquire(ids, signal);
          },
        })),
    };
    const id = await paid(12_000);
    const parts = Array.from({ length: 12 }, (_, i) => `S-${i}`);
    for (const subOrder of parts) expect((await declare(id, { subOrder, amount: 1_000 })).status).toBe(202);
    const list = async () => (await world.get('/v1/declarations?limit=500')).body['declarations'] as Shown[];
    const all = (state: string) =>
      until(
        `all to be ${state}`,
        async () => ((await list()).every((d) => d.state === state) ? true : sleep(100)),
        40_000,
      );
    await work([2_000, 500, 500, 500]);
    await all('declared');
    await world.declarations?.stop();
    await sleep(2_000);
    await work([2_000, 500, 500, 500]);
    await all('accepted');
    expect(Math.max(...asked)).toBe(10);
    expect(asked.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(24);
    const first = await world.get('/v1/declarations?limit=5');
    const next = await world.get(`/v1/declarations?limit=500&cursor=${String(first.body['next'])}`);
    const ids = [first, next].flatMap(({ body }) => (body['declarations'] as Shown[]).map((d) => d.id));
    expect(new Set(ids).size).toBe(12);
  }, 90_000);

  test('a relay that dies after sending: another takes it, and it is declared once', async () => {
    const id = await paid();
    const { id: declaration } = shown(await declare(id));
    let calls = 0;
    world.changed = {
      acquirer: (real) =>
        faster(real, ({ declare: send }) => ({
          declare: async (request, signal) => {
            const answer = await send(request, signal);
            calls += 1;
            // The first relay never hears it.
            return calls === 1 ? await new Promise<never>(() => {}) : answer;
          },
        })),
    };
    const dead = world.newDeclarationWorker('relay-dead', [20, 50, 50, 50], 5, 400);
    await dead.start();
    await until('it to be sent', async () => (calls > 0 ? true : sleep(20)), 10_000);
    expect((await look(declaration)).state).toBe('requested');
    await releaseAllDeclarations(world.db, 'relay-dead');
    await work();
    const done = await reached(declaration, 'accepted');
    expect([done['tries'], atSandbox(declaration)?.pushes, calls]).toEqual([1, 1, 1]);
    void dead.stop();
  }, 60_000);

  test('one that the ledger refuses holds up no other, and is not asked about again at once', async () => {
    const [bad, good] = [await paid(), await paid()];
    const refused = shown(await declare(bad));
    const other = shown(await declare(good));
    // A guard that nobody has thought of.
    await world.db.query(
      `CREATE FUNCTION test_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.id = '${refused.id}' AND NEW.tries > OLD.tries THEN RAISE EXCEPTION 'test guard'; END IF;
         RETURN NEW; END $$`,
    );
    await world.db.query(
      'CREATE TRIGGER test_guard BEFORE UPDATE ON declaration FOR EACH ROW EXECUTE FUNCTION test_guard()',
    );
    try {
      await work();
      await reached(other.id, 'accepted');
      await sleep(300);
      expect((await look(refused.id)).state).toBe('requested');
      const faults = world.log.filter((line) => 'event' in line && line.event === 'declaration-failed');
      expect(faults).toEqual([
        expect.objectContaining({ declaration: refused.id, error: expect.stringContaining('guard') }),
      ]);
    } finally {
      await world.db.query('DROP TRIGGER test_guard ON declaration');
      await world.db.query('DROP FUNCTION test_guard');
    }
    await releaseAllDeclarations(world.db, 'relay-1');
    await reached(refused.id, 'accepted');
  }, 60_000);

  test('the same Idempotency-Key: one declaration; with another buyer it is another question', async () => {
    const id = await paid();
    const path = `/v1/payments/${id}/declarations`;
    const key = 'key-0123456789';
    const first = await world.post(path, { buyer }, { key });
    const repeated = await world.post(path, { buyer }, { key });
    expect([first.status, repeated.status, repeated.headers.get('idempotent-replayed')]).toEqual([202, 202, 'true']);
    expect(repeated.body).toEqual(first.body);
    const other = await world.post(path, { buyer: { ...buyer, name: 'Li' } }, { key });
    expect([other.status, codeOf(other)]).toEqual([422, 'key-reused']);
    expect((await world.get(`/v1/declarations?payment=${id}`)).body['declarations']).toHaveLength(1);
  }, 60_000);

  test('what is refused, each with its reason and on record', async () => {
    const hkd = await paid(3_550, 'HKD');
    expect(codeOf(await declare(hkd))).toBe('amount');
    expect((await declare(hkd, { amount: 3_300 })).status).toBe(202);
    expect(codeOf(await declare('ab'.repeat(16)))).toBe('not-found');
    expect(codeOf(await declare(await world.approved('antom', 100, 'approve', CNY)))).toBe('not-delivered');
    const codepay = await declare(await world.delivered('codepay'), { amount: 100 });
    expect([codeOf(codepay), codepay.body['error']]).toEqual([
      ...['no-customs', expect.objectContaining({ message: expect.stringContaining('has no [account.customs]') })],
    ]);
    const id = await paid();
    const wrong = await declare(id, { buyer: { ...buyer, number: '110105194912310021' } });
    expect([wrong.status, codeOf(wrong), JSON.stringify(wrong.body)]).toEqual([
      ...[422, 'buyer', expect.not.stringContaining('110105194912310021')],
    ]);
    expect(codeOf(await declare(id, { amount: 0 }))).toBe('invalid');
    expect(codeOf(await declare(id, { place: 'ZONGSHU' }))).toBe('invalid');
    expect(codeOf(await again(`d${'0'.repeat(31)}`))).toBe('not-found');
    const reader = await world.newToken(['read', 'refund', 'resolve', 'admin']);
    expect(codeOf(await world.post(`/v1/payments/${id}/declarations`, {}, { token: reader }))).toBe('scope');
    const { body } = await world.get(`/v1/audit?payment=${id}`);
    expect((body['audit'] as { outcome: string }[]).map(({ outcome }) => outcome)).toEqual([
      ...['refused: scope', 'refused: invalid', 'refused: invalid', 'refused: buyer'],
    ]);
  }, 60_000);

  test("the acquirer's own records, asked for by a person", async () => {
    const id = await paid();
    const { id: declaration } = shown(await declare(id));
    await work();
    await reached(declaration, 'accepted');
    const ask = (ids: string, account = 'antom') => world.get(`/v1/customs-records?account=${account}&ids=${ids}`);
    expect((await ask(`${declaration},dnone`)).body).toMatchObject({
      ...{ account: 'antom', missing: ['dnone'], detail: null },
      records: [
        { id: declaration, means: 'accepted', word: 'SUCCESS', amount: 3_550, currency: CNY, customs: 'ZONGSHU' },
      ],
    });
    const eleven = await ask(Array.from({ length: 11 }, (_, i) => `d${i}`).join(','));
    expect([eleven.status, codeOf(eleven)]).toEqual([422, 'ids']);
    expect(codeOf(await ask(declaration, 'codepay'))).toBe('no-customs');
    expect(codeOf(await ask(declaration, 'nobody'))).toBe('account-unknown');
  }, 60_000);

  test('by age who had it sent goes, and what customs wrote; the record stays, and can be sent again', async () => {
    const id = await paid(10_000);
    const { id: declaration } = shown(await declare(id, { amount: 9_921 }));
    await work();
    await reached(declaration, 'failed');
    await world.declarations?.stop();
    const config = {
      retention: { code_hashes_hours: 24, buyers_days: 180, words_days: 1, audit_days: 2, reports_days: 30 },
    };
    const later = Date.now() + 1.5 * 86_400_000;
    const erased = await eraseOld(world.db, config as Parameters<typeof eraseOld>[1], later);
    expect(erased.words).toBeGreaterThanOrEqual(2);
    expect(await look(declaration)).toMatchObject({ requestedBy: '', resultText: '', state: 'failed', amount: 9_921 });
    expect(JSON.stringify(await world.whole(id))).not.toContain('ann (tk_');
    await sleep(AGAIN_MS);
    expect(shown(await again(declaration, { amount: 100 }))).toMatchObject({
      push: 2,
      requestedBy: expect.stringMatching(/^ann/),
    });
  }, 60_000);
});

describe('without a key', () => {
  const [kind] = stages;
  test('no buyer can be named, and that is said', async () => {
    if (!kind) throw new Error('no database');
    const world = await openWorld(kind);
    try {
      await world.app?.close();
      world.sealKey = undefined;
      await world.listen();
      await world.fresh();
      const id = await world.delivered('antom', 3_550, 'approve', CNY);
      const answer = await world.post(`/v1/payments/${id}/declarations`, { buyer });
      expect([answer.status, codeOf(answer)]).toEqual([409, 'key']);
      expect(JSON.stringify(answer.body)).toContain('secrets.customs_key_file');
      expect((await world.post(`/v1/payments/${id}/declarations`, {})).status).toBe(202);
    } finally {
      await world.stop();
    }
  }, 120_000);
});
