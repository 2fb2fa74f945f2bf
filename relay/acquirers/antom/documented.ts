import { cancelCodes, gatewayCodes, inquiryCodes, payCodes, refundCodes, refundInquiryCodes } from './codes.js';
import { customsInquiryCodes, declareCodes } from './customs-codes.js';
import { consultCodes, revokeCodes, tokenCodes } from './linking-codes.js';

const tables = [
  ...[payCodes, inquiryCodes, cancelCodes, refundCodes, refundInquiryCodes],
  ...[consultCodes, tokenCodes, revokeCodes, declareCodes, customsInquiryCodes],
];

/** True for a result code that stands in one of the tables: it means what the table says, and is nobody's secret. */
export const isDocumented = (code: string): boolean =>
  gatewayCodes.has(code) || tables.some((table) => Object.hasOwn(table, code));
