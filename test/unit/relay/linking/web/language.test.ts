import fc from 'fast-check';
import { expect, test } from 'vitest';
import { languageOf } from '../../../../../relay/linking/web/language.js';

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
  ['zh-Hant-HK', 'zh'],
  ['en-GB,en;q=0.9,zh;q=0.8', 'en'],
  ['en;q=0.5, zh;q=0.7', 'zh'],
  ['fr-FR, de;q=0.9', 'en'],
  ['fr, zh;q=0.1', 'zh'],
  ['zh;q=0', 'en'],
  ['en;q=0, zh;q=0.2', 'zh'],
  ['ZH', 'zh'],
  ['zhx', 'en'],
  ['en,zh', 'en'],
  ['zh,en', 'zh'],
] as const)('%s is answered in %s', (header, language) => {
  expect(languageOf(header)).toBe(language);
});

test('any header at all is answered in one of them', () => {
  fc.assert(fc.property(fc.string(), (header) => ['en', 'zh'].includes(languageOf(header))));
});
