import type { Survey } from './survey.js';
import type { Resolved } from './wanted.js';

/** `wrong`: the kiosk will not work, or leaks. `note`: a technician should know; nothing must be done now. */
export type Finding = {
  readonly code: FindingCode;
  readonly severity: 'wrong' | 'note';
  /** Of which device: its `id`, such as "1-1.3" or "ttyAMA0". */
  readonly device?: string;
  readonly found: string;
  readonly remedy: string;
};

export const findingCodes = [
  'not-there',
  'not-named',
  'other-kind',
  'no-rights',
  'no-node',
  'no-driver',
  'keyboard-mode',
  'twins',
  'in-use',
  'login-prompt',
  'kernel-console',
  'modem-manager',
  'brltty',
  'autosuspend',
  'gpio-base',
  'gpio-sysfs',
  'i2c-dev',
  'not-built',
  'no-line',
] as const;
export type FindingCode = (typeof findingCodes)[number];

/** Whose rights are looked at. */
export type Who = { readonly uid: number; readonly gids: readonly number[] };

/** Everything that a finding is made from. */
export type Look = {
  readonly survey: Survey;
  /** What the config names; undefined: there was none, so nothing is missing or left over. */
  readonly wanted: readonly Resolved[] | undefined;
  /** What the config's other devices need. */
  readonly uses: { readonly gpio: boolean; readonly i2c: boolean };
  readonly who: Who;
  /** Whether a process that holds a device is the kiosk itself. */
  readonly own: (command: string) => boolean;
};
