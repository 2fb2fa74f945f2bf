import { rejectReasons } from '../decode/result.js';
import { catalogues, type Language, languages } from '../presentation/catalogue/index.js';

/** What a customer reads for each reject reason: a block for people, or one JSON object a line. */

const wordsOf = (lang: Language, reason: (typeof rejectReasons)[number]) => catalogues[lang].rejects[reason];

export function reasonsAsText(): string {
  return rejectReasons
    .map((reason) => {
      const lines = languages.flatMap((lang) => {
        const { title, body } = wordsOf(lang, reason);
        return [`  ${lang}  ${title}`, `      ${body}`];
      });
      return `${[reason, ...lines].join('\n')}\n`;
    })
    .join('\n');
}

/** `{"reason":"url","words":{"en":{"title":"…","body":"…"},"zh":{…}}}` */
export function reasonsAsJson(): string {
  return rejectReasons
    .map((reason) => {
      const words = Object.fromEntries(languages.map((lang) => [lang, wordsOf(lang, reason)]));
      return `${JSON.stringify({ reason, words })}\n`;
    })
    .join('');
}
