import type { Draft } from './draft.js';
import type { Random } from './random.js';
import { type Branch, copyTree, listsOf, type TreeWriter } from './tlv-tree.js';

/**
 * EMV consumer-presented codes, changed in their structure and encoded again: most changes leave a code that only one rule
 * refuses, which changed Base64 text hardly ever is.
 */
const tag = (hex: string): Uint8Array => Buffer.from(hex, 'hex');

/** Known tags with the lengths of a good value. */
const known: readonly { readonly tag: Uint8Array; readonly lengths: readonly [number, number] }[] = [
  { tag: tag('4f'), lengths: [5, 16] },
  { tag: tag('50'), lengths: [1, 16] },
  { tag: tag('57'), lengths: [1, 19] },
  { tag: tag('5a'), lengths: [1, 10] },
  { tag: tag('82'), lengths: [2, 2] },
  { tag: tag('5f20'), lengths: [2, 26] },
  { tag: tag('5f2d'), lengths: [2, 8] },
  { tag: tag('5f34'), lengths: [1, 1] },
  { tag: tag('5f50'), lengths: [0, 60] },
  { tag: tag('9f08'), lengths: [2, 2] },
  { tag: tag('9f10'), lengths: [1, 32] },
  { tag: tag('9f19'), lengths: [6, 6] },
  { tag: tag('9f24'), lengths: [29, 29] },
  { tag: tag('9f25'), lengths: [2, 2] },
  { tag: tag('9f26'), lengths: [8, 8] },
  { tag: tag('9f27'), lengths: [1, 1] },
  { tag: tag('9f36'), lengths: [2, 2] },
  { tag: tag('9f37'), lengths: [4, 4] },
  { tag: tag('9f74'), lengths: [0, 12] },
  { tag: tag('c1'), lengths: [0, 20] },
];
const templates = ['61', '62', '63', '64'].map(tag);
/** Raw, constructed, and such as no code may hold. */
const oddTags = ['00', 'ff', '1f', '1f00', '1f1f', '5f00', '5f7f', '5f80', '7f21', '7fff', '9f', '9f7f', '9f80', '9f81']
  .concat(['bf0c', 'dfdf', 'df7f', 'e1', '65', '70', '77', 'a5', '85', '84', '86', '21', '01', '80', 'fe', '9f8101'])
  .map(tag);
const oddLengths = [
  '7f',
  '80',
  '80',
  '80',
  '8100',
  '817f',
  '8180',
  '81ff',
  '81',
  '82',
  '8201',
  '820000',
  '8200ff',
  '820100',
]
  .concat(['82ffff', '83', '83000001', '84ffffffff', 'ff', '00', '01', '8a', 'fe'])
  .map(tag);
const sizes = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 16, 17, 19, 20, 26, 27, 28, 29, 30, 32, 33, 126, 127, 128, 129,
];
const largeSizes = [200, 253, 254, 255, 256, 257, 300, 370];
const nothing = new Uint8Array(0);
/** Made anew each time, as it may be changed like any other. */
const header = (): Branch => ({ tag: tag('85'), value: Buffer.from('CPV01', 'latin1') });

/** A value that keeps to the tag's rules, most of the time. */
function goodValue(tagBytes: Uint8Array, random: Random): Uint8Array {
  const rule = known.find((k) => Buffer.compare(k.tag, tagBytes) === 0);
  const [from, to] = rule?.lengths ?? [0, 12];
  const length = random.once(4) ? random.pick([from, to]) : random.between(from, to);
  switch (tagBytes[0]) {
    case 0x50:
      return Buffer.from(random.text(' !-09AZaz~', length), 'latin1');
    case 0x57:
      return packed(random, length, random.pick(['D', 'D', 'D', 'd1', '']), random.pick(['F', '', '', 'FF']));
    case 0x5a:
      return packed(random, length, '', random.pick(['F', '', 'FF', 'FFFF', 'A', '0']));
    default:
      if (rule && tagBytes[1] === 0x2d) return random.bytes(2 * random.between(1, 4));
      return random.bytes(length);
  }
}

/** Digits, one separator somewhere, padding at the end: the shapes of a card number and of track 2. */
function packed(random: Random, length: number, separator: string, padding: string): Uint8Array {
  const digits = random.text('0123456789', 2 * length - separator.length - padding.length);
  const at = random.once(3) ? random.between(18, 20) : random.below(digits.length + 1);
  return Buffer.from((digits.slice(0, at) + separator + digits.slice(at) + padding).slice(0, 2 * length), 'hex');
}

function randomObject(random: Random): Branch {
  const chosen = random.once(8) ? random.pick(oddTags) : random.pick(known).tag;
  return { tag: chosen, value: random.once(20) ? random.bytes(random.pick(sizes)) : goodValue(chosen, random) };
}

