import { randomBytes } from 'node:crypto';
import { defineCommand } from 'citty';
import { parseAmount } from '../../protocol/money.js';
import { declarationFindings } from '../customs/types.js';
import { KEY_PATTERN } from '../operations/once.js';
import { answered, paymentOf, print, queryOf, refuseGivenBack, withTransport, written } from './asking.js';
import { buyerIn } from './buyer-file.js';
import { facts, moneyText, table } from './table.js';
import { type Where, where, whereFlags } from './transport.js';
import { refuse, refuseMoreWords, refuseOddFlags, WrongUse } from './usage.js';

/** `relay payments declare`, `redeclare`, `declarations` and `resolve-declaration`: payments told to customs. */

type Text = string | null;
export type DeclarationShown = Readonly<
  Record<'id' | 'payment' | 'currency' | 'customs' | 'state' | 'requestedBy' | 'requestedAt', string>
> &
  Readonly<Record<'merchantCode' | 'merchantName', string>> &
  Readonly<Record<'subOrder' | 'sentAt' | 'word' | 'code' | 'identity' | 'resultCode' | 'resultText', Text>> &
  Readonly<Record<'customsPaymentId' | 'customsOrderId' | 'registration' | 'settledBy', Text>> & {
    readonly amount: number;
    readonly push: number;
    readonly buyerNamed: boolean;
    readonly calls?: readonly Readonly<Record<string, string | number | null>>[];
  };

const json = { json: { type: 'boolean', description: 'JSON instead of text' } } as const;
const key = {
  type: 'string',
  valueHint: 'TEXT',
  description: 'Idempotency-Key: repeat it to repeat the answer',
} as const;

const content = {
  amount: { type: 'string', valueHint: '"12.50 CNY"', description: 'All of a payment in CNY when absent' },
  customs: { type: 'string', valueHint: 'CODE', description: "Where; the account's place when absent" },
  'sub-order': {
    type: 'string',
    valueHint: 'ID',
    description: 'A part of the order; the order as a whole when absent',
  },
  'merchant-code': { type: 'string', valueHint: 'CODE', description: "The merchant's code at customs" },
  'merchant-name': { type: 'string', valueHint: 'TEXT', description: "The merchant's name at customs" },
  'buyer-file': {
    type: 'string',
    valueHint: 'FILE',
    description:
      'Who bought: the identity card’s number, and its name in the next line; - for standard input; none for nobody',
  },
} as const;
type Content = { readonly [Flag in keyof typeof content]?: string | undefined };
const contentFlags = Object.keys(content);
/** When it is sent again, what is not said stays. */
const changes = {
  amount: { ...content.amount, description: 'As it was when absent' },
  customs: { ...content.customs, description: 'Where; as it was when absent' },
  'sub-order': { ...content['sub-order'], description: 'A part of the order; as it was when absent' },
  'merchant-code': { ...content['merchant-code'], description: `${content['merchant-code'].description}; as it was` },
  'merchant-name': { ...content['merchant-name'], description: `${content['merchant-name'].description}; as it was` },
  'buyer-file': {
    ...content['buyer-file'],
    description: 'The buyer again, where one was named: as with declare; none for nobody any more',
  },
} as const;

/** "12.50 CNY", or "12.50" → minor units. */
function amountIn(given: string): number {
  const [, amount, currency = 'CNY'] = /^(\S+)(?: ?([A-Z]{3}))?$/.exec(given.trim()) ?? [];
  if (amount === undefined || currency !== 'CNY') {
    refuse(`--amount: found ${given.length} characters, expected an amount in CNY, such as "12.50 CNY"`);
  }
  try {
    return parseAmount(amount, 'CNY');
  } catch (error) {
    refuse(`--${error instanceof Error ? error.message : 'amount'}`);
  }
}

/** As the API takes them, in words: what it says itself is a pattern. */
const shapes = {
  customs: [/^[A-Za-z0-9_]{1,128}$/, 'the code of a place, such as ZONGSHU: 1 to 128 letters, digits and _'],
  'sub-order': [/^[A-Za-z0-9_:-]{1,64}$/, 'your id of the part: 1 to 64 letters, digits, _, : and -'],
  'merchant-code': [/^[A-Za-z0-9_-]{1,128}$/, 'as customs has it in its register: 1 to 128 letters, digits, _ and -'],
  'merchant-name': [/^.{1,256}$/u, 'as customs has it in its register: 1 to 256 characters'],
} as const;

/** @throws WrongUse */
function checkShapes(args: Content): void {
  for (const flag of ['customs', 'sub-order', 'merchant-code', 'merchant-name'] as const) {
    const [[pattern, expected], given] = [shapes[flag], args[flag]];
    if (given === undefined || pattern.test(given)) continue;
    throw new WrongUse(`--${flag}: found ${given.length} characters, expected ${expected}`);
  }
}

