import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { Random } from '../../fuzz/random.js';
import { databases, type Opened } from './databases.js';
import { Generator, ids, type Operation, run, type Statement } from './equality-operations.js';
import { Hand } from './equality-pair.js';
import { type MemoryWorld, memoryWorld, sqlWorld, stateOf, type World } from './equality-worlds.js';

/**
 * The simulation runs on a double of the ledger. Here random operations, alone, in transactions and in two transactions
 * at once, are done to the double and to the SQL; every answer, every wait for a lock, and all that can be seen afterwards
 * must be the same. QUIETZONE_SEED=n repeats a run.
 */
const seed = Number(process.env['QUIETZONE_SEED'] ?? Date.now() % 1_000_000);
const rounds = Number(process.env['QUIETZONE_ROUNDS'] ?? 1);
const STEPS = 60;
const ROUNDS = 14;
/** A statement that waits longer than the relay's time for it fails, on a busy machine sooner than one thinks. */
const MOST_STEPS_OF_A_WAIT = 6;
const ANSWER_WITHIN_MS = 5_000;

class Enough extends Error {}

/** One round on empty tables; its history is what a failure shows. */
class Round {
  readonly memory: MemoryWorld;
  readonly sql: World;
  readonly generator: Generator;
  readonly history: string[] = [];
  operations = 0;

  constructor(sql: World, number: number) {
    this.memory = memoryWorld();
    this.sql = sql;
    const random = new Random();
    random.at(seed, number);
    this.generator = new Generator(random, this.memory.database);
    this.history.push(`QUIETZONE_SEED=${seed}, round ${number}`);
  }

  note(who: string, what: { name: string; args: readonly unknown[] } | string): void {
    this.operations += 1;
    this.history.push(`${who} ${typeof what === 'string' ? what : `${what.name} ${JSON.stringify(what.args)}`}`);
  }

  same(memory: unknown, sql: unknown): void {
    expect(memory, this.history.join('\n')).toEqual(sql);
  }

  async sameState(): Promise<void> {
    const { database } = this.memory;
    const apart = ids.filter((id) => !database.attempt(id)?.money && this.generator.chance(0.3));
    const on = { apart, at: this.generator.below(100_000) };
    const [memory, sql] = await Promise.all([stateOf(this.memory, on), stateOf(this.sql, on)]);
    this.same(memory, sql);
  }

  async operation(operation: Operation): Promise<void> {
    this.note('·', operation);
    this.same(await run(this.memory.connect('r'), operation), await run(this.sql.connect('r'), operation));
  }

  /** What the generator draws depends on the memory alone, so it goes first and the SQL follows. */
  async transaction(): Promise<void> {
    const statements: Statement[] = [];
    const outcomes: unknown[] = [];
    const back = this.generator.chance(0.2);
    const work = this.memory.connect('r').transaction(async (tx) => {
      for (let left = 1 + this.generator.below(6); left > 0; left--) {
        const statement = this.generator.statement();
        this.note('|', statement);
        statements.push(statement);
        const outcome = await run(tx, statement);
        outcomes.push(outcome);
        if ('error' in outcome) throw new Enough();
      }
      if (back) throw new Enough();
    });
    const ended = await work.then(() => 'commit', nameOf);
    this.note('|', ended);
    const replay = this.sql.connect('r').transaction(async (tx) => {
      for (const [i, statement] of statements.entries()) {
        const outcome = await run(tx, statement);
        this.same(outcomes[i], outcome);
        if ('error' in outcome) throw new Enough();
      }
      if (back) throw new Enough();
    });
    this.same(ended, await replay.then(() => 'commit', nameOf));
  }
}

const nameOf = (error: Error): string => {
  if (error instanceof Enough) return 'rollback';
  throw error;
};

/** The same two connections in both worlds. */
class Pair {
  readonly #round: Round;
  readonly #hands: readonly { readonly memory: Hand; readonly sql: Hand; readonly name: string }[];
  readonly #open = new Set<number>();

