import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findingCodes } from '../../drivers/discovery/finding.js';
import { keyboardKeys, pi4, type SysfsTree, scanners } from '../support/sysfs-tree.js';

/** `quietzone devices` as a technician runs it: the built command, on this machine and on the files of another. */
const root = fileURLToPath(new URL('../..', import.meta.url));

function devices(...args: string[]) {
  const run = spawnSync(process.execPath, ['dist/agent/cli.js', 'devices', ...args], { cwd: root, encoding: 'utf8' });
  const { status, stdout, stderr } = run;
  return { status, stdout, stderr };
}

const text = v.string();
const named = { name: text, label: v.exactOptional(text) };
/** The document as agent/cli/README.md says it is, no key more. */
const schema = v.strictObject({
  version: v.literal(1),
  usb: v.boolean(),
  devices: v.array(
    v.strictObject({
      id: text,
      attachment: v.picklist(['cdc', 'usb-serial', 'uart', 'hid-pos', 'keyboard', 'other', 'no-driver']),
      usb: v.exactOptional(
        v.strictObject({
          vid: v.pipe(text, v.regex(/^[0-9a-f]{4}$/)),
          pid: v.pipe(text, v.regex(/^[0-9a-f]{4}$/)),
          port: text,
          serial: v.exactOptional(text),
          maker: v.exactOptional(text),
          product: v.exactOptional(text),
        }),
      ),
      likely: v.exactOptional(text),
      nodes: v.array(
        v.strictObject({
          kind: v.picklist(['tty', 'hidraw', 'input']),
          path: v.pipe(text, v.startsWith('/')),
          driver: v.exactOptional(text),
          inhibited: v.exactOptional(v.boolean()),
        }),
      ),
      proposal: v.exactOptional(
        v.strictObject({
          driver: v.picklist(['serial', 'hid-pos', 'hid-keyboard']),
          profile: text,
          path: text,
          claim: v.boolean(),
        }),
      ),
      configured: v.exactOptional(text),
    }),
  ),
  lines: v.strictObject({
    gpio: v.array(v.strictObject({ ...named, lines: v.exactOptional(v.number()), base: v.exactOptional(v.number()) })),
    gpioSysfs: v.boolean(),
    i2c: v.array(v.strictObject(named)),
    leds: v.array(text),
    pwm: v.array(v.strictObject({ name: text, channels: v.number() })),
    framebuffers: v.array(v.strictObject(named)),
  }),
  findings: v.array(
    v.strictObject({
      code: v.picklist(findingCodes),
      severity: v.picklist(['wrong', 'note']),
      device: v.exactOptional(text),
      found: v.pipe(text, v.minLength(1)),
      remedy: v.pipe(text, v.minLength(1)),
    }),
  ),
});
const documentOf = (stdout: string) => v.parse(schema, JSON.parse(stdout));

describe('on this machine, whatever it has', () => {
  it('says something for people, and ends well or with what is wrong', () => {
    const { status, stdout, stderr } = devices();
    expect(stderr).toBe('');
    expect(stdout).toMatch(/(?:nothing|\d+) wrong\n$/);
    expect(status).toBe(stdout.endsWith('nothing wrong\n') ? 0 : 1);
  });

  it('prints one JSON document of the shape that its README says', () => {
    const { stdout } = devices('--json');
    expect(stdout.endsWith('}\n')).toBe(true);
    documentOf(stdout);
  });
});

