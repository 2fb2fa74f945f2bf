import { type HidDescriptor, type HidField, hasUsage, parseDescriptor, reportBytes } from './descriptor.js';

/** Where the parts of a HID-POS scan stand in its report, in bytes from the report's first. */
export type PosLayout = {
  readonly reportId: number;
  /** Of the whole report, its number included. */
  readonly bytes: number;
  readonly lengthAt: number;
  readonly dataAt: number;
  /** Most bytes of a code that one report holds. */
  readonly dataMost: number;
  /** The bit that says that the code goes on in the next report; absent: no code does. */
  readonly more?: { readonly at: number; readonly mask: number };
  /** What the scanner takes by reports of its own; absent: nothing is known. */
  readonly serial?: { readonly reportId: number; readonly bytes: number };
};

/** Where modifiers and keys stand in a keyboard's report: the boot keyboard's form, with or without a report number. */
export type KeyLayout = {
  readonly reportId: number;
  readonly bytes: number;
  readonly modifiersAt: number;
  readonly keysAt: number;
  readonly keys: number;
};

export type HidKind =
  | { readonly kind: 'hid-pos'; readonly layout: PosLayout; readonly reportMost: number }
  | { readonly kind: 'keyboard'; readonly layout: KeyLayout; readonly reportMost: number }
  /** `why`: what it lacks, for technicians. */
  | { readonly kind: 'other'; readonly why: string };

/** HID POS Usage Tables 1.02, section 3, and HID Usage Tables. */
const BAR_CODE_SCANNER = 0x8c_0002;
const DECODED_DATA = 0x8c_00fe;
const CONTINUED = 0x8c_00ff;
const BYTE_COUNT = 0x01_003b;
const KEYBOARD = 0x01_0006;
const KEYPAD = 0x01_0007;
const KEY_FIRST = 0x07_0000;
const KEY_LAST = 0x07_00ff;
const LEFT_CONTROL = 0x07_00e0;
/** Honeywell's "Serial Data Stream": a length, then bytes as on a serial line. */
const HONEYWELL_STREAM = 0xff66_0001;
const HONEYWELL_STREAM_REPORT = 0xfd;

const isBytes = (field: HidField): boolean => field.bits === 8 && field.bitOffset % 8 === 0;
const byteAt = (field: HidField): number => field.bitOffset / 8;

/** One bit alone is the bit; several, or whole bytes (both are met), have it as the lowest of their last byte. */
function moreOf(field: HidField | undefined): PosLayout['more'] {
  if (!field) return undefined;
  const last = field.bitOffset + field.bits * field.count - 1;
  if (field.bits === 1 && field.count === 1) return { at: last >> 3, mask: 1 << (last & 7) };
  return { at: last >> 3, mask: 1 };
}

function posLayout(descriptor: HidDescriptor): PosLayout | string {
  const inputs = descriptor.fields.filter((field) => field.kind === 'input');
  const data = inputs.find((field) => hasUsage(field, DECODED_DATA) && isBytes(field) && field.count > 1);
  if (!data) return 'it has no report of decoded data';
  const beside = inputs.filter((field) => field.reportId === data.reportId);
  // Some engines give their byte count a usage of another name: then it is the single byte before the data.
  const length =
    beside.find((field) => hasUsage(field, BYTE_COUNT) && isBytes(field)) ??
    beside.find((field) => isBytes(field) && field.count === 1 && field.bitOffset < data.bitOffset);
  if (!length) return 'its report of decoded data has no length';
  const more = moreOf(beside.find((field) => hasUsage(field, CONTINUED)));
  const stream = descriptor.fields.some(
    (field) =>
      field.kind === 'output' && field.reportId === HONEYWELL_STREAM_REPORT && field.within.includes(HONEYWELL_STREAM),
  );
  const streamBytes = reportBytes(descriptor, 'output', HONEYWELL_STREAM_REPORT);
  return {
    reportId: data.reportId,
    bytes: reportBytes(descriptor, 'input', data.reportId),
    lengthAt: byteAt(length),
    dataAt: byteAt(data),
    dataMost: data.count,
    ...(more ? { more } : {}),
    ...(stream ? { serial: { reportId: HONEYWELL_STREAM_REPORT, bytes: streamBytes } } : {}),
  };
}

function keyLayout(descriptor: HidDescriptor): KeyLayout | string {
  const inputs = descriptor.fields.filter((field) => field.kind === 'input' && !field.constant);
  const keys = inputs.find((field) => field.array && isBytes(field) && hasUsage(field, KEY_FIRST, KEY_LAST));
  if (!keys) return 'its keys come as a bit map, which is not read here';
  const modifiers = inputs.find(
    (field) => field.reportId === keys.reportId && field.usages[0]?.from === LEFT_CONTROL && field.bits === 1,
  );
  if (modifiers?.count !== 8 || modifiers.bitOffset % 8 !== 0) return 'its report has no byte of modifiers';
  return {
    reportId: keys.reportId,
    bytes: reportBytes(descriptor, 'input', keys.reportId),
    modifiersAt: byteAt(modifiers),
    keysAt: byteAt(keys),
    keys: keys.count,
  };
}

/**
 * What a HID device is to the kiosk, by its report descriptor.
 * @throws HidDescriptorError
 */
export function hidKind(bytes: Uint8Array): HidKind {
  const descriptor = parseDescriptor(bytes);
  const numbers = new Set(descriptor.fields.map((field) => field.reportId));
  const reportMost = Math.max(0, ...[...numbers].map((number) => reportBytes(descriptor, 'input', number)));
  const { applications } = descriptor;
  if (applications.includes(BAR_CODE_SCANNER)) {
    const layout = posLayout(descriptor);
    return typeof layout === 'string' ? { kind: 'other', why: layout } : { kind: 'hid-pos', layout, reportMost };
  }
  if (applications.includes(KEYBOARD) || applications.includes(KEYPAD)) {
    const layout = keyLayout(descriptor);
    return typeof layout === 'string' ? { kind: 'other', why: layout } : { kind: 'keyboard', layout, reportMost };
  }
  return { kind: 'other', why: 'it is neither a HID-POS scanner nor a keyboard' };
}
