import { applications } from '../decode/cpm-view.js';
import type { Decoder } from '../decode/decoder.js';
import { type RejectReason, rejectReasons, type Verdict } from '../decode/result.js';
import { catalogues } from '../presentation/catalogue/index.js';
import { printCode } from './mask.js';
import type { Output } from './output.js';

const NEWLINE = Buffer.from('\n');
const GAP = '  ';

const rejectLines = new Map<RejectReason, Buffer>(
  rejectReasons.map((reason) => {
    const { title } = catalogues.en.rejects[reason];
    return [reason, Buffer.from(`${['reject', reason, title].join(GAP)}\n`)];
  }),
);

function applicationsOf(decoder: Decoder): string {
  return applications(decoder.cpm)
    .map(({ aid, label }) => (label === undefined ? aid : `${aid} ${label}`))
    .join(', ');
}

/**
 * Prints one line a code: kind, issuer (or applications, or reason), and the code, masked unless `reveal`. Nearly all of
 * it is bytes made beforehand, so that a long list costs the reading and the writing of it.
 */
export function textLines(decoder: Decoder, output: Output, reveal: boolean): (line: Buffer) => void {
  const heads = new WeakMap<Verdict, Buffer>();
  return (line) => {
    const verdict = decoder.decode(line);
    if (verdict.kind === 'reject') {
      output.bytes(rejectLines.get(verdict.reason) ?? NEWLINE);
      return;
    }
    if (verdict.kind === 'emv-cpm') output.text([verdict.kind, applicationsOf(decoder), ''].join(GAP));
    else {
      const head = heads.get(verdict) ?? Buffer.from([verdict.kind, verdict.issuer ?? '-', ''].join(GAP));
      heads.set(verdict, head);
      output.bytes(head);
    }
    printCode(output, decoder, line, verdict.kind, reveal);
    output.bytes(NEWLINE);
  };
}
