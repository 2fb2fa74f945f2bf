import { describe, expect, it } from 'vitest';
import { CpmReader } from '../../../../agent/decode/cpm.js';
import { applications, isPublic, tlvOf } from '../../../../agent/decode/cpm-view.js';
import { adf, base64, code, header, join, text, tlv } from '../../../support/tlv.js';

const cpm = new CpmReader();
function read(bytes: Buffer): string {
  const scanned = base64(bytes);
  return cpm.read(scanned, 0, scanned.length) ?? 'accepted';
}
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');
const app = (...objects: readonly Buffer[]): Buffer => tlv(0x61, join(...objects));

describe('what an application may hold', () => {
  const bytes = (n: number, value = '11') => value.repeat(n);
  const labels = (n: number) => text('A'.repeat(n));
  it.each<[string, number, string | Buffer, string]>([
    ['AID of 4 bytes', 0x4f, bytes(4), 'cpm-bad-value'],
    ['AID of 5 bytes', 0x4f, bytes(5), 'accepted'],
    ['AID of 16 bytes', 0x4f, bytes(16), 'accepted'],
    ['AID of 17 bytes', 0x4f, bytes(17), 'cpm-bad-value'],
    ['no label', 0x50, '', 'cpm-bad-value'],
    ['a label of 1', 0x50, labels(1), 'accepted'],
    ['a label of 16', 0x50, labels(16), 'accepted'],
    ['a label of 17', 0x50, labels(17), 'cpm-bad-value'],
    ['a label with a blank', 0x50, text('VISA DEBIT ~'), 'accepted'],
    ['a label with a control character', 0x50, text('VI\x1fSA'), 'cpm-bad-value'],
    ['a label with DEL', 0x50, text('VISA\x7f'), 'cpm-bad-value'],
    ['a label beyond ASCII', 0x50, text('VIS\xc1'), 'cpm-bad-value'],
    ['track 2', 0x57, '4761739001010119D22122011143812200989F', 'accepted'],
    ['track 2 with a filler', 0x57, '4761739001010119D22122011143812F', 'accepted'],
    ['track 2 that needs no filler', 0x57, '476173900101011D22122011143812', 'accepted'],
    ['track 2 without separator', 0x57, '4761739001010119', 'cpm-bad-value'],
    ['track 2 of digits and filler alone', 0x57, '476173900101011F', 'cpm-bad-value'],
    ['track 2 with nothing before the separator', 0x57, 'D2212201', 'cpm-bad-value'],
    ['track 2 with nothing after the separator', 0x57, '476173900101011D', 'accepted'],
    ['track 2 with only a filler after the separator', 0x57, '4761739001010119DF', 'accepted'],
    ['track 2 with two separators', 0x57, '47617390D101D22F', 'cpm-bad-value'],
    ['track 2 with two fillers', 0x57, '476173900101011D22FF', 'cpm-bad-value'],
    ['track 2 with a filler inside', 0x57, '476173900101011DF221', 'cpm-bad-value'],
    ['track 2 with a letter', 0x57, '476173900101011D2A21', 'cpm-bad-value'],
    ['track 2 with a letter in the number', 0x57, '47A173900101011D2221', 'cpm-bad-value'],
    ['track 2 with a number of 19 digits', 0x57, '4761739001010119222D2221', 'accepted'],
    ['track 2 with a number of 20 digits', 0x57, '47617390010101192222D22F', 'cpm-bad-value'],
    ['no track 2', 0x57, '', 'cpm-bad-value'],
    ['track 2 of 19 bytes', 0x57, `4761739001010119D${bytes(10, '2')}${bytes(11, '3')}`, 'accepted'],
    ['track 2 of 20 bytes', 0x57, `4761739001010119D${bytes(10, '2')}${bytes(12, '3')}F`, 'cpm-bad-value'],
    ['PAN', 0x5a, '4761739001010119', 'accepted'],
    ['PAN with a filler', 0x5a, '476173900101011F', 'accepted'],
    ['PAN with more fillers', 0x5a, '47617390010101FFFF', 'accepted'],
    ['PAN with a digit after a filler', 0x5a, '476173900101F11F', 'cpm-bad-value'],
    ['PAN with a letter', 0x5a, '47617390010101AB', 'cpm-bad-value'],
    ['PAN with a letter before the filler', 0x5a, '476173900101E1FF', 'cpm-bad-value'],
    ['PAN of fillers alone', 0x5a, 'FFFF', 'cpm-bad-value'],
    ['PAN that begins with a filler', 0x5a, 'F476', 'cpm-bad-value'],
    ['PAN of one digit', 0x5a, '4F', 'accepted'],
    ['no PAN', 0x5a, '', 'cpm-bad-value'],
    ['PAN of 10 bytes', 0x5a, '4761739001010119222F', 'accepted'],
    ['PAN of 11 bytes', 0x5a, '4761739001010119222222', 'cpm-bad-value'],
    ['a language', 0x5f2d, text('zh'), 'accepted'],
    ['three letters for a language', 0x5f2d, text('zho'), 'cpm-bad-value'],
    ['no language', 0x5f2d, '', 'cpm-bad-value'],
    ['four languages', 0x5f2d, text('zhenjafr'), 'accepted'],
    ['five languages', 0x5f2d, text('zhenjafrde'), 'cpm-bad-value'],
    ['an empty issuer URL', 0x5f50, '', 'accepted'],
    ['an empty private object', 0x9f74, '', 'accepted'],
    ['an unknown constructed object, with nonsense in it', 0xe1, '00FF80', 'accepted'],
    ['another header', 0x85, '00', 'accepted'],
    ['an unknown object of 200 bytes', 0xc1, bytes(200), 'accepted'],
    ['a file control template, of two bytes', 0xbf0c, '0000', 'accepted'],
  ])('%s', (_, tag, value, expected) => {
    const found = tag === 0x4f ? read(join(header, app(tlv(tag, value)))) : read(code(tlv(tag, value)));
    expect(found).toBe(expected);
  });

  it.each<[number, number, number]>([
    [0x5f20, 2, 26],
    [0x5f34, 1, 1],
    [0x82, 2, 2],
    [0x9f08, 2, 2],
    [0x9f10, 1, 32],
    [0x9f19, 6, 6],
    [0x9f24, 29, 29],
    [0x9f25, 2, 2],
    [0x9f26, 8, 8],
    [0x9f27, 1, 1],
    [0x9f36, 2, 2],
    [0x9f37, 4, 4],
  ])('%s has from %i to %i bytes, wherever it stands', (tag, min, max) => {
    for (const length of [min - 1, min, max, max + 1]) {
      const expected = length < min || length > max ? 'cpm-bad-value' : 'accepted';
      const object = tlv(tag, bytes(length, 'FF'));
      expect(read(code(object)), `${length} bytes`).toBe(expected);
      expect(read(code(tlv(0x63, object))), `${length} bytes in 63`).toBe(expected);
      expect(read(join(code(), tlv(0x62, tlv(0x64, object)))), `${length} bytes in 64`).toBe(expected);
      expect(read(join(code(), object)), `${length} bytes at the top`).toBe(expected);
    }
  });
});

