import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeDown, decodeUp, encodeDown, encodeUp, FrameError } from '../../../protocol/codec.js';
import { FRAME_MAX_BYTES } from '../../../protocol/limits.js';
import type { Down, Hello, Up, UpBody } from '../../../protocol/messages.js';
import { code, down, examplePay, pay, up } from './messages.js';
import { traceInError } from './traces.js';

const attempt = '000102030405060708090a0b0c0d0e0f';

/** The error that `act` ends in, which must be a FrameError; undefined when it ends well. */
function frameError(act: () => unknown): FrameError | undefined {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
    return error as FrameError;
  }
  return undefined;
}

describe('a text with a control character is refused by name', () => {
  const hello: Hello = {
    ...{ type: 'hello', epoch: 'e'.repeat(32), number: 1, nonce: 'f'.repeat(32), chain: [], atMs: 1, open: [] },
    ...{ board: 'board', version: '1' },
  };
  const inFrame = (body: UpBody) => frameError(() => decodeUp(encodeUp({ boot: '01020304', seq: 1, body })));

  test.each(['\0', '\n', '\x1f', '\x7f', '\x85'])('%j', (bad) => {
    const found = (field: string) => `${field}: found a control character at position 2, expected plain text`;
    expect(inFrame({ ...examplePay, reference: `A-${bad}` })?.message).toBe(found('pay.reference'));
    expect(inFrame({ ...hello, board: `b1${bad}` })?.message).toBe(found('hello.board'));
    expect(inFrame({ ...hello, version: `v1${bad}` })?.message).toBe(found('hello.version'));
  });

  test('what merely looks strange is not', () => {
    expect(inFrame({ ...examplePay, reference: ' 茶 é €\u202e' })).toBeUndefined();
  });
});

describe('an Ack', () => {
  const message = { boot: '01020304', seq: 1 } as const;

  test('of a kiosk that names no standing is read as ever', () => {
    const frame = Buffer.from(`0d01020304 1001 3a12 0a10${attempt}`.replaceAll(' ', ''), 'hex');
    expect(decodeUp(frame)).toEqual({ ...message, body: { type: 'ack', attempt } });
    expect(Buffer.from(encodeUp({ ...message, body: { type: 'ack', attempt } })).equals(frame)).toBe(true);
  });

  test('names the standing in two bytes more', () => {
    const body = { type: 'ack', attempt, standing: 'reversed' } as const;
    const frame = encodeUp({ ...message, body });
    expect(frame).toHaveLength(29);
    expect(decodeUp(frame)).toEqual({ ...message, body });
  });
});

describe('round trip', () => {
  test('of every message up', () => {
    fc.assert(
      fc.property(up, (message) => {
        const frame = encodeUp(message);
        expect(decodeUp(frame)).toEqual(message);
        expect(frame.length).toBeLessThan(FRAME_MAX_BYTES);
      }),
      { numRuns: 500 },
    );
  });

  test('of every message down', () => {
    fc.assert(
      fc.property(down, (message) => {
        expect(decodeDown(encodeDown(message))).toEqual(message);
      }),
      { numRuns: 500 },
    );
  });

  test('of the largest Hello there may be', () => {
    const nonce = 'f'.repeat(32);
    const message: Up = {
      boot: 'ffffffff',
      seq: 2 ** 32 - 1,
      body: {
        type: 'hello',
        epoch: nonce,
        number: 2 ** 32 - 1,
        nonce,
        chain: Array.from({ length: 8 }, () => nonce),
        board: '\u4e2d'.repeat(64),
        atMs: Number.MAX_SAFE_INTEGER,
        open: Array.from({ length: 64 }, () => ({ attempt: nonce, delivery: 'doubtful' as const })),
        challenge: nonce,
        version: '\u4e2d'.repeat(32),
      },
    };
    const frame = encodeUp(message);
    expect(decodeUp(frame)).toEqual(message);
    expect(frame.length).toBeLessThan(FRAME_MAX_BYTES / 2);
  });

  test('milliseconds left are whole and never below nothing', () => {
    const left = (leftMs: number) => {
      const body = { type: 'update', attempt, boot: '00000001', standing: 'submitted', leftMs, receipt: '' } as const;
      const read = decodeDown(encodeDown({ seq: 1, relay: 'r1', body })).body;
      return read.type === 'update' ? read.leftMs : undefined;
    };
    expect([left(1234.6), left(-5), left(0)]).toEqual([1235, 0, 0]);
  });
});

