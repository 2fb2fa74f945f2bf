import type { ScannerWord } from '../../contract/scanner.js';
import type { Reader } from './reader.js';

export const profileNames = [
  'generic',
  'gm65',
  'de2120',
  'honeywell',
  'zebra-ssi',
  'newland',
  'datalogic',
  'opticon',
] as const;
export type ProfileName = (typeof profileNames)[number];

export type Command = {
  readonly bytes: Uint8Array;
  /** The scanner says something to it: yes, no, or a value. Nothing else is proof that it heard. */
  readonly answered: boolean;
};

/** Ask first, write only what differs: a setting that is right is not written again. */
export type ConfigureStep = {
  readonly ask: Command;
  readonly next?: (answer: Uint8Array) => Command | undefined;
};

/** What a family of scanners understands and says. Data: it holds nothing, so one serves any number of scanners. */
export type Profile = {
  readonly name: ProfileName;
  readonly words: Readonly<Partial<Record<ScannerWord, Command>>>;
  /** Asked while codes are wanted, and while they are not: the same question where there is one without a side effect. */
  readonly probe?: { readonly enabled: Command; readonly disabled: Command };
  /** `enable` is a trigger that ends by itself, after a read or after this time, ms: then it is pulled again. */
  readonly rearmMs?: number;
  /** Words after which the scanner reads no more until `enable` is said again. */
  readonly deafAfter?: readonly ScannerWord[];
  /** Said at each opening, none of it kept by the scanner beyond its next power cut. */
  readonly configure?: readonly ConfigureStep[];
  /** Longest wait for an answer, ms. */
  readonly answerMs: number;
  /** Silence after which the beginning of an answer was none, ms; never longer than half the gap that ends a code. */
  readonly holdMs: number;
  /** Codes are packets too: what is held is the beginning of one and no text, and waits `holdMs` whatever the gap. */
  readonly packets?: boolean;
  /** Pause between the bytes of a command, ms; 0: none. */
  readonly paceMs: number;
  readonly reader: () => Reader;
};

export const asked = (bytes: Uint8Array): Command => ({ bytes, answered: true });
export const said = (bytes: Uint8Array): Command => ({ bytes, answered: false });
export const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');
