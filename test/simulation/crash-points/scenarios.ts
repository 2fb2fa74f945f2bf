import type { Play } from './run.js';
import type { Script } from './script.js';
import { isApproval, Traffic } from './traffic.js';

export type Scenario = Play & {
  readonly name: string;
  /** Among those that are cut a second time while they recover. */
  readonly main?: boolean;
};

const SMALL_SEGMENTS = 16 * 1_024;
const HALF_MINUTE_MS = 30_000;
/** Ten seconds before the relay's. */
const NEAR_THE_DEADLINE_MS = 40_000;

async function delivered(script: Script): Promise<void> {
  await script.begin();
  await script.pay('pays');
  await script.settled();
}

async function password(script: Script): Promise<void> {
  await script.begin();
  await script.pay('asks-password');
  await script.settled();
}

async function passwordNever(script: Script): Promise<void> {
  await script.begin();
  await script.pay('never-answers');
  await script.settled();
}

async function vendFails(script: Script): Promise<void> {
  await script.begin();
  script.world.faults.order('vend-fails');
  await script.pay('pays');
  await script.settled();
}

async function vendDoubtful(script: Script): Promise<void> {
  await script.begin();
  script.world.faults.order('vend-doubtful');
  await script.pay('pays');
  await script.settled();
}

async function aborts(script: Script): Promise<void> {
  await script.begin();
  await script.pay('asks-password', { takesMs: HALF_MINUTE_MS });
  await script.sleep(3_000);
  script.abort();
  await script.settled();
}

