import { type IncomingMessage, request } from 'node:http';

export type Seen = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
};

/** A phone's browser as far as a server notices it: it keeps cookies, and says where a form of its page was. */
export class Phone {
  readonly #port: number;
  readonly #origin: string;
  readonly #jar = new Map<string, string>();
  /** Sent with everything. */
  headers: Record<string, string> = {};

  constructor(port: number, publicUrl: string) {
    this.#port = port;
    this.#origin = publicUrl;
  }

  get cookies(): ReadonlyMap<string, string> {
    return this.#jar;
  }

  /** Goes on where the page has only given it a cookie. */
  async get(path: string, headers: Record<string, string> = {}): Promise<Seen> {
    const seen = await this.send('GET', path, headers);
    const { location } = seen.headers;
    return seen.status === 303 && location?.endsWith('?again') ? await this.send('GET', location, headers) : seen;
  }

  /** A form of our page. */
  post(path: string, headers: Record<string, string> = {}, body = ''): Promise<Seen> {
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: this.#origin };
    return this.send('POST', path, { ...form, ...headers }, body);
  }

  async send(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<Seen> {
    const cookie = [...this.#jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const all = { ...this.headers, ...(cookie === '' ? {} : { cookie }), ...headers };
    const length = method === 'POST' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.#port, path, method, agent: false };
      request({ ...options, headers: { ...all, ...length } }, resolve)
        .once('error', reject)
        .end(body);
    });
    const pieces: Buffer[] = [];
    for await (const piece of answer as AsyncIterable<Buffer>) pieces.push(piece);
    for (const line of answer.headers['set-cookie'] ?? []) this.#keep(line);
    return { status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(pieces).toString('utf8') };
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';');
    const at = pair.indexOf('=');
    this.#jar.set(pair.slice(0, at), pair.slice(at + 1));
  }
}
