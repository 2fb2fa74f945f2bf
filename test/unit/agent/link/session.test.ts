import { describe, expect, it } from 'vitest';
import { initialSession, type SessionEvent, sessionWakeAt, stepSession } from '../../../../agent/link/session.js';

const nonce = 'aa'.repeat(16);
const timers = { helloRetryMs: 2_000, roundTripMaxMs: 5_000 };

function bench() {
  let state = initialSession(nonce, timers);
  const self = {
    now: 10_000,
    get state() {
      return state;
    },
    on(event: SessionEvent) {
      const result = stepSession(state, event, self.now);
      state = result.state;
      return result.effects;
    },
    welcome(over: object = {}, relay = 'r1') {
      return self.on({
        type: 'welcome',
        relay,
        welcome: { type: 'welcome', nonce, helloAtMs: state.helloAtMs ?? 0, leaseMs: 60_000, ...over },
      });
    },
  };
  return self;
}
const hello = { type: 'say-hello', challenge: null };

describe('session', () => {
  it('says Hello at every connect, and is greeted by its own Welcome only (rule 2)', () => {
    const b = bench();
    expect(b.on({ type: 'connected' })).toEqual([hello]);
    expect(b.welcome({ nonce: 'bb'.repeat(16) })).toEqual([{ type: 'count', name: 'welcome-not-ours' }]);
    expect(b.welcome()).toEqual([{ type: 'greeted' }]);
    b.on({ type: 'disconnected' });
    expect(b.welcome()).toEqual([{ type: 'count', name: 'welcome-unasked' }]);
    expect(b.on({ type: 'connected' })).toEqual([hello]);
  });

  it('does not trust a Welcome that took too long, or that answers a Hello of the future', () => {
    const b = bench();
    b.on({ type: 'connected' });
    b.now += 5_001;
    expect(b.welcome()).toEqual([{ type: 'count', name: 'welcome-too-slow' }]);
    expect(b.welcome({ helloAtMs: b.now + 1 })).toEqual([{ type: 'count', name: 'welcome-too-slow' }]);
    expect(b.state.greetedUntilMs).toBeNull();
  });

  it('says Hello again while unanswered, ever more slowly, for ever', () => {
    const b = bench();
    b.on({ type: 'connected' });
    const gaps: number[] = [];
    for (let n = 0; n < 7; n++) {
      const before = b.now;
      b.now = sessionWakeAt(b.state);
      gaps.push(b.now - before);
      expect(b.on({ type: 'wake' })).toEqual([hello]);
    }
    expect(gaps).toEqual([2_000, 4_000, 8_000, 16_000, 16_000, 16_000, 16_000]);
  });

  it('renews the lease at half time, and is lost when it ends', () => {
    const b = bench();
    b.on({ type: 'connected' });
    b.welcome();
    expect(sessionWakeAt(b.state)).toBe(b.now + 30_000);
    b.now += 30_000;
    expect(b.on({ type: 'wake' })).toEqual([hello]);
    b.now += 30_000;
    expect(b.on({ type: 'wake' })).toContainEqual({ type: 'lost', why: 'lease' });
  });

  it('is lost at once when the broker or the greeting relay goes, and asks for another', () => {
    const b = bench();
    b.on({ type: 'connected' });
    b.welcome({}, 'r1');
    b.now += 1_000;
    expect(b.on({ type: 'relay-state', relay: 'r2', online: false })).toEqual([]);
    expect(b.on({ type: 'relay-state', relay: 'r1', online: false })).toEqual([{ type: 'lost', why: 'relay' }, hello]);
    expect(b.welcome({}, 'r2')).toEqual([{ type: 'greeted' }]);
    expect(b.on({ type: 'disconnected' })).toEqual([{ type: 'lost', why: 'broker' }]);
  });

  it('asks at once when a relay comes online and nobody has greeted', () => {
    const b = bench();
    expect(b.on({ type: 'relay-state', relay: 'r1', online: true })).toEqual([]);
    b.on({ type: 'connected' });
    b.now += 1_000;
    expect(b.on({ type: 'relay-state', relay: 'r1', online: true })).toEqual([hello]);
    b.welcome();
    expect(b.on({ type: 'relay-state', relay: 'r1', online: true })).toEqual([]);
  });

  it("echoes the challenge of the relay, and not another boot's", () => {
    const b = bench();
    b.on({ type: 'connected' });
    b.now += 1_000;
    const challenge = 'cc'.repeat(16);
    expect(b.on({ type: 'challenge', challenge: { type: 'challenge', nonce: 'bb'.repeat(16), challenge } })).toEqual([
      { type: 'count', name: 'challenge-not-ours' },
    ]);
    expect(b.on({ type: 'challenge', challenge: { type: 'challenge', nonce, challenge } })).toContainEqual({
      type: 'say-hello',
      challenge,
    });
    b.welcome();
    expect(b.state.challenge).toBeNull();
  });

  it('says Hello again when the relay answers that it does not know this boot', () => {
    const b = bench();
    b.on({ type: 'connected' });
    b.welcome();
    b.now += 1_000;
    expect(b.on({ type: 'not-greeted' })).toEqual([{ type: 'lost', why: 'not-greeted' }, hello]);
  });

  it('is greeted once by a Hello, however many relays answer it', () => {
    const b = bench();
    b.on({ type: 'connected' });
    expect(b.welcome({}, 'r1')).toEqual([{ type: 'greeted' }]);
    expect(b.welcome({}, 'r2')).toEqual([]);
    b.now += 30_000;
    b.on({ type: 'wake' });
    expect(b.welcome({}, 'r1')).toEqual([{ type: 'greeted' }]);
  });

  it('does not let the answers of several relays multiply: three answer each Hello, for ten seconds', () => {
    const b = bench();
    b.on({ type: 'connected' });
    let hellos = 1;
    const count = (effects: readonly { type: string }[]) => {
      hellos += effects.filter((e) => e.type === 'say-hello').length;
    };
    let n = 0;
    for (const end = b.now + 10_000; b.now < end; b.now += 10) {
      for (let relay = 0; relay < 3; relay++) {
        count(b.on({ type: 'not-greeted' }));
        const challenge = (++n % 251).toString(16).padStart(2, '0').repeat(16);
        count(b.on({ type: 'challenge', challenge: { type: 'challenge', nonce, challenge } }));
      }
      if (sessionWakeAt(b.state) <= b.now) count(b.on({ type: 'wake' }));
    }
    expect(hellos).toBeLessThanOrEqual(42);
    expect(hellos).toBeGreaterThan(20);
  });
});
