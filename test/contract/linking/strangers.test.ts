import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { PagesStage } from './pages-stage.js';

/** What strangers may do to the pages that the whole world reaches: nothing. */
let stage: PagesStage;
afterEach(() => stage.stop());
async function begin(...given: ConstructorParameters<typeof PagesStage>): Promise<void> {
  stage = new PagesStage(...given);
  await stage.start();
}

describe('a page from elsewhere', () => {
  test.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['an origin that it hides', { origin: 'null' }],
    ['our name by http', { origin: 'http://pay.example' }],
  ])('with %s can press nothing, unlink nothing, answer nothing', async (_, headers) => {
    await begin();
    const { phone, link } = await stage.linked();
    const attempt = stage.desk.scanned(link, { amount: 1_200, currency: 'HKD' });
    const code = stage.desk.offer();
    await phone.get(`/L/${code}`);
    for (const path of [
      `/M/confirm/${attempt}`,
      `/M/deny/${attempt}`,
      `/M/${link}/unlink`,
      `/L/${code}/yes`,
      `/L/${code}/no`,
    ]) {
      const seen = await phone.post(path, { ...headers });
      expect([seen.status, seen.headers.location]).toEqual([403, undefined]);
    }
    const { presses, links } = JSON.parse((await phone.get('/M/state')).text);
    const states = links.map(({ state }: { state: string }) => state);
    expect([presses.length, states]).toEqual([1, ['opened', 'linked']]);
    expect((await phone.get(`/L/${code}`)).status).toBe(200);
  });

  test('and a program that says nothing of where it is neither', async () => {
    await begin();
    const { phone, link } = await stage.linked();
    expect((await phone.send('POST', `/M/${link}/unlink`)).status).toBe(403);
    const { links } = JSON.parse((await phone.get('/M/state')).text);
    expect(links[0].state).toBe('linked');
  });
});

describe('headers', () => {
  test.each(['/M', '/M/state', '/L/ZZZZZZZZ', '/nothing', '/app.js', '/style.css', '/icon.svg', '/M?x=1'])(
    '%s loads nothing from elsewhere, stands in no frame, and is kept by nobody',
    async (path) => {
      await begin();
      const { headers } = await stage.phone().get(path);
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/,
      );
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('same-origin');
      expect(headers['cache-control']).toBe(/\.(js|css|svg)$/.test(path) ? 'no-cache' : 'no-store');
      expect(headers['strict-transport-security']).toBe('max-age=31536000');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  test('the cookie is not for scripts, not for other pages, and not by http', async () => {
    await begin();
    const { headers } = await stage.phone().get(`/L/${stage.desk.offer()}`);
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-quietzone=[0-9a-f]{32}; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure$/,
      ),
    ]);
  });

  test('a file that the phone has is not sent again', async () => {
    await begin();
    const { headers, text } = await stage.phone().get('/app.js');
    expect(text).toContain('keepNew()');
    expect(headers.etag).not.toBe((await stage.phone().get('/style.css')).headers.etag);
    const again = await stage.phone().get('/app.js', { 'if-none-match': String(headers.etag) });
    expect([again.status, again.text]).toEqual([304, '']);
  });
});

