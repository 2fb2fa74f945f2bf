import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { mayUse } from '../../../../drivers/discovery/device-findings.js';
import type { Look } from '../../../../drivers/discovery/finding.js';
import { findingsOf } from '../../../../drivers/discovery/findings.js';
import { survey } from '../../../../drivers/discovery/survey.js';
import { resolveWanted, type Wanted } from '../../../../drivers/discovery/wanted.js';
import { pc, pi4, type SysfsTree, scanners } from '../../../support/sysfs-tree.js';

/** What is wrong, on trees of files; each finding with what was found and what to do. */
let tree: SysfsTree;
afterEach(() => tree.remove());

type Asked = Partial<Omit<Look, 'survey' | 'wanted'>> & {
  readonly wanted?: readonly Wanted[];
  readonly missing?: string;
};

async function found({ wanted, missing, ...asked }: Asked = {}) {
  const load = async (name: string) => {
    if (name === missing) throw new Error('not built');
  };
  const seen = await survey({ roots: tree.roots, load });
  const resolved = wanted === undefined ? undefined : await resolveWanted(wanted, seen, tree.roots);
  const given = { uses: { gpio: false, i2c: false }, who: { uid: 0, gids: [] }, own: () => false, ...asked };
  return findingsOf({ ...given, survey: seen, wanted: resolved });
}
const codes = async (asked?: Asked) => (await found(asked)).map(({ code, severity }) => `${severity} ${code}`);
/** The board's own notes left out. */
const ofDevices = async (asked?: Asked) => (await codes(asked)).filter((code) => code !== 'note gpio-base');
const serial = (path: string): readonly Wanted[] => [{ name: 'scanner', driver: 'serial', path }];

describe('a scanner as it should be', () => {
  it('has nothing wrong, with its config and without one', async () => {
    tree = pi4().usb(scanners.zebraCdc('1-1.3', 'ttyACM0', 'S1'));
    expect(await ofDevices()).toEqual([]);
    expect(await ofDevices({ wanted: serial('/dev/ttyACM0') })).toEqual([]);
  });

  it('is found by a link below by-id, by vendor and port, and where it is no device known here', async () => {
    tree = pi4().usb(scanners.zebraCdc('1-1.3')).link('dev/serial/by-id/usb-Symbol', 'dev/ttyACM0').node('pts/3');
    const usb = { vid: '05e0', port: '1-1.3' };
    expect(await ofDevices({ wanted: serial('/dev/serial/by-id/usb-Symbol') })).toEqual([]);
    expect(await ofDevices({ wanted: [{ name: 'scanner', driver: 'serial', usb }] })).toEqual([]);
    expect(await ofDevices({ wanted: serial('/dev/pts/3') })).toEqual(['note not-named']);
    expect(await ofDevices({ wanted: serial(join(tree.roots.devRoot, 'ttyACM0')) })).toEqual([]);
  });
});