describe('on the wire for good', () => {
  test('a Pay', () => {
    const frame = encodeUp({ boot: 'deadbeef', seq: 1, body: examplePay });
    expect(Buffer.from(frame).toString('hex')).toBe(
      [
        '0ddeadbeef', // boot, as its bytes stand in the nonce
        '1001', // seq
        '2238', // Pay, 56 bytes
        `0a10${attempt}`,
        '120c281006020123456789012345',
        '18de1b', // 3550
        '20d802', // HKD is 344
        '2801', // alipay
        '3208412d313233343536',
        '388090fbd309', // scanned 30 days after the start; valid_ms is the default and absent
      ].join(''),
    );
  });

  test('a Pay with an EMV CPM code, and one with letters, each of an issuer without a number', () => {
    const bodyOf = (code: string) => {
      const frame = encodeUp({ boot: 'deadbeef', seq: 1, body: { ...examplePay, code, issuer: 'new-pay' } });
      return Buffer.from(frame).toString('hex').slice(`0ddeadbeef 1001 2200 0a10${attempt}`.replaceAll(' ', '').length);
    };
    const rest = '18de1b 20d802 3208412d313233343536 388090fbd309';
    const issuer = '5a076e65772d706179';
    expect(bodyOf('hQVDUFYwMWEJTwegAAAAAxAQ')).toBe(
      `${rest} 4a12 85054350563031 61094f07a0000000031010 ${issuer}`.replaceAll(' ', ''),
    );
    expect(bodyOf('22J111111111111111')).toBe(
      `${rest} 5212 32324a313131313131313131313131313131 ${issuer}`.replaceAll(' ', ''),
    );
  });

  test('an Update', () => {
    const frame = encodeDown({
      seq: 7,
      relay: 'r1',
      body: {
        type: 'update',
        attempt,
        boot: 'deadbeef',
        standing: 'declined',
        reason: 'code-expired',
        leftMs: 1500,
        receipt: 'K7JHP',
      },
    });
    expect(Buffer.from(frame).toString('hex')).toBe(
      `1a25 0a10${attempt} 15deadbeef 1804 2001 28dc0b 32054b374a4850 3807 42027231`.replaceAll(' ', ''),
    );
  });
});

describe('the size of a Pay with a 24-digit code and a reference of 8 characters', () => {
  const sizes = (seq: number, more: Partial<typeof examplePay>) => {
    const frame = encodeUp({ boot: 'deadbeef', seq, body: { ...examplePay, ...more } });
    // boot is 5 bytes, seq a tag and a varint, and the message has a tag and one byte of length, from 128 on two.
    const seqBytes = Math.max(1, Math.ceil(seq.toString(2).length / 7));
    const withLength = frame.length - 5 - 1 - seqBytes - 1;
    return { frame: frame.length, message: withLength - (withLength > 128 ? 2 : 1) };
  };

  test('is 56 bytes, 65 as a frame, after a month', () => {
    expect(sizes(1, {})).toEqual({ message: 56, frame: 65 });
    expect(sizes(127, { amount: 16_383 })).toEqual({ message: 56, frame: 65 });
    expect(sizes(16_383, {})).toEqual({ message: 56, frame: 66 });
  });

  test('is at most that in the first year of a boot and its first 16,383 frames', () => {
    fc.assert(
      fc.property(
        pay,
        fc.nat(16_383),
        fc.nat(365 * 86_400_000),
        fc.integer({ min: 1, max: 16_383 }),
        (p, seq, at, amount) => {
          const { message, frame } = sizes(seq, { amount, currency: p.currency, issuer: 'aupay', scanMs: at });
          expect(message).toBeLessThanOrEqual(56);
          expect(frame).toBeLessThanOrEqual(66);
        },
      ),
    );
  });

  test('is 164 with an EMV CPM code of 120 bytes instead, 429 with the longest, 62 with 18 letters and digits', () => {
    const cpm = Buffer.concat([Buffer.from('85054350563031', 'hex')], 120).toString('base64');
    expect(cpm).toHaveLength(160);
    expect(sizes(1, { code: cpm })).toEqual({ message: 164, frame: 174 });
    expect(sizes(1, { code: '22J111111111111111' })).toEqual({ message: 62, frame: 71 });
    const longest = Buffer.concat([Buffer.from('85054350563031', 'hex')], 384).toString('base64');
    expect(sizes(1, { code: longest })).toEqual({ message: 429, frame: 439 });
  });

  test('is 64 bytes at the very worst: 340 million in minor units, a century of uptime, its own validity', () => {
    const worst = { amount: 2 ** 35 - 1, scanMs: 2 ** 42 - 1, validMs: 2 ** 21 - 1, currency: 'TRY' } as const;
    expect(sizes(2 ** 32 - 1, worst)).toEqual({ message: 64, frame: 77 });
  });
});

