import { readFileSync } from 'node:fs';
import { expect, describe as group, it } from 'vitest';
import { describe } from '../../../protocol/faults.js';

group('what may be a payment code is told by its shape alone', () => {
  const file = new URL('../../fixtures/codes/vectors.json', import.meta.url);
  const vectors: { text?: string; expected: { kind: string; code?: string } }[] = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const codes = vectors.flatMap((v) => (v.expected.kind === 'reject' ? [] : [v.expected.code ?? '']));

  it.each([...new Set(codes)])('%s', (code) => {
    const grouped = /^[0-9]+$/.test(code) ? [code.replace(/(.{4})/g, '$1 ')] : [];
    for (const text of [code, ` ${code}`, `x ${code} y`, ...grouped]) {
      expect(describe(text, 'market')).toBe(`a text of ${text.length} characters`);
    }
  });

  it('and numbers as long', () => {
    expect(describe(281_006_020_123, 'version')).toBe('a large number');
    expect(describe(-281_006_020_123, 'version')).toBe('a large number');
    expect(describe(4_294_967_296, 'version')).toBe('number 4294967296');
  });
});

it.each([
  ['tw', 'text "tw"'],
  ['hk-central-01', 'text "hk-central-01"'],
  ['2026-11-22', 'text "2026-11-22"'],
  ['mqtt://broker.example.com:1883', 'text "mqtt://broker.example.com:1883"'],
  ['hunter2 is my password', 'a text of 22 characters'],
  ['mqtt://me:you@broker', 'a text of 20 characters'],
])('%j is described as %s', (value, found) => expect(describe(value, 'key')).toBe(found));
