import { randomBytes } from 'node:crypto';
import { defineCommand } from 'citty';
import { NAME_PATTERN } from '../../protocol/limits.js';
import type { Database, Queries } from '../ledger/database.js';
import { recordAudit } from '../operations/audit.js';
import { targetOf } from '../operations/questions.js';
import { createToken, isScope, listTokens, revokeToken, type Scope, scopes } from '../operations/tokens.js';
import { systemClock } from '../runtime/clock.js';
import { answered, paymentOf, print, queryOf, withTransport } from './asking.js';
import { table } from './table.js';
import { commandLine, openLedger, where, whereFlags } from './transport.js';
import { CommandError, config, orExplain, refuse, refuseMoreWords, refuseOddFlags, settingsOf } from './usage.js';

/** `relay audit`, `relay tokens` and `relay kiosks`: who may do what, and who did. */

const json = { json: { type: 'boolean', description: 'JSON instead of text' } } as const;

type AuditShown = {
  readonly audit: readonly Readonly<Record<string, string | number | null>>[];
  readonly next: string | null;
};

export const audit = defineCommand({
  meta: { name: 'audit', description: 'What people did, and what was refused, newest first' },
  args: {
    ...{ ...where, ...json },
    payment: { type: 'string', valueHint: 'ID', description: 'Only of this one; or its receipt' },
    limit: { type: 'string', valueHint: 'N', description: 'At most 500; 50 when absent' },
    cursor: { type: 'string', valueHint: 'TEXT', description: 'What the list before said at its end' },
  },
  run: ({ args, rawArgs }) => {
    const asked = ['payment', 'limit', 'cursor'];
    refuseOddFlags(rawArgs, [...whereFlags, ...asked, 'json']);
    refuseMoreWords('audit', args._, undefined, ', such as --payment ID');
    return withTransport(args, async (transport) => {
      // A refund's id has its payment's at its end.
      const payment = args.payment === undefined ? undefined : (await paymentOf(transport, args.payment)).slice(-32);
      const path = `/v1/audit${queryOf({ ...args, payment }, asked)}`;
      const found = await answered<AuditShown>(transport, { method: 'GET', path });
      const columns = ['at', 'who', 'origin', 'act', 'target', 'outcome', 'detail'];
      const rows = found.audit.map((row) => columns.map((name) => String(row[name] ?? '')));
      print(
        args.json,
        found,
        () =>
          (rows.length === 0 ? 'nothing on record\n' : table(columns, rows)) +
          (found.next === null ? '' : `more: --cursor ${found.next}\n`),
      );
    });
  },
});

/** Tokens are made on the ledger itself: whoever could ask for one over HTTP could give himself any. */
const onLedger = (file: string, work: (db: Database) => Promise<void>): Promise<void> =>
  orExplain(async () => {
    const db = await openLedger(await settingsOf(file));
    try {
      await work(db);
    } finally {
      await db.stop();
    }
  });

const recorded = (q: Queries, act: string, target: string, detail: string, outcome = 'done'): Promise<void> => {
  const at = systemClock.now();
  return recordAudit(q, { at, ...commandLine(), act, target, attempt: null, detail, outcome });
};

function scopesIn(text: string): Scope[] {
  const named = text.split(',').map((name) => name.trim());
  const odd = named.findIndex((name) => !isScope(name));
  if (odd !== -1) {
    const found = `${named[odd]?.length ?? 0} characters as number ${odd + 1} of ${named.length}`;
    refuse(`--scopes: found one that is none (${found}), expected of ${scopes.join(', ')}, commas between`);
  }
  return named.filter(isScope);
}

const NAME_LETTERS = 'letters, digits, "-" and "_", the first a letter or digit';
const DAYS_DEFAULT = '90';
const DAYS_MOST = 3_650;