describe('tags', () => {
  it.each<[string, string]>([
    ['00', 'cpm-bad-tag'],
    ['0001', 'cpm-bad-tag'],
    ['FF00', 'cpm-bad-tag'],
    ['9F8001', 'cpm-bad-tag'],
    ['9FFF01', 'cpm-bad-tag'],
    ['9F7F00', 'accepted'],
    ['9F0000', 'accepted'],
    ['1F0000', 'accepted'],
    ['DF7F00', 'accepted'],
    ['FE00', 'accepted'],
    ['0100', 'accepted'],
    ['9F', 'cpm-truncated'],
    ['C1', 'cpm-truncated'],
    ['9F01', 'cpm-truncated'],
  ])('%s in an application', (bytes, expected) => {
    expect(read(code(hex(bytes)))).toBe(expected);
    expect(read(join(code(), hex(bytes)))).toBe(expected);
  });

  it('a tag ends with its template, even when bytes follow', () => {
    expect(read(join(header, tlv(0x61, join(adf(), hex('9F'))), hex('C100')))).toBe('cpm-truncated');
    expect(read(join(header, tlv(0x61, join(adf(), hex('C1'))), hex('00')))).toBe('cpm-truncated');
  });

  it('tells tags of two bytes apart by both', () => {
    const twoBytes = ['1F', '3F', '5F', '7F', '9F', 'BF', 'DF'].map((first) => hex(`${first}0100`));
    expect(read(code(...twoBytes, hex('9F0200'), hex('9F7F00'), hex('0100')))).toBe('accepted');
    expect(read(code(...twoBytes, hex('DF0100')))).toBe('cpm-duplicate');
    expect(read(code(hex('1F0100'), hex('3F0100'), hex('1F0100')))).toBe('cpm-duplicate');
  });
});