  constructor(round: Round) {
    this.#round = round;
    this.#hands = ['A', 'B'].map((name) => ({
      name,
      memory: new Hand(round.memory.connect(name)),
      sql: new Hand(round.sql.connect(name)),
    }));
  }

  async play(steps: number): Promise<{ waits: number; deadlocks: number }> {
    const { generator } = this.#round;
    const seen = { waits: 0, deadlocks: 0 };
    let waited = 0;
    for (let left = steps; left > 0; left--) {
      const ready = this.#ready();
      const number = generator.pick(ready);
      if (left % 12 === 0) generator.focus();
      waited = ready.length < 2 ? waited + 1 : 0;
      if (waited > 0) seen.waits += 1;
      if (waited > MOST_STEPS_OF_A_WAIT && this.#open.has(number)) await this.#end(number);
      else await this.#move(number);
      await this.#compare(seen);
      await this.#round.sameState();
    }
    // Who waits now waits for the other, who can end.
    while (this.#open.size > 0 || this.#ready().length < 2) {
      const number = this.#ready().find((n) => this.#open.has(n));
      if (number === undefined) throw new Error(`both wait:\n${this.#round.history.join('\n')}`);
      await this.#end(number);
      await this.#compare(seen);
    }
    await this.#round.sameState();
    return seen;
  }

  #ready(): number[] {
    return [0, 1].filter((n) => !this.#hands[n]?.memory.waits);
  }

  async #move(number: number): Promise<void> {
    const { generator } = this.#round;
    const hand = this.#hands[number];
    if (!hand) return;
    if (!this.#open.has(number)) {
      if (generator.chance(0.3)) {
        const operation = generator.operation(true);
        this.#round.note(`${hand.name} ·`, operation);
        for (const side of [hand.memory, hand.sql]) side.operate(operation);
        return;
      }
      this.#open.add(number);
      this.#round.note(hand.name, 'begin');
      await Promise.all([hand.memory, hand.sql].map((side) => side.begin()));
    }
    if (generator.chance(0.15)) {
      await this.#end(number);
      return;
    }
    const statement = generator.statement();
    this.#round.note(`${hand.name} |`, statement);
    for (const side of [hand.memory, hand.sql]) side.state(statement);
  }

  async #end(number: number): Promise<void> {
    const hand = this.#hands[number];
    const how = this.#round.generator.chance(0.7) ? 'commit' : 'rollback';
    this.#round.note(hand?.name ?? '', how);
    this.#open.delete(number);
    await Promise.all([hand?.memory.end(how), hand?.sql.end(how)]);
  }

  /** Each of the four hands has its answer or waits; the double says which it must be. */
  async #compare(seen: { waits: number; deadlocks: number }): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (const [number, { memory, sql }] of this.#hands.entries()) {
      if (memory.waits) continue;
      await sql.settle(ANSWER_WITHIN_MS);
      this.#round.same(memory.outcome ?? 'idle', sql.waits ? 'waits' : (sql.outcome ?? 'idle'));
      const outcome = memory.outcome;
      if (!outcome || !('error' in outcome) || !this.#open.has(number)) continue;
      if (outcome.error === 'deadlock detected') seen.deadlocks += 1;
      this.#open.delete(number);
      await Promise.all([memory.ended(), sql.ended()]);
    }
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (const { memory, sql } of this.#hands) {
      if (!memory.waits) await sql.settle(ANSWER_WITHIN_MS);
      // It must have come to its lock before the other goes on.
      const until = Date.now() + ANSWER_WITHIN_MS;
      while (memory.waits && sql.waits && Date.now() < until && !(await this.#round.sql.waits())) await sql.settle(1);
      this.#round.same(memory.waits ? 'waits' : memory.outcome, sql.waits ? 'waits' : sql.outcome);
    }
  }
}

describe.each(databases())('the double equals the ledger on $name', ({ name, open }) => {
  let opened: Opened;

  beforeAll(async () => {
    opened = await open();
    await migrate(opened.db, await shippedMigrations(), 1);
  });
  afterAll(() => opened.close());

  test('one connection: every answer and all that can be seen', { timeout: 600_000 }, async () => {
    let operations = 0;
    for (let number = 0; number < rounds * ROUNDS; number++) {
      const round = new Round(await sqlWorld(opened.db, opened.ledger), number);
      for (let i = 0; i < STEPS; i++) {
        if (round.generator.chance(0.4)) await round.operation(round.generator.operation());
        else await round.transaction();
        await round.sameState();
      }
      operations += round.operations;
    }
    console.log(`${name}: ${operations} operations, seed ${seed}`);
    expect(operations).toBeGreaterThan(rounds * 1_000);
  });

  if (name !== 'PostgreSQL') return;

  test('two connections: the same waits too', { timeout: 600_000 }, async () => {
    let [operations, waits, deadlocks] = [0, 0, 0];
    for (let number = 0; number < rounds * ROUNDS; number++) {
      const round = new Round(await sqlWorld(opened.db, opened.ledger), 1_000_000 + number);
      for (let i = 0; i < STEPS / 4; i++) await round.transaction();
      const seen = await new Pair(round).play(STEPS);
      waits += seen.waits;
      deadlocks += seen.deadlocks;
      operations += round.operations;
    }
    console.log(
      `${name}: ${operations} operations of two, ${waits} with one waiting, ${deadlocks} deadlocks, seed ${seed}`,
    );
    expect(waits).toBeGreaterThan(rounds * 20);
  });
});
