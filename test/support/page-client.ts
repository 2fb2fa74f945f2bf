import { get, type IncomingMessage } from 'node:http';

export type PageEvent = { readonly name: string; readonly data: unknown };

/** A page without a browser: holds `/events` open and writes down what comes. */
export type PageClient = {
  readonly events: readonly PageEvent[];
  /** The contents of all events of this name, in order. */
  all(name: string): unknown[];
  /** The newest content of this name. */
  last(name: string): unknown;
  readonly ended: boolean;
  close(): void;
};

export async function openPage(port: number): Promise<PageClient> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/events', agent: false }, resolve).on('error', reject);
  });
  if (response.statusCode !== 200) throw new Error(`events: found status ${response.statusCode}, expected 200`);
  const events: PageEvent[] = [];
  let ended = false;
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (piece: string) => {
    const parts = (text + piece).split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const [, name = '', data = ''] = /^event: ([^\n]+)\ndata: ([^\n]+)$/.exec(part) ?? [];
      events.push({ name, data: JSON.parse(data) });
    }
  });
  const end = () => {
    ended = true;
  };
  response.on('close', end).on('error', end);
  const all = (name: string) => events.filter((e) => e.name === name).map((e) => e.data);
  return {
    events,
    all,
    last: (name) => all(name).at(-1),
    get ended() {
      return ended;
    },
    close: () => void response.destroy(),
  };
}
