import { decodeUp, FrameError } from '../../protocol/codec.js';
import type { RandomBytes } from '../../protocol/ids.js';
import type { Hello, Link, Pay, PayLinked, Up } from '../../protocol/messages.js';
import { kioskOfUp } from '../../protocol/topics.js';
import { type AdmissionRules, type AdmitContext, admitPay } from '../greet/admit.js';
import { admitLinked, type LinkedAdmission } from '../greet/admit-linked.js';
import type { GreetRules } from '../greet/decide.js';
import { hearHello } from '../greet/hello.js';
import { hearAbort, hearVend, type Report } from '../greet/report.js';
import type { Ledger } from '../ledger/contract.js';
import { noLink } from '../linking/answers.js';
import type { LinkOffice } from '../linking/office.js';
import type { Attempt } from '../payment/types.js';
import type { Accounts } from '../routing/accounts.js';
import type { Clock } from '../runtime/clock.js';
import type { Counters } from '../runtime/counters.js';
import { errorFields, type Log } from '../runtime/log.js';
import type { Applied, ApplyContext } from '../worker/apply.js';
import type { Codes } from '../worker/codes.js';
import { Lanes } from './lanes.js';
import type { Teller } from './teller.js';

export type DeskParts = {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
  readonly random: RandomBytes;
  readonly teller: Teller;
  readonly codes: Codes;
  /** Absent: no wallet can be linked. */
  readonly linking?: LinkOffice | undefined;
  readonly relay: string;
  readonly accounts: Accounts;
  readonly admission: AdmissionRules;
  readonly greeting: GreetRules;
  /** A secret. */
  readonly codeHashKey: Uint8Array;
  /** How long a kiosk may believe its Welcome, ms. */
  readonly welcomeMs: number;
  /** How long an accepted attempt is this relay's, ms. */
  readonly workLeaseMs: number;
  readonly firstTellMs: number;
  /** Our time minus the ledger's, ms, as far as it is beyond doubt. */
  readonly clockOffMs?: (() => number) | undefined;
  readonly knows: (kiosk: string) => boolean;
  readonly committed: (applied: Applied) => void;
  /**
   * Accepted and committed, with this relay's lease; `begun`: with its first step. `heardAt`: when its frame came, by the
   * relay's clock.
   */
  readonly accepted: (attempt: Attempt, heardAt: number, begun: Applied | undefined) => void;
  /** Accepted, and perhaps begun by nobody, whoever holds it. Where somebody has, nothing is due and nothing happens. */
  readonly goOn: (attempt: string) => void;
  /** Greeted, or refused for want of an acquirer. */
  readonly heard: (kiosk: string) => void;
  /** Due now, held by nobody in particular. */
  readonly wake: () => void;
};

const LANE_MAX_FRAMES = 256;

/** Where frames from kiosks are taken in: each kiosk's in order, different kiosks' at once. */
export class Desk {
  readonly #parts: DeskParts;
  readonly #lanes = new Lanes(LANE_MAX_FRAMES);
  #closed = false;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  hear(topic: string, payload: Uint8Array): void {
    const { counters, log, knows } = this.#parts;
    const kiosk = kioskOfUp(topic);
    if (kiosk === undefined || this.#closed) return;
    if (!knows(kiosk)) {
      counters.add('frame-unknown-kiosk');
      log.warn({ event: 'unknown-kiosk', kiosk });
      return;
    }
    let up: Up;
    try {
      up = decodeUp(payload);
    } catch (error) {
      counters.add('frame-bad');
      // The codec's messages name the field and the shape, never a value.
      const what = error instanceof FrameError ? error.message : 'not decodable';
      log.warn({ event: 'bad-frame', kiosk, what, bytes: payload.length });
      return;
    }
    counters.add(`up-${up.body.type}`);
    const heardAt = this.#parts.clock.now();
    if (!this.#lanes.add(kiosk, () => this.#handle(kiosk, up, heardAt))) counters.add('frame-dropped-lane-full');
  }

  /**
   * Takes in nothing more; resolves when every frame heard so far is handled, or after `drainMs`: what is then left was
   * not committed, so the kiosk sends it again.
   */
  async close(drainMs: number): Promise<void> {
    this.#closed = true;
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => {
      cancel = this.#parts.clock.after(drainMs, resolve);
    });
    await Promise.race([this.#lanes.idle(), late]);
    cancel();
  }

  async #handle(kiosk: string, up: Up, heardAt: number): Promise<void> {
    const { body } = up;
    try {
      switch (body.type) {
        case 'hello':
          return await this.#hello(kiosk, body);
        case 'pay':
          return await this.#pay(kiosk, up.boot, body, heardAt);
        case 'pay-linked':
          return await this.#payLinked(kiosk, up.boot, body, heardAt);
        case 'link':
          return await this.#link(kiosk, up.boot, body);
        case 'vend': {
          const report = { kiosk, tag: up.boot, attempt: body.attempt, delivery: body.delivery };
          return this.#applied(report, await hearVend(this.#parts.ledger, report, this.#context()));
        }
        case 'abort': {
          const report = { kiosk, tag: up.boot, attempt: body.attempt };
          return this.#applied(report, await hearAbort(this.#parts.ledger, report, this.#context()));
        }
        case 'ack':
          return await this.#parts.ledger.settle(kiosk, body.attempt, body.standing);
      }
    } catch (error) {
      // Nothing was committed, so nothing is answered; the kiosk sends it again.
      this.#parts.counters.add('frame-failed');
      this.#parts.log.error({ event: 'frame-failed', kiosk, type: body.type, ...errorFields(error) });
    }
  }

  #context(): ApplyContext {
    const { clock, accounts, relay, firstTellMs } = this.#parts;
    return { now: clock.now(), accounts, relay, firstTellMs };
  }

