import { type Clock, pause } from '../clock.js';
import type { DisplayHandlers, Screen } from '../contract/display.js';

/** What of a screen a panel shows now. */
export type Moment = {
  /** Its `leftMs` is what is left now. */
  readonly screen: Screen;
  /** Counts up every few seconds, from 0: longer text is shown page by page. */
  readonly page: number;
  /** Shown for a while, and nothing on it changes by itself: it may be dimmed. */
  readonly resting: boolean;
};

/** A display that is drawn on. Everything rejects with the system's words when the panel does not answer. */
export type Panel = {
  /** Makes it ready from whatever state it is in; nothing is known of what it shows. */
  open(): Promise<void>;
  /** Sends what differs from what was sent; undefined: nothing is shown. */
  draw(moment: Moment | undefined): Promise<void>;
  /** Gives back what was taken. */
  close(): Promise<void>;
};

export type PanelLoopOptions = {
  readonly clock: Clock;
  /** The whole picture is sent anew this often: a panel that lost its power heals. */
  readonly refreshMs?: number;
  readonly pageMs?: number;
  readonly restMs?: number;
};

const REFRESH_MS = 60_000;
const PAGE_MS = 4_000;
const REST_MS = 30_000;
const TICK_MS = 1_000;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 30_000;
const STOP_MAX_MS = 2_000;

/**
 * Draws the newest screen on a panel, one drawing at a time: what comes while it is busy takes the place of what waits.
 * A panel that fails is opened again, less and less often; nobody waits for it.
 */
export class PanelLoop {
  readonly #panel: Panel;
  readonly #options: PanelLoopOptions;
  #shown: { readonly screen: Screen; readonly at: number } | undefined;
  #ended: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();
  #wake = new AbortController();
  #handlers: DisplayHandlers | undefined;
  #fault: string | undefined;

  constructor(panel: Panel, options: PanelLoopOptions) {
    this.#panel = panel;
    this.#options = options;
  }

  start(handlers?: DisplayHandlers): void {
    if (this.#ended) return;
    this.#handlers = handlers;
    this.#ended = new AbortController();
    this.#running = this.#run(this.#ended.signal);
  }

  show(screen: Screen): void {
    this.#shown = { screen, at: this.#options.clock.now() };
    this.#wake.abort();
  }

  /** Blanks the panel if it answers soon enough. */
  async stop(): Promise<void> {
    this.#shown = undefined;
    if (!this.#ended) return;
    this.#ended.abort();
    this.#wake.abort();
    const given = new AbortController();
    // A bus that hangs does not hold up the end of the program.
    await Promise.race([this.#running, pause(this.#options.clock, STOP_MAX_MS, given.signal)]);
    given.abort();
    this.#ended = undefined;
  }

  async #run(ended: AbortSignal): Promise<void> {
    let retryMs = RETRY_FIRST_MS;
    while (!ended.aborted) {
      try {
        await this.#panel.open();
        await this.#drawn(ended, () => {
          retryMs = RETRY_FIRST_MS;
          this.#well();
        });
      } catch (error) {
        this.#failed(error instanceof Error ? error.message : String(error));
        await this.#panel.close().catch(() => {});
        await pause(this.#options.clock, retryMs, ended);
        retryMs = Math.min(RETRY_MAX_MS, retryMs * 2);
      }
    }
    await this.#panel.draw(undefined).catch(() => {});
    await this.#panel.close().catch(() => {});
  }

  /** Until the panel is due to be opened anew. */
  async #drawn(ended: AbortSignal, well: () => void): Promise<void> {
    const { clock, refreshMs = REFRESH_MS } = this.#options;
    const until = clock.now() + refreshMs;
    let before = '';
    let last: Screen | undefined;
    while (!ended.aborted && clock.now() < until) {
      this.#wake = new AbortController();
      const moment = this.#moment();
      const key = moment ? `${Math.ceil((moment.screen.leftMs ?? 0) / 1_000)} ${moment.page} ${moment.resting}` : '-';
      if (key !== before || this.#shown?.screen !== last) await this.#panel.draw(moment);
      well();
      [before, last] = [key, this.#shown?.screen];
      await pause(clock, Math.min(until - clock.now(), this.#untilTick()), this.#wake.signal);
    }
  }

  /** To the next whole second of what is left, so that none is skipped. */
  #untilTick(): number {
    const leftMs = this.#moment()?.screen.leftMs ?? 0;
    return leftMs > 0 ? ((leftMs - 1) % TICK_MS) + 1 : TICK_MS;
  }

  #moment(): Moment | undefined {
    if (!this.#shown) return undefined;
    const { clock, pageMs = PAGE_MS, restMs = REST_MS } = this.#options;
    const { screen, at } = this.#shown;
    const age = clock.now() - at;
    const page = Math.floor(age / pageMs);
    if (screen.leftMs === undefined) return { screen, page, resting: age >= restMs && screen.code === undefined };
    return { screen: { ...screen, leftMs: Math.max(0, screen.leftMs - age) }, page, resting: false };
  }

  #failed(detail: string): void {
    if (this.#fault === detail) return;
    this.#fault = detail;
    this.#handlers?.onFault(detail);
  }

  #well(): void {
    if (this.#fault === undefined) return;
    this.#fault = undefined;
    this.#handlers?.onWell();
  }
}
