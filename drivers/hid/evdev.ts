/** From a keyboard's input events (linux/input.h) to keys. Used with an exclusive grab, where no reports can be read. */
import { isModifier, type KeyBoard } from './keys.js';

/** linux/input-event-codes.h: KEY_ESC (1) and on; 0 where the code has no usage that matters here. */
const row = (first: number, ...usages: readonly number[]): [number, number][] =>
  usages.map((usage, i) => [first + i, usage]);

const usageOfKey = new Map<number, number>([
  ...row(1, 0x29, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2d, 0x2e, 0x2a, 0x2b),
  // q to p, [ ], Enter, left Control
  ...row(16, 0x14, 0x1a, 0x08, 0x15, 0x17, 0x1c, 0x18, 0x0c, 0x12, 0x13, 0x2f, 0x30, 0x28, 0xe0),
  // a to l, ; ' `, left Shift, backslash
  ...row(30, 0x04, 0x16, 0x07, 0x09, 0x0a, 0x0b, 0x0d, 0x0e, 0x0f, 0x33, 0x34, 0x35, 0xe1, 0x31),
  // z to m, comma, dot, slash, right Shift, keypad *, left Alt, space, Caps Lock
  ...row(44, 0x1d, 0x1b, 0x06, 0x19, 0x05, 0x11, 0x10, 0x36, 0x37, 0x38, 0xe5, 0x55, 0xe2, 0x2c, 0x39),
  [69, 0x53],
  // Keypad 7 8 9 - 4 5 6 + 1 2 3 0 .
  ...row(71, 0x5f, 0x60, 0x61, 0x56, 0x5c, 0x5d, 0x5e, 0x57, 0x59, 0x5a, 0x5b, 0x62, 0x63),
  // Keypad Enter, right Control, keypad /; right Alt; keypad =; the two GUI keys
  ...row(96, 0x58, 0xe4, 0x54),
  [100, 0xe6],
  [117, 0x67],
  ...row(125, 0xe3, 0xe7),
]);

const EV_SYN = 0;
const EV_KEY = 1;
const SYN_REPORT = 0;
const SYN_DROPPED = 3;
const PRESS = 1;
const RELEASE = 0;
/** BTN_MISC: from here on buttons, which are no keys. */
const BUTTONS_FROM = 0x100;
const BUTTONS_TO = 0x160;

export class KeyEvents {
  readonly #bytes: number;
  readonly #board: KeyBoard;
  readonly #spoil: () => void;
  /** The kernel dropped events: nothing counts until the report that was cut is over. */
  #dropped = false;

  /** @param bytes of one event: 24 for a reader of 64 bits, 16 for one of 32 @param spoil keys were lost */
  constructor(bytes: number, board: KeyBoard, spoil: () => void) {
    this.#bytes = bytes;
    this.#board = board;
    this.#spoil = spoil;
  }

  push(events: Uint8Array): void {
    const view = new DataView(events.buffer, events.byteOffset, events.byteLength);
    const at = this.#bytes - 8;
    for (let event = 0; event + this.#bytes <= events.length; event += this.#bytes) {
      const type = view.getUint16(event + at, true);
      const code = view.getUint16(event + at + 2, true);
      this.#event(type, code, view.getInt32(event + at + 4, true));
    }
    if (events.length % this.#bytes !== 0) this.#spoil();
  }

  #event(type: number, code: number, value: number): void {
    if (type === EV_SYN && code === SYN_DROPPED) {
      this.#dropped = true;
      this.#board.hold(0);
      this.#spoil();
    } else if (type === EV_SYN && code === SYN_REPORT) this.#dropped = false;
    else if (type === EV_KEY && !this.#dropped) this.#key(code, value);
  }

  #key(code: number, value: number): void {
    if (code >= BUTTONS_FROM && code < BUTTONS_TO) return;
    const usage = usageOfKey.get(code) ?? 0;
    // 2 is the kernel's own repetition of a key that stays down.
    if (isModifier(usage)) this.#board.holdOne(usage, value !== RELEASE);
    else if (value === PRESS) this.#board.press(usage);
  }
}
