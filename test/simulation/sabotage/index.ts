export { findSabotage, listSabotages, runSabotaged, type Sabotaged, type SabotageOptions } from './run.js';
export type { Sabotage } from './types.js';
