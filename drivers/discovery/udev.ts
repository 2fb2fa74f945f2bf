import type { Device } from './survey.js';

/** What a rule is written for: a device that is plugged into USB, by its model. */
export type UdevDevice = {
  readonly vid: string;
  readonly pid: string;
  /** In a comment of the file. */
  readonly what: string;
  readonly attachment: Device['attachment'];
};

const HEX = /^[0-9a-f]{4}$/;
const groups = { raw: 'input', serial: 'dialout' } as const;

/** One line, of harmless characters: a product's name is whatever its maker, or a forger, wrote. */
const comment = (text: string): string => `# ${text.replace(/[^\w /.,:()+-]/g, '?').slice(0, 80)}`;

function rulesOf({ vid, pid, what, attachment }: UdevDevice): string[] {
  const model = `ATTRS{idVendor}=="${vid}", ATTRS{idProduct}=="${pid}"`;
  const own = `ATTR{idVendor}=="${vid}", ATTR{idProduct}=="${pid}"`;
  const lines = [comment(`${vid}:${pid} ${what}`)];
  const add = (rule: string) => lines.push(`ACTION!="remove", ${rule}`);
  if (attachment === 'keyboard') {
    // Not as ATTR on the same match: a kernel before 5.11 has no such file, and udev would log a fault each time.
    // The agent repeats it at each opening, which it needs the right to.
    const right = `RUN+="/bin/chgrp ${groups.raw} /sys%p/inhibited", RUN+="/bin/chmod 664 /sys%p/inhibited"`;
    add(`SUBSYSTEM=="input", KERNEL=="input[0-9]*", ${model}, TEST=="inhibited", ATTR{inhibited}="1", ${right}`);
    add(
      `SUBSYSTEM=="input", KERNEL=="event[0-9]*", ${model}, ENV{LIBINPUT_IGNORE_DEVICE}="1", GROUP="${groups.raw}", MODE="0660"`,
    );
  }
  if (attachment === 'keyboard' || attachment === 'hid-pos')
    add(`SUBSYSTEM=="hidraw", ${model}, GROUP="${groups.raw}", MODE="0660"`);
  if (attachment === 'cdc' || attachment === 'usb-serial') {
    add(`SUBSYSTEM=="tty", ${model}, GROUP="${groups.serial}", MODE="0660"`);
    // ModemManager asks the device, and older ones each node of it.
    add(`SUBSYSTEM=="usb|tty", ${model}, ENV{ID_MM_DEVICE_IGNORE}="1"`);
  }
  add(`SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ${own}, TEST=="power/control", ATTR{power/control}="on"`);
  return lines;
}

/** A file for /etc/udev/rules.d: one paragraph a model. What is no vendor and product in hex is left out. */
export function udevRules(devices: readonly UdevDevice[]): string {
  const models = devices.filter(({ vid, pid }) => HEX.test(vid) && HEX.test(pid));
  const key = ({ vid, pid }: UdevDevice) => `${vid}:${pid}`;
  const each = models.filter((device, i) => models.findIndex((other) => key(other) === key(device)) === i);
  const head =
    '# Devices of a Quietzone kiosk, written by `quietzone devices --udev`: /etc/udev/rules.d/99-quietzone.rules';
  return `${[head, ...each.flatMap((device) => ['', ...rulesOf(device)])].join('\n')}\n`;
}
