import berTlv, { type ITlv } from 'ber-tlv';

/**
 * The same code read by ber-tlv, a BER-TLV reader of other people. It checks no rule of EMV, so it is asked only about codes
 * that were accepted. It enters every constructed object, where the rules enter four templates and keep the rest raw.
 */
export type PeerAnswer = 'same' | 'refused' | { readonly differs: string };

const entered: Record<string, string> = { '61': 'top', '62': 'top', '63': '61', '64': '62' };
const isConstructed = (tag: string): boolean => (Number.parseInt(tag.slice(0, 2), 16) & 0x20) !== 0;

const lastTag = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

function parse(bytes: Buffer): ITlv[] | undefined {
  try {
    return berTlv.TlvFactory.parse(bytes);
  } catch {
    return undefined;
  }
}

/** What is inside an object that the rules keep raw, in a form to compare. */
function shape(items: readonly ITlv[]): string {
  return items.map((i) => (i.items ? `${i.tag}(${shape(i.items)})` : `${i.tag}=${i.value.toString('hex')}`)).join(',');
}

function valuesOf(items: readonly ITlv[], template: string, prefix: string, found: Map<string, string>): void {
  let application = 0;
  for (const { tag, value, items: inside } of items) {
    if (entered[tag] === template) {
      const name = tag === '61' ? `61[${application++}]` : tag;
      valuesOf(inside ?? [], tag, `${prefix}${name}.`, found);
    } else {
      found.set(prefix + tag, inside ? shape(inside) : value.toString('hex').toUpperCase());
    }
  }
}

/** It may refuse what it finds inside an object that the rules keep raw; anything else is for one of us to explain. */
function refusal(tlv: Readonly<Record<string, string>>): PeerAnswer {
  const raw = Object.keys(tlv).some((path) => isConstructed(lastTag(path)));
  return raw ? 'refused' : { differs: 'ber-tlv refuses a code that has nothing raw in it' };
}

/** @param tlv the decoder's values by path, in hex. @param bytes what the Base64 text holds. */
export function compareWithPeer(bytes: Buffer, tlv: Readonly<Record<string, string>>): PeerAnswer {
  const items = parse(bytes);
  if (items === undefined) return refusal(tlv);
  const theirs = new Map<string, string>();
  valuesOf(items, 'top', '', theirs);
  const paths = Object.keys(tlv);
  if (theirs.size !== paths.length) return { differs: `ber-tlv reads ${theirs.size} values, ours are ${paths.length}` };
  for (const path of paths) {
    const ours = tlv[path] ?? '';
    const constructed = isConstructed(lastTag(path));
    const inside = constructed ? parse(Buffer.from(ours, 'hex')) : undefined;
    const expected = constructed ? inside && shape(inside) : ours;
    if (theirs.get(path) !== expected)
      return { differs: `${path}: ber-tlv reads ${theirs.get(path)}, ours is ${ours}` };
  }
  return 'same';
}
