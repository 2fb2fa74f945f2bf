import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_ROOM_BYTES, type BlockHead, decodeBlock, encodeBlock } from '../../../../agent/journal/block.js';
import type { JournalRecord } from '../../../../agent/journal/contract.js';
import { crc32c } from '../../../../agent/journal/crc32c.js';
import { fromJson, toJson } from '../../../../agent/journal/records.js';
import { pastsOf, readSegments } from '../../../../agent/journal/segments.js';
import { BLOCK_BYTES } from '../../../../agent/journal/store.js';
import { SECTOR_BYTES, SECTORS } from '../../../support/cut-store.js';
import { anyRecord, anyRecords } from '../../../support/journal-arbitrary.js';

const head: BlockHead = {
  ...{ journal: '0123456789abcdef'.repeat(2), segment: 1, boot: 7 },
  ...{ sequence: 2 ** 40 + 3, base: 2 ** 40, first: 2 ** 39, synced: 2 ** 40 + 2 },
};
const boot = { kind: 'boot', at: 1, epoch: 'e', number: 7, nonce: 'n', board: 'b' } as const;
const full = Array.from({ length: 60 }, (_, n) => toJson({ kind: 'closed', at: n, attempt: 'f'.repeat(32) }));

describe('a block', () => {
  it('is 4,096 bytes whatever is in it, and gives back what was put into it', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 8 }), fc.array(anyRecord, { maxLength: 8 }), (kept, fresh) => {
        const bytes = encodeBlock(head, kept.map(toJson), fresh.map(toJson));
        expect(bytes.length).toBe(BLOCK_BYTES);
        expect(decodeBlock(bytes)).toEqual({ ...head, kept, fresh });
      }),
    );
  });

  it('holds what its room promises, and refuses one byte more', () => {
    const most = [`"${'x'.repeat(BLOCK_ROOM_BYTES - 3)}"`];
    expect(() => encodeBlock(head, [], most)).not.toThrow();
    expect(() => encodeBlock(head, ['1'], [`"${'x'.repeat(BLOCK_ROOM_BYTES - 2)}"`])).toThrow(
      /4033 bytes of payload, expected at most 4032/,
    );
  });

  it('has the same bytes whatever block it is written over', () => {
    const over = Buffer.from(encodeBlock(head, full.slice(0, 40), []));
    const bytes = encodeBlock(head, [], [toJson(boot)], over);
    expect(Buffer.compare(bytes, encodeBlock(head, [], [toJson(boot)]))).toBe(0);
  });

  it('has its fields at the places that the table names', () => {
    const bytes = Buffer.from(encodeBlock(head, [], [toJson(boot)]));
    expect(bytes.toString('latin1', 0, 4)).toBe('QZJB');
    expect(bytes.toString('hex', 8, 24)).toBe(head.journal);
    expect([24, 30, 36, 42].map((at) => bytes.readUIntLE(at, 6))).toEqual([
      head.sequence,
      head.base,
      head.first,
      head.synced,
    ]);
    expect([bytes.readUInt32LE(48), bytes.readUInt16LE(52), bytes.readUInt16LE(56)]).toEqual([7, 1, 1]);
    const payload = '[[],[["b",1,"e",7,"n","b"]]]';
    expect(bytes.toString('utf8', 64, 64 + bytes.readUInt16LE(54))).toBe(payload);
    expect(bytes.readUInt32LE(4)).toBe(crc32c(bytes.subarray(8, 64 + payload.length)));
    expect(bytes.subarray(64 + payload.length).every((b) => b === 0)).toBe(true);
  });

  it('is the new one, the old one or torn, never a third, wherever a write over another block was cut', () => {
    const before = encodeBlock({ ...head, sequence: head.base + 1 }, full, []);
    const after = encodeBlock(head, [], full);
    const [old, fresh] = [decodeBlock(before), decodeBlock(after)];
    const seen = { old: 0, fresh: 0, torn: 0 };
    const look = (bytes: Uint8Array) => {
      const found = decodeBlock(bytes);
      if ('torn' in found) {
        seen.torn += 1;
        return;
      }
      const which = found.sequence === head.sequence ? 'fresh' : 'old';
      expect(found).toEqual(which === 'fresh' ? fresh : old);
      seen[which] += 1;
    };
    for (let cut = 0; cut <= BLOCK_BYTES; cut++) {
      look(Buffer.concat([after.subarray(0, cut), before.subarray(cut)]));
      look(Buffer.concat([before.subarray(0, cut), after.subarray(cut)]));
    }
    for (let mask = 0; mask < 2 ** SECTORS; mask++) {
      const mixed = before.slice();
      for (let n = 0; n < SECTORS; n++)
        if ((mask >> n) & 1) mixed.set(after.subarray(n * SECTOR_BYTES, (n + 1) * SECTOR_BYTES), n * SECTOR_BYTES);
      look(mixed);
    }
    expect(seen.old + seen.fresh + seen.torn).toBe(2 * (BLOCK_BYTES + 1) + 2 ** SECTORS);
    expect(seen.torn).toBeGreaterThan(5_000);
    expect(Math.min(seen.old, seen.fresh)).toBeGreaterThan(2);
  });

  it('shows every single bit that has turned, in what it sums up', () => {
    const bytes = encodeBlock(head, [], [toJson(boot)]);
    const length = 64 + Buffer.from(bytes).readUInt16LE(54);
    for (let bit = 0; bit < length * 8; bit++) {
      const turned = bytes.slice();
      turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeBlock(turned)).toHaveProperty('torn');
    }
  });

  it('of a later version is known as that, and not taken for damage', () => {
    const bytes = Buffer.from(encodeBlock(head, [], []));
    bytes.writeUInt16LE(3, 56);
    expect(decodeBlock(bytes)).toEqual({ torn: 'checksum' });
    bytes.writeUInt32LE(crc32c(bytes.subarray(8, 64 + bytes.readUInt16LE(54))), 4);
    expect(decodeBlock(bytes)).toEqual({ torn: 'newer' });
  });

  it('is of version 2 with the record of a gap alone, which programs of version 1 refuse by name', () => {
    const versionOf = (...records: JournalRecord[]) =>
      Buffer.from(encodeBlock(head, [], records.map(toJson))).readUInt16LE(56);
    const gap: JournalRecord = { kind: 'gap', at: 1, number: 2, blocks: 3 };
    expect([versionOf(), versionOf(gap)]).toEqual([1, 2]);
    expect(decodeBlock(encodeBlock(head, [toJson(gap)], []))).toMatchObject({ kept: [gap] });
  });
});

