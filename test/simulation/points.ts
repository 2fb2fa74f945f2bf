/** Where a crash can come between two things that belong together. */
export const pointKinds = [
  'block-written',
  'block-durable',
  'frame-sent',
  'frame-received',
  'commit-begins',
  'commit-done',
  'request-sent',
  'answer-received',
  'vend-begins',
  'goods-out',
] as const;
export type PointKind = (typeof pointKinds)[number];

export type Point = { readonly index: number; readonly kind: PointKind; readonly who: string };

/** What becomes of the frame, the request or the answer that is at the point; of nothing else it can be asked. */
export type Fate = 'goes-on' | 'lost' | 'twice' | 'late';

/** The points of a run, in their order, for somebody who waits for one. */
export class Points {
  #index = 0;
  #reached: ((point: Point) => Fate) | undefined;

  /** From here on points are counted, from 0; `reached` may kill whom it likes, there and then. */
  arm(reached: (point: Point) => Fate): void {
    this.#index = 0;
    this.#reached = reached;
  }

  disarm(): void {
    this.#reached = undefined;
  }

  pass(kind: PointKind, who: string): Fate {
    if (!this.#reached) return 'goes-on';
    return this.#reached({ index: this.#index++, kind, who });
  }
}
