import type { Edge, Explored } from './explore.js';

export type Drawing = {
  /** Boxes in the order in which they are told. */
  readonly order: readonly string[];
  readonly first: readonly string[];
  readonly last: readonly string[];
  /** Boxes that are parts of one. */
  readonly within?: { readonly name: string; readonly parts: readonly string[] };
  /** How an event's name goes on where its edge exists only from the n-th time on. */
  readonly says: readonly string[];
};

/** "pay paid", "pay other amount", "inquiry paid" → "pay paid/other amount · inquiry paid". */
function label({ why }: Edge, says: readonly string[]): string {
  const kinds = new Map<string, string[]>();
  for (const [name, at] of why) {
    const [kind = '', ...rest] = name.split(' ');
    const carries = [...rest, says[at] ?? ''].filter((word) => word !== '').join(' ');
    kinds.set(kind, [...(kinds.get(kind) ?? []), carries]);
  }
  return [...kinds].map(([kind, carried]) => `${kind} ${carried.join('/')}`.trim()).join(' · ');
}

/** A mermaid state diagram whose source can be read as it is. @throws Error for a box that `order` does not name. */
export function renderDiagram({ edges, places }: Explored, drawing: Drawing): string {
  const { order, within } = drawing;
  const unknown = [...places].filter((place) => !order.includes(place));
  if (unknown.length > 0) throw new Error(`no place in the drawing for ${unknown.join(', ')}`);
  const rank = (place: string): number => order.indexOf(place);
  const all = [...edges.values()].sort((a, b) => rank(a.from) - rank(b.from) || rank(a.to) - rank(b.to));
  const inner = (e: Edge): boolean => !!within?.parts.includes(e.from) && within.parts.includes(e.to);
  const line = (e: Edge): string => `${e.from} --> ${e.to}: ${label(e, drawing.says)}`;
  return [
    'stateDiagram-v2',
    ...drawing.first.map((place) => `[*] --> ${place}`),
    ...(within ? [`state ${within.name} {`, ...all.filter(inner).map((e) => `  ${line(e)}`), '}'] : []),
    ...all.filter((e) => !inner(e)).map(line),
    ...drawing.last.map((place) => `${place} --> [*]`),
  ]
    .map((text, i) => (i === 0 ? text : `  ${text}`))
    .join('\n');
}
