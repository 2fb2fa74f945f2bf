/**
 * Reads a HID report descriptor (USB HID 1.11, section 6.2.2) as Linux shows it in sysfs: which field of which report
 * stands where. Pure; a malformed descriptor is a `HidDescriptorError`.
 */

/** HID_MAX_DESCRIPTOR_SIZE of Linux. */
export const DESCRIPTOR_BYTES_MOST = 4_096;
/** HID_MAX_BUFFER_SIZE of Linux: no report is longer. */
export const REPORT_BYTES_MOST = 16_384;
/** Real ones nest four deep; Linux gives up at 255. */
const NESTED_MOST = 255;

/** A usage with its page: page × 65536 + id. */
export type HidUsage = number;

export type HidField = {
  readonly kind: 'input' | 'output' | 'feature';
  /** 0: the device numbers no reports, and none begins with a number. */
  readonly reportId: number;
  /** From the first bit of the report as hidraw gives it, its number included. */
  readonly bitOffset: number;
  /** Of one element. */
  readonly bits: number;
  readonly count: number;
  /** Padding. */
  readonly constant: boolean;
  /** Its elements name usages (the keys that are down), where a variable has one element a usage. */
  readonly array: boolean;
  /** First to last, both included; a single usage is a range of one. */
  readonly usages: readonly { readonly from: HidUsage; readonly to: HidUsage }[];
  /** The collections around it, outermost first. */
  readonly within: readonly HidUsage[];
};

export type HidDescriptor = {
  readonly fields: readonly HidField[];
  /** Usages of the outermost collections, in their order. */
  readonly applications: readonly HidUsage[];
};

export class HidDescriptorError extends Error {
  override readonly name = 'HidDescriptorError';
}

type Globals = { page: number; bits: number; count: number; reportId: number };

type Parse = {
  globals: Globals;
  readonly pushed: Globals[];
  usages: { from: HidUsage; to: HidUsage }[];
  /** Of a range that has begun. */
  from: HidUsage | undefined;
  readonly within: HidUsage[];
  readonly fields: HidField[];
  readonly applications: HidUsage[];
  /** Bits so far of each report, by kind and number. */
  readonly ends: Map<string, number>;
};

const fault = (at: number, found: string, expected: string) =>
  new HidDescriptorError(`report descriptor, byte ${at}: found ${found}, expected ${expected}`);

/** A usage of 4 bytes brings its own page. */
const usageOf = (value: number, size: number, page: number): HidUsage => (size === 4 ? value : page * 0x1_0000 + value);

const kinds: Readonly<Record<number, HidField['kind']>> = { 8: 'input', 9: 'output', 11: 'feature' };

function addField(parse: Parse, kind: HidField['kind'], flags: number, at: number): void {
  const { bits, count, reportId } = parse.globals;
  const key = `${kind} ${reportId}`;
  const bitOffset = parse.ends.get(key) ?? (reportId === 0 ? 0 : 8);
  const end = bitOffset + bits * count;
  if (end > REPORT_BYTES_MOST * 8) throw fault(at, `a report of ${end} bits`, `at most ${REPORT_BYTES_MOST} bytes`);
  parse.ends.set(key, end);
  if (bits === 0 || count === 0) return;
  parse.fields.push({
    ...{ kind, reportId, bitOffset, bits, count },
    constant: (flags & 1) !== 0,
    array: (flags & 2) === 0,
    usages: parse.usages,
    within: [...parse.within],
  });
}

function mainItem(parse: Parse, tag: number, value: number, at: number): void {
  const kind = kinds[tag];
  if (kind) addField(parse, kind, value, at);
  else if (tag === 10) {
    const usage = parse.usages[0]?.from ?? 0;
    if (parse.within.length === 0) parse.applications.push(usage);
    parse.within.push(usage);
    if (parse.within.length > NESTED_MOST) throw fault(at, 'a collection too deep', `at most ${NESTED_MOST} nested`);
  } else if (tag === 12) {
    if (parse.within.pop() === undefined) throw fault(at, 'the end of a collection', 'none without its beginning');
  } else throw fault(at, `main item ${tag}`, 'input, output, feature, or a collection');
  parse.usages = [];
  parse.from = undefined;
}

