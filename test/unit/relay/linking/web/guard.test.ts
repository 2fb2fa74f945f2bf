import { describe, expect, test } from 'vitest';
import { isFromOurPage, isNoVisit, pageHeaders, safeTarget } from '../../../../../relay/linking/web/guard.js';

const csp = (publicUrl: string, walletUrl?: string) =>
  pageHeaders(publicUrl, walletUrl)['content-security-policy'] ?? '';

describe('headers', () => {
  test('nothing from elsewhere, no script in the page, in nobody’s frame, kept by nobody', () => {
    const headers = pageHeaders('https://pay.example');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000',
    });
  });

  test('a form may lead to the wallet, by https, by its own scheme, or by http where it is there', () => {
    expect(csp('https://pay.example', 'https://w.example/x')).toContain("form-action 'self' https: https:;");
    expect(csp('https://pay.example', 'alipayhk://agree?x=1')).toContain("form-action 'self' https: alipayhk:;");
    expect(csp('http://127.0.0.1:1', 'http://127.0.0.1:2/x')).toContain(
      "form-action 'self' https: http://127.0.0.1:2;",
    );
    expect(csp('https://pay.example', 'javascript:alert(1)')).toContain("form-action 'self';");
  });

  test('by http no browser is told to come by https', () => {
    expect(pageHeaders('http://127.0.0.1:1')).not.toHaveProperty('strict-transport-security');
  });
});

test.each([
  ['https://wallet.example/agree?state=1', true],
  ['alipays://platformapi/x', true],
  ['http://127.0.0.1:9/x', true],
  ['javascript:alert(1)', false],
  ['JavaScript:alert(1)', false],
  ['data:text/html,x', false],
  ['file:///etc/passwd', false],
  ['https://user:secret@wallet.example/', false],
  ['/relative', false],
  ['', false],
])('a browser sent to %s: %s', (text, safe) => {
  expect(safeTarget(text) !== undefined).toBe(safe);
});

test.each([
  ['an old phone', {}, false],
  ['a new one', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-site': 'none' }, false],
  ['a prefetch', { purpose: 'prefetch' }, true],
  ['a prerender', { 'sec-purpose': 'prefetch;prerender' }, true],
  ['an older prefetch', { 'x-moz': 'prefetch' }, true],
  ['a preview', { 'x-purpose': 'preview' }, true],
  ['a picture on another page', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }, true],
  ['a script of an older browser', { 'sec-fetch-mode': 'cors' }, true],
  ['a frame', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, true],
  ['a script that asks', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }, true],
] as const)('%s owns what it opens, or does not', (_, headers, noVisit) => {
  expect(isNoVisit(headers)).toBe(noVisit);
});

test.each([
  ['our page', { origin: 'https://pay.example' }, true],
  ['another page', { origin: 'https://evil.example' }, false],
  ['our name on another port', { origin: 'https://pay.example:444' }, false],
  ['our name by http', { origin: 'http://pay.example' }, false],
  ['a name that ends alike', { origin: 'https://notpay.example' }, false],
  ['a page that hides where it is', { origin: 'null' }, false],
  ['nowhere', {}, false],
  ['an old browser on our page', { referer: 'https://pay.example/L/ABCDEFGH' }, true],
  ['an old browser elsewhere', { referer: 'https://evil.example/https://pay.example/' }, false],
  ['another page that claims ours', { origin: 'https://evil.example', referer: 'https://pay.example/' }, false],
  ['nonsense', { referer: 'pay.example' }, false],
])('a POST from %s', (_, headers, ours) => {
  expect(isFromOurPage(headers, 'https://pay.example')).toBe(ours);
});
