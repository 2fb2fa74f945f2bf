import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { codeOnPhone } from '../../deploy/demo/buyer.js';
import { readCode } from '../../deploy/demo/camera.js';
import { Door } from '../../deploy/demo/door.js';
import { Phone } from '../../deploy/demo/phone.js';
import { buttonsOf } from '../../deploy/demo/phone-forms.js';
import { QUIET_MODULES, qrOf } from '../../drivers/display/qr.js';

/** The pieces that the demo plays a buyer with: a phone, its camera, and the door behind which a relay comes and goes. */

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function serve(handle: RequestListener): Promise<number> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return (server.address() as AddressInfo).port;
}

describe('the camera', () => {
  /** As the kiosk's web display sends it. */
  const drawn = (text: string) => {
    const qr = qrOf(text, 57);
    if (!qr) throw new Error('no code of this text');
    const cells = Array.from({ length: qr.size ** 2 }, (_, at) => [Math.floor(at / qr.size), at % qr.size] as const);
    const path = cells
      .filter(([row, column]) => qr.isDark(row, column))
      .map(([row, column]) => `M${column + QUIET_MODULES} ${row + QUIET_MODULES}h1v1h-1z`)
      .join('');
    return { size: qr.size + 2 * QUIET_MODULES, path };
  };

  test('reads what the display draws', () => {
    const link = 'HTTP://127.0.0.1:40123/L/ABCDEFGH';
    expect(readCode({ qr: drawn(link) })).toBe(link);
  });

  test('reads nothing where there is no code, or half of one', () => {
    const { size, path } = drawn('HTTP://127.0.0.1:40123/L/ABCDEFGH');
    expect(readCode({})).toBeUndefined();
    expect(readCode({ qr: { size, path: '' } })).toBeUndefined();
    expect(readCode({ qr: { size, path: path.slice(0, path.length / 2) } })).toBeUndefined();
  });
});

describe('the buttons of a page', () => {
  test('with their form, name and value; entities are read as text', () => {
    const html =
      '<form method="post" action="/a?x=1&amp;y=2"><button class="main" aria-describedby="q">Yes, <b>it</b>\n is</button>' +
      '<button name="action" value="no &quot;">No &amp; never</button></form><button>outside</button><form><button>Here</button></form>';
    expect(buttonsOf(html)).toEqual([
      { text: 'Yes, it is', action: '/a?x=1&y=2', name: '', value: '' },
      { text: 'No & never', action: '/a?x=1&y=2', name: 'action', value: 'no "' },
      { text: 'Here', action: '', name: '', value: '' },
    ]);
  });
});

describe('the phone', () => {
  test('keeps cookies, goes on by GET after a POST, and says where it comes from', async () => {
    const heard: string[] = [];
    const port = await serve((request, response) => {
      const { method, url, headers } = request;
      heard.push(`${method} ${url} ${headers.cookie ?? '-'} ${headers.origin ?? '-'} ${headers['sec-fetch-mode']}`);
      if (method === 'POST') return response.writeHead(303, { location: '/done' }).end();
      response.setHeader('set-cookie', 'a=1; Path=/; HttpOnly');
      return response.end('<form method="post" action="/go"><button>Go on</button></form>');
    });
    const base = `http://127.0.0.1:${port}`;
    const phone = new Phone();
    await phone.open(`HTTP://127.0.0.1:${port}/L/ABC`);
    const page = await phone.press(/^Go/);
    expect(page.url.href).toBe(`${base}/done`);
    expect(heard).toEqual(['GET /L/ABC - - navigate', `POST /go a=1 ${base} navigate`, 'GET /done a=1 - navigate']);
  });

  test('a button that is not there is told with those that are; the address is not', async () => {
    const port = await serve((_, response) => response.end('<form><button>Other</button></form>'));
    const phone = new Phone();
    await expect(phone.press(/^Go/)).rejects.toThrow('the phone: shows no page yet');
    await phone.open(`http://127.0.0.1:${port}/L/SECRETXX`);
    const error = await phone.press(/^Go/).catch((e: unknown) => String(e));
    expect(error).toBe('Error: the phone: found "Other" on the page, expected a button like /^Go/');
  });

  test('nobody there, and redirects without an end', async () => {
    const port = await serve((_, response) => response.writeHead(302, { location: '/again' }).end());
    const phone = new Phone();
    await expect(phone.open(`http://127.0.0.1:${port}/`)).rejects.toThrow('found more than 5 redirects');
    await expect(phone.open('http://127.0.0.1:9/L/SECRETXX')).rejects.toThrow(
      /^the phone: 127\.0\.0\.1:9 does not answer \(ECONNREFUSED\)$/,
    );
  });
});

describe('a door', () => {
  test('leads to whoever stands behind it, and sends visitors away while nobody does', async () => {
    const door = new Door();
    await door.start();
    open.push(() => door.stop());
    const visit = () => new Phone().open(door.address);
    await expect(visit()).rejects.toThrow('does not answer');
    for (const name of ['one', 'two']) {
      door.port = await serve((_, response) => response.setHeader('connection', 'close').end(name));
      expect((await visit()).html).toBe(name);
    }
    door.port = 0;
    await expect(visit()).rejects.toThrow('does not answer');
  });
});

describe('the code on the phone', () => {
  test('is asked for with the buyer’s cookie alone, and there is none without it', async () => {
    const session = `quietzone=${'0f'.repeat(16)}`;
    const heard: (string | undefined)[] = [];
    const port = await serve((request, response) => {
      heard.push(request.headers.cookie);
      response.end(JSON.stringify({ links: [{ code: null }, { code: { text: 'QZM' } }] }));
    });
    const pages = `http://127.0.0.1:${port}`;
    expect(await codeOnPhone(pages, `other=1; ${session}; last=2`)).toBe('QZM');
    expect(await codeOnPhone(pages, 'other=1')).toBeUndefined();
    expect(await codeOnPhone(pages, undefined)).toBeUndefined();
    expect(await codeOnPhone('', session)).toBeUndefined();
    expect(heard).toEqual([session]);
  });
});