async function bodyOf(args: Content): Promise<object> {
  checkShapes(args);
  const buyer = args['buyer-file'] === undefined ? {} : { buyer: await buyerIn(args['buyer-file']) };
  return {
    ...(args.amount === undefined ? {} : { amount: amountIn(args.amount) }),
    ...(args.customs === undefined ? {} : { customs: args.customs }),
    ...(args['sub-order'] === undefined ? {} : { subOrder: args['sub-order'] }),
    ...(args['merchant-code'] === undefined ? {} : { merchantCode: args['merchant-code'] }),
    ...(args['merchant-name'] === undefined ? {} : { merchantName: args['merchant-name'] }),
    ...buyer,
  };
}

type ActArgs = Where & { readonly json?: boolean | undefined; readonly key?: string | undefined };
type Asked = { readonly declaration: DeclarationShown; readonly next: Text };

function checkKey({ key: given }: ActArgs): void {
  if (given !== undefined && !KEY_PATTERN.test(given)) {
    refuse(`--key: found ${given.length} characters, expected 8 to 128 letters, digits and signs without a space`);
  }
}

const DECLARATION = /^d[0-9a-f]{31}$/;
/** @throws WrongUse */
function declarationIn(given: string): string {
  if (DECLARATION.test(given)) return given;
  throw new WrongUse(
    `declaration: found ${given.length} characters, expected a declaration's id, d and 31 signs of hex`,
  );
}

function seeText({ declaration, next }: Asked): string {
  const also = next === null ? '' : `${declaration.customs} is followed by ${next}: declare it there too\n`;
  const see = `Requested; see what becomes of it with payments declarations --id ${declaration.id}\n`;
  return `${declarationsText([declaration], null)}${also}${see}`;
}

export const declare = defineCommand({
  meta: { name: 'declare', description: 'Declare a delivered payment to customs, as a whole or a part of its order' },
  args: {
    ...{ ...where, ...json, ...content, key },
    id: { type: 'positional', description: 'A payment, or its receipt', required: true },
  },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, [...whereFlags, ...contentFlags, 'key', 'json']);
    refuseMoreWords('payments declare', args._, 'payment');
    refuseGivenBack('payments declare', args.id);
    checkKey(args);
    return withTransport(args, async (transport) => {
      const body = await bodyOf(args);
      const path = `/v1/payments/${await paymentOf(transport, args.id)}/declarations`;
      const given = args.key ?? randomBytes(16).toString('hex');
      const asked = await written<Asked>(transport, { method: 'POST', path, body, key: given });
      print(args.json, asked, () => seeText(asked));
    });
  },
});

export const redeclare = defineCommand({
  meta: { name: 'redeclare', description: 'Have a declaration sent again under its id, changed as the flags say' },
  args: {
    ...{ ...where, ...json, ...changes, key },
    id: { type: 'positional', description: 'A declaration, such as d1f…', required: true },
  },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, [...whereFlags, ...contentFlags, 'key', 'json']);
    refuseMoreWords('payments redeclare', args._, 'declaration');
    checkKey(args);
    return withTransport(args, async (transport) => {
      const path = `/v1/declarations/${declarationIn(args.id)}/again`;
      const body = await bodyOf(args);
      const given = args.key ?? randomBytes(16).toString('hex');
      const asked = await written<Asked>(transport, { method: 'POST', path, body, key: given });
      print(args.json, asked, () => seeText(asked));
    });
  },
});

export const resolveDeclaration = defineCommand({
  meta: { name: 'resolve-declaration', description: 'Settle a declaration that waits for a person' },
  args: {
    ...{ ...where, ...json, key },
    id: { type: 'positional', description: 'A declaration, such as d1f…', required: true },
    found: { type: 'string', required: true, valueHint: 'WORD', description: declarationFindings.join(' or ') },
    note: { type: 'string', required: true, valueHint: 'TEXT', description: 'How it was found out' },
  },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, [...whereFlags, 'found', 'note', 'key', 'json']);
    refuseMoreWords('payments resolve-declaration', args._, 'declaration');
    checkKey(args);
    const { found, note } = args;
    if (!declarationFindings.some((word) => word === found)) {
      refuse(`--found: found ${found.length} characters that are none, expected ${declarationFindings.join(' or ')}`);
    }
    return withTransport(args, async (transport) => {
      const path = `/v1/declarations/${declarationIn(args.id)}/resolve`;
      const given = args.key ?? randomBytes(16).toString('hex');
      const done = await written<Asked>(transport, { method: 'POST', path, body: { found, note }, key: given });
      print(args.json, done, () => declarationsText([done.declaration], null));
    });
  },
});

type Page = { readonly declarations: readonly DeclarationShown[]; readonly next: string | null };
type Records = {
  readonly account: string;
  readonly records: readonly Readonly<Record<string, string | number | null>>[];
  readonly missing: readonly string[];
  readonly detail: string | null;
};

