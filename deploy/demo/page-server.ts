import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { HttpError } from './http.js';
import { describeError } from './say.js';
import { ActionError, type PageState } from './shop.js';
import { codeOf, UsageError } from './usage.js';

export type PageServerOptions = {
  /** 0: any free port. */
  readonly port: number;
  /** The state to draw; read at each change. */
  readonly state: () => PageState;
  /** The SVG of what a card shows now. `cookies`: as the visitor's browser sends them. */
  readonly picture: (card: string, cookies: string | undefined) => Promise<string | undefined>;
  /** Base of the kiosk's own page, or "" while it is not up. */
  readonly kioskPage: () => string;
  readonly actions: Readonly<Record<string, Action>>;
};
type Action = (body: Readonly<Record<string, unknown>>, cookies: string | undefined) => Promise<void>;

const BODY_MAX_BYTES = 1_024;
const files: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/style.css': ['style.css', 'text/css; charset=utf-8'],
  '/kiosk.css': ['kiosk.css', 'text/css; charset=utf-8'],
  '/phone.css': ['phone.css', 'text/css; charset=utf-8'],
  '/money.css': ['money.css', 'text/css; charset=utf-8'],
  '/app.js': ['app.js', 'text/javascript; charset=utf-8'],
  '/attempts.js': ['attempts.js', 'text/javascript; charset=utf-8'],
  '/dom.js': ['dom.js', 'text/javascript; charset=utf-8'],
  '/draw.js': ['draw.js', 'text/javascript; charset=utf-8'],
  '/linking.js': ['linking.js', 'text/javascript; charset=utf-8'],
};
const safety = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** The demo's page and its actions on one loopback origin. Not for a network: it lets anyone who reaches it pay. */
export class PageServer {
  readonly #options: PageServerOptions;
  readonly #server: Server;
  readonly #viewers = new Set<ServerResponse>();
  #address = '';

  constructor(options: PageServerOptions) {
    this.#options = options;
    this.#server = createServer((req, res) => void this.#serve(req, res));
  }

  get address(): string {
    return this.#address;
  }

  get watched(): boolean {
    return this.#viewers.size > 0;
  }

  /** @throws UsageError naming the port when it is taken. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) =>
        reject(
          new UsageError(
            `--port: found ${this.#options.port}, where the page cannot listen (${codeOf(error)}); choose another, or leave it out for a free one`,
          ),
        ),
      );
      this.#server.listen(this.#options.port, '127.0.0.1', resolve);
    });
    const found = this.#server.address();
    if (found && typeof found === 'object') this.#address = `http://127.0.0.1:${found.port}/`;
  }

  async stop(): Promise<void> {
    for (const viewer of this.#viewers) viewer.end();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Sends the state to all who watch. */
  publish(): void {
    if (this.#viewers.size === 0) return;
    const event = `data: ${JSON.stringify(this.#options.state())}\n\n`;
    for (const viewer of this.#viewers) viewer.write(event);
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      const url = new URL(req.url ?? '/', 'http://127.0.0.1');
      // Another site's page may not reach us through a name of its own (DNS rebinding).
      if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(req.headers.host ?? '')) return plain(res, 403, 'host not allowed');
      if (url.pathname.startsWith('/kiosk/')) {
        const base = this.#options.kioskPage();
        return base === '' ? plain(res, 503, 'the kiosk is not up yet') : toKiosk(req, res, url, base);
      }
      if (req.method === 'POST') return await this.#act(req, res, url.pathname);
      if (req.method !== 'GET') return plain(res, 405, 'GET or POST');
      if (url.pathname === '/events') return this.#watch(req, res);
      if (url.pathname.startsWith('/qr/')) return await this.#picture(req, res, url.pathname);
      await sendFile(res, url.pathname);
    } catch (error) {
      plain(res, 500, describeError(error));
    }
  }

  #watch(req: IncomingMessage, res: ServerResponse): void {
    res.writeHead(200, { ...safety, 'content-type': 'text/event-stream' });
    res.write(`retry: 500\n\ndata: ${JSON.stringify(this.#options.state())}\n\n`);
    this.#viewers.add(res);
    req.once('close', () => this.#viewers.delete(res));
  }

  /** /qr/{card}/{version}.svg: the version is only there to defeat the browser's memory. */
  async #picture(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    const card = /^\/qr\/([a-z-]+)\/\d+\.svg$/.exec(path)?.[1];
    const picture = card === undefined ? undefined : await this.#options.picture(card, req.headers.cookie);
    if (picture === undefined) plain(res, 404, 'no such code');
    else res.writeHead(200, { ...safety, 'content-type': 'image/svg+xml' }).end(picture);
  }

  async #act(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    // A form of another site cannot send JSON without asking first, and we never answer that question.
    if (!/^application\/json\b/.test(req.headers['content-type'] ?? '')) return plain(res, 415, 'JSON only');
    const action = this.#options.actions[/^\/do\/([a-z-]+)$/.exec(path)?.[1] ?? ''];
    if (!action) return plain(res, 404, 'no such action');
    const body = await readBody(req);
    if (!body) return plain(res, 400, `a JSON object of at most ${BODY_MAX_BYTES} bytes`);
    try {
      await action(body, req.headers.cookie);
      res.writeHead(204, safety).end();
    } catch (error) {
      const expected = error instanceof ActionError || error instanceof HttpError;
      plain(res, expected ? 409 : 500, describeError(error));
    }
  }
}

/** The kiosk's own page, as it is, under this origin. */
function toKiosk(req: IncomingMessage, res: ServerResponse, url: URL, base: string): void {
  const target = new URL(url.pathname.slice('/kiosk'.length) + url.search, base);
  const { host, origin, cookie, ...headers } = req.headers;
  // A button of the kiosk's page is for that page alone; here its page is ours. Our cookies are not its business.
  void cookie;
  const own = origin === `http://${host}` ? target.origin : origin;
  const asked = { ...headers, host: target.host, ...(own === undefined ? {} : { origin: own }) };
  const upstream = request(target, { method: req.method, headers: asked }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(res);
    // A killed kiosk breaks its stream off; the frame sees it end and asks again.
    answer.once('error', () => res.end());
  });
  upstream.once('error', () => {
    if (res.headersSent) res.end();
    else if (url.pathname.endsWith('/events'))
      res.writeHead(200, { ...safety, 'content-type': 'text/event-stream' }).end();
    else plain(res, 502, 'the kiosk does not answer');
  });
  res.once('close', () => upstream.destroy());
  req.pipe(upstream);
}

async function readBody(req: IncomingMessage): Promise<Readonly<Record<string, unknown>> | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
    return typeof body === 'object' && body !== null && !Array.isArray(body)
      ? (body as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

async function sendFile(res: ServerResponse, path: string): Promise<void> {
  const entry = Object.hasOwn(files, path) ? files[path] : undefined;
  if (!entry) return plain(res, 404, 'no such page');
  const content = await readFile(new URL(`./page/${entry[0]}`, import.meta.url));
  res.writeHead(200, { ...safety, 'content-type': entry[1] }).end(content);
}

function plain(res: ServerResponse, status: number, text: string): void {
  if (res.headersSent) {
    res.end();
    return;
  }
  res.writeHead(status, { ...safety, 'content-type': 'text/plain; charset=utf-8' }).end(text);
}
