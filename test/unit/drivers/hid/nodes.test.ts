// Which device is meant: by its node, by what it says it is, by where it is plugged in.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { hidKind } from '../../../../drivers/hid/kind.js';
import { findHid } from '../../../../drivers/hid/nodes.js';
import { inhibit } from '../../../../drivers/hid/silence.js';
import { keyboardDescriptor, posDescriptor } from '../../../support/hid-descriptors.js';
import { type HidPlace, type HidPlaceOptions, makeHidPlace } from '../../../support/hid-place.js';

const places: HidPlace[] = [];
function place(options: HidPlaceOptions): HidPlace {
  const made = makeHidPlace(options);
  places.push(made);
  made.plug();
  return made;
}
afterEach(() => {
  for (const one of places.splice(0)) one.close();
});

const any = () => true;
const isPos = (descriptor: Uint8Array) => hidKind(descriptor).kind === 'hid-pos';

it('finds by node, also through a link and from an event node, with every input of the device', async () => {
  const { roots, folder } = place({ descriptor: keyboardDescriptor, inputs: 2 });
  const event = join(roots.devRoot, 'input/event1');
  const link = join(folder, 'by-id');
  symlinkSync(event, link);
  for (const path of [join(roots.devRoot, 'hidraw0'), event, link]) {
    const nodes = await findHid({ path }, any, roots);
    expect(nodes?.hidraw).toBe(join(roots.devRoot, 'hidraw0'));
    expect(nodes?.descriptor).toEqual(keyboardDescriptor);
    const events = nodes?.inputs.flatMap((input) => input.events).sort();
    expect(events).toEqual([0, 1].map((n) => join(roots.devRoot, `input/event${n}`)));
  }
});

it('finds nothing at a path that is none, or that is no HID device', async () => {
  const { roots, folder } = place({ descriptor: posDescriptor });
  writeFileSync(join(folder, 'hidraw7'), '');
  expect(await findHid({ path: '/nowhere' }, any, roots)).toBeUndefined();
  expect(await findHid({ path: join(folder, 'hidraw7') }, any, roots)).toBeUndefined();
  expect(await findHid({ usb: '0c2e:0ce7' }, any, { sysRoot: join(folder, 'none'), devRoot: '/dev' })).toBeUndefined();
});

it('finds by vendor and product, serial number and port; two that fit are told, with the remedy', async () => {
  const first = place({ descriptor: posDescriptor });
  const { roots, folder } = first;
  place({ descriptor: posDescriptor, folder, number: 1, port: '1-1.3' });
  const at = async (wanted: object) => (await findHid(wanted, any, roots))?.hidraw?.slice(-7);
  expect(await at({ usb: '0C2E:0CE7', usbPort: '1-1' })).toBe('hidraw0');
  expect(await at({ usb: '0c2e:0ce7', usbPort: '1-1.3' })).toBe('hidraw1');
  expect(await at({ usb: '0c2e:0ce7', usbSerial: 'S-1-1.3' })).toBe('hidraw1');
  expect(await at({ usb: '0c2e:0ce8' })).toBeUndefined();
  await expect(at({ usb: '0c2e:0ce7' })).rejects.toThrow(
    /two devices fit; remedy: set scanner.usb_port.*"1-1", "1-1.3"/,
  );
});

it('takes of one device the interface that fits, or its first', async () => {
  const { roots } = place({ descriptor: keyboardDescriptor, inputs: 1 });
  const usb = join(roots.sysRoot, 'devices/pci0/usb1/1-1/1-1:1.1/0003:0C2E:0CE7.0009');
  const second = join(usb, 'hidraw/hidraw9');
  mkdirSync(second, { recursive: true });
  writeFileSync(join(usb, 'report_descriptor'), posDescriptor);
  symlinkSync(usb, join(second, 'device'));
  symlinkSync(second, join(roots.sysRoot, 'class/hidraw/hidraw9'));
  expect((await findHid({ usb: '0c2e:0ce7' }, isPos, roots))?.hidraw).toMatch(/hidraw9$/);
  // What types beside it is known all the same.
  expect((await findHid({ usb: '0c2e:0ce7' }, isPos, roots))?.inputs).toHaveLength(1);
  expect((await findHid({ usb: '0c2e:0ce7' }, () => false, roots))?.hidraw).toMatch(/hidraw0$/);
});

it('a device without hidraw, without a descriptor, or without USB behind it', async () => {
  const { roots } = place({ descriptor: keyboardDescriptor, inputs: 1 });
  const path = join(roots.devRoot, 'input/event0');
  const hid = join(roots.sysRoot, 'devices/pci0/usb1/1-1/1-1:1.0/0003:0C2E:0CE7.0000');
  rmSync(join(hid, 'hidraw'), { recursive: true });
  rmSync(join(hid, 'report_descriptor'));
  rmSync(join(dirname(dirname(hid)), 'idVendor'));
  const nodes = await findHid({ path }, any, roots);
  expect(nodes).toEqual({ inputs: [{ inhibited: join(hid, 'input/input0/inhibited'), events: [path] }] });
});

it('inhibits every input once, and says why it cannot; it makes no file of its own', async () => {
  const taken = place({ descriptor: keyboardDescriptor, inputs: 2 });
  const inputs = async (of: HidPlace) => (await of.find())?.inputs ?? [];
  expect(await inhibit(await inputs(taken))).toBeUndefined();
  expect([taken.inhibited(0), taken.inhibited(1)]).toEqual(['1', '1']);
  expect(await inhibit(await inputs(taken))).toBeUndefined();
  const missing = place({ descriptor: keyboardDescriptor, inputs: 1, inhibit: 'missing' });
  expect(await inhibit(await inputs(missing))).toMatch(/cannot inhibit/);
  expect(() => missing.inhibited()).toThrow(/ENOENT/);
  const refused = place({ descriptor: keyboardDescriptor, inputs: 1, inhibit: 'refused' });
  expect(await inhibit(await inputs(refused))).toMatch(/refused \(EISDIR\); remedy: install deploy\/udev/);
  expect(await inhibit([])).toBeUndefined();
});
