import fc from 'fast-check';
import type { Down, Hello, Pay, Up } from '../../../protocol/messages.js';
import { type Currency, currencyByNumber } from '../../../protocol/money.js';
import { deliveries, issuers, linkStates, reasons, standings } from '../../../protocol/words.js';

/** Every message of the protocol, as fast-check makes them. */
const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString('hex'));
const attempt = hex(16);
const nonce = hex(16);
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const safe = fc.maxSafeNat();
const text = (max: number) => fc.string({ unit: 'binary', maxLength: max / 2 });
/** Without control characters, which the decoder refuses. */
const plain = (max: number) => text(max).map((t) => t.replace(/\p{Cc}/gu, ''));
const currencies = Array.from({ length: 1_000 }, (_, n) => currencyByNumber(n)).filter((c) => c !== undefined);
const currency: fc.Arbitrary<Currency> = fc.constantFrom(...currencies);

export const digits = fc.array(fc.nat(9), { minLength: 16, maxLength: 40 }).map((list) => list.join(''));
const alphabet = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'];
/** Letters and digits, as JKOPay's; digits only would be packed, and what begins as EMV CPM is that or nothing. */
export const letters = fc
  .array(fc.constantFrom(...alphabet), { minLength: 8, maxLength: 64 })
  .map((list) => list.join(''))
  .filter((text) => /[A-Za-z]/.test(text) && !text.startsWith('hQVDUFY'));
export const cpmHeader = Buffer.from('85054350563031', 'hex');
export const cpm = fc
  .uint8Array({ maxLength: 377, size: 'max' })
  .map((bytes) => Buffer.concat([cpmHeader, bytes]).toString('base64'));
export const code = fc.oneof(digits, letters, cpm);
/** As a pushed table may name them. */
const newIssuer = fc.stringMatching(/^[a-z][a-z0-9-]{1,15}$/);

/** Leaves a field out where the value is undefined, as exactOptionalPropertyTypes wants it. */
const optional = <K extends string, V>(key: K, value: V | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };

export const pay: fc.Arbitrary<Pay> = fc
  .record({
    type: fc.constant('pay' as const),
    attempt,
    code,
    amount: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    currency,
    reference: plain(32),
    scanMs: safe,
    validMs: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    issuer: fc.option(fc.oneof(fc.constantFrom(...issuers.all), newIssuer), { nil: undefined }),
  })
  .map(({ issuer, ...rest }) => ({ ...rest, ...optional('issuer', issuer) }));

export const hello: fc.Arbitrary<Hello> = fc
  .record({
    type: fc.constant('hello' as const),
    epoch: nonce,
    number: uint32,
    nonce,
    chain: fc.array(nonce, { maxLength: 8 }),
    board: plain(64),
    atMs: safe,
    open: fc.array(fc.record({ attempt, delivery: fc.constantFrom(...deliveries.all) }), { maxLength: 64 }),
    version: plain(32),
    challenge: fc.option(nonce, { nil: undefined }),
  })
  .map(({ challenge, ...rest }) => ({ ...rest, ...optional('challenge', challenge) }));

const vend = fc.record({ type: fc.constant('vend' as const), attempt, delivery: fc.constantFrom(...deliveries.all) });
const abort = fc.record({ type: fc.constant('abort' as const), attempt });
const ack = fc
  .record({
    type: fc.constant('ack' as const),
    attempt,
    standing: fc.option(fc.constantFrom(...standings.all), { nil: undefined }),
  })
  .map(({ standing, ...rest }) => ({ ...rest, ...optional('standing', standing) }));

const payLinked = fc
  .tuple(pay, fc.boolean())
  .map(([one, pressed]) => ({ ...one, type: 'pay-linked' as const, pressed }));
const link = fc.record(
  {
    type: fc.constant('link' as const),
    link: hex(16),
    wallet: newIssuer,
    modulesMost: uint32,
    money: fc.record({ amount: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), currency }),
    givenUp: fc.boolean(),
  },
  { requiredKeys: ['type', 'link', 'wallet', 'modulesMost', 'givenUp'] },
);

export const up: fc.Arbitrary<Up> = fc.record({
  boot: hex(4),
  seq: uint32,
  body: fc.oneof(hello, pay, vend, abort, ack, link, payLinked),
});

const welcome = fc.record({ type: fc.constant('welcome' as const), nonce, helloAtMs: safe, leaseMs: uint32 });
const challenge = fc.record({ type: fc.constant('challenge' as const), nonce, challenge: nonce });
const update = fc
  .record({
    type: fc.constant('update' as const),
    attempt,
    boot: hex(4),
    standing: fc.constantFrom(...standings.all),
    leftMs: uint32,
    receipt: text(16),
    reason: fc.option(fc.constantFrom(...reasons.all), { nil: undefined }),
  })
  .map(({ reason, ...rest }) => ({ ...rest, ...optional('reason', reason) }));
const vendAck = fc.record(
  { type: fc.constant('vend-ack' as const), attempt, delivery: fc.constantFrom(...deliveries.all) },
  { requiredKeys: ['type', 'attempt'] },
);
const service = fc.record(
  { type: fc.constant('service' as const), reason: fc.constantFrom(...reasons.all), forMs: uint32 },
  { requiredKeys: ['type', 'forMs'] },
);

const linkCode = fc.record({
  type: fc.constant('link-code' as const),
  link: hex(16),
  code: plain(2_048).filter((text) => text !== ''),
  leftMs: uint32,
});
const linkResult = fc.record(
  {
    type: fc.constant('link-result' as const),
    link: hex(16),
    state: fc.constantFrom(...linkStates.all),
    reason: fc.constantFrom(...reasons.all),
    digits: fc.oneof(fc.constant(''), fc.stringMatching(/^\d\d$/)),
    leftMs: uint32,
    code: fc.oneof(fc.constant(''), letters),
  },
  { requiredKeys: ['type', 'link', 'state', 'digits', 'leftMs', 'code'] },
);

export const down: fc.Arbitrary<Down> = fc.record({
  seq: safe,
  relay: text(32),
  body: fc.oneof(welcome, challenge, update, vendAck, service, linkCode, linkResult),
});

/** The payment of the issue: a 24-digit code and a reference of 8 characters. */
export const examplePay: Pay = {
  type: 'pay',
  attempt: '000102030405060708090a0b0c0d0e0f',
  code: '281006020123456789012345',
  amount: 3550,
  currency: 'HKD',
  issuer: 'alipay',
  reference: 'A-123456',
  scanMs: 2_592_000_000,
  validMs: 20_000,
};
