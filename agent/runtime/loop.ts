import { decodeDown, encodeUp, FrameError } from '../../protocol/codec.js';
import { type BootTag, newLinkId } from '../../protocol/ids.js';
import type { Hello, UpBody, Welcome } from '../../protocol/messages.js';
import { listed } from '../kiosk/books.js';
import type { KioskEffect, KioskEvent } from '../kiosk/events.js';
import { showsTheSame, viewOf, wakeAt } from '../kiosk/show.js';
import { initialState, type KioskState } from '../kiosk/state.js';
import { step } from '../kiosk/step.js';
import {
  initialSession,
  type SessionEffect,
  type SessionEvent,
  type SessionState,
  sessionWakeAt,
  stepSession,
} from '../link/session.js';
import type { LoopParts } from './loop-parts.js';

/** Runs the two machines: feeds them events one at a time, and does what they ask. Decides nothing itself. */
export class KioskLoop {
  readonly #parts: LoopParts;
  readonly #boot: BootTag;
  #kiosk: KioskState;
  #session: SessionState;
  #queue: KioskEvent[] = [];
  #busy = false;
  #stopped = false;
  #seq = 0;
  #cancelTimer: (() => void) | undefined;
  /** For when the timer is set; Infinity: it is not. */
  #timerAt = Number.POSITIVE_INFINITY;
  /** The attempt whose first publish was told to the kiosk app. */
  #submitted = '';
  #closedBy: readonly string[] = ['starting'];
  #shown: KioskState | undefined;
  /** The link's code that came last. */
  #measured = { code: '', modules: 0 };

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#kiosk = initialState(parts.replay, parts.timers);
    this.#boot = this.#kiosk.boot;
    this.#session = initialSession(parts.replay.nonce, parts.timers);
  }

  get state(): KioskState {
    return this.#kiosk;
  }

  dispatch(event: KioskEvent): void {
    if (this.#stopped) return;
    this.#queue.push(event);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#step(next);
    } catch (error) {
      this.#die(error);
      return;
    }
    this.#busy = false;
    this.#show();
    this.#tellService();
    this.#parts.onSettled(this.#kiosk);
    this.#schedule();
  }

  session(event: SessionEvent): void {
    if (this.#stopped) return;
    const { state, effects } = stepSession(this.#session, event, this.#parts.clock.now());
    this.#session = state;
    for (const effect of effects) this.#doSession(effect);
    this.#schedule();
  }

  /** A frame from the relay. */
  received(frame: Uint8Array): void {
    try {
      const { body, relay } = decodeDown(frame);
      if (body.type === 'welcome') this.#welcomed(body, relay);
      else if (body.type === 'challenge') this.session({ type: 'challenge', challenge: body });
      else if (body.type === 'update') this.dispatch({ type: 'update', update: body });
      else if (body.type === 'link-code') this.dispatch({ ...body, modules: this.#modulesOf(body.code) });
      else if (body.type !== 'service') this.dispatch(body);
      else if (relay === this.#session.relay)
        this.dispatch({ type: 'service', closedMs: body.reason ? body.forMs : 0 });
      return;
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#parts.counters.count('frame-refused');
      this.#parts.log.warn({ event: 'frame-refused', why: error.message }, 'frame from the relay refused');
    }
  }

  /** The same code comes each second, and no scan shall wait for its measuring. */
  #modulesOf(code: string): number {
    if (code !== this.#measured.code) this.#measured = { code, modules: this.#parts.modulesOf(code) };
    return this.#measured.modules;
  }

  /** Each relay finds out by itself whom it reaches. Heeded is the one that has greeted last: it says so after its Welcome. */
  #welcomed(welcome: Welcome, relay: string): void {
    const before = this.#session.relay;
    this.session({ type: 'welcome', welcome, relay });
    if (this.#session.relay === before || !this.#kiosk.closed.includes('acquirer')) return;
    this.dispatch({ type: 'service', closedMs: 1_000 });
  }

  /** Nothing more can be kept (S13), whoever found it out. */
  journalFailed(error: Error): void {
    const text = 'the journal cannot be written: out of service';
    this.#parts.log.warn({ event: 'journal-failed', why: error.message }, text);
    this.dispatch({ type: 'journal-failed' });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
  }

  #show(): void {
    const state = this.#kiosk;
    if (this.#shown && showsTheSame(state, this.#shown)) return;
    this.#shown = state;
    const now = this.#parts.clock.now();
    this.#parts.front.show(viewOf(state, now), now);
  }

  /** For the log: in service or not, and by what, at each change. */
  #tellService(): void {
    const { closed } = this.#kiosk;
    if (closed === this.#closedBy) return;
    const before = this.#closedBy.join(', ');
    this.#closedBy = closed;
    const closedBy = closed.join(', ');
    if (closedBy === before) return;
    this.#parts.log.info({ event: 'service', closedBy }, closedBy === '' ? 'in service' : 'out of service');
    if (closedBy === '') this.#parts.onOpen();
  }

  /**
   * A fault of ours: the state is not to be trusted. Thrown where nobody catches it, whoever called, so that the process
   * ends, is started again, and the journal says what was open.
   */
  #die(error: unknown): void {
    this.stop();
    queueMicrotask(() => {
      throw error;
    });
  }

  #step(event: KioskEvent): void {
    const { state, effects } = step(this.#kiosk, event, this.#parts.clock.now());
    this.#kiosk = state;
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: KioskEffect): void {
    const { counters, front, log, orderEvent } = this.#parts;
    switch (effect.type) {
      case 'send':
        this.#sendAttempt(effect.body);
        return;
      case 'hello':
        this.session({ type: 'not-greeted' });
        return;
      case 'link-again':
        this.dispatch({ type: 'link-renewed', link: newLinkId(this.#parts.random) });
        return;
      case 'record':
        this.#record(effect.record);
        return;
      case 'vend':
        this.#vend(effect.job);
        return;
      case 'order-event':
        orderEvent(effect.order, effect.event);
        return;
      case 'read':
        front.read();
        return;
      case 'count':
        counters.count(effect.name);
        return;
      case 'fault':
        counters.count('fault');
        log.warn({ event: 'fault', what: effect.what }, 'an event that no state expects');
        return;
    }
  }

  #send(body: UpBody): boolean {
    this.#seq += 1;
    return this.#parts.publish(encodeUp({ boot: this.#boot, seq: this.#seq, body }));
  }

  #sendAttempt(body: Extract<KioskEffect, { type: 'send' }>['body']): void {
    const sent = this.#send(body);
    if (!sent) this.#parts.counters.count('send-while-disconnected');
    if (!sent || (body.type !== 'pay' && body.type !== 'pay-linked') || this.#submitted === body.attempt) return;
    this.#submitted = body.attempt;
    const attempt = this.#kiosk.attempt;
    if (!attempt) return;
    const scanToPublishMs = Math.round((this.#parts.clock.now() - attempt.scannedAtMs) * 1000) / 1000;
    this.#parts.orderEvent(attempt.order.id, { state: 'submitted', attempt: attempt.id, scanToPublishMs });
  }

  #record(record: Extract<KioskEffect, { type: 'record' }>['record']): void {
    this.#parts.journal.append(record).then(
      () => {
        if (record.kind === 'begun') this.dispatch({ type: 'begun-durable', attempt: record.attempt });
      },
      (error: Error) => this.journalFailed(error),
    );
  }

  #vend(job: { attempt: string; order: string }): void {
    const ended = (result: 'delivered' | 'failed' | 'doubtful') =>
      this.dispatch({ type: 'vend-ended', attempt: job.attempt, result });
    // The contract says it never rejects; a driver that does all the same leaves the end unknown.
    this.#parts.actuator.vend(job).then(ended, () => ended('doubtful'));
  }

  #doSession(effect: SessionEffect): void {
    const { counters, log } = this.#parts;
    switch (effect.type) {
      case 'say-hello':
        this.#hello(effect.challenge);
        return;
      case 'greeted':
        this.dispatch({ type: 'greeted' });
        return;
      case 'lost':
        log.warn({ event: 'relay-lost', why: effect.why }, 'nobody is known to listen: out of service');
        this.dispatch({ type: 'closed', reason: 'relay' });
        return;
      case 'count':
        counters.count(effect.name);
        return;
    }
  }

  #hello(challenge: string | null): void {
    const { replay, board, version, clock } = this.#parts;
    const hello: Hello = {
      type: 'hello',
      epoch: replay.epoch,
      number: replay.number,
      nonce: replay.nonce,
      chain: replay.chain,
      board,
      atMs: Math.floor(clock.now()),
      open: listed(this.#kiosk),
      ...(challenge ? { challenge } : {}),
      version,
    };
    this.#send(hello);
  }

  #schedule(): void {
    const at = this.#wakeAt();
    // A timer that comes too early sets itself again: most waits are over before their end, and cost no timer so.
    if (at >= this.#timerAt) return;
    this.#cancelTimer?.();
    this.#timerAt = at;
    const wait = Math.min(Math.max(1, Math.ceil(at - this.#parts.clock.now())), MAX_TIMER_MS);
    this.#cancelTimer = this.#parts.clock.after(wait, () => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      if (this.#wakeAt() > this.#parts.clock.now()) {
        this.#schedule();
        return;
      }
      this.session({ type: 'wake' });
      this.dispatch({ type: 'wake' });
    });
  }

  #wakeAt(): number {
    return this.#stopped ? Number.POSITIVE_INFINITY : Math.min(wakeAt(this.#kiosk), sessionWakeAt(this.#session));
  }
}

/** setTimeout's own limit is 2^31 - 1 ms. */
const MAX_TIMER_MS = 3_600_000;
