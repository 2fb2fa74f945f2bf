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

/** Counts the points of a run, and calls `reached` at one of them. */
export class Points {
  passed: Point[] = [];
  #index = 0;
  #wanted: { readonly index: number; readonly reached: (point: Point) => void } | undefined;
  #counting = false;

  /** From here on points are counted. @param reached called in place of the point `index`, once */
  arm(index: number | undefined, reached: (point: Point) => void): void {
    this.#counting = true;
    this.#wanted = index === undefined ? undefined : { index, reached };
  }

  pass(kind: PointKind, who: string): void {
    if (!this.#counting) return;
    const point = { index: this.#index++, kind, who };
    if (this.#wanted === undefined) this.passed.push(point);
    else if (this.#wanted.index === point.index) this.#wanted.reached(point);
  }
}
