import { FrameError, id, integer, plain, word } from './fields.js';
import type { quietzone } from './generated/quietzone.js';
import { fromHex, LINK_ID_BYTES } from './ids.js';
import { CODE_TEXT_PATTERN, ISSUER_PATTERN, LINK_CODE_MAX_CHARS } from './limits.js';
import type { Link, LinkCode, LinkResult } from './messages.js';
import { currencyByNumber, currencyNumber, type Money } from './money.js';
import { linkStates, reasons } from './words.js';

/** The frames of linked wallets; `codec.ts` puts them into their envelopes. */

export const linkId = (hex: string): Uint8Array => fromHex(hex, LINK_ID_BYTES);
export const millis = (ms: number): number => Math.max(0, Math.round(ms));

export const linkToWire = ({ link, wallet, modulesMost, money, givenUp }: Link) => ({
  link: linkId(link),
  wallet,
  modulesMost,
  amount: money?.amount ?? 0,
  currency: money ? currencyNumber(money.currency) : 0,
  givenUp,
});

function moneyFromWire(w: quietzone.v1.Link): Money | undefined {
  const amount = integer('link.amount', w.amount);
  if (amount === 0) return undefined;
  return { amount, currency: word('link.currency', currencyByNumber(w.currency), w.currency) };
}

export function linkFromWire(w: quietzone.v1.Link): Link {
  if (!ISSUER_PATTERN.test(w.wallet)) {
    const shape = `found ${w.wallet.length} characters, expected 2 to 16 of a-z 0-9 -, a letter first`;
    throw new FrameError(`link.wallet: ${shape}`);
  }
  const money = moneyFromWire(w);
  return {
    ...{ type: 'link', link: id('link.link', w.link, LINK_ID_BYTES), wallet: w.wallet },
    ...{ modulesMost: w.modulesMost, givenUp: w.givenUp },
    ...(money ? { money } : {}),
  };
}

export function linkCodeFromWire({ link, code, leftMs }: quietzone.v1.LinkCode): LinkCode {
  if (code.length === 0 || code.length > LINK_CODE_MAX_CHARS) {
    throw new FrameError(`link_code.code: found ${code.length} characters, expected 1 to ${LINK_CODE_MAX_CHARS}`);
  }
  const text = plain('link_code.code', code);
  return { type: 'link-code', link: id('link_code.link', link, LINK_ID_BYTES), code: text, leftMs };
}

export const resultToWire = ({ link, state, reason, digits, leftMs, code }: LinkResult) => ({
  ...{ link: linkId(link), state: linkStates.number(state), reason: reasons.number(reason) },
  ...{ digits, leftMs: millis(leftMs), code },
});

export function linkResultFromWire(w: quietzone.v1.LinkResult): LinkResult {
  const reason = reasons.word(w.reason) ?? (w.reason ? 'other' : undefined);
  if (!/^(\d\d)?$/.test(w.digits)) {
    throw new FrameError(`link_result.digits: found ${w.digits.length} characters, expected none or two digits`);
  }
  if (w.code !== '' && !CODE_TEXT_PATTERN.test(w.code)) {
    throw new FrameError(`link_result.code: found ${w.code.length} characters, expected 8 to 64 letters and digits`);
  }
  return {
    ...{ type: 'link-result', link: id('link_result.link', w.link, LINK_ID_BYTES) },
    state: word('link_result.state', linkStates.word(w.state), w.state),
    ...(reason ? { reason } : {}),
    ...{ digits: w.digits, leftMs: w.leftMs, code: w.code },
  };
}
