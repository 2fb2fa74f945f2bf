import type { IssuerTable } from './table.js';

/**
 * The table of this release: reference codes/formats.md, sections 1 and 2, as rows. No code here has a check digit: the
 * acquirer is the judge. Left out on purpose: WeBank, Lakala, Yucho, pring, Origami (off by default there) and issuers
 * without a public format. Whoever changes a row gives the table a new version.
 */

const japan = 'observed, ri25r.hatenablog 2020-02-26';
const netList = 'a public list of .NET patterns';

export const builtInTable: IssuerTable = {
  schema: 1,
  version: 2026112201,
  rows: [
    {
      issuer: 'alipayplus',
      prefixes: ['289'],
      lengths: [19],
      charset: 'digits',
      at: [{ index: 13, digit: '6' }],
      source: 'docs.alipayplus.com code_format',
      confidence: 'official',
    },
    {
      issuer: 'alipayplus',
      prefixes: ['25-30'],
      lengths: [24],
      charset: 'digits',
      source: 'docs.alipayplus.com code_format',
      confidence: 'official',
    },
    {
      issuer: 'alipay',
      prefixes: ['25-30'],
      lengths: ['17-23'],
      charset: 'digits',
      source: 'opendocs.alipay.com 194/106039',
      confidence: 'official',
    },
    {
      // Only the one document speaks of 16 digits, and bank cards have as many: taken, but not named.
      issuer: 'alipay',
      prefixes: ['25-30'],
      lengths: [16],
      charset: 'digits',
      source: 'opendocs.alipay.com 194/106039',
      confidence: 'single',
    },
    {
      issuer: 'wechatpay',
      prefixes: ['10-15'],
      lengths: [18],
      charset: 'digits',
      source: 'pay.weixin.qq.com ImportantParameters',
      confidence: 'official',
    },
    {
      issuer: 'unionpay',
      prefixes: ['62'],
      lengths: [19],
      charset: 'digits',
      source: 'cnblogs zhangmo 13578409, huangang/payqrcode',
      confidence: 'wide',
    },
    {
      issuer: 'ecny',
      prefixes: ['01'],
      lengths: [19],
      charset: 'digits',
      source: 'two code bases',
      confidence: 'wide',
    },
    { issuer: 'jdpay', prefixes: ['18'], lengths: [18], charset: 'digits', source: netList, confidence: 'single' },
    { issuer: 'bestpay', prefixes: ['51'], lengths: [18], charset: 'digits', source: netList, confidence: 'single' },
    {
      issuer: 'qqwallet',
      prefixes: ['91'],
      lengths: [18],
      charset: 'digits',
      source: 'none found',
      confidence: 'unsure',
    },
    {
      issuer: 'jkopay',
      prefixes: ['22'],
      lengths: [18],
      charset: 'alphanumeric',
      source: 'open-doc.jkos.com CardToken',
      confidence: 'official',
    },
    {
      issuer: 'paypay',
      prefixes: ['90008181'],
      lengths: [24],
      charset: 'digits',
      source: `${japan}, and a second sample`,
      confidence: 'wide',
    },
    {
      issuer: 'rakutenpay',
      prefixes: ['900001'],
      lengths: [16],
      charset: 'digits',
      source: japan,
      confidence: 'single',
    },
    { issuer: 'dbarai', prefixes: ['90000002'], lengths: [22], charset: 'digits', source: japan, confidence: 'single' },
    { issuer: 'merpay', prefixes: ['31589900'], lengths: [19], charset: 'digits', source: japan, confidence: 'single' },
    { issuer: 'aupay', prefixes: ['31589921'], lengths: [19], charset: 'digits', source: japan, confidence: 'single' },
    {
      issuer: 'linepay',
      prefixes: ['9000000000'],
      lengths: [19],
      charset: 'digits',
      source: japan,
      confidence: 'single',
    },
    {
      issuer: 'linepay',
      prefixes: [],
      lengths: [12],
      charset: 'digits',
      markets: ['th'],
      source: 'developers.line.biz oneTimeKey',
      confidence: 'official',
    },
    {
      issuer: 'linepay',
      prefixes: [],
      lengths: [18],
      charset: 'digits',
      markets: ['tw'],
      source: 'developers.line.biz oneTimeKey',
      confidence: 'official',
    },
  ],
};
