/**
 * BER-TLV as a tree that may be changed into nonsense: a length that lies, bytes that belong to nothing. Reads only what
 * is well formed; writes whatever it is given.
 */
export type Branch = {
  tag: Uint8Array;
  value: Uint8Array;
  /** Instead of `value`. */
  children?: Branch[];
  /** The length's bytes, when they are not to be the right ones. */
  length?: Uint8Array;
};

const templates: readonly number[] = [0x61, 0x62, 0x63, 0x64];

/** Well-formed BER-TLV with one- and two-byte tags; 61, 62, 63 and 64 are entered. */
export function growTree(bytes: Uint8Array): Branch[] {
  const branches: Branch[] = [];
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] ?? 0;
    const tag = bytes.subarray(at, at + ((first & 0x1f) === 0x1f ? 2 : 1));
    at += tag.length;
    const short = bytes[at++] ?? 0;
    const more = short < 0x80 ? 0 : short - 0x80;
    let length = more === 0 ? short : 0;
    for (let i = 0; i < more; i++) length = length * 256 + (bytes[at++] ?? 0);
    if (at + length > bytes.length) throw new Error('tlv: found a value beyond the end, expected a well-formed code');
    const value = bytes.subarray(at, at + length);
    branches.push(templates.includes(first) ? { tag, value, children: growTree(value) } : { tag, value });
    at += length;
  }
  return branches;
}

/** Bytes are shared: they are replaced, never written into. */
export function copyTree(branches: readonly Branch[]): Branch[] {
  return branches.map((branch) => {
    if (branch.children) return { tag: branch.tag, value: branch.value, children: copyTree(branch.children) };
    return { tag: branch.tag, value: branch.value };
  });
}

/** Every list of objects in the tree: the top, and the inside of each template. */
export function listsOf(top: Branch[]): Branch[][] {
  const lists = [top];
  for (const { children } of top) if (children) lists.push(...listsOf(children));
  return lists;
}

const CAPACITY_BYTES = 16_384;

/** Writes from the end to the front, so that every length is known when its turn comes. */
export class TreeWriter {
  readonly #bytes = Buffer.alloc(CAPACITY_BYTES);
  #at = 0;

  /** Good until the next call. */
  write(branches: readonly Branch[]): Buffer {
    this.#at = CAPACITY_BYTES;
    this.#list(branches);
    return this.#bytes.subarray(this.#at);
  }

  #list(branches: readonly Branch[]): void {
    for (let i = branches.length - 1; i >= 0; i--) {
      const branch = branches[i];
      if (branch) this.#branch(branch);
    }
  }

  #branch(branch: Branch): void {
    const end = this.#at;
    if (branch.children) this.#list(branch.children);
    else this.#put(branch.value);
    if (branch.length) this.#put(branch.length);
    else this.#length(end - this.#at);
    this.#put(branch.tag);
  }

  #length(length: number): void {
    if (length >= 0x80) this.#byte(length & 0xff);
    if (length >= 0x100) this.#byte(length >> 8);
    this.#byte(length < 0x80 ? length : length < 0x100 ? 0x81 : 0x82);
  }

  #put(bytes: Uint8Array): void {
    if (this.#at < bytes.length) throw new Error('tlv: found a tree over 16,384 bytes, expected less');
    this.#at -= bytes.length;
    this.#bytes.set(bytes, this.#at);
  }

  #byte(byte: number): void {
    if (this.#at < 1) throw new Error('tlv: found a tree over 16,384 bytes, expected less');
    this.#at -= 1;
    this.#bytes[this.#at] = byte;
  }
}
