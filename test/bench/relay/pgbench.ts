import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Programs } from '../../support/services.js';
import { CONNECTIONS } from './bare.js';

const run = promisify(execFile);

const TABLE = 'CREATE TABLE IF NOT EXISTS pgb (id bigint, state text)';
const SCRIPT = `\\set id random(1, 1000000000)
INSERT INTO pgb VALUES (:id, 'submitted');
INSERT INTO pgb VALUES (:id, 'approved');
`;

/** Pairs of commits a second by PostgreSQL's own tool. Undefined: it is not installed. */
export async function pgbench(
  programs: Programs,
  url: string,
  folder: string,
  seconds: number,
): Promise<number | undefined> {
  const bin = (name: string): string => join(dirname(programs.postgres), name);
  const script = join(folder, 'two-commits.sql');
  await writeFile(script, SCRIPT);
  try {
    await run(bin('psql'), ['-q', '-c', TABLE, url]);
    const args = [
      '-n',
      '-c',
      String(CONNECTIONS),
      '-j',
      '1',
      '-T',
      String(seconds),
      '-M',
      'prepared',
      '-f',
      script,
      url,
    ];
    const { stdout } = await run(bin('pgbench'), args);
    await run(bin('psql'), ['-q', '-c', 'DROP TABLE pgb', url]);
    return Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
