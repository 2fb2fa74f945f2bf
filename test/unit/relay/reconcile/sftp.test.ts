import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fetchReports, type SftpSettings } from '../../../../relay/reconcile/sftp.js';
import { type Accepted, keyPair, type SftpServer, startSftp } from '../../../support/sftp-server.js';

const modified = Date.parse('2026-03-11T01:02:03Z');
const PASSWORD = 'hush-hush-42';

describe('reports by SFTP, from a real server', () => {
  let server: SftpServer;
  let folder = '';
  const serve = async (accepted: Accepted): Promise<void> => {
    server = await startSftp('merchant', accepted);
    server.files.set('MID_fptrade_20260310.csv', { bytes: Buffer.from('a,b\n<END>\n'), modified });
    server.files.set('MID_settle_20260310_1.csv', { bytes: Buffer.alloc(300_000, 'x'), modified });
    server.files.set('MID_fptrade_20260310.xlsx', { bytes: Buffer.from('PK'), modified });
  };
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'quietzone-sftp-')), 'in');
  });
  afterEach(async () => {
    await server.close();
    await rm(join(folder, '..'), { recursive: true, force: true });
  });
  const fetch = async (more: Partial<SftpSettings> = {}) => (await fetched(more)).brought;
  const fetched = (more: Partial<SftpSettings> = {}, stop?: AbortSignal) =>
    fetchReports(
      {
        ...{
          host: '127.0.0.1',
          port: server.port,
          username: 'merchant',
          hostKey: server.hostKey,
          directory: '/reports',
        },
        ...{ password: PASSWORD, ...more },
      },
      folder,
      stop,
    );

  test('new files are copied whole, with their times; the second time there is nothing to do', async () => {
    await serve({ password: PASSWORD });
    expect([...(await fetch())].sort()).toEqual(['MID_fptrade_20260310.csv', 'MID_settle_20260310_1.csv']);
    expect((await readdir(folder)).sort()).toEqual(['MID_fptrade_20260310.csv', 'MID_settle_20260310_1.csv']);
    expect(await readFile(join(folder, 'MID_fptrade_20260310.csv'), 'utf8')).toBe('a,b\n<END>\n');
    const found = await stat(join(folder, 'MID_settle_20260310_1.csv'));
    expect([found.size, Math.round(found.mtimeMs)]).toEqual([300_000, modified]);
    const opened = server.opened.length;
    expect(await fetch()).toEqual([]);
    expect(server.opened).toHaveLength(opened);
    expect(server.changes).toEqual([]);
  });

  test('names that lead out of the folder, a workbook alone, and what is too large stay there, and are told', async () => {
    await serve({ password: PASSWORD });
    const bytes = Buffer.from('no');
    for (const name of ['../../outside.csv', '.hidden.csv', '-rf.csv', 'a\u001b[31m.csv', `${'x'.repeat(241)}.csv`]) {
      server.files.set(name, { bytes, modified });
    }
    server.files.set('settlement_20260310.xlsx', { bytes, modified });
    server.files.set('对账 (2)_20260310.csv', { bytes, modified });
    server.files.set('huge_20260310.csv', { bytes, modified, size: 2 ** 40 });
    const { brought, unread } = await fetched();
    const plain = ['MID_fptrade_20260310.csv', 'MID_settle_20260310_1.csv', '对账 (2)_20260310.csv'];
    expect([...brought].sort()).toEqual(plain);
    expect((await readdir(folder)).sort()).toEqual(plain);
    expect(await readdir(join(folder, '..'))).toEqual(['in']);
    expect(unread.map(({ why }) => why.replace(/: .*|;.*/, '')).sort()).toEqual([
      'a workbook or an archive is not read, and no .csv of the same name is beside it',
      `found ${2 ** 40} bytes, expected at most 402653184`,
      ...Array.from({ length: 5 }, () => 'on the server'),
    ]);
    expect(server.opened).not.toContain('huge_20260310.csv');
  });

  test('a file that is longer or shorter than it was listed is being written: it is left, and all others come', async () => {
    await serve({ password: PASSWORD });
    server.files.set('longer_20260310.csv', { bytes: Buffer.alloc(400_000, 'x'), modified, size: 10 });
    server.files.set('shorter_20260310.csv', { bytes: Buffer.alloc(10, 'x'), modified, size: 400 });
    const { brought, unread } = await fetched();
    expect(brought).toHaveLength(2);
    expect((await readdir(folder)).sort()).toEqual(['MID_fptrade_20260310.csv', 'MID_settle_20260310_1.csv']);
    expect(unread).toMatchObject([
      { name: 'longer_20260310.csv', why: expect.stringContaining('found 11 bytes, expected 10') },
      { name: 'shorter_20260310.csv', why: expect.stringContaining('found 10 bytes, expected 400') },
    ]);
  });

  test('folders and no report among them: told, with what to set', async () => {
    await serve({ password: PASSWORD });
    server.files.clear();
    server.files.set('20260310', { bytes: Buffer.alloc(0), modified, folder: true });
    expect((await fetched()).unread).toMatchObject([
      { name: '/reports', why: expect.stringContaining('set directory') },
    ]);
  });

  test('a server that says nothing more keeps nobody waiting, nor does a relay that stops', async () => {
    await serve({ password: PASSWORD });
    server.files.set('silent_20260310.csv', { bytes: Buffer.alloc(10, 'x'), modified, silent: true });
    await expect(fetched({ withinMs: 1_000 })).rejects.toThrow('not done within 1000 ms');
    const ending = new AbortController();
    const work = fetched({}, ending.signal);
    setTimeout(() => ending.abort(), 300);
    await expect(work).rejects.toThrow('the relay stops');
  });

  test('a file that was issued again is fetched again', async () => {
    await serve({ password: PASSWORD });
    await fetch();
    server.files.set('MID_fptrade_20260310.csv', { bytes: Buffer.from('c,d\n<END>\n'), modified: modified + 60_000 });
    expect(await fetch()).toEqual(['MID_fptrade_20260310.csv']);
    expect(await readFile(join(folder, 'MID_fptrade_20260310.csv'), 'utf8')).toBe('c,d\n<END>\n');
  });

  test('a key instead of a password', async () => {
    const { privatePem, publicKey } = keyPair();
    await serve({ publicKey });
    expect(await fetch({ password: undefined, privateKeyPem: privatePem })).toHaveLength(2);
  });

  test('a server with another host key is told, and is given no password', async () => {
    await serve({ password: PASSWORD });
    const other = `SHA256:${'A'.repeat(43)}`;
    await expect(fetch({ hostKey: other })).rejects.toThrow(`found the host key ${server.hostKey}, expected ${other}`);
    expect(server.opened).toEqual([]);
    await expect(readdir(folder)).resolves.toEqual([]);
  });

  test('a wrong password is told without it', async () => {
    await serve({ password: 'another' });
    const failed = await fetch().catch((error: unknown) => error);
    expect(failed).toMatchObject({ name: 'CollectError' });
    expect(String(failed)).toContain('[account.reports.sftp]');
    expect(String(failed)).not.toContain(PASSWORD);
  });

  test('nobody listens: told, with where', async () => {
    await serve({ password: PASSWORD });
    const { port } = server;
    await server.close();
    await expect(fetch()).rejects.toThrow(`sftp://127.0.0.1:${port}`);
  });
});
