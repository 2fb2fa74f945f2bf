// What [display] may say.
import { expect, it } from 'vitest';
import { parseConfig } from '../../../../agent/config/load.js';

const config = (display: string) =>
  parseConfig(
    `[kiosk]\nname = "k1"\n[broker]\nurl = "mqtt://127.0.0.1:1883"\n[journal]\ndirectory = "j"\n[scanner]\nkind = "virtual"\n[actuator]\nkind = "virtual"\n[display]\nkind = "framebuffer"\n${display}`,
    'kiosk.toml',
  );

it('a framebuffer is meant by its name below /sys, not by its node in /dev', () => {
  expect(config('framebuffer = "fb0"').display.framebuffer).toBe('fb0');
  expect(() => config('framebuffer = "/dev/fb0"')).toThrow(
    /display\.framebuffer: found text "\/dev\/fb0", expected a name in \/sys\/class\/graphics, such as "fb1", without "\/"/,
  );
});
