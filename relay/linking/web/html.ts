/** Text that is markup already; whatever else is put into a page is escaped. */
export type Html = { readonly markup: string };
export type Piece = Html | readonly Html[] | string | number;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char] ?? '');

function markupOf(piece: Piece): string {
  if (typeof piece === 'string') return escaped(piece);
  if (typeof piece === 'number') return String(piece);
  return 'markup' in piece ? piece.markup : piece.map((one) => one.markup).join('');
}

/** Attributes must stand in double quotes. */
export function html(texts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  const markup = pieces.reduce<string>((all, piece, i) => all + markupOf(piece) + (texts[i + 1] ?? ''), texts[0] ?? '');
  return { markup };
}

export const nothing: Html = { markup: '' };
