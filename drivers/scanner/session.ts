import { type Clock, pause } from '../clock.js';
import type { ScannerData, ScannerWord } from '../contract/scanner.js';
import type { Command, ConfigureStep, Profile } from './profile/profile.js';
import type { Heard, Reader } from './profile/reader.js';

export type SessionParts = {
  readonly profile: Profile;
  readonly clock: Clock;
  /** False: it is listened to and probed, and told nothing. */
  readonly commands: boolean;
  /** Silence after which it is asked whether it lives, ms. */
  readonly probeMs: number;
  /** Silence that ends a code for whoever listens, ms. */
  readonly gapMs: number;
  /** What it was told last. */
  readonly wanted: 'enable' | 'disable' | undefined;
  onData(data: ScannerData): void;
  /** It said something: it lives. */
  onHeard(): void;
  /** It was asked and did not answer. */
  onMissed(): void;
};

type Task = { readonly command: Command; readonly word?: ScannerWord; readonly next?: ConfigureStep['next'] };

const never = Number.POSITIVE_INFINITY;
/** Feedback that comes too late is worse than none, so no more than this waits. */
const TASKS_MOST = 8;
/** One that did not answer is asked again sooner, ms. */
const DOUBT_MS = 2_000;
/** Silence after a code before the trigger is pulled again, ms: longer than any gap within one. */
const AFTER_READ_MS = 300;
/** How long an answer that did not come in time may still come and is no code, ms. */
const LATE_MS = 3_000;

/**
 * Talks with a scanner for as long as its port is open: one question at a time, and what it says in between is codes. One
 * timer for all that is waited for; a code that arrives does not touch it.
 */
