import { describe, expect, test } from 'vitest';
import { read } from './tree.js';

type Locked = { readonly version?: string; readonly optional?: boolean; readonly hasInstallScript?: boolean };

const wanted = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
const lock = JSON.parse(read('package-lock.json')) as { readonly packages: Record<string, Locked> };
const nameOf = (path: string): string => path.split('node_modules/').at(-1) ?? '';

/** Where each package of that name stands in the tree, with its version. */
function places(name: RegExp): [string, string | undefined][] {
  return Object.entries(lock.packages).flatMap(([path, { version }]) =>
    name.test(nameOf(path)) ? [[path, version] as [string, string | undefined]] : [],
  );
}

describe('the tree of packages', () => {
  test('has one serialport, the one that is pinned: johnny-five and its firmata would bring version 8', () => {
    expect(places(/^serialport$/)).toEqual([['node_modules/serialport', wanted['dependencies']?.['serialport']]]);
    expect(places(/^@serialport\/bindings/).map(([path]) => path)).toEqual([
      'node_modules/@serialport/bindings-cpp',
      'node_modules/@serialport/bindings-interface',
    ]);
  });

  test('has nothing that goes looking for devices by itself', () => {
    const lookers = /^(@serialport\/list|usb-detection|node-hid|serialport-list|raspi-io|pi-io|pigpio|rpio)$/;
    expect(places(lookers)).toEqual([]);
    expect(places(/^usb$/)).toEqual([['node_modules/usb', wanted['optionalDependencies']?.['usb']]]);
  });

  test('installs without a compiler: what must be compiled is optional, or has its build with it', () => {
    const scripted = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(scripted.map(([path]) => nameOf(path)).sort()).toEqual([
      '@bufbuild/buf',
      '@serialport/bindings-cpp',
      'cpu-features',
      'epoll',
      'esbuild',
      'i2c-bus',
      'ssh2',
    ]);
    expect(read('.npmrc')).toContain('ignore-scripts=true');
  });

  test.each(['onoff', 'i2c-bus', 'johnny-five', 'usb'])('%s is optional and of one version', (name) => {
    const version = wanted['optionalDependencies']?.[name];
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(lock.packages[`node_modules/${name}`]).toMatchObject({ version, optional: true });
  });
});
