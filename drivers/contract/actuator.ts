/** The machine that hands out the goods. */
export type VendJob = { readonly attempt: string; readonly order: string };
/** `doubtful`: it began and its end cannot be known. */
export type VendResult = 'delivered' | 'failed' | 'doubtful';

export interface Actuator {
  start(): Promise<void>;
  /**
   * Acts once for this job, within the driver's own time limit; never rejects (what cannot be known is doubtful), and
   * never acts a second time for the same attempt.
   */
  vend(job: VendJob): Promise<VendResult>;
  stop(): Promise<void>;
}
