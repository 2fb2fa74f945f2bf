/**
 * Walks a machine: every event in every state that it can come to, at each of a few times that only move forward. What is
 * drawn is what the code does, so a diagram cannot say more than the code, nor less.
 */

/** `name`: its kind, then what it carries, as in "inquiry paid". */
export type Named<E> = { readonly name: string; readonly event: E };

export type Machine<S, E> = {
  readonly starts: readonly S[];
  /** From early to late. */
  readonly times: readonly number[];
  readonly events: (state: S, now: number) => readonly Named<E>[];
  readonly step: (state: S, event: E, now: number) => S;
  /** States with the same key go the same ways. */
  readonly key: (state: S) => string;
};

/** One step: which state became which, by what, and at which of the times. */
export type Way<S> = { readonly from: S; readonly to: S; readonly name: string; readonly at: number };

export function explore<S, E>({ starts, times, events, step, key }: Machine<S, E>): Way<S>[] {
  const ways: Way<S>[] = [];
  const seen = new Set<string>();
  const open: { state: S; since: number }[] = [];
  const meet = (state: S, since: number): void => {
    const name = `${since} ${key(state)}`;
    if (seen.has(name)) return;
    seen.add(name);
    open.push({ state, since });
  };
  for (const start of starts) meet(start, 0);
  for (let node = open.pop(); node; node = open.pop()) {
    for (let at = node.since; at < times.length; at++) {
      const now = times[at] ?? 0;
      for (const { name, event } of events(node.state, now)) {
        const to = step(node.state, event, now);
        ways.push({ from: node.state, to, name, at });
        meet(to, at);
      }
    }
  }
  return ways;
}

/** An edge of a diagram, and for each event the earliest time at which it goes this way. */
export type Edge = { readonly from: string; readonly to: string; readonly why: Map<string, number> };

/** The ways from box to box. `place`: the box of a state; undefined leaves it out. */
export function edgesOf<S>(ways: readonly Way<S>[], place: (state: S) => string | undefined): Edge[] {
  const edges = new Map<string, Edge>();
  for (const way of ways) {
    const [from, to] = [place(way.from), place(way.to)];
    if (from === undefined || to === undefined || from === to) continue;
    const edge: Edge = edges.get(`${from} ${to}`) ?? { from, to, why: new Map() };
    edge.why.set(way.name, Math.min(way.at, edge.why.get(way.name) ?? way.at));
    edges.set(`${from} ${to}`, edge);
  }
  return [...edges.values()];
}
