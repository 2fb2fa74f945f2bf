// The web front over real connections: who is answered, what a page gets and when.
import { type IncomingMessage, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Screen } from '../../../../drivers/contract/display.js';
import { WebFront, type WebFrontOptions } from '../../../../drivers/web/front.js';
import { openPage, type PageClient } from '../../../support/page-client.js';
import { sleep, until } from '../../../support/wait.js';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

async function started(options: WebFrontOptions = {}) {
  const front = new WebFront(options);
  cleanUp.push(() => front.stop());
  const { port } = await front.start();
  const page = async (): Promise<PageClient> => {
    const client = await openPage(port);
    cleanUp.push(() => client.close());
    return client;
  };
  return { front, port, page };
}

type Answer = { status: number; headers: IncomingMessage['headers']; text: string };

const ask = (port: number, path: string, options: { host?: string; method?: string } = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { host = `127.0.0.1:${port}`, method = 'GET' } = options;
    const asked = request({ host: '127.0.0.1', port, path, method, headers: { host }, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    asked.on('error', reject).end();
  });

const screen = (title: string, more: Partial<Screen> = {}): Screen => ({
  kind: 'armed',
  tone: 'ready',
  texts: [{ lang: 'en', title, body: '' }],
  ...more,
});
const titleOf = (shown: unknown): string | undefined => (shown as Screen | null)?.texts[0]?.title;

describe('the server', () => {
  it('listens on 127.0.0.1 only', async () => {
    const { port } = await started();
    const other = connect({ host: '127.0.0.2', port });
    const outcome = await new Promise((resolve) => {
      other.on('connect', () => resolve('connected')).on('error', () => resolve('refused'));
    });
    other.destroy();
    expect(outcome).toBe('refused');
  });

  it.each([
    ['/', 'text/html; charset=utf-8'],
    ['/?lamps=off', 'text/html; charset=utf-8'],
    ['/style.css', 'text/css; charset=utf-8'],
    ['/app.js', 'text/javascript; charset=utf-8'],
    ['/sound.js', 'text/javascript; charset=utf-8'],
    ['/link.js', 'text/javascript; charset=utf-8'],
    ['/link.css', 'text/css; charset=utf-8'],
    ['/icon.svg', 'image/svg+xml'],
  ])('serves %s, not to be kept, framed only by this machine, loading only from itself', async (path, type) => {
    const { port } = await started();
    const { status, headers, text } = await ask(port, path);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(type);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-content-type-options']).toBe('nosniff');
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain('frame-ancestors http://127.0.0.1:* http://localhost:*');
    expect(policy).not.toContain('unsafe');
    expect(text).not.toMatch(/(src|href|url\()=?["'(]?https?:/);
    expect((await ask(port, path, { method: 'HEAD' })).text).toBe('');
  });

  it.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.1:PORT.evil.example',
    'kiosk.local:PORT',
  ])('refuses Host "%s", on every path', async (name) => {
    const { front, port } = await started();
    front.showScreen(screen('private'));
    const host = name.replace('PORT', String(port));
    for (const path of ['/', '/events', '/nothing']) {
      const { status, text } = await ask(port, path, { host });
      expect([path, status]).toEqual([path, 421]);
      expect(text).not.toContain('private');
    }
  });

  it.each([
    ['HTTP/1.1', 400],
    ['HTTP/1.0', 421],
  ])('refuses %s without a Host', async (version, expected) => {
    const { port } = await started();
    const socket = connect({ host: '127.0.0.1', port });
    socket.write(`GET / ${version}\r\n\r\n`);
    const answer = String(await new Promise((resolve) => socket.once('data', resolve)));
    socket.destroy();
    expect(answer).toContain(`HTTP/1.1 ${expected} `);
  });

  it('answers localhost, in any case', async () => {
    const { port } = await started();
    expect((await ask(port, '/', { host: `LocalHost:${port}` })).status).toBe(200);
  });

  it.each([
    ['POST', '/', 405],
    ['POST', '/events', 405],
    ['DELETE', '/app.js', 405],
    ['GET', '/../front.ts', 404],
    ['GET', '/%2e%2e/front.ts', 404],
    ['GET', '//etc/passwd', 404],
    ['HEAD', '/events', 404],
  ])('%s %s is %i', async (method, path, expected) => {
    const { port } = await started();
    expect((await ask(port, path, { method })).status).toBe(expected);
  });

  it('outlives what is not HTTP', async () => {
    const { port } = await started();
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => {}).resume();
    socket.write(Buffer.from([0x16, 3, 1, 0, 0, 0xff, 10, 10, 0]));
    await new Promise((resolve) => socket.on('close', resolve));
    expect((await ask(port, '/')).status).toBe(200);
  });

  it('says which port is taken, and can be started again after', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const taken = typeof address === 'object' && address ? address.port : 0;
    const front = new WebFront({ port: taken });
    await expect(front.start()).rejects.toThrow(`port ${taken}`);
    await new Promise((resolve) => other.close(resolve));
    expect(await front.start()).toEqual({ port: taken });
    await front.stop();
  });

  it('stops though pages are open, and starts again', async () => {
    const { front, page } = await started();
    const client = await page();
    front.showScreen(screen('before'));
    await until('the screen', () => client.last('screen'));
    await front.stop();
    await until('the end', () => client.ended);
    expect(client.last('screen')).toBeNull();
    const { port } = await front.start();
    const next = await openPage(port);
    cleanUp.push(() => next.close());
    await until('replay', () => next.events.length >= 3);
    expect([next.last('screen'), next.last('signal')]).toEqual([null, { signal: 'out-of-service', replay: true }]);
  });
});

