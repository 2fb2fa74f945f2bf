import { en } from './en.js';
import { ja } from './ja.js';
import { ko } from './ko.js';
import type { Catalogue } from './words.js';
import { zh } from './zh.js';

/**
 * The one place to add a language: a file beside en.ts, and its name here (BCP 47). The compiler asks for every word of
 * it, the config then accepts it, and the tests render it.
 */
export const catalogues = { en, zh, ja, ko } as const satisfies Record<string, Catalogue>;

export type Language = keyof typeof catalogues;
export const languages = Object.keys(catalogues) as readonly Language[];
