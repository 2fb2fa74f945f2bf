import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hidKind } from '../../drivers/hid/kind.js';
import { findHid, type HidNodes, type HidRoots, type HidWanted } from '../../drivers/hid/nodes.js';

export type HidPlaceOptions = {
  readonly descriptor: Uint8Array;
  /** How many input devices the kernel made of it; none unless told. */
  readonly inputs?: number;
  /** What becomes of writing `inhibited`: "missing" is a kernel before 5.11. */
  readonly inhibit?: 'taken' | 'refused' | 'missing';
  /** "1-1" unless told. */
  readonly port?: string;
  /** Another place's folder, to stand beside its device. */
  readonly folder?: string;
  /** Number of its nodes; 0 unless told. */
  readonly number?: number;
};

/**
 * A USB HID device in a folder that plays /sys and /dev, its nodes named pipes: what is written here is read there. Unlike
 * a real node a pipe may give two reports at once, so each read must ask for one.
 */
export type HidPlace = {
  readonly folder: string;
  readonly roots: HidRoots;
  readonly wanted: HidWanted;
  find(): Promise<HidNodes | undefined>;
  plug(): void;
  /** Right behind what was written. */
  unplug(): void;
  report(bytes: Uint8Array): void;
  events(bytes: Uint8Array): void;
  /** What the kernel holds as `inhibited` of an input. */
  inhibited(input?: number): string;
  uninhibit(): void;
  close(): void;
};

export function makeHidPlace(options: HidPlaceOptions): HidPlace {
  const { descriptor, inputs = 0, inhibit = 'taken', port = '1-1', number = 0 } = options;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'quietzone-hid-'));
  const roots = { sysRoot: join(folder, 'sys'), devRoot: join(folder, 'dev') };
  const usb = join(roots.sysRoot, 'devices/pci0/usb1', port);
  const hid = join(usb, `${port}:1.0/0003:0C2E:0CE7.000${number}`);
  const hidraw = join(roots.devRoot, `hidraw${number}`);
  const numbers = Array.from({ length: inputs }, (_, i) => number * 10 + i);
  const input = (n: number) => join(hid, `input/input${n}`);
  const event = (n: number) => join(roots.devRoot, `input/event${n}`);
  const nodes = [hidraw, ...numbers.map(event)];
  let writers: number[] = [];
  const put = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  };
  const link = (to: string, path: string) => {
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(to, path);
  };
  const classes = (name: string) => join(roots.sysRoot, 'class', name);

  const plug = () => {
    put(join(usb, 'idVendor'), '0c2e\n');
    put(join(usb, 'idProduct'), '0ce7\n');
    put(join(usb, 'serial'), `S-${port}\n`);
    put(join(hid, 'report_descriptor'), descriptor);
    mkdirSync(join(hid, 'hidraw', `hidraw${number}`), { recursive: true });
    link(hid, join(hid, 'hidraw', `hidraw${number}`, 'device'));
    mkdirSync(join(roots.devRoot, 'input'), { recursive: true });
    for (const node of nodes) execFileSync('mkfifo', [node]);
    writers = nodes.map((node) => openSync(node, constants.O_RDWR | constants.O_NONBLOCK));
    for (const n of numbers) {
      mkdirSync(join(input(n), `event${n}`), { recursive: true });
      if (inhibit === 'taken') put(join(input(n), 'inhibited'), '0\n');
      if (inhibit === 'refused') mkdirSync(join(input(n), 'inhibited'));
      link(hid, join(input(n), 'device'));
      link(input(n), join(input(n), `event${n}`, 'device'));
      link(input(n), join(classes('input'), `input${n}`));
      link(join(input(n), `event${n}`), join(classes('input'), `event${n}`));
    }
    link(join(hid, 'hidraw', `hidraw${number}`), join(classes('hidraw'), `hidraw${number}`));
  };
  const unplug = () => {
    for (const node of nodes) rmSync(node, { force: true });
    rmSync(usb, { recursive: true, force: true });
    rmSync(join(classes('hidraw'), `hidraw${number}`), { force: true });
    for (const n of numbers)
      for (const kind of ['input', 'event']) rmSync(join(classes('input'), kind + n), { force: true });
    for (const writer of writers) closeSync(writer);
    writers = [];
  };
  const write = (at: number, bytes: Uint8Array) => {
    const writer = writers[at];
    if (writer === undefined) throw new Error('HID place: found unplugged, expected plugged in');
    writeSync(writer, bytes);
  };
  const wanted = { usb: '0c2e:0ce7' };
  const kind = hidKind(descriptor).kind;
  return {
    ...{ folder, roots, wanted, plug, unplug },
    find: () => findHid(wanted, (bytes) => hidKind(bytes).kind === kind, roots),
    report: (bytes) => write(0, bytes),
    events: (bytes) => write(1, bytes),
    inhibited: (n = 0) => readFileSync(join(input(numbers[n] ?? 0), 'inhibited'), 'utf8').trim(),
    uninhibit: () => writeFileSync(join(input(numbers[0] ?? 0), 'inhibited'), '0\n'),
    close() {
      unplug();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