function randomObjects(random: Random, most: number, first?: Branch): Branch[] {
  const objects = first ? [first] : [];
  for (let i = random.below(most + 1); i > 0; i--) {
    const object = randomObject(random);
    if (random.once(30) || !objects.some((o) => Buffer.compare(o.tag, object.tag) === 0)) objects.push(object);
  }
  return objects;
}

const template = (hex: string, children: Branch[]): Branch => ({ tag: tag(hex), value: nothing, children });

/** A code of its own, good most of the time. */
export function randomTree(random: Random): Branch[] {
  const top: Branch[] = [header()];
  for (let i = random.between(1, 3); i > 0; i--) {
    const inside = randomObjects(random, 5, { tag: tag('4f'), value: goodValue(tag('4f'), random) });
    if (random.once(3)) inside.push(template('63', randomObjects(random, 5)));
    top.push(template('61', inside));
  }
  if (random.once(3)) top.push(template('62', [...randomObjects(random, 4), template('64', randomObjects(random, 4))]));
  return top;
}

/** One change of the structure, in place. */
export function changeTree(top: Branch[], random: Random): void {
  const list = random.pick(listsOf(top));
  const at = random.below(list.length);
  const branch = list[at];
  if (branch === undefined) {
    list.push(randomObject(random));
    return;
  }
  if (branch === top[0] && !random.once(20)) return;
  changeBranch(branch, list, at, top, random);
}

function changeBranch(branch: Branch, list: Branch[], at: number, top: Branch[], random: Random): void {
  switch (random.below(12)) {
    case 0:
      list.splice(at, 1);
      return;
    case 1:
      list.splice(place(list, top, random), 0, ...copyTree([branch]));
      return;
    case 2:
      list.splice(at, 1);
      random.pick(listsOf(top)).push(branch);
      return;
    case 3:
      branch.tag = random.pick(random.once(3) ? templates : oddTags);
      return;
    case 4:
      branch.tag = random.pick(known).tag;
      if (!random.once(3)) replaceValue(branch, goodValue(branch.tag, random));
      return;
    case 5:
      branch.length = random.once(3) ? Uint8Array.of(random.next() & 0xff) : random.pick(oddLengths);
      return;
    case 6:
      branch.length = Uint8Array.of(Math.max(0, branch.value.length + random.pick([-2, -1, 1, 2, 5])) & 0x7f);
      return;
    case 7:
      list[at] = { tag: random.pick(random.once(4) ? oddTags : templates), value: nothing, children: [branch] };
      return;
    case 8:
      replaceValue(branch, grown(branch.value, random));
      return;
    case 9:
      changeValue(branch, random);
      return;
    case 10:
      list.splice(place(list, top, random), 0, randomObject(random));
      return;
    default:
      branch.children = branch.children ? [] : randomObjects(random, 3);
  }
}

/** Anywhere, but seldom before the header: without it in front nothing else is looked at. */
function place(list: readonly Branch[], top: readonly Branch[], random: Random): number {
  return list === top && !random.once(20) ? random.between(1, list.length) : random.below(list.length + 1);
}

function replaceValue(branch: Branch, value: Uint8Array): void {
  delete branch.children;
  branch.value = value;
}

/** To another size, by cutting or with more of what is in it. */
function grown(value: Uint8Array, random: Random): Uint8Array {
  const size = random.pick(random.once(5) ? largeSizes : sizes);
  const result = new Uint8Array(size).fill(random.pick([0x11, 0x41, 0xff, 0x00]));
  result.set(value.subarray(0, size));
  return result;
}

function changeValue(branch: Branch, random: Random): void {
  if (branch.children || branch.value.length === 0) return;
  const value = Uint8Array.from(branch.value);
  const at = random.once(2) ? value.length - 1 : random.below(value.length);
  const byte = value[at] ?? 0;
  const nibble = random.pick([0x0, 0x9, 0xa, 0xd, 0xf]);
  value[at] = random.pick([(byte & 0xf0) | nibble, (byte & 0x0f) | (nibble << 4), 0x1f, 0x20, 0x7e, 0x7f, 0x80, 0xff]);
  branch.value = value;
}

const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The tree as it is scanned; now and then with a blemish in the Base64. */
export function writeCpm(draft: Draft, top: readonly Branch[], writer: TreeWriter, random: Random): void {
  const bytes = writer.write(top);
  draft.setText(bytes.toString('base64'));
  if (random.once(30)) draft.truncate(draft.length - random.between(1, 4));
  if (random.once(40)) draft.repeat(draft.length, 0x3d, random.between(1, 3));
  if (random.once(40))
    draft.put(random.below(draft.length), random.pick(['-', '_', ' ', '=', '.', '\n']).charCodeAt(0));
  // The last characters before the padding hold bits that must be 0.
  if (random.once(30)) draft.put(draft.length - random.between(1, 3), base64.charCodeAt(random.below(64)));
}
