import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MEMBER_CODE_PATTERN } from '../../../protocol/linked-code.js';
import type { Money } from '../../../protocol/money.js';
import { PagesStage } from './pages-stage.js';
import type { Phone } from './phone.js';

/** What a phone is answered, over real HTTP. */
let stage: PagesStage;
beforeEach(async () => {
  stage = new PagesStage();
  await stage.start();
});
afterEach(() => stage.stop());

const price: Money = { amount: 1_200, currency: 'HKD' };
const limits = {
  payment: { amount: 50_000, currency: 'HKD' },
  day: { amount: 200_000, currency: 'HKD' },
  year: null,
} as const;
const WALLET = 'https://wallet.example/agree?state=secret';

describe('the short link', () => {
  test('asks which digits the kiosk shows, and says what is allowed and paid', async () => {
    const code = stage.desk.offer({ money: price, limits, digits: '08' });
    const seen = await stage.phone().get(`/L/${code}`);
    expect(seen.status).toBe(200);
    expect(seen.headers['content-type']).toBe('text/html; charset=utf-8');
    for (const text of [
      'Link AlipayHK?',
      'Yes, the kiosk shows 08',
      '<span class="unseen">0 8</span>',
      'Corner Shop may charge your AlipayHK',
      'At most HK$500.00 a payment.',
      'At most HK$2,000.00 a day.',
      'The first payment, HK$12.00 at lobby-1, is made as soon as it is linked, without another press.',
      'data-left-ms="180000" data-then="reload">180<',
    ]) {
      expect(seen.text).toContain(text);
    }
    expect(seen.text).not.toContain('a year');
  });

  test('where nothing is paid at once, nothing is said of it', async () => {
    const seen = await stage.phone().get(`/L/${stage.desk.offer()}`);
    expect(seen.text).not.toContain('at-once');
  });

  test('its address of the wallet stands nowhere in the page, until the buyer has said yes', async () => {
    const code = stage.desk.offer();
    const phone = stage.phone();
    const seen = await phone.get(`/L/${code}`);
    expect(seen.text + JSON.stringify(seen.headers)).not.toMatch(/wallet\.example|secret/);
    const gone = await phone.post(`/L/${code}/yes`);
    expect([gone.status, gone.headers.location]).toEqual([303, WALLET]);
    expect(stage.count('link-page-agreed')).toBe(1);
  });

  test('yes may be said again, as by a back button; no after yes ends it', async () => {
    const code = stage.desk.offer();
    const phone = stage.phone();
    await phone.get(`/L/${code}`);
    for (let i = 0; i < 2; i++) expect((await phone.post(`/L/${code}/yes`)).headers.location).toBe(WALLET);
    const gone = await phone.post(`/L/${code}/no`);
    expect([gone.status, gone.headers.location]).toEqual([303, `/L/${code}`]);
    const after = await phone.get(`/L/${code}`);
    expect([after.status, after.text.includes('Nothing was linked')]).toEqual([410, true]);
    expect((await phone.post(`/L/${code}/yes`)).status).toBe(410);
  });

  test('the first phone owns it: another learns neither digits nor wallet, and can say neither yes nor no', async () => {
    const code = stage.desk.offer({ digits: '83' });
    const [ann, bob] = [stage.phone(), stage.phone()];
    await ann.get(`/L/${code}`);
    const seen = await bob.get(`/L/${code}`);
    expect([seen.status, seen.text.includes('Already opened by another phone')]).toEqual([409, true]);
    expect(seen.text).not.toMatch(/83|AlipayHK/);
    for (const word of ['yes', 'no']) expect((await bob.post(`/L/${code}/${word}`)).status).toBe(409);
    expect((await ann.post(`/L/${code}/yes`)).headers.location).toBe(WALLET);
  });

  test('while the wallet has not answered the page waits by itself, and the phone owns the link', async () => {
    const code = stage.desk.offer();
    const phone = stage.phone();
    stage.desk.silent = true;
    const seen = await phone.get(`/L/${code}`);
    expect([seen.status, seen.text.includes('<meta http-equiv="refresh" content="1">')]).toEqual([200, true]);
    expect(stage.logged).toEqual([]);
    const early = await phone.post(`/L/${code}/yes`);
    expect([early.status, early.headers.location]).toEqual([303, `/L/${code}`]);
    stage.desk.silent = false;
    expect((await phone.get(`/L/${code}`)).text).toContain('Link AlipayHK?');
  });

  test('where the answer was lost, the phone that has asked owns what it has opened', async () => {
    const code = stage.desk.offer();
    const phone = stage.phone();
    const { open } = stage.desk;
    stage.desk.open = async (...asked) => {
      await open.apply(stage.desk, asked);
      throw new Error('the connection was lost after the commit');
    };
    expect((await phone.get(`/L/${code}`)).status).toBe(503);
    stage.desk.open = open;
    expect((await phone.get(`/L/${code}`)).status).toBe(200);
  });

  test('a phone keeps its cookie for the next wallet', async () => {
    const phone = stage.phone();
    await phone.get(`/L/${stage.desk.offer()}`);
    const first = phone.cookies.get('__Host-quietzone');
    await phone.get(`/L/${stage.desk.offer()}`);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(phone.cookies.get('__Host-quietzone')).toBe(first);
  });

  test('typed in small letters it is the same', async () => {
    const code = stage.desk.offer();
    expect((await stage.phone().get(`/l/${code.toLowerCase()}`)).text).toContain('Link AlipayHK?');
  });

  test.each([
    ['a prefetch', { 'sec-purpose': 'prefetch' }],
    [
      'a prerender',
      { 'sec-purpose': 'prefetch;prerender', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    ],
    ['an older prefetch', { purpose: 'prefetch' }],
    ['a picture on another page', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a frame', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ])('%s owns nothing: the phone that opens it then does', async (_, headers) => {
    const code = stage.desk.offer();
    const looked = await stage.phone().get(`/L/${code}`, { ...headers });
    expect([looked.status, looked.headers['set-cookie']]).toEqual([503, undefined]);
    expect((await stage.phone().get(`/L/${code}`)).status).toBe(200);
  });

  test('HEAD owns nothing, and says the same of every code', async () => {
    const code = stage.desk.offer();
    const heads = await Promise.all([code, 'ZZZZZZZZ'].map((one) => stage.phone().send('HEAD', `/L/${one}`)));
    for (const { status, headers, text } of heads)
      expect([status, headers['set-cookie'], text]).toEqual([200, undefined, '']);
    expect((await stage.phone().get(`/L/${code}`)).status).toBe(200);
  });

  test('agreed, it leads to the member page', async () => {
    const code = stage.desk.offer();
    const phone = stage.phone();
    await phone.get(`/L/${code}`);
    stage.desk.authorise(code);
    for (const seen of [
      await phone.get(`/L/${code}`),
      await phone.post(`/L/${code}/yes`),
      await phone.post(`/L/${code}/no`),
    ]) {
      expect([seen.status, seen.headers.location]).toEqual([303, '/M']);
    }
  });

  test('its time is over: a page that says so', async () => {
    const code = stage.desk.offer();
    const phone = stage.phone();
    await phone.get(`/L/${code}`);
    stage.clock.pass(180_000);
    expect((await phone.get(`/L/${code}`)).status).toBe(410);
    expect((await phone.post(`/L/${code}/yes`)).status).toBe(410);
  });

  test('what was never there, what is malformed and what is over for strangers look the same to the byte', async () => {
    const [refused, late] = [stage.desk.offer(), stage.desk.offer()];
    const ann = stage.phone();
    await ann.get(`/L/${refused}`);
    await ann.post(`/L/${refused}/no`);
    stage.clock.pass(200_000);
    const paths = [
      `/L/${refused}`,
      `/L/${late}`,
      '/L/ZZZZZZZZ',
      '/L/short',
      '/L/ABCD%00EF',
      '/elsewhere',
      '/M/elsewhere',
    ];
    const seen = await Promise.all(paths.map((path) => stage.phone().get(path)));
    for (const { status } of seen) expect(status).toBe(404);
    expect(new Set(seen.map(({ text }) => text)).size).toBe(1);
    expect(new Set(seen.map(({ headers }) => JSON.stringify({ ...headers, date: '' }))).size).toBe(1);
  });

  test('a browser that keeps no cookies is told so before it owns the link, and the phone that does keep them has it', async () => {
    const code = stage.desk.offer();
    const forgetful = stage.phone();
    const first = await forgetful.send('GET', `/L/${code}`);
    expect([first.status, first.headers.location]).toEqual([303, `/L/${code}?again`]);
    const seen = await stage.phone().send('GET', `/L/${code}?again`);
    expect([seen.status, seen.text.includes('keeps no cookies')]).toEqual([400, true]);
    expect(seen.headers['set-cookie']).toBeUndefined();
    expect((await stage.phone().post(`/L/${code}/yes`)).status).toBe(400);
    expect((await stage.phone().get(`/L/${code}`)).status).toBe(200);
  });

  test('a program that looks at the address for a chat or a scanner does not take it from the phone', async () => {
    const code = stage.desk.offer({ digits: '83' });
    const bot = stage.phone({ 'user-agent': 'facebookexternalhit/1.1 Facebot Twitterbot/1.0' });
    for (let i = 0; i < 2; i++) {
      const seen = await bot.send('GET', `/L/${code}`, { cookie: '' });
      expect(seen.status).toBe(303);
      expect(seen.text).not.toContain('83');
    }
    const seen = await stage.phone().get(`/L/${code}`);
    expect([seen.status, seen.text.includes('Yes, the kiosk shows 83')]).toEqual([200, true]);
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', 'not an address'])('nobody is sent to %s', async (url) => {
    const code = stage.desk.offer({ url });
    const phone = stage.phone();
    const seen = await phone.get(`/L/${code}`);
    expect([seen.status, seen.text.includes('cannot be opened')]).toEqual([502, true]);
    expect(JSON.stringify(stage.logged)).not.toContain(code);
  });

  test('in Chinese for who likes that best', async () => {
    const seen = await stage.phone({ 'accept-language': 'zh-HK,zh;q=0.9' }).get(`/L/${stage.desk.offer()}`);
    expect(seen.text).toContain('<html lang="zh-CN">');
    expect(seen.text).toContain('绑定 AlipayHK？');
    expect(seen.headers['vary']).toContain('accept-language');
  });

  test('names are text, whatever is in them', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    const seen = await stage.phone().get(`/L/${stage.desk.offer({ wallet: evil, kiosk: evil, money: price })}`);
    expect(seen.text).not.toContain(evil);
    expect(seen.text).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });
});

describe('the member page', () => {
  const state = async (phone: Phone) => JSON.parse((await phone.get('/M/state')).text);

  test('of a phone that nobody knows: it says how to begin, sets no cookie, asks the desk nothing', async () => {
    const seen = await stage.phone().get('/M');
    expect(seen.status).toBe(200);
    expect(seen.text).toContain('No wallet is linked here');
    expect(seen.headers['set-cookie']).toBeUndefined();
    expect(await state(stage.phone())).toMatchObject({ links: [], presses: [], payments: [] });
    expect(stage.desk.asked).toBe(0);
  });

  test('shows the code as a picture and as text, and another one each 30 s', async () => {
    const { phone } = await stage.linked();
    const first = await state(phone);
    const code = first.links[0].code;
    expect(code.text).toMatch(MEMBER_CODE_PATTERN);
    const { text } = await phone.get('/M');
    expect(text).toContain(`<code>${code.text}</code>`);
    expect(text).toContain('aria-label="Your code for AlipayHK"');
    expect(text).toContain(`data-version="${first.version}"`);
    stage.clock.pass(1_000);
    expect((await state(phone)).version).toBe(first.version);
    stage.clock.pass(30_000);
    const second = await state(phone);
    expect(second.links[0].code.text).not.toBe(code.text);
    expect(second.version).not.toBe(first.version);
  });

  test('a press waits; said on the phone, the kiosk goes on; said again it is the same', async () => {
    const { phone, link } = await stage.linked();
    const attempt = stage.desk.scanned(link, price);
    const { text } = await phone.get('/M');
    expect(text).toContain('Pay HK$12.00 at lobby-1?');
    expect(text).toContain(`action="/M/confirm/${attempt}"`);
    for (let i = 0; i < 2; i++) {
      const said = await phone.post(`/M/confirm/${attempt}`);
      expect([said.status, said.headers.location]).toEqual([303, '/M?said=confirmed']);
    }
    const after = await phone.get('/M?said=confirmed');
    expect(after.text).toContain('Thank you. The kiosk goes on.');
    expect(after.text).not.toContain('/M/confirm/');
    expect(after.text).toContain('Under way');
  });

  test('whoever is not at the kiosk can stop it: doing nothing would leave the press to who is', async () => {
    const { phone, link } = await stage.linked();
    const attempt = stage.desk.scanned(link, price);
    expect((await phone.get('/M')).text).toContain(`action="/M/deny/${attempt}"`);
    const said = await phone.post(`/M/deny/${attempt}`);
    expect([said.status, said.headers.location]).toEqual([303, '/M?said=denied']);
    const { text } = await phone.get('/M?said=denied');
    expect(text).toContain('Stopped. Nothing is charged.');
    expect(text).toContain('data-standing="declined"');
    expect((await phone.post(`/M/confirm/${attempt}`)).headers.location).toBe('/M?said=late');
    const pressed = stage.desk.scanned(link, price);
    await phone.post(`/M/confirm/${pressed}`);
    expect((await phone.post(`/M/deny/${pressed}`)).headers.location).toBe('/M?said=late');
  });

  test('a press that is too late is told so', async () => {
    const { phone, link } = await stage.linked();
    const attempt = stage.desk.scanned(link, price);
    stage.clock.pass(60_000);
    expect((await phone.post(`/M/confirm/${attempt}`)).headers.location).toBe('/M?said=late');
    expect((await phone.get('/M?said=late')).text).toContain('no longer waits for you');
  });

  test('another phone can neither press nor unlink, nor learn that there is anything', async () => {
    const { phone, link } = await stage.linked();
    const attempt = stage.desk.scanned(link, price);
    const { phone: bob } = await stage.linked();
    const answers = [];
    for (const id of [attempt, link, '0'.repeat(32), 'x']) {
      for (const path of [`/M/confirm/${id}`, `/M/deny/${id}`, `/M/${id}/unlink`]) answers.push(await bob.post(path));
    }
    for (const { status } of answers) expect(status).toBe(404);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect((await state(phone)).presses).toHaveLength(1);
    expect((await state(bob)).presses).toEqual([]);
  });

  test('the desk is not asked for what is no id of ours', async () => {
    const { phone } = await stage.linked();
    stage.desk.broken = true;
    for (const id of ['x', '0'.repeat(31), `${'0'.repeat(31)}G`, '%27%20OR%201=1']) {
      for (const path of [`/M/confirm/${id}`, `/M/${id}/unlink`]) expect((await phone.post(path)).status).toBe(404);
    }
    expect((await phone.post(`/M/confirm/${'0'.repeat(32)}`)).status).toBe(503);
  });

  test('back from the wallet before anybody has told of it: not that there is nothing, and how to go on', async () => {
    const code = stage.desk.offer();
    const phone = stage.phone();
    await phone.get(`/L/${code}`);
    const { text } = await phone.get('/M');
    expect(text).not.toContain('No wallet is linked here');
    expect(text).toContain('Not linked yet. If you have agreed in AlipayHK, this takes a moment.');
    expect(text).toContain(`<form method="get" action="/L/${code}">`);
    expect((await phone.get(`/L/${code}?`)).text).toContain('Link AlipayHK?');
    stage.desk.authorise(code);
    expect((await phone.get('/M')).text).toContain('Waiting for AlipayHK');
  });

  test('each visit keeps the cookie for another 400 days', async () => {
    const { phone } = await stage.linked();
    const before = phone.cookies.get('__Host-quietzone');
    const { headers } = await phone.get('/M');
    expect(headers['set-cookie']?.[0]).toContain(`${before}; Path=/; Max-Age=34560000`);
  });

  test('unlinked by its phone: no code from then on', async () => {
    const { phone, link } = await stage.linked();
    const said = await phone.post(`/M/${link}/unlink`);
    expect([said.status, said.headers.location]).toEqual([303, '/M?said=unlinking']);
    const { text } = await phone.get('/M');
    expect(text).toContain('It can no longer be charged here.');
    expect(text).not.toContain('QZM');
    stage.desk.revoked(link);
    expect((await phone.get('/M')).text).toContain('Unlinked.');
  });

  test('payments: what, when, where, how it ended, what came back', async () => {
    const { phone, link } = await stage.linked();
    const attempt = stage.desk.scanned(link, price);
    stage.desk.end(attempt, 'delivered');
    expect((await phone.get('/M')).text).not.toContain('given back');
    stage.desk.end(attempt, 'delivered', 600);
    const { text } = await phone.get('/M');
    expect(text).toMatch(/data-standing="delivered".*HK\$12\.00.*Paid, HK\$6\.00 given back/);
    const chinese = await phone.get('/M', { 'accept-language': 'zh' });
    expect(chinese.text).toMatch(/data-standing="delivered".*HK\$12\.00.*已付款，已退回 HK\$6\.00/);
    expect(text).toContain('2026-11-22 20:00</time> · lobby-1 · AlipayHK · Receipt');
  });

  test('of several wallets one code is open', async () => {
    const { phone } = await stage.linked();
    const code = stage.desk.offer({ wallet: 'DANA' });
    await phone.get(`/L/${code}`);
    stage.desk.link(code);
    const { text } = await phone.get('/M');
    expect(text.match(/class="card wallet" id="wallet-[0-9a-f]{32}" open/g)).toHaveLength(1);
    expect(text.match(/<svg class="qr"/g)).toHaveLength(2);
  });

  test('what a wallet hangs to the address on the way back goes nowhere', async () => {
    const { phone } = await stage.linked();
    const seen = await phone.get('/M?authCode=281010033AB2F588D14B43238637264FCA5AAF35xxxx&authState=abc');
    expect([seen.status, seen.headers.location]).toEqual([303, '/M']);
    expect(JSON.stringify([stage.logged, stage.counters.all()])).not.toMatch(/2810100|abc/);
    for (const query of ['said=evil', 'said=late&x=1', 'x', 'said=late&said=late']) {
      expect((await phone.get(`/M?${query}`)).headers.location).toBe('/M');
    }
  });

  test('it asks to be kept, and is found by the name alone', async () => {
    const { phone } = await stage.linked();
    expect((await phone.get('/M')).text).toContain('Keep this page');
    expect((await stage.phone().get('/M')).text).not.toContain('Keep this page');
    for (const path of ['/', '/m']) expect((await phone.get(path)).headers.location).toBe('/M');
  });

  test('without scripts it loads itself anew; with them it asks whether there is anything new', async () => {
    const { text } = await stage.phone().get('/M');
    // To the page itself: what was said of the last press is said once.
    expect(text).toContain('<noscript><meta http-equiv="refresh" content="10;url=/M"></noscript>');
    expect(text).not.toMatch(/<script(?! src="\/app\.js" defer><\/script>)|\son\w+=|style=/);
  });
});
