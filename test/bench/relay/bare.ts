import { createSign, createVerify, generateKeyPairSync, randomBytes } from 'node:crypto';
import postgres from 'postgres';

/** What cannot be left out of a payment: one RSA signature, one verification, two commits; with the relay's own client. */

export type Rate = {
  readonly payments: number;
  readonly seconds: number;
  /** By the clock on the wall: what this machine did, with its neighbours. */
  readonly perSecond: number;
  /** By the processor time of the one process that does it: what one core does. */
  readonly perCore: number;
};

export const rateOf = (payments: number, seconds: number, cpuSeconds: number): Rate => ({
  payments,
  seconds,
  perSecond: payments / seconds,
  perCore: payments / cpuSeconds,
});

/** Connections, as many as the relay's pool has. */
export const CONNECTIONS = 8;
const BODY = Buffer.alloc(700, 'x');

export async function bareLoop(url: string, seconds: number): Promise<Rate> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const sql = postgres(url, { max: CONNECTIONS, onnotice: () => {}, fetch_types: false });
  await sql`CREATE TABLE IF NOT EXISTS bare (id text PRIMARY KEY, amount bigint NOT NULL, state text NOT NULL)`;
  const once = async (): Promise<void> => {
    const id = randomBytes(16).toString('hex');
    await sql`INSERT INTO bare (id, amount, state) VALUES (${id}, 3550, 'submitted')`;
    const signature = createSign('RSA-SHA256').update(BODY).sign(privateKey);
    if (!createVerify('RSA-SHA256').update(BODY).verify(publicKey, signature)) throw new Error('signature');
    await sql`UPDATE bare SET state = 'approved' WHERE id = ${id}`;
  };
  try {
    for (let i = 0; i < 50; i++) await once();
    const [from, cpu] = [performance.now(), process.cpuUsage()];
    let payments = 0;
    const worker = async (): Promise<void> => {
      for (; performance.now() - from < seconds * 1_000; payments++) await once();
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, worker));
    const { user, system } = process.cpuUsage(cpu);
    return rateOf(payments, (performance.now() - from) / 1_000, (user + system) / 1e6);
  } finally {
    await sql`DROP TABLE bare`;
    await sql.end({ timeout: 5 });
  }
}
