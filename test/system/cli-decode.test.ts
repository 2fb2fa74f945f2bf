import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { rejectReasons } from '../../agent/decode/result.js';
import { builtInTable } from '../../protocol/issuer-table/built-in.js';
import { parseIssuerTable } from '../../protocol/issuer-table/parse.js';
import { until } from '../support/wait.js';

/** `quietzone decode` as a technician runs it: the built command, its standard input and output, its exit code. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const program = ['dist/agent/cli.js', 'decode'];

type Expected = {
  readonly kind: string;
  readonly issuer?: string;
  readonly code?: string;
  readonly tlv?: Readonly<Record<string, string>>;
  readonly rejectReason?: string;
};
type Vector = { readonly name: string; readonly text?: string; readonly hex?: string; readonly expected: Expected };
const vectors: readonly Vector[] = JSON.parse(readFileSync(join(root, 'test/fixtures/codes/vectors.json'), 'utf8'));
const bytesOf = ({ text, hex }: Vector): Buffer =>
  hex === undefined ? Buffer.from(text ?? '', 'utf8') : Buffer.from(hex, 'hex');

function decode(args: readonly string[], input: string | Buffer = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...program, ...args], {
    cwd: root,
    input,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout, stderr, lines: stdout.split('\n').slice(0, -1) };
}
const objects = (run: { readonly lines: readonly string[] }) => run.lines.map((line) => JSON.parse(line));
const asHex = (bytes: Buffer): string => `${JSON.stringify({ hex: bytes.toString('hex') })}\n`;
const allAsHex = vectors.map((vector) => asHex(bytesOf(vector))).join('');

const CPM = 'hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=';
const CODE = '281006020123456789012345';

describe('every vector through --jsonl', () => {
  it('is what it must be, with --reveal to the last value', () => {
    const run = decode(['--jsonl', '--reveal'], allAsHex);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const results: Expected[] = objects(run);
    expect(results).toHaveLength(vectors.length);
    for (const [i, { name, expected }] of vectors.entries()) {
      const { issuer, ...rest } = results[i] ?? { kind: 'nothing' };
      const { issuer: named, ...others } = expected;
      expect(rest, name).toEqual(others);
      // Without an issuer only the kind is known (reference codes/formats.md section 7).
      if (named !== undefined) expect(issuer, name).toBe(named);
    }
  });

  it('is the same given as text, and has its keys in one order', () => {
    const given = vectors.filter((vector) => vector.text !== undefined);
    const input = given.map(({ text }) => `${JSON.stringify({ text })}\n`).join('');
    const byHex = given.map((vector) => asHex(bytesOf(vector))).join('');
    const run = decode(['--jsonl', '--reveal'], input);
    expect(run.lines).toEqual(decode(['--jsonl', '--reveal'], byHex).lines);
    const order = ['kind', 'issuer', 'code', 'tlv', 'rejectReason'];
    for (const result of objects(run)) {
      expect(Object.keys(result)).toEqual(order.filter((key) => key in result));
    }
  });
});

describe('text', () => {
  it('is one line a code: kind, issuer or reason, and the masked code', () => {
    const input = [
      CODE,
      '2911117362671530',
      '22J111111111111111',
      '910912345678901234',
      'hQVDUFYwMWETTwegAAAAA...',
      CPM,
      '',
      '4006381333931',
      'https://pay.example/281006020123456789012345',
      `M1DESMARAIS/LUC       EABC123 YULFRAAC 0834 326J001A0025 100`,
      'no newline',
    ].join('\n');
    const run = decode([], input);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.lines).toEqual([
      'wallet-code  alipayplus  2810…2345 (24)',
      'wallet-code  -  2911…1530 (16)',
      'wallet-code  jkopay  22J1…1111 (18)',
      'wallet-code  -  9109…1234 (18)',
      'reject  cpm-bad-base64  The payment code is damaged',
      'emv-cpm  A0000000555555  hQVD… (48)',
      'reject  empty  No code was read',
      "reject  product-code  This is a product's barcode",
      'reject  url  This is a web link',
      'reject  boarding-pass  This is a boarding pass',
      'reject  unrecognised-text  This is not a payment code',
    ]);
  });

  it('shows the code whole with --reveal, and the applications in their order', () => {
    const common = vectors.find(({ expected }) => expected.tlv?.['61[1].50'] !== undefined);
    const two = common?.expected.code ?? '';
    expect(decode(['--reveal'], `${CODE}\r\n${two}`).lines).toEqual([
      `wallet-code  alipayplus  ${CODE}`,
      `emv-cpm  A0000000555555 Product1, A0000000666666 Product2  ${two}`,
    ]);
  });

  it('says the same as --jsonl of every vector that is one line', () => {
    const oneLine = vectors.filter((vector) => !bytesOf(vector).includes(0x0a));
    expect(oneLine.length).toBeGreaterThan(110);
    const input = Buffer.concat(oneLine.flatMap((vector) => [bytesOf(vector), Buffer.from('\n')]));
    const kinds = decode([], input).lines.map((line) => line.split('  ').slice(0, 2));
    const json: Expected[] = objects(decode(['--jsonl'], oneLine.map((vector) => asHex(bytesOf(vector))).join('')));
    expect(kinds.map(([kind]) => kind)).toEqual(json.map(({ kind }) => kind));
    const seconds = json.map(({ kind, rejectReason, issuer }) =>
      kind === 'emv-cpm' ? 'A' : (rejectReason ?? issuer ?? '-'),
    );
    expect(kinds.map(([kind, second]) => (kind === 'emv-cpm' ? 'A' : second))).toEqual(seconds);
  });

  it('knows LINE Pay’s lengths only where the market says so', () => {
    const code = '733456789012345678';
    expect(decode([], code).lines).toEqual(['reject  unknown-prefix  We do not take this number']);
    expect(decode(['--market', 'tw'], code).lines).toEqual(['wallet-code  linepay  7334…5678 (18)']);
  });

  it('masks short codes down to two characters', () => {
    expect(decode(['--market', 'th'], '733456789014').lines).toEqual(['wallet-code  linepay  73… (12)']);
  });
});

describe('without --reveal', () => {
  const windows = (text: string, length: number): string[] =>
    Array.from({ length: Math.max(0, text.length - length + 1) }, (_, i) => text.slice(i, i + length));
  /** Values that tell nothing of a card or its owner, and the others. */
  const isOpen = (path: string): boolean => /\b(?:85|4F|50|9F08|5F2D|82)$/.test(path);
  const valuesOf = ({ tlv = {} }: Expected, which: (path: string) => boolean): string[] =>
    Object.entries(tlv).flatMap(([path, value]) => (which(path) ? [value] : []));
  const accepted = vectors.filter(({ expected }) => expected.code !== undefined);

  it.each([
    ['text', []],
    ['--jsonl', ['--jsonl']],
  ])('no five characters of a code in a row, and no secret value, in %s', (_name, args) => {
    const oneLine = accepted.filter((vector) => args.length > 0 || !bytesOf(vector).includes(0x0a));
    const input = oneLine.map((vector) => (args.length > 0 ? asHex(bytesOf(vector)) : `${vector.expected.code}\n`));
    const hidden = decode(args, input.join(''));
    const shown = decode([...args, '--reveal'], input.join(''));
    expect(hidden).toMatchObject({ status: 0, stderr: '' });
    expect(hidden.lines).toHaveLength(oneLine.length);
    for (const [i, { name, expected }] of oneLine.entries()) {
      const code = expected.code ?? '';
      expect(shown.lines[i], name).toContain(code);
      for (const part of windows(code, 5)) expect(hidden.lines[i], name).not.toContain(part);
      const open = valuesOf(expected, isOpen);
      for (const secret of valuesOf(expected, (path) => !isOpen(path))) {
        if (args.length > 0) expect(shown.lines[i], name).toContain(`"${secret}"`);
        expect(hidden.lines[i], name).not.toContain(`"${secret}"`);
        const parts = windows(secret, 6).filter((part) => !open.some((value) => value.includes(part)));
        for (const part of parts) expect(hidden.lines[i], name).not.toContain(part);
      }
      for (const part of windows(code, 10)) expect(hidden.stdout + hidden.stderr, name).not.toContain(part);
    }
  });

  it('tells of a secret value how long it is', () => {
    const [result] = objects(decode(['--jsonl'], `{"text":"${CPM}"}\n`));
    expect(result).toEqual({
      kind: 'emv-cpm',
      code: 'hQVD… (48)',
      tlv: { '85': '4350563031', '61[0].4F': 'A0000000555555', '61[0].57': '(15 bytes)' },
    });
  });
});