describe('whatever the bytes are, the fault is a FrameError', () => {
  test.each([
    ['up', decodeUp],
    ['down', decodeDown],
  ] as const)('random bytes %s', (_name, decode) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        frameError(() => decode(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  test('a true frame with some bytes changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(up, down, changes, (u, d, list) => {
        for (const [frame, decode] of [
          [encodeUp(u), decodeUp],
          [encodeDown(d), decodeDown],
        ] as const) {
          const bytes = Uint8Array.from(frame);
          for (const [at, value] of list) bytes[at % bytes.length] = value;
          frameError(() => decode(bytes));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('a frame up, cut anywhere', () => {
    fc.assert(
      fc.property(up, fc.nat(), (message, cut) => {
        const frame = encodeUp(message);
        expect(frameError(() => decodeUp(frame.subarray(0, cut % frame.length)))).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });

  test('a frame down, cut anywhere, never says something else', () => {
    fc.assert(
      fc.property(down, fc.nat(), (message, cut) => {
        const frame = encodeDown(message);
        let read: Down | undefined;
        frameError(() => {
          read = decodeDown(frame.subarray(0, cut % frame.length));
        });
        if (read) expect(read.body).toEqual(message.body);
      }),
      { numRuns: 500 },
    );
  });

  test('a frame over the limit is not read', () => {
    const error = frameError(() => decodeUp(new Uint8Array(FRAME_MAX_BYTES + 1)));
    expect(error?.message).toBe(`frame: found ${FRAME_MAX_BYTES + 1} bytes, expected at most ${FRAME_MAX_BYTES}`);
  });

  test('groups within groups do not exhaust the stack', () => {
    expect(frameError(() => decodeUp(Buffer.alloc(FRAME_MAX_BYTES, 0x7b)))).toBeDefined();
  });
});

/** A frame from hand-written hex, spaces allowed. */
const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');
const id = `0a10${attempt}`;

describe('later versions of the protocol', () => {
  const unknown = 'fa01 03 616263 f801 05'; // fields 31: three bytes, and a number

  test('unknown fields of a frame and of a message are passed over', () => {
    const abort: Up = { boot: 'deadbeef', seq: 1, body: { type: 'abort', attempt } };
    expect(decodeUp(hex(`0ddeadbeef 1001 2a12 ${id} ${unknown}`))).toEqual(abort);
    expect(decodeUp(hex(`${unknown} 0ddeadbeef 1001 2a1b ${id} ${unknown}`))).toEqual(abort);
    const vendAck: Down = { seq: 1, relay: 'r1', body: { type: 'vend-ack', attempt } };
    expect(decodeDown(hex(`221b ${id} ${unknown} 3801 42027231 ${unknown}`))).toEqual(vendAck);
  });

  test.each([
    ['a body that is not known', decodeUp, '0ddeadbeef 1001 7a03 010203', 'up: no body of this protocol version'],
    ['no body', decodeUp, '0ddeadbeef 1001', 'up: no body of this protocol version'],
    ['a body that is not known', decodeDown, '7a03 0a0101 3801', 'down: no body of this protocol version'],
    [
      'a delivery',
      decodeUp,
      `0d00000000 1001 3214 ${id} 1009`,
      'vend.delivery: value 9 is not of this protocol version',
    ],
    ['no delivery', decodeUp, `0d00000000 1001 3212 ${id}`, 'vend.delivery: value 0 is not of this protocol version'],
    ['a standing', decodeDown, `1a14 ${id} 1863`, 'update.standing: value 99 is not of this protocol version'],
    ['no standing', decodeDown, `1a12 ${id}`, 'update.standing: value 0 is not of this protocol version'],
  ])('%s is refused by name', (_name, decode, frame, message) => {
    expect(frameError(() => decode(hex(frame)))?.message).toBe(message);
  });

  test('a reason that is not known is "other", an issuer that is not known is none', () => {
    const update = decodeDown(hex(`1a17 ${id} 1804 20e707`)).body;
    expect(update).toMatchObject({ standing: 'declined', reason: 'other' });
    const read = decodeUp(hex(`2224 ${id} 120428100602 1801 20d802 2863 320141 3801`)).body;
    expect(read).toMatchObject({ type: 'pay', code: '28100602', reference: 'A', issuer: undefined });
  });
});

describe('bad fields are named, with what was found', () => {
  const payFrame = (fields: string) => {
    const body = fields.replaceAll(' ', '');
    return hex(`0d00000000 1001 22 ${(body.length / 2).toString(16).padStart(2, '0')} ${body}`);
  };
  const good = { id, code: '120428100602', amount: '1801', currency: '20d802', reference: '', scan: '3801' };
  const fields = (change: Partial<typeof good>) => Object.values({ ...good, ...change }).join('');

  test('and a good one passes', () => {
    expect(decodeUp(payFrame(fields({}))).body).toMatchObject({ amount: 1, currency: 'HKD', validMs: 20_000 });
  });

  test.each([
    [{ id: '' }, 'pay.attempt: found 0 bytes, expected 16'],
    [{ id: '0a03010203' }, 'pay.attempt: found 3 bytes, expected 16'],
    [{ code: '' }, 'pay.code: found 0 of code, cpm and text, expected exactly one'],
    [{ code: '120228ab' }, 'code: found 2 bytes that are not packed decimal'],
    [{ code: `1215${'11'.repeat(21)}` }, 'code: found 21 bytes that are not packed decimal'],
    [{ amount: '' }, 'pay.amount: found 0, expected at least 1 minor unit'],
    [{ amount: '18ffffffffffffffffff01' }, 'pay.amount: not a whole number below 2^53'],
    [{ amount: '188080808080808010' }, 'pay.amount: not a whole number below 2^53'],
    [{ currency: '' }, 'pay.currency: value 0 is not of this protocol version'],
    [{ currency: '20e707' }, 'pay.currency: value 999 is not of this protocol version'],
    [{ reference: `3221${'41'.repeat(33)}` }, 'pay.reference: found 33 characters, expected at most 32'],
    [{ scan: '38ffffffffffffffffff01' }, 'pay.scan_ms: not a whole number below 2^53'],
  ])('Pay %j', (change, message) => {
    expect(frameError(() => decodeUp(payFrame(fields(change))))?.message).toBe(message);
  });

  test.each([
    [`2a00`, 'abort.attempt: found 0 bytes, expected 16'],
    [`3a03 0a0101`, 'ack.attempt: found 1 bytes, expected 16'],
    [`3a14 0a10${attempt} 1063`, 'ack.standing: value 99 is not of this protocol version'],
    [`1a00`, 'hello.epoch: found 0 bytes, expected 16'],
    [`1aa201 ${`2210${'00'.repeat(16)}`.repeat(9)}`, 'hello.chain: found 9, expected at most 8'],
    [`1a8201 ${'3a00'.repeat(65)}`, 'hello.open: found 65, expected at most 64'],
  ])('up %s', (frame, message) => {
    expect(frameError(() => decodeUp(hex(`0d00000000 1001 ${frame}`)))?.message).toBe(message);
  });

  test.each([
    ['0a00', 'welcome.nonce: found 0 bytes, expected 16'],
    ['1200', 'challenge.nonce: found 0 bytes, expected 16'],
    ['2200', 'vend_ack.attempt: found 0 bytes, expected 16'],
    [`1a00`, 'update.attempt: found 0 bytes, expected 16'],
    [`2212${id} 38ffffffffffffffffff01`, 'down.seq: not a whole number below 2^53'],
  ])('down %s', (frame, message) => {
    expect(frameError(() => decodeDown(hex(frame)))?.message).toBe(message);
  });
});

describe('a payment code stands in no error', () => {
  test('when a frame with it is broken in any way', () => {
    let errors = 0;
    fc.assert(
      fc.property(pay, fc.nat(), fc.nat(255), fc.nat(), (body, at, value, cut) => {
        const frame = Uint8Array.from(encodeUp({ boot: 'deadbeef', seq: 1, body }));
        frame[at % frame.length] = value;
        for (const bytes of [frame, frame.subarray(0, cut % frame.length)]) {
          const error = frameError(() => decodeUp(bytes));
          if (!error) continue;
          errors += 1;
          expect(traceInError(body.code, error)).toBeUndefined();
        }
      }),
      { numRuns: 1_000 },
    );
    expect(errors).toBeGreaterThan(500);
  });

  test('when no form can carry it', () => {
    fc.assert(
      fc.property(code, fc.constantFrom(' ', '-', '\n', '\u0000', '９'), (secret, noise) => {
        for (const bad of [secret + noise, noise + secret, secret + noise + secret]) {
          let error: unknown;
          try {
            encodeUp({ boot: 'deadbeef', seq: 1, body: { ...examplePay, code: bad } });
          } catch (caught) {
            error = caught;
          }
          expect(error).toBeInstanceOf(RangeError);
          expect(traceInError(secret, error)).toBeUndefined();
        }
      }),
    );
  });
});
