import { type Clock, systemClock } from '../clock.js';
import type { Actuator, VendJob, VendResult } from '../contract/actuator.js';
import { onceAnAttempt } from './once.js';

export type AppActuatorOptions = {
  /** The app's time to report, ms; after it the vend is doubtful. */
  readonly limitMs: number;
  readonly clock?: Clock;
};

/**
 * `accepted`: the vend ends so, or the app repeats what it said · `ended`: the vend has already ended otherwise ·
 * `unknown`: no vend was asked for under this id.
 */
export type ReportAnswer = 'accepted' | 'ended' | 'unknown';

type Vend = { readonly job: VendJob; result?: VendResult; end(result: VendResult): void };

/** The kiosk app hands out the goods and reports how that went. Ended vends are remembered, so that a report may repeat. */
export class AppActuator implements Actuator {
  readonly vend: (job: VendJob) => Promise<VendResult>;
  readonly #limitMs: number;
  readonly #clock: Clock;
  readonly #vends: Vend[] = [];
  #started = false;

  constructor({ limitMs, clock = systemClock }: AppActuatorOptions) {
    this.#limitMs = limitMs;
    this.#clock = clock;
    this.vend = onceAnAttempt((job) => this.#act(job));
  }

  async start(): Promise<void> {
    this.#started = true;
  }

  /** The vends that wait for a report. */
  get waiting(): readonly VendJob[] {
    return this.#vends.filter((v) => v.result === undefined).map((v) => v.job);
  }

  /** @param id of the attempt, or of the order: then its latest attempt is meant. */
  report(id: string, result: VendResult): ReportAnswer {
    const vend = this.#vends.findLast(({ job }) => job.attempt === id || job.order === id);
    if (!vend) return 'unknown';
    if (vend.result === undefined) vend.end(result);
    return vend.result === result ? 'accepted' : 'ended';
  }

  #act(job: VendJob): Promise<VendResult> {
    return new Promise((resolve) => {
      if (!this.#started) return resolve('failed');
      const vend: Vend = {
        job,
        end(result) {
          cancel();
          vend.result = result;
          resolve(result);
        },
      };
      const cancel = this.#clock.after(this.#limitMs, () => vend.end('doubtful'));
      this.#vends.push(vend);
      if (this.#vends.length > 64) this.#vends.splice(0, 1);
    });
  }

  /** What the app has not reported by now ends doubtful. */
  async stop(): Promise<void> {
    this.#started = false;
    for (const vend of this.#vends) if (vend.result === undefined) vend.end('doubtful');
  }
}
