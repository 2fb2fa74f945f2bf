// A folder that plays /sys: what is written to it is answered as the kernel would, a few ms later.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runInThisContext } from 'node:vm';
import type { MakeLine } from '../../drivers/sysfs/onoff.js';

const LOOK_EACH_MS = 3;

export class FakeSysfs {
  readonly root = mkdtempSync(join(tmpdir(), 'quietzone-sys-'));
  /** What has been written to a watched file, in order: "brightness 1". */
  readonly heard: string[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #pollers: { fd: number; fire: () => void }[] = [];

  put(path: string, text: string): string {
    const whole = join(this.root, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
    return whole;
  }

  read(path: string): string {
    const [line = ''] = readFileSync(join(this.root, path), 'utf8').split('\n');
    return line;
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
  }

  /** Calls `react` for each text that is written to the file, which then reads as `shown` says. */
  #on(path: string, shown: (text: string) => string, react: (text: string) => void): void {
    let last = this.read(path);
    const timer = setInterval(() => {
      if (!existsSync(join(this.root, path))) return;
      const text = this.read(path);
      if (text === last || text === '') return;
      last = shown(text);
      writeFileSync(join(this.root, path), last === '' ? '' : `${last}\n`);
      this.heard.push(text);
      react(text);
    }, LOOK_EACH_MS);
    this.#timers.add(timer);
  }

  /** A LED with the triggers that a Raspberry Pi's kernel has. */
  led(name: string, triggers = ['none', 'timer', 'oneshot']): string {
    const at = `class/leds/${name}`;
    const list = (chosen: string) => triggers.map((t) => (t === chosen ? `[${t}]` : t)).join(' ');
    this.put(`${at}/brightness`, '0\n');
    this.put(`${at}/max_brightness`, '255\n');
    this.put(`${at}/trigger`, `${list('none')}\n`);
    this.#on(`${at}/trigger`, list, (trigger) => {
      if (trigger === 'none') return;
      this.put(`${at}/delay_on`, '500\n');
      this.put(`${at}/delay_off`, '500\n');
      if (trigger !== 'oneshot' || existsSync(join(this.root, at, 'shot'))) return;
      this.put(`${at}/shot`, '');
      this.#on(
        `${at}/shot`,
        () => '',
        () => {
          this.put(`${at}/brightness`, '255\n');
          const end = setTimeout(() => this.put(`${at}/brightness`, '0\n'), Number(this.read(`${at}/delay_on`)));
          this.#timers.add(end);
        },
      );
    });
    return at;
  }

  /** @param base changes from kernel to kernel */
  gpioChip(label: string, base: number, lines = 54): void {
    const at = `class/gpio/gpiochip${base}`;
    this.put(`${at}/label`, `${label}\n`);
    this.put(`${at}/base`, `${base}\n`);
    this.put(`${at}/ngpio`, `${lines}\n`);
    if (existsSync(join(this.root, 'class/gpio/export'))) return;
    this.put('class/gpio/export', '');
    this.#on(
      'class/gpio/export',
      () => '',
      (number) => {
        const line = `class/gpio/gpio${number}`;
        for (const file of ['value', 'active_low']) this.put(`${line}/${file}`, '0\n');
        this.put(`${line}/direction`, 'in\n');
        this.put(`${line}/edge`, 'none\n');
      },
    );
  }

  pwmChip(number: number, device: string): string {
    const at = `class/pwm/pwmchip${number}`;
    this.put(`devices/${device}/uevent`, '');
    this.put(`${at}/export`, '');
    symlinkSync(join(this.root, 'devices', device), join(this.root, at, 'device'));
    this.#on(
      `${at}/export`,
      () => '',
      (channel) => {
        for (const file of ['period', 'duty_cycle', 'enable']) this.put(`${at}/pwm${channel}/${file}`, '0\n');
      },
    );
    return at;
  }

  /** The level of an input as it is on the wire, with the edge that the kernel would tell. */
  level(number: number, value: 0 | 1): void {
    this.put(`class/gpio/gpio${number}/value`, `${value}\n`);
    for (const poller of this.#pollers) poller.fire();
  }

  /** The real onoff over this folder; of epoll, which needs a real kernel, only the shape. */
  readonly loadOnoff = async (): Promise<MakeLine> => {
    const path = createRequire(import.meta.url).resolve('onoff');
    const source = readFileSync(path, 'utf8').replace('/sys/class/gpio/', `${this.root}/class/gpio/`);
    const pollers = this.#pollers;
    class Epoll {
      readonly #heard: (error: unknown, fd: number, events: number) => void;
      static readonly EPOLLPRI = 2;
      constructor(heard: (error: unknown, fd: number, events: number) => void) {
        this.#heard = heard;
      }
      add(fd: number): void {
        pollers.push({ fd, fire: () => this.#heard(null, fd, 2) });
      }
      remove(fd: number): void {
        pollers.splice(0, pollers.length, ...pollers.filter((poller) => poller.fd !== fd));
      }
    }
    const own = createRequire(path);
    const needed = (name: string): unknown => (name === 'epoll' ? { Epoll } : own(name));
    const module = { exports: {} as { Gpio: new (...args: unknown[]) => ReturnType<MakeLine> } };
    runInThisContext(`(function (module, exports, require) {${source}\n})`)(module, module.exports, needed);
    const { Gpio } = module.exports;
    return (...args) => new Gpio(...args);
  };

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    rmSync(this.root, { recursive: true, force: true });
  }
}
