import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

export type PageFile = { readonly type: string; readonly content: Buffer };

const listed = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/style.css', 'style.css', 'text/css; charset=utf-8'],
  ['/app.js', 'app.js', 'text/javascript; charset=utf-8'],
  ['/link.js', 'link.js', 'text/javascript; charset=utf-8'],
  ['/link.css', 'link.css', 'text/css; charset=utf-8'],
  ['/sound.js', 'sound.js', 'text/javascript; charset=utf-8'],
  ['/icon.svg', 'icon.svg', 'image/svg+xml'],
] as const;

export type Page = {
  readonly files: ReadonlyMap<string, PageFile>;
  /** Changes with any of the files; a page of another version loads itself anew. */
  readonly version: string;
};

/** Reads the page's files once; only what is listed can be asked for. */
export async function loadPage(): Promise<Page> {
  const files = new Map<string, PageFile>();
  const hash = createHash('sha256');
  for (const [path, name, type] of listed) {
    const content = await readFile(new URL(`./page/${name}`, import.meta.url));
    files.set(path, { type, content });
    hash.update(content);
  }
  return { files, version: hash.digest('hex').slice(0, 12) };
}
