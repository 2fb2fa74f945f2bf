import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../agent/config/faults.js';
import { loadConfig, parseConfig } from '../../../../agent/config/load.js';
import { fileSchema } from '../../../../agent/config/schema.js';
import type { Fault } from '../../../../protocol/faults.js';

const least = {
  kiosk: ['name = "k1"'],
  broker: ['url = "mqtt://127.0.0.1:1883"'],
  journal: ['directory = "journal"'],
  scanner: ['kind = "virtual"'],
  actuator: ['kind = "virtual"'],
} as const satisfies Record<string, readonly string[]>;

/** The smallest good file, with tables replaced or added. */
function text(changes: Record<string, readonly string[]> = {}): string {
  const tables: Record<string, readonly string[]> = { ...least, ...changes };
  return Object.entries(tables)
    .map(([name, lines]) => [`[${name}]`, ...lines].join('\n'))
    .join('\n');
}

function faultsOf(source: string): readonly Fault[] {
  try {
    parseConfig(source, 'kiosk.toml');
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('a good file', () => {
  it('fills in every default', () => {
    expect(parseConfig(text(), '/etc/quietzone/kiosk.toml')).toEqual({
      kiosk: { name: 'k1' },
      broker: {
        url: 'mqtt://127.0.0.1:1883',
        allowPlain: false,
        keepAliveMs: 15_000,
        connectTimeoutMs: 10_000,
        reconnectBaseMs: 500,
        reconnectMaxMs: 30_000,
      },
      journal: { directory: '/etc/quietzone/journal' },
      scanner: {
        kind: 'virtual',
        usbReset: false,
        profile: 'generic',
        commands: true,
        probeMs: 10_000,
        baudRate: 9_600,
        terminators: ['cr', 'lf'],
        prefix: 'none',
        gapMs: 50,
        minLength: 12,
        market: 'global',
        duplicateWindowMs: 3_000,
      },
      display: {
        ...{ kind: 'web', languages: ['en', 'zh'], i2cBus: '/dev/i2c-1', columns: 16, rows: 2 },
        ...{ wiring: 'common', framebuffer: 'fb1' },
      },
      indicator: { kind: 'web' },
      buttons: { kind: 'screen' },
      web: { port: 7_080 },
      actuator: {
        ...{ kind: 'virtual', result: 'delivered', delayMs: 500, limitMs: 30_000 },
        ...{ pulseMs: 200, toleranceMs: 100 },
      },
      linking: { wallets: [] },
      order: { mode: 'api', expiresMs: 120_000 },
      api: { port: 7_081 },
      timers: {
        payValidMs: 20_000,
        deadlineMs: 60_000,
        resendMs: 1_000,
        resendMaxMs: 8_000,
        finalScreenMs: 8_000,
        noticeMs: 6_000,
        helloRetryMs: 2_000,
        roundTripMaxMs: 3_000,
      },
      log: { level: 'info' },
    });
  });

  it('holds a fixed price in minor units', () => {
    const order = ['mode = "fixed"', 'amount = "35.5"', 'currency = "HKD"', 'reference = "GATE-1"'];
    expect(parseConfig(text({ order }), 'kiosk.toml').order).toEqual({
      mode: 'fixed',
      amount: 3550,
      currency: 'HKD',
      reference: 'GATE-1',
      expiresMs: 0,
    });
  });

  it('takes lamps by their lines, and patterns of its own', () => {
    const indicator = [
      'kind = "lamps"',
      'patterns = { busy = { amber = "250/250" } }',
      'outputs = [{ name = "amber", back_end = "gpio", chip = "pinctrl-rp1", line = 17, active_low = true }]',
    ];
    expect(parseConfig(text({ indicator }), 'kiosk.toml').indicator).toEqual({
      kind: 'lamps',
      patterns: { busy: { amber: '250/250' } },
      outputs: [{ name: 'amber', backEnd: 'gpio', chip: 'pinctrl-rp1', line: 17, channel: 0, activeLow: true }],
    });
  });

  it.each([
    ['kind = "lamps"', 'indicator.outputs'],
    ['outputs = [{ name = "a", back_end = "led" }]', 'indicator.outputs[0].led'],
    ['outputs = [{ name = "a", back_end = "gpio" }]', 'indicator.outputs[0].line'],
    ['outputs = [{ name = "a", back_end = "led", led = "../a" }]', 'indicator.outputs[0].led'],
    ['outputs = [{ name = "a", back_end = "pwm", active_low = true }]', 'indicator.outputs[0].active_low'],
    ['outputs = [{ name = "a", back_end = "relay" }]', 'indicator.outputs[0].back_end'],
    ['outputs = [{ name = "a", back_end = "pwm", colour = "red" }]', 'indicator.outputs[0].colour'],
  ])('names what is wrong with a lamp: %s', (line, key) => {
    expect(faultsOf(text({ indicator: [line] })).map((fault) => fault.key)).toEqual([key]);
  });

  it('takes any country for a market, and the issuer table from beside itself', () => {
    const scanner = ['kind = "virtual"', 'market = "my"', 'issuer_table_file = "issuers.json"'];
    expect(parseConfig(text({ scanner }), '/etc/quietzone/kiosk.toml').scanner).toMatchObject({
      market: 'my',
      issuerTableFile: '/etc/quietzone/issuers.json',
    });
  });

  it.each(['usb = "0C2E:0b01"', 'usb_serial = "S1"', 'usb_port = "1-1.4"'])('finds a scanner by %s', (key) => {
    expect(faultsOf(text({ scanner: ['kind = "serial"', key] }))).toEqual([]);
  });

  it('takes a relative path of the scanner from beside itself, and a device as it is', () => {
    const pathOf = (path: string) =>
      parseConfig(text({ scanner: ['kind = "serial"', `path = "${path}"`] }), '/etc/quietzone/kiosk.toml').scanner.path;
    expect([pathOf('lines/scanner'), pathOf('/dev/ttyS0')]).toEqual(['/etc/quietzone/lines/scanner', '/dev/ttyS0']);
  });

  it.each([
    'wallets = ["AlipayHK"]',
    'wallets = ["alipayhk", "alipayhk"]',
    'wallets = ["w1", "w2", "w3", "w4", "w5"]',
    'wallets = "alipayhk"',
    'wallets = [1]',
  ])('offers wallets by their ids, each once, at most four: not %s', (wallets) => {
    const [fault, ...more] = faultsOf(text({ linking: [wallets] }));
    expect(more).toEqual([]);
    expect(fault).toMatchObject({
      key: expect.stringMatching(/^linking\.wallets/),
      expected: expect.stringContaining('at most 4 different wallets'),
    });
  });

  it('takes a smaller code than the display can show', () => {
    const display = ['qr_modules_most = 29'];
    expect(parseConfig(text({ display, linking: ['wallets = ["alipayhk", "dana"]'] }), 'k.toml')).toMatchObject({
      display: { qrModulesMost: 29 },
      linking: { wallets: ['alipayhk', 'dana'] },
    });
  });

  it('lets ports be chosen by the system, both at once', () => {
    expect(faultsOf(text({ web: ['port = 0'], api: ['port = 0'] }))).toEqual([]);
  });
});

describe('the example', () => {
  const file = new URL('../../../../agent/example.toml', import.meta.url);
  const source = readFileSync(file, 'utf8');
  /** Comments that hold a key become keys. */
  const uncommented = source.replace(/^# (\w+ = )/gm, '$1');

  it('is a good file, as it stands and with every key in use', () => {
    expect(loadConfig(file.pathname).kiosk.name).toBe('hk-central-01');
    expect(faultsOf(uncommented)).toEqual([]);
  });

  it('names every key there is, and shows the true defaults', () => {
    for (const [table, { entries }] of Object.entries(fileSchema.entries)) {
      const part = uncommented.split(`[${table}]\n`)[1]?.split('\n[')[0] ?? '';
      for (const key of Object.keys(entries)) expect(part, `${table}.${key}`).toMatch(new RegExp(`^${key} = `, 'm'));
    }
    const plain = parseConfig(source, 'kiosk.toml');
    const full = parseConfig(uncommented, 'kiosk.toml');
    expect(full).toEqual({
      ...plain,
      kiosk: full.kiosk,
      broker: { ...plain.broker, caFile: full.broker.caFile },
      scanner: {
        ...plain.scanner,
        ...{ usb: '0c2e:0b01', usbSerial: 'S/N 12345', usbPort: '1-1.4' },
        issuerTableFile: '/etc/quietzone/issuers.json',
      },
      display: {
        ...plain.display,
        contact: full.display.contact,
        qrModulesMost: full.display.qrModulesMost,
        i2cAddress: 60,
      },
      buttons: { ...plain.buttons, link: full.buttons.link, pay: full.buttons.pay },
      indicator: { ...plain.indicator, outputs: full.indicator.outputs, patterns: full.indicator.patterns },
      actuator: { ...plain.actuator, output: full.actuator.output, sensor: full.actuator.sensor },
    });
  });
});

describe('a bad file', () => {
  it('names the key, what was found, what is expected', () => {
    expect(faultsOf(text({ web: ['port = "80"'] }))).toEqual([
      { key: 'web.port', found: 'text "80"', expected: 'a whole number from 0 to 65535' },
    ]);
  });

  it('tells all faults at once, missing tables key by key', () => {
    const faults = faultsOf('[web]\nport = 1.5\n[log]\nlevel = 3\nlvl = 1\n[scaner]\n');
    expect(faults.map((f) => f.key).sort()).toEqual(
      [
        'actuator.kind',
        'broker.url',
        'journal.directory',
        'kiosk.name',
        'log.level',
        'log.lvl',
        'scaner',
        'scanner.kind',
        'web.port',
      ].sort(),
    );
    expect(faults.find((f) => f.key === 'kiosk.name')).toMatchObject({ found: 'nothing' });
    expect(faults.find((f) => f.key === 'scanner.kind')?.expected).toBe(
      'one of "serial", "hid-pos", "hid-keyboard", "virtual"',
    );
  });

  it.each([
    ['broker', 'keepalive_ms = 5', 'broker.keep_alive_ms'],
    ['timers', 'payValid_ms = 5', 'timers.pay_valid_ms'],
    ['timers', 'deadline = 5', 'timers.deadline_ms'],
    ['timers', 'level = "info"', 'log.level'],
    ['timers', 'qwertyuiop = 5', undefined],
  ])('finds the key that [%s] %s looks like', (table, line, nearest) => {
    const lines = table === 'broker' ? [...least.broker, line] : [line];
    const [fault, ...more] = faultsOf(text({ [table]: lines }));
    expect(more).toEqual([]);
    expect(fault?.found).toMatch(/^an unknown key \((number|text)\)$/);
    expect(fault?.nearest).toBe(nearest);
  });

  it('finds the table that a wrong one looks like', () => {
    expect(faultsOf(`${text()}\n[times]\ndeadline_ms = 5`)).toMatchObject([
      { key: 'times', found: 'an unknown table', nearest: 'timers' },
    ]);
    expect(faultsOf(`deadline_ms = 5\n${text()}`)).toMatchObject([
      { key: 'deadline_ms', nearest: 'timers.deadline_ms' },
    ]);
    expect(faultsOf(`web = 5\n${text()}`)).toEqual([{ key: 'web', found: 'number 5', expected: 'a table [web]' }]);
  });

  it.each([
    [{ broker: ['url = "mqtt://broker.example.com"'] }, 'broker.url', /^mqtts:/],
    [{ broker: ['url = "mqtt://127.0.0.1.evil.example"'] }, 'broker.url', /^mqtts:/],
    [{ broker: ['url = "mqtt://evil127.0.0.1"'] }, 'broker.url', /^mqtts:/],
    [{ broker: ['url = "http://127.0.0.1"'] }, 'broker.url', /^mqtt:\/\/host/],
    [{ broker: ['url = "127.0.0.1:1883"'] }, 'broker.url', /^mqtt:\/\/host/],
    [{ broker: ['url = "mqtt://127.0.0.1"', 'password_file = "p"'] }, 'broker.username', /password_file/],
    [{ kiosk: ['name = "a b"'] }, 'kiosk.name', /A-Z/],
    [{ kiosk: ['name = "relay"'] }, 'kiosk.name', /not "relay"/],
    [{ journal: ['directory = "  "'] }, 'journal.directory', /path/],
    [{ scanner: ['kind = "serial"'] }, 'scanner.path', /serial.*usb_port/],
    [{ scanner: ['kind = "serial"', 'usb = "0c2e"'] }, 'scanner.usb', /four hexadecimal/],
    [{ scanner: ['kind = "virtual"', 'profile = "gm66"'] }, 'scanner.profile', /"gm65", "de2120"/],
    [{ scanner: ['kind = "virtual"', 'probe_ms = 10'] }, 'scanner.probe_ms', /1000 to 600000/],
    [{ scanner: ['kind = "hid-pos"'] }, 'scanner.path', /hidraw0.*"hid-pos"/],
    [{ scanner: ['kind = "hid-keyboard"'] }, 'scanner.path', /hidraw0.*"hid-keyboard"/],
    [
      { scanner: ['kind = "hid-keyboard"', 'path = "/dev/hidraw0"', 'terminators = ["etx"]'] },
      'scanner.terminators',
      /"cr" for Enter/,
    ],
    [{ scanner: ['kind = "virtual"', 'terminators = ["cr", "nul"]'] }, 'scanner.terminators[1]', /"crlf"/],
    [{ scanner: ['kind = "virtual"', 'terminators = ["cr", "cr"]'] }, 'scanner.terminators', /different/],
    [{ scanner: ['kind = "virtual"', 'market = "TW"'] }, 'scanner.market', /"global" or a country/],
    [{ scanner: ['kind = "virtual"', 'market = "taiwan"'] }, 'scanner.market', /two lower-case letters/],
    [{ scanner: ['kind = "virtual"', 'issuer_table_file = ""'] }, 'scanner.issuer_table_file', /a path/],
    [{ display: ['languages = ["fr"]'] }, 'display.languages[0]', /"en", "zh"/],
    [{ display: ['kind = "hd44780"', 'languages = ["zh"]'] }, 'display.languages', /"en" in it/],
    [{ display: ['kind = "sh1106"', 'i2c_address = 128'] }, 'display.i2c_address', /3 to 119/],
    [{ display: ['languages = []'] }, 'display.languages', /1 to/],
    [{ order: ['mode = "fixed"', 'currency = "HKD"', 'reference = "A"'] }, 'order.amount', /fixed/],
    [
      { order: ['mode = "fixed"', 'amount = "1.005"', 'currency = "HKD"', 'reference = "A"'] },
      'order.amount',
      /2 places/,
    ],
    [
      { order: ['mode = "fixed"', 'amount = "1"', 'currency = "hkd"', 'reference = "A"'] },
      'order.currency',
      /capitals/,
    ],
    [{ order: ['mode = "fixed"', 'amount = "1"', 'currency = "HKD"', 'reference = "茶"'] }, 'order.reference', /ASCII/],
    [{ order: ['amount = 35.5'] }, 'order.amount', /decimal text/],
    [{ timers: ['pay_valid_ms = 60000'] }, 'timers.pay_valid_ms', /less than timers.deadline_ms, which is 60000/],
    [{ timers: ['resend_ms = 9000'] }, 'timers.resend_ms', /at most timers.resend_max_ms/],
    [{ timers: ['resend_ms = 500', 'pay_valid_ms = 500'] }, 'timers.resend_ms', /less than/],
    [{ web: ['port = 8000'], api: ['port = 8000'] }, 'api.port', /another port/],
    [{ broker: ['url = "mqtt://[::1]:1"', 'reconnect_base_ms = 60000'] }, 'broker.reconnect_base_ms', /at most/],
  ] as [Record<string, string[]>, string, RegExp][])('refuses %j', (changes, key, expected) => {
    const [fault, ...more] = faultsOf(text(changes));
    expect(more).toEqual([]);
    expect(fault?.key).toBe(key);
    expect(fault?.expected).toMatch(expected);
  });

  it('takes plain mqtt to another machine only when told to', () => {
    const url = 'url = "mqtt://broker.example.com"';
    expect(faultsOf(text({ broker: [url, 'allow_plain = true'] }))).toEqual([]);
  });

  it('never prints what may be a secret', () => {
    const secret = 'hunter2hunter2';
    for (const broker of [
      [`url = "mqtt://me:${secret}@127.0.0.1"`],
      ['url = "mqtt://127.0.0.1"', `password = "${secret}"`],
      ['url = "mqtt://127.0.0.1"', `password_file = ["${secret}"]`],
      ['url = "mqtt://127.0.0.1"', `username = "${secret}" x`],
      ['url = "mqtt://127.0.0.1"', 'username = "k1"', `password_file = "${secret}\\n"`],
    ]) {
      const source = text({ broker });
      expect(() => parseConfig(source, 'kiosk.toml')).toThrow(ConfigError);
      try {
        parseConfig(source, 'kiosk.toml');
      } catch (error) {
        expect(String(error)).not.toContain(secret);
      }
    }
  });

  it('says where the file is not TOML', () => {
    expect(faultsOf('[kiosk]\nname = = 2')).toEqual([
      { key: 'line 2, column 8', found: 'invalid value', expected: 'TOML 1.0' },
    ]);
  });

  it('puts all of it into one message', () => {
    expect(() => parseConfig(text({ timers: ['final_screen = 5'] }), 'kiosk.toml')).toThrow(
      /^kiosk\.toml:\n {2}timers\.final_screen: found an unknown key \(number\), expected one of .*\(did you mean timers\.final_screen_ms\?\)$/,
    );
  });

  it('gives a ConfigError for any text, whatever it is', () => {
    const value = fc.constantFrom('1', '"x"', 'true', '[]', '{}', '1979-05-27', '1e99', '[1, "x"]', 'nan', '-1');
    const keys = Object.entries(fileSchema.entries).flatMap(([t, { entries }]) =>
      Object.keys(entries).map((k) => `${t}.${k}`),
    );
    const lines = fc.dictionary(fc.constantFrom(...keys, 'kiosk', 'x.y', '__proto__.a', 'constructor'), value);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          lines.map((d) =>
            Object.entries(d)
              .map((e) => e.join(' = '))
              .join('\n'),
          ),
        ),
        (source) => {
          expect(() => parseConfig(source, 'kiosk.toml')).toThrow(ConfigError);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('loading', () => {
  it('reads a file, and says so when it cannot', () => {
    const folder = mkdtempSync(join(tmpdir(), 'quietzone-config-'));
    try {
      const file = join(folder, 'kiosk.toml');
      writeFileSync(file, text());
      expect(loadConfig(file).journal.directory).toBe(join(folder, 'journal'));
      expect(() => loadConfig(join(folder, 'none.toml'))).toThrow(/none\.toml: found ENOENT/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
