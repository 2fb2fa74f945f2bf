import type { VendResult } from '../../contract/actuator.js';
import { ALWAYS_IDLE_BIT, type Heard, type Reply } from './codec.js';

/** The states of a cashless device (MDB/ICP 4.3, 7.2). Revalue is not offered: a wallet's code cannot be given money. */
export type Phase = 'inactive' | 'disabled' | 'enabled' | 'idle' | 'vend';

/** `asked`: the VMC waits for our word · `approving`: it will be told at its next poll · `approved`: it was told. */
type Vend = { readonly stage: 'asked' | 'approving' | 'approved'; readonly price: number; readonly item: number };

export type Session = {
  readonly phase: Phase;
  /** The reader was switched off in a session, which goes on to its end. */
  readonly closing: boolean;
  /** The lower of both sides'. */
  readonly level: number;
  /** A VEND REQUEST may come without BEGIN SESSION. */
  readonly alwaysIdle: boolean;
  readonly vend?: Vend;
  /** What the next polls are answered with. */
  readonly queue: readonly Reply[];
};

export type SessionOptions = {
  readonly level: 1 | 3;
  /** The adapter polls for us and says what became of it (`status`); what we say goes out at once. */
  readonly pushes: boolean;
  /** For such an adapter: it was set to need no BEGIN SESSION. */
  readonly alwaysIdle: boolean;
};

export type SessionEvent =
  | Heard
  | { readonly type: 'status'; readonly phase: Exclude<Phase, 'vend'> }
  /** The order was paid, or was not. */
  | { readonly type: 'approve' | 'deny' }
  /** The line is gone · nobody said within the limit how the vend went. */
  | { readonly type: 'lost' | 'expired' };

export type SessionEffect =
  | { readonly type: 'say'; readonly reply: Reply }
  | { readonly type: 'order'; readonly price: number; readonly item: number }
  /** The order is not wanted any more; nothing was approved. */
  | { readonly type: 'dropped' }
  /** How an approved vend went. Exactly once for each. */
  | { readonly type: 'ended'; readonly result: VendResult }
  | { readonly type: 'fault'; readonly what: string };

export type Step = { readonly session: Session; readonly effects: readonly SessionEffect[] };

/** JUST RESET waits for the first poll: a VMC that knew us before begins anew, instead of asking into another life. */
export const newSession = ({ level, pushes, alwaysIdle }: SessionOptions): Session => ({
  phase: 'inactive',
  closing: false,
  level,
  alwaysIdle: pushes && alwaysIdle,
  queue: pushes ? [] : [{ type: 'just-reset' }],
});

const say = (type: Exclude<Reply['type'], 'vend-approved'>): SessionEffect => ({ type: 'say', reply: { type } });
const outOfSequence = (what: string): readonly SessionEffect[] => [
  say('out-of-sequence'),
  { type: 'fault', what: `${what} out of sequence` },
];

function withoutVend({ vend: _vend, ...rest }: Session): Session {
  return { ...rest, queue: rest.queue.filter((r) => r.type !== 'vend-approved' && r.type !== 'vend-denied') };
}

/** An approval that the VMC never heard hands out nothing; one that it heard may have. */
function closeVend(session: Session): Step {
  const { vend } = session;
  if (!vend) return { session, effects: [] };
  if (vend.stage === 'asked') return { session: withoutVend(session), effects: [{ type: 'dropped' }] };
  const result = vend.stage === 'approving' ? 'failed' : 'doubtful';
  return { session: withoutVend(session), effects: [{ type: 'ended', result }] };
}

/** To enabled, where a session begins by itself: the customer chooses at the machine, and pays then. */
function beginning(session: Session, options: SessionOptions): Step {
  const enabled: Session = { ...session, phase: 'enabled', closing: false };
  if (session.alwaysIdle) return { session: enabled, effects: [] };
  if (options.pushes) return { session: enabled, effects: [say('begin-session')] };
  return { session: { ...enabled, queue: [...session.queue, { type: 'begin-session' }] }, effects: [] };
}

