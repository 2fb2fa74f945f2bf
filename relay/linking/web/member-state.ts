import { createHash } from 'node:crypto';
import { formatMoney } from '../../../protocol/money-text.js';
import type { Limits, Member } from '../desk-contract.js';

/** What `GET /M/state` answers: amounts in minor units and as text, times in ISO 8601. For this session's eyes only. */
export function memberState({ links, presses, payments }: Member) {
  return {
    links: links.map(({ linkedAt, limits, ...link }) => ({
      ...link,
      linkedAt: linkedAt === null ? null : iso(linkedAt),
      limits: limitTexts(limits),
    })),
    presses: presses.map(({ money, ...press }) => ({ ...press, ...money, text: formatMoney(money) })),
    payments: payments.map(({ money, at, ...paid }) => ({ ...paid, ...money, text: formatMoney(money), at: iso(at) })),
  };
}

const iso = (at: number): string => new Date(at).toISOString();
const limitTexts = (limits: Limits) =>
  Object.fromEntries(Object.entries(limits).map(([span, money]) => [span, money === null ? null : formatMoney(money)]));

/** Changes with whatever is to be seen, but for the seconds that are left. */
export function versionOf(member: Member): string {
  const text = JSON.stringify(member, (key, value: unknown) => (key === 'leftMs' ? undefined : value));
  return createHash('sha256').update(text).digest('hex').slice(0, VERSION_CHARS);
}
const VERSION_CHARS = 16;

/** Of a phone that owns nothing. */
export const nobody: Member = { links: [], presses: [], payments: [] };