describe('config and devices', () => {
  it('a folder is no device: a path cut short is wrong', async () => {
    tree = pi4().usb(scanners.zebraCdc('1-1.3')).link('dev/serial/by-id/usb-Symbol', 'dev/ttyACM0');
    expect((await found({ wanted: serial('/dev/serial/by-id') }))[0]).toMatchObject({
      code: 'not-there',
      found: '[scanner] names /dev/serial/by-id, and no such device is there',
    });
  });

  it('what the config names and is not there is wrong, and what is there instead is named', async () => {
    tree = pi4().usb(scanners.zebraCdc('1-1.3'));
    const [first, second] = (await found({ wanted: serial('/dev/ttyUSB9') })).slice(0, 2);
    expect(first).toMatchObject({
      code: 'not-there',
      severity: 'wrong',
      found: '[scanner] names /dev/ttyUSB9, and no such device is there',
      remedy: 'plug it in, or name one that is: 1-1.3',
    });
    expect(second).toMatchObject({ code: 'not-named', severity: 'note', device: '1-1.3' });
  });

  it('a scanner in another mode than the config reads it in is wrong, by path and by vendor', async () => {
    tree = pi4().usb(scanners.newlandPos('1-1.3'));
    const [first] = await found({ wanted: serial('/dev/hidraw2') });
    expect(first).toMatchObject({
      code: 'other-kind',
      severity: 'wrong',
      device: '1-1.3',
      found: '[scanner] reads /dev/hidraw2 as "serial", and it is attached as "hid-pos"',
      remedy: expect.stringContaining('kind = "hid-pos" in [scanner]'),
    });
    const wanted: Wanted[] = [{ name: 'scanner', driver: 'serial', usb: { vid: '1eab' } }];
    expect(await ofDevices({ wanted })).toEqual(['wrong other-kind']);
    expect(await ofDevices({ wanted: [{ name: 'scanner', driver: 'hid-pos', path: '/dev/hidraw2' }] })).toEqual([]);
  });

  it('with nothing attached, cable and power are what is left', async () => {
    tree = pi4();
    const wanted: Wanted[] = [{ name: 'scanner', driver: 'hid-pos', usb: { vid: '05e0', pid: '1701' } }];
    const [first] = await found({ wanted });
    expect(first).toMatchObject({
      found: '[scanner] names 05e0:1701, and no such device is there',
      remedy: expect.stringContaining('cable'),
    });
  });

  it('two of one model without serial numbers are wrong, unless the config names the port', async () => {
    tree = pi4().usb(scanners.zebraCdc('1-1.3', 'ttyACM0')).usb(scanners.zebraCdc('1-1.4', 'ttyACM1'));
    const all = await found();
    expect(all[0]).toMatchObject({
      code: 'twins',
      severity: 'wrong',
      found: expect.stringContaining('1-1.3 and 1-1.4'),
    });
    const usb = { vid: '05e0', pid: '1701' };
    const named = (more: object): Wanted[] => [{ name: 'scanner', driver: 'serial', usb: { ...usb, ...more } }];
    expect(await ofDevices({ wanted: named({ port: '1-1.4' }) })).toEqual(['note twins', 'note not-named']);
    expect(await ofDevices({ wanted: named({}) })).toEqual([
      'wrong not-there',
      'wrong twins',
      'note not-named',
      'note not-named',
    ]);
  });

  it('two with serial numbers of their own are no twins', async () => {
    tree = pi4()
      .usb(scanners.zebraCdc('1-1.3', 'ttyACM0', 'A'))
      .usb(scanners.zebraCdc('1-1.4', 'ttyACM1', 'B'));
    expect(await ofDevices()).toEqual([]);
  });
});

describe('rights', () => {
  const owner = { uid: 0, gid: 20, mode: 0o660 };
  it.each([
    ['root', { uid: 0, gids: [] }, true],
    ['one of the group', { uid: 7, gids: [20] }, true],
    ['another', { uid: 7, gids: [21] }, false],
  ])('of %s', (_name, who, may) => {
    expect(mayUse(owner, who)).toBe(may);
  });

  it('of an owner who may only read, of all where all may', () => {
    expect(mayUse({ uid: 7, gid: 20, mode: 0o460 }, { uid: 7, gids: [20] })).toBe(false);
    expect(mayUse({ ...owner, mode: 0o666 }, { uid: 7, gids: [] })).toBe(true);
  });

  it('that lack are wrong; the group to join is named where there is one', async () => {
    tree = pi4().usb(scanners.zebraCdc('1-1.3'));
    const who = { uid: 4711, gids: [] };
    const [rule] = await found({ who });
    expect(rule).toMatchObject({
      code: 'no-rights',
      device: '1-1.3',
      found: `user 4711 may not read and write ${join(tree.roots.devRoot, 'ttyACM0')}`,
      remedy: expect.stringContaining('devices --udev'),
    });
    // The files of a test belong to root's group; on a kiosk the node is dialout's.
    const seen = await survey({ roots: tree.roots, load: async () => undefined });
    const devices = seen.devices.map((device) => ({
      ...device,
      nodes: device.nodes.map((node) => ({ ...node, owner })),
    }));
    const uses = { gpio: false, i2c: false };
    const look: Look = { survey: { ...seen, devices }, wanted: undefined, uses, who, own: () => false };
    const [first] = findingsOf(look);
    expect(first?.remedy).toMatch(/^usermod -aG dialout USER/);
    const nameless = { ...look.survey, system: { ...seen.system, groups: new Map<number, string>() } };
    expect(findingsOf({ ...look, survey: nameless })[0]?.remedy).toMatch(/^usermod -aG 20 USER/);
  });

  it('a node that the kernel has and /dev has not is a container without it', async () => {
    tree = pi4().usb(scanners.zebraCdc('1-1.3'));
    const seen = await survey({
      roots: { ...tree.roots, devRoot: join(tree.root, 'other') },
      load: async () => undefined,
    });
    const uses = { gpio: false, i2c: false };
    const all = findingsOf({ survey: seen, wanted: undefined, uses, who: { uid: 0, gids: [] }, own: () => false });
    expect(all.map(({ code }) => code)).toContain('no-node');
    expect(all.find(({ code }) => code === 'i2c-dev')).toMatchObject({ severity: 'note' });
  });
});

