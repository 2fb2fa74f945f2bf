import type { Oracle } from './oracle.js';

/** Every payment code of the worlds is 18 digits; nothing else that programs say has so many in a row. */
const CODE = /\d{18}/;

type Sink = {
  info(fields: object, text?: string): void;
  warn(fields: object, text?: string): void;
  error(fields: object, text?: string): void;
};

const nothing = (): void => {};
const deaf: Sink = { info: nothing, warn: nothing, error: nothing };

/** S11: reads what programs log and what the broker keeps. */
export class Secrecy {
  readonly #reads: boolean;
  readonly #oracle: Oracle;

  constructor(reads: boolean, oracle: Oracle) {
    this.#reads = reads;
    this.#oracle = oracle;
  }

  read(where: string, content: Uint8Array): void {
    if (this.#reads && CODE.test(Buffer.from(content).toString('latin1')))
      this.#oracle.violate('S11', `a payment code in ${where}`);
  }

  log(who: string): Sink {
    if (!this.#reads) return deaf;
    const take = (fields: object, text = ''): void => {
      if (CODE.test(JSON.stringify(fields)) || CODE.test(text))
        this.#oracle.violate('S11', `a payment code in the log of ${who}`);
    };
    return { info: take, warn: take, error: take };
  }
}