describe('lengths', () => {
  const of = (length: string, n: number): Buffer => join(hex(`C1${length}`), Buffer.alloc(n, 0x11));
  it.each<[string, number, string]>([
    ['7F', 127, 'accepted'],
    ['8180', 128, 'accepted'],
    ['81FF', 255, 'accepted'],
    ['820100', 256, 'accepted'],
    ['80', 0, 'cpm-indefinite-length'],
    ['8100', 0, 'cpm-bad-length'],
    ['817F', 127, 'cpm-bad-length'],
    ['820000', 0, 'cpm-bad-length'],
    ['8200FF', 255, 'cpm-bad-length'],
    ['83000100', 256, 'cpm-bad-length'],
    ['84FFFFFFFF', 0, 'cpm-bad-length'],
    ['93', 19, 'cpm-bad-length'],
    ['FF', 255, 'cpm-bad-length'],
    ['81', 0, 'cpm-truncated'],
    ['8201', 0, 'cpm-truncated'],
    ['82', 0, 'cpm-truncated'],
    ['820101', 256, 'cpm-truncated'],
    ['82FFFF', 10, 'cpm-truncated'],
  ])('%s before %i bytes', (length, n, expected) => {
    expect(read(join(header, tlv(0x61, adf()), of(length, n)))).toBe(expected);
    expect(read(join(header, tlv(0x61, join(adf(), of(length, n)))))).toBe(expected);
  });

  it('a value ends with its template, even when bytes follow', () => {
    expect(read(join(header, tlv(0x61, join(adf(), hex('C10211'))), hex('C200')))).toBe('cpm-truncated');
    expect(read(join(header, tlv(0x61, join(adf(), hex('C181'))), hex('8000')))).toBe('cpm-truncated');
    expect(read(join(header, tlv(0x61, join(adf(), hex('C18201'))), hex('00')))).toBe('cpm-truncated');
    expect(read(join(header, tlv(0x61, join(adf(), tlv(0x63, hex('9F36020A')))), hex('C10100')))).toBe('cpm-truncated');
  });
});

describe('the header', () => {
  it.each<[string, Buffer, string]>([
    ['another tag', tlv(0x84, text('CPV01')), 'cpm-bad-header'],
    ['another word', tlv(0x85, text('CPX01')), 'cpm-bad-header'],
    ['another word', tlv(0x85, text('XPV01')), 'cpm-bad-header'],
    ['another word', tlv(0x85, text('CXV01')), 'cpm-bad-header'],
    ['another version', tlv(0x85, text('CPV11')), 'cpm-unsupported-version'],
    ['another version', tlv(0x85, text('CPV02')), 'cpm-unsupported-version'],
    ['a longer version', tlv(0x85, text('CPV010')), 'cpm-unsupported-version'],
    ['a shorter version', tlv(0x85, text('CPV0')), 'cpm-unsupported-version'],
    ['no version', tlv(0x85, text('CPV')), 'cpm-unsupported-version'],
    ['application first', join(app(adf()), header), 'cpm-bad-header'],
  ])('%s', (_, first, expected) => expect(read(join(first, tlv(0x61, adf())))).toBe(expected));

  it('is no header when what follows it would make up for what it lacks', () => {
    expect(read(join(tlv(0x85, text('CPV')), text('01')))).toBe('cpm-unsupported-version');
  });

  it('may stand once', () => {
    expect(read(join(header, header, app(adf())))).toBe('cpm-duplicate');
    expect(read(join(code(), header))).toBe('cpm-duplicate');
  });
});

