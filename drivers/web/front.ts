import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../clock.js';
import type { Press } from '../contract/button.js';
import type { Screen } from '../contract/display.js';
import type { Signal } from '../contract/indicator.js';
import { loadPage, type Page } from './files.js';
import { refusalOf, securityHeaders, sendFile, sendText } from './guard.js';
import { offers, pressRefusal, readPress } from './press.js';
import { PageStream } from './stream.js';

export type WebFrontOptions = {
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  readonly clock?: Clock;
  /** A sign of life to every page, ms; a page that hears none for 3 s shows "out of service". */
  readonly beatMs?: number;
  /** A page that takes nothing for this long is cut off, ms; if it lives, it comes again. */
  readonly stallMs?: number;
};

/** `qr`: the screen's code, as a path of squares of one unit in a square of `size` units. */
export type WebScreen = Screen & { readonly qr?: { readonly size: number; readonly path: string } };
/** `shown`: which screen it is, so that a press can name the one that the customer looked at. */
type SentScreen = WebScreen & { readonly shown: number };

/** Open pages at once; one is usual. */
const pagesMax = 32;
/** A page's time to take its last event when the front stops, ms. */
const goodbyeMs = 300;

/**
 * The kiosk's front as a web page: an HTTP server on 127.0.0.1 and a stream of events to every open page. It keeps the
 * newest screen and signal, which a new page gets at once, and nothing else.
 */
export class WebFront {
  readonly #clock: Clock;
  readonly #options: { port: number; beatMs: number; stallMs: number };
  readonly #pages = new Set<PageStream>();
  #running: { server: Server; port: number; page: Page } | undefined;
  #stopBeat = () => {};
  #screen: (() => SentScreen) | undefined;
  /** What is the same screen, but for its time left. */
  #content = '';
  #shown = 0;
  #pressed: ((press: Press) => void) | undefined;
  #signal: Signal = 'out-of-service';

  constructor({ port = 0, beatMs = 1_000, stallMs = 10_000, clock = systemClock }: WebFrontOptions = {}) {
    this.#options = { port, beatMs, stallMs };
    this.#clock = clock;
  }

  /** @throws Error when the port is taken. */
  async start(): Promise<{ port: number }> {
    if (this.#running) return { port: this.#running.port };
    const page = await loadPage();
    const server = createServer({ maxHeaderSize: 8_192, requestTimeout: 10_000 }, (request, response) =>
      this.#answer(request, response),
    );
    server.maxConnections = 2 * pagesMax;
    const wanted = this.#options.port;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) =>
        reject(new Error(`web front: port ${wanted}: ${error.message}; choose another port, or 0 for any`)),
      );
      server.listen(wanted, '127.0.0.1', resolve);
    });
    // A connection that could not be accepted (no descriptors left) is the page's to try again, not the agent's end.
    server.on('error', () => {});
    const { port } = server.address() as AddressInfo;
    this.#running = { server, port, page };
    this.#beat();
    return { port };
  }

  /** Shown on every page, and on new ones until the next; undefined shows that there is no service. */
  showScreen(screen: WebScreen | undefined): void {
    const content = JSON.stringify({ ...screen, leftMs: undefined });
    if (content !== this.#content) this.#shown += 1;
    this.#content = content;
    this.#screen = screen && this.#ageing({ ...screen, shown: this.#shown });
    for (const page of this.#pages) page.send('screen', () => this.#screen?.() ?? null);
  }

  /** `read` is heard and seen for a moment by the pages that are open now; every other signal stays. */
  showSignal(signal: Signal): void {
    if (signal === 'read') {
      for (const page of this.#pages) page.send('chirp', () => ({ signal }));
      return;
    }
    this.#signal = signal;
    for (const page of this.#pages) page.send('signal', () => ({ signal: this.#signal, replay: false }));
  }

  /** Who is told of the buttons that the screen shows; undefined: nobody. */
  onPress(pressed: ((press: Press) => void) | undefined): void {
    this.#pressed = pressed;
  }

  /** Pages still open show "out of service" from now on. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.showScreen(undefined);
    this.showSignal('out-of-service');
    this.#stopBeat();
    for (const page of this.#pages) page.end();
    this.#pages.clear();
    if (!running) return;
    const { server } = running;
    const cancel = this.#clock.after(goodbyeMs, () => server.closeAllConnections());
    await new Promise<void>((resolve) => server.close(() => resolve()));
    cancel();
  }

  /** A screen's time left goes on while nobody reads it. */
  #ageing(screen: SentScreen): () => SentScreen {
    const { leftMs } = screen;
    if (leftMs === undefined) return () => screen;
    const until = this.#clock.now() + leftMs;
    return () => ({ ...screen, leftMs: Math.max(0, Math.round(until - this.#clock.now())) });
  }

  #beat(): void {
    for (const page of this.#pages) {
      if (page.stalledMs() > this.#options.stallMs) this.#drop(page);
      else page.send('beat', () => ({}));
    }
    this.#stopBeat = this.#clock.after(this.#options.beatMs, () => this.#beat());
  }

  #drop(page: PageStream): void {
    this.#pages.delete(page);
    page.cut();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const running = this.#running;
    if (!running) {
      response.destroy();
      return;
    }
    const path = request.url?.split('?')[0] ?? '/';
    const presses = path === '/press';
    const refusal = refusalOf(request, running.port, presses) ?? (presses ? pressRefusal(request) : undefined);
    const file = running.page.files.get(path);
    if (refusal) sendText(response, refusal);
    else if (presses) void this.#press(request, response);
    else if (file) sendFile(request, response, file);
    else if (path !== '/events' || request.method !== 'GET')
      sendText(response, { status: 404, text: 'Path: no such page\n' });
    else if (this.#pages.size < pagesMax) this.#open(response, running.page);
    else sendText(response, { status: 503, text: `Pages: found ${pagesMax} open, which is the limit\n` });
  }

  /** Only for the screen that the customer looked at: another one may have come while the finger was on its way. */
  async #press(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const press = await readPress(request);
      if ('status' in press) return sendText(response, press);
      const { shown, ...pressed } = press;
      const tell = this.#pressed;
      if (!tell || shown !== this.#shown || !offers(this.#screen?.(), pressed)) {
        return sendText(response, { status: 409, text: 'Button: the screen does not show it now\n' });
      }
      tell(pressed);
      sendText(response, { status: 200, text: 'Pressed\n' });
    } catch {
      // The page went away in the middle of it.
      response.destroy();
    }
  }

  #open(response: ServerResponse, { version }: Page): void {
    response.writeHead(200, { ...securityHeaders, 'content-type': 'text/event-stream', connection: 'close' });
    const page = new PageStream(response, this.#clock);
    this.#pages.add(page);
    response.on('error', () => this.#drop(page));
    response.on('close', () => this.#drop(page));
    page.send('hello', () => ({ version }));
    page.send('screen', () => this.#screen?.() ?? null);
    page.send('signal', () => ({ signal: this.#signal, replay: true }));
  }
}
