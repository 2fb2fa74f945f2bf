import { readFileSync } from 'node:fs';
import { parse } from 'smol-toml';

/** For each table: the key that chooses, and of the keys that only some choices look at, which these are. */
type Chosen = {
  readonly by: string;
  readonly preset?: string;
  readonly of: Readonly<Record<string, readonly string[]>>;
};

const mdb = ['mdb'];
const pulse = ['pulse'];
const onBus = ['ssd1306', 'sh1106', 'hd44780'];
const placed = { path: mdb, usb: mdb, usb_serial: mdb, usb_port: mdb };
const bus = { baud_rate: mdb, dialect: mdb, address: mdb, session: mdb, currency: mdb, scale: mdb };
const pulsed = { output: pulse, pulse_ms: pulse, tolerance_ms: pulse, sensor: pulse };

export const chosen: Readonly<Record<string, Chosen>> = {
  actuator: {
    by: 'kind',
    of: { result: ['virtual'], delay_ms: ['virtual'], limit_ms: ['app', 'mdb'], ...pulsed, ...placed, ...bus },
  },
  display: {
    by: 'kind',
    preset: 'web',
    of: {
      ...{ i2c_bus: onBus, i2c_address: onBus, framebuffer: ['framebuffer'] },
      ...{ columns: ['hd44780'], rows: ['hd44780'], wiring: ['hd44780'] },
    },
  },
  indicator: { by: 'kind', preset: 'web', of: { outputs: ['lamps'], patterns: ['lamps'] } },
  buttons: { by: 'kind', preset: 'screen', of: { link: ['lines'], pay: ['lines'] } },
  order: { by: 'mode', preset: 'api', of: { amount: ['fixed'], currency: ['fixed'], reference: ['fixed'] } },
  scanner: {
    by: 'kind',
    of: {
      ...{ baud_rate: ['serial'], probe_ms: ['serial'], usb_reset: ['serial'] },
      ...{ profile: ['serial', 'hid-pos'], commands: ['serial', 'hid-pos'] },
    },
  },
};

/**
 * Keys of a valid config that nothing looks at, such as a relay beside `kind = "app"`. No fault: a kiosk may be tried
 * without one of its devices. But who wrote them waits for what never comes.
 */
export function idleNotes(text: string): readonly string[] {
  const raw = parse(text) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  return Object.entries(chosen).flatMap(([name, { by, preset, of }]) => {
    const table = raw[name] ?? {};
    const choice = String(table[by] ?? preset);
    return Object.entries(of)
      .filter(([key, kinds]) => table[key] !== undefined && !kinds.includes(choice))
      .map(([key, kinds]) => {
        const needed = kinds.map((kind) => `"${kind}"`).join(', ');
        return `${name}.${key}: not used, as ${by} is "${choice}"; it is for ${needed}`;
      });
  });
}

export const idleNotesOf = (file: string): readonly string[] => idleNotes(readFileSync(file, 'utf8'));
