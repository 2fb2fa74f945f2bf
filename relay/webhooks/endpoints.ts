import { BlockList, isIP } from 'node:net';
import type { Acquirer, NotificationResult, RawNotification } from '../acquirers/contract.js';

/** Where one account's notifications arrive, and who may send them. */
export type Endpoint = {
  /** The account's name. */
  readonly account: string;
  readonly acquirer: Pick<Acquirer, 'name' | 'verifyNotification' | 'replies'>;
  /** Paths as they arrive here, without query; the account's own is always among them. */
  readonly paths: readonly string[];
  /** Path and query as the acquirer calls them, where a proxy between rewrites them (trap 17). */
  readonly publicPath?: string;
  /** Addresses or networks (10.0.0.0/8) that may send; absent: any. */
  readonly from?: readonly string[];
};

/** Several accounts may share one path: the signature says whose it is. */
export class Endpoints {
  readonly #byPath = new Map<string, Endpoint[]>();
  readonly #sources = new Map<string, BlockList>();

  constructor(endpoints: readonly Endpoint[]) {
    for (const endpoint of endpoints) {
      for (const path of new Set(endpoint.paths)) {
        this.#byPath.set(path, [...(this.#byPath.get(path) ?? []), endpoint]);
      }
      if (endpoint.from) this.#sources.set(endpoint.account, listOf(endpoint.from));
    }
  }

  isKnown(path: string): boolean {
    return this.#byPath.has(path);
  }

  /** Those of `path` that take from `source`. */
  at(path: string, source: string): readonly Endpoint[] {
    return (this.#byPath.get(path) ?? []).filter(({ account }) => {
      const list = this.#sources.get(account);
      return list === undefined || includes(list, source);
    });
  }
}

/** The first account that knows it as its own; else why the last one does not. At least one endpoint. */
export function verify(
  [first, ...others]: readonly [Endpoint, ...Endpoint[]],
  raw: RawNotification,
): { readonly endpoint: Endpoint; readonly result: NotificationResult } {
  const result = first.acquirer.verifyNotification({ ...raw, path: first.publicPath ?? raw.path });
  const [second, ...rest] = others;
  return result.kind === 'rejected' && second ? verify([second, ...rest], raw) : { endpoint: first, result };
}

/** Also for the check of a config. */
export const isSource = (text: string): boolean => {
  const [address = '', bits, more] = text.split('/');
  const kind = isIP(address);
  if (kind === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (kind === 4 ? 32 : 128));
};

function listOf(sources: readonly string[]): BlockList {
  const list = new BlockList();
  for (const source of sources) {
    const [address = '', bits] = source.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** A version 4 address comes as one of version 6 where both are listened to. */
function includes(list: BlockList, source: string): boolean {
  const address = source.replace(/^::ffff:(?=\d+\.)/, '');
  return isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