  #applied({ kiosk, attempt }: Report, applied: Applied | undefined): void {
    if (applied) {
      this.#parts.committed(applied);
      return;
    }
    this.#parts.counters.add('report-ignored');
    this.#parts.log.warn({ event: 'report-ignored', kiosk, attempt });
  }

  async #hello(kiosk: string, hello: Hello): Promise<void> {
    const { ledger, teller, log, random, greeting, welcomeMs } = this.#parts;
    const { decision, swept } = await hearHello(ledger, kiosk, hello, { ...this.#context(), rules: greeting, random });
    this.#parts.counters.add(`hello-${decision.type}`);
    if (decision.type === 'greet') {
      teller.send(kiosk, { type: 'welcome', nonce: hello.nonce, helloAtMs: hello.atMs, leaseMs: welcomeMs });
      this.#parts.heard(kiosk);
      for (const applied of swept) this.#parts.committed(applied);
      await teller.tellAll(kiosk);
      return;
    }
    if (decision.type === 'challenge' || decision.type === 'stale') {
      teller.send(kiosk, { type: 'challenge', nonce: hello.nonce, challenge: decision.challenge });
    }
    log.warn({ event: `hello-${decision.type}`, kiosk });
  }

  async #link(kiosk: string, tag: string, frame: Link): Promise<void> {
    const { linking, teller } = this.#parts;
    if (linking) await linking.hear(kiosk, tag, frame);
    else teller.send(kiosk, noLink(frame.link, 'failed', 'configuration'));
  }

  #admitting(): AdmitContext {
    const { relay, clock, admission, codeHashKey, workLeaseMs, firstTellMs, clockOffMs } = this.#parts;
    const behindMs = Math.max(0, -(clockOffMs?.() ?? 0));
    const now = clock.now();
    return { now, rules: admission, codeHashKey, relay, leaseMs: workLeaseMs, firstTellMs, behindMs };
  }

  async #payLinked(kiosk: string, tag: string, frame: PayLinked, heardAt: number): Promise<void> {
    const { ledger, linking, counters, log, teller } = this.#parts;
    const context = { ...this.#admitting(), apply: this.#context(), linking: linking?.parts };
    const admitted: LinkedAdmission = await admitLinked(ledger, kiosk, tag, frame, context);
    counters.add(`pay-linked-${admitted.type}`);
    const named = { kiosk, attempt: frame.attempt, trace_id: frame.attempt, pressed: frame.pressed };
    log.info({ event: 'pay-linked', ...named, admission: admitted.type });
    switch (admitted.type) {
      case 'not-greeted':
        return this.#notGreeted(kiosk, tag, frame.attempt);
      case 'foreign':
        return;
      case 'pressed':
        this.#parts.committed(admitted.applied);
        // The first press told it; said again it is answered from the record.
        if (!admitted.applied.effects.some(({ type }) => type === 'publish'))
          this.#pressedAgain(admitted.applied.attempt);
        return;
      case 'accepted':
        if (frame.pressed) this.#parts.accepted(admitted.attempt, heardAt, undefined);
        teller.tell(admitted.attempt);
        return;
      case 'known':
      case 'refused':
        teller.tell(admitted.attempt);
        return;
    }
  }

  /** Where the first press was committed and its answer lost, nobody has begun it, and its lease would keep others from it. */
  #pressedAgain(attempt: Attempt): void {
    const { goOn, teller } = this.#parts;
    if (attempt.state === 'submitted' && attempt.payAt === null) goOn(attempt.id);
    teller.tell(attempt);
  }

  #notGreeted(kiosk: string, tag: string, attempt: string): void {
    this.#parts.teller.send(kiosk, {
      ...{ type: 'update', attempt, boot: tag, standing: 'refused' },
      ...{ reason: 'not-greeted', leftMs: 0, receipt: '' },
    });
  }

  async #pay(kiosk: string, tag: string, pay: Pay, heardAt: number): Promise<void> {
    const { ledger, teller, codes, counters, log, accounts } = this.#parts;
    const admitted = await admitPay(ledger, kiosk, tag, pay, { ...this.#admitting(), sends: accounts });
    counters.add(`pay-${admitted.type}`);
    const named = { kiosk, attempt: pay.attempt, trace_id: pay.attempt };
    log.info({ event: 'pay', ...named, admission: admitted.type });
    switch (admitted.type) {
      case 'not-greeted':
        return this.#notGreeted(kiosk, tag, pay.attempt);
      case 'foreign':
        return;
      case 'known':
        if (admitted.restartable) {
          codes.hold(pay.attempt, pay.code, admitted.attempt.payUntil);
          this.#parts.wake();
        }
        teller.tell(admitted.attempt);
        return;
      case 'accepted':
        codes.hold(pay.attempt, pay.code, admitted.attempt.payUntil);
        this.#parts.accepted(admitted.attempt, heardAt, admitted.begun);
        teller.tell(admitted.attempt);
        return;
      case 'refused':
        teller.tell(admitted.attempt);
        if (admitted.attempt.reason === 'acquirer-unavailable') this.#parts.heard(kiosk);
        return;
    }
  }
}