/** The list is of payments, one is a declaration, and the acquirer is asked about several: one of the three. */
type Question = Readonly<Partial<Record<'id' | 'ask' | 'account', string | undefined>>>;
function checkQuestion(args: Question, hasPayment: boolean): void {
  if ([args.id !== undefined, args.ask !== undefined, hasPayment].filter(Boolean).length > 1) {
    refuse('declarations: found several of a payment, --id and --ask, expected one of them at most');
  }
  if ((args.ask === undefined) !== (args.account === undefined)) {
    refuse('--ask, --account: found one, expected both or none');
  }
  if (args.ask !== undefined && !/^[A-Za-z0-9_:-]{1,32}(,[A-Za-z0-9_:-]{1,32})*$/.test(args.ask)) {
    refuse(`--ask: found ${args.ask.length} characters, expected ids of declarations, such as d1f…, commas between`);
  }
}

export const declarations = defineCommand({
  meta: { name: 'declarations', description: "Declarations to customs, newest first; or the acquirer's own records" },
  args: {
    ...{ ...where, ...json },
    payment: { type: 'positional', description: 'Only of this payment, or receipt', required: false },
    id: { type: 'string', valueHint: 'ID', description: 'One declaration, with every call of it' },
    state: { type: 'string', valueHint: 'LIST', description: 'Such as operator,failed' },
    limit: { type: 'string', valueHint: 'N', description: 'At most 500; 50 when absent' },
    cursor: { type: 'string', valueHint: 'TEXT', description: 'What the list before said at its end' },
    ask: { type: 'string', valueHint: 'ID,ID', description: 'Ask the acquirer for these now, ten at the most' },
    account: { type: 'string', valueHint: 'NAME', description: 'With --ask: which account to ask' },
  },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, [...whereFlags, 'id', 'state', 'limit', 'cursor', 'ask', 'account', 'json']);
    refuseMoreWords('payments declarations', args._, 'payment');
    refuseGivenBack('payments declarations', args.payment ?? '');
    checkQuestion(args, args.payment !== undefined);
    return withTransport(args, async (transport) => {
      if (args.id !== undefined) {
        const path = `/v1/declarations/${declarationIn(args.id)}`;
        const found = await answered<DeclarationShown>(transport, { method: 'GET', path });
        print(args.json, found, () => declarationText(found));
        return;
      }
      if (args.ask !== undefined) {
        const path = `/v1/customs-records${queryOf({ ids: args.ask, account: args.account }, ['ids', 'account'])}`;
        const found = await answered<Records>(transport, { method: 'GET', path });
        print(args.json, found, () => recordsText(found));
        return;
      }
      const payment = args.payment === undefined ? undefined : await paymentOf(transport, args.payment);
      const path = `/v1/declarations${queryOf({ ...args, payment }, ['payment', 'state', 'limit', 'cursor'])}`;
      const page = await answered<Page>(transport, { method: 'GET', path });
      print(args.json, page, () => declarationsText(page.declarations, page.next));
    });
  },
});

export function declarationsText(shown: readonly DeclarationShown[], next: string | null): string {
  if (shown.length === 0) return 'no declarations\n';
  const head = ['asked', 'amount', 'customs', 'part', 'state', 'word', 'payment', 'declaration'];
  const rows = shown.map((d) => [
    ...[d.requestedAt.slice(0, 19).replace('T', ' '), moneyText(d.amount, d.currency), d.customs, d.subOrder ?? ''],
    ...[d.state, d.word ?? '', d.payment, d.id],
  ]);
  return table(head, rows) + (next === null ? '' : `more: --cursor ${next}\n`);
}

function declarationText(d: DeclarationShown): string {
  const columns = ['startedAt', 'call', 'push', 'answer', 'code', 'relay'];
  const calls = (d.calls ?? []).map((row) => columns.map((name) => String(row[name] ?? '')));
  return (
    facts([
      ['declaration', d.id],
      ['payment', d.payment],
      ['state', d.state + (d.settledBy ? ` (said by ${d.settledBy})` : '')],
      ['amount', moneyText(d.amount, d.currency)],
      ['customs', d.customs],
      ['part', d.subOrder ?? ''],
      ['merchant', `${d.merchantCode} ${d.merchantName}`],
      ['buyer', d.buyerNamed ? 'named' : ''],
      ['is the payer', d.identity ?? ''],
      ["acquirer's word", [d.word ?? '', d.code ?? ''].filter((word) => word !== '').join(', ')],
      ["customs' word", [d.resultCode ?? '', d.resultText ?? ''].filter((word) => word !== '').join(': ')],
      ['ids at customs', [d.customsPaymentId ?? '', d.customsOrderId ?? ''].filter((id) => id !== '').join(', ')],
      ['registration', d.registration ?? ''],
      ['asked', `${d.requestedAt}, sent ${d.push} times by people, last by ${d.requestedBy}`],
      ['last sent', d.sentAt ?? ''],
    ]) + (calls.length > 0 ? `\ncalls\n${table(columns, calls)}` : '')
  );
}

function recordsText({ account, records, missing, detail }: Records): string {
  if (detail !== null) return `${account}: ${detail}\n`;
  const columns = ['id', 'means', 'word', 'customs', 'resultCode', 'resultText', 'returnedAt'];
  const rows = records.map((row) => columns.map((name) => String(row[name] ?? '')));
  return `${table(columns, rows)}${missing.map((id) => `${account} knows no declaration ${id}\n`).join('')}`;
}