describe('a line of JSON that asks for nothing', () => {
  const bad = [
    ['', 'an empty line'],
    ['hello', 'text that is not JSON'],
    [`{"hex":"${CODE}`, 'text that is not JSON'],
    [`"${CODE}"`, 'a text'],
    [CODE, 'a number'],
    ['true', 'a boolean'],
    ['null', 'null'],
    [`["${CODE}"]`, 'a list'],
    ['{}', 'an object without hex'],
    [`{"code":"${CODE}"}`, 'an object without hex'],
    [`{"hex":${CODE}}`, 'a number as hex'],
    ['{"hex":null}', 'null as hex'],
    [`{"hex":"${CODE}0"}`, 'an odd number of hex digits'],
    [`{"hex":"${CODE}xy"}`, 'hex with other characters in it'],
    [`{"text":["${CODE}"]}`, 'a list as text'],
    [`{"hex":"","text":"${CODE}"}`, 'both hex and text'],
    [`{"hex":"","pad":"${CODE.repeat(3_000)}"}`, 'a line of more than 65536 bytes'],
  ] as const;

  it('is answered in its place by what was found, never quoted; the others go through, and the exit code is 2', () => {
    const run = decode(['--jsonl'], bad.map(([line]) => `{"text":"${CODE}"}\n${line}\n`).join(''));
    expect(run.lines).toEqual(
      bad.flatMap(([, found], i) => [
        '{"kind":"wallet-code","issuer":"alipayplus","code":"2810…2345 (24)"}',
        JSON.stringify({ error: `line ${2 * i + 2}: found ${found}, expected {"hex":"…"}` }),
      ]),
    );
    expect(run).toMatchObject({ status: 2, stderr: '' });
  });

  it('may bring other keys, so that a file of vectors can be given as it is', () => {
    const input = vectors.map((vector) => `${JSON.stringify(vector)}\n`).join('');
    const run = decode(['--jsonl'], input);
    expect(run.status).toBe(0);
    expect(objects(run).map(({ kind }) => kind)).toEqual(vectors.map(({ expected }) => expected.kind));
  });
});