describe('reading is total', () => {
  it('any bytes are a block or torn for a reason', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2 * BLOCK_BYTES, size: 'max' }), (bytes) => {
        expect(decodeBlock(bytes)).toHaveProperty('torn');
      }),
    );
  });

  it('any payload with a right sum is records or torn', () => {
    const json = fc.oneof(
      fc.json(),
      fc.json().map((j) => `[[${j}],[]]`),
      fc.string(),
      anyRecord.map((r) => toJson(r).slice(0, -2)),
    );
    fc.assert(
      fc.property(json, (payload) => {
        const bytes = Buffer.from(encodeBlock(head, [], []));
        const length = bytes.write(payload, 64);
        bytes.writeUInt16LE(length, 54);
        bytes.writeUInt32LE(crc32c(bytes.subarray(8, 64 + length)), 4);
        const found = decodeBlock(bytes);
        if (!('torn' in found)) for (const r of [...found.kept, ...found.fresh]) expect(fromJson(toJson(r))).toEqual(r);
        else expect(found).toEqual({ torn: 'payload' });
      }),
    );
  });

  it('any array is a record that says the same again, or none', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          anyRecord.chain((r) => fc.shuffledSubarray(JSON.parse(toJson(r)))),
        ),
        (value) => {
          const json = JSON.stringify(value) ?? 'undefined';
          const record = fromJson(json);
          if (record) expect(toJson(record)).toBe(json);
        },
      ),
    );
  });

  it('any files are segments or passed over', () => {
    const part = fc.oneof(
      fc.constant(Buffer.alloc(BLOCK_BYTES)),
      fc.uint8Array({ maxLength: 100 }),
      fc
        .tuple(anyRecords, fc.nat({ max: 9 }), fc.nat({ max: 9 }), fc.nat({ max: 9 }), fc.nat({ max: 9 }))
        .map(([records, sequence, base, first, synced]) =>
          encodeBlock({ ...head, sequence, base, first, synced }, [], records.slice(0, 15).map(toJson)),
        ),
    );
    const file = fc.record({
      name: fc.constantFrom('segment-0', 'segment-1', 'segment-70000', 'segment-01', 'journal.log', ''),
      bytes: fc.array(part, { maxLength: 6 }).map((parts) => Buffer.concat(parts)),
    });
    fc.assert(
      fc.property(fc.array(file, { maxLength: 4 }), (files) => {
        for (const past of pastsOf(readSegments(files))) {
          expect(past.gaps).toBeGreaterThanOrEqual(0);
          expect(past.blocks.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});

it('CRC-32C gives the check values of RFC 3720, B.4, and the sum of byte by byte at every length', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, n) => n)))).toBe(0x46dd794e);
  expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, n) => 31 - n)))).toBe(0x113fdb5c);
  for (let length = 0; length < 40; length++) {
    const bytes = Buffer.from(Array.from({ length }, (_, n) => (n * 151 + 7) & 0xff));
    expect(crc32c(bytes)).toBe(bitByBit(bytes));
  }
});

function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
