import { connect, type Socket } from 'node:net';
import postgres from 'postgres';

export type PoolOptions = {
  /** postgres://user:password@host:port/database; a secret. */
  readonly url: string;
  readonly statementTimeoutMs: number;
};

export type Sql = postgres.Sql<{ bigint: number }>;

/** The driver, and its sockets: it can end a connection only by asking the server, and one that is gone does not answer. */
export type Client = {
  readonly sql: Sql;
  /** Waits so long for what is under way, s; then every socket is closed, whatever the server does. */
  close(waitS: number): Promise<void>;
};

const CONNECT_TIMEOUT_S = 5;
const IDLE_IN_TRANSACTION_MS = 10_000;
const int8 = 20;

/** One connection. `lost`: it is closed, whoever has closed it; what was not answered is rejected before. */
export function openClient({ url, statementTimeoutMs }: PoolOptions, lost: () => void = () => {}): Client {
  const sockets = new Set<Socket>();
  const socket = (address: Address): Socket => {
    const opened = openSocket(address);
    sockets.add(opened);
    for (const known of sockets) if (known.destroyed) sockets.delete(known);
    return opened;
  };
  // The driver documents `socket` and its types lack it. Of several hosts it must choose by itself, with its own sockets.
  const own: object = hasManyHosts(url) ? {} : { socket };
  const sql = postgres(url, {
    max: 1,
    // Connections are given up by age in `Lanes`, between transactions.
    max_lifetime: null,
    // The driver would ask each new connection for array types, of which we use none; a server that dies over that question
    // makes it reject a promise that nobody holds, which ends the process.
    fetch_types: false,
    connect_timeout: CONNECT_TIMEOUT_S,
    connection: {
      application_name: 'quietzone-relay',
      statement_timeout: statementTimeoutMs,
      lock_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    },
    types: { bigint: { to: int8, from: [int8], serialize: String, parse: Number } },
    onnotice: () => {},
    onclose: lost,
    ...own,
  });
  return {
    sql,
    async close(waitS) {
      await sql.end({ timeout: waitS });
      for (const opened of sockets) opened.destroy();
    },
  };
}

/** postgres://user:password@one:5432,two:5432/database */
export const hasManyHosts = (url: string): boolean =>
  (url.split('/')[2] ?? '').split('@').at(-1)?.includes(',') ?? false;

/** What the driver knows of the server: lists, of which there is but one. */
type Address = { readonly host?: unknown; readonly port?: unknown; readonly path?: unknown };

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);

function openSocket({ host, port, path }: Address): Socket {
  const socket =
    typeof path === 'string' ? connect({ path }) : connect({ host: String(first(host)), port: Number(first(port)) });
  socket.setNoDelay(true);
  return socket;
}
