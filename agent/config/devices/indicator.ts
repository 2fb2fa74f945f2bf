import * as v from 'valibot';
import { oneOf } from '../values.js';

/** [indicator] */
export const indicator = v.object({ kind: v.optional(oneOf(['web', 'virtual']), 'web') });
