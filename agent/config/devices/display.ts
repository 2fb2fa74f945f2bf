import * as v from 'valibot';
import { languages } from '../../presentation/catalogue/index.js';
import { line, listOf, oneOf, whole } from '../values.js';

/** Of version 40, the largest there is. */
const QR_MODULES_MOST = 177;

/** [display] */
export const display = v.object({
  kind: v.optional(oneOf(['web', 'terminal', 'virtual']), 'web'),
  languages: v.optional(listOf(languages, 1), ['en', 'zh']),
  contact: v.exactOptional(line(40)),
  qr_modules_most: v.exactOptional(whole(0, QR_MODULES_MOST)),
});
