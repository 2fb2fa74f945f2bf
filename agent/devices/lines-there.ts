import { join } from 'node:path';
import type { Finding } from '../../drivers/discovery/finding.js';
import { pwmChip } from '../../drivers/output/pwm.js';
import { isThere, namesIn, readText } from '../../drivers/sysfs/files.js';
import { lineNumber } from '../../drivers/sysfs/gpio.js';
import type { Config } from '../config/config.js';

/** What `devices --config` says of lines: looked for in the drivers' own way, and nothing is switched or exported. */

type Place = {
  readonly backEnd: 'led' | 'pwm' | 'gpio' | 'johnny-five' | 'framebuffer';
  readonly led?: string | undefined;
  readonly chip?: string | undefined;
  readonly line?: number | undefined;
  readonly channel?: number | undefined;
  readonly expander?: string | undefined;
};
type Named = { readonly key: string; readonly place: Place };

function named({ indicator, actuator, buttons, display }: Config): readonly Named[] {
  const lamps = indicator.kind === 'lamps' ? (indicator.outputs ?? []) : [];
  const found: Named[] = lamps.map((place, i) => ({ key: `indicator.outputs[${i}]`, place }));
  if (actuator.kind === 'pulse') {
    if (actuator.output) found.push({ key: 'actuator.output', place: actuator.output });
    if (actuator.sensor) found.push({ key: 'actuator.sensor', place: { backEnd: 'gpio', ...actuator.sensor } });
  }
  if (buttons.kind === 'lines') {
    for (const name of ['link', 'pay'] as const) {
      const button = buttons[name];
      if (button) found.push({ key: `buttons.${name}`, place: { backEnd: 'gpio', ...button } });
    }
  }
  if (display.kind === 'framebuffer')
    found.push({ key: 'display.framebuffer', place: { backEnd: 'framebuffer', led: display.framebuffer } });
  return found;
}

type Fault = { readonly found: string; readonly remedy: string };

const listed = async (folder: string): Promise<string> =>
  (await namesIn(folder, /./).catch(() => [])).join(', ') || 'none';

async function ofClass(sysRoot: string, name: string, what: string, overlay: string): Promise<Fault | undefined> {
  const folder = join(sysRoot, 'class', what === 'LED' ? 'leds' : 'graphics');
  if (await isThere(join(folder, name))) return undefined;
  const remedy = `${overlay} in config.txt and a new start, or the name of one that is there: ${await listed(folder)}`;
  return { found: `no ${what} "${name}" is there`, remedy };
}

async function ofPwm(sysRoot: string, chip: string | undefined, channel: number): Promise<Fault | undefined> {
  const channels = Number(await readText(join(await pwmChip(sysRoot, chip), 'npwm')));
  if (channel < channels) return undefined;
  return { found: `found channel ${channel}, the chip has ${channels}`, remedy: `channel: 0 to ${channels - 1}` };
}

async function faultOf(sysRoot: string, { backEnd, led = '', chip, line, channel, expander }: Place) {
  if (backEnd === 'led') return ofClass(sysRoot, led, 'LED', `dtoverlay=gpio-led,gpio=N,label=${led}`);
  if (backEnd === 'framebuffer') return ofClass(sysRoot, led, 'framebuffer', "the panel's dtoverlay");
  if (backEnd === 'pwm') return ofPwm(sysRoot, chip, channel ?? 0);
  // A pin of an expander is no line of the kernel's; its bus is looked at by itself.
  if (expander === undefined && line !== undefined)
    await lineNumber(sysRoot, chip === undefined ? { line } : { chip, line });
  return undefined;
}

/** Of each line, LED, PWM channel and framebuffer that the config names and that is not there; all `wrong`. */
export async function lineFindings(config: Config, sysRoot: string): Promise<readonly Finding[]> {
  const looks = named(config).map(async ({ key, place }): Promise<readonly Finding[]> => {
    const remedy =
      'chip: a label (PWM: a device) that is there, or none where it is the only one; line: below its count';
    const fault = await faultOf(sysRoot, place).catch(({ message }: Error) => ({ found: message, remedy }));
    if (!fault) return [];
    return [{ code: 'no-line', severity: 'wrong', found: `${key}: ${fault.found}`, remedy: fault.remedy }];
  });
  return (await Promise.all(looks)).flat();
}
