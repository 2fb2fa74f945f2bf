import type { Oracle } from './oracle.js';

/** Every payment code of the worlds, and every secret of linking; 18 digits in a row stand in some ids too, which are hexadecimal. */
const CODE =
  /(?<![0-9a-f])28\d{16}(?![0-9a-f])|QZM[0-9A-HJKMNP-TV-Z]{20}|QZF[0-9A-F]{32}|(?:token|auth|cookie)-[0-9a-f]{32}|wallet\.example\/agree/;

/** S11: reads what programs log, what the broker keeps, and in the end the journals and the ledger. */
export class Secrecy {
  readonly reads: boolean;
  readonly #oracle: Oracle;

  constructor(reads: boolean, oracle: Oracle) {
    this.reads = reads;
    this.#oracle = oracle;
  }

  read(where: string, content: Uint8Array): void {
    if (this.reads && CODE.test(Buffer.from(content).toString('latin1')))
      this.#oracle.violate('S11', `a payment code in ${where}`);
  }

  /** A line of a log. */
  readLine(who: string, line: string): void {
    if (!this.reads || !CODE.test(line)) return;
    const kiosk = who.startsWith('kiosk') ? who : undefined;
    const shown = `a payment code in the log of ${who}: ${line.replace(CODE, '<code>')}`;
    this.#oracle.violate('S11', shown, undefined, kiosk);
  }
}
