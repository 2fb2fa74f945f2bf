import * as v from 'valibot';
import { profileNames } from '../../../drivers/scanner/profile/profile.js';
import { MARKET_PATTERN } from '../../../protocol/issuer-table/table.js';
import { DUPLICATE_WINDOW_DEFAULT_MS } from '../../decode/duplicates.js';
import { type TerminatorName, terminatorBytes } from '../../decode/framer.js';
import { duration, flag, line, listOf, oneOf, whole } from '../values.js';
import { placeOfDevice } from './places.js';

const names = Object.keys(terminatorBytes) as TerminatorName[];
const marketRule = '"global" or a country in two lower-case letters, such as "tw"';
/** [scanner] */
export const scanner = v.object({
  kind: oneOf(['serial', 'hid-pos', 'hid-keyboard', 'virtual']),
  ...placeOfDevice,
  usb_reset: flag(false),
  profile: v.optional(oneOf(profileNames), 'generic'),
  commands: flag(true),
  probe_ms: duration(10_000, 1_000, 600_000),
  baud_rate: v.optional(whole(300, 4_000_000), 9_600),
  terminators: v.optional(listOf(names, 0), ['cr', 'lf']),
  prefix: v.optional(oneOf(['none', 'stx']), 'none'),
  gap_ms: duration(50, 20, 1_000),
  min_length: v.optional(whole(1, 512), 12),
  market: v.optional(v.pipe(v.string(marketRule), v.regex(MARKET_PATTERN, marketRule)), 'global'),
  issuer_table_file: v.exactOptional(line(4_096, 'a path')),
  duplicate_window_ms: duration(DUPLICATE_WINDOW_DEFAULT_MS, 0, 60_000),
});
