import type { Edge } from './explore.js';

export type Drawing = {
  /** Boxes, in the order in which they are told. */
  readonly order: readonly string[];
  readonly first: readonly string[];
  readonly last: readonly string[];
  /** Boxes that are parts of one. */
  readonly within?: { readonly name: string; readonly parts: readonly string[] };
  /** What is put before an event that goes this way only from the n-th time on. */
  readonly times: readonly string[];
};

/** "pay paid", "pay wrong", "inquiry paid" → "pay paid/wrong · inquiry paid". */
function label({ why }: Edge, times: readonly string[]): string {
  const groups = new Map<string, string[]>();
  const inTime = [...why].sort(([, a], [, b]) => a - b);
  for (const [name, at] of inTime) {
    const [kind = '', ...carries] = name.split(' ');
    const group = `${times[at] ?? ''} ${kind}`.trim();
    groups.set(group, [...(groups.get(group) ?? []), carries.join(' ')]);
  }
  return [...groups].map(([group, carried]) => `${group} ${carried.join('/')}`.trim()).join(' · ');
}

/** A mermaid state diagram whose source can be read as it is. @throws Error for a box that `order` does not name. */
export function renderDiagram(edges: readonly Edge[], { order, first, last, within, times }: Drawing): string {
  const boxes = new Set(edges.flatMap((e) => [e.from, e.to]));
  const unknown = [...boxes].filter((box) => !order.includes(box));
  if (unknown.length > 0) throw new Error(`no place in the drawing for ${unknown.join(', ')}`);
  const rank = (box: string): number => order.indexOf(box);
  const all = [...edges].sort((a, b) => rank(a.from) - rank(b.from) || rank(a.to) - rank(b.to));
  const isInner = (e: Edge): boolean =>
    within !== undefined && [e.from, e.to].every((box) => within.parts.includes(box));
  const line = (e: Edge): string => `  ${e.from} --> ${e.to}: ${label(e, times)}`;
  return [
    'stateDiagram-v2',
    ...first.map((box) => `  [*] --> ${box}`),
    ...(within ? [`  state ${within.name} {`, ...all.filter(isInner).map((e) => `  ${line(e)}`), '  }'] : []),
    ...all.filter((e) => !isInner(e)).map(line),
    ...last.map((box) => `  ${box} --> [*]`),
  ].join('\n');
}
