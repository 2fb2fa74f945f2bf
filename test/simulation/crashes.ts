import { type ChildProcess, fork } from 'node:child_process';
import { type CrashPoints, crashPoints, inWords, retell, summary } from './crash-points/index.js';
import type { DeepFlags, Flags } from './flags.js';
import { CRASHES } from './processes.js';
import { Progress } from './progress.js';
import { historyText } from './show.js';

const VIOLATIONS_SHOWN = 5;

type Said = { readonly sofar: CrashPoints; readonly over: boolean };

/**
 * A crash at every point of every scenario: nothing in it is left to chance.
 * @param program this one, for children
 * @returns 1 on a violation
 */
export async function crashEverywhere(flags: Flags & DeepFlags, program: string): Promise<number> {
  const { json, processes } = flags;
  const progress = new Progress(process.stderr, 1, 0);
  const tell = (sofar: CrashPoints): void => progress.say(summary(sofar));
  const { deep, stride, ways } = flags;
  const result = await (processes === 1
    ? crashPoints({ deep, stride, ...(ways ? { ways } : {}), onProgress: tell })
    : shared({ deep, stride, ...(ways ? { ways } : {}), of: processes }, program, tell));
  progress.end();
  const { violations } = result;
  for (const violation of violations.slice(0, VIOLATIONS_SHOWN)) process.stdout.write(`${inWords(violation)}\n`);
  const [first] = violations;
  if (first) {
    const history = historyText({ story: await retell(first), faults: [], violation: first });
    process.stdout.write(`\n${history}\n\n`);
  }
  process.stdout.write(`${json ? JSON.stringify(result) : summary(result)}\n`);
  return violations.length > 0 ? 1 : 0;
}

/** The scenarios shared among so many processes. */
async function shared(
  { deep, stride, ways, of }: DeepFlags & { readonly of: number },
  program: string,
  tell: (sofar: CrashPoints) => void,
): Promise<CrashPoints> {
  const children: ChildProcess[] = [];
  const sums: CrashPoints[] = [];
  const share = (number: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const args = [
        CRASHES,
        String(number),
        String(of),
        deep ? String(stride) : '0',
        String(ways?.of ?? 0),
        String(ways?.from ?? 0),
      ];
      const child = fork(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      children.push(child);
      let done = false;
      child.on('message', ({ sofar, over }: Said) => {
        sums[number] = sofar;
        done = over;
        tell(added(sums));
      });
      child.on('exit', (code, signal) => {
        if (done) resolve();
        else reject(new Error(`a process that crashes scenarios ended with ${signal ?? `code ${code}`}`));
      });
    });
  try {
    await Promise.all(Array.from({ length: of }, (_, number) => share(number)));
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
  return added(sums);
}

function added(sums: readonly CrashPoints[]): CrashPoints {
  const ends: Record<string, number> = {};
  for (const sum of sums) for (const [end, n] of Object.entries(sum?.ends ?? {})) ends[end] = (ends[end] ?? 0) + n;
  const known = sums.filter((sum) => sum !== undefined);
  const total = (of: (sum: CrashPoints) => number): number => known.reduce((all, sum) => all + of(sum), 0);
  return {
    scenarios: total((sum) => sum.scenarios),
    points: total((sum) => sum.points),
    runs: total((sum) => sum.runs),
    violations: known.flatMap((sum) => sum.violations),
    ends,
  };
}

/** The other side: share `argv[3]` of `argv[4]`; `argv[5]`: the stride of second cuts, 0 for none; `argv[6]`, `argv[7]`: `ways`. */
export async function serveCrashes(): Promise<void> {
  const [number, of, stride = 0, waysOf = 0, from = 0] = process.argv.slice(3).map(Number);
  process.on('disconnect', () => process.exit());
  const say = (sofar: CrashPoints, over: boolean): void => {
    process.send?.({ sofar, over } satisfies Said);
  };
  const share = { number: number ?? 0, of: of ?? 1 };
  const deep = stride > 0 ? { deep: true, stride } : {};
  const ways = waysOf > 0 ? { ways: { of: waysOf, from } } : {};
  say(await crashPoints({ share, ...deep, ...ways, onProgress: (sofar) => say(sofar, false) }), true);
  process.disconnect();
}
