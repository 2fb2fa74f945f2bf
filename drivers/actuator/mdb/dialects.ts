import { type DeviceAddress, type DeviceFacts, decode, encode, type Reply } from './codec.js';
import type { SessionEvent } from './session.js';

/**
 * How an adapter puts MDB on a serial line.
 * `qibixx`: lines such as "c,STATUS,VEND,1.00,5"; the adapter keeps the session (docs.qibixx.com, API Cashless Slave).
 * `hex`: each block of the bus with its checksum as a line of hex digits, answered in the same way; the adapter keeps the
 * mode bit, the acknowledgements and the 5 ms. The lines are those of perdidor/Arduino-MDB-UART; that they serve a
 * device as well as a master is inferred.
 */
export const dialectNames = ['qibixx', 'hex'] as const;
export type DialectName = (typeof dialectNames)[number];

export type Dialect = {
  readonly pushes: boolean;
  /** The minor units that a price of 1 stands for. */
  readonly unit: number;
  /** Sent when the line is open, and before it is given up. */
  readonly opening: string;
  readonly closing: string;
  /** One line, without its end. Undefined: it says nothing to this device. */
  read(line: string): SessionEvent | 'damaged' | undefined;
  /** Undefined: the adapter says that by itself. */
  write(reply: Reply, level: number): string | undefined;
};

export type DialectOptions = { readonly address: DeviceAddress; readonly facts: DeviceFacts };

function hex({ address, facts }: DialectOptions): Dialect {
  return {
    pushes: false,
    unit: facts.scale,
    opening: '',
    closing: '',
    read(line) {
      const text = line.replaceAll(' ', '');
      if (!/^(?:[0-9a-f]{2})+$/i.test(text)) return 'damaged';
      return decode(Buffer.from(text, 'hex'), address);
    },
    write: (reply, level) => `${Buffer.from(encode(reply, facts, level)).toString('hex')}\n`,
  };
}

/** "1.00" with two decimals is 100; undefined: no amount, or one that the currency does not have. */
export function minorOf(text: string, decimals: number): number | undefined {
  const found = /^(\d{1,7})(?:\.(\d{1,4}))?$/.exec(text);
  if (!found) return undefined;
  const [, whole = '', fraction = ''] = found;
  if (/[1-9]/.test(fraction.slice(decimals))) return undefined;
  return Number(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
}

export function textOf(minor: number, decimals: number): string {
  const digits = String(minor).padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

const phases = { INACTIVE: 'inactive', DISABLED: 'disabled', ENABLED: 'enabled', IDLE: 'idle' } as const;
const phaseOf = (word: string | undefined) => Object.entries(phases).find(([name]) => name === word)?.[1];

function qibixxStatus([word, amount, item]: readonly string[], decimals: number): SessionEvent | 'damaged' {
  const phase = phaseOf(word);
  if (phase) return { type: 'status', phase };
  const price = word === 'VEND' ? minorOf(amount ?? '', decimals) : undefined;
  if (price === undefined || !/^\d{1,5}$/.test(item ?? '')) return 'damaged';
  return { type: 'vend-request', price, item: Number(item) };
}

/** Level, prices and always-idle are set in the adapter (C,SETCONF), once, by whoever installs it. */
function qibixx({ facts: { decimals } }: DialectOptions): Dialect {
  const words: { readonly [K in Reply['type']]?: string } = { 'vend-denied': 'C,STOP', 'session-cancel': 'C,STOP' };
  return {
    pushes: true,
    unit: 1,
    opening: 'C,1\n',
    closing: 'C,0\n',
    read(line) {
      const [head, kind, ...rest] = line.replaceAll('"', '').split(',');
      if (head !== 'c') return undefined;
      if (kind === 'STATUS') return qibixxStatus(rest, decimals);
      if (kind === 'VEND' && rest[0] === 'SUCCESS') return { type: 'vend-success' };
      // As documented: the number is the VEND subcommand that came, VEND FAILURE.
      if (kind === 'ERR' && rest[0] === 'VEND 3') return { type: 'vend-failure' };
      return undefined;
    },
    write(reply) {
      if (reply.type === 'vend-approved') return `C,VEND,${textOf(reply.price, decimals)}\n`;
      // The most that a session may cost; what it costs is settled by the VEND REQUEST.
      if (reply.type === 'begin-session') return `C,START,${textOf(0xffff - 1, decimals)}\n`;
      const word = words[reply.type];
      return word === undefined ? undefined : `${word}\n`;
    },
  };
}

const makers: { readonly [K in DialectName]: (options: DialectOptions) => Dialect } = { qibixx, hex };

export const dialectOf = (name: DialectName, options: DialectOptions): Dialect => makers[name](options);

const LINE_MOST = 200;

/** Lines out of chunks. A line that is too long is dropped whole. */
export function lineReader(onLine: (line: string) => void): (bytes: Uint8Array) => void {
  let line = '';
  return (bytes) => {
    for (const char of Buffer.from(bytes).toString('latin1')) {
      if (char !== '\n' && char !== '\r') {
        if (line.length <= LINE_MOST) line += char;
        continue;
      }
      if (line.length > 0 && line.length <= LINE_MOST) onLine(line);
      line = '';
    }
  };
}
