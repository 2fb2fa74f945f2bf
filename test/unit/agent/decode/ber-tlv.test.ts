import { describe, expect, it } from 'vitest';
import { tlvOf } from '../../../../agent/decode/cpm-view.js';
import { Draft } from '../../../fuzz/draft.js';
import { randomTree, writeCpm } from '../../../fuzz/mutate-cpm.js';
import { compareWithPeer } from '../../../fuzz/peer.js';
import { Random } from '../../../fuzz/random.js';
import { decoderFor } from '../../../fuzz/run.js';
import { TreeWriter } from '../../../fuzz/tlv-tree.js';
import { loadVectors } from '../../../fuzz/vectors.js';

/** A reader of other people's: what we accept, it must read the same way. */
const decoder = decoderFor('global');
const payload = (text: string): Buffer => Buffer.from(text, 'base64');
const accepted = loadVectors().filter((vector) => vector.expected.kind === 'emv-cpm');

describe('ber-tlv reads the same tags and values', () => {
  it.each(accepted)('$name', ({ bytes }) => {
    expect(decoder.decode(bytes).kind).toBe('emv-cpm');
    expect(compareWithPeer(payload(decoder.text(bytes)), tlvOf(decoder.cpm))).toBe('same');
  });

  it('in 5,000 codes made at random', () => {
    const random = new Random().at(1, 1);
    const draft = new Draft();
    const writer = new TreeWriter();
    const found = { same: 0, refused: 0 };
    for (let i = 0; i < 5_000; i++) {
      writeCpm(draft, randomTree(random), writer, random);
      const frame = draft.view();
      if (decoder.decode(frame).kind !== 'emv-cpm') continue;
      const answer = compareWithPeer(payload(decoder.text(frame)), tlvOf(decoder.cpm));
      if (typeof answer !== 'string') expect.fail(`${decoder.text(frame)}: ${answer.differs}`);
      found[answer] += 1;
    }
    expect(found.same).toBeGreaterThan(1_000);
  });
});

describe('the comparison can fail', () => {
  const [first] = accepted;
  const bytes = payload(first?.expected.code ?? '');
  const tlv = first?.expected.tlv ?? {};

  it('on a value', () => {
    expect(compareWithPeer(bytes, { ...tlv, '61[0].4F': 'A0000000555556' })).toEqual({
      differs: '61[0].4F: ber-tlv reads A0000000555555, ours is A0000000555556',
    });
  });

  it('on a missing value, and on one too many', () => {
    expect(compareWithPeer(bytes, { '85': '4350563031' })).toEqual({ differs: 'ber-tlv reads 3 values, ours are 1' });
    expect(compareWithPeer(bytes, { ...tlv, C1: '' })).toEqual({ differs: 'ber-tlv reads 3 values, ours are 4' });
  });

  it('on another place', () => {
    const { '61[0].4F': aid = '', ...others } = tlv;
    expect(compareWithPeer(bytes, { ...others, '62.4F': aid })).toEqual({
      differs: expect.stringMatching(/^62\.4F: /),
    });
  });

  it('when ber-tlv refuses a code that has nothing raw in it', () => {
    expect(compareWithPeer(bytes.subarray(0, -1), tlv)).toEqual({ differs: expect.stringMatching(/refuses/) });
  });

  it('and knows that ber-tlv looks into what the rules keep raw', () => {
    // BF0C with a broken inside: the rules forward it unread.
    const odd = Buffer.from('85054350563031610f4f07a0000000031010bf0c03500541', 'hex');
    expect(compareWithPeer(odd, { '85': '4350563031', '61[0].4F': 'A0000000031010', '61[0].BF0C': '500541' })).toBe(
      'refused',
    );
  });
});

/** What the field gets wrong without these rules; the reason why a TLV reader alone is not enough. */
describe('ber-tlv takes what the rules refuse', () => {
  it.each([
    ['indefinite length', 'hQVDUFYwMWGATwegAAAAVVVVAAA=', 'cpm-indefinite-length'],
    ['length longer than it need be', 'hQVDUFYwMWGBCU8HoAAAAFVVVQ==', 'cpm-bad-length'],
    ['duplicate', 'hQVDUFYwMWESTwegAAAAVVVVTwegAAAAZmZm', 'cpm-duplicate'],
    ['wrong nesting', 'hQVDUFYwMWEWTwegAAAAVVVVYwtjCU8HoAAAAGZmZg==', 'cpm-bad-nesting'],
    ['zero bytes between objects', 'hQVDUFYwMQBhCU8HoAAAAFVVVQ==', 'cpm-bad-tag'],
    ['value of a wrong length', 'hQVDUFYwMWEGTwSgAAAA', 'cpm-bad-value'],
  ])('%s', (_, text, reason) => {
    expect(decoder.decode(Buffer.from(text))).toEqual({ kind: 'reject', reason });
    expect(compareWithPeer(payload(text), {})).toEqual({ differs: expect.stringMatching(/^ber-tlv reads \d+ values/) });
  });
});
