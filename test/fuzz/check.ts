import { applications, tlvOf } from '../../agent/decode/cpm-view.js';
import type { Decoder } from '../../agent/decode/decoder.js';
import { rejectReasons, type Verdict } from '../../agent/decode/result.js';
import { type Answer, type Market, oracle } from './oracle.js';
import { compareWithPeer } from './peer.js';

/** What the fuzz asks of the decoder for one input. */
export type Subject = Pick<Decoder, 'decode' | 'text' | 'cpm' | 'forget'>;

export type Checked = {
  /** `reject cpm-bad-tag`, `wallet-code alipay`, `emv-cpm`: what the oracle says. */
  readonly answer: string;
  /** What is wrong with the decoder, with both sides; undefined when nothing is. Shows the input: fuzz only. */
  readonly fault: string | undefined;
  /** For accepted EMV codes. */
  readonly peer?: 'same' | 'refused';
};

/** No decode takes longer, three times in a row, ms. */
export const SLOW_MS = 2;
const SLOW_TRIES = 3;

const reasons: ReadonlySet<string> = new Set(rejectReasons);

export const nameOf = (a: { kind: string; issuer?: string | undefined; rejectReason?: string | undefined }): string =>
  [a.kind, a.rejectReason ?? a.issuer].filter((word) => word !== undefined).join(' ');

/** The verdict in the oracle's words; throws where it is no verdict at all. */
function nameOfVerdict(verdict: Verdict): string {
  if (verdict.kind === 'reject') {
    if (!reasons.has(verdict.reason)) throw new Error(`found the reason ${verdict.reason}, expected one that is known`);
    return nameOf({ kind: verdict.kind, rejectReason: verdict.reason });
  }
  if (verdict.kind !== 'wallet-code' && verdict.kind !== 'emv-cpm') throw new Error('found a verdict of no known kind');
  return nameOf(verdict);
}

/** @param frame may be part of a larger buffer. @param original the same bytes, elsewhere. */
export function check(subject: Subject, market: Market, frame: Uint8Array, original: Uint8Array): Checked {
  const expected = oracle(original, market);
  const answer = nameOf(expected);
  try {
    const before = performance.now();
    const verdict = subject.decode(frame);
    const slow = performance.now() - before > SLOW_MS && staysSlow(subject, frame);
    if (Buffer.compare(frame, original) !== 0) return { answer, fault: 'the decoder wrote into its input' };
    const found = nameOfVerdict(verdict);
    if (found !== answer) return { answer, fault: `oracle: ${answer}; decoder: ${found}` };
    if (slow) return { answer, fault: `takes over ${SLOW_MS} ms, ${SLOW_TRIES} times in a row` };
    if (expected.kind === 'reject') return { answer, fault: undefined };
    return checkAccepted(subject, frame, expected, answer);
  } catch (error) {
    return { answer, fault: `oracle: ${answer}; decoder threw: ${error instanceof Error ? error.message : error}` };
  }
}

/** The machine may have been busy with something else: only what is slow again and again is. */
function staysSlow(subject: Subject, frame: Uint8Array): boolean {
  for (let i = 1; i < SLOW_TRIES; i++) {
    const before = performance.now();
    subject.decode(frame);
    if (performance.now() - before <= SLOW_MS) return false;
  }
  return true;
}

function checkAccepted(subject: Subject, frame: Uint8Array, expected: Answer, answer: string): Checked {
  const text = subject.text(frame);
  if (text !== expected.code) return { answer, fault: `oracle: the code is ${expected.code}; decoder: ${text}` };
  if (expected.kind === 'wallet-code') return { answer, fault: undefined };

  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) return { answer, fault: `does not encode again to what was scanned: ${text}` };
  const tlv = tlvOf(subject.cpm);
  const wanted = expected.tlv ?? {};
  if (!sameValues(tlv, wanted)) {
    return { answer, fault: `oracle: ${JSON.stringify(wanted)}; decoder: ${JSON.stringify(tlv)}` };
  }
  const apps = JSON.stringify(applications(subject.cpm));
  if (apps !== applicationsOf(wanted)) return { answer, fault: `oracle: ${applicationsOf(wanted)}; decoder: ${apps}` };
  const peer = compareWithPeer(bytes, tlv);
  return typeof peer === 'string' ? { answer, fault: undefined, peer } : { answer, fault: peer.differs };
}

function sameValues(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function applicationsOf(tlv: Readonly<Record<string, string>>): string {
  const found: { aid: string; label?: string }[] = [];
  for (let i = 0; ; i++) {
    const aid = tlv[`61[${i}].4F`];
    if (aid === undefined) return JSON.stringify(found);
    const label = tlv[`61[${i}].50`];
    found.push(label === undefined ? { aid } : { aid, label: Buffer.from(label, 'hex').toString('latin1') });
  }
}
