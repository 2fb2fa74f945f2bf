import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export type PageFile = { readonly type: string; readonly content: Buffer; readonly tag: string };

const listed = [
  ['/style.css', 'style.css', 'text/css; charset=utf-8'],
  ['/app.js', 'app.js', 'text/javascript; charset=utf-8'],
  ['/icon.svg', 'icon.svg', 'image/svg+xml'],
] as const;

/** Read once; only what is listed can be asked for. */
export function loadFiles(): ReadonlyMap<string, PageFile> {
  return new Map(
    listed.map(([path, name, type]) => {
      const content = readFileSync(new URL(`./page/${name}`, import.meta.url));
      const tag = `"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`;
      return [path, { type, content, tag }];
    }),
  );
}
