import { expect, it } from 'vitest';
import { udevRules } from '../../../../drivers/discovery/udev.js';

const zebra = { vid: '05e0', pid: '1701', what: 'Zebra' } as const;
const rules = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

it('a scanner that types is passed over by the kernel, by its very model, and may be read raw', () => {
  const text = udevRules([{ ...zebra, attachment: 'keyboard' }]);
  expect(rules(text)).toEqual([
    'ACTION!="remove", SUBSYSTEM=="input", KERNEL=="input[0-9]*", ATTRS{idVendor}=="05e0", ATTRS{idProduct}=="1701", TEST=="inhibited", ATTR{inhibited}="1", RUN+="/bin/chgrp input /sys%p/inhibited", RUN+="/bin/chmod 664 /sys%p/inhibited"',
    'ACTION!="remove", SUBSYSTEM=="input", KERNEL=="event[0-9]*", ATTRS{idVendor}=="05e0", ATTRS{idProduct}=="1701", ENV{LIBINPUT_IGNORE_DEVICE}="1", GROUP="input", MODE="0660"',
    'ACTION!="remove", SUBSYSTEM=="hidraw", ATTRS{idVendor}=="05e0", ATTRS{idProduct}=="1701", GROUP="input", MODE="0660"',
    'ACTION!="remove", SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ATTR{idVendor}=="05e0", ATTR{idProduct}=="1701", TEST=="power/control", ATTR{power/control}="on"',
  ]);
});

it.each([
  ['cdc', true, false],
  ['usb-serial', true, false],
  ['hid-pos', false, true],
  ['no-driver', false, false],
] as const)('%s: a line and no modem %s, raw reports %s, never silenced, never asleep', (attachment, line, raw) => {
  const text = udevRules([{ ...zebra, attachment }]);
  expect(text.includes('ID_MM_DEVICE_IGNORE')).toBe(line);
  expect(text.includes('GROUP="dialout"')).toBe(line);
  expect(text.includes('SUBSYSTEM=="hidraw"')).toBe(raw);
  expect(text).not.toContain('inhibited');
  expect(text).toContain('ATTR{power/control}="on"');
});

it('one paragraph a model, and no rule for what is no vendor and product', () => {
  const two = udevRules([
    { ...zebra, attachment: 'cdc' },
    { ...zebra, attachment: 'cdc' },
    { ...zebra, vid: '"', attachment: 'cdc' },
    { ...zebra, pid: '05E0', attachment: 'keyboard' },
  ]);
  expect(two).toBe(udevRules([{ ...zebra, attachment: 'cdc' }]));
  expect(rules(udevRules([]))).toEqual([]);
});

it('a name that would be a rule stays in its comment', () => {
  const what = `Scanner\nRUN+="/bin/sh"${'x'.repeat(200)}`;
  const text = udevRules([{ ...zebra, what, attachment: 'no-driver' }]);
  expect(rules(text)).toHaveLength(1);
  expect(text).toContain('# 05e0:1701 Scanner?RUN+??/bin/sh?');
  for (const line of text.split('\n').filter((each) => each.startsWith('#'))) expect(line.length).toBeLessThan(120);
});
