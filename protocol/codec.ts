import { FrameError, id, integer, plain, word } from './fields.js';
import { quietzone } from './generated/quietzone.js';
import { ATTEMPT_ID_BYTES, fromHex, NONCE_BYTES, tagFromNumber, tagToNumber } from './ids.js';
import {
  CHAIN_MAX_BOOTS,
  FRAME_MAX_BYTES,
  ISSUER_PATTERN,
  OPEN_MAX_ATTEMPTS,
  PAY_VALID_DEFAULT_MS,
  REFERENCE_MAX_CHARS,
} from './limits.js';
import {
  linkCodeFromWire,
  linkFromWire,
  linkId,
  linkResultFromWire,
  linkToWire,
  millis,
  resultToWire,
} from './link-codec.js';
import type { Down, DownBody, Hello, Pay, PayLinked, Up, UpBody, Update } from './messages.js';
import { currencyByNumber, currencyNumber } from './money.js';
import { CodeError } from './packed.js';
import { codeFromWire, codeToWire } from './payment-code.js';
import { deliveries, type IssuerId, issuers, reasons, standings } from './words.js';

export { FrameError } from './fields.js';

const { v1 } = quietzone;

const attempt = (hex: string): Uint8Array => fromHex(hex, ATTEMPT_ID_BYTES);

const issuerFault = (found: string): string =>
  `found ${found.length} characters, expected 2 to 16 of a-z 0-9 -, a letter first`;

/** Of an issuer that has no number. @throws RangeError */
function issuerName(issuer: IssuerId): string {
  if (!ISSUER_PATTERN.test(issuer)) throw new RangeError(`issuer: ${issuerFault(issuer)}`);
  return issuer;
}

function payToWire(pay: Pay | PayLinked) {
  const { code, cpm, text } = codeToWire(pay.code);
  const issuer = pay.issuer === undefined ? 0 : issuers.find(pay.issuer);
  return {
    attempt: attempt(pay.attempt),
    code,
    amount: pay.amount,
    currency: currencyNumber(pay.currency),
    issuer: issuer ?? 0,
    reference: pay.reference,
    scanMs: pay.scanMs,
    validMs: pay.validMs === PAY_VALID_DEFAULT_MS ? 0 : pay.validMs,
    cpm,
    text,
    issuerName: issuer === undefined && pay.issuer !== undefined ? issuerName(pay.issuer) : '',
  };
}

function helloToWire(hello: Hello) {
  return {
    epoch: fromHex(hello.epoch, NONCE_BYTES),
    number: hello.number,
    nonce: fromHex(hello.nonce, NONCE_BYTES),
    chain: hello.chain.map((n) => fromHex(n, NONCE_BYTES)),
    board: hello.board,
    atMs: hello.atMs,
    open: hello.open.map((o) => ({ attempt: attempt(o.attempt), delivery: deliveries.number(o.delivery) })),
    challenge: hello.challenge === undefined ? new Uint8Array() : fromHex(hello.challenge, NONCE_BYTES),
    version: hello.version,
  };
}

function upToWire({ boot: tag, seq, body }: Up) {
  const boot = tagToNumber(tag);
  switch (body.type) {
    case 'hello':
      return { boot, seq, hello: helloToWire(body) };
    case 'pay':
      return { boot, seq, pay: payToWire(body) };
    case 'abort':
      return { boot, seq, abort: { attempt: attempt(body.attempt) } };
    case 'vend':
      return { boot, seq, vend: { attempt: attempt(body.attempt), delivery: deliveries.number(body.delivery) } };
    case 'ack':
      return { boot, seq, ack: { attempt: attempt(body.attempt), standing: standings.number(body.standing) } };
    case 'link':
      return { boot, seq, link: linkToWire(body) };
    case 'pay-linked':
      return { boot, seq, payLinked: { pay: payToWire(body), pressed: body.pressed } };
  }
}

export const encodeUp = (up: Up): Uint8Array => v1.Up.encode(upToWire(up)).finish();

/** The name counts where the number says nothing: a kiosk may name an issuer that has got a number since. */
function issuerFromWire(number: number, name: string): IssuerId | undefined {
  if (name !== '' && !ISSUER_PATTERN.test(name)) throw new FrameError(`pay.issuer_name: ${issuerFault(name)}`);
  return issuers.word(number) ?? (name === '' ? undefined : name);
}

