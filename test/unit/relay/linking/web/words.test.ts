import { describe, expect, test } from 'vitest';
import { standings } from '../../../../../protocol/words.js';
import { en } from '../../../../../relay/linking/web/en.js';
import { html } from '../../../../../relay/linking/web/html.js';
import { catalogues } from '../../../../../relay/linking/web/layout.js';
import { isSaid, type PageWords } from '../../../../../relay/linking/web/words.js';

/** Every sentence of a language, with marks in the place of what is put in. */
function sentencesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function') return sentencesOf(value(html`ONE`, 'TWO'));
  if (typeof value !== 'object' || value === null) return [];
  return 'markup' in value ? [String(value.markup)] : Object.values(value).flatMap(sentencesOf);
}

describe.each(Object.entries(catalogues))('the words in %s', (language, words: PageWords) => {
  test('there are as many as in English, and none is empty', () => {
    const sentences = sentencesOf(words);
    expect(sentences).toHaveLength(sentencesOf(en).length);
    for (const sentence of sentences) expect(sentence.trim()).not.toBe('');
  });

  test('each standing of a payment has its words', () => {
    expect(Object.keys(words.standings).sort()).toEqual([...standings.all].sort());
  });

  test('what the buyer compares and pays stands in the sentence', () => {
    expect(words.question.yes('47')).toContain('47');
    expect(words.question.atOnce('HK$12.00', 'lobby-1')).toMatch(/HK\$12\.00.*lobby-1|lobby-1.*HK\$12\.00/);
    const asked = words.press.title('HK$12.00', 'lobby-1');
    for (const part of ['HK$12.00', 'lobby-1']) expect(asked).toContain(part);
  });

  test('money is "paid" only where it is', () => {
    const { approved, delivered, ...others } = words.standings;
    expect([approved, delivered]).toEqual([approved, approved]);
    for (const other of Object.values(others)) expect(other).not.toBe(approved);
  });

  test('no word is left in the other language', () => {
    const chinese = sentencesOf(words).filter((sentence) => /\p{Script=Han}/u.test(sentence));
    if (language === 'en') expect(chinese).toEqual([]);
    // Two sentences are made of nothing but what is put in.
    else expect(chinese.length).toBeGreaterThanOrEqual(sentencesOf(words).length - 1);
  });
});

test('only what the page itself says comes back in the address', () => {
  for (const said of Object.keys(en.said)) expect(isSaid(said)).toBe(true);
  for (const other of ['', 'toString', '<b>', 7, ['late']]) expect(isSaid(other)).toBe(false);
});
