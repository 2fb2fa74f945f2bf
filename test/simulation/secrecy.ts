import type { Oracle } from './oracle.js';

/** Every payment code of the worlds; 18 digits in a row stand in some ids too, which are hexadecimal. */
const CODE = /(?<![0-9a-f])28\d{16}(?![0-9a-f])/;

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
    const kiosk = who.startsWith('kiosk') ? who : undefined;
    const take = (fields: object, text = ''): void => {
      const line = `${JSON.stringify(fields)} ${text}`;
      if (CODE.test(line))
        this.#oracle.violate(
          'S11',
          `a payment code in the log of ${who}: ${line.replace(CODE, '<code>')}`,
          undefined,
          kiosk,
        );
    };
    return { info: take, warn: take, error: take };
  }
}
