import { systemClock } from '../../drivers/clock.js';
import type { Display } from '../../drivers/contract/display.js';
import { FramebufferDisplay } from '../../drivers/display/framebuffer.js';
import { LcdDisplay } from '../../drivers/display/hd44780.js';
import { OledDisplay } from '../../drivers/display/ssd1306.js';
import { TerminalDisplay } from '../../drivers/display/terminal.js';
import { VirtualDisplay } from '../../drivers/display/virtual.js';
import { WebDisplay } from '../../drivers/display/web.js';
import { KernelI2cBus } from '../../drivers/i2c/bus.js';
import type { WebFront } from '../../drivers/web/front.js';
import type { Config } from '../config/config.js';

/** Where these are sold to answer. */
const OLED_ADDRESS = 0x3c;
const LCD_ADDRESS = 0x27;

export function displayOf(config: Config['display'], web: WebFront): Display {
  const { kind, qrModulesMost, i2cBus, i2cAddress, columns, rows, wiring } = config;
  const most = qrModulesMost === undefined ? {} : { qrModulesMost };
  const clock = systemClock;
  switch (kind) {
    case 'web':
      return new WebDisplay(web, qrModulesMost);
    case 'virtual':
      return new VirtualDisplay();
    case 'terminal':
      return new TerminalDisplay({ output: process.stderr, ...most });
    case 'framebuffer':
      return new FramebufferDisplay({ name: config.framebuffer, clock, ...most });
    case 'hd44780': {
      const bus = new KernelI2cBus({ path: i2cBus });
      return new LcdDisplay({ bus, address: i2cAddress ?? LCD_ADDRESS, clock, columns, rows, wiring });
    }
    default: {
      const bus = new KernelI2cBus({ path: i2cBus });
      return new OledDisplay({ chip: kind, bus, address: i2cAddress ?? OLED_ADDRESS, clock, ...most });
    }
  }
}
