import type { OutputPlace, OutputSettings } from '../../drivers/output/outputs.js';

/** The kernel's files and what reads its GPIO lines: this machine's, but in tests. */
export type LineSystem = Partial<Pick<OutputSettings, 'sysRoot' | 'load'>>;

type PlaceConfig = {
  readonly backEnd: 'led' | 'pwm' | 'gpio';
  readonly led?: string;
  readonly chip?: string;
  readonly line?: number;
  readonly channel?: number;
  readonly activeLow: boolean;
};

/** @param at the config's key, for the fault that the rules have passed over */
export function placeOf(at: string, { backEnd, led, chip, line, channel = 0, activeLow }: PlaceConfig): OutputPlace {
  const where = chip === undefined ? {} : { chip };
  if (backEnd === 'pwm') return { backEnd, channel, ...where };
  if (backEnd === 'led' && led !== undefined) return { backEnd, led };
  if (backEnd === 'gpio' && line !== undefined) return { backEnd, line, activeLow, ...where };
  throw new Error(`${at}: found an output without its line, expected one that the rules have passed`);
}