describe('templates', () => {
  it.each<[string, Buffer, string]>([
    ['61 in 61', code(app(adf())), 'cpm-bad-nesting'],
    ['62 in 61', code(tlv(0x62, '')), 'cpm-bad-nesting'],
    ['64 in 61', code(tlv(0x64, '')), 'cpm-bad-nesting'],
    ['63 at the top', join(code(), tlv(0x63, '')), 'cpm-bad-nesting'],
    ['64 at the top', join(code(), tlv(0x64, '')), 'cpm-bad-nesting'],
    ['63 in 62', join(code(), tlv(0x62, tlv(0x63, ''))), 'cpm-bad-nesting'],
    ['61 in 62', join(code(), tlv(0x62, tlv(0x61, adf()))), 'cpm-bad-nesting'],
    ['62 in 62', join(code(), tlv(0x62, tlv(0x62, ''))), 'cpm-bad-nesting'],
    ['63 in 63', code(tlv(0x63, tlv(0x63, ''))), 'cpm-bad-nesting'],
    ['61 in 63', code(tlv(0x63, tlv(0x61, adf()))), 'cpm-bad-nesting'],
    ['64 in 64', join(code(), tlv(0x62, tlv(0x64, tlv(0x64, '')))), 'cpm-bad-nesting'],
    ['62 in 64', join(code(), tlv(0x62, tlv(0x64, tlv(0x62, '')))), 'cpm-bad-nesting'],
    ['63 in 61, 64 in 62, both empty', join(code(tlv(0x63, '')), tlv(0x62, tlv(0x64, ''))), 'accepted'],
    ['an empty 62', join(code(), tlv(0x62, '')), 'accepted'],
    ['62 before 61', join(header, tlv(0x62, ''), app(adf())), 'accepted'],
    ['two 62', join(code(), tlv(0x62, ''), tlv(0x62, '')), 'cpm-duplicate'],
    ['two 61', join(code(), app(adf('A0000000041010'))), 'accepted'],
    ['the same 61 twice', join(code(), app(adf())), 'accepted'],
    ['two 63', code(tlv(0x63, ''), tlv(0x63, '')), 'cpm-duplicate'],
    ['two 64', join(code(), tlv(0x62, join(tlv(0x64, ''), tlv(0x64, '')))), 'cpm-duplicate'],
    [
      'the same tag at the top, in 62 and in 64',
      join(code(), hex('C100'), tlv(0x62, join(hex('C100'), tlv(0x64, hex('C100'))))),
      'accepted',
    ],
    ['the same tag in each of two 61', join(code(hex('C100')), app(join(adf(), hex('C100')))), 'accepted'],
    [
      'the same tag before and after a template',
      code(hex('C100'), tlv(0x63, hex('C100')), hex('C100')),
      'cpm-duplicate',
    ],
    [
      'the same tag at the top before and after a template',
      join(header, hex('C100'), app(join(adf(), hex('C100'))), hex('C100')),
      'cpm-duplicate',
    ],
    ['nothing but the header', header, 'cpm-missing-application'],
    ['only common data', join(header, tlv(0x62, adf())), 'cpm-missing-application'],
    ['an empty 61', join(header, tlv(0x61, '')), 'cpm-missing-adf'],
    ['one of two 61 without AID', join(code(), app(tlv(0x50, text('X')))), 'cpm-missing-adf'],
    ['an AID only in 63', join(header, app(tlv(0x63, adf()))), 'cpm-missing-adf'],
    [
      'an AID in 61 and another in its 63',
      join(header, app(join(adf(), tlv(0x63, adf()))), app(hex('C100'))),
      'cpm-missing-adf',
    ],
    ['an AID only in 62', join(header, app(hex('C100')), tlv(0x62, adf())), 'cpm-missing-adf'],
    ['AID last', join(header, app(join(hex('C100'), adf()))), 'accepted'],
  ])('%s', (_, bytes, expected) => expect(read(bytes)).toBe(expected));

  it('the first fault in byte order decides', () => {
    expect(read(join(code(tlv(0x9f26, '11')), hex('00')))).toBe('cpm-bad-value');
    expect(read(join(header, hex('00'), tlv(0x61, tlv(0x9f26, '11'))))).toBe('cpm-bad-tag');
    expect(read(code(adf('1111'), hex('80')))).toBe('cpm-duplicate');
    expect(read(code(hex('617F00')))).toBe('cpm-truncated');
    expect(read(code(hex('6180')))).toBe('cpm-indefinite-length');
    expect(read(join(header, tlv(0x61, ''), tlv(0x63, tlv(0x9f26, '11'))))).toBe('cpm-bad-nesting');
    expect(read(join(tlv(0x85, text('CPV02')), header))).toBe('cpm-unsupported-version');
  });
});

