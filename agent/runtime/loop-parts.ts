import type { Clock } from '../../drivers/clock.js';
import type { Actuator } from '../../drivers/contract/actuator.js';
import type { OrderId, RandomBytes } from '../../protocol/ids.js';
import type { Journal, Replay } from '../journal/contract.js';
import type { KioskState, KioskTimers } from '../kiosk/state.js';
import type { SessionTimers } from '../link/session.js';
import type { OrderEvent } from '../orders/order.js';
import type { Counters } from './counters.js';
import type { Front } from './front.js';

/** What the loop acts through; the simulation brings its own. */
export type LoopParts = {
  readonly replay: Replay;
  readonly board: string;
  readonly version: string;
  readonly journal: Journal;
  readonly actuator: Actuator;
  readonly front: Front;
  /** False: not connected. */
  readonly publish: (frame: Uint8Array) => boolean;
  readonly orderEvent: (order: OrderId, event: OrderEvent) => void;
  readonly counters: Counters;
  readonly log: { info(fields: object, text: string): void; warn(fields: object, text: string): void };
  readonly clock: Clock;
  /** Called after every step; a fixed-price kiosk places its next order here. */
  readonly onSettled: (state: KioskState) => void;
  /** The kiosk has come into service, as it does after each loss of the relay. */
  readonly onOpen: () => void;
  readonly timers: KioskTimers & SessionTimers;
  readonly random: RandomBytes;
  /** Modules a side of the smallest QR code that the display would show this in. */
  readonly modulesOf: (code: string) => number;
};
