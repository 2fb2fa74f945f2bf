// Writes glyphs.ts: the shapes of every character that the message catalogues use, and of printable ASCII, 16 pixels high.
// Usage: node drivers/display/glyphs/generate.mjs [unifont.hex]   (Debian's package unifont puts it where it is looked for)
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const catalogues = join(root, 'agent/presentation/catalogue');
export const fontFile = '/usr/share/unifont/unifont.hex';

/** Signs of money, what prices may hold, and the punctuation of the catalogues' languages. */
const always = `€£¥₩…–—’“”。，、！？：；（）「」『』《》・％${String.fromCharCode(
  ...Array.from({ length: 95 }, (_, i) => 32 + i),
)}`;

/** Of the catalogues as text: names of wallets and comments do no harm. */
function characters() {
  const texts = readdirSync(catalogues).map((name) => readFileSync(join(catalogues, name), 'utf8'));
  const all = new Set([...always, ...texts.join('')].filter((c) => c >= ' '));
  return [...all].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0));
}

/** The file's text. `hex`: unifont.hex, lines such as "4E00:0000…". */
export function glyphFile(hex) {
  const shapes = new Map(hex.split('\n').map((line) => line.trim().split(':')));
  const kinds = { narrow: { length: 32, characters: '', bits: '' }, wide: { length: 64, characters: '', bits: '' } };
  for (const character of characters()) {
    const shape = shapes.get((character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0'));
    if (!shape) throw new Error(`unifont has no ${character}`);
    const kind = shape.length === kinds.narrow.length ? kinds.narrow : kinds.wide;
    kind.characters += character;
    kind.bits += shape;
  }
  const base64 = (bits) =>
    Buffer.from(bits, 'hex')
      .toString('base64')
      .match(/.{1,110}/g)
      .map((l) => `  ${l}`)
      .join('\n');
  const text = (kind) =>
    kind.characters
      .replace(/[\\`]|\$(?=\{)/g, '\\$&')
      .match(/.{1,100}/gsu)
      .join('\\\n');
  const constant = (name, { characters: _c, ...kind }, chars) =>
    `export const ${name}Characters = \`${chars}\`;\nexport const ${name}Bits = \`\n${base64(kind.bits)}\n\`;\n`;
  const parts = [
    '// Written by generate.mjs from GNU Unifont (GPL-2+ with the font exception, or OFL 1.1). Not to be edited.\n',
    '/** Eight pixels wide: 16 bytes each, a byte a row, the leftmost pixel in the highest bit. */',
    constant('narrow', kinds.narrow, text(kinds.narrow)),
    '/** Sixteen pixels wide: 32 bytes each. */',
    constant('wide', kinds.wide, text(kinds.wide)),
  ];
  return `${parts.join('\n').trimEnd()}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const hex = readFileSync(process.argv[2] ?? fontFile, 'utf8');
  writeFileSync(fileURLToPath(new URL('glyphs.ts', import.meta.url)), glyphFile(hex));
}
