import { randomBytes } from 'node:crypto';
import { defineCommand } from 'citty';
import { KEY_PATTERN } from '../operations/once.js';
import { answered, print, queryOf, withTransport, written } from './asking.js';
import { facts, moneyText, table } from './table.js';
import { where, whereFlags } from './transport.js';
import { refuse, refuseMoreWords, refuseOddFlags, WrongUse } from './usage.js';

/** `relay links …`: linked wallets, for the merchant's people. */

type Text = string | null;
type LinkShown = Readonly<Record<'id' | 'kiosk' | 'merchant' | 'account' | 'wallet' | 'state' | 'createdAt', string>> &
  Readonly<Record<'reason' | 'user' | 'currency' | 'openedAt' | 'authorisedAt' | 'linkedAt' | 'endedAt', Text>> & {
    readonly amount: number | null;
    readonly hasPage: boolean;
    readonly tokenUntil: Text;
    readonly expiresAt: string;
    readonly steps?: readonly Readonly<Record<string, string | number | null>>[];
  };
type Page = { readonly links: readonly LinkShown[]; readonly next: string | null };

const json = { json: { type: 'boolean', description: 'JSON instead of text' } } as const;
const id = { type: 'positional', description: 'A link: 32 signs of hex', required: true } as const;

/** @throws WrongUse */
function linkIn(given: string): string {
  if (/^[0-9a-f]{32}$/.test(given)) return given;
  throw new WrongUse(
    `link: found ${given.length} characters, expected a link's id: 32 signs of hex, as links list shows it`,
  );
}

const list = defineCommand({
  meta: { name: 'list', description: 'Linked wallets, and links that were offered, newest first' },
  args: {
    ...{ ...where, ...json },
    state: { type: 'string', valueHint: 'LIST', description: 'Such as linked,revoking' },
    kiosk: { type: 'string', valueHint: 'NAME' },
    wallet: { type: 'string', valueHint: 'NAME', description: 'Such as alipayhk' },
    limit: { type: 'string', valueHint: 'N', description: 'At most 500; 50 when absent' },
    cursor: { type: 'string', valueHint: 'TEXT', description: 'What the list before said at its end' },
  },
  run: ({ args, rawArgs }) => {
    const asked = ['state', 'kiosk', 'wallet', 'limit', 'cursor'];
    refuseOddFlags(rawArgs, [...whereFlags, ...asked, 'json']);
    refuseMoreWords('links list', args._, undefined, ', such as --state linked');
    return withTransport(args, async (transport) => {
      const page = await answered<Page>(transport, { method: 'GET', path: `/v1/links${queryOf(args, asked)}` });
      print(args.json, page, () => linksText(page));
    });
  },
});

const show = defineCommand({
  meta: { name: 'show', description: 'One link with its story; what it paid: payments list --link ID' },
  args: { ...where, ...json, id },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, [...whereFlags, 'json']);
    refuseMoreWords('links show', args._, 'link');
    return withTransport(args, async (transport) => {
      const found = await answered<LinkShown>(transport, { method: 'GET', path: `/v1/links/${linkIn(args.id)}` });
      print(args.json, found, () => linkText(found));
    });
  },
});

const unlink = defineCommand({
  meta: { name: 'unlink', description: "Unlink a wallet, such as at its owner's request: it is charged no more" },
  args: {
    ...{ ...where, ...json, id },
    reason: { type: 'string', valueHint: 'TEXT', description: 'Why, in your own words', required: true },
    key: { type: 'string', valueHint: 'TEXT', description: 'Idempotency-Key: repeat it to repeat the answer' },
  },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, [...whereFlags, 'reason', 'key', 'json']);
    refuseMoreWords('links unlink', args._, 'link');
    const { reason, key = randomBytes(16).toString('hex') } = args;
    if (reason.length < 1 || reason.length > 200)
      refuse(`--reason: found ${reason.length} characters, expected 1 to 200`);
    if (!KEY_PATTERN.test(key)) {
      refuse(`--key: found ${key.length} characters, expected 8 to 128 letters, digits and signs without a space`);
    }
    return withTransport(args, async (transport) => {
      const path = `/v1/links/${linkIn(args.id)}/unlink`;
      const done = await written<{ link: LinkShown }>(transport, { method: 'POST', path, body: { reason }, key });
      const see = `It is charged no more; whether the wallet's company has ended it too: links show ${done.link.id}\n`;
      print(args.json, done, () => `${linksText({ links: [done.link], next: null })}${see}`);
    });
  },
});

function linksText({ links: shown, next }: Page): string {
  if (shown.length === 0) return 'no links\n';
  const head = ['offered', 'kiosk', 'wallet', 'owner', 'state', 'linked', 'link'];
  const time = (at: Text): string => at?.slice(0, 19).replace('T', ' ') ?? '';
  const rows = shown.map((l) => [
    ...[time(l.createdAt), l.kiosk, l.wallet, l.user ?? '', l.state + (l.reason ? `: ${l.reason}` : '')],
    ...[time(l.linkedAt), l.id],
  ]);
  return table(head, rows) + (next === null ? '' : `more: --cursor ${next}\n`);
}

function linkText(l: LinkShown): string {
  const columns = ['at', 'name', 'detail'];
  const steps = (l.steps ?? []).map((row) => columns.map((name) => String(row[name] ?? '')));
  return (
    facts([
      ['link', l.id],
      ['wallet', l.wallet],
      ['owner', l.user ?? ''],
      ['state', l.state + (l.reason ? `: ${l.reason}` : '')],
      ['first payment', l.amount === null ? '' : moneyText(l.amount, l.currency ?? '')],
      ['kiosk', l.kiosk],
      ['merchant', l.merchant],
      ['account', l.account],
      ["buyer's page", l.hasPage ? 'kept by a phone' : ''],
      ['offered', `${l.createdAt}, until ${l.expiresAt}`],
      ['opened', l.openedAt ?? ''],
      ['agreed', l.authorisedAt ?? ''],
      ['linked', l.linkedAt ?? ''],
      ['ended', l.endedAt ?? ''],
      ['token until', l.linkedAt !== null && l.endedAt === null ? (l.tokenUntil ?? 'it is unlinked') : ''],
    ]) + (steps.length > 0 ? `\nsteps\n${table(columns, steps)}` : '')
  );
}

export const links = defineCommand({
  meta: { name: 'links', description: 'List, show and unlink wallets that are linked' },
  subCommands: { list, show, unlink },
});