describe('a scanner that types', () => {
  it('leaks, and the code that makes a serial line of it is named by its maker’s word', async () => {
    tree = pi4().usb(scanners.zebraKeyboard('1-1.3', '0'));
    const [first] = await found();
    expect(first).toMatchObject({ code: 'keyboard-mode', severity: 'wrong', device: '1-1.3' });
    expect(first?.remedy).toContain('"USB CDC Host" ("USB COM")');
    expect(first?.found).toContain('typed into consoles');
  });

  it('on a kernel without inhibit leaks as well; silenced it is a note, and nothing once the config wants it so', async () => {
    tree = pi4().usb(scanners.zebraKeyboard('1-1.3'));
    expect(await ofDevices()).toEqual(['wrong keyboard-mode']);
    tree.remove();
    tree = pi4().usb(scanners.zebraKeyboard('1-1.3', '1'));
    expect(await ofDevices()).toEqual(['note keyboard-mode']);
    const wanted: Wanted[] = [{ name: 'scanner', driver: 'hid-keyboard', path: '/dev/hidraw0' }];
    expect(await ofDevices({ wanted })).toEqual([]);
  });

  it('a keyboard of a person is none of ours, unless the config names it', async () => {
    tree = pi4().usb({ ...scanners.zebraKeyboard('1-1.3'), vid: '046d', pid: 'c31c' });
    expect(await ofDevices()).toEqual([]);
    expect(await ofDevices({ wanted: serial('/dev/hidraw0') })).toEqual(['wrong other-kind', 'wrong keyboard-mode']);
    const named = await found({ wanted: serial('/dev/hidraw0') });
    expect(named[1]?.remedy).toContain('"USB COM" or "USB CDC"');
  });
});

describe('who else reaches for it', () => {
  it('another program that has it open is wrong, the agent itself is not; only its name is told', async () => {
    tree = pi4().usb(scanners.zebraCdc('1-1.3'));
    tree.process(41, 'minicom', '/usr/bin/minicom --secret 42', ['/dev/ttyACM0']);
    tree.process(43, 'nameless', '', ['/dev/ttyACM0']);
    tree.process(44, 'node', 'node dist/agent/cli.js run', ['/dev/ttyACM0']);
    const all = await found({ own: (command) => command.includes('agent/cli.js') });
    expect(all.filter(({ code }) => code === 'in-use').map(({ found }) => found)).toEqual([
      expect.stringContaining('process 41 (/usr/bin/minicom) has'),
      expect.stringContaining('process 43 (nameless) has'),
    ]);
    expect(JSON.stringify(all)).not.toContain('secret');
  });

  it('ModemManager, unless a rule keeps it off this vendor', async () => {
    tree = pi4().usb(scanners.zebraCdc('1-1.3')).process(50, 'ModemManager', '/usr/sbin/ModemManager');
    tree.file('etc/udev/rules.d/10-mm.rules', '# ATTRS{idVendor}=="05e0", ENV{ID_MM_DEVICE_IGNORE}="1"\n');
    tree.file('etc/udev/rules.d/11-mm.rules', 'ATTRS{idVendor}=="1eab", ENV{ID_MM_DEVICE_IGNORE}="1"\n');
    expect(await ofDevices()).toEqual(['wrong modem-manager']);
    tree.file('etc/udev/rules.d/99-quietzone.rules', 'ATTRS{idVendor}=="05E0", ENV{ID_MM_DEVICE_IGNORE}="1"\n');
    expect(await ofDevices()).toEqual([]);
  });

  it('a login prompt and the kernel on a UART: wrong where the scanner is, a note where nothing is', async () => {
    tree = pi4().file('proc/cmdline', 'console=ttyAMA0,115200\n');
    tree.file('etc/systemd/system/getty.target.wants/serial-getty@ttyAMA0.service', '');
    expect(await ofDevices()).toEqual(['note login-prompt', 'note kernel-console']);
    const all = await found({ wanted: serial('/dev/ttyAMA0') });
    expect(all.slice(0, 2)).toMatchObject([
      { severity: 'wrong', code: 'login-prompt', remedy: 'systemctl mask --now serial-getty@ttyAMA0.service' },
      { severity: 'wrong', code: 'kernel-console', remedy: expect.stringContaining('cmdline.txt') },
    ]);
  });

  it('brltty takes CH340 for a Braille display; without it the driver is what is missing', async () => {
    tree = pi4().usb(scanners.ch340('1-1.3', undefined));
    expect(await ofDevices()).toEqual(['note no-driver']);
    tree.process(60, 'brltty', '/sbin/brltty');
    expect(await ofDevices()).toEqual(['wrong brltty']);
  });

  it('a scanner that no driver took is wrong; of another device nothing is said', async () => {
    const bare = (vid: string) => ({ port: '1-1.3', vid, pid: '0009', interfaces: [{ class: 'ff' }] });
    tree = pi4().usb(bare('065a'));
    const [first] = await found();
    expect(first).toMatchObject({ code: 'no-driver', severity: 'wrong', remedy: expect.stringContaining('USB-VCP') });
    tree.remove();
    tree = pi4().usb(bare('0bda'));
    expect(await ofDevices()).toEqual([]);
  });

  it('sleep is a note', async () => {
    tree = pi4().usb({ ...scanners.zebraCdc('1-1.3'), power: 'auto' });
    expect(await ofDevices()).toEqual(['note autosuspend']);
  });
});

