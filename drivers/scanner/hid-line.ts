import { type Clock, systemClock } from '../clock.js';
import type { ScannerHandlers, ScannerState } from '../contract/scanner.js';
import { CodeCollector, type DropReason } from '../hid/collector.js';
import type { HidNodes } from '../hid/nodes.js';
import { DeviceReader } from '../hid/reader.js';
import { defaultRetry, type RetryOptions } from '../line/backoff.js';
import { type DeviceIdentity, identify } from '../line/device-node.js';
import { keepOpen } from '../line/reconnect.js';
import type { OpenPort } from '../line/serial-port.js';

export type HidScannerOptions = {
  /** The device as it stands now. What it rejects with is told as the fault. */
  readonly find: () => Promise<HidNodes | undefined>;
  readonly clock?: Clock;
  readonly retry?: Partial<RetryOptions>;
  /** How often a device is looked for, ms; 250 unless told. One that is open is looked at a quarter as often. */
  readonly watchMs?: number;
  /** Silence that breaks a code whose end was lost, ms; 100 unless told. */
  readonly gapMs?: number;
  /** Where Perl is, which reads the device; found by PATH unless told. */
  readonly perl?: string;
};

export type Opened = {
  readonly reader: OpenPort;
  /** Asked as often as the device is looked at: why the device must be closed and opened anew, if it must. */
  readonly broken?: () => Promise<string | undefined>;
};

export type HidLineParts = Required<Pick<HidScannerOptions, 'find' | 'clock' | 'watchMs' | 'gapMs'>> & {
  readonly retry: RetryOptions;
  /** Whether the device's own end stands behind each code. */
  readonly endOfCode: boolean;
  readonly perl?: string;
  /** With the reader that runs already. `stop` gives the opening up. */
  open(nodes: HidNodes, collector: CodeCollector, stop: AbortSignal, reader: DeviceReader): Promise<Opened>;
};

export const partsOf = ({ find, clock = systemClock, retry, watchMs = 250, gapMs = 100, perl }: HidScannerOptions) => ({
  ...{ find, clock, watchMs, gapMs, ...(perl === undefined ? {} : { perl }) },
  retry: { ...defaultRetry, ...retry },
});

const reasons: Readonly<Record<DropReason, string>> = {
  incomplete: 'its end did not come',
  invalid: 'it holds what cannot be read',
  'too-long': 'it is longer than any code',
};

/** Silence after which what comes is another code and not the rest of one, in gaps; the framer's own measure. */
const QUIET_GAPS = 5;

/** An open device is looked at each so many `watchMs`. */
const LOOKS = 4;

/** The node that stands for the device: what is pulled takes it along. */
const nodeOf = (nodes: HidNodes): string | undefined => nodes.hidraw ?? nodes.inputs[0]?.events[0];

/** One HID scanner from `start` to `stop`: found, opened, watched, opened again; codes put together, handed on or dropped. */
export class HidLine {
  readonly #parts: HidLineParts;
  readonly #dropped: Record<DropReason, number> = { incomplete: 0, invalid: 0, 'too-long': 0 };
  #state: ScannerState = 'absent';
  #running: { stop: AbortController; ended: Promise<void>; reader: DeviceReader } | undefined;
  #nodes: HidNodes | undefined;
  #opened: Opened | undefined;
  #looked: { readonly identity: DeviceIdentity; readonly atMs: number } | undefined;
  #say: ScannerHandlers['onState'] = () => {};

  constructor(parts: HidLineParts) {
    this.#parts = parts;
  }

  get state(): ScannerState {
    return this.#state;
  }

  /** Codes that were dropped since the process began, by reason. */
  get dropped(): Readonly<Record<DropReason, number>> {
    return this.#dropped;
  }

  get reader(): OpenPort | undefined {
    return this.#state === 'ready' ? this.#opened?.reader : undefined;
  }

  start(handlers: ScannerHandlers, name: string): void {
    if (this.#running) throw new Error(`${name}: found started, expected stopped`);
    const { clock, retry, watchMs, gapMs, endOfCode } = this.#parts;
    const stop = new AbortController();
    const reader = new DeviceReader(this.#parts);
    // Now, while nobody scans: later it would hold up codes.
    reader.start();
    this.#say = (state, detail) => {
      this.#state = state;
      handlers.onState(state, detail);
    };
    const onCode = (bytes: Uint8Array) => {
      if (!stop.signal.aborted) handlers.onData({ bytes, atMs: clock.now(), endOfCode });
    };
    const onDropped = (reason: DropReason) => {
      this.#dropped[reason] += 1;
      const times = `${this.#dropped[reason]} since the start`;
      if (!stop.signal.aborted) this.note(`a code was dropped: ${reasons[reason]} (${times})`);
    };
    const time = { now: () => clock.now(), restMs: gapMs * (QUIET_GAPS - 1) };
    const collector = new CodeCollector({ onCode, onDropped }, time);
    const parts = {
      ...{ clock, retry, watchMs, onState: this.#say },
      identify: () => this.#identify(),
      open: () => this.#open(collector, stop.signal, reader),
    };
    this.#running = { stop, ended: keepOpen(parts, stop.signal), reader };
  }

  /** Something for technicians that changes nothing in how the device is. */
  note(detail: string): void {
    if (this.#state === 'ready') this.#say('ready', detail);
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.stop.abort();
    await running.ended;
    await running.reader.stop();
    this.#running = undefined;
    this.#state = 'absent';
  }

  /** The node that was found stays the device's until it goes; only then is the tree walked again. */
  async #identify(): Promise<DeviceIdentity | undefined> {
    const { clock, watchMs } = this.#parts;
    const looked = this.#looked;
    // The reader says at once when its device goes; what it cannot see may wait.
    if (this.#opened && looked && clock.now() - looked.atMs < watchMs * LOOKS) return looked.identity;
    const known = this.#opened && (await this.#identityOf(this.#nodes));
    if (known !== undefined) {
      this.#looked = { identity: known, atMs: clock.now() };
      const { reader, broken } = this.#opened ?? {};
      const why = await broken?.();
      if (why !== undefined) await reader?.close(why);
      return known;
    }
    this.#nodes = undefined;
    this.#looked = undefined;
    try {
      this.#nodes = await this.#parts.find();
    } catch {
      // It is there, and opening it says what is wrong.
      return 'in doubt';
    }
    return this.#identityOf(this.#nodes);
  }

  async #identityOf(nodes: HidNodes | undefined): Promise<DeviceIdentity | undefined> {
    const node = nodes && nodeOf(nodes);
    return node === undefined ? undefined : identify(node);
  }

  async #open(collector: CodeCollector, stop: AbortSignal, reader: DeviceReader): Promise<OpenPort> {
    const nodes = this.#nodes ?? (await this.#parts.find());
    if (!nodes) throw new Error('no such device');
    this.#nodes = nodes;
    collector.clear();
    const opened = await this.#parts.open(nodes, collector, stop, reader);
    this.#opened = opened;
    void opened.reader.closed.then(() => {
      if (this.#opened === opened) this.#opened = undefined;
    });
    return opened.reader;
  }
}
