/** MDB/ICP 4.3 section 7: the blocks that a vending machine controller (VMC) and a cashless device exchange. */
export type Heard =
  | { readonly type: 'reset' | 'poll' | 'prices' | 'enable' | 'disable' | 'cancel' | 'expansion-id' }
  | { readonly type: 'vend-cancel' | 'vend-success' | 'vend-failure' | 'session-complete' | 'cash-sale' }
  /** Its level; a device answers with its own. */
  | { readonly type: 'setup'; readonly level: number }
  /** `price` in units of the scale that the device told. */
  | { readonly type: 'vend-request'; readonly price: number; readonly item: number }
  | { readonly type: 'features'; readonly bits: number }
  /** Of this device, and not understood. */
  | { readonly type: 'unknown' };

export type Reply =
  | { readonly type: 'ack' | 'just-reset' | 'session-cancel' | 'vend-denied' | 'end-session' | 'cancelled' }
  | { readonly type: 'out-of-sequence' | 'config' | 'peripheral-id' | 'begin-session' }
  | { readonly type: 'vend-approved'; readonly price: number };

/** What the device says of itself in SETUP and EXPANSION. */
export type DeviceFacts = {
  readonly level: 1 | 3;
  /** ISO 4217 number. */
  readonly currencyNumber: number;
  readonly scale: number;
  readonly decimals: number;
  /** How long an answer may take, s. */
  readonly responseS: number;
};

export const addresses = { first: 0x10, second: 0x60 } as const;
export type DeviceAddress = keyof typeof addresses;

/** EXPANSION's feature bit of level 3: a VEND REQUEST may come without BEGIN SESSION. */
export const ALWAYS_IDLE_BIT = 0x20;

export const checksum = (bytes: Uint8Array): number => bytes.reduce((sum, b) => (sum + b) & 0xff, 0);

export function withChecksum(bytes: readonly number[]): Uint8Array {
  const block = Uint8Array.from(bytes);
  return Uint8Array.from([...block, checksum(block)]);
}

const u16 = (b: Uint8Array, at: number): number => ((b[at] ?? 0) << 8) | (b[at + 1] ?? 0);

type Shape = { readonly bytes: number; read(data: Uint8Array): Heard };
const bare = (
  type: 'prices' | 'enable' | 'disable' | 'cancel' | 'vend-cancel' | 'vend-success',
  bytes: number,
): Shape => ({
  bytes,
  read: () => ({ type }),
});

/** By command and, for those that have one, subcommand; `bytes` follow them. More may follow: later levels add some. */
const shapes: Readonly<Record<string, Shape>> = {
  '0': { bytes: 0, read: () => ({ type: 'reset' }) },
  '1.0': { bytes: 4, read: (d) => ({ type: 'setup', level: d[0] ?? 0 }) },
  '1.1': bare('prices', 4),
  '2': { bytes: 0, read: () => ({ type: 'poll' }) },
  '3.0': { bytes: 4, read: (d) => ({ type: 'vend-request', price: u16(d, 0), item: u16(d, 2) }) },
  '3.1': bare('vend-cancel', 0),
  '3.2': bare('vend-success', 2),
  '3.3': { bytes: 0, read: () => ({ type: 'vend-failure' }) },
  '3.4': { bytes: 0, read: () => ({ type: 'session-complete' }) },
  '3.5': { bytes: 4, read: () => ({ type: 'cash-sale' }) },
  '4.0': bare('disable', 0),
  '4.1': bare('enable', 0),
  '4.2': bare('cancel', 0),
  '7.0': { bytes: 29, read: () => ({ type: 'expansion-id' }) },
  '7.4': { bytes: 4, read: (d) => ({ type: 'features', bits: d[3] ?? 0 }) },
};

/**
 * A block with its checksum as the VMC sent it. Undefined: not for this device. A wrong checksum is 'damaged': nobody
 * answers it, and the VMC says it again.
 */
export function decode(block: Uint8Array, address: DeviceAddress): Heard | 'damaged' | undefined {
  const [first] = block;
  if (first === undefined || (first & 0xf8) !== addresses[address]) return undefined;
  const body = block.subarray(0, -1);
  if (body.length === 0 || checksum(body) !== block.at(-1)) return 'damaged';
  const command = first & 0x07;
  const simple = command === 0 || command === 2;
  const data = body.subarray(simple ? 1 : 2);
  const shape = shapes[simple ? `${command}` : `${command}.${body[1]}`];
  return shape && data.length >= shape.bytes ? shape.read(data) : { type: 'unknown' };
}

/** Four digits in packed decimal: a leading 1 says that the rest is ISO 4217. */
function currencyBytes(n: number): number[] {
  const digits = `1${String(n).padStart(3, '0')}`;
  return [Number.parseInt(digits.slice(0, 2), 16), Number.parseInt(digits.slice(2), 16)];
}

const ascii = (text: string, length: number): number[] => [
  ...Buffer.from(text.padEnd(length).slice(0, length), 'latin1'),
];

/** Funds are not known before the wallet pays; 0xFFFF says just that. */
const FUNDS_UNKNOWN = [0xff, 0xff];
/** Level 2 and up: no media id, a plain payment, no data. */
const NO_MEDIA = [0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00];

/** The block with its checksum; an ACK is one byte and has none. */
export function encode(reply: Reply, facts: DeviceFacts, level: number): Uint8Array {
  const { scale, decimals, responseS } = facts;
  switch (reply.type) {
    case 'ack':
      return Uint8Array.of(0x00);
    case 'just-reset':
      return withChecksum([0x00]);
    case 'config':
      return withChecksum([
        0x01,
        facts.level,
        ...currencyBytes(facts.currencyNumber),
        scale,
        decimals,
        responseS,
        0x00,
      ]);
    case 'begin-session':
      return withChecksum([0x03, ...FUNDS_UNKNOWN, ...(level >= 2 ? NO_MEDIA : [])]);
    case 'session-cancel':
      return withChecksum([0x04]);
    case 'vend-approved':
      return withChecksum([0x05, reply.price >> 8, reply.price & 0xff]);
    case 'vend-denied':
      return withChecksum([0x06]);
    case 'end-session':
      return withChecksum([0x07]);
    case 'cancelled':
      return withChecksum([0x08]);
    case 'peripheral-id': {
      const id = [...ascii('QZN', 3), ...ascii('0', 12), ...ascii('quietzone', 12), 0x00, 0x01];
      return withChecksum([0x09, ...id, ...(level >= 3 ? [0, 0, 0, ALWAYS_IDLE_BIT] : [])]);
    }
    case 'out-of-sequence':
      return withChecksum([0x0b]);
  }
}