function payFromWire(w: quietzone.v1.Pay): Pay {
  const currency = word('pay.currency', currencyByNumber(w.currency), w.currency);
  const amount = integer('pay.amount', w.amount);
  if (amount === 0) throw new FrameError('pay.amount: found 0, expected at least 1 minor unit');
  if (w.reference.length > REFERENCE_MAX_CHARS) {
    throw new FrameError(
      `pay.reference: found ${w.reference.length} characters, expected at most ${REFERENCE_MAX_CHARS}`,
    );
  }
  return {
    type: 'pay',
    attempt: id('pay.attempt', w.attempt, ATTEMPT_ID_BYTES),
    code: codeFromWire(w),
    amount,
    currency,
    issuer: issuerFromWire(w.issuer, w.issuerName),
    reference: plain('pay.reference', w.reference),
    scanMs: integer('pay.scan_ms', w.scanMs),
    validMs: w.validMs || PAY_VALID_DEFAULT_MS,
  };
}

function payLinkedFromWire({ pay, pressed }: quietzone.v1.PayLinked): PayLinked {
  if (!pay) throw new FrameError('pay_linked.pay: found none, expected a Pay');
  return { ...payFromWire(pay as quietzone.v1.Pay), type: 'pay-linked', pressed };
}

function helloFromWire(w: quietzone.v1.Hello): Hello {
  if (w.chain.length > CHAIN_MAX_BOOTS)
    throw new FrameError(`hello.chain: found ${w.chain.length}, expected at most ${CHAIN_MAX_BOOTS}`);
  if (w.open.length > OPEN_MAX_ATTEMPTS)
    throw new FrameError(`hello.open: found ${w.open.length}, expected at most ${OPEN_MAX_ATTEMPTS}`);
  return {
    type: 'hello',
    epoch: id('hello.epoch', w.epoch, NONCE_BYTES),
    number: w.number,
    nonce: id('hello.nonce', w.nonce, NONCE_BYTES),
    chain: w.chain.map((n) => id('hello.chain', n, NONCE_BYTES)),
    board: plain('hello.board', w.board.slice(0, 64)),
    atMs: integer('hello.at_ms', w.atMs),
    open: w.open.map((o) => ({
      attempt: id('hello.open.attempt', o.attempt ?? new Uint8Array(), ATTEMPT_ID_BYTES),
      delivery: word('hello.open.delivery', deliveries.word(o.delivery), o.delivery ?? 0),
    })),
    challenge: w.challenge.length > 0 ? id('hello.challenge', w.challenge, NONCE_BYTES) : undefined,
    version: plain('hello.version', w.version.slice(0, 32)),
  };
}

function ackFromWire(w: quietzone.v1.Ack): UpBody {
  const standing = w.standing ? word('ack.standing', standings.word(w.standing), w.standing) : undefined;
  return { type: 'ack', attempt: id('ack.attempt', w.attempt, ATTEMPT_ID_BYTES), standing };
}

function upBodyFromWire(w: quietzone.v1.Up): UpBody {
  if (w.hello) return helloFromWire(w.hello as quietzone.v1.Hello);
  if (w.pay) return payFromWire(w.pay as quietzone.v1.Pay);
  if (w.vend) {
    const { attempt: a, delivery: d } = w.vend as quietzone.v1.Vend;
    return {
      type: 'vend',
      attempt: id('vend.attempt', a, ATTEMPT_ID_BYTES),
      delivery: word('vend.delivery', deliveries.word(d), d),
    };
  }
  const abort = w.abort as quietzone.v1.Abort | null | undefined;
  if (abort) return { type: 'abort', attempt: id('abort.attempt', abort.attempt, ATTEMPT_ID_BYTES) };
  const ack = w.ack as quietzone.v1.Ack | null | undefined;
  if (ack) return ackFromWire(ack);
  if (w.link) return linkFromWire(w.link as quietzone.v1.Link);
  if (w.payLinked) return payLinkedFromWire(w.payLinked as quietzone.v1.PayLinked);
  throw new FrameError('up: no body of this protocol version');
}

/** Runs a decoder so that whatever the bytes are, the fault is a FrameError without a value in it. */
function decode<T>(frame: Uint8Array, read: (frame: Uint8Array) => T): T {
  if (frame.length > FRAME_MAX_BYTES)
    throw new FrameError(`frame: found ${frame.length} bytes, expected at most ${FRAME_MAX_BYTES}`);
  try {
    return read(frame);
  } catch (error) {
    if (error instanceof FrameError) throw error;
    if (error instanceof CodeError) throw new FrameError(error.message);
    throw new FrameError('frame: not protobuf of this protocol, or cut short');
  }
}

