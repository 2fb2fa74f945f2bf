import type { Logger } from 'pino';
import { faultText } from '../../protocol/faults.js';
import { IssuerTableError, parseIssuerTable } from '../../protocol/issuer-table/parse.js';
import type { IssuerTable, Market } from '../../protocol/issuer-table/table.js';
import { goneIssuers, sameTable, versionFault } from '../../protocol/issuer-table/versions.js';
import { ConfigError } from '../config/faults.js';
import { compileIssuers, type IssuerLookup } from '../decode/issuers.js';

export type IssuerTablesOptions = {
  readonly market: Market;
  /** In use from the start. */
  readonly first: IssuerTable;
  /** The config's table; absent: `reload` has nothing to read. */
  readonly file?: string | undefined;
  /** @throws ConfigError */
  readonly read: (file: string) => string;
  readonly adopt: (issuers: IssuerLookup) => void;
  readonly count: (name: string) => void;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
};

/**
 * Which issuer table is used. Whatever is offered is taken whole or not at all, and nothing that is offered ends an
 * unattended kiosk: the table in use goes on.
 */
export class IssuerTables {
  readonly #options: IssuerTablesOptions;
  #inUse: IssuerTable;

  constructor(options: IssuerTablesOptions) {
    this.#options = options;
    this.#inUse = options.first;
  }

  get inUse(): IssuerTable {
    return this.#inUse;
  }

  /** Reads the config's file again, and offers what it holds. */
  reload(): void {
    const { file, read, log } = this.#options;
    if (file === undefined) {
      log.info({ event: 'issuer-table', version: this.#inUse.version }, 'no scanner.issuer_table_file to read');
      return;
    }
    this.#attempt(file, () => read(file));
  }

  /** @param from where it came from, for the log */
  offer(document: string, from: string): void {
    this.#attempt(from, () => document);
  }

  #attempt(from: string, read: () => string): void {
    const { market, adopt, count, log } = this.#options;
    const before = this.#inUse;
    try {
      const table = parseIssuerTable(read());
      const fault = versionFault(before, table);
      if (fault !== undefined) throw new IssuerTableError([fault]);
      if (sameTable(before, table)) {
        log.info({ event: 'issuer-table', version: table.version, from }, 'the issuer table in use, again');
        return;
      }
      adopt(compileIssuers(table, market));
      this.#inUse = table;
      count('issuer-table-adopted');
      const rows = table.rows.length;
      const gone = goneIssuers(before, table);
      const fields = { event: 'issuer-table-adopted', version: table.version, rows, from };
      if (gone.length === 0) log.info(fields, 'another issuer table');
      else log.warn({ ...fields, gone }, 'another issuer table, without some issuers of the last one');
    } catch (error) {
      count('issuer-table-refused');
      log.error({ event: 'issuer-table-refused', version: before.version, from, faults: why(error) }, 'table refused');
    }
  }
}

function why(error: unknown): string[] {
  if (error instanceof IssuerTableError || error instanceof ConfigError) return error.faults.map(faultText);
  return [error instanceof Error ? error.message : String(error)];
}
