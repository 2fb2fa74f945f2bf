import { createPrivateKey, createPublicKey, generateKeyPair, randomUUID } from 'node:crypto';
import { chmod, link, lstat, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SandboxKind } from './stage.js';

/** Two RSA pairs: the relay signs with the merchant's, the sandbox with the acquirer's. Texts are PEM; private ones secret. */
export type SandboxKeys = {
  readonly merchantPrivatePem: string;
  readonly merchantPublicPem: string;
  readonly acquirerPrivatePem: string;
  readonly acquirerPublicPem: string;
};

const newPair = promisify(generateKeyPair);

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Puts a whole file in place, or keeps the one that another process put there first. Answers with what stands. */
async function place(path: string, text: string): Promise<string> {
  const draft = `${path}.${randomUUID()}.new`;
  await writeFile(draft, text, { mode: 0o600 });
  try {
    await link(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}

function publicOf(path: string, privatePem: string): string {
  try {
    return createPublicKey(createPrivateKey(privatePem)).export({ type: 'spki', format: 'pem' }).toString();
  } catch {
    throw new RangeError(`${path}: found no private key, expected PEM (PKCS#8); remove the file to have one made`);
  }
}

/** The private key is the truth; the public file is written beside it for the other side to read. */
async function pairIn(folder: string, name: string): Promise<{ privatePem: string; publicPem: string }> {
  const path = join(folder, `${name}-private.pem`);
  let privatePem = await textOf(path);
  if (privatePem === undefined) {
    const { privateKey } = await newPair('rsa', { modulusLength: 2048 });
    privatePem = await place(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  }
  await closeToOthers(path);
  const publicPem = publicOf(path, privatePem);
  const publicPath = join(folder, `${name}-public.pem`);
  const found = (await textOf(publicPath)) ?? (await place(publicPath, publicPem));
  if (found.trim() !== publicPem.trim()) {
    throw new RangeError(
      `${publicPath}: not the public half of ${name}-private.pem; remove it to have it written anew`,
    );
  }
  return { privatePem, publicPem };
}

const MAY_WRITE = 0o022;
const OTHERS = 0o077;

/** The default folder's name can be guessed: who makes it first could read and swap the keys. So could who may write to it. */
async function refuseOthers(folder: string): Promise<void> {
  const own = process.getuid?.();
  for (const { uid } of [await lstat(folder), await stat(folder)]) {
    if (own === undefined || uid === own) continue;
    throw new RangeError(`--key-folder: ${folder} belongs to another user (${uid}), expected one of this user's own`);
  }
  const { mode } = await stat(folder);
  if ((mode & MAY_WRITE) === 0) return;
  throw new RangeError(
    `--key-folder: others may write to ${folder} (mode ${(mode & 0o777).toString(8)}), so they could swap its keys; ` +
      `expected a folder of this user's own: chmod go-w ${folder}`,
  );
}

/** A file that others could read, copied or restored from somewhere, is this user's alone again. */
async function closeToOthers(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & OTHERS) !== 0) await chmod(path, mode & ~OTHERS & 0o777);
}

/**
 * Loads merchant-private.pem, merchant-public.pem, antom-private.pem and antom-public.pem, or those of another acquirer
 * under its name, making what is absent (mode 0600). Safe to call from two processes at once.
 */
export async function generateKeys(folder: string, acquirer: SandboxKind = 'antom'): Promise<SandboxKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await refuseOthers(folder);
  const [merchant, theirs] = await Promise.all([pairIn(folder, 'merchant'), pairIn(folder, acquirer)]);
  return {
    merchantPrivatePem: merchant.privatePem,
    merchantPublicPem: merchant.publicPem,
    acquirerPrivatePem: theirs.privatePem,
    acquirerPublicPem: theirs.publicPem,
  };
}