export class Session {
  readonly #parts: SessionParts;
  readonly #reader: Reader;
  readonly #closing = new AbortController();
  #tasks: Task[] = [];
  #asked: Task | undefined;
  #write: ((bytes: Uint8Array) => Promise<void>) | undefined;
  #writing = 0;
  #writeBeganMs = 0;
  #wanted: SessionParts['wanted'];
  #heldAtMs = 0;
  /** A question was not answered in time, so that the next answer may be its. */
  #late = false;
  /** Settings are not as they shall be, as far as is known. */
  #unsettled = false;
  /** When each of these is due, monotonic ms. */
  readonly #at = { answer: never, forget: never, hold: never, probe: never, rearm: never };
  #timerAt = never;
  #cancelTimer: (() => void) | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#wanted = parts.wanted;
    this.#reader = parts.profile.reader();
  }

  /** The port is open: settings first, then what is wanted, then whether it is there at all. */
  open(write: (bytes: Uint8Array) => Promise<void>): void {
    const { profile, commands } = this.#parts;
    this.#write = write;
    if (commands) {
      this.#configure();
      if (this.#wanted) this.#queueWord(this.#wanted);
    }
    if (profile.probe) this.#at.probe = this.#parts.clock.now();
    this.#go();
  }

  receive(bytes: Uint8Array, atMs: number): void {
    if (this.#closing.signal.aborted) return;
    this.#heardNow(atMs);
    // First, so that a code that proves the scanner's life finds a kiosk that is open.
    this.#parts.onHeard();
    const heard = this.#reader.read(bytes);
    for (const one of heard) this.#take(one, atMs);
    this.#heldAtMs = atMs;
    this.#at.hold = this.#reader.holding ? atMs + this.#holdMs : never;
    this.#go();
  }

  tell(word: ScannerWord): void {
    if (word === 'enable' || word === 'disable') {
      this.#wanted = word;
      this.#at.rearm = never;
      this.#tasks = this.#tasks.filter((task) => task.word !== 'enable' && task.word !== 'disable');
    }
    if (!this.#parts.commands) return;
    this.#queueWord(word);
    if (this.#wanted === 'enable' && this.#parts.profile.deafAfter?.includes(word)) this.#queueWord('enable');
    this.#go();
  }

  close(): void {
    this.#closing.abort();
    this.#cancelTimer?.();
    this.#tasks = [];
  }

  /** Held longer, the end of a code would come after the gap that ends it. */
  get #holdMs(): number {
    const { profile, gapMs } = this.#parts;
    return profile.packets ? profile.holdMs : Math.min(profile.holdMs, gapMs / 2);
  }

  #configure(): void {
    const steps = this.#parts.profile.configure ?? [];
    const tasks = steps.map(({ ask, next }) => ({ command: ask, ...(next ? { next } : {}) }));
    this.#tasks.unshift(...tasks);
    this.#unsettled = false;
  }

  #queueWord(word: ScannerWord): void {
    const command = this.#parts.profile.words[word];
    if (!command) return;
    const rest = this.#tasks.filter((task) => task.word !== word);
    const feedback = word === 'good-read' || word === 'bad-read';
    this.#tasks = feedback && rest.length >= TASKS_MOST ? rest : [...rest, { command, word }];
  }

  #heardNow(now: number): void {
    if (this.#at.probe !== never) this.#at.probe = now + this.#parts.probeMs;
  }

  #take(heard: Heard, atMs: number): void {
    if (heard.kind === 'say') this.#say(heard.bytes);
    else if (heard.kind === 'answer') this.#answered(heard.bytes);
    else {
      if (this.#at.rearm !== never) this.#at.rearm = atMs + AFTER_READ_MS;
      this.#parts.onData({ bytes: heard.bytes, atMs, endOfCode: heard.endOfCode });
    }
  }

  #answered(answer: Uint8Array): void {
    const task = this.#asked;
    this.#asked = undefined;
    this.#at.answer = never;
    if (!task?.next) return;
    // Another question's value, written to this setting, would switch off whatever its bits mean here.
    if (this.#late) this.#unsettled = true;
    const more = this.#late ? undefined : task.next(answer);
    if (more) this.#tasks.unshift({ command: more });
  }

  /** Sends what waits, if nothing is under way, and sets the timer for what is due next. */
  #go(): void {
    if (this.#closing.signal.aborted) return;
    const task = this.#write && this.#writing === 0 && !this.#asked ? this.#tasks.shift() : undefined;
    if (task) this.#start(task);
    this.#schedule();
  }

  #start(task: Task): void {
    const { clock, profile } = this.#parts;
    const now = clock.now();
    if (task.command.answered) {
      this.#asked = task;
      this.#reader.expect();
      this.#at.answer = now + profile.answerMs;
      this.#at.forget = now + profile.answerMs + LATE_MS;
    }
    if (task.word === 'enable' && profile.rearmMs !== undefined) this.#at.rearm = now + profile.rearmMs;
    this.#say(task.command.bytes);
  }

  #say(bytes: Uint8Array): void {
    if (this.#writing === 0) this.#writeBeganMs = this.#parts.clock.now();
    this.#writing += 1;
    this.#sendPaced(bytes).then(
      () => {
        this.#writing -= 1;
        this.#go();
      },
      // The port is closing; whoever holds it knows.
      () => {},
    );
  }

  async #sendPaced(bytes: Uint8Array): Promise<void> {
    const { clock, profile } = this.#parts;
    if (profile.paceMs === 0) return this.#write?.(bytes);
    for (const byte of bytes) {
      await this.#write?.(Uint8Array.of(byte));
      await pause(clock, profile.paceMs, this.#closing.signal);
    }
  }

  #schedule(): void {
    const { clock } = this.#parts;
    const at = Math.min(...Object.values(this.#at));
    // One that comes too early sets itself again: most waits are over before their end.
    if (at >= this.#timerAt) return;
    this.#cancelTimer?.();
    this.#timerAt = at;
    this.#cancelTimer = clock.after(Math.max(1, Math.ceil(at - clock.now())), () => {
      this.#timerAt = never;
      this.#due(clock.now());
      this.#go();
    });
  }

  #due(now: number): void {
    const at = this.#at;
    if (at.hold <= now) {
      at.hold = never;
      for (const one of this.#reader.release()) this.#take(one, this.#heldAtMs);
    }
    if (at.answer <= now) this.#missed(now);
    if (at.forget <= now && !this.#asked) {
      at.forget = never;
      this.#late = false;
      this.#reader.forget();
      if (this.#unsettled) this.#configure();
    }
    if (at.rearm <= now) {
      at.rearm = never;
      if (this.#wanted === 'enable') this.#queueWord('enable');
    }
    if (at.probe <= now) this.#probe(now);
  }

  #missed(now: number): void {
    this.#at.answer = never;
    this.#late ||= this.#asked !== undefined;
    // What is set by answers waits until no late one can come any more.
    this.#unsettled ||= this.#asked?.next !== undefined || this.#tasks.some((task) => task.next);
    this.#tasks = this.#tasks.filter((task) => !task.next);
    this.#asked = undefined;
    this.#at.probe = this.#at.probe === never ? never : now + Math.min(this.#parts.probeMs, DOUBT_MS);
    this.#parts.onMissed();
  }

  #probe(now: number): void {
    const { profile, probeMs } = this.#parts;
    this.#at.probe = now + probeMs;
    const command = profile.probe?.[this.#wanted === 'enable' ? 'enabled' : 'disabled'];
    // A line that has not taken the last words for so long takes no question either.
    const stuck = this.#writing > 0 && now - this.#writeBeganMs >= profile.answerMs;
    if (stuck && !this.#asked) this.#missed(now);
    else if (command && !this.#asked && !this.#tasks.some((task) => task.command.answered))
      this.#tasks.push({ command });
  }
}
