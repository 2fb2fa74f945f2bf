import type { Ledger, Sums } from './clients.js';
import type { LinkFlags } from './link-flags.js';
import { endScene, type Scene, type StepOutcome, setScene, steps } from './link-story.js';
import { describeError } from './say.js';
import type { Stack } from './stack.js';

/** What the demo's JSON line carries. */
export type LinkResult = {
  readonly outcome: 'done' | 'failed';
  readonly wallet: string;
  /** The step that failed, `start` where none was begun; null when all of it holds. */
  readonly failed: string | null;
  readonly reason: string | null;
  /** In the order they were played; those after a failed one are not there. `ms`: how long it took. */
  readonly steps: readonly ({ readonly step: string; readonly ms: number } & StepOutcome)[];
  /** From the sandbox's own books, minor units. */
  readonly acquirer: Sums;
  /** Only when staff must act. */
  readonly alarms?: readonly Readonly<Record<string, unknown>>[];
};

const nothing: Sums = { charged: 0, returned: 0 };
const firstLine = (error: unknown): string => describeError(error).split('\n')[0] ?? '';

export const notLinked = ({ wallet }: LinkFlags, error: unknown): LinkResult => ({
  ...{ outcome: 'failed', wallet, failed: 'start', reason: firstLine(error) },
  ...{ steps: [], acquirer: nothing },
});

/** The whole story on a running stack; the first step that fails is its end. */
export async function runLink(stack: Stack, flags: LinkFlags): Promise<LinkResult> {
  const closed = await stack.waitInService();
  if (closed) return notLinked(flags, new Error(`the kiosk: found out of service (${closed})`));
  const scene = setScene(stack, flags);
  try {
    const played = await playAll(scene);
    const books: Ledger | undefined = await stack.sandbox.ledger().catch(() => undefined);
    const alarms = await stack.relay.alarms().catch(() => []);
    const { charged, returned } = books ?? nothing;
    const { outcome, ...rest } = played;
    return {
      ...{ outcome, wallet: flags.wallet, ...rest },
      acquirer: { charged, returned },
      ...(alarms.length > 0 ? { alarms } : {}),
    };
  } finally {
    await endScene(scene);
  }
}

async function playAll(scene: Scene): Promise<Pick<LinkResult, 'outcome' | 'failed' | 'reason' | 'steps'>> {
  const done: LinkResult['steps'][number][] = [];
  for (const [step, play] of steps) {
    const begun = performance.now();
    const msOf = (): number => Math.round(performance.now() - begun);
    try {
      const outcome = await play(scene);
      done.push({ step, ...outcome, ms: msOf() });
      scene.stack.log('story', `${step}: ${outcome.outcome}`);
    } catch (error) {
      const reason = firstLine(error);
      done.push({ step, outcome: 'failed', ms: msOf() });
      scene.stack.log('story', `${step}: failed: ${reason}`);
      return { outcome: 'failed', failed: step, reason, steps: done };
    }
  }
  return { outcome: 'done', failed: null, reason: null, steps: done };
}
