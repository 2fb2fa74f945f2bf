import type { TestProject } from 'vitest/node';
import { freePort } from '../support/services.js';
import { Lab, LabIsUp, whyNoLab } from './lab.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `why`: what keeps it from running here. The guest reaches `brokerPort` of this machine's loopback. */
    readonly lab: { readonly brokerPort: number; readonly why?: string };
  }
}

/** Boots the lab once for all files, and shuts it down. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const why = whyNoLab();
  if (why !== undefined) {
    if (process.env['QUIETZONE_REQUIRE_SERVICES'] === '1') throw new Error(`hardware: ${why}`);
    process.stderr.write(`hardware: skipped: ${why}\n`);
    project.provide('lab', { brokerPort: 0, why });
    return undefined;
  }
  const brokerPort = await freePort();
  const lab = new Lab([brokerPort]);
  await lab.first().catch(async (error: unknown) => {
    // Half a machine is stopped too; one that was there before is not ours.
    if (!(error instanceof LabIsUp)) await lab.down();
    throw error;
  });
  project.provide('lab', { brokerPort });
  return async () => void (await lab.down());
}
