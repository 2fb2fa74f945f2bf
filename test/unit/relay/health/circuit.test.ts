import { describe, expect, test } from 'vitest';
import {
  admits,
  type Circuit,
  type CircuitEvent,
  circuitPolicy,
  closedCircuit,
  probeAt,
  stepCircuit,
} from '../../../../relay/health/circuit.js';
import { seeded } from '../../../bench/random.js';

const failed: CircuitEvent = { type: 'pay-ended', failed: true };
const answered: CircuitEvent = { type: 'pay-ended', failed: false };
const asked = (no: boolean): CircuitEvent => ({ type: 'asked', failed: no });

/** Feeds events a step apart; returns what it comes to. */
function fed(from: Circuit, events: readonly CircuitEvent[], at = 0, stepMs = 100): Circuit {
  return events.reduce((circuit, event, i) => stepCircuit(circuit, event, at + i * stepMs, circuitPolicy), from);
}

const five = Array<CircuitEvent>(circuitPolicy.streak).fill(failed);
const open = fed(closedCircuit, five);
const probed = (circuit: Circuit): number => probeAt(circuit) ?? Number.NaN;

describe('a circuit', () => {
  test('opens at the fifth pay in a row without an answer, not at the fourth', () => {
    expect(fed(closedCircuit, five.slice(1)).kind).toBe('closed');
    expect(open.kind).toBe('open');
    expect(admits(open, 500, circuitPolicy)).toBe(false);
  });

  test('an answer in between, also a decline, begins the row anew', () => {
    expect(fed(closedCircuit, [...five.slice(1), answered, ...five.slice(1)]).kind).toBe('closed');
  });

  test('opens at half of those in the window, never in a row', () => {
    const half = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? answered : failed));
    const { least, windowMs } = circuitPolicy;
    expect(fed(closedCircuit, half.slice(0, least)).kind).toBe('open');
    expect(fed(closedCircuit, half.slice(0, least - 1)).kind).toBe('closed');
    const third = Array.from({ length: 400 }, (_, i) => (i % 3 === 0 ? failed : answered));
    expect(fed(closedCircuit, third).kind).toBe('closed');
    // So slowly that the window never holds enough.
    expect(fed(closedCircuit, half.slice(0, least), 0, windowMs / 10).kind).toBe('closed');
  });

  test('inquiries do not open it', () => {
    expect(fed(closedCircuit, Array<CircuitEvent>(1_000).fill(asked(true)))).toBe(closedCircuit);
  });

  test('a trial that was not made gives way to the next customer at once', () => {
    const half = stepCircuit(open, asked(false), probed(open), circuitPolicy);
    const trying = stepCircuit(half, { type: 'accepted' }, 10_000, circuitPolicy);
    expect(admits(trying, 10_001, circuitPolicy)).toBe(false);
    const given = stepCircuit(trying, { type: 'not-made' }, 10_001, circuitPolicy);
    expect(admits(given, 10_001, circuitPolicy)).toBe(true);
    expect(stepCircuit(open, { type: 'not-made' }, 1, circuitPolicy)).toBe(open);
    expect(stepCircuit(closedCircuit, { type: 'not-made' }, 1, circuitPolicy)).toBe(closedCircuit);
  });

  test('is tried by an inquiry when its wait is over, and by one payment after that', () => {
    const at = probed(open);
    expect(stepCircuit(open, asked(false), at - 1, circuitPolicy)).toBe(open);
    const later = stepCircuit(open, asked(true), at, circuitPolicy);
    expect(probed(later)).toBe(at + circuitPolicy.waitMs);
    const half = stepCircuit(open, asked(false), at, circuitPolicy);
    expect(half.kind).toBe('half-open');
    expect(admits(half, at, circuitPolicy)).toBe(true);
    const trying = stepCircuit(half, { type: 'accepted' }, at, circuitPolicy);
    expect(admits(trying, at + 1, circuitPolicy)).toBe(false);
    expect(stepCircuit(trying, answered, at + 50, circuitPolicy)).toEqual(closedCircuit);
  });

  test('one that answers inquiries and takes no payments is tried ever more seldom', () => {
    let circuit: Circuit = open;
    const waits: number[] = [];
    for (let trial = 0; trial < 8; trial++) {
      const at = probed(circuit);
      circuit = stepCircuit(circuit, asked(false), at, circuitPolicy);
      circuit = stepCircuit(circuit, { type: 'accepted' }, at, circuitPolicy);
      circuit = stepCircuit(circuit, failed, at, circuitPolicy);
      waits.push(probed(circuit) - at);
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 80_000, 120_000, 120_000, 120_000, 120_000]);
  });

  test('a trial of which nothing is ever heard does not close it for good', () => {
    const half = stepCircuit(open, asked(false), probed(open), circuitPolicy);
    const trying = stepCircuit(half, { type: 'accepted' }, 10_000, circuitPolicy);
    expect(admits(trying, 10_000 + circuitPolicy.trialMs, circuitPolicy)).toBe(false);
    expect(admits(trying, 10_001 + circuitPolicy.trialMs, circuitPolicy)).toBe(true);
  });

  test('a pay from before that fails late does not end the trial before it has begun', () => {
    const half = stepCircuit(open, asked(false), probed(open), circuitPolicy);
    expect(stepCircuit(half, failed, 6_000, circuitPolicy)).toBe(half);
  });

  test('1 % without an answer never opens it, over 300,000 payments at any pace', () => {
    const random = seeded(20_261_122);
    let circuit: Circuit = closedCircuit;
    for (let i = 0, now = 0; i < 300_000; i++, now += random() * (i % 10_000 < 5_000 ? 5 : 400)) {
      circuit = stepCircuit(circuit, random() < 0.01 ? failed : answered, now, circuitPolicy);
      if (circuit.kind !== 'closed') break;
    }
    expect(circuit.kind).toBe('closed');
  });
});
