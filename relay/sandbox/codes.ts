import { createHash } from 'node:crypto';

/** Which codes the sandbox takes for a wallet's: what an acquirer with these issuers in its contract would. */

/** Alipay's standard code: 16 to 24 digits that begin with 25 to 30 (reference acquirers/antom.md section 1.1). */
const ALIPAY = /^(2[5-9]|30)\d{14,22}$/;
/** JKOPay: letters and digits, 18, random but for the first two (reference codes/formats.md section 1). */
const JKOPAY = /^22[0-9A-Za-z]{16}$/;
/** An EMV consumer-presented code: tag 85 "CPV01", then a template, of applications (61) or of common data (62). */
const EMV_CPM = Buffer.from('\x85\x05CPV01', 'latin1');
const TEMPLATES: readonly (number | undefined)[] = [0x61, 0x62];

function isEmvCpm(code: string): boolean {
  const bytes = Buffer.from(code, 'base64');
  const header = bytes.subarray(0, EMV_CPM.length);
  return header.equals(EMV_CPM) && TEMPLATES.includes(bytes[EMV_CPM.length]) && bytes.toString('base64') === code;
}

export const isPaymentCode = (code: string): boolean => ALIPAY.test(code) || JKOPAY.test(code) || isEmvCpm(code);

/** What the books keep of a code. */
export const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex');
