import type { Screen } from '../../../drivers/contract/display.js';
import { KernelI2cBus } from '../../../drivers/i2c/bus.js';
import { type Panel, panelOn } from '../panels.js';
import { say, told } from './say.js';

/** Runs in the guest: one display driver on /dev/i2c-1; each line that it is told is a screen to show. */

const panel = JSON.parse(process.argv[2] ?? '{}') as Panel;
const bus = new KernelI2cBus({ path: '/dev/i2c-1' });
const display = panelOn(bus, panel);
await display.start({ onFault: (fault) => say({ fault }), onWell: () => say({ fault: null }) });
say({ ready: true });

for await (const line of told()) display.show(JSON.parse(line) as Screen);
await display.stop();
await bus.close();
process.exit(0);