describe('lines and buses', () => {
  it('a base that moved is a note with its number', async () => {
    tree = pi4();
    expect(await found()).toMatchObject([
      { code: 'gpio-base', severity: 'note', found: 'line 0 of pinctrl-bcm2711 has the number 512 in /sys/class/gpio' },
    ]);
  });

  it('without /sys/class/gpio onoff cannot work: wrong where the config needs it', async () => {
    tree = pc();
    expect(await codes()).toEqual(['note i2c-dev']);
    tree.file('sys/bus/gpio/devices/gpiochip0/dev', '');
    const none = { ...tree.roots };
    const seen = await survey({ roots: none, load: async () => undefined });
    const lines = { ...seen.lines, gpioSysfs: false };
    const all = (gpio: boolean) =>
      findingsOf({
        survey: { ...seen, lines },
        wanted: undefined,
        uses: { gpio, i2c: false },
        who: { uid: 0, gids: [] },
        own: () => false,
      });
    expect(all(true)[0]).toMatchObject({ code: 'gpio-sysfs', severity: 'wrong' });
    expect(all(false).map(({ severity }) => severity)).toEqual(['note', 'note']);
  });

  it('buses without nodes want i2c-dev, none at all wants the bus switched on', async () => {
    tree = pc();
    const [first] = await found({ uses: { gpio: false, i2c: true } });
    expect(first).toMatchObject({
      code: 'i2c-dev',
      severity: 'wrong',
      remedy: expect.stringContaining('modprobe i2c-dev'),
    });
    const seen = await survey({ roots: tree.roots, load: async () => undefined });
    const lines = { ...seen.lines, i2c: [] };
    const uses = { gpio: false, i2c: true };
    const look: Look = {
      survey: { ...seen, lines },
      wanted: undefined,
      uses,
      who: { uid: 0, gids: [] },
      own: () => false,
    };
    expect(findingsOf(look)).toMatchObject([
      { code: 'i2c-dev', remedy: expect.stringContaining('dtparam=i2c_arm=on') },
    ]);
    expect(findingsOf({ ...look, uses: { gpio: false, i2c: false } })).toEqual([]);
  });

  it('packages that are not built: wrong where they are needed, with the command that builds them', async () => {
    tree = pi4();
    const uses = { gpio: true, i2c: false };
    const all = await found({ missing: 'epoll', uses });
    expect(all[0]).toMatchObject({
      code: 'not-built',
      severity: 'wrong',
      remedy: expect.stringContaining('npm rebuild epoll i2c-bus --ignore-scripts=false'),
    });
    expect(await codes({ missing: 'i2c-bus', uses })).toContain('note not-built');
  });
});