describe('long lines', () => {
  it.each([4_400, 4_401, 10_000_000])('%i bytes are too long, and the next line is read', (length) => {
    const run = decode([], `${'7'.repeat(length)}\r\n${CODE}\n`);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.lines).toEqual([
      'reject  too-long  This is too long for a payment code',
      'wallet-code  alipayplus  2810…2345 (24)',
    ]);
  });

  it.each([
    ['hex', '3'.repeat(10_000_000)],
    ['text', 'ab\\u0041\\n'.repeat(1_000_000)],
  ])('so is %s of 10 MB', (key, value) => {
    const run = decode(['--jsonl'], `{"${key}":"${value}"}\n{"text":"${CODE}"}\n`);
    expect(objects(run).map(({ kind, rejectReason }) => rejectReason ?? kind)).toEqual(['too-long', 'wallet-code']);
    expect(run.status).toBe(0);
  });

  it('the longest content there is arrives whole, with every character written as an escape', () => {
    const escaped = [...`\u0002${'7'.repeat(488)}${CODE}\r`].map(
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    const { lines } = decode(['--jsonl'], `{"text":"${escaped.join('')}"}\n`);
    expect(lines).toEqual(['{"kind":"reject","rejectReason":"unknown-prefix"}']);
  });
});

describe('as a stream', () => {
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill('SIGKILL'));

  function start(args: readonly string[] = []) {
    const started = spawn(process.execPath, [...program, ...args], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
    child = started;
    const { stdin, stdout, stderr } = started;
    let err = '';
    stderr.setEncoding('utf8').on('data', (chunk: string) => {
      err += chunk;
    });
    stdin.on('error', () => {});
    const ended = new Promise<number | string>((resolve) => {
      started.once('close', (code, signal) => resolve(code ?? signal ?? -1));
    });
    return { pid: started.pid ?? 0, stdin, stdout, ended, stderr: () => err };
  }

  it('answers a line as soon as it has come, before the input ends', async () => {
    const { stdin, stdout, ended } = start();
    let out = '';
    stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
    });
    stdin.write(`${CODE.slice(0, 9)}`);
    await until('the program to read', () => stdin.writableLength === 0);
    stdin.write(`${CODE.slice(9)}\n`);
    await until('the answer', () => out === 'wallet-code  alipayplus  2810…2345 (24)\n');
    stdin.end('x');
    expect(await ended).toBe(0);
    expect(out).toContain('unrecognised-text');
  });

  it('ends quietly when nobody reads on, as with | head', async () => {
    const { stdin, stdout, ended, stderr } = start();
    stdout.once('data', () => stdout.destroy());
    const feed = setInterval(() => stdin.write(`${CODE}\n`.repeat(1_000)), 2);
    expect(await ended).toBe(0);
    clearInterval(feed);
    expect(stderr()).toBe('');
  });

  it('keeps no more of an endless line than it needs', async () => {
    const { pid, stdin, stdout, ended } = start();
    let out = '';
    stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
    });
    const megabyte = Buffer.alloc(1_000_000, '7');
    for (let i = 0; i < 150; i++) {
      if (!stdin.write(megabyte)) await new Promise((resolve) => stdin.once('drain', resolve));
    }
    await until('all of it to be read', () => stdin.writableLength === 0);
    const peakKb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    stdin.end();
    expect(await ended).toBe(0);
    expect(out).toMatch(/^reject {2}too-long {2}/);
    expect(peakKb).toBeLessThan(150_000);
  });

  it('reads no faster than it is read, and loses nothing', async () => {
    const { stdin, stdout, ended } = start(['--reveal']);
    stdin.write(`${CODE}\n`);
    await new Promise((resolve) => stdout.once('data', resolve));
    stdout.pause();
    const blocks = 2_000;
    const block = Buffer.from(`${CODE}\n`.repeat(1_000));
    let taken = 0;
    const feed = async () => {
      while (taken < blocks) {
        await new Promise((resolve) => stdin.write(block, resolve));
        taken++;
      }
      stdin.end();
    };
    const fed = feed();
    let before = -1;
    let stillSince = 0;
    // Held up by its own output, which nobody reads: nothing more is taken in.
    await until('the program to be held up', () => {
      if (taken !== before) stillSince = performance.now();
      before = taken;
      return taken > 0 && performance.now() - stillSince > 500;
    });
    expect(taken * block.length).toBeLessThan(4_000_000);
    let lines = 0;
    for await (const chunk of stdout) for (const byte of chunk) if (byte === 0x0a) lines++;
    await fed;
    expect(await ended).toBe(0);
    expect(lines).toBe(blocks * 1_000);
  }, 30_000);
});

