// Report descriptors: real shapes are read rightly, and no bytes whatever do harm.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  HidDescriptorError,
  parseDescriptor,
  REPORT_BYTES_MOST,
  reportBytes,
} from '../../../../drivers/hid/descriptor.js';
import { hidKind } from '../../../../drivers/hid/kind.js';
import {
  bitmapKeyboardDescriptor,
  keyboardDescriptor,
  labPosDescriptor,
  mouseDescriptor,
  numberedKeyboardDescriptor,
  posDescriptor,
} from '../../../support/hid-descriptors.js';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('what a device is', () => {
  const pos = { reportId: 2, bytes: 64, lengthAt: 1, dataAt: 5, dataMost: 56, more: { at: 63, mask: 1 } };

  it('HID-POS: length, data, "continued" and the stream of serial commands', () => {
    expect(hidKind(posDescriptor)).toEqual({
      kind: 'hid-pos',
      layout: { ...pos, serial: { reportId: 0xfd, bytes: 64 } },
      reportMost: 64,
    });
  });

  it('HID-POS of the lab: an odd usage for the length, three bytes of "continued"', () => {
    expect(hidKind(labPosDescriptor)).toEqual({ kind: 'hid-pos', layout: pos, reportMost: 64 });
  });

  it('HID-POS without report numbers, with "continued" as one bit among others, or without', () => {
    const head = '058c 0902 a101 1500 26ff00 7508 9501 0501 093b 8102 058c 9520 09fe 820201';
    const one = hidKind(bytes(`${head} 7501 9503 8103 9501 09ff 8102 9504 8103 c0`));
    expect(one).toMatchObject({
      layout: { reportId: 0, bytes: 34, lengthAt: 0, dataAt: 1, more: { at: 33, mask: 8 } },
    });
    const none = hidKind(bytes(`${head} c0`));
    expect(none).toMatchObject({ kind: 'hid-pos', layout: { bytes: 33, dataMost: 32 } });
    expect(none.kind === 'hid-pos' && none.layout.more).toBeUndefined();
  });

  it('a boot keyboard, also behind a report number', () => {
    const layout = { reportId: 0, bytes: 8, modifiersAt: 0, keysAt: 2, keys: 6 };
    expect(hidKind(keyboardDescriptor)).toEqual({ kind: 'keyboard', layout, reportMost: 8 });
    expect(hidKind(numberedKeyboardDescriptor)).toEqual({
      kind: 'keyboard',
      layout: { reportId: 1, bytes: 9, modifiersAt: 1, keysAt: 3, keys: 6 },
      reportMost: 9,
    });
  });

  it.each([
    ['a mouse', mouseDescriptor, /neither/],
    ['a keyboard whose keys are a bit map', bitmapKeyboardDescriptor, /bit map/],
    ['a keyboard without modifiers', bytes('0501 0906 a101 0507 1900 2965 7508 9506 8100 c0'), /modifiers/],
    ['a scanner that reports no data', bytes('058c 0902 a101 7508 9501 0914 8102 c0'), /decoded data/],
    ['a scanner whose data has no length', bytes('058c 0902 a101 7508 9538 09fe 8102 c0'), /no length/],
  ])('other: %s', (_name, descriptor, why) => {
    expect(hidKind(descriptor)).toEqual({ kind: 'other', why: expect.stringMatching(why) });
  });
});

describe('the parser', () => {
  it('knows push and pop, usages with their own page, long items, and fields of no size', () => {
    const { fields, applications } = parseDescriptor(
      bytes('0b06000100 a101 7508 9502 a4 7501 9500 8102 b4 fe0200ffff 0b34120c00 8102 c0'),
    );
    expect(applications).toEqual([0x01_0006]);
    expect(fields).toHaveLength(1);
    expect(fields[0]).toMatchObject({ bits: 8, count: 2, bitOffset: 0, usages: [{ from: 0x0c_1234, to: 0x0c_1234 }] });
  });

  it.each([
    ['nothing', '', /found nothing/],
    ['an item that is cut off', '0501 26ff', /byte 2: found an item that is cut off/],
    ['a long item that is cut off', 'fe05', /long item/],
    ['an item of the reserved type', '0d01', /reserved type/],
    ['an unknown main item', 'd1 00', /main item 13/],
    ['a report number of 0', '8500', /report number 0/],
    ['a pop without a push', 'b4', /a pop/],
    ['an end without a beginning', 'c0', /end of a collection/],
    ['a collection that never ends', 'a101', /found the end/],
    ['a range that never began', '2905', /range/],
    ['a range the wrong way round', '1905 2901', /range/],
    ['a report without end', '97ffffff7f 7720000000 8102', new RegExp(`at most ${REPORT_BYTES_MOST} bytes`)],
    ['collections without end', 'a101'.repeat(300), /too deep/],
    ['4097 bytes', `${'0501'.repeat(2_048)}c0`, /4097 bytes/],
  ])('tells what is wrong with %s', (_name, hex, words) => {
    expect(() => parseDescriptor(bytes(hex))).toThrow(HidDescriptorError);
    expect(() => parseDescriptor(bytes(hex))).toThrow(words);
  });

  it('any bytes give fields inside their report, or a HidDescriptorError', () => {
    const real = fc.constantFrom(posDescriptor, labPosDescriptor, keyboardDescriptor, numberedKeyboardDescriptor);
    const bent = fc
      .tuple(real, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat())
      .map(([original, changes, cut]) => {
        const copy = Uint8Array.from(original);
        for (const [at, value] of changes) copy[at % copy.length] = value;
        return cut % 3 === 0 ? copy.subarray(0, cut % copy.length) : copy;
      });
    fc.assert(
      fc.property(fc.oneof(bent, fc.uint8Array({ maxLength: 200 })), (descriptor) => {
        try {
          const parsed = parseDescriptor(descriptor);
          for (const { kind, reportId, bitOffset, bits, count } of parsed.fields) {
            expect(bitOffset + bits * count).toBeLessThanOrEqual(reportBytes(parsed, kind, reportId) * 8);
          }
          const found = hidKind(descriptor);
          if (found.kind === 'hid-pos') {
            const { bytes: all, dataAt, dataMost, lengthAt, more } = found.layout;
            expect(Math.max(dataAt + dataMost, lengthAt + 1, more ? more.at + 1 : 0)).toBeLessThanOrEqual(all);
          }
          if (found.kind === 'keyboard') {
            const { bytes: all, keysAt, keys, modifiersAt } = found.layout;
            expect(Math.max(keysAt + keys, modifiersAt + 1)).toBeLessThanOrEqual(all);
          }
        } catch (error) {
          if (!(error instanceof HidDescriptorError)) throw error;
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
