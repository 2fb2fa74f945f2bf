import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issuerNotes, loadIssuerTable, marketNote, readTableFile } from '../../../../agent/config/issuer-table.js';
import { parseConfig } from '../../../../agent/config/load.js';
import { builtInTable } from '../../../../protocol/issuer-table/built-in.js';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qz-issuers-'));
  file = join(folder, 'issuers.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (changes: object): void => writeFileSync(file, JSON.stringify({ ...builtInTable, ...changes }));

function configWith(...scanner: readonly string[]) {
  const text = `
    kiosk = { name = "k1" }
    broker = { url = "mqtt://127.0.0.1:1883" }
    journal = { directory = "journal" }
    actuator = { kind = "virtual" }
    [scanner]
    kind = "virtual"
    ${scanner.join('\n')}`;
  return parseConfig(text, join(folder, 'kiosk.toml'));
}
const withFile = (...more: readonly string[]) => configWith('issuer_table_file = "issuers.json"', ...more);

describe('the issuer table of a config', () => {
  it('is read, every fault under the name of its file', () => {
    write({ version: builtInTable.version + 1 });
    expect(loadIssuerTable(file).version).toBe(builtInTable.version + 1);
    write({ version: 0, row: 1 });
    expect(() => loadIssuerTable(file)).toThrow(
      `${file}:\n  row: found an unknown key (number), expected one of schema, version, rows (did you mean rows?)\n  version: found number 0,`,
    );
  });

  it('is refused unread when it is no file, or too large', () => {
    expect(() => readTableFile(file)).toThrow(`${file}: found ENOENT, expected an issuer table`);
    writeFileSync(file, ' '.repeat(65_537));
    expect(() => readTableFile(file)).toThrow(`${file}: found 65537 bytes, expected at most 65536`);
    mkdirSync(join(folder, 'folder'));
    for (const other of [join(folder, 'folder'), '/dev/zero']) {
      expect(() => readTableFile(other)).toThrow(`${other}: found something else, expected a file`);
    }
  });
});

describe('what is worth knowing of a config', () => {
  it('is nothing in a market that the table names', () => {
    expect(issuerNotes(configWith())).toEqual([]);
    expect(issuerNotes(configWith('market = "tw"'))).toEqual([]);
    write({
      version: builtInTable.version + 1,
      rows: [...builtInTable.rows, { ...builtInTable.rows[0], markets: ['my'] }],
    });
    expect(issuerNotes(withFile('market = "my"'))).toEqual([]);
  });

  it('is that issuers are gone', () => {
    write({ version: builtInTable.version + 1, rows: builtInTable.rows.filter((row) => row.issuer !== 'wechatpay') });
    expect(issuerNotes(withFile(''))).toEqual([
      `issuer table ${builtInTable.version + 1} has no row for wechatpay: their codes are turned away`,
    ]);
  });

  it('is that no row names its market', () => {
    const note = `no row of issuer table ${builtInTable.version} names the market "my": codes are decided as for "global"`;
    expect(marketNote(builtInTable, 'my')).toBe(note);
    expect(issuerNotes(configWith('market = "my"'))).toEqual([note]);
    write({ version: builtInTable.version + 1 });
    expect(issuerNotes(withFile('market = "my"'))).toEqual([expect.stringContaining(`${builtInTable.version + 1}`)]);
  });

  it('is a fault when the kiosk would refuse the table', () => {
    expect(() => issuerNotes(withFile())).toThrow(`${file}: found ENOENT`);
    write({ version: builtInTable.version - 1 });
    expect(() => issuerNotes(withFile())).toThrow(
      `${file}:\n  version: found number ${builtInTable.version - 1}, expected at least ${builtInTable.version}`,
    );
    write({ rows: builtInTable.rows.slice(1) });
    expect(() => issuerNotes(withFile())).toThrow(/with other rows/);
    write({});
    expect(issuerNotes(withFile())).toEqual([]);
  });
});