/** One payment, or two, each with one thing in it that is out of the ordinary. */
export const scenarios: readonly Scenario[] = [
  { name: 'start, then delivered', fromStart: true, main: true, play: delivered },
  { name: 'delivered', play: delivered },
  { name: 'password, then paid', main: true, play: password },
  { name: 'password never given', play: passwordNever },
  {
    name: 'declined',
    play: async (script) => {
      await script.begin();
      await script.pay('declines');
      await script.settled();
    },
  },
  {
    name: 'declined, then another phone',
    play: async (script) => {
      await script.begin();
      await script.pay('declines');
      await script.settled();
      await script.pay('pays');
      await script.settled();
    },
  },
  { name: 'vend fails', main: true, play: vendFails },
  { name: 'vend doubtful', play: vendDoubtful },
  { name: 'vend doubtful, kept by policy', doubtful: 'keep', play: vendDoubtful },
  { name: 'vend doubtful, given back by policy', doubtful: 'reverse', play: vendDoubtful },
  {
    name: 'vend slow',
    play: async (script) => {
      await script.begin();
      script.world.faults.order('vend-slow');
      await script.pay('pays');
      await script.settled();
    },
  },
  { name: 'customer aborts before the approval', main: true, play: aborts },
  {
    name: 'customer aborts at once',
    play: async (script) => {
      await script.begin();
      await script.pay('asks-password');
      await script.sleep(500);
      script.abort();
      await script.settled();
    },
  },
  {
    name: 'customer aborts, and pay is still on its way',
    play: async (script) => {
      await script.begin();
      const { gates, timeline } = script.world;
      gates.call = ({ way, what, go }) => {
        if (way !== 'request' || what !== 'pay') return false;
        timeline.after(HALF_MINUTE_MS, go);
        return true;
      };
      await script.pay('pays');
      await script.sleep(2_000);
      script.abort();
      await script.settled();
      await script.sleep(HALF_MINUTE_MS);
    },
  },
  {
    name: 'customer’s abort crosses the approval',
    play: async (script) => {
      await script.begin();
      const attempt = await script.pay('pays');
      const state = (): string | undefined => (attempt && script.world.database.attempt(attempt)?.state) ?? '';
      await script.until(() => state() === 'approved', 30_000, 1);
      script.abort();
      await script.settled();
    },
  },
  {
    name: 'order cancelled before any scan',
    play: async (script) => {
      await script.begin();
      await script.order();
      await script.sleep(500);
      script.abort();
      await script.settled();
    },
  },
  {
    name: 'approval comes after the kiosk’s deadline',
    play: async (script) => {
      await script.begin();
      const approval = new Traffic(script.world).hold(isApproval);
      await script.pay('pays');
      await script.settled();
      await script.sleep(1_000);
      approval.letOneGo();
      approval.lose();
      await script.sleep(1_000);
    },
  },
  {
    name: 'kiosk cut off before the approval',
    play: async (script) => {
      await script.begin();
      await script.pay('asks-password');
      await script.sleep(2_000);
      script.kiosk.life?.link.cut(80_000);
      await script.settled();
    },
  },
  {
    name: 'wrong amount',
    play: async (script) => {
      await script.begin();
      await script.pay('pays', { over: 100 });
      await script.settled();
    },
  },
  {
    name: 'wrong currency',
    play: async (script) => {
      await script.begin();
      await script.pay('pays', { over: 1, wrongCurrency: true });
      await script.settled();
    },
  },
  {
    name: 'amount not said at once',
    play: async (script) => {
      await script.begin();
      await script.pay('pays', { amountUnsaid: true });
      await script.settled();
    },
  },
  {
    name: 'refund, pending and failing once',
    play: async (script) => {
      await script.begin();
      script.world.faults.order('vend-fails');
      await script.pay('pays', { cancelWindowOver: true, refundPending: true, refundFails: 'once' });
      await script.settled();
      await script.sleep(10_000);
    },
  },
  {
    name: 'refund that always fails',
    play: async (script) => {
      await script.begin();
      script.world.faults.order('vend-fails');
      await script.pay('pays', { cancelWindowOver: true, refundFails: 'always' });
      await script.settled();
      await script.sleep(10_000);
    },
  },
  {
    name: 'refund of what the acquirer denies was paid',
    play: async (script) => {
      await script.begin();
      script.world.faults.order('vend-fails');
      script.world.faults.order('declined-after-paid');
      await script.pay('pays', { cancelWindowOver: true });
      await script.settled();
      await script.sleep(10_000);
    },
  },
  {
    name: 'cancel answered unclearly',
    play: async (script) => {
      await script.begin();
      script.world.faults.order('vend-fails');
      script.world.faults.order('cancel-fails', 2);
      await script.pay('pays');
      await script.settled();
      await script.sleep(10_000);
    },
  },
  {
    name: 'paid between the last inquiry and the cancel',
    play: async (script) => {
      await script.pay('pays-at-cancel');
      await script.sleep(NEAR_THE_DEADLINE_MS);
      script.countFromHere();
      await script.settled();
    },
  },
  {
    name: 'pay’s answer lost',
    main: true,
    play: async (script) => {
      await script.begin();
      script.world.faults.order('answer-lost');
      await script.pay('pays');
      await script.settled();
    },
  },
  {
    name: 'pay’s answer lost, found late',
    play: async (script) => {
      await script.begin();
      script.world.faults.order('answer-lost');
      await script.pay('pays', { hiddenMs: 12_000 });
      await script.settled();
    },
  },
  {
    name: 'pay’s request lost',
    play: async (script) => {
      await script.begin();
      script.world.faults.order('request-lost');
      await script.pay('pays');
      await script.settled();
    },
  },
  {
    name: 'pay’s request late',
    play: async (script) => {
      await script.begin();
      script.world.faults.order('request-late');
      await script.pay('pays');
      await script.settled();
    },
  },
  {
    name: 'acquirer down',
    play: async (script) => {
      await script.begin();
      script.world.acquirer.downUntil = script.world.timeline.now + HALF_MINUTE_MS;
      await script.pay('pays');
      await script.settled();
    },
  },
  {
    name: 'same code shown again, at once and later',
    play: async (script) => {
      await script.begin();
      const order = await script.order();
      const wallet = script.wallet('asks-password');
      await script.show(order, wallet);
      await script.sleep(200);
      script.kiosk.scan(wallet.code);
      await script.sleep(3_300);
      script.kiosk.scan(wallet.code);
      await script.settled();
    },
  },
  {
    name: 'code of a declined order shown for the next one',
    play: async (script) => {
      await script.begin();
      const wallet = script.wallet('declines');
      await script.show(await script.order(), wallet);
      await script.settled();
      const next = await script.order();
      await script.sleep(4_000);
      await script.show(next, wallet);
      await script.settled();
    },
  },
  {
    name: 'two phones for one order',
    play: async (script) => {
      await script.begin();
      const order = await script.order();
      const [one, other] = [script.wallet('pays'), script.wallet('pays')];
      await script.show(order, one);
      await script.sleep(30);
      script.kiosk.scan(other.code);
      await script.settled();
    },
  },
  {
    name: 'kiosk restarts with a report that was not acknowledged',
    main: true,
    play: async (script) => {
      await script.begin();
      const { kiosk, world } = script;
      let open = false;
      world.gates.frame = ({ topic }) =>
        topic.endsWith('/up') && !open && (kiosk.life?.kiosk.loop.state.attempt ?? null) === null;
      const attempt = await script.pay('pays');
      await script.settled();
      await script.sleep(700);
      kiosk.kill(2_000);
      open = true;
      await script.stands(attempt, 'delivered', 'reversed', 'doubtful', 'declined');
    },
  },
  {
    name: 'journal goes on to its next segment',
    segmentBytes: SMALL_SEGMENTS,
    play: async (script) => {
      await script.pay('pays');
      await script.settled();
      await script.begin();
      await script.pay('pays');
      await script.settled();
      await script.pay('declines');
      await script.settled();
    },
  },
  {
    name: 'journal lost while the goods come out',
    play: async (script) => {
      await script.begin();
      const { kiosk, world } = script;
      const attempt = await script.pay('pays');
      await script.until(() => attempt !== undefined && world.oracle.attempt(attempt).vendBegun, 30_000, 5);
      kiosk.powerCut(3_000, 'lost');
      kiosk.disk.wipe();
      await script.stands(attempt, 'doubtful', 'reversed', 'declined', 'delivered');
    },
  },
  {
    name: 'board changed while the password is asked for',
    play: async (script) => {
      await script.begin();
      const { kiosk } = script;
      const attempt = await script.pay('asks-password', { takesMs: 20_000 });
      await script.sleep(3_000);
      kiosk.powerCut(3_000, 'lost');
      kiosk.otherBoard();
      await script.stands(attempt, 'reversed', 'declined');
    },
  },
  {
    name: 'card slow while the vend begins',
    play: async (script) => {
      await script.begin();
      const { world } = script;
      const attempt = await script.pay('asks-password', { takesMs: 1_000 });
      await script.sleep(500);
      world.faults.order('disk-slow');
      await script.settled();
      await script.stands(attempt, 'delivered', 'reversed', 'declined', 'doubtful');
    },
  },
  {
    name: 'card fails when the vend begins',
    play: async (script) => {
      await script.begin();
      await script.pay('asks-password', { takesMs: 1_000 });
      await script.sleep(500);
      script.world.faults.order('disk-failing');
      await script.settled();
    },
  },
  { name: 'two relays: delivered', relays: 2, main: true, play: delivered },
  { name: 'two relays: password, then paid', relays: 2, play: password },
  {
    name: 'two relays: password never given',
    relays: 2,
    play: async (script) => {
      await script.pay('never-answers');
      await script.sleep(NEAR_THE_DEADLINE_MS);
      script.countFromHere();
      await script.settled();
    },
  },
  { name: 'two relays: vend fails', relays: 2, play: vendFails },
  { name: 'two relays: customer aborts', relays: 2, play: aborts },
  {
    name: 'two relays: the one that works dies',
    relays: 2,
    main: true,
    play: async (script) => {
      await script.begin();
      const attempt = await script.pay('asks-password', { takesMs: 10_000 });
      await script.sleep(1_500);
      (script.workerOf(attempt) ?? script.world.relays[0])?.kill(90_000);
      await script.settled();
      await script.stands(attempt, 'delivered', 'reversed', 'declined', 'doubtful');
    },
  },
  {
    name: 'two relays: the one that holds pay’s answer dies',
    relays: 2,
    play: async (script) => {
      await script.begin();
      const { world } = script;
      world.gates.call = ({ way, relay }) => {
        if (way !== 'answer') return false;
        world.gates.call = () => false;
        world.relays.find(({ name }) => name === relay)?.kill(90_000);
        return true;
      };
      const attempt = await script.pay('pays');
      await script.stands(attempt, 'delivered', 'reversed', 'declined', 'doubtful');
    },
  },
];
