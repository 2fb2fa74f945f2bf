import type { VendJob, VendResult } from '../contract/actuator.js';

/** Attempts whose vend is remembered. The journal guards against repeats across starts; this guards within one. */
const remembered = 4_096;

/** Runs `act` at most once for an attempt; a repeated job gets the first one's result. Never rejects. */
export function onceAnAttempt(act: (job: VendJob) => Promise<VendResult>): (job: VendJob) => Promise<VendResult> {
  const results = new Map<string, Promise<VendResult>>();
  return (job) => {
    const known = results.get(job.attempt);
    if (known) return known;
    const result = Promise.resolve(job)
      .then(act)
      .catch((): VendResult => 'doubtful');
    results.set(job.attempt, result);
    const oldest = results.size > remembered ? results.keys().next().value : undefined;
    if (oldest !== undefined) results.delete(oldest);
    return result;
  };
}
