import * as v from 'valibot';
import { languages } from '../../presentation/catalogue/index.js';
import { line, listOf, oneOf, whole } from '../values.js';

/** Of version 40, the largest there is. */
const QR_MODULES_MOST = 177;

const nameRule = 'a name in /sys/class/graphics, such as "fb1", without "/"';

/** [display] */
export const display = v.object({
  kind: v.optional(oneOf(['web', 'terminal', 'virtual', 'ssd1306', 'sh1106', 'hd44780', 'framebuffer']), 'web'),
  languages: v.optional(listOf(languages, 1), ['en', 'zh']),
  contact: v.exactOptional(line(40)),
  qr_modules_most: v.exactOptional(whole(0, QR_MODULES_MOST)),
  i2c_bus: v.optional(line(64, 'a path'), '/dev/i2c-1'),
  i2c_address: v.exactOptional(whole(0x03, 0x77)),
  columns: v.optional(whole(16, 20), 16),
  rows: v.optional(whole(2, 4), 2),
  wiring: v.optional(oneOf(['common', 'mjkdz']), 'common'),
  framebuffer: v.optional(v.pipe(v.string(nameRule), v.regex(/^[\w-]{1,32}$/, nameRule)), 'fb1'),
});