describe('bounds', () => {
  const filled = (n: number): Buffer => code(tlv(0xc1, '00'.repeat(n)));
  it('takes 384 bytes, and not one more', () => {
    const around = filled(300).length - 300;
    expect(filled(384 - around)).toHaveLength(384);
    expect(read(filled(384 - around))).toBe('accepted');
    expect(read(filled(385 - around))).toBe('too-long');
  });

  it('takes as many objects as 384 bytes can hold', () => {
    const tags = Array.from({ length: 400 }, (_, i) => i).filter((tag) => tag % 0x20 !== 0x1f && tag > 0 && tag < 0xff);
    const free = tags.filter((tag) => ![0x4f, 0x50, 0x57, 0x5a, 0x61, 0x62, 0x63, 0x64, 0x82, 0x85].includes(tag));
    const objects = free.slice(0, 170).map((tag) => tlv(tag, ''));
    expect(read(code(...objects))).toBe('accepted');
    expect(Object.keys(tlvOf(cpm))).toHaveLength(172);
  });

  it('does not mind how deep somebody nests', () => {
    let bomb: Buffer = adf();
    while (bomb.length < 330) bomb = tlv(0x61, bomb);
    expect(read(join(header, bomb))).toBe('cpm-bad-nesting');
  });
});

describe('what is kept', () => {
  const whole = join(
    header,
    app(join(adf('a000000003ab10'), tlv(0x50, text('VISA')), tlv(0x63, tlv(0x9f26, '1122334455667788')))),
    app(adf('A0000000041010')),
    tlv(0x62, join(tlv(0x5a, '4761739001010119'), tlv(0x50, text('COMMON')), tlv(0x64, tlv(0x9f36, '0001')))),
  );

  it('names the applications in the order of their issuer, and shows nothing else', () => {
    expect(read(whole)).toBe('accepted');
    expect(applications(cpm)).toEqual([{ aid: 'A000000003AB10', label: 'VISA' }, { aid: 'A0000000041010' }]);
  });

  it('gives every value by its path', () => {
    read(whole);
    expect(tlvOf(cpm)).toEqual({
      '85': '4350563031',
      '61[0].4F': 'A000000003AB10',
      '61[0].50': '56495341',
      '61[0].63.9F26': '1122334455667788',
      '61[1].4F': 'A0000000041010',
      '62.5A': '4761739001010119',
      '62.50': '434F4D4D4F4E',
      '62.64.9F36': '0001',
    });
  });

  it('writes each tag with all its digits', () => {
    expect(read(code(hex('0100'), hex('1F0100'), hex('9F0000')))).toBe('accepted');
    expect(Object.keys(tlvOf(cpm))).toEqual(['85', '61[0].4F', '61[0].01', '61[0].1F01', '61[0].9F00']);
  });

  it('says of no tag that holds a card, its owner or a cryptogram that it may be shown', () => {
    const shown = ['4F', '50', '5F2D', '82', '9F08'];
    const known = [
      ...shown,
      '57',
      '5A',
      '5F20',
      '5F34',
      '5F50',
      '9F10',
      '9F19',
      '9F24',
      '9F25',
      '9F26',
      '9F36',
      '9F37',
      '9F74',
    ];
    for (const tag of known) expect(isPublic(`61[0].${tag}`), tag).toBe(shown.includes(tag));
    expect([isPublic('85'), isPublic('61[0].85'), isPublic('62.64.85')]).toEqual([true, false, false]);
  });

  it('keeps nothing of a code that was refused, or is forgotten', () => {
    read(whole);
    expect(cpm.length).toBe(whole.length);
    expect(read(join(code(tlv(0x5a, '4761739001010119')), hex('00')))).toBe('cpm-bad-tag');
    expect([...cpm.bytes].every((byte) => byte === 0)).toBe(true);
    expect(applications(cpm)).toEqual([]);
    read(whole);
    cpm.forget();
    expect([...cpm.bytes].every((byte) => byte === 0)).toBe(true);
    expect(cpm.length).toBe(0);
    expect(tlvOf(cpm)).toEqual({});
  });

  it('keeps nothing when the text is no Base64', () => {
    read(whole);
    const broken = Buffer.from(`${whole.toString('base64').slice(0, -2)}!=`);
    expect(cpm.read(broken, 0, broken.length)).toBe('cpm-bad-base64');
    expect(cpm.length).toBe(0);
    expect([...cpm.bytes].every((byte) => byte === 0)).toBe(true);
  });

  it('reads a part of a larger buffer', () => {
    const scanned = Buffer.concat([Buffer.from('xx'), base64(whole), Buffer.from('yy')]);
    expect(cpm.read(scanned, 2, scanned.length - 2)).toBeUndefined();
    expect(applications(cpm)).toHaveLength(2);
  });
});