function polled(session: Session): Step {
  const [reply, ...queue] = session.queue;
  if (!reply) return { session, effects: [say('ack')] };
  const effects: SessionEffect[] = [{ type: 'say', reply }];
  const next: Session = { ...session, queue };
  if (reply.type === 'begin-session') return { session: { ...next, phase: 'idle' }, effects };
  if (reply.type === 'vend-approved' && next.vend) {
    return { session: { ...next, vend: { ...next.vend, stage: 'approved' } }, effects };
  }
  return { session: next, effects };
}

function requested(session: Session, price: number, item: number, { pushes }: SessionOptions): Step {
  const { phase, alwaysIdle, vend } = session;
  // Its ACK was lost: the same question again, not a second order.
  if (vend?.stage === 'asked' && vend.price === price && vend.item === item) return { session, effects: [say('ack')] };
  if (!pushes && phase !== 'idle' && !(phase === 'enabled' && alwaysIdle)) {
    return { session, effects: outOfSequence(`VEND REQUEST (${phase})`) };
  }
  // An adapter that keeps the session knows better than we what has ended.
  const closed = closeVend(session);
  return {
    session: { ...closed.session, phase: 'vend', vend: { stage: 'asked', price, item } },
    effects: [...closed.effects, say('ack'), { type: 'order', price, item }],
  };
}

/** VEND SUCCESS or VEND FAILURE. A repeated one finds no vend, and is only acknowledged. */
function told(session: Session, result: 'delivered' | 'failed'): Step {
  const { vend } = session;
  if (!vend) return { session, effects: [say('ack')] };
  if (vend.stage === 'approved') {
    const effects: SessionEffect[] = [say('ack'), { type: 'ended', result }];
    return { session: { ...withoutVend(session), phase: 'idle' }, effects };
  }
  if (result === 'delivered') return { session, effects: outOfSequence('VEND SUCCESS without an approval') };
  const closed = closeVend(session);
  return { session: { ...closed.session, phase: 'idle' }, effects: [say('ack'), ...closed.effects] };
}

function cancelled(session: Session): Step {
  const closed = closeVend(session);
  const phase = session.phase === 'vend' ? 'idle' : session.phase;
  return { session: { ...closed.session, phase }, effects: [say('vend-denied'), ...closed.effects] };
}

function completed(session: Session, options: SessionOptions): Step {
  const closed = closeVend(session);
  const open = session.phase === 'idle' || session.phase === 'vend';
  const ended: Session = { ...closed.session, queue: [] };
  const effects = [say('end-session'), ...closed.effects];
  // Repeated, as our answer was lost: what is under way since stays.
  if (!open) return { session, effects: [say('end-session')] };
  if (session.closing) return { session: { ...ended, phase: 'disabled', closing: false }, effects };
  const next = beginning(ended, options);
  return { session: next.session, effects: [...effects, ...next.effects] };
}

function enabled(session: Session, options: SessionOptions): Step {
  if (session.phase === 'inactive') return { session, effects: outOfSequence('READER ENABLE before SETUP') };
  if (session.phase !== 'disabled') return { session: { ...session, closing: false }, effects: [say('ack')] };
  const { session: next, effects } = beginning(session, options);
  return { session: next, effects: [say('ack'), ...effects] };
}

/** A session that is open goes on to its end (7.4.13). */
function disabled(session: Session): Step {
  const open = session.phase === 'idle' || session.phase === 'vend';
  const queue = session.queue.filter((r) => r.type !== 'begin-session');
  const phase = session.phase === 'enabled' ? 'disabled' : session.phase;
  return { session: { ...session, phase, closing: open, queue }, effects: [say('ack')] };
}

/** What an adapter that keeps the session itself says it is in now. */
function status(session: Session, phase: Exclude<Phase, 'vend'>, options: SessionOptions): Step {
  const closed = closeVend(session);
  if (phase !== 'enabled') return { session: { ...closed.session, phase }, effects: closed.effects };
  const next = beginning(closed.session, options);
  return { session: next.session, effects: [...closed.effects, ...next.effects] };
}

