/** A code as HID-POS reports of 64 bytes: number 2, length, AIM identifier, 56 bytes, two of the vendor, "continued". */
export function posReports(code: string, aim = ']Q1'): Buffer[] {
  const data = Buffer.from(code, 'latin1');
  const reports: Buffer[] = [];
  for (let at = 0; at === 0 || at < data.length; at += 56) {
    const part = data.subarray(at, at + 56);
    const report = Buffer.alloc(64);
    report.set([2, part.length, ...Buffer.from(aim)]);
    report.set(part, 5);
    report[63] = at + 56 < data.length ? 1 : 0;
    reports.push(report);
  }
  return reports;
}

const plain = "1234567890-=[]\\;'`,./abcdefghijklmnopqrstuvwxyz ";
const shifted = '!@#$%^&*()_+{}|:"~<>?ABCDEFGHIJKLMNOPQRSTUVWXYZ ';
const usages = [
  ...[0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x33, 0x34, 0x35],
  ...[0x36, 0x37, 0x38, ...Array.from({ length: 26 }, (_, i) => 4 + i), 0x2c],
];
const evdevCodes = [
  ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 26, 27, 43, 39, 40, 41, 51, 52, 53],
  ...[30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50, 49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45, 21, 44, 57],
];

type Key = { readonly shift: boolean; readonly usage: number; readonly code: number };

/** The key of a US keyboard that a person would press. */
export function keyOf(char: string): Key {
  if (char === '\r') return { shift: false, usage: 0x28, code: 28 };
  if (char === '\t') return { shift: false, usage: 0x2b, code: 15 };
  const at = plain.indexOf(char);
  const i = at >= 0 ? at : shifted.indexOf(char);
  const usage = usages[i];
  const code = evdevCodes[i];
  if (usage === undefined || code === undefined) throw new Error('key: found none on a US keyboard');
  return { shift: at < 0, usage, code };
}

/** A boot keyboard's report. */
export const keyReport = (modifiers: number, ...keys: readonly number[]): Uint8Array =>
  Uint8Array.from([modifiers, 0, ...keys, ...new Array<number>(6 - keys.length).fill(0)]);

/** Each key pressed and let go, one report each. */
export const typed = (text: string): Uint8Array[] =>
  [...text].flatMap((char) => {
    const { shift, usage } = keyOf(char);
    return [keyReport(shift ? 0x02 : 0, usage), keyReport(0)];
  });

/** One input event; `bytes` 24 or 16. */
export function inputEvent(type: number, code: number, value: number, bytes = 24): Buffer {
  const event = Buffer.alloc(bytes, 0xee);
  event.writeUInt16LE(type, bytes - 8);
  event.writeUInt16LE(code, bytes - 6);
  event.writeInt32LE(value, bytes - 4);
  return event;
}

const SHIFT_CODE = 42;

/** The same as input events, each change with its report. */
export const typedEvents = (text: string, bytes = 24): Buffer =>
  Buffer.concat(
    [...text].flatMap((char) => {
      const { shift, code } = keyOf(char);
      const key = (which: number, value: number) => [inputEvent(1, which, value, bytes), inputEvent(0, 0, 0, bytes)];
      const stroke = [...key(code, 1), ...key(code, 0)];
      return shift ? [...key(SHIFT_CODE, 1), ...stroke, ...key(SHIFT_CODE, 0)] : stroke;
    }),
  );

/** What a keyboard can type of ASCII. */
export const typable = [...new Set(plain + shifted)].join('');
