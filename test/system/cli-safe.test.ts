// `quietzone safe` after a kill -9 in the middle of a vend: the relay and the lamps are files of a folder that plays /sys.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { FakeSysfs } from '../support/sysfs.js';
import { until } from '../support/wait.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders: FakeSysfs[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.close();
});

const kiosk = `[kiosk]\nname = "k1"\n[broker]\nurl = "mqtt://127.0.0.1:1883"\n[journal]\ndirectory = "j"
[scanner]\nkind = "virtual"\n[display]\nkind = "virtual"
[indicator]\nkind = "lamps"
outputs = [{ name = "amber", back_end = "led", led = "amber" }, { name = "red", back_end = "led", led = "red" }]
[actuator]\nkind = "pulse"\noutput = { back_end = "led", led = "relay" }\npulse_ms = 9000
`;

function place() {
  const sys = new FakeSysfs();
  folders.push(sys);
  for (const led of ['amber', 'red']) sys.led(led);
  // Of a kernel without "oneshot": then this process ends the pulse, and nobody when it is dead.
  sys.led('relay', ['none']);
  const machine = join(sys.root, 'machine');
  mkdirSync(machine);
  symlinkSync(sys.root, join(machine, 'sys'));
  const config = join(machine, 'kiosk.toml');
  writeFileSync(config, kiosk);
  return { sys, machine, config, level: (led: string) => sys.read(`class/leds/${led}/brightness`) };
}

const safe = (...args: string[]) =>
  spawnSync(process.execPath, ['dist/agent/cli.js', 'safe', ...args], { cwd: root, encoding: 'utf8' });

/** The agent's own devices, in a program that can be killed: a lamp lit and a vend begun. */
const vending = (config: string, sysRoot: string) => `
  const { loadConfig } = await import('${root}dist/agent/config/load.js');
  const { devicesOf } = await import('${root}dist/agent/devices/devices.js');
  const { indicator, actuator } = devicesOf(loadConfig('${config}'), { system: { sysRoot: '${sysRoot}' } });
  await indicator.start();
  await actuator.start();
  indicator.show('declined');
  actuator.vend({ attempt: 'a1', order: 'o1' });
  setInterval(() => {}, 1000);
`;

it('switches off what a killed agent left on, and lights what says "out of service"', async () => {
  const { sys, machine, config, level } = place();
  const agent = spawn(process.execPath, ['--input-type=module', '-e', vending(config, sys.root)], { stdio: 'inherit' });
  await until('the vend', () => level('relay') === '255' && level('red') === '255', 15_000);
  agent.kill('SIGKILL');
  await once(agent, 'exit');
  expect([level('relay'), level('red')]).toEqual(['255', '255']);
  const done = spawn(process.execPath, ['dist/agent/cli.js', 'safe', '--config', config, '--root', machine], {
    cwd: root,
  });
  const [code] = await once(done, 'exit');
  expect(code).toBe(0);
  await until('the lamps', () => level('red') === '0' && sys.read('class/leds/amber/trigger').includes('[timer]'));
  expect([level('relay'), level('red')]).toEqual(['0', '0']);
  expect(existsSync(join(machine, 'j'))).toBe(false);
});

it('names each line that it could not switch, and switches the others', async () => {
  const { sys, machine, config, level } = place();
  sys.put('class/leds/red/brightness', '255\n');
  sys.remove('class/leds/relay');
  const { status, stderr } = safe('--config', config, '--root', machine);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^actuator\.output: .*relay.*\n$/);
  expect(level('red')).toBe('0');
});

it('refuses what it does not know', () => {
  const { machine, config } = place();
  expect(safe('--config', config, '--rot', machine)).toMatchObject({ status: 2 });
  expect(safe('--config', config, '--root', '/nowhere').stderr).toMatch(/^--root: found no folder there/);
  expect(safe('--config', config, 'now').stderr).toMatch(/^safe takes no words/);
});

it('stands in the unit that systemd starts the agent by, after every end of it', () => {
  const unit = readFileSync(join(root, 'deploy/systemd/quietzone-agent.service'), 'utf8');
  const of = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
  const [start, post] = [of('ExecStart').split(' '), of('ExecStopPost').split(' ')];
  expect(start.slice(2)).toEqual(['run', '--config', '/etc/quietzone/kiosk.toml']);
  expect(post).toEqual([...start.slice(0, 2), 'safe', ...start.slice(3)]);
  expect(existsSync(join(root, (start[1] ?? '').replace('/opt/quietzone/', '')))).toBe(true);
  // These two would shut the agent out of its lamps, relays and scanners.
  expect(unit).not.toMatch(/^(ProtectKernelTunables|PrivateDevices)=/m);
  const verify = spawnSync(
    'systemd-analyze',
    ['verify', '--man=no', join(root, 'deploy/systemd/quietzone-agent.service')],
    { encoding: 'utf8' },
  );
  // Not everywhere; and it also looks for the program, which is not installed here.
  if (verify.error === undefined) {
    const lines = verify.stderr.split('\n').filter((line) => line.includes('quietzone-agent.service'));
    expect(lines.filter((line) => !/not executable|Failed to|SystemdEnvironment/.test(line))).toEqual([]);
  }
});