function answered(session: Session, word: 'approve' | 'deny', { pushes }: SessionOptions): Step {
  const { vend } = session;
  if (vend?.stage !== 'asked') return { session, effects: [{ type: 'fault', what: `${word} without a question` }] };
  const reply: Reply = word === 'deny' ? { type: 'vend-denied' } : { type: 'vend-approved', price: vend.price };
  const rest: Session = word === 'deny' ? { ...withoutVend(session), phase: 'idle' } : session;
  const stage = pushes ? 'approved' : 'approving';
  const next: Session = word === 'deny' ? rest : { ...session, vend: { ...vend, stage } };
  if (pushes) return { session: next, effects: [{ type: 'say', reply }] };
  return { session: { ...next, queue: [...next.queue, reply] }, effects: [] };
}

function expired(session: Session, { pushes }: SessionOptions): Step {
  if (!session.vend) return { session, effects: [] };
  const closed = closeVend(session);
  if (pushes)
    return { session: { ...closed.session, phase: 'idle' }, effects: [...closed.effects, say('session-cancel')] };
  const queue: readonly Reply[] = [...closed.session.queue, { type: 'session-cancel' }];
  return { session: { ...closed.session, phase: 'idle', queue }, effects: closed.effects };
}

function reset(session: Session, options: SessionOptions): Step {
  return { session: newSession(options), effects: closeVend(session).effects };
}

function setUp(session: Session, level: number, options: SessionOptions): Step {
  const phase = session.phase === 'inactive' ? 'disabled' : session.phase;
  return { session: { ...session, phase, level: Math.min(options.level, level) }, effects: [say('config')] };
}

function featured(session: Session, bits: number): Step {
  const alwaysIdle = session.level >= 3 && (bits & ALWAYS_IDLE_BIT) !== 0;
  return { session: { ...session, alwaysIdle }, effects: [say('ack')] };
}

type Steps = {
  [K in SessionEvent['type']]: (s: Session, e: Extract<SessionEvent, { type: K }>, o: SessionOptions) => Step;
};

const acknowledged = (session: Session): Step => ({ session, effects: [say('ack')] });

const steps: Steps = {
  reset(session, _event, options) {
    const { session: next, effects } = reset(session, options);
    return { session: next, effects: [say('ack'), ...effects] };
  },
  lost: (session, _event, options) => reset(session, options),
  setup: (session, event, options) => setUp(session, event.level, options),
  prices: acknowledged,
  'cash-sale': acknowledged,
  'expansion-id': (session) => ({ session, effects: [say('peripheral-id')] }),
  features: (session, event) => featured(session, event.bits),
  poll: polled,
  enable: (session, _event, options) => enabled(session, options),
  disable: disabled,
  cancel: (session) => ({ session, effects: [say('cancelled')] }),
  'vend-request': (session, event, options) => requested(session, event.price, event.item, options),
  'vend-cancel': cancelled,
  'vend-success': (session) => told(session, 'delivered'),
  'vend-failure': (session) => told(session, 'failed'),
  'session-complete': (session, _event, options) => completed(session, options),
  // Nobody answers it: the VMC learns by the silence that this device does not know the command.
  unknown: (session) => ({ session, effects: [{ type: 'fault', what: 'a command that is not known' }] }),
  status: (session, event, options) => status(session, event.phase, options),
  approve: (session, _event, options) => answered(session, 'approve', options),
  deny: (session, _event, options) => answered(session, 'deny', options),
  expired: (session, _event, options) => expired(session, options),
};

/** Bytes are the codec's, time and the line the driver's: this only decides. */
export function step<E extends SessionEvent>(session: Session, event: E, options: SessionOptions): Step {
  const run = steps[event.type] as (session: Session, event: E, options: SessionOptions) => Step;
  return run(session, event, options);
}
