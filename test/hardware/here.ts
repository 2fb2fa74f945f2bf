import { inject } from 'vitest';
import { findPrograms, type Programs } from '../support/services.js';
import { Lab } from './lab.js';

/** The lab that `setup.ts` has booted. */
const { brokerPort, why } = inject('lab');
const programs = findPrograms();

export { brokerPort };
export const noLab = why !== undefined;
export const lab = new Lab([brokerPort]);
export const noOutside = noLab || 'missing' in programs;

if ('missing' in programs && process.env['QUIETZONE_REQUIRE_SERVICES'] === '1')
  throw new Error(`hardware: ${programs.missing}`);

export function outsidePrograms(): Programs {
  if ('missing' in programs) throw new Error(programs.missing);
  return programs;
}