const create = defineCommand({
  meta: { name: 'create', description: 'Make a token for the operations API; it is shown once' },
  args: {
    ...{ ...config, ...json },
    name: { type: 'string', required: true, valueHint: 'NAME', description: 'Whose it is; on record with every act' },
    scopes: { type: 'string', required: true, valueHint: 'LIST', description: `Of ${scopes.join(', ')}` },
    days: { type: 'string', valueHint: 'N', default: DAYS_DEFAULT, description: 'How long it is good for' },
  },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, ['config', 'name', 'scopes', 'days', 'json']);
    refuseMoreWords('tokens create', args._);
    const granted = scopesIn(args.scopes);
    const days = Number(args.days);
    if (!NAME_PATTERN.test(args.name)) {
      refuse(`--name: found ${args.name.length} characters, expected 1 to 32 ${NAME_LETTERS}`);
    }
    if (!/^\d{1,4}$/.test(args.days) || days < 1 || days > DAYS_MOST) {
      const found = /^-?\d{1,15}$/.test(args.days)
        ? args.days
        : `${args.days.length} characters that are no whole number`;
      refuse(`--days: found ${found}, expected 1 to ${DAYS_MOST}`);
    }
    return onLedger(args.config, async (db) => {
      // With its audit row or not at all.
      const { token, secret } = await db.transaction(async (tx) => {
        const asked = { name: args.name, scopes: granted, days };
        const made = await createToken(tx, asked, systemClock.now(), randomBytes);
        await recorded(tx, 'create-token', made.token.id, `${args.name}: ${granted.join(',')}, ${days} days`);
        return made;
      });
      const until = new Date(token.expiresAt).toISOString();
      print(
        args.json,
        { id: token.id, token: secret, expiresAt: until },
        () =>
          `${secret}\n${token.id}, good until ${until}. It is shown this once; keep it where only its owner can read it.\n`,
      );
    });
  },
});

const iso = (at: number | null): string => (at === null ? '' : new Date(at).toISOString());

const list = defineCommand({
  meta: { name: 'list', description: 'The tokens that were made, never the tokens themselves' },
  args: { ...config, ...json },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, ['config', 'json']);
    refuseMoreWords('tokens list', args._);
    return onLedger(args.config, async (db) => {
      const found = await listTokens(db);
      const rows = found.map((t) => [
        t.id,
        t.name,
        t.scopes.join(','),
        iso(t.expiresAt),
        iso(t.revokedAt),
        iso(t.lastUsedAt),
      ]);
      print(args.json, { tokens: found }, () =>
        rows.length === 0 ? 'no tokens\n' : table(['id', 'name', 'scopes', 'expires', 'revoked', 'last used'], rows),
      );
    });
  },
});

const revoke = defineCommand({
  meta: { name: 'revoke', description: 'Make a token good for nothing, at once' },
  args: { ...config, id: { type: 'positional', description: 'Its id, such as tk_1a2b3c4d', required: true } },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, ['config']);
    refuseMoreWords('tokens revoke', args._, 'token');
    return onLedger(args.config, async (db) => {
      const done = await db.transaction(async (tx) => {
        const revoked = await revokeToken(tx, args.id, systemClock.now());
        // The token itself may stand where its id belongs.
        await recorded(tx, 'revoke-token', targetOf(args.id), '', revoked ? 'done' : 'refused: not-found');
        return revoked;
      });
      if (!done) throw new CommandError('token: found none of that id that is not revoked; see: relay tokens list');
      process.stdout.write(`${args.id} is revoked\n`);
    });
  },
});

export const tokens = defineCommand({
  meta: { name: 'tokens', description: 'Who may use the operations API' },
  subCommands: { create, list, revoke },
});

const allow = defineCommand({
  meta: { name: 'allow', description: 'Greet a kiosk again that was shut out as a clone' },
  args: { ...where, name: { type: 'positional', description: 'The kiosk', required: true } },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, whereFlags);
    refuseMoreWords('kiosks allow', args._, 'kiosk');
    if (!NAME_PATTERN.test(args.name)) {
      const found = `${args.name.length} characters that are no kiosk's name`;
      refuse(`kiosks allow: found ${found}, expected one as the kiosk's config has it: 1 to 32 ${NAME_LETTERS}`);
    }
    return withTransport(args, async (transport) => {
      const path = `/v1/kiosks/${encodeURIComponent(args.name)}/allow`;
      const key = randomBytes(16).toString('hex');
      await answered(transport, { method: 'POST', path, key });
      process.stdout.write('allowed\n');
    });
  },
});

export const kiosks = defineCommand({
  meta: { name: 'kiosks', description: 'The kiosks of this relay' },
  subCommands: { allow },
});