describe('a page', () => {
  it('gets the newest screen and signal at once, marked as replay, and nothing older', async () => {
    const { front, page } = await started();
    front.showScreen(screen('old'));
    front.showScreen(screen('new'));
    front.showSignal('busy');
    front.showSignal('approved');
    front.showSignal('read');
    const { events } = await page();
    await until('three events', () => events.length >= 3);
    await sleep(30);
    expect(events.map((e) => e.name)).toEqual(['hello', 'screen', 'signal']);
    expect(events[1]?.data).toEqual({ ...screen('new'), shown: 2 });
    expect(events[2]?.data).toEqual({ signal: 'approved', replay: true });
  });

  it('gets null and out of service before anything was shown, and when the display is blanked', async () => {
    const { front, page } = await started();
    const client = await page();
    await until('three events', () => client.events.length >= 3);
    expect([client.last('screen'), client.last('signal')]).toEqual([null, { signal: 'out-of-service', replay: true }]);
    front.showScreen(screen('customer'));
    front.showScreen(undefined);
    await until('blank', () => client.all('screen').length === 3 && client.last('screen') === null);
  });

  it('that comes late gets the time that is left by then', async () => {
    const { front, page } = await started();
    front.showScreen(screen('confirm', { leftMs: 30_000 }));
    await sleep(120);
    const client = await page();
    const shown = (await until('the screen', () => client.last('screen'))) as Screen;
    expect(shown.leftMs).toBeLessThanOrEqual(29_890);
    expect(shown.leftMs).toBeGreaterThan(25_000);
  });

  it('is one of several that get the same', async () => {
    const { front, page } = await started();
    const clients = [await page(), await page(), await page()];
    front.showScreen(screen('for all'));
    front.showSignal('ready');
    front.showSignal('read');
    for (const client of clients) {
      await until('the chirp', () => client.last('chirp'));
      expect(titleOf(client.last('screen'))).toBe('for all');
      expect(client.last('signal')).toEqual({ signal: 'ready', replay: false });
      expect(client.last('chirp')).toEqual({ signal: 'read' });
    }
  });

  it('hears a sign of life again and again', async () => {
    const { page } = await started({ beatMs: 15 });
    const client = await page();
    await until('five beats', () => client.all('beat').length >= 5);
  });

  it('learns the version of the page, which is the same for all', async () => {
    const { page } = await started();
    const clients = [await page(), await page()];
    for (const client of clients) await until('hello', () => client.last('hello'));
    expect(clients[0]?.last('hello')).toEqual({ version: expect.stringMatching(/^[0-9a-f]{12}$/) });
    expect(clients[1]?.last('hello')).toEqual(clients[0]?.last('hello'));
  });

  it('is the last of 32: the next is told so, and let in when one leaves', async () => {
    const { port, page } = await started();
    const clients: PageClient[] = [];
    for (let i = 0; i < 32; i++) clients.push(await page());
    expect((await ask(port, '/events')).status).toBe(503);
    expect((await ask(port, '/')).status).toBe(200);
    clients[0]?.close();
    await until('room', async () => {
      const client = await openPage(port).catch(() => undefined);
      if (client) cleanUp.push(() => client.close());
      return client !== undefined;
    });
  });

  it('gets text as text, whatever stands in it', async () => {
    const { front, page } = await started();
    const client = await page();
    const nasty = 'a\n\nevent: beat\ndata: {}\n\n</script>\u2028"';
    front.showScreen(screen(nasty));
    await until('the screen', () => titleOf(client.last('screen')) === nasty);
  });
});

describe('a page that reads nothing', () => {
  function deafPage(port: number): Promise<{ socket: Socket; cutOff(): boolean }> {
    return new Promise((resolve, reject) => {
      let cut = false;
      const socket = connect({ host: '127.0.0.1', port });
      socket.on('close', () => {
        cut = true;
      });
      socket.on('error', reject);
      socket.pause();
      socket.write(`GET /events HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`, () =>
        resolve({ socket, cutOff: () => cut }),
      );
    });
  }
  const long = 'x'.repeat(8_000);

  it('holds up neither the agent nor another page, and costs one buffer', async () => {
    const { front, port, page } = await started();
    const { socket } = await deafPage(port);
    cleanUp.push(() => socket.destroy());
    const client = await page();
    await sleep(20);
    const before = process.memoryUsage();
    const began = performance.now();
    for (let i = 0; i < 20_000; i++) {
      front.showScreen(screen(`${i} ${long}`));
      if (i % 500 === 0) await sleep(0);
    }
    expect(performance.now() - began).toBeLessThan(10_000);
    await until('the newest screen', () => titleOf(client.last('screen'))?.startsWith('19999 '));
    const after = process.memoryUsage();
    // 20,000 screens of 8 KB are 160 MB; what was read by the other page is the client's own and stands in its events.
    const kept = client.events.length * long.length;
    expect(after.heapUsed + after.external - before.heapUsed - before.external - kept).toBeLessThan(80e6);
  });

  it('is cut off after the time it is given', async () => {
    const { front, port } = await started({ beatMs: 20, stallMs: 150 });
    const { socket, cutOff } = await deafPage(port);
    cleanUp.push(() => socket.destroy());
    await sleep(20);
    // More than the system's own buffers hold, in steps, so that each goes out if it can.
    const large = 'x'.repeat(200_000);
    for (let i = 0; i < 100; i++) {
      front.showScreen(screen(`${i} ${large}`));
      await sleep(1);
    }
    // Reading on is the only way to learn of the end; what comes is what the buffers held, and then it ends.
    await sleep(400);
    let bytes = 0;
    socket.on('data', (piece) => {
      bytes += piece.length;
    });
    socket.resume();
    await until('the cut', cutOff);
    expect(bytes).toBeLessThan(100 * 200_000);
  });
});
