export type Language = 'en' | 'zh';

/** What the phone likes best of what we speak, by Accept-Language (RFC 9110, section 12.5.4); English if neither. */
export function languageOf(header: string | undefined): Language {
  let best: Language = 'en';
  let weight = 0;
  for (const range of (header ?? '').slice(0, MOST_CHARS).split(',')) {
    const [, name = '', q] = /^\s*(en|zh)(?:-[\w-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*$/i.exec(range) ?? [];
    const weighs = name === '' ? 0 : Number(q ?? 1);
    // Of two liked the same, the one named first.
    if (weighs > weight) [best, weight] = [name.toLowerCase() === 'zh' ? 'zh' : 'en', weighs];
  }
  return best;
}

const MOST_CHARS = 256;
