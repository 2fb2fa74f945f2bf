import type { Oracle } from './oracle.js';
import type { Secrecy } from './secrecy.js';

type Sink = {
  info(fields: object, text?: string): void;
  warn(fields: object, text?: string): void;
  error(fields: object, text?: string): void;
};

/** What the world does to programs, as they tell it: a ledger that cannot be reached, or calls off one of two that wait. */
const ofTheWorld = /^(LedgerError|Error): (ledger: (the )?connection|deadlock detected)/;
/** Frames come whole and from those whom the relay knows: a program that refuses one has made it, or reads it wrongly. */
const ofNoWorld: ReadonlySet<unknown> = new Set(['bad-frame', 'frame-refused', 'unknown-kiosk']);

/**
 * Reads what programs log. One that has caught a fault of its own, and goes on, tells it only there: it is `crash` all the
 * same.
 */
export class Logs {
  readonly #secrecy: Secrecy;
  readonly #oracle: Oracle;

  constructor(secrecy: Secrecy, oracle: Oracle) {
    this.#secrecy = secrecy;
    this.#oracle = oracle;
  }

  of(who: string): Sink {
    const read = this.#secrecy.reads
      ? (fields: object, text = ''): void => this.#secrecy.readLine(who, `${JSON.stringify(fields)} ${text}`)
      : (): void => {};
    return {
      info: read,
      warn: (fields, text) => {
        read(fields, text);
        const { event, what, why } = fields as { event?: unknown; what?: unknown; why?: unknown };
        if (ofNoWorld.has(event)) this.#violate(who, `${event}: ${what ?? why ?? ''}`);
      },
      error: (fields, text) => {
        read(fields, text);
        const { event, error } = fields as { event?: unknown; error?: unknown };
        if (typeof error !== 'string' || !ofTheWorld.test(error)) this.#violate(who, `${event}: ${error ?? text}`);
      },
    };
  }

  /** An error that stopped a program, unless the world made it. */
  readonly broken = (who: string, error: unknown): void => {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (!ofTheWorld.test(text)) this.#violate(who, text);
  };

  #violate(who: string, text: string): void {
    const kiosk = who.startsWith('kiosk') ? who : undefined;
    this.#oracle.violate('crash', `${who} has met a fault of its own: ${text}`, undefined, kiosk);
  }
}