function upFromWire(frame: Uint8Array): Up {
  const w = v1.Up.decode(frame);
  return { boot: tagFromNumber(w.boot), seq: w.seq, body: upBodyFromWire(w) };
}

/** @throws FrameError */
export const decodeUp = (frame: Uint8Array): Up => decode(frame, upFromWire);

const updateToWire = (body: Update) => ({
  attempt: attempt(body.attempt),
  boot: tagToNumber(body.boot),
  standing: standings.number(body.standing),
  reason: reasons.number(body.reason),
  leftMs: millis(body.leftMs),
  receipt: body.receipt,
});

function downToWire({ seq, relay, body }: Down) {
  const nonce = (hex: string): Uint8Array => fromHex(hex, NONCE_BYTES);
  switch (body.type) {
    case 'welcome':
      return { seq, relay, welcome: { nonce: nonce(body.nonce), helloAtMs: body.helloAtMs, leaseMs: body.leaseMs } };
    case 'challenge':
      return { seq, relay, challenge: { nonce: nonce(body.nonce), challenge: nonce(body.challenge) } };
    case 'update':
      return { seq, relay, update: updateToWire(body) };
    case 'vend-ack':
      return { seq, relay, vendAck: { attempt: attempt(body.attempt), delivery: deliveries.number(body.delivery) } };
    case 'service':
      return { seq, relay, service: { reason: reasons.number(body.reason), forMs: body.forMs } };
    case 'link-code':
      return { seq, relay, linkCode: { link: linkId(body.link), code: body.code, leftMs: millis(body.leftMs) } };
    case 'link-result':
      return { seq, relay, linkResult: resultToWire(body) };
  }
}

export const encodeDown = (down: Down): Uint8Array => v1.Down.encode(downToWire(down)).finish();

function updateFromWire(w: quietzone.v1.Update): DownBody {
  return {
    type: 'update',
    attempt: id('update.attempt', w.attempt, ATTEMPT_ID_BYTES),
    boot: tagFromNumber(w.boot),
    standing: word('update.standing', standings.word(w.standing), w.standing),
    reason: reasons.word(w.reason) ?? (w.reason ? 'other' : undefined),
    leftMs: w.leftMs,
    receipt: w.receipt.slice(0, 16),
  };
}

function serviceFromWire({ reason, forMs }: quietzone.v1.Service): DownBody {
  if (!reason) return { type: 'service', forMs };
  return { type: 'service', reason: reasons.word(reason) ?? 'other', forMs };
}

function downBodyFromWire(w: quietzone.v1.Down): DownBody {
  if (w.update) return updateFromWire(w.update as quietzone.v1.Update);
  const welcome = w.welcome as quietzone.v1.Welcome | null | undefined;
  if (welcome) {
    return {
      type: 'welcome',
      nonce: id('welcome.nonce', welcome.nonce, NONCE_BYTES),
      helloAtMs: integer('welcome.hello_at_ms', welcome.helloAtMs),
      leaseMs: welcome.leaseMs,
    };
  }
  const challenge = w.challenge as quietzone.v1.Challenge | null | undefined;
  if (challenge) {
    return {
      type: 'challenge',
      nonce: id('challenge.nonce', challenge.nonce, NONCE_BYTES),
      challenge: id('challenge.challenge', challenge.challenge, NONCE_BYTES),
    };
  }
  const ack = w.vendAck as quietzone.v1.VendAck | null | undefined;
  if (ack) {
    const delivery = deliveries.word(ack.delivery);
    const attempt = id('vend_ack.attempt', ack.attempt, ATTEMPT_ID_BYTES);
    return delivery ? { type: 'vend-ack', attempt, delivery } : { type: 'vend-ack', attempt };
  }
  const service = w.service as quietzone.v1.Service | null | undefined;
  if (service) return serviceFromWire(service);
  if (w.linkCode) return linkCodeFromWire(w.linkCode as quietzone.v1.LinkCode);
  if (w.linkResult) return linkResultFromWire(w.linkResult as quietzone.v1.LinkResult);
  throw new FrameError('down: no body of this protocol version');
}

function downFromWire(frame: Uint8Array): Down {
  const w = v1.Down.decode(frame);
  return { seq: integer('down.seq', w.seq), relay: w.relay.slice(0, 32), body: downBodyFromWire(w) };
}

/** @throws FrameError */
export const decodeDown = (frame: Uint8Array): Down => decode(frame, downFromWire);
