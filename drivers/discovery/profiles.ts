import type { UsbIdentity } from './usb-tree.js';

/** Names of the serial scanner's profiles, as the config's `scanner.profile` takes them. */
export type ProfileName =
  | 'generic'
  | 'gm65'
  | 'de2120'
  | 'honeywell'
  | 'zebra-ssi'
  | 'newland'
  | 'datalogic'
  | 'opticon';

export type KnownMaker = {
  readonly vid: string;
  readonly maker: string;
  readonly profile: ProfileName;
  /** Models that were seen; others of the maker are taken for scanners too, as a model's PID changes with its mode. */
  readonly pids: readonly string[];
  /** What the maker's manual calls the code that makes a serial line of it. Not read from each manual here. */
  readonly serialCode?: string;
};

/** Makers of scanners by USB vendor, from public code: a hint for the technician, never the reason to open a device. */
export const scannerMakers: readonly KnownMaker[] = [
  {
    vid: '0c2e',
    maker: 'Honeywell/Metrologic',
    profile: 'honeywell',
    pids: ['0206', '0720', '0901', '0b01', '0ca1', '0caa', '0ccf', '0cd4', '1007', '1014', '10d3'],
    serialCode: 'USB Serial',
  },
  { vid: '05e0', maker: 'Zebra/Symbol', profile: 'zebra-ssi', pids: ['1200', '1701'], serialCode: 'USB CDC Host' },
  { vid: '05f9', maker: 'Datalogic', profile: 'datalogic', pids: ['2514', '4204', '221c'], serialCode: 'USB-COM-STD' },
  { vid: '1eab', maker: 'Newland', profile: 'newland', pids: ['1d06', '0c06', '8306', '0010'], serialCode: 'USB CDC' },
  { vid: '065a', maker: 'Opticon', profile: 'opticon', pids: ['0009'], serialCode: 'USB-VCP' },
  { vid: '067e', maker: 'Intermec', profile: 'generic', pids: ['0809'] },
  { vid: '1fbb', maker: 'Cino', profile: 'generic', pids: ['3850'] },
  { vid: '2745', maker: 'Unitech', profile: 'generic', pids: ['300a'] },
  { vid: '27dd', maker: 'Mindeo', profile: 'generic', pids: ['0002'] },
  { vid: '2dd6', maker: 'Mertech/Mercury', profile: 'generic', pids: ['0261', '21ca', '228a', '2a6a'] },
  { vid: '34eb', maker: 'MINJCODE and other cheap ones', profile: 'generic', pids: ['1502'] },
  { vid: '324f', maker: 'Sunmi', profile: 'generic', pids: ['0022', '00c1'] },
];

/** Chips that sit in scanners and in anything else: what hangs on them only a person knows. */
export const genericChips: Readonly<Record<string, string>> = {
  '1a86': 'CH340 or another chip of WCH',
  '0483': 'chip of ST (virtual COM port)',
  '28e9': 'chip of GigaDevice (GD32)',
  '0525': 'Linux gadget',
  '0416': 'chip of Winbond',
  '10c4': 'CP210x of Silicon Labs',
  '0403': 'chip of FTDI',
  '067b': 'PL2303 of Prolific',
};

export type Likely = {
  readonly maker: string;
  readonly profile: ProfileName;
  /** False: a chip that may be in anything. */
  readonly scanner: boolean;
  /** This very model was seen as a scanner elsewhere. */
  readonly known: boolean;
  readonly serialCode?: string;
};

export function likelyOf({ vid, pid }: Pick<UsbIdentity, 'vid' | 'pid'>): Likely | undefined {
  const found = scannerMakers.find((entry) => entry.vid === vid);
  if (found !== undefined) {
    const { maker, profile, pids, serialCode } = found;
    const known = pids.includes(pid);
    return { maker, profile, scanner: true, known, ...(serialCode === undefined ? {} : { serialCode }) };
  }
  const chip = genericChips[vid];
  return chip === undefined ? undefined : { maker: chip, profile: 'generic', scanner: false, known: false };
}
