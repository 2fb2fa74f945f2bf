import { decodeDown, decodeUp } from '../../../protocol/codec.js';
import type { DownBody, UpBody } from '../../../protocol/messages.js';
import type { FrameOnItsWay } from '../gates.js';
import type { World } from '../world.js';

export type Body = UpBody | DownBody;
type Match = (body: Body, to: string) => boolean;
type Held = { readonly body: Body; readonly go: () => void };

/** Frames that match, taken off the way while it is closed. */
export class Hold {
  readonly held: Held[] = [];
  readonly #match: Match;
  #closed = true;

  constructor(match: Match) {
    this.#match = match;
  }

  take(body: Body, { to, go }: FrameOnItsWay): boolean {
    if (!this.#closed || !this.#match(body, to)) return false;
    this.held.push({ body, go });
    return true;
  }

  /** Lets the oldest held frame through, and goes on holding. */
  letOneGo(): void {
    this.held.shift()?.go();
  }

  /** The way is free from now on, and what was held is delivered. */
  letGo(): void {
    this.#closed = false;
    for (const { go } of this.held.splice(0)) go();
  }

  /** The way is free from now on, and what was held is lost. */
  lose(): void {
    this.#closed = false;
    this.held.length = 0;
  }
}

/** The frames of one world: all that were let through, and those that are held by hand. */
export class Traffic {
  /** In the order in which they left, each once for everybody who is to hear it. */
  readonly seen: { readonly body: Body; readonly at: number }[] = [];
  readonly #holds: Hold[] = [];

  constructor(world: World) {
    world.gates.frame = (frame) => {
      const body = bodyOf(frame.topic, frame.payload);
      if (!body) return false;
      this.seen.push({ body, at: world.timeline.now });
      return this.#holds.some((hold) => hold.take(body, frame));
    };
  }

  hold(match: Match): Hold {
    const hold = new Hold(match);
    this.#holds.push(hold);
    return hold;
  }

  /** What kiosks said of an attempt's delivery. */
  get vends(): string[] {
    return this.seen.flatMap(({ body }) => (body.type === 'vend' ? [body.delivery] : []));
  }
}

function bodyOf(topic: string, payload: Uint8Array): Body | undefined {
  if (topic.endsWith('/up')) return decodeUp(payload).body;
  return topic.endsWith('/down') ? decodeDown(payload).body : undefined;
}

export const isOf =
  (...types: Body['type'][]): Match =>
  (body) =>
    types.includes(body.type);

export const isApproval: Match = (body) => body.type === 'update' && body.standing === 'approved';
