import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Queries } from '../ledger/database.js';
import type { Clock } from '../runtime/clock.js';
import type { Actor } from './desk.js';
import { problem } from './problem.js';
import { anyToken, findToken, type Scope } from './tokens.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null where anybody may. */
    actor: Actor | null;
  }
  interface FastifyContextConfig {
    /** What a token must allow; without it `read`. `open`: health, for anybody. */
    readonly access?: Scope | 'open';
  }
}

export type Refused = {
  readonly status: 401 | 403;
  readonly code: string;
  readonly message: string;
  /** Who it is all the same: a token that is good, and not for this. */
  readonly actor?: Actor;
};
/** Who it is, or why not. `open` routes are not asked about. */
export type Gate = (request: FastifyRequest, scope: Scope) => Promise<Actor | Refused>;

export const isRefused = (found: Actor | Refused): found is Refused => 'status' in found;

const unauthorized = (message: string): Refused => ({ status: 401, code: 'unauthorized', message });
const BEARER = /^Bearer ([\x21-\x7e]{8,200})$/i;

const visitorAt = (request: FastifyRequest): Actor => ({ who: 'anybody', owner: '', origin: request.ip });
export const reads = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD';

export type TokenGateParts = { readonly db: Queries; readonly clock: Clock; readonly onLoopback: boolean };

/**
 * A token for everything; only as long as none was ever made, whoever is on this machine may read on loopback, so that a
 * fresh install and the demo's page work. A write always needs one.
 */
export function tokenGate({ db, clock, onLoopback }: TokenGateParts): Gate {
  return async (request, scope) => {
    const { authorization } = request.headers;
    if (authorization === undefined) {
      if (reads(request) && scope === 'read' && onLoopback && !(await anyToken(db))) return visitorAt(request);
      return unauthorized(
        'Authorization: found no such header, expected "Bearer TOKEN"; make one with: relay tokens create',
      );
    }
    const [, secret] = BEARER.exec(authorization) ?? [];
    const token = secret === undefined ? undefined : await findToken(db, secret, clock.now());
    if (!token) return unauthorized('Authorization: this token is not known, or has expired or been revoked');
    const actor = { who: `${token.name} (${token.id})`, owner: token.id, origin: request.ip };
    if (token.scopes.includes(scope)) return actor;
    const has = token.scopes.join(', ');
    return { status: 403, code: 'scope', message: `this token may ${has}; this needs the scope ${scope}`, actor };
  };
}

/** Refused writes on record a minute, for each process: whoever has no token shall not fill the ledger. */
const RECORDED_A_MINUTE = 60;

export class Ration {
  readonly #clock: Clock;
  #minute = 0;
  #taken = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(): boolean {
    const minute = Math.floor(this.#clock.now() / 60_000);
    if (minute !== this.#minute) [this.#minute, this.#taken] = [minute, 0];
    this.#taken += 1;
    return this.#taken <= RECORDED_A_MINUTE;
  }
}

export type GuardParts = {
  readonly gate: Gate;
  /** A write that was refused. */
  readonly onRefused: (request: FastifyRequest, refused: Refused) => Promise<void>;
};

/** For `onRequest`: before anything of the request is read. */
export const guard =
  ({ gate, onRefused }: GuardParts) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { access = 'read' } = request.routeOptions.config;
    if (access === 'open') return;
    const found = await gate(request, access);
    if (!isRefused(found)) {
      request.actor = found;
      return;
    }
    if (!reads(request)) await onRefused(request, found);
    if (found.status === 401) reply.header('www-authenticate', 'Bearer realm="quietzone"');
    await reply.code(found.status).send(problem(found.code, found.message));
  };
