import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../agent/config/faults.js';
import { compileIssuers, type IssuerLookup } from '../../../../agent/decode/issuers.js';
import { Counters } from '../../../../agent/runtime/counters.js';
import { IssuerTables } from '../../../../agent/runtime/issuer-tables.js';
import type { IssuerRow, IssuerTable } from '../../../../protocol/issuer-table/table.js';

const row = (issuer: string, prefix: string, markets?: readonly string[]): IssuerRow => ({
  ...{ issuer, prefixes: [prefix], lengths: [20], charset: 'digits', source: 'test', confidence: 'official' },
  ...(markets ? { markets } : {}),
});
const textOf = (version: number, ...rows: readonly object[]): string => JSON.stringify({ schema: 1, version, rows });
const first: IssuerTable = { schema: 1, version: 5, rows: [row('one', '70')] };

type Line = { readonly level: string; readonly event?: string; readonly faults?: readonly string[] };

/** What the class is given, and what it did with it. `content`: what stands in the file; an error: cannot be read. */
function stage(content?: string | Error) {
  const counters = new Counters();
  const lines: Line[] = [];
  const adopted: IssuerLookup[] = [];
  const line = (level: string) => (fields: object) => void lines.push({ level, ...fields });
  const tables = new IssuerTables({
    ...{ market: 'tw', first, file: content === undefined ? undefined : '/etc/issuers.json' },
    read: () => {
      if (typeof content === 'string') return content;
      throw content;
    },
    adopt: (issuers) => adopted.push(issuers),
    count: (name) => counters.count(name),
    log: { info: line('info'), warn: line('warn'), error: line('error') },
  });
  const knows = (prefix: string) => {
    const bytes = Buffer.from(prefix.padEnd(20, '1'));
    return (adopted.at(-1) ?? compileIssuers(first, 'tw')).find(bytes, 0, 20);
  };
  return { counters, lines, adopted, tables, knows };
}

describe('a table that is offered', () => {
  it('is adopted with a warning when issuers of the last one are missing in it', () => {
    const { tables, lines } = stage();
    tables.offer(textOf(6, row('one', '70'), row('two', '71')), 'test');
    tables.offer(textOf(7, row('two', '71'), row('three', '72')), 'test');
    expect(lines).toMatchObject([{ level: 'info' }, { level: 'warn', event: 'issuer-table-adopted', gone: ['one'] }]);
  });

  it('is adopted whole when it is newer, compiled for the market', () => {
    const { tables, counters, lines, adopted, knows } = stage();
    tables.offer(textOf(6, row('two', '71'), row('here', '72', ['tw']), row('there', '73', ['jp'])), 'test');
    expect(tables.inUse.version).toBe(6);
    expect(adopted).toHaveLength(1);
    expect(knows('71')).toMatchObject({ issuer: 'two' });
    expect(knows('72')).toMatchObject({ issuer: 'here' });
    expect(knows('73')).toBeUndefined();
    expect(knows('70')).toBeUndefined();
    expect(counters.all()).toEqual({ 'issuer-table-adopted': 1 });
    const said = { event: 'issuer-table-adopted', version: 6, rows: 3, from: 'test', gone: ['one'] };
    expect(lines).toEqual([{ level: 'warn', ...said }]);
  });

  it('is nothing new when it is the one in use', () => {
    const { tables, counters, adopted } = stage();
    tables.offer(JSON.stringify(first), 'test');
    tables.offer(JSON.stringify(first, null, 2), 'test');
    expect(adopted).toEqual([]);
    expect(counters.all()).toEqual({});
  });

  it.each([
    [
      'an older version',
      textOf(4, row('two', '71')),
      ['version: found number 4, expected at least 5, the version in use: this table is outdated'],
    ],
    [
      'the same version with other rows',
      textOf(5, row('two', '71')),
      [expect.stringMatching(/^version: found number 5.*with other rows, expected a higher/)],
    ],
    ['no JSON', '{', [expect.stringMatching(/^document: found text that is no JSON/)]],
    [
      'two faults, one good row',
      textOf(6, row('two', '71'), row('X', '72'), row('three', '7')),
      [expect.stringMatching(/^rows\[1\]\.issuer: /), expect.stringMatching(/^rows\[2\]\.prefixes\[0\]: /)],
    ],
  ])('is refused whole, told and counted, and the one in use goes on: %s', (_name, text, faults) => {
    const { tables, counters, lines, adopted, knows } = stage();
    tables.offer(text, 'test');
    expect(tables.inUse).toBe(first);
    expect(adopted).toEqual([]);
    expect(knows('70')).toMatchObject({ issuer: 'one' });
    expect(knows('71')).toBeUndefined();
    expect(counters.all()).toEqual({ 'issuer-table-refused': 1 });
    expect(lines).toEqual([{ level: 'error', event: 'issuer-table-refused', version: 5, from: 'test', faults }]);
  });

  it('is measured by the one in use now, not by the first', () => {
    const { tables, counters } = stage();
    tables.offer(textOf(8, row('two', '71')), 'test');
    tables.offer(textOf(7, row('two', '71')), 'test');
    tables.offer(textOf(8, row('six', '71')), 'test');
    tables.offer(textOf(9, row('one', '70')), 'test');
    expect(tables.inUse.version).toBe(9);
    expect(counters.all()).toEqual({ 'issuer-table-adopted': 2, 'issuer-table-refused': 2 });
  });
});

describe('reload', () => {
  it('offers what the file holds', () => {
    const { tables, lines } = stage(textOf(6, row('two', '71')));
    tables.reload();
    tables.reload();
    expect(tables.inUse.version).toBe(6);
    expect(lines.map((l) => l.event)).toEqual(['issuer-table-adopted', 'issuer-table']);
    expect(lines[0]).toMatchObject({ from: '/etc/issuers.json' });
  });

  it('keeps the table in use when the file cannot be read, whatever is thrown', () => {
    const fault = { key: '/etc/issuers.json', found: 'ENOENT', expected: 'a file' };
    for (const [error, told] of [
      [new ConfigError('/etc/issuers.json', [fault]), '/etc/issuers.json: found ENOENT, expected a file'],
      [new Error('disk on fire'), 'disk on fire'],
    ] as const) {
      const { tables, lines, counters } = stage(error);
      tables.reload();
      expect(tables.inUse).toBe(first);
      expect(lines).toMatchObject([{ level: 'error', faults: [told] }]);
      expect(counters.get('issuer-table-refused')).toBe(1);
    }
  });

  it('says so when the config names no file', () => {
    const { tables, lines, counters } = stage();
    tables.reload();
    expect(lines).toMatchObject([{ level: 'info', event: 'issuer-table', version: 5 }]);
    expect(counters.all()).toEqual({});
  });
});
