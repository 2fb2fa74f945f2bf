import type { Signal } from '../contract/indicator.js';

/** The lamps of a tower light or a front; a kiosk has any of them. */
export const lampNames = ['red', 'amber', 'green', 'blue'] as const;
export type LampName = (typeof lampNames)[number];

export type LampState = 'on' | { readonly onMs: number; readonly offMs: number };
/** A lamp that is not named is dark. */
export type Lamps = Readonly<Partial<Record<LampName, LampState>>>;
/** ms from the beginning, ms of length, Hz for a buzzer that has a pitch. */
export type Tone = readonly [startMs: number, lengthMs: number, hz: number];

export type Pattern = {
  /** The first of these whose lamps are all there; a kiosk that has none of them stays dark. */
  readonly lamps: readonly Lamps[];
  readonly tones: readonly Tone[];
};

const blink = (onMs: number, offMs = onMs): LampState => ({ onMs, offMs });
const asked: readonly Tone[] = [
  [0, 110, 1319],
  [170, 110, 1760],
];

/**
 * Green: go on; blue: wait; amber: your turn; red: no. Each signal differs from each other in rhythm too, for those who
 * do not tell the colours, and where one lamp must do for all. The tones are those of the page (drivers/web/page/sound.js).
 */
export const patterns: Readonly<Record<Signal, Pattern>> = {
  ready: { lamps: [{ green: 'on' }, { blue: 'on' }], tones: [] },
  read: { lamps: [], tones: [[0, 80, 2093]] },
  // Begins after the chirp that goes before it.
  'try-again': {
    lamps: [{ amber: 'on' }, { red: blink(400) }, { green: blink(80, 400) }],
    tones: [
      [120, 70, 880],
      [240, 70, 880],
    ],
  },
  busy: { lamps: [{ blue: 'on' }, { amber: blink(150) }, { green: blink(150) }], tones: [] },
  'confirm-on-phone': { lamps: [{ amber: blink(400) }, { blue: blink(400) }, { green: blink(400) }], tones: asked },
  'press-to-pay': {
    lamps: [{ amber: blink(600, 200) }, { blue: blink(600, 200) }, { green: blink(600, 200) }],
    tones: asked,
  },
  approved: {
    lamps: [{ green: blink(120) }, { blue: blink(120) }],
    tones: [
      [0, 110, 1319],
      [120, 110, 1568],
      [240, 260, 2093],
    ],
  },
  declined: {
    lamps: [{ red: 'on' }, { amber: blink(80) }, { green: blink(80) }],
    tones: [
      [0, 120, 440],
      [200, 120, 440],
      [400, 120, 440],
    ],
  },
  // Slow, and by the kernel where it can: it goes on when this process hangs. A lone green lamp is dark, as if off.
  'out-of-service': {
    lamps: [{ red: blink(200, 1_800) }, { amber: blink(200, 1_800) }, {}],
    tones: [[0, 400, 330]],
  },
};

/** What a kiosk with these lamps lights for the signal. */
export function lampsFor(pattern: Pattern, present: ReadonlySet<LampName>): Lamps {
  const fits = (lamps: Lamps) => lampNames.every((name) => lamps[name] === undefined || present.has(name));
  return pattern.lamps.find(fits) ?? {};
}