function globalItem(parse: Parse, tag: number, value: number, at: number): void {
  const { globals } = parse;
  if (tag === 0) globals.page = value & 0xffff;
  else if (tag === 7) globals.bits = value;
  else if (tag === 8) {
    if (value < 1 || value > 255) throw fault(at, `report number ${value}`, '1 to 255');
    globals.reportId = value;
  } else if (tag === 9) globals.count = value;
  else if (tag === 10) parse.pushed.push({ ...globals });
  else if (tag === 11) {
    const popped = parse.pushed.pop();
    if (!popped) throw fault(at, 'a pop', 'none without its push');
    parse.globals = popped;
  }
}

function localItem(parse: Parse, tag: number, value: number, size: number, at: number): void {
  const usage = usageOf(value, size, parse.globals.page);
  if (tag === 0) parse.usages.push({ from: usage, to: usage });
  else if (tag === 1) parse.from = usage;
  else if (tag === 2) {
    if (parse.from === undefined) throw fault(at, 'the end of a usage range', 'its beginning first');
    if (usage < parse.from) throw fault(at, 'a usage range that ends before it begins', 'first, then last');
    parse.usages.push({ from: parse.from, to: usage });
    parse.from = undefined;
  }
}

function item(parse: Parse, bytes: Uint8Array, at: number): number {
  const prefix = bytes[at] as number;
  // Long items are reserved; they are passed over by their length.
  if (prefix === 0xfe) {
    const end = at + 3 + (bytes[at + 1] ?? Number.NaN);
    if (!(end <= bytes.length)) throw fault(at, 'a long item that is cut off', 'all its bytes');
    return end;
  }
  const size = (prefix & 3) === 3 ? 4 : prefix & 3;
  const end = at + 1 + size;
  if (end > bytes.length) throw fault(at, 'an item that is cut off', `${size} bytes after it`);
  let value = 0;
  for (let i = size; i > 0; i--) value = value * 256 + (bytes[at + i] as number);
  const tag = prefix >> 4;
  const type = (prefix >> 2) & 3;
  if (type === 0) mainItem(parse, tag, value, at);
  else if (type === 1) globalItem(parse, tag, value, at);
  else if (type === 2) localItem(parse, tag, value, size, at);
  else throw fault(at, 'an item of the reserved type', 'main, global or local');
  return end;
}

/** @throws HidDescriptorError */
export function parseDescriptor(bytes: Uint8Array): HidDescriptor {
  if (bytes.length === 0) throw fault(0, 'nothing', 'a report descriptor');
  if (bytes.length > DESCRIPTOR_BYTES_MOST) throw fault(0, `${bytes.length} bytes`, `at most ${DESCRIPTOR_BYTES_MOST}`);
  const parse: Parse = {
    globals: { page: 0, bits: 0, count: 0, reportId: 0 },
    pushed: [],
    usages: [],
    from: undefined,
    within: [],
    fields: [],
    applications: [],
    ends: new Map(),
  };
  for (let at = 0; at < bytes.length; ) at = item(parse, bytes, at);
  if (parse.within.length > 0) throw fault(bytes.length, 'the end', 'the end of each collection before it');
  return { fields: parse.fields, applications: parse.applications };
}

/** Whole bytes of a report as hidraw gives it, its number included; 0 when there is no such report. */
export function reportBytes({ fields }: HidDescriptor, kind: HidField['kind'], reportId: number): number {
  const ends = fields
    .filter((field) => field.kind === kind && field.reportId === reportId)
    .map((field) => field.bitOffset + field.bits * field.count);
  return Math.ceil(Math.max(0, ...ends) / 8);
}

/** Whether one of the field's usages is within these. */
export const hasUsage = (field: HidField, from: HidUsage, to: HidUsage = from): boolean =>
  field.usages.some((usage) => usage.from <= to && usage.to >= from);
