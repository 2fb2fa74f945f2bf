import { type CpmReader, isTemplate } from './cpm.js';
import { ADF_NAME, APPLICATION, LABEL } from './cpm-tags.js';

/** What may be told of a payment application in a code. */
export type Application = {
  /** Which payment application: ISO/IEC 7816-4, upper-case hex of 5 to 16 bytes. */
  readonly aid: string;
  /** As the issuer calls it: 1 to 16 printable ASCII characters. */
  readonly label?: string;
};

/** Tags whose values tell nothing of a card or its owner; every other value is a secret. */
const publicTags: ReadonlySet<string> = new Set(['4F', '50', '9F08', '5F2D', '82']);

/** Whether the value at a path of `tlvOf` may be shown. The header is one at the top only: elsewhere nothing rules it. */
export const isPublic = (path: string): boolean =>
  path === '85' || publicTags.has(path.slice(path.lastIndexOf('.') + 1));

/** One object of a code that has passed every check. `path`: as in `tlvOf`. */
type Item = { readonly path: string; readonly tag: number; readonly value: Buffer };

const nameOf = (tag: number): string => tag.toString(16).toUpperCase().padStart(2, '0');

/** Reads without asking again: the form of tags and lengths has been checked. */
function splitFirst(bytes: Buffer): { readonly tag: number; readonly value: Buffer; readonly rest: Buffer } {
  const tagBytes = (bytes.readUInt8(0) & 0x1f) === 0x1f ? 2 : 1;
  const form = bytes.readUInt8(tagBytes);
  const sizeBytes = form < 0x80 ? 0 : form - 0x80;
  const start = tagBytes + 1 + sizeBytes;
  const end = start + (sizeBytes === 0 ? form : bytes.readUIntBE(tagBytes + 1, sizeBytes));
  return { tag: bytes.readUIntBE(0, tagBytes), value: bytes.subarray(start, end), rest: bytes.subarray(end) };
}

function itemsOf(bytes: Buffer, above: string): Item[] {
  const found: Item[] = [];
  let applications = 0;
  for (let left = bytes; left.length > 0; ) {
    const { tag, value, rest } = splitFirst(left);
    const name = tag === APPLICATION ? `${nameOf(tag)}[${applications++}]` : nameOf(tag);
    found.push({ path: above + name, tag, value });
    left = rest;
  }
  return found;
}

/** The templates of the top, then those in them: no deeper do they nest. */
function leavesOf(cpm: CpmReader): Item[] {
  const inside = (item: Item): Item[] => (isTemplate(item.tag) ? itemsOf(item.value, `${item.path}.`) : [item]);
  return itemsOf(Buffer.from(cpm.bytes.buffer, 0, cpm.length), '')
    .flatMap(inside)
    .flatMap(inside);
}

/** The applications in the code's order, which is their issuer's order of preference. Nothing in it is secret. */
export function applications(cpm: CpmReader): Application[] {
  const top = itemsOf(Buffer.from(cpm.bytes.buffer, 0, cpm.length), '');
  return top
    .filter((item) => item.tag === APPLICATION)
    .map((item) => {
      const objects = itemsOf(item.value, '');
      const contentOf = (tag: number): Buffer | undefined => objects.find((one) => one.tag === tag)?.value;
      const label = contentOf(LABEL)?.toString('latin1');
      return {
        aid: contentOf(ADF_NAME)?.toString('hex').toUpperCase() ?? '',
        ...(label === undefined ? {} : { label }),
      };
    });
}

/**
 * Every value by its path, such as "61[0].63.9F26", in upper-case hex. It holds the card number: for a technician who
 * asked to see it, never for a log.
 */
export function tlvOf(cpm: CpmReader): Record<string, string> {
  return Object.fromEntries(leavesOf(cpm).map(({ path, value }) => [path, value.toString('hex').toUpperCase()]));
}
