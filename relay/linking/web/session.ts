import { type RandomBytes, toHex } from '../../../protocol/ids.js';
import type { Session } from '../desk-contract.js';

/** Browsers keep no cookie longer than 400 days; each visit begins them anew. */
const KEPT_S = 400 * 24 * 60 * 60;
const SESSION_BYTES = 16;
const SESSION = /^[0-9a-f]{32}$/;

/**
 * The cookie that makes a phone's browser the owner of what it has opened. `__Host-` keeps pages of neighbouring names from
 * setting it; browsers take that prefix by https only.
 */
export class SessionCookie {
  readonly #name: string;
  readonly #secure: boolean;

  constructor(publicUrl: string) {
    this.#secure = new URL(publicUrl).protocol === 'https:';
    this.#name = this.#secure ? '__Host-quietzone' : 'quietzone';
  }

  /** Undefined: none came, or none that we have made. */
  read(header: string | undefined): Session | undefined {
    for (const part of (header ?? '').split(';')) {
      const at = part.indexOf('=');
      if (at < 0 || part.slice(0, at).trim() !== this.#name) continue;
      const value = part.slice(at + 1).trim();
      if (SESSION.test(value)) return value;
    }
    return undefined;
  }

  make(random: RandomBytes): Session {
    return toHex(random(SESSION_BYTES));
  }

  /** For `Set-Cookie`. Lax: the wallet sends its owner back by a link from its own page, and nobody posts from elsewhere. */
  write(session: Session): string {
    const attributes = `Path=/; Max-Age=${KEPT_S}; HttpOnly; SameSite=Lax${this.#secure ? '; Secure' : ''}`;
    return `${this.#name}=${session}; ${attributes}`;
  }
}
