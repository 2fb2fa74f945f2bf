import { type IncomingMessage, request } from 'node:http';
import { buttonsOf, type FormButton } from './phone-forms.js';
import { codeOf } from './usage.js';

/** A page as the phone has it. */
export type PhonePage = {
  readonly url: URL;
  readonly status: number;
  readonly html: string;
};

const REDIRECTS_MOST = 5;
const WITHIN_MS = 10_000;

/** What a program at an address may be told by name only, so that no code and no session is printed. */
const placeOf = ({ host }: URL): string => host;

/**
 * A buyer's phone by plain HTTP: keeps cookies, follows redirects, and presses buttons of the page that it shows, with the
 * headers that a browser would send.
 */
export class Phone {
  /** By host, of whatever port, as browsers keep them. */
  readonly #cookies = new Map<string, Map<string, string>>();
  #page: PhonePage | undefined;

  /** @throws Error before anything was opened */
  get page(): PhonePage {
    if (!this.#page) throw new Error('the phone: shows no page yet');
    return this.#page;
  }

  async open(address: string): Promise<PhonePage> {
    return await this.#go(new URL(address), {});
  }

  /** Presses the button whose text fits. @throws Error where the page has none such */
  async press(text: RegExp): Promise<PhonePage> {
    const { url, html } = this.page;
    const buttons = buttonsOf(html);
    const found = buttons.find((button) => text.test(button.text));
    if (!found) throw new Error(`the phone: found ${listed(buttons)} on the page, expected a button like ${text}`);
    const target = new URL(found.action === '' ? url : found.action, url);
    const form = new URLSearchParams(found.name === '' ? {} : { [found.name]: found.value }).toString();
    return await this.#go(target, { form, headers: { origin: url.origin, referer: url.href } });
  }

  /** What a script of the page would ask, with the page's cookies. */
  async json<T>(path: string): Promise<T> {
    const url = new URL(path, this.page.url);
    const { status, text } = await this.#ask(url, { headers: { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' } });
    if (status !== 200) throw new Error(`the phone: ${placeOf(url)} answered ${status}, expected 200`);
    return JSON.parse(text) as T;
  }

  async #go(first: URL, asked: Asked): Promise<PhonePage> {
    let [url, next] = [first, asked];
    for (let hops = 0; hops <= REDIRECTS_MOST; hops++) {
      const headers = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', ...next.headers };
      const { status, text, location } = await this.#ask(url, { ...next, headers });
      if (location === undefined || status < 300 || status > 399) {
        this.#page = { url, status, html: text };
        return this.#page;
      }
      // After a POST by GET, as 303 says.
      [url, next] = [new URL(location, url), {}];
    }
    throw new Error(`the phone: found more than ${REDIRECTS_MOST} redirects, expected a page`);
  }

  async #ask(url: URL, { headers, form }: Asked): Promise<Answer> {
    const cookie = [...(this.#cookies.get(url.hostname) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await send(url, {
      headers: { 'accept-language': 'en', ...(cookie === '' ? {} : { cookie }), ...headers },
      ...(form === undefined ? {} : { form }),
    });
    for (const line of answer.cookies) this.#keep(url.hostname, line);
    return answer;
  }

  #keep(host: string, line: string): void {
    const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
    if (name === undefined || value === undefined) return;
    const kept = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, kept.set(name, value));
  }
}

/** `form`: a POST with this body. */
type Asked = { readonly headers?: Readonly<Record<string, string>>; readonly form?: string };
type Answer = {
  readonly status: number;
  readonly text: string;
  readonly location: string | undefined;
  readonly cookies: readonly string[];
};

/** Not by `fetch`, which says of itself that it is no visit. */
async function send(url: URL, { headers, form }: Asked): Promise<Answer> {
  const type = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(url, {
      method: form === undefined ? 'GET' : 'POST',
      headers: { ...headers, ...type },
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    asked.once('response', resolve);
    asked.once('error', (error) => reject(new Error(`the phone: ${placeOf(url)} does not answer (${codeOf(error)})`)));
    asked.end(form);
  });
  let text = '';
  response.setEncoding('utf8');
  for await (const piece of response as AsyncIterable<string>) text += piece;
  const { location, 'set-cookie': cookies = [] } = response.headers;
  return { status: response.statusCode ?? 0, text, location, cookies };
}

const listed = (buttons: readonly FormButton[]): string =>
  buttons.length === 0 ? 'no button' : buttons.map(({ text }) => JSON.stringify(text)).join(', ');
