/**
 * From keys to characters as a US keyboard has them, by HID usages (HID Usage Tables, page 0x07). A scanner that types has
 * this layout from the factory; the host's own layout takes no part.
 */
import type { KeyLayout } from './kind.js';

/** What a key came to. `unknown`: a US keyboard has no character for it, so the code that it stands in is spoilt. */
export type KeyStroke = { readonly char: number } | 'enter' | 'tab' | 'unknown';

const A = 0x04;
const Z = 0x1d;
const ENTER = 0x28;
const TAB = 0x2b;
const CAPS_LOCK = 0x39;
const NUM_LOCK = 0x53;
const KEYPAD_ENTER = 0x58;
const KEYPAD_1 = 0x59;
const KEYPAD_EQUALS = 0x67;
const LEFT_CONTROL = 0xe0;
/** Of the byte of modifiers, left and right. */
const SHIFT = 0x22;
/** 1 to 3: the keyboard could not tell which keys are down. */
const ERROR_LAST = 3;

const digits = ['1!', '2@', '3#', '4$', '5%', '6^', '7&', '8*', '9(', '0)'];
/** From 0x2c on; two at 0x32 are no key of a US keyboard, but scanners send it for the one above. */
const signs = ['  ', '-_', '=+', '[{', ']}', '\\|', '\\|', ';:', '\'"', '`~', ',<', '.>', '/?'];
/** From 0x54 on, without Enter. */
const keypad = ['/', '*', '-', '+'];
const keypadDigits = '1234567890.';

/** By usage: the character alone and with Shift. */
const table = new Map<number, string>();
for (let usage = A; usage <= Z; usage++) {
  const letter = String.fromCharCode(0x61 + usage - A);
  table.set(usage, letter + letter.toUpperCase());
}
for (const [i, pair] of digits.entries()) table.set(0x1e + i, pair);
for (const [i, pair] of signs.entries()) table.set(0x2c + i, pair);
for (const [i, sign] of keypad.entries()) table.set(0x54 + i, sign + sign);
for (const [i, sign] of [...keypadDigits].entries()) table.set(KEYPAD_1 + i, sign + sign);
table.set(KEYPAD_EQUALS, '==');

/** The keys that are down, and Caps Lock as the scanner presses it. It says each new stroke. */
export class KeyBoard {
  readonly #say: (stroke: KeyStroke) => void;
  #modifiers = 0;
  #caps = false;

  constructor(say: (stroke: KeyStroke) => void) {
    this.#say = say;
  }

  /** Between two codes: what a lost report left behind must not bend the next one. */
  reset(): void {
    this.#caps = false;
  }

  /** All modifiers at once, as a report has them. */
  hold(modifiers: number): void {
    this.#modifiers = modifiers;
  }

  /** A modifier's own usage, as evdev has them. */
  holdOne(usage: number, down: boolean): void {
    const bit = 1 << (usage - LEFT_CONTROL);
    this.#modifiers = down ? this.#modifiers | bit : this.#modifiers & ~bit;
  }

  press(usage: number): void {
    if (usage === CAPS_LOCK) this.#caps = !this.#caps;
    else if (usage !== NUM_LOCK) this.#say(this.#stroke(usage));
  }

  #stroke(usage: number): KeyStroke {
    // Control, Alt and GUI make commands, not characters: a code that holds them was made to command a host.
    if ((this.#modifiers & ~SHIFT) !== 0) return 'unknown';
    if (usage === ENTER || usage === KEYPAD_ENTER) return 'enter';
    if (usage === TAB) return 'tab';
    const shift = (this.#modifiers & SHIFT) !== 0;
    const upper = usage >= A && usage <= Z ? shift !== this.#caps : shift;
    const char = table.get(usage)?.charCodeAt(upper ? 1 : 0);
    return char === undefined ? 'unknown' : { char };
  }
}

export const isModifier = (usage: number): boolean => usage >= LEFT_CONTROL && usage < LEFT_CONTROL + 8;

/** Tells the new keys of each report: those that were not down in the one before. Some scanners send two at once. */
export class KeyReports {
  readonly #layout: KeyLayout;
  readonly #board: KeyBoard;
  readonly #spoil: () => void;
  #down: readonly number[] = [];

  /** @param spoil keys were lost */
  constructor(layout: KeyLayout, board: KeyBoard, spoil: () => void) {
    this.#layout = layout;
    this.#board = board;
    this.#spoil = spoil;
  }

  /** Silence: a key whose release was lost is not down for ever, or the next code would begin without it. */
  rest(): void {
    this.#down = [];
  }

  push(report: Uint8Array): void {
    const { reportId, bytes, modifiersAt, keysAt, keys } = this.#layout;
    if (reportId !== 0 && report[0] !== reportId) return;
    const now = [...report.subarray(keysAt, keysAt + keys)].filter((usage) => usage !== 0);
    if (report.length < bytes || now.some((usage) => usage <= ERROR_LAST)) {
      this.#spoil();
      return;
    }
    this.#board.hold(report[modifiersAt] as number);
    const before = this.#down;
    this.#down = now;
    for (const usage of now) if (!before.includes(usage)) this.#board.press(usage);
  }
}
