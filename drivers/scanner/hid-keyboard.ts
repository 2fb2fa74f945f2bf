import type { Scanner, ScannerHandlers, ScannerState } from '../contract/scanner.js';
import type { CodeCollector, DropReason } from '../hid/collector.js';
import { KeyEvents } from '../hid/evdev.js';
import { KeyBoard, KeyReports, type KeyStroke } from '../hid/keys.js';
import { hidKind } from '../hid/kind.js';
import type { HidNodes } from '../hid/nodes.js';
import { type DeviceReader, EVIOCGRAB, type ReaderHandlers, type ReaderOptions } from '../hid/reader.js';
import { inhibit } from '../hid/silence.js';
import type { OpenPort } from '../line/serial-port.js';
import { HidLine, type HidLineParts, type HidScannerOptions, type Opened, partsOf } from './hid-line.js';

export type HidKeyboardOptions = HidScannerOptions & {
  /** The keys that end a code; Enter unless told. None: silence ends it. */
  readonly ends?: readonly ('enter' | 'tab')[];
  /** The request of the exclusive grab; Linux's EVIOCGRAB unless told. */
  readonly grab?: number;
};

/** Events to take at once; each has 24 bytes at most. */
const EVENTS_AT_ONCE = 64;
const EVENT_BYTES_MOST = 24;

/**
 * A scanner that types. What it types reaches no console: the kernel passes over it (`inhibited`) and its raw reports are
 * read, or else its events are read with an exclusive grab. Where neither can be had it is dead.
 */
export class HidKeyboardScanner implements Scanner {
  /** A keyboard takes nothing but lamps. */
  readonly abilities: Scanner['abilities'] = new Set();
  readonly #options: HidKeyboardOptions;
  readonly #line: HidLine;

  constructor(options: HidKeyboardOptions) {
    this.#options = options;
    const open: HidLineParts['open'] = (...given) => this.#open(...given);
    this.#line = new HidLine({ ...partsOf(options), endOfCode: this.#ends.length > 0, open });
  }

  get state(): ScannerState {
    return this.#line.state;
  }

  get dropped(): Readonly<Record<DropReason, number>> {
    return this.#line.dropped;
  }

  get #ends(): readonly KeyStroke[] {
    return this.#options.ends ?? ['enter'];
  }

  async start(handlers: ScannerHandlers): Promise<void> {
    this.#line.start(handlers, 'HID keyboard scanner');
  }

  tell(): void {}

  stop(): Promise<void> {
    return this.#line.stop();
  }

  async #open(nodes: HidNodes, collector: CodeCollector, stop: AbortSignal, device: DeviceReader): Promise<Opened> {
    const found = nodes.descriptor && hidKind(nodes.descriptor);
    if (found?.kind === 'hid-pos')
      throw new Error('HID keyboard: it speaks HID-POS; remedy: set scanner.kind = "hid-pos"');
    const refused = await inhibit(nodes.inputs);
    if (refused === undefined && found?.kind === 'keyboard' && nodes.hidraw !== undefined) {
      const { layout, reportMost } = found;
      const board = this.#board(collector);
      const reports = new KeyReports(layout, board, () => collector.spoil('invalid'));
      const onReport = (report: Uint8Array) => reports.push(report);
      const gap = this.#onGap(board, collector);
      const onGap = () => {
        reports.rest();
        gap();
      };
      const handlers = { onReport, onGap };
      const reader = await this.#read(device, { paths: [nodes.hidraw], size: reportMost, stop }, handlers);
      return { reader, broken: () => inhibit(nodes.inputs) };
    }
    if (refused === undefined) {
      const why = found?.kind === 'other' ? found.why : 'it has no hidraw node';
      throw new Error(`HID keyboard: the kernel inhibits it, and its reports cannot be read: ${why}`);
    }
    return { reader: await this.#grab(nodes, collector, { stop, device, refused }) };
  }

  /** @param refused why the kernel does not inhibit it */
  async #grab(
    nodes: HidNodes,
    collector: CodeCollector,
    { stop, device, refused }: { stop: AbortSignal; device: DeviceReader; refused: string },
  ): Promise<OpenPort> {
    const events = nodes.inputs.flatMap((input) => input.events);
    const board = this.#board(collector);
    let keys: KeyEvents | undefined;
    const onReport = (bytes: Uint8Array, eventBytes: number) => {
      keys ??= new KeyEvents(eventBytes, board, () => collector.spoil('invalid'));
      keys.push(bytes);
    };
    const handlers = { onReport, onGap: this.#onGap(board, collector) };
    const grab = this.#options.grab ?? EVIOCGRAB;
    try {
      if (events.length === 0) throw new Error('it has no event node');
      const size = EVENTS_AT_ONCE * EVENT_BYTES_MOST;
      return await this.#read(device, { paths: events, size, grab, stop }, handlers);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw new Error(`HID keyboard: not read, as it would type into a console: ${refused}; and no grab: ${words}`);
    }
  }

  #read(
    device: DeviceReader,
    what: Pick<ReaderOptions, 'paths' | 'size' | 'grab' | 'stop'>,
    handlers: Omit<ReaderHandlers, 'onUnwritten'>,
  ): Promise<OpenPort> {
    const { clock, gapMs } = partsOf(this.#options);
    const options = { ...what, gapMs, clock, writes: false };
    return device.open(options, { ...handlers, onUnwritten: () => undefined });
  }

  #board(collector: CodeCollector): KeyBoard {
    const ends = this.#ends;
    const one = new Uint8Array(1);
    const board: KeyBoard = new KeyBoard((stroke) => {
      if (typeof stroke === 'object') {
        one[0] = stroke.char;
        collector.push(one);
      } else if (ends.includes(stroke)) {
        collector.end();
        board.reset();
      } else collector.spoil('invalid');
    });
    return board;
  }

  #onGap(board: KeyBoard, collector: CodeCollector): () => void {
    const silenceEnds = this.#ends.length === 0;
    return () => {
      board.reset();
      if (silenceEnds) collector.end();
      else collector.lose();
    };
  }
}