it('`issuers` prints the built-in table as a document that is accepted, a row a line', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/agent/cli.js', 'issuers'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(parseIssuerTable(stdout)).toEqual(builtInTable);
  expect(stdout.split('\n').filter((line) => line.includes('"issuer"'))).toHaveLength(builtInTable.rows.length);
});

describe('flags', () => {
  it.each([
    [['--revael'], /^--revael: not a flag of this command; expected --jsonl, --reveal, --market, --issuers, --reasons/],
    [['--market', 'TW'], /^--market: found "TW", expected "global" or two lower-case letters/],
    [['--market', '../../x'], /^--market: found a text of 7 characters, expected "global"/],
    [['--market'], /^--market: found nothing, expected "global"/],
    [['--issuers', '/nowhere.json'], /^\/nowhere.json:\n.*found ENOENT, expected an issuer table/],
    [['--issuers', 'package.json'], /^package.json:\n[\s\S]*schema: found/],
    [[CODE], /^decode takes no words besides its flags: give it codes on standard input/],
    [[`-${CODE}`], /^a word that begins with "-": not a flag/],
  ])('%j is refused in words, exit 2', (args, words) => {
    const run = decode(args, `${CODE}\n`);
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toMatch(words);
    expect(run.stderr).not.toContain(CODE);
    expect(run.stderr).not.toMatch(/\n\s+at /);
  });

  it('takes another issuer table', () => {
    const folder = mkdtempSync(join(tmpdir(), 'quietzone-issuers-'));
    const file = join(folder, 'issuers.json');
    const row = {
      issuer: 'newpay',
      prefixes: ['77'],
      lengths: [20],
      charset: 'digits',
      source: 's',
      confidence: 'wide',
    };
    writeFileSync(file, JSON.stringify({ schema: 1, version: 7, rows: [row] }));
    try {
      const run = decode(['--issuers', file], `77123456789012345678\n${CODE}\n`);
      expect(run.lines).toEqual(['wallet-code  newpay  7712…5678 (20)', expect.stringContaining('reject')]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('explains itself', () => {
    const help = decode(['--help']);
    expect(help.status).toBe(0);
    for (const flag of ['--jsonl', '--reveal', '--market', '--issuers', '--reasons'])
      expect(help.stdout).toContain(flag);
  });
});

describe('--reasons', () => {
  it('prints the customer’s words for every reason, in every language', () => {
    const { status, stdout } = decode(['--reasons']);
    expect(status).toBe(0);
    const blocks = stdout.split('\n\n');
    expect(blocks.map((block) => block.split('\n')[0])).toEqual([...rejectReasons]);
    for (const block of blocks) expect(block).toMatch(/^\S+\n {2}en {2}\S.*\n {6}\S.*\n {2}zh {2}\S.*\n {6}\S.*$/m);
  });

  it('prints one object a reason with --jsonl', () => {
    const reasons = objects(decode(['--reasons', '--jsonl']));
    expect(reasons.map(({ reason }) => reason)).toEqual([...rejectReasons]);
    for (const { words } of reasons) {
      expect(words).toEqual({
        en: { title: expect.stringMatching(/./), body: expect.stringMatching(/\.$/) },
        zh: { title: expect.stringMatching(/./), body: expect.stringMatching(/。$/) },
        ja: { title: expect.stringMatching(/./), body: expect.stringMatching(/。$/) },
        ko: { title: expect.stringMatching(/./), body: expect.stringMatching(/\.$/) },
      });
    }
  });
});
