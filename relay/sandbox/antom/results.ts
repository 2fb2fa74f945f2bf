import { isoWithOffset } from '../../acquirers/antom/paths.js';
import type { Amount } from '../books.js';
import type { Json } from '../json.js';
import { textAt } from './fields.js';

/** The pieces that answers are made of. */

export const result = (
  resultStatus: 'S' | 'F' | 'U',
  resultCode: string,
  resultMessage = resultCode.toLowerCase(),
) => ({
  result: { resultStatus, resultCode, resultMessage },
});
export const success = (): { result: Json } => result('S', 'SUCCESS', 'success.');
export const amountJson = ({ currency, value }: Amount) => ({ currency, value: String(value) });
export const time = (ms: number): string => isoWithOffset(new Date(ms));
export const amountAt = (fields: Json, path: string): Amount => ({
  currency: textAt(fields, `${path}.currency`) ?? '',
  value: Number(textAt(fields, `${path}.value`)),
});
export const sameAmount = (a: Amount, b: Amount): boolean => a.currency === b.currency && a.value === b.value;
