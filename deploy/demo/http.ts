/** The little HTTP that the demo speaks to the programs it started. */

export class HttpError extends Error {
  override name = 'HttpError';
  readonly status: number;
  /** `error.code` of the answer, such as "busy". */
  readonly code: string;

  constructor(what: string, status: number, code: string, message: string) {
    super(`${what}: answered ${status} ${code}${message ? `: ${message}` : ''}`);
    this.status = status;
    this.code = code;
  }
}

export type Call = {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
};

/** One JSON call; 204 gives undefined. @throws HttpError on any status but 2xx. */
export async function call<T>(
  url: string,
  { method = 'GET', body, headers = {}, timeoutMs = 5_000 }: Call = {},
): Promise<T> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(timeoutMs),
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) {
    let error: { code?: string; message?: string } = {};
    try {
      error = (JSON.parse(text) as { error?: typeof error }).error ?? {};
    } catch {
      // Not JSON: the status has to do.
    }
    throw new HttpError(`${method} ${new URL(url).pathname}`, response.status, error.code ?? '', error.message ?? '');
  }
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Server-sent events, each `data:` parsed as JSON. Ends when the server ends it; throws when aborted. */
export async function* serverEvents<T>(url: string, signal: AbortSignal): AsyncGenerator<T> {
  for await (const { data } of namedEvents(url, signal)) yield data as T;
}

/** The same with each event's name, "message" where it has none. */
export async function* namedEvents(
  url: string,
  signal: AbortSignal,
): AsyncGenerator<{ readonly name: string; readonly data: unknown }> {
  const response = await fetch(url, { signal, headers: { accept: 'text/event-stream' } });
  if (!response.ok || !response.body) {
    throw new HttpError(`GET ${new URL(url).pathname}`, response.status, '', 'no event stream');
  }
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n');
      const named = (field: string): string[] =>
        lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).trimStart());
      const data = named('data').join('\n');
      if (data !== '') yield { name: named('event')[0] ?? 'message', data: JSON.parse(data) };
    }
  }
}
