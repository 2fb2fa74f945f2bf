/**
 * Walks a machine: every event in every state that it can come to, at each of a few times that only move forward. What is
 * drawn is what the code does, so a diagram cannot say more than the code, nor less.
 */

/** `name`: its kind, then what it carries, as in "inquiry paid". */
export type Named<E> = { readonly name: string; readonly event: E };

export type Machine<S, E> = {
  readonly starts: readonly S[];
  /** What time it can be, from early to late, and how an edge says that it exists only from then on. */
  readonly times: readonly { readonly now: number; readonly says: string }[];
  readonly events: (state: S) => readonly Named<E>[];
  readonly step: (state: S, event: E, now: number) => S;
  /** The box of the diagram that a state lies in. */
  readonly place: (state: S) => string;
  /** States with the same key go the same ways. */
  readonly key: (state: S) => string;
};

/** An edge, and per event the earliest time at which it goes this way. */
export type Edge = { readonly from: string; readonly to: string; readonly why: Map<string, number> };

export type Explored = { readonly edges: ReadonlyMap<string, Edge>; readonly places: ReadonlySet<string> };

export function explore<S, E>(machine: Machine<S, E>): Explored {
  const { times, step, place, key } = machine;
  const edges = new Map<string, Edge>();
  const places = new Set<string>();
  const seen = new Set<string>();
  const open: { state: S; at: number }[] = [];
  const meet = (state: S, at: number): void => {
    const name = `${at} ${key(state)}`;
    if (seen.has(name)) return;
    seen.add(name);
    places.add(place(state));
    open.push({ state, at });
  };
  for (const start of machine.starts) meet(start, 0);
  for (let node = open.pop(); node; node = open.pop()) {
    for (const [at, { now }] of times.entries()) {
      if (at < node.at) continue;
      for (const { name, event } of machine.events(node.state)) {
        const next = step(node.state, event, now);
        note(edges, place(node.state), place(next), name, at);
        meet(next, at);
      }
    }
  }
  return { edges, places };
}

function note(edges: Map<string, Edge>, from: string, to: string, name: string, at: number): void {
  if (from === to) return;
  const id = `${from} ${to}`;
  const edge: Edge = edges.get(id) ?? { from, to, why: new Map() };
  edge.why.set(name, Math.min(at, edge.why.get(name) ?? at));
  edges.set(id, edge);
}
