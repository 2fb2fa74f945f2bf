import type { Finding } from '../../drivers/discovery/finding.js';
import type { Device, Survey } from '../../drivers/discovery/survey.js';
import type { Resolved } from '../../drivers/discovery/wanted.js';

/** Of the JSON document: a change that a reader must heed makes it one more. */
const VERSION = 1;

function deviceReport(device: Device, wanted: readonly Resolved[] | undefined) {
  const { id, attachment, usb, likely, proposal } = device;
  const identity = usb ?? device.nodes.find((node) => node.usb !== undefined)?.usb;
  const configured = wanted?.find((one) => one.device?.id === id)?.name;
  const { vid, pid, port, serial } = identity ?? {};
  return {
    id,
    attachment,
    ...(identity === undefined ? {} : { usb: { vid, pid, port, serial, maker: usb?.maker, product: usb?.product } }),
    ...(likely === undefined ? {} : { likely: likely.maker }),
    nodes: device.nodes.map(({ kind, path, driver, inhibited }) => ({ kind, path, driver, inhibited })),
    ...(proposal === undefined ? {} : { proposal }),
    ...(configured === undefined ? {} : { configured }),
  };
}

/** What `--json` prints; agent/cli/README.md says what each key means. */
export function reportOf(
  { usb, devices, lines }: Survey,
  wanted: readonly Resolved[] | undefined,
  findings: readonly Finding[],
) {
  return {
    version: VERSION,
    usb,
    devices: devices.map((device) => deviceReport(device, wanted)),
    lines: {
      gpio: lines.gpio.map(({ name, label, lines: count, base }) => ({ name, label, lines: count, base })),
      gpioSysfs: lines.gpioSysfs,
      i2c: lines.i2c.map(({ name, label }) => ({ name, label })),
      leds: lines.leds,
      pwm: lines.pwm,
      framebuffers: lines.framebuffers,
    },
    findings,
  };
}
export type Report = ReturnType<typeof reportOf>;

/** A device names itself, and may name itself with what moves the cursor. */
const plain = (text: string): string => text.replace(/\p{C}/gu, '?');

/** Columns as wide as their longest word. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((word, i) => word.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function rowOf({ id, attachment, usb, likely, nodes, proposal, configured }: Report['devices'][number]): string[] {
  const ids = usb === undefined ? '-' : `${usb.vid}:${usb.pid}`;
  const names = [likely, usb?.product].filter((name) => name !== undefined).map(plain);
  const fits = proposal === undefined ? '-' : `${proposal.driver}, ${proposal.profile}${proposal.claim ? '' : ' ?'}`;
  const path = proposal?.path ?? nodes[0]?.path ?? '-';
  return [id, attachment, ids, names.join(': ') || '-', fits, path, configured === undefined ? '' : `[${configured}]`];
}

function linesAsText({ gpio, i2c, leds, pwm, framebuffers }: Report['lines']): string[] {
  const chips = gpio.map(
    ({ name, label, lines }) => `${label ?? name}${lines === undefined ? '' : ` (${lines} lines)`}`,
  );
  const rows: [string, readonly string[]][] = [
    ['gpio', chips],
    ['i2c', i2c.map(({ name }) => name)],
    ['leds', leds],
    ['pwm', pwm.map(({ name, channels }) => `${name} (${channels})`)],
    ['screens', framebuffers.map(({ name, label }) => (label === undefined ? name : `${name} (${label})`))],
  ];
  return rows
    .filter(([, names]) => names.length > 0)
    .map(([kind, names]) => `${kind.padEnd(8)}  ${names.map(plain).join(', ')}`);
}

const findingAsText = ({ severity, device, code, found, remedy }: Finding): string[] => [
  `${severity}  ${code}${device === undefined ? '' : `  ${device}`}: ${plain(found)}`,
  `       ${plain(remedy)}`,
];

/** The same for people. */
export function devicesAsText({ usb, devices, lines, findings }: Report): string {
  const head = ['device', 'attached', 'usb', 'what', 'driver, profile', 'path', ''];
  const table = devices.length === 0 ? [] : columns([head, ...devices.map(rowOf)]);
  const onUsb = devices.some((device) => device.usb !== undefined);
  const none = usb ? 'no device on USB' : 'no USB here: none in this machine, or none shown to this container';
  const wrong = findings.filter(({ severity }) => severity === 'wrong').length;
  const end = wrong === 0 ? 'nothing wrong' : `${wrong} wrong`;
  const parts = [table, onUsb ? [] : [none], linesAsText(lines), findings.flatMap(findingAsText), [end]];
  return `${parts.flat().join('\n')}\n`;
}
