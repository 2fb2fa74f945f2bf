import { availableParallelism, cpus, loadavg, release } from 'node:os';

/** Where a benchmark ran. Numbers from two machines do not compare; ratios do, roughly. */
export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly v8: string;
  readonly system: string;
  /** Programs that wanted to run, average of the last minute, when the benchmark began. */
  readonly load: number;
};

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
    v8: process.versions.v8,
    system: `${process.platform} ${release()} ${process.arch}`,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}
