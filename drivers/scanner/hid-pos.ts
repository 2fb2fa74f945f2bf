import type { Scanner, ScannerHandlers, ScannerState, ScannerWord } from '../contract/scanner.js';
import type { CodeCollector, DropReason } from '../hid/collector.js';
import { hidKind, type PosLayout } from '../hid/kind.js';
import type { HidNodes } from '../hid/nodes.js';
import type { DeviceReader } from '../hid/reader.js';
import { HidLine, type HidLineParts, type HidScannerOptions, type Opened, partsOf } from './hid-line.js';

export type HidPosOptions = HidScannerOptions & {
  /** Whose own reports the scanner understands; absent: it is told nothing. */
  readonly vendor?: 'honeywell';
};

/**
 * Honeywell's serial commands, which it takes over HID-POS as a length and bytes in report FD: trigger, its end, beep.
 * The trigger counts only in the scanner's manual or serial trigger mode.
 */
const honeywell: Readonly<Partial<Record<ScannerWord, readonly number[]>>> = {
  enable: [0x16, 0x54, 0x0d],
  disable: [0x16, 0x55, 0x0d],
  'good-read': [0x16, 0x07, 0x0d],
};

const remedy = 'remedy: scan the programming code "USB HID POS" (or "USB COM", with kind = "serial") of its manual';

function layoutOf({ descriptor }: HidNodes): { readonly layout: PosLayout; readonly reportMost: number } {
  if (!descriptor) throw new Error('HID-POS: its report descriptor cannot be read');
  const found = hidKind(descriptor);
  if (found.kind === 'hid-pos') return found;
  const what = found.kind === 'keyboard' ? 'it is a keyboard' : found.why;
  throw new Error(`HID-POS: ${what}; ${remedy}`);
}

/** One report's part of a code. The symbology's AIM identifier stands in bytes of its own, and is no part of it. */
function take(report: Uint8Array, layout: PosLayout, collector: CodeCollector): void {
  const { reportId, bytes, lengthAt, dataAt, dataMost, more } = layout;
  if (reportId !== 0 && report[0] !== reportId) return;
  const length = report[lengthAt] ?? 0;
  if (report.length < bytes || length > dataMost) collector.spoil('invalid');
  else collector.push(report.subarray(dataAt, dataAt + length));
  if (!more || ((report[more.at] ?? 0) & more.mask) === 0) collector.end();
}

/** A scanner that speaks HID-POS (usage page 8C) on a hidraw node: it knows where a code ends, and types nothing. */
export class HidPosScanner implements Scanner {
  readonly abilities: Scanner['abilities'];
  readonly #options: HidPosOptions;
  readonly #line: HidLine;
  #layout: PosLayout | undefined;
  #wanted: 'enable' | 'disable' | undefined;

  constructor(options: HidPosOptions) {
    this.#options = options;
    this.abilities = new Set(options.vendor === 'honeywell' ? (Object.keys(honeywell) as ScannerWord[]) : []);
    const open: HidLineParts['open'] = (...given) => this.#open(...given);
    this.#line = new HidLine({ ...partsOf(options), endOfCode: true, open });
  }

  get state(): ScannerState {
    return this.#line.state;
  }

  get dropped(): Readonly<Record<DropReason, number>> {
    return this.#line.dropped;
  }

  async start(handlers: ScannerHandlers): Promise<void> {
    this.#line.start(handlers, 'HID-POS scanner');
  }

  tell(word: ScannerWord): void {
    if (!this.abilities.has(word)) return;
    if (word === 'enable' || word === 'disable') this.#wanted = word;
    this.#send(word, this.#line.reader);
  }

  stop(): Promise<void> {
    return this.#line.stop();
  }

  async #open(nodes: HidNodes, collector: CodeCollector, stop: AbortSignal, device: DeviceReader): Promise<Opened> {
    const { layout, reportMost } = layoutOf(nodes);
    if (nodes.hidraw === undefined) throw new Error('HID-POS: the kernel gives no hidraw node (CONFIG_HIDRAW)');
    const { clock, gapMs } = partsOf(this.#options);
    const reader = await device.open(
      {
        ...{ paths: [nodes.hidraw], size: reportMost, gapMs, clock, stop },
        writes: layout.serial !== undefined && this.abilities.size > 0,
      },
      {
        onReport: (report) => take(report, layout, collector),
        onGap: () => collector.lose(),
        onUnwritten: (why) => this.#line.note(`it did not take what it was told: ${why}`),
      },
    );
    this.#layout = layout;
    if (this.#wanted) this.#send(this.#wanted, reader);
    return { reader };
  }

  #send(word: ScannerWord, reader: Opened['reader'] | undefined): void {
    const command = honeywell[word];
    const serial = this.#layout?.serial;
    if (!reader || !serial || !command) return;
    const report = new Uint8Array(Math.max(serial.bytes, command.length + 2));
    report.set([serial.reportId, command.length, ...command]);
    void reader.write(report).catch(() => undefined);
  }
}
