import type { BootNonce } from '../../protocol/ids.js';
import type { Challenge, Welcome } from '../../protocol/messages.js';

/**
 * Whether someone listens: the pure machine of Hello and Welcome (design §4.2 rules 2 and 3). The kiosk is greeted from
 * a Welcome that names this boot and answers a Hello sent no longer than `roundTripMaxMs` ago, until its lease ends,
 * the broker is gone, or the relay that greeted says it is gone.
 */
export type SessionTimers = {
  /** Wait before an unanswered Hello is said again; doubles up to eight times this. */
  readonly helloRetryMs: number;
  /** A slower Welcome tells too little about the relay's clock: say Hello again. */
  readonly roundTripMaxMs: number;
};

export type SessionState = {
  readonly nonce: BootNonce;
  readonly timers: SessionTimers;
  readonly connected: boolean;
  /** When the last Hello was published; null: none on this connection. */
  readonly helloAtMs: number | null;
  /** The Hello that was answered last: several relays may welcome one. */
  readonly welcomedAtMs: number | null;
  readonly nextHelloAtMs: number;
  readonly helloWaitMs: number;
  readonly challenge: string | null;
  /** End of the lease; null: not greeted. */
  readonly greetedUntilMs: number | null;
  /** The relay instance that greeted. */
  readonly relay: string | null;
};

export type SessionEvent =
  | { readonly type: 'connected' | 'disconnected' | 'wake' }
  | { readonly type: 'welcome'; readonly welcome: Welcome; readonly relay: string }
  | { readonly type: 'challenge'; readonly challenge: Challenge }
  | { readonly type: 'relay-state'; readonly relay: string; readonly online: boolean }
  /** The relay answered that it does not know this boot. */
  | { readonly type: 'not-greeted' };

export type SessionEffect =
  | { readonly type: 'say-hello'; readonly challenge: string | null }
  | { readonly type: 'greeted' }
  | { readonly type: 'lost'; readonly why: 'broker' | 'relay' | 'lease' | 'not-greeted' }
  | { readonly type: 'count'; readonly name: string };

export type SessionStep = { readonly state: SessionState; readonly effects: readonly SessionEffect[] };

export function initialSession(nonce: BootNonce, timers: SessionTimers): SessionState {
  return {
    nonce,
    timers,
    connected: false,
    helloAtMs: null,
    welcomedAtMs: null,
    nextHelloAtMs: Number.POSITIVE_INFINITY,
    helloWaitMs: timers.helloRetryMs,
    challenge: null,
    greetedUntilMs: null,
    relay: null,
  };
}

export function stepSession(state: SessionState, event: SessionEvent, now: number): SessionStep {
  switch (event.type) {
    case 'connected':
      return sayHello({ ...state, connected: true, challenge: null, helloWaitMs: state.timers.helloRetryMs }, now);
    case 'disconnected':
      return lose({ ...state, connected: false, helloAtMs: null, nextHelloAtMs: Number.POSITIVE_INFINITY }, 'broker');
    case 'welcome':
      return welcomed(state, event.welcome, event.relay, now);
    case 'challenge':
      return challenged(state, event.challenge, now);
    case 'relay-state':
      return relayState(state, event, now);
    case 'not-greeted':
      return helloAgain(lose(state, 'not-greeted'), now);
    case 'wake':
      return wake(state, now);
  }
}

const count = (state: SessionState, name: string): SessionStep => ({ state, effects: [{ type: 'count', name }] });

function sayHello(state: SessionState, now: number): SessionStep {
  return {
    state: {
      ...state,
      helloAtMs: now,
      nextHelloAtMs: now + state.helloWaitMs,
      helloWaitMs: Math.min(state.helloWaitMs * 2, state.timers.helloRetryMs * 8),
    },
    effects: [{ type: 'say-hello', challenge: state.challenge }],
  };
}

/**
 * Each of several relays answers each Hello, and some answers ask for the next one: without a pause between two, their
 * number would double and double again.
 */
const HELLO_PAUSE_MS = 250;

function helloAgain(after: SessionStep, now: number): SessionStep {
  const { connected, helloAtMs, nextHelloAtMs } = after.state;
  if (!connected) return after;
  const soonest = (helloAtMs ?? Number.NEGATIVE_INFINITY) + HELLO_PAUSE_MS;
  if (now < soonest) return { ...after, state: { ...after.state, nextHelloAtMs: Math.min(nextHelloAtMs, soonest) } };
  const hello = sayHello({ ...after.state, helloWaitMs: after.state.timers.helloRetryMs }, now);
  return { state: hello.state, effects: [...after.effects, ...hello.effects] };
}

function lose(state: SessionState, why: Extract<SessionEffect, { type: 'lost' }>['why']): SessionStep {
  if (state.greetedUntilMs === null) return { state, effects: [] };
  return { state: { ...state, greetedUntilMs: null, relay: null }, effects: [{ type: 'lost', why }] };
}

function welcomed(state: SessionState, welcome: Welcome, relay: string, now: number): SessionStep {
  // Another boot's Welcome, from a queue somewhere: arms nothing (rule 2).
  if (welcome.nonce !== state.nonce) return count(state, 'welcome-not-ours');
  if (!state.connected || state.helloAtMs === null) return count(state, 'welcome-unasked');
  const roundTripMs = now - welcome.helloAtMs;
  if (roundTripMs < 0 || roundTripMs > state.timers.roundTripMaxMs) return count(state, 'welcome-too-slow');
  const until = now + welcome.leaseMs;
  const again = state.greetedUntilMs !== null && state.welcomedAtMs === welcome.helloAtMs;
  return {
    state: {
      ...state,
      challenge: null,
      welcomedAtMs: welcome.helloAtMs,
      greetedUntilMs: until,
      relay,
      // Renewed at half time, so that one lost Hello costs nothing.
      nextHelloAtMs: now + welcome.leaseMs / 2,
      helloWaitMs: state.timers.helloRetryMs,
    },
    effects: again ? [] : [{ type: 'greeted' }],
  };
}

function challenged(state: SessionState, { nonce, challenge }: Challenge, now: number): SessionStep {
  if (nonce !== state.nonce || !state.connected) return count(state, 'challenge-not-ours');
  // Another relay's word for the one that is being answered.
  if (challenge === state.challenge) return count(state, 'challenge-again');
  const lost = lose({ ...state, challenge }, 'not-greeted');
  return helloAgain({ state: lost.state, effects: [...lost.effects, { type: 'count', name: 'challenged' }] }, now);
}

function relayState(
  state: SessionState,
  { relay, online }: { relay: string; online: boolean },
  now: number,
): SessionStep {
  if (online) return state.greetedUntilMs === null ? helloAgain({ state, effects: [] }, now) : { state, effects: [] };
  // Another relay may be there to answer; until one does, nobody is known to listen.
  return state.relay === relay ? helloAgain(lose(state, 'relay'), now) : { state, effects: [] };
}

function wake(state: SessionState, now: number): SessionStep {
  const expired = state.greetedUntilMs !== null && state.greetedUntilMs <= now;
  const held = expired ? lose(state, 'lease') : { state, effects: [] };
  if (!held.state.connected || held.state.nextHelloAtMs > now) return held;
  const hello = sayHello(held.state, now);
  return { state: hello.state, effects: [...held.effects, ...hello.effects] };
}

/** When `wake` has something to do. */
export const sessionWakeAt = (state: SessionState): number =>
  Math.min(state.nextHelloAtMs, state.greetedUntilMs ?? Number.POSITIVE_INFINITY);