describe('on the files of a Pi', () => {
  let tree: SysfsTree;
  const at = (name: string) => join(tree.roots.devRoot, name);
  const look = (...args: string[]) => devices('--root', tree.root, ...args);
  const config = (path: string): string => {
    const example = readFileSync(join(root, 'agent/example.toml'), 'utf8');
    tree.file('kiosk.toml', example.replace('"/dev/serial/by-id/usb-scanner"', JSON.stringify(path)));
    return join(tree.root, 'kiosk.toml');
  };
  beforeEach(() => {
    tree = pi4();
  });
  afterEach(() => tree.remove());

  it('a good scanner that the config names: nothing wrong, 0', () => {
    tree.usb(scanners.zebraCdc('1-1.3', 'ttyACM0', 'S1')).link('dev/serial/by-id/usb-Symbol', 'dev/ttyACM0');
    const { status, stdout, stderr } = look('--config', config('/dev/serial/by-id/usb-Symbol'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const row = stdout.split('\n').find((line) => line.startsWith('1-1.3'));
    expect(row?.split(/ {2,}/)).toEqual([
      '1-1.3',
      'cdc',
      '05e0:1701',
      'Zebra/Symbol: Symbol Bar Code Scanner',
      'serial, zebra-ssi',
      at('ttyACM0'),
      '[scanner]',
    ]);
    expect(stdout).toContain('pinctrl-bcm2711 (58 lines)');
  });

  it('a scanner that types: 1, the leak and its remedy; the document says the same', () => {
    tree.usb(scanners.zebraKeyboard('1-1.2', '0'));
    const people = look();
    expect(people.status).toBe(1);
    expect(people.stdout).toMatch(/^wrong {2}keyboard-mode {2}1-1\.2: .*typed.*\n +scan the code "USB CDC Host"/m);
    const programs = look('--json');
    expect(programs.status).toBe(1);
    const { devices: listed, findings } = documentOf(programs.stdout);
    expect(listed.find(({ id }) => id === '1-1.2')).toMatchObject({
      attachment: 'keyboard',
      nodes: expect.arrayContaining([
        { kind: 'input', path: at('input/event3'), driver: 'hid-generic', inhibited: false },
      ]),
    });
    expect(findings[0]).toMatchObject({ code: 'keyboard-mode', severity: 'wrong', device: '1-1.2' });
  });

  it('every kind of device and of finding keeps to the shape', () => {
    tree.usb(scanners.zebraCdc('1-1.1', 'ttyACM0', 'S1')).usb({ ...scanners.newlandPos('1-1.3'), power: 'auto' });
    tree.usb(scanners.ch340('1-1.4', 'ttyUSB0')).usb(scanners.ch340('1-2', undefined));
    const { devices: listed, findings } = documentOf(look('--json', '--config', config('/dev/ttyUSB3')).stdout);
    expect(listed.map(({ attachment }) => attachment)).toEqual(['cdc', 'hid-pos', 'usb-serial', 'no-driver', 'uart']);
    // An installation without a compiler says one thing more.
    expect(findings.map(({ code }) => code).filter((code) => code !== 'not-built')).toEqual([
      'not-there',
      'twins',
      'no-driver',
      'not-named',
      'not-named',
      'gpio-base',
    ]);
  });

  it('a name that moves the cursor is printed without', () => {
    tree.usb({ ...scanners.zebraCdc('1-1.3'), product: 'Scan\u001b[2Jner\u0007' });
    const { stdout } = look();
    expect(stdout).toContain('Zebra/Symbol: Scan?[2Jner?');
    expect(stdout).not.toContain('\u001b');
  });

  it('--udev prints rules for what the config names, else for what is surely a scanner', () => {
    tree.usb(scanners.zebraKeyboard('1-1.2')).usb(scanners.ch340('1-1.4', 'ttyUSB0'));
    const proposed = look('--udev');
    expect(proposed).toMatchObject({ status: 0, stderr: '' });
    expect(proposed.stdout).toContain('ATTRS{idVendor}=="05e0", ATTRS{idProduct}=="1200", TEST=="inhibited"');
    expect(proposed.stdout).not.toContain('1a86');
    const named = look('--udev', '--config', config('/dev/ttyUSB0'));
    expect(named.stdout).toContain('ATTRS{idVendor}=="1a86"');
    expect(named.stdout).not.toContain('05e0');
  });

  it('a keyboard that a program plays has its rules by what HID says of it', () => {
    const hid = 'sys/devices/virtual/misc/uhid/0003:05E0:1200.0001';
    tree.hidraw(hid, 'hidraw0', Uint8Array.of(0x05, 0x01, 0x09, 0x06, 0xa1, 0x01), 'HID_ID=0003:000005E0:00001200\n');
    tree.input(hid, { input: 'input5', event: 'event3', keys: keyboardKeys });
    expect(look('--udev').stdout).toContain('ATTRS{idVendor}=="05e0", ATTRS{idProduct}=="1200"');
  });
});

describe('asked wrongly', () => {
  it.each([
    [['--jsn'], /^--jsn: not a flag of this command/],
    [['/dev/ttyACM0'], /no words besides its flags/],
    [['--json', '--udev'], /expected one of them/],
    [['--root', '/nowhere'], /^--root: found no folder/],
    [['--root='], /^--root: found no folder/],
    [['--config', '/nowhere.toml'], /nowhere\.toml/],
  ])('%j ends with 2 and says why', (args, why) => {
    const { status, stdout, stderr } = devices(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(why);
  });
});
