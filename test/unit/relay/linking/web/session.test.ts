import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SessionCookie } from '../../../../../relay/linking/web/session.js';

const https = new SessionCookie('https://pay.example');
const http = new SessionCookie('http://127.0.0.1:8090');
const hex = 'ab'.repeat(16);

test('by https it is a cookie that no neighbour can set, and that goes nowhere else', () => {
  const written = https.write(hex);
  expect(written.split('; ').sort()).toEqual(
    [`__Host-quietzone=${hex}`, 'Path=/', 'Max-Age=34560000', 'HttpOnly', 'SameSite=Lax', 'Secure'].sort(),
  );
  expect(https.read(written.split(';')[0])).toBe(hex);
});

test('by http, on one machine, browsers would not take that name', () => {
  expect(http.write(hex)).toBe(`quietzone=${hex}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax`);
  expect(http.read(`a=b; quietzone=${hex}; c`)).toBe(hex);
});

test.each([
  ['none', undefined],
  ['another', `session=${hex}`],
  ['one whose name ends alike', `x__Host-quietzone=${hex}`],
  ['too short', `__Host-quietzone=${hex.slice(1)}`],
  ['too long', `__Host-quietzone=${hex}0`],
  ['not hex', `__Host-quietzone=${'g'.repeat(32)}`],
  ['the name of http', `quietzone=${hex}`],
])('%s is nobody', (_, header) => {
  expect(https.read(header)).toBeUndefined();
});

test('a wrong one before the right one does not hide it', () => {
  expect(https.read(`__Host-quietzone=x; __Host-quietzone=${hex}`)).toBe(hex);
});

test('what it makes it reads, and no header makes it fall', () => {
  const made = https.make(randomBytes);
  expect(https.read(https.write(made))).toBe(made);
  expect(https.make(randomBytes)).not.toBe(made);
  fc.assert(fc.property(fc.string(), (header) => https.read(header) === undefined));
});
