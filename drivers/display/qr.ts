import qrcode from 'qrcode-generator';

/** A QR code as modules, without its quiet zone. */
export type Qr = {
  /** Modules a side. */
  readonly size: number;
  readonly isDark: (row: number, column: number) => boolean;
};

/** Light modules that a reader needs on each side; ISO/IEC 18004, section 6.3.8. */
export const QUIET_MODULES = 4;
/** Of ISO/IEC 18004's alphanumeric mode: two characters in eleven bits. */
const ALPHANUMERIC = /^[0-9A-Z $%*+\-./:]+$/;

type Level = 'L' | 'M';

/** Of the code that shows, at both levels, and of one before: making one takes ms, and a countdown draws it each second. */
const kept = new Map<string, Qr | undefined>();
const KEPT_MOST = 4;

function made(text: string, level: Level): Qr | undefined {
  const key = `${level} ${text}`;
  if (!kept.has(key)) {
    const [oldest] = kept.keys();
    if (kept.size >= KEPT_MOST && oldest !== undefined) kept.delete(oldest);
    kept.set(key, make(text, level));
  }
  return kept.get(key);
}

function make(text: string, level: Level): Qr | undefined {
  const qr = qrcode(0, level);
  qr.addData(text, ALPHANUMERIC.test(text) ? 'Alphanumeric' : 'Byte');
  try {
    qr.make();
  } catch {
    return undefined;
  }
  return { size: qr.getModuleCount(), isDark: (row, column) => qr.isDark(row, column) };
}

/**
 * The smallest QR code that holds the text: at error correction level M where one of at most `modulesMost` does, else at L.
 * @param text printable ASCII
 * @returns undefined where none does
 */
export function qrOf(text: string, modulesMost: number): Qr | undefined {
  const levels: readonly Level[] = ['M', 'L'];
  return levels.map((level) => made(text, level)).find((qr) => qr !== undefined && qr.size <= modulesMost);
}

/** Modules a side of the smallest QR code that holds the text; Infinity where none does. */
export const modulesOf = (text: string): number => made(text, 'L')?.size ?? Number.POSITIVE_INFINITY;
