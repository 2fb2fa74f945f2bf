import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applications, isPublic, tlvOf } from '../../../../agent/decode/cpm-view.js';
import type { Decoder } from '../../../../agent/decode/decoder.js';
import { compileIssuers } from '../../../../agent/decode/issuers.js';
import { rejectReasons, type Verdict } from '../../../../agent/decode/result.js';
import { builtInTable } from '../../../../protocol/issuer-table/built-in.js';
import { check, nameOf } from '../../../fuzz/check.js';
import { Mutator } from '../../../fuzz/mutate.js';
import { type Market, markets, oracle } from '../../../fuzz/oracle.js';
import { decoderFor } from '../../../fuzz/run.js';
import { type Branch, TreeWriter } from '../../../fuzz/tlv-tree.js';
import { loadVectors } from '../../../fuzz/vectors.js';

const vectors = loadVectors();
const decoder = decoderFor('global');
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const toText = (payload: Uint8Array): string => Buffer.from(payload).toString('base64');

/** All that a caller can learn of a frame. */
function all(subject: Decoder, frame: Uint8Array): unknown {
  const verdict = subject.decode(frame);
  if (verdict.kind === 'reject') return verdict;
  const seen = { verdict, text: subject.text(frame), start: subject.start, end: subject.end };
  if (verdict.kind !== 'emv-cpm') return seen;
  return { ...seen, tlv: tlvOf(subject.cpm), applications: applications(subject.cpm) };
}

/** Frames of every kind: the fuzz's inputs, EMV payloads of any bytes, any bytes. */
const mutator = new Mutator(11, vectors);
const anyFrame: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.nat(1e9).map((index) => Uint8Array.from(mutator.input(index))),
  fc.uint8Array({ maxLength: 390 }).map((rest) => latin1(toText(Buffer.concat([latin1('\x85\x05CPV01'), rest])))),
  fc.uint8Array({ maxLength: 600 }),
  fc.constantFrom(...vectors.map((vector) => vector.bytes)),
);
const anyMarket = fc.constantFrom<Market>(...markets);
const decoders = new Map(markets.map((market) => [market, decoderFor(market)]));
const decoderOf = (market: Market): Decoder => decoders.get(market) ?? decoder;

