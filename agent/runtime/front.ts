import type { Press } from '../../drivers/contract/button.js';
import type { Display, Screen, ScreenAction } from '../../drivers/contract/display.js';
import type { Indicator, Signal } from '../../drivers/contract/indicator.js';
import type { Scanner, ScannerWord } from '../../drivers/contract/scanner.js';
import type { View } from '../kiosk/view.js';

export type Present = (view: View) => { readonly screen: Screen; readonly signal: Signal };

/**
 * Whether a scanner that can be switched off shall read now. It shall wherever a scan is answered, with a payment or with
 * a word to the customer; the machine's own gate stands behind it.
 */
const deaf: ReadonlySet<View['kind']> = new Set([
  'out-of-service',
  'busy',
  'confirm-on-phone',
  'press-to-pay',
  'vending',
]);

/** Display, indicator and the scanner's own lamp and beeper, told only when what the customer should see has changed. */
export class Front {
  readonly #display: Pick<Display, 'show'>;
  readonly #indicator: Pick<Indicator, 'show'>;
  readonly #present: Present;
  readonly #scanner: Pick<Scanner, 'tell'> | undefined;
  #shown: View | undefined;
  #told: ScannerWord | undefined;
  /** A code was read, and what came of it is not shown yet. */
  #read = false;
  /** What the screen offers to press, since when. */
  #actions: readonly ScreenAction[] = [];
  #actionsSinceMs = 0;
  /** Of the countdown that shows, to the second; 0: none. */
  #ends = 0;

  constructor(
    display: Pick<Display, 'show'>,
    indicator: Pick<Indicator, 'show'>,
    present: Present,
    scanner?: Pick<Scanner, 'tell'>,
  ) {
    this.#display = display;
    this.#indicator = indicator;
    this.#present = present;
    this.#scanner = scanner;
  }

  show(view: View, now: number): void {
    this.#tell(view);
    const ends = 'leftMs' in view ? Math.round((now + view.leftMs) / 1000) : 0;
    if (this.#shown && ends === this.#ends && isSame(view, this.#shown)) return;
    this.#shown = view;
    this.#ends = ends;
    const { screen, signal } = this.#present(view);
    const { actions = [] } = screen;
    if (!isSame(actions, this.#actions)) {
      this.#actions = actions;
      this.#actionsSinceMs = now;
    }
    this.#display.show(screen);
    this.#indicator.show(signal);
  }

  /** Whether the screen offers this button, the same since `standsMs` ms. A press that names no wallet is for any. */
  offers({ button, wallet }: Press, now: number, standsMs: number): boolean {
    if (now - this.#actionsSinceMs < standsMs) return false;
    return this.#actions.some((a) => a.button === button && (wallet === undefined || a.wallet === wallet));
  }

  /** The scanner's chirp, over whatever shows. */
  read(): void {
    this.#indicator.show('read');
    this.#read = true;
  }

  #tell(view: View): void {
    if (this.#read) {
      if (view.kind === 'busy' && this.#told === 'enable') this.#scanner?.tell('good-read');
      else if ('notice' in view) this.#scanner?.tell('bad-read');
      this.#read = false;
    }
    const word = deaf.has(view.kind) ? 'disable' : 'enable';
    if (word === this.#told) return;
    this.#told = word;
    this.#scanner?.tell(word);
  }
}

/** A countdown is the same screen while its end stays the same second; the display counts by itself. */
function isSame(view: object, shown: object): boolean {
  const entries = Object.entries(view);
  return entries.length === Object.keys(shown).length && entries.every(([key, value]) => isSameIn(shown, key, value));
}

function isSameIn(shown: object, key: string, value: unknown): boolean {
  const other: unknown = shown[key as keyof typeof shown];
  if (value === other || key === 'leftMs') return true;
  return isObject(value) && isObject(other) && isSame(value, other);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
