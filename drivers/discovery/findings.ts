import { deviceFindings } from './device-findings.js';
import type { Finding, Look } from './finding.js';
import type { Device } from './survey.js';

const BUILD = 'npm rebuild epoll i2c-bus --ignore-scripts=false';

function missing({ wanted = [], survey }: Look): Finding[] {
  return wanted
    .filter(({ there }) => !there)
    .map(({ name, words }) => {
      const alike = survey.devices.filter(({ proposal }) => proposal?.claim === true).map(({ id }) => id);
      const hint = alike.length === 0 ? 'see cable and power (dmesg)' : `or name one that is: ${alike.join(', ')}`;
      return {
        code: 'not-there',
        severity: 'wrong',
        found: `[${name}] names ${words}, and no such device is there`,
        remedy: `plug it in, ${hint}`,
      };
    });
}

/** A scanner that was switched to another mode since, or a path of the wrong node. */
function otherKind({ wanted = [] }: Look): Finding[] {
  return wanted.flatMap(({ name, words, driver, device }): Finding[] => {
    const fitting = device?.proposal?.driver;
    if (device === undefined || fitting === undefined || fitting === driver) return [];
    return [
      {
        code: 'other-kind',
        severity: 'wrong',
        device: device.id,
        found: `[${name}] reads ${words} as "${driver}", and it is attached as "${fitting}"`,
        remedy: `kind = "${fitting}" in [${name}] with path ${device.proposal?.path}, or switch its mode back by the code of its manual`,
      },
    ];
  });
}

/** There, surely a scanner, and the config says nothing of it. */
function leftOver({ wanted, survey }: Look): Finding[] {
  if (wanted === undefined) return [];
  const left = survey.devices.filter(
    ({ id, likely, proposal }) =>
      (likely?.scanner === true || proposal?.claim === true) && !wanted.some(({ device }) => device?.id === id),
  );
  return left.map(({ id, likely }) => ({
    code: 'not-named',
    severity: 'note',
    device: id,
    found: `a device of ${likely?.maker ?? 'unknown make'} is there, and the config does not name it`,
    remedy: 'name it under [scanner], or unplug it',
  }));
}

const sameModel = (a: Device, b: Device): boolean =>
  a.usb !== undefined && a.usb.vid === b.usb?.vid && a.usb.pid === b.usb?.pid && a.usb.serial === b.usb?.serial;

/** Two of one model without serial numbers, or with the same: by-id names only one of them. */
function twins({ survey, wanted }: Look): Finding[] {
  const { devices } = survey;
  return devices.flatMap((device, i): Finding[] => {
    const others = devices.slice(i + 1).filter((other) => sameModel(device, other));
    const first = !devices.slice(0, i).some((other) => sameModel(device, other));
    const matters = device.proposal !== undefined && (device.likely !== undefined || wanted !== undefined);
    const { usb } = device;
    if (others.length === 0 || !first || !matters || usb === undefined) return [];
    const ports = [device, ...others].map(({ id }) => id).join(' and ');
    const byPort = wanted?.some((one) => one.usb?.port !== undefined || one.path?.includes('/by-path/')) === true;
    return [
      {
        code: 'twins',
        severity: byPort ? 'note' : 'wrong',
        device: device.id,
        found: `${usb.vid}:${usb.pid} is there more than once and has no serial number of its own: ports ${ports}`,
        remedy: 'name the port, or a path below /dev/serial/by-path: names below by-id stand for whichever came last',
      },
    ];
  });
}

function gpio({ survey, uses }: Look): Finding[] {
  const { gpio: chips, gpioSysfs } = survey.lines;
  if (chips.length === 0) return [];
  if (!gpioSysfs) {
    const severity = uses.gpio ? 'wrong' : 'note';
    const remedy = 'use lamps as LEDs of the kernel (dtoverlay=gpio-led), or a kernel with CONFIG_GPIO_SYSFS';
    return [
      { code: 'gpio-sysfs', severity, found: 'there are GPIO chips, and no /sys/class/gpio (onoff needs it)', remedy },
    ];
  }
  const moved = chips.filter(
    ({ label, base }) => label?.startsWith('pinctrl-') === true && base !== undefined && base > 0,
  );
  return moved.map(({ label, base }) => ({
    code: 'gpio-base',
    severity: 'note',
    found: `line 0 of ${label} has the number ${base} in /sys/class/gpio`,
    remedy: `nothing for this agent, which looks the chip up by its label; another program must add ${base}`,
  }));
}

function i2c({ survey, uses }: Look): Finding[] {
  const { i2c: buses } = survey.lines;
  const severity = uses.i2c ? 'wrong' : 'note';
  if (buses.length === 0) {
    if (!uses.i2c) return [];
    const remedy = 'dtparam=i2c_arm=on in config.txt (raspi-config), and start anew';
    return [{ code: 'i2c-dev', severity, found: 'there is no I2C bus', remedy }];
  }
  const shut = buses.filter(({ owner }) => owner === undefined);
  if (shut.length < buses.length) return [];
  const found = `there are I2C buses (${buses.map(({ name }) => name).join(', ')}), and no node in /dev`;
  return [
    {
      code: 'i2c-dev',
      severity,
      found,
      remedy: 'modprobe i2c-dev; for each start: echo i2c-dev > /etc/modules-load.d/i2c.conf',
    },
  ];
}

function notBuilt({ survey, uses }: Look): Finding[] {
  const needed = { epoll: uses.gpio, 'i2c-bus': uses.i2c };
  return survey.notBuilt.map((name) => ({
    code: 'not-built',
    severity: needed[name] ? 'wrong' : 'note',
    found: `the package ${name} does not load`,
    remedy: `${BUILD} (needs a compiler): without it there is no ${name === 'epoll' ? 'GPIO by onoff' : 'display on I2C'}`,
  }));
}

/** Everything that is wrong, or that a technician should know: what is wrong comes first. */
export function findingsOf(look: Look): readonly Finding[] {
  const found = [
    ...missing(look),
    ...otherKind(look),
    ...look.survey.devices.flatMap((device) => deviceFindings(device, look)),
    ...twins(look),
    ...leftOver(look),
    ...gpio(look),
    ...i2c(look),
    ...notBuilt(look),
  ];
  return [...found.filter(({ severity }) => severity === 'wrong'), ...found.filter((f) => f.severity === 'note')];
}
