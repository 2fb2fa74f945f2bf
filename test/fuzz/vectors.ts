import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The published and made-up examples of reference codes/formats.md: test/fixtures/codes/vectors.json. */
export type Vector = {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly expected: {
    readonly kind: 'wallet-code' | 'emv-cpm' | 'reject';
    /** Absent: any issuer, or none. */
    readonly issuer?: string;
    readonly code?: string;
    readonly tlv?: Record<string, string>;
    readonly rejectReason?: string;
  };
};

type Row = { readonly name: string; readonly text?: string; readonly hex?: string } & Pick<Vector, 'expected'>;

/** From test/fuzz and from its built copy dist/test/fuzz, which has no fixtures beside it. */
const places = ['../fixtures/codes/vectors.json', '../../../test/fixtures/codes/vectors.json'];

export function loadVectors(): readonly Vector[] {
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const path = paths.find((p) => existsSync(p));
  if (path === undefined) throw new Error(`vectors: found none of ${paths.join(', ')}, expected one; restore the file`);
  const rows: readonly Row[] = JSON.parse(readFileSync(path, 'utf8'));
  return rows.map(({ name, text, hex, expected }) => ({
    name,
    bytes: text === undefined ? Buffer.from(hex ?? '', 'hex') : Buffer.from(text, 'utf8'),
    expected,
  }));
}
