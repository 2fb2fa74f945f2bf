import { describe, expect, it } from 'vitest';
import { type RejectReason, rejectReasons } from '../../../../agent/decode/result.js';
import { catalogues, type Language, languages } from '../../../../agent/presentation/catalogue/index.js';
import { present } from '../../../../agent/presentation/present.js';

/** What a customer reads after a scan that is no payment code: every reason, every language, through the screen itself. */
const read = (reason: RejectReason, lang: Language): { title: string; body: string } => {
  const [text] = present({ kind: 'idle', notice: { kind: 'scan-rejected', reason } }, [lang]).screen.texts;
  return { title: text?.title ?? '', body: text?.body ?? '' };
};
const all = (lang: Language) => rejectReasons.map((reason) => ({ reason, ...read(reason, lang) }));

const bounds: Record<Language, { title: number; body: number }> = {
  en: { title: 40, body: 170 },
  zh: { title: 16, body: 60 },
  ja: { title: 16, body: 100 },
  ko: { title: 18, body: 110 },
};
/** How a sentence begins and ends, what tells a customer to do something, and what to do about a code of a wallet. */
const sentence = { en: /^[A-Z].*\.$/, zh: /。$/, ja: /。$/, ko: /^[가-힣].*\.$/ };
const todo = {
  en: /\b(?:show|hold|open|refresh|use|turn|choose)\b/i,
  zh: /请|无需/,
  ja: /ください/,
  ko: /주세요/,
};
const remedy = {
  en: /Refresh.*another wallet/,
  zh: /刷新.*换用其他钱包/,
  ja: /更新.*別のウォレット/,
  ko: /새로고침.*다른 지갑/,
};
const knownReasons: readonly string[] = rejectReasons;

describe.each(languages)('%s', (lang) => {
  it('has words for every reason and for nothing else', () => {
    expect(Object.keys(catalogues[lang].rejects).filter((reason) => !knownReasons.includes(reason))).toEqual([]);
    for (const { reason, title, body } of all(lang)) {
      expect(title.length, reason).toBeGreaterThan(3);
      expect(title.length, `${reason}: ${title}`).toBeLessThanOrEqual(bounds[lang].title);
      expect(body.length, `${reason}: ${body}`).toBeLessThanOrEqual(bounds[lang].body);
      // A sentence, ended as one; a title is none.
      expect(body, reason).toMatch(sentence[lang]);
      expect(title, reason).not.toMatch(/[.。]$/);
    }
  });

  it('speaks to a customer, not to an engineer', () => {
    const jargon =
      /\b(?:CPM|EMV|TLV|BER|Base64|checksum|CRC|GS1|GTIN|EAN|UPC|ECI|AIM|AID|ASCII|UTF|Unicode|bytes?|hex|bits?|tags?|template|prefix|length|charset|characters?|format|encod\w*|decod\w*|pars\w*|syntax|payload|token|invalid|illegal|malformed|error|fail\w*|reject\w*|QR|URL|PAN|scanner (?:set|config|program)\w*|settings?|wrong|must)\b|校验|编码|解码|字符|字节|格式|非法|错误|失败|二维码规范|设置|模板|标签|前缀|长度/i;
    for (const { reason, title, body } of all(lang)) expect(`${title} ${body}`, reason).not.toMatch(jargon);
  });

  it('always says what to do', () => {
    for (const { reason, body } of all(lang)) expect(body, reason).toMatch(todo[lang]);
  });

  it('names what the customer is holding, each thing by its own name', () => {
    const own: readonly RejectReason[] = [
      'empty',
      'incomplete',
      'too-long',
      'bad-length',
      'unknown-prefix',
      'merchant-presented',
      'url',
      'structured-text',
      'boarding-pass',
      'product-code',
      'invoice-carrier',
      'unrecognised-text',
      'non-ascii',
      'cpm-unsupported-version',
      'cpm-truncated',
    ];
    expect(new Set(own.map((reason) => read(reason, lang).title)).size).toBe(own.length);
  });

  it('says the same where the customer can do the same', () => {
    expect(read('merchant-presented-corrupt', lang)).toEqual(read('merchant-presented', lang));
    expect(read('gs1-data', lang)).toEqual(read('product-code', lang));
    const damaged = rejectReasons.filter((r) => r.startsWith('cpm-') && r !== 'cpm-unsupported-version');
    expect(damaged.length).toBe(11);
    for (const reason of damaged) expect(read(reason, lang), reason).toEqual(read('cpm-truncated', lang));
  });

  it('tells nobody that a code can change the scanner', () => {
    expect(read('scanner-config', lang)).toEqual(read('unrecognised-text', lang));
  });

  it('asks to refresh or to change the wallet where the wallet’s own code is at fault', () => {
    for (const reason of rejectReasons.filter((r) =>
      /^cpm-(?!unsupported)|^bad-|^control|^non-ascii|^unsupported/.test(r),
    )) {
      expect(read(reason, lang).body, reason).toMatch(remedy[lang]);
    }
  });
});

it('writes Chinese in Chinese, without a letter of another script', () => {
  for (const { reason, title, body } of all('zh')) {
    expect(title, reason).toMatch(/[\u4e00-\u9fff]{2}/);
    expect(body, reason).toMatch(/[\u4e00-\u9fff]{2}/);
    expect(title + body, reason).not.toMatch(/[A-Za-z,.!?"]/);
  }
  for (const { reason, title, body } of all('ja')) {
    // Chinese has no kana, and Japanese no sentence without.
    expect(body, reason).toMatch(/[\u3040-\u30ff]{2}/);
    expect(title + body, reason).not.toMatch(/[가-힣]|[,.!?"]/);
  }
  for (const { reason, title, body } of all('ko')) {
    expect(title, reason).toMatch(/[가-힣]/);
    expect(title + body, reason).not.toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
  }
  for (const { reason, title, body } of all('en')) expect(title + body, reason).not.toMatch(/[^ -~]/);
});
