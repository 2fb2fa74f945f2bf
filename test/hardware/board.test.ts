import { createServer } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { lab, noLab } from './here.js';

/** The lab itself: what a program does in the guest is seen from outside, and the other way round. */

const line = 22;
const base = 512;

describe.skipIf(noLab)('the board', () => {
  afterAll(async () => void (await lab.sh(`echo ${base + line} > /sys/class/gpio/unexport`)));

  test('a GPIO line that a program drives is seen from outside', async () => {
    const gpio = '/sys/class/gpio';
    await lab.must(`grep -l pinctrl-bcm2711 ${gpio}/gpiochip*/label && cat ${gpio}/gpiochip${base}/ngpio`);
    await lab.must(`echo ${base + line} > ${gpio}/export; echo out > ${gpio}/gpio${base + line}/direction`);
    for (const value of [1, 0, 1] as const) {
      await lab.must(`echo ${value} > ${gpio}/gpio${base + line}/value`);
      expect(await lab.gpio(line)).toBe(value);
    }
  });

  test('a line that is driven from outside is read by a program', async () => {
    const [gpio, number] = ['/sys/class/gpio', base + 17];
    await lab.must(`echo ${number} > ${gpio}/export; echo in > ${gpio}/gpio${number}/direction`);
    for (const value of [1, 0] as const) {
      await lab.setGpio(17, value);
      expect((await lab.must(`cat ${gpio}/gpio${number}/value`)).trim()).toBe(String(value));
    }
    await lab.must(`echo ${number} > ${gpio}/unexport`);
  });

  test('the I2C bus keeps each message in order, and an address may be gone', async () => {
    await lab.clearI2c();
    // I2C_SLAVE, then plain writes.
    const script = (address: number) =>
      `$(command -v /usr/bin/python3 || echo python3) -c "import fcntl,os; f=os.open('/dev/i2c-1',os.O_RDWR); fcntl.ioctl(f,0x703,${address}); os.write(f,bytes([0,0xae])); os.write(f,bytes([0x40]*1025))"`;
    await lab.must(script(0x3c));
    const [command, picture, ...rest] = await lab.i2c();
    expect([command, rest]).toEqual(['W 3c 00 ae', []]);
    expect(picture).toBe(`W 3c${' 40'.repeat(1_025)}`);
    await lab.answerI2c(0x27);
    const absent = await lab.sh(script(0x3c));
    await lab.answerI2c(0x27, 0x3c);
    expect(absent.code).not.toBe(0);
    expect(absent.stderr).toMatch(/121/);
    expect((await lab.i2c()).at(-1)).toBe('N 3c');
  });

  test('the guest reaches no port of this machine but those that it was given', async () => {
    const server = createServer((socket) => socket.end('here\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    const { code, stdout } = await lab.sh(`exec 3<>/dev/tcp/10.0.2.2/${port} && cat <&3`, 5);
    await new Promise((resolve) => server.close(resolve));
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
  });
});
