import type { Fate, Point } from '../points.js';
import type { World } from '../world.js';

/** What can be cut at a point. `strike` does it there and then, and says what becomes of the frame that is at the point. */
export type Cut = {
  readonly name: string;
  /** Whether it makes a difference there; `writing`: the card is writing a block. */
  readonly fits: (point: Point, writing: boolean) => boolean;
  readonly strike: (world: World) => Fate;
};

const SOON_MS = 1_000;
/** Longer than every deadline, and than the relay waits for a report before it calls somebody. */
const LATE_MS = 130_000;
const LEDGER_AWAY_MS = 700;

const always = (): boolean => true;

function kiosk(name: string, strike: (kiosk: World['kiosks'][number]) => void, fits: Cut['fits'] = always): Cut {
  return {
    ...{ name, fits },
    strike: (world) => {
      for (const each of world.kiosks) strike(each);
      return 'goes-on';
    },
  };
}

function relay(name: string, which: (relay: string) => boolean, awayMs: number): Cut {
  return {
    ...{ name, fits: always },
    strike: (world) => {
      for (const each of world.relays) if (which(each.name)) each.kill(awayMs);
      return 'goes-on';
    },
  };
}

const isFrame = ({ kind }: Point): boolean => kind === 'frame-sent' || kind === 'frame-received';
const isCall = ({ kind }: Point): boolean => kind === 'request-sent' || kind === 'answer-received';

/** Of every kind that the findings of reference protocol/findings.md and design section 6 know. */
export const cuts: readonly Cut[] = [
  kiosk('kiosk killed', (k) => k.kill(SOON_MS)),
  kiosk('kiosk without power, the block lost', (k) => k.powerCut(SOON_MS, 'lost')),
  kiosk(
    'kiosk without power, the block kept',
    (k) => k.powerCut(SOON_MS, 'kept'),
    (_, writing) => writing,
  ),
  kiosk(
    'kiosk without power, the block torn',
    (k) => k.powerCut(SOON_MS, 'torn'),
    (_, writing) => writing,
  ),
  kiosk('kiosk without power for long', (k) => k.powerCut(LATE_MS, 'lost')),
  kiosk('kiosk cut off for long', (k) => k.life?.link.cut(LATE_MS)),
  kiosk('journal lost', (k) => {
    k.powerCut(SOON_MS, 'lost');
    k.disk.wipe();
  }),
  kiosk('board changed', (k) => {
    k.powerCut(SOON_MS, 'kept');
    k.otherBoard();
  }),
  relay('relays killed', always, SOON_MS),
  relay('relays killed for long', always, LATE_MS),
  {
    name: 'kiosk without power and relays killed',
    fits: always,
    strike: (world) => {
      for (const each of world.kiosks) each.powerCut(SOON_MS, 'lost');
      for (const each of world.relays) each.kill(SOON_MS);
      return 'goes-on';
    },
  },
  {
    name: 'ledger’s server crashed',
    fits: always,
    strike: (world) => {
      world.story.tell('ledger', () => 'the database server crashes');
      world.database.crash();
      for (const each of world.relays) world.timeline.after(LEDGER_AWAY_MS, () => each.mendLedger());
      return 'goes-on';
    },
  },
  {
    name: 'broker restarted',
    fits: always,
    strike: (world) => {
      world.broker.restart(SOON_MS);
      return 'goes-on';
    },
  },
  { name: 'lost', fits: (point) => isFrame(point) || isCall(point), strike: () => 'lost' },
  { name: 'late', fits: (point) => isFrame(point) || point.kind === 'request-sent', strike: () => 'late' },
  { name: 'twice', fits: (point) => isFrame(point) || point.kind === 'request-sent', strike: () => 'twice' },
];

/** With more than one relay: one of them dies, and another takes over. */
export const takeOvers: readonly Cut[] = ['relay-1', 'relay-2'].map((name) =>
  relay(`${name} killed for long`, (each) => each === name, LATE_MS),
);

/** Those of which two in a row are tried. */
export const hardest: ReadonlySet<string> = new Set([
  'kiosk killed',
  'kiosk without power, the block lost',
  'journal lost',
  'relays killed',
  'ledger’s server crashed',
  'broker restarted',
  ...takeOvers.map(({ name }) => name),
]);