describe('too much', () => {
  test('codes tried at random: a few, then nothing more is asked for that address, also not the right one', async () => {
    await begin({ limits: { guesses: { burst: 5, perSecond: 0.2 } } });
    const phone = stage.phone();
    const statuses = [];
    for (let i = 0; i < 8; i++) statuses.push((await phone.get(`/L/ZZZZZZZ${i}`)).status);
    expect(statuses).toEqual([404, 404, 404, 404, 404, 429, 429, 429]);
    const code = stage.desk.offer();
    const seen = await phone.get(`/L/${code}`);
    expect([seen.status, seen.headers['retry-after']]).toEqual([429, '5']);
    stage.clock.pass(10_000);
    expect((await phone.get(`/L/${code}`)).status).toBe(200);
  });

  test('codes tried at random all at once: no more of them are asked for', async () => {
    await begin({ limits: { guesses: { burst: 5, perSecond: 0 } } });
    const phone = stage.phone();
    await phone.get(`/L/${stage.desk.offer()}`);
    let asked = 0;
    const { open } = stage.desk;
    stage.desk.open = async (...code) => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return open.apply(stage.desk, code);
    };
    const seen = await Promise.all(Array.from({ length: 30 }, (_, i) => phone.get(`/L/ZZZZZZ${i + 10}`)));
    expect(asked).toBe(5);
    expect(seen.filter(({ status }) => status === 429)).toHaveLength(25);
  });

  test('phones of one address that open what is there use up nothing', async () => {
    await begin({ limits: { guesses: { burst: 2, perSecond: 0 } } });
    for (let i = 0; i < 5; i++) {
      const phone = stage.phone();
      const code = stage.desk.offer();
      expect((await phone.get(`/L/${code}`)).status).toBe(200);
      expect((await phone.post(`/L/${code}/yes`)).status).toBe(303);
    }
    stage.desk.broken = true;
    const phone = stage.phone();
    for (let i = 0; i < 3; i++) expect((await phone.get(`/L/${stage.desk.offer()}`)).status).toBe(503);
  });

  test.each(['/M/%', '/L/%E0%A4%A', '/%zz', '//', `/L/${'A'.repeat(300)}`])(
    '%s is a page as any other that is not there',
    async (path) => {
      await begin();
      const seen = await stage.phone().get(path);
      expect([seen.status, seen.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
      expect(seen.text).toBe((await stage.phone().get('/elsewhere')).text);
    },
  );

  test('requests of one address; others go on, by what a trusted proxy says of them', async () => {
    await begin({ limits: { requests: { burst: 3, perSecond: 1 } }, proxies: ['127.0.0.1'] });
    const from = (address: string) => stage.phone({ 'x-forwarded-for': address });
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await from('192.0.2.1').get('/M')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await from('192.0.2.2').get('/M')).status).toBe(200);
    expect(stage.count('link-page-too-often')).toBe(1);
  });

  test('without a proxy nobody gets more by saying who they are', async () => {
    await begin({ limits: { requests: { burst: 1, perSecond: 0 } } });
    expect((await stage.phone({ 'x-forwarded-for': '192.0.2.1' }).get('/M')).status).toBe(200);
    expect((await stage.phone({ 'x-forwarded-for': '192.0.2.2' }).get('/M')).status).toBe(429);
  });

  test.each([
    ['a large form', 'application/x-www-form-urlencoded', 'x'.repeat(2_000)],
    ['JSON', 'application/json', '{"a":1}'],
    ['a file', 'multipart/form-data; boundary=x', '--x--'],
  ])('%s is not read', async (_, type, body) => {
    await begin();
    const { phone, link } = await stage.linked();
    expect((await phone.post(`/M/${link}/unlink`, { 'content-type': type }, body)).status).toBe(404);
    expect(JSON.parse((await phone.get('/M/state')).text).links[0].state).toBe('linked');
  });

  test.each(['PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is nothing here', async (method) => {
    await begin();
    expect((await stage.phone().send(method, '/M')).status).toBe(404);
  });

  test('a connection that says nothing is cut off', async () => {
    await begin({ limits: { requestWithinMs: 500 } });
    const socket = connect({ host: '127.0.0.1', port: stage.port });
    socket.write('GET /M HTTP/1.1\r\nHost: x\r\n');
    await new Promise<void>((resolve) => socket.once('close', () => resolve()).resume());
    expect((await stage.phone().get('/M')).status).toBe(200);
  });
});

test('while the ledger cannot be asked: a page that says so, and a log without code or cookie', async () => {
  await begin();
  const { phone } = await stage.linked();
  const code = stage.desk.offer();
  stage.desk.broken = true;
  for (const path of ['/M', '/M/state', `/L/${code}`]) {
    const seen = await phone.get(path);
    expect([seen.status, seen.headers['retry-after']]).toEqual([503, '5']);
    expect(seen.text).toContain('Please try again in a moment');
  }
  expect(stage.logged).toHaveLength(3);
  expect(JSON.stringify(stage.logged)).toContain('the ledger cannot be asked');
  const session = phone.cookies.get('__Host-quietzone') ?? 'none';
  for (const secret of [code, session]) expect(JSON.stringify(stage.logged)).not.toContain(secret);
  stage.desk.broken = false;
  expect((await phone.get(`/L/${code}`)).status).toBe(200);
});
