import type { AttemptId } from '../../../protocol/ids.js';
import type { AtPoint, Played } from '../crash-points/run.js';
import { play } from '../crash-points/run.js';
import type { Script } from '../crash-points/script.js';
import { Traffic } from '../crash-points/traffic.js';

export type Scene = {
  readonly script: Script;
  readonly world: Script['world'];
  readonly traffic: Traffic;
  /** The common start: scanned, paid, approved, "begun" durable, and the goods out; the kiosk has not reported yet. */
  goodsOut(): Promise<AttemptId>;
};

export type Staged = Played & {
  /** How the ledger has it, with its reason. */
  standing(attempt: AttemptId): string;
  alarms(): string[];
  /** Minor units that the acquirer has taken and given back. */
  money(): { charged: number; returned: number };
};

/** Plays one sequence by hand in a small world, then lets all of it come to rest. */
export async function stage(
  act: (scene: Scene) => Promise<void>,
  options: { relays?: number; fromStart?: boolean; atPoint?: AtPoint } = {},
): Promise<Staged> {
  const { atPoint = () => 'goes-on', ...more } = options;
  let failed: unknown;
  const played = await play(
    {
      ...more,
      play: async (script) => {
        const { world } = script;
        const scene: Scene = { script, world, traffic: new Traffic(world), goodsOut: () => goodsOut(script) };
        try {
          if (!options.fromStart) await script.begin();
          await act(scene);
        } catch (error) {
          failed = error;
        }
      },
    },
    process.env['TOLD'] === '1',
    atPoint,
  );
  for (const { at, who, what, about } of played.story)
    console.log((at / 1_000).toFixed(3).padStart(10), who.padEnd(12), what, about ?? '');
  if (failed) throw failed;
  return staged(played);
}

function staged(played: Played): Staged {
  const { database, books } = played.world;
  const payments = () => [...books.all()];
  return {
    ...played,
    standing: (id) => {
      const row = database.attempt(id);
      return row ? [row.state, row.reason ?? ''].join(' ').trim() : 'never heard of';
    },
    alarms: () => database.alarms().map(({ kind }) => kind),
    money: () => ({
      charged: payments().reduce((sum, p) => sum + p.charged, 0),
      returned: payments().reduce((sum, p) => sum + p.returned, 0),
    }),
  };
}

async function goodsOut(script: Script): Promise<AttemptId> {
  const attempt = began(await script.pay('pays'));
  const { oracle } = script.world;
  if (!(await script.until(() => oracle.attempt(attempt).goodsOut, 30_000, 1)))
    throw new Error('scene: no goods came out');
  return attempt;
}

/** @throws when no attempt began: then the scene is not the one that is meant. */
export function began(attempt: AttemptId | undefined): AttemptId {
  if (attempt === undefined) throw new Error('scene: the scan began no attempt');
  return attempt;
}
