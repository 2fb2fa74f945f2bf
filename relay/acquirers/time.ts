/** An acquirer's own time, as an answer of it tells; all epoch ms. */
export type AnswerTime = {
  readonly theirs: number;
  readonly askedAt: number;
  readonly heardAt: number;
  /** Theirs is rounded down to so many ms. */
  readonly grainMs: number;
};

const SECOND_MS = 1_000;

/** `text`: an ISO 8601 time, epoch ms in digits, or HTTP's `Date`. Undefined: none of them. */
export function answerTime(text: string | undefined, askedAt: number, heardAt: number): AnswerTime | undefined {
  if (text === undefined || text.length > 64) return undefined;
  const digits = /^\d{13}$/.test(text);
  const theirs = digits ? Number(text) : Date.parse(text);
  return Number.isNaN(theirs) ? undefined : { theirs, askedAt, heardAt, grainMs: digits ? 1 : SECOND_MS };
}