describe('whatever the bytes are', () => {
  it('there is a verdict of a known kind and reason, and it is the oracle’s', () => {
    fc.assert(
      fc.property(anyFrame, anyMarket, (frame, market) => {
        const verdict: Verdict = decoderOf(market).decode(frame);
        expect(['wallet-code', 'emv-cpm', 'reject']).toContain(verdict.kind);
        if (verdict.kind === 'reject') expect(rejectReasons).toContain(verdict.reason);
        expect(check(decoderOf(market), market, frame, Uint8Array.from(frame)).fault).toBeUndefined();
      }),
      { numRuns: 5_000 },
    );
  });

  it('an accepted code is the content that was scanned', () => {
    fc.assert(
      fc.property(anyFrame, anyMarket, (frame, market) => {
        const subject = decoderOf(market);
        const verdict = subject.decode(frame);
        if (verdict.kind === 'reject') return;
        const text = subject.text(frame);
        expect(Buffer.from(frame).toString('latin1')).toContain(text);
        expect(Buffer.from(text, 'latin1')).toEqual(Buffer.from(frame.subarray(subject.start, subject.end)));
        if (verdict.kind === 'emv-cpm') expect(toText(Buffer.from(text, 'base64'))).toBe(text);
        else expect(text).toMatch(/^[0-9]{12,24}$|^22[0-9A-Za-z]{16}$|^QZM[0-9A-Z]{20}$|^QZF[0-9A-F]{32}$/);
      }),
      { numRuns: 5_000 },
    );
  });

  it('nothing of a code stays for the next', () => {
    fc.assert(
      fc.property(anyFrame, anyFrame, (a, b) => {
        const first = all(decoder, a);
        expect(all(decoderFor('global'), a)).toEqual(first);
        all(decoder, b);
        expect(all(decoder, a)).toEqual(first);
        decoder.forget();
        expect(all(decoder, a)).toEqual(first);
      }),
      { numRuns: 2_000 },
    );
  });

  it('it does not matter where in memory they stand, nor what stands beside them', () => {
    const beside = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom(latin1('0123456789'), latin1('====\r\n\x02]Q1')),
    );
    fc.assert(
      fc.property(anyFrame, beside, beside, (frame, before, after) => {
        const alone = all(decoder, Uint8Array.from(frame));
        const whole = Buffer.concat([before, frame, after]);
        const copy = Uint8Array.from(whole);
        const end = before.length + frame.length;
        expect(all(decoder, whole.subarray(before.length, end))).toEqual(alone);
        expect(all(decoder, copy.subarray(before.length, end))).toEqual(alone);
        expect(Buffer.compare(whole, copy)).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });
});

const hex = (text: string): Uint8Array => Buffer.from(text, 'hex');
const object = (tag: string, value: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Branch> =>
  value.map((bytes) => ({ tag: hex(tag), value: bytes }));
const sized = (...lengths: number[]) =>
  fc.constantFrom(...lengths).chain((n) => fc.uint8Array({ minLength: n, maxLength: n }));
const between = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const digits = (min: number, max: number) => fc.stringMatching(new RegExp(`^[0-9]{${min},${max}}$`));
const padded = (text: string): Uint8Array => hex(text.length % 2 === 0 ? text : `${text}F`);

/** A good value for each tag, written by hand from the reference's table of section 3. */
const good: Record<string, fc.Arbitrary<Branch>> = {
  '50': object('50', fc.stringMatching(/^[ -~]{1,16}$/).map(latin1)),
  '57': object(
    '57',
    fc.tuple(digits(1, 19), digits(0, 18)).map(([pan, rest]) => padded(`${pan}D${rest}`)),
  ),
  '5A': object('5A', digits(1, 19).map(padded)),
  '82': object('82', sized(2)),
  '5F20': object('5F20', between(2, 26)),
  '5F2D': object('5F2D', sized(2, 4, 6, 8)),
  '5F34': object('5F34', sized(1)),
  '5F50': object('5F50', between(0, 60)),
  '9F08': object('9F08', sized(2)),
  '9F10': object('9F10', between(1, 32)),
  '9F19': object('9F19', sized(6)),
  '9F24': object('9F24', sized(29)),
  '9F25': object('9F25', sized(2)),
  '9F26': object('9F26', sized(8)),
  '9F27': object('9F27', sized(1)),
  '9F36': object('9F36', sized(2)),
  '9F37': object('9F37', sized(4)),
  '9F74': object('9F74', between(0, 12)),
  C1: object('C1', between(0, 12)),
  BF0C: object('BF0C', between(0, 12)),
  '1F00': object('1F00', between(0, 4)),
};
const objects = (most: number): fc.Arbitrary<Branch[]> =>
  fc
    .uniqueArray(fc.constantFrom(...Object.keys(good)), { maxLength: most })
    .chain((tags) => fc.tuple(...tags.map((tag) => good[tag] ?? fc.constant({ tag: hex(tag), value: hex('') }))));
const template = (tag: string, children: Branch[]): Branch => ({ tag: hex(tag), value: hex(''), children });
const application: fc.Arbitrary<Branch> = fc
  .tuple(object('4F', between(5, 16)), objects(5), fc.option(objects(4)))
  .map(([aid, others, inside]) => template('61', [aid, ...others, ...(inside ? [template('63', inside)] : [])]));
const common: fc.Arbitrary<Branch> = fc
  .tuple(objects(4), fc.option(objects(4)))
  .map(([others, inside]) => template('62', [...others, ...(inside ? [template('64', inside)] : [])]));
const goodCode: fc.Arbitrary<Branch[]> = fc
  .tuple(fc.array(application, { minLength: 1, maxLength: 3 }), fc.option(common), objects(1))
  .map(([apps, shared, loose]) => [
    { tag: hex('85'), value: latin1('CPV01') },
    ...apps,
    ...(shared ? [shared] : []),
    ...loose,
  ]);

const writer = new TreeWriter();
const MAX_PAYLOAD_BYTES = 384;

function valuesOf(branches: readonly Branch[], prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  let nth = 0;
  for (const { tag, value, children } of branches) {
    const name = Buffer.from(tag).toString('hex').toUpperCase();
    if (!children) found[prefix + name] = Buffer.from(value).toString('hex').toUpperCase();
    else Object.assign(found, valuesOf(children, `${prefix}${name === '61' ? `61[${nth++}]` : name}.`));
  }
  return found;
}

describe('an EMV consumer-presented code that keeps to the rules', () => {
  it('is accepted, and read as it was built', () => {
    let accepted = 0;
    fc.assert(
      fc.property(goodCode, (branches) => {
        const payload = Buffer.from(writer.write(branches));
        const frame = latin1(toText(payload));
        const verdict = decoder.decode(frame);
        if (payload.length > MAX_PAYLOAD_BYTES) {
          expect(verdict).toEqual({ kind: 'reject', reason: 'too-long' });
          return;
        }
        accepted += 1;
        expect(verdict).toEqual({ kind: 'emv-cpm' });
        expect(tlvOf(decoder.cpm)).toEqual(valuesOf(branches));
        expect(Buffer.from(decoder.text(frame), 'base64')).toEqual(payload);
        const apps = branches.filter((branch) => branch.children?.some((c) => c.tag[0] === 0x4f));
        expect(applications(decoder.cpm)).toHaveLength(apps.length);
      }),
      { numRuns: 2_000 },
    );
    expect(accepted).toBeGreaterThan(1_000);
  });

  it('is refused when it loses any of its last bytes, or gains some', () => {
    fc.assert(
      fc.property(goodCode, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 }), (branches, cut, more) => {
        const payload = Buffer.from(writer.write(branches));
        if (payload.length + more.length > MAX_PAYLOAD_BYTES) return;
        const shorter = payload.subarray(0, 7 + (cut % (payload.length - 7)));
        for (const changed of [shorter, Buffer.concat([payload, more])]) {
          const frame = latin1(toText(changed));
          expect(nameOfVerdict(decoder.decode(frame))).toBe(nameOf(oracle(frame, 'global')));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

const nameOfVerdict = (verdict: Verdict): string =>
  verdict.kind === 'reject' ? nameOf({ kind: verdict.kind, rejectReason: verdict.reason }) : nameOf(verdict);

describe('every small change of a good code is refused or encodes again to the scanned text', () => {
  const codes = vectors.filter((vector) => vector.expected.kind === 'emv-cpm');
  const fault = (text: string): string | undefined => {
    const frame = latin1(text);
    return check(decoder, 'global', frame, Uint8Array.from(frame)).fault;
  };

  it.each(codes)('each bit of $name', ({ expected }) => {
    const payload = Buffer.from(expected.code ?? '', 'base64');
    const faults: string[] = [];
    for (let bit = 0; bit < payload.length * 8; bit++) {
      payload[bit >> 3] = (payload[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      faults.push(fault(toText(payload)) ?? '');
      payload[bit >> 3] = (payload[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    }
    expect(faults.filter((f) => f !== '')).toEqual([]);
  });

  it.each(codes)('each end of $name: its text and its bytes', ({ expected }) => {
    const text = expected.code ?? '';
    const payload = Buffer.from(text, 'base64');
    const ends = [...text]
      .map((_, i) => text.slice(0, i))
      .concat([...payload].map((_, i) => toText(payload.subarray(0, i))));
    const bare = text.replace(/=+$/, '');
    const padding = ['', '=', '==', '===', '====', 'A', '=A', 'A='].map((tail) => bare + tail);
    expect([...ends, ...padding].map(fault).filter((f) => f !== undefined)).toEqual([]);
  });

  const shortest = codes.reduce((a, b) => (a.bytes.length <= b.bytes.length ? a : b));
  it('each letter of the shortest, replaced by every byte', () => {
    const text = shortest.expected.code ?? '';
    const faults: string[] = [];
    for (let at = 0; at < text.length; at++) {
      for (let byte = 0; byte < 256; byte++) {
        faults.push(fault(text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1)) ?? '');
      }
    }
    expect(faults.filter((f) => f !== '')).toEqual([]);
  });

  it('each byte of the shortest, replaced by every byte', () => {
    const payload = Buffer.from(shortest.expected.code ?? '', 'base64');
    const faults: string[] = [];
    for (let at = 0; at < payload.length; at++) {
      const kept = payload[at] ?? 0;
      for (let byte = 0; byte < 256; byte++) {
        payload[at] = byte;
        faults.push(fault(toText(payload)) ?? '');
      }
      payload[at] = kept;
    }
    expect(faults.filter((f) => f !== '')).toEqual([]);
  });
});

describe('secrets', () => {
  const pan = '9360091122046710343F';
  const withPan =
    vectors.find((vector) => Object.values(vector.expected.tlv ?? {}).includes(pan))?.bytes ?? new Uint8Array();

  it('a verdict and the applications tell nothing of the card', () => {
    const verdict = decoder.decode(withPan);
    const told = JSON.stringify([verdict, applications(decoder.cpm)]);
    expect(verdict).toEqual({ kind: 'emv-cpm' });
    for (const secret of [pan, '9360091122046710343', decoder.text(withPan)]) expect(told).not.toContain(secret);
    expect(told).toBe('[{"kind":"emv-cpm"},[{"aid":"A0000006022020","label":"QRISCPM"}]]');
  });

  it('are gone after forget', () => {
    decoder.decode(withPan);
    expect(Buffer.from(decoder.cpm.bytes).toString('hex').toUpperCase()).toContain(pan);
    decoder.forget();
    expect(decoder.cpm.bytes.every((byte) => byte === 0)).toBe(true);
    expect(tlvOf(decoder.cpm)).toEqual({});
  });

  it('are gone when a code is refused after its card number was read', () => {
    const bad = Buffer.concat([Buffer.from(Buffer.from(withPan).toString('latin1'), 'base64'), hex('ff')]);
    expect(decoder.decode(latin1(toText(bad)))).toEqual({ kind: 'reject', reason: 'cpm-bad-tag' });
    expect(Buffer.from(decoder.cpm.bytes).toString('hex').toUpperCase()).not.toContain(pan);
  });

  it.each(['57', '5A', '5F20', '5F34', '9F10', '9F19', '9F24', '9F25', '9F26', '9F36', '9F37', '9F74', 'C1'])(
    'tag %s is none that may be told',
    (tag) => expect(isPublic(`61[0].${tag}`)).toBe(false),
  );
});

it('another issuer table counts from the next frame on', () => {
  const subject = decoderFor('global');
  const frame = latin1('160000000000000000');
  expect(subject.decode(frame)).toEqual({ kind: 'reject', reason: 'unknown-prefix' });
  subject.adopt(compileIssuers(builtInTable, 'tw'));
  expect(subject.decode(frame)).toEqual({ kind: 'wallet-code', issuer: 'linepay' });
  subject.adopt(compileIssuers({ ...builtInTable, rows: [] }, 'tw'));
  expect(subject.decode(frame).kind).toBe('reject');
});
