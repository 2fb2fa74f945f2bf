import { createHash, generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';

/** An SFTP server of a test's own, by the library ssh2, over one folder of files in memory; writes are refused and counted. */
export type ServedFile = {
  readonly bytes: Buffer;
  readonly modified: number;
  /** What is said of it, where that is not so. */
  readonly size?: number;
  readonly folder?: boolean;
  /** Its reading is never answered. */
  readonly silent?: boolean;
};
export type SftpServer = {
  readonly port: number;
  /** "SHA256:…" */
  readonly hostKey: string;
  readonly files: Map<string, ServedFile>;
  /** What was asked that would have changed the server. */
  readonly changes: string[];
  readonly opened: string[];
  close(): Promise<void>;
};

export type Accepted = { readonly password?: string; readonly publicKey?: Buffer };

const { Server, utils } = ssh2;
const { STATUS_CODE } = utils.sftp;
const FOLDER_MODE = 0o040755;
const FILE_MODE = 0o100644;

export function keyPair(): { privatePem: string; publicKey: Buffer } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const privatePem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const parsed = utils.parseKey(privatePem);
  if (parsed instanceof Error) throw parsed;
  return { privatePem, publicKey: [parsed].flat()[0]?.getPublicSSH() ?? Buffer.alloc(0) };
}

function serve(sftp: ssh2.SFTPWrapper, server: Pick<SftpServer, 'files' | 'changes' | 'opened'>): void {
  const { files, changes, opened } = server;
  const handles = new Map<number, { name: string; listed: boolean }>();
  let next = 0;
  const open = (name: string): Buffer => {
    handles.set(next, { name, listed: false });
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(next++);
    return handle;
  };
  const of = (handle: Buffer) => handles.get(handle.readUInt32BE(0));
  const nameOf = (path: string): string => path.replace(/^.*\//, '');
  const attrsOf = ({ bytes, modified, size = bytes.length, folder = false }: ServedFile): ssh2.Attributes => ({
    ...{
      mode: folder ? FOLDER_MODE : FILE_MODE,
      uid: 0,
      gid: 0,
      size,
      atime: modified / 1_000,
      mtime: modified / 1_000,
    },
  });
  const stat = (id: number, path: string): void => {
    const file = files.get(nameOf(path));
    if (file) sftp.attrs(id, attrsOf(file));
    else if (nameOf(path) === '' || nameOf(path) === 'reports') {
      sftp.attrs(id, { mode: FOLDER_MODE, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 });
    } else sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
  };
  sftp.on('REALPATH', (id, path) => {
    const filename = path.startsWith('/') ? path : `/${path}`;
    sftp.name(id, [{ filename, longname: filename, attrs: { mode: 0, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 } }]);
  });
  sftp.on('STAT', stat);
  sftp.on('LSTAT', stat);
  sftp.on('FSTAT', (id, handle) => stat(id, of(handle)?.name ?? '?'));
  sftp.on('OPENDIR', (id, path) => sftp.handle(id, open(path)));
  sftp.on('READDIR', (id, handle) => {
    const folder = of(handle);
    if (!folder || folder.listed) {
      sftp.status(id, STATUS_CODE.EOF);
      return;
    }
    folder.listed = true;
    sftp.name(
      id,
      [...files].map(([filename, file]) => ({
        filename,
        longname: `${file.folder ? 'd' : '-'}rw-r--r-- 1 a a 0 ${filename}`,
        attrs: attrsOf(file),
      })),
    );
  });
  sftp.on('OPEN', (id, path, flags) => {
    if ((flags & utils.sftp.OPEN_MODE.WRITE) !== 0) changes.push(`write ${path}`);
    if (!files.has(nameOf(path)) || (flags & utils.sftp.OPEN_MODE.WRITE) !== 0) sftp.status(id, STATUS_CODE.FAILURE);
    else {
      opened.push(nameOf(path));
      sftp.handle(id, open(nameOf(path)));
    }
  });
  sftp.on('READ', (id, handle, offset, length) => {
    const file = files.get(of(handle)?.name ?? '');
    if (file?.silent) return;
    const bytes = file?.bytes ?? Buffer.alloc(0);
    if (offset >= bytes.length) sftp.status(id, STATUS_CODE.EOF);
    else sftp.data(id, bytes.subarray(offset, offset + length));
  });
  sftp.on('CLOSE', (id) => sftp.status(id, STATUS_CODE.OK));
  for (const change of ['REMOVE', 'RENAME', 'RMDIR', 'MKDIR', 'SETSTAT', 'FSETSTAT', 'WRITE'] as const) {
    sftp.on(change, (id: number) => {
      changes.push(change);
      sftp.status(id, STATUS_CODE.PERMISSION_DENIED);
    });
  }
}

export async function startSftp(user: string, accepted: Accepted): Promise<SftpServer> {
  const host = keyPair();
  const state = { files: new Map<string, ServedFile>(), changes: [] as string[], opened: [] as string[] };
  const clients = new Set<ssh2.Connection>();
  const server = new Server({ hostKeys: [host.privatePem] }, (client) => {
    clients.add(client);
    client.on('error', () => {}).on('close', () => clients.delete(client));
    client.on('authentication', (asked) => {
      const isPassword =
        asked.method === 'password' && accepted.password !== undefined && asked.password === accepted.password;
      const isKey =
        asked.method === 'publickey' && accepted.publicKey !== undefined && asked.key.data.equals(accepted.publicKey);
      if (asked.username === user && (isPassword || isKey)) asked.accept();
      else asked.reject(accepted.publicKey ? ['publickey'] : ['password']);
    });
    client.on('ready', () => {
      client.on('session', (accept) => {
        accept().on('sftp', (acceptSftp) => serve(acceptSftp(), state));
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  return {
    ...state,
    port: (server.address() as AddressInfo).port,
    hostKey: `SHA256:${createHash('sha256').update(host.publicKey).digest('base64').replace(/=+$/, '')}`,
    close: () =>
      new Promise((resolve) => {
        for (const client of clients) client.end();
        server.close(() => resolve());
      }),
  };
}
