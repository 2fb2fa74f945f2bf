import { type Clock, systemClock } from '../clock.js';
import type { Scanner, ScannerHandlers, ScannerState, ScannerWord } from '../contract/scanner.js';
import { defaultRetry, type RetryOptions } from '../line/backoff.js';
import { identify } from '../line/device-node.js';
import { keepOpen } from '../line/reconnect.js';
import { type OpenPort, openPort, type SerialLine } from '../line/serial-port.js';
import type { Profile, ProfileName } from './profile/profile.js';
import { profiles } from './profile/profiles.js';
import { Session } from './session.js';
import { Supervisor } from './supervisor.js';
import { letInUsb, resetUsb, type UsbMark } from './usb-reset.js';

export type SerialScannerOptions = Omit<SerialLine, 'path'> & {
  /** Where its device node is: a path that stays, or what finds it now by another mark; undefined: nowhere. */
  readonly path: string | (() => Promise<string | undefined>);
  readonly clock?: Clock;
  readonly retry?: Partial<RetryOptions>;
  /** How often the device node is looked at, ms; 250 unless told. */
  readonly watchMs?: number;
  /** What it understands; `generic`, nothing, unless told. */
  readonly profile?: ProfileName;
  /** False: it is listened to and probed, and told nothing. */
  readonly commands?: boolean;
  /** Silence after which one that can be asked is asked whether it lives, ms; 10 s unless told. */
  readonly probeMs?: number;
  /** Silence that ends a code for whoever listens, ms; 50 unless told. What may be an answer is held half of it at most. */
  readonly gapMs?: number;
  /** Whether one that stays silent is taken off the USB and put back. */
  readonly usbReset?: boolean;
  /** By which marks it is known again when a process that was killed had taken it off. */
  readonly usb?: UsbMark;
  readonly sysRoot?: string;
  /** How a port is opened, and what stands at a path: the system's, but in tests. */
  readonly port?: { readonly open: typeof openPort; readonly identify: typeof identify };
};

const PROBE_MS = 10_000;
const GAP_MS = 50;

/**
 * A scanner on a UART, RS-232 or USB serial line (USB CDC). It delivers bytes as they come; with a profile it also
 * understands the scanner's own words, takes its answers out of the codes, and knows when it has fallen silent.
 */
export class SerialScanner implements Scanner {
  readonly abilities: Scanner['abilities'];
  readonly #options: SerialScannerOptions;
  readonly #profile: Profile;
  #state: ScannerState = 'absent';
  #running: { stop: AbortController; ended: Promise<void> } | undefined;
  #session: Session | undefined;
  #wanted: 'enable' | 'disable' | undefined;
  #resetting: Promise<string> | undefined;

  constructor(options: SerialScannerOptions) {
    this.#options = options;
    this.#profile = profiles[options.profile ?? 'generic'];
    const words = options.commands === false ? [] : (Object.keys(this.#profile.words) as ScannerWord[]);
    this.abilities = new Set(this.#profile.probe ? [...words, 'probe'] : words);
  }

  get state(): ScannerState {
    return this.#state;
  }

  async start(handlers: ScannerHandlers): Promise<void> {
    if (this.#running) throw new Error('serial scanner: found started, expected stopped');
    const { clock = systemClock, retry, watchMs = 250, port = { open: openPort, identify } } = this.#options;
    const stop = new AbortController();
    const place = this.#place(port.identify);
    const supervisor = this.#supervise(handlers, place, stop.signal, clock);
    const parts = {
      clock,
      retry: { ...defaultRetry, ...retry },
      watchMs,
      identify: place.identify,
      open: () => this.#open({ handlers, place, supervisor, stop: stop.signal, clock, open: port.open }),
      onState: (state: Parameters<Supervisor['line']>[0], detail: string) => supervisor.line(state, detail),
    };
    const { usbReset = false, usb, sysRoot = '/sys' } = this.#options;
    const before = usbReset && usb ? letInUsb(usb, sysRoot) : undefined;
    const ended = before ? before.then(() => keepOpen(parts, stop.signal)) : keepOpen(parts, stop.signal);
    this.#running = { stop, ended };
  }

  tell(word: ScannerWord): void {
    if (word === 'enable' || word === 'disable') this.#wanted = word;
    this.#session?.tell(word);
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.stop.abort();
    await Promise.all([running.ended, this.#resetting]);
    this.#running = undefined;
    this.#state = 'absent';
  }

  /** Where it is: looked for anew until its port is open, then only looked at. */
  #place(identifyAt: typeof identify): Place {
    const { path } = this.#options;
    const find = typeof path === 'string' ? async () => path : path;
    const place: Place = {
      path: undefined,
      port: undefined,
      async identify() {
        if (!place.port) place.path = await find().catch(() => undefined);
        return place.path === undefined ? undefined : identifyAt(place.path);
      },
    };
    return place;
  }

  #supervise(handlers: ScannerHandlers, place: Place, stop: AbortSignal, clock: Clock): Supervisor {
    const { usbReset = false, sysRoot = '/sys' } = this.#options;
    const reset = () => {
      this.#resetting = resetUsb(place.path ?? '', { clock, sysRoot, stop });
      return this.#resetting;
    };
    return new Supervisor({
      onState: (state, detail) => {
        if (stop.aborted) return;
        this.#state = state;
        handlers.onState(state, detail);
      },
      ...(usbReset ? { reset } : {}),
      reopen: (why) => void place.port?.close(why),
    });
  }

  async #open({ handlers, place, supervisor, stop, clock, open }: Opening): Promise<OpenPort> {
    const { baudRate, dataBits = 8, parity = 'none', stopBits = 1, commands = true, probeMs, gapMs } = this.#options;
    const session = new Session({
      profile: this.#profile,
      clock,
      commands,
      probeMs: probeMs ?? PROBE_MS,
      gapMs: gapMs ?? GAP_MS,
      wanted: this.#wanted,
      onData: (data) => {
        if (!stop.aborted) handlers.onData(data);
      },
      onHeard: () => supervisor.heard(),
      onMissed: () => supervisor.missed(),
    });
    const onBytes = (bytes: Uint8Array) => session.receive(bytes, clock.now());
    const port = await open({ path: place.path ?? '', baudRate, dataBits, parity, stopBits }, onBytes);
    place.port = port;
    this.#session = session;
    void port.closed.then(() => {
      session.close();
      place.port = undefined;
      this.#session = undefined;
    });
    session.open((bytes) => port.write(bytes));
    return port;
  }
}

type Place = {
  path: string | undefined;
  /** Open now. */
  port: OpenPort | undefined;
  identify(): ReturnType<typeof identify>;
};

type Opening = {
  readonly handlers: ScannerHandlers;
  readonly place: Place;
  readonly supervisor: Supervisor;
  readonly stop: AbortSignal;
  readonly clock: Clock;
  readonly open: typeof openPort;
};
