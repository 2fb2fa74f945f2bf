import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../deploy/demo/places.js';

type Vector = {
  readonly text?: string;
  readonly expected: { readonly kind: string; readonly issuer?: string; readonly code?: string };
};
export type Code = { readonly text: string; readonly issuer: string };

/** The gate runs `QUIETZONE_HARDWARE=short`: fewer codes, plugs and back-ends, and no power cuts. */
export const short = process.env['QUIETZONE_HARDWARE'] === 'short';

const HOW_MANY = short ? 6 : 20;
export const LONGEST_CPM = 512;

/** Twenty: the longest CPM, one of every issuer that the vectors know, then more of each. Six if `short`. */
export function someCodes(): readonly Code[] {
  const file = join(projectRoot, 'test/fixtures/codes/vectors.json');
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as readonly Vector[];
  const codes = vectors.flatMap(({ text, expected }) =>
    text !== undefined && ['wallet-code', 'emv-cpm'].includes(expected.kind)
      ? [{ text, issuer: expected.issuer ?? expected.kind }]
      : [],
  );
  const seen = new Set<string>();
  const first = codes.filter(({ issuer }) => !seen.has(issuer) && seen.add(issuer));
  const long = codes.filter(({ text }) => text.length === LONGEST_CPM);
  const chosen = [...new Set([...long.slice(0, 1), ...first, ...codes])].slice(0, HOW_MANY);
  if (chosen.length < HOW_MANY || long.length === 0) throw new Error('vectors.json: too few codes, or no long CPM');
  return chosen;
}
