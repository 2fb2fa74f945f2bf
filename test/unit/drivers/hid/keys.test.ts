// Keys to characters, from reports and from input events.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyEvents } from '../../../../drivers/hid/evdev.js';
import { KeyBoard, KeyReports } from '../../../../drivers/hid/keys.js';
import { inputEvent, keyOf, keyReport, typable, typed, typedEvents } from '../../../support/hid-reports.js';

function listen() {
  const heard: string[] = [];
  const board = new KeyBoard((stroke) =>
    heard.push(typeof stroke === 'object' ? String.fromCharCode(stroke.char) : `<${stroke}>`),
  );
  return { board, spoil: () => heard.push('<spoilt>'), text: () => heard.join('') };
}

function reports(...all: readonly Uint8Array[]): string {
  const { board, spoil, text } = listen();
  const keys = new KeyReports({ reportId: 0, bytes: 8, modifiersAt: 0, keysAt: 2, keys: 6 }, board, spoil);
  for (const report of all) keys.push(report);
  return text();
}

function events(bytes: Uint8Array, size = 24): string {
  const { board, spoil, text } = listen();
  new KeyEvents(size, board, spoil).push(bytes);
  return text();
}

const [a, b, one] = [keyOf('a').usage, keyOf('b').usage, keyOf('1').usage];
const CAPS = 0x39;

it('types every character of a US keyboard, by reports and by events of both sizes', () => {
  expect(typable).toHaveLength(95);
  expect(reports(...typed(typable))).toBe(typable);
  expect(events(typedEvents(typable))).toBe(typable);
  expect(events(typedEvents(typable, 16), 16)).toBe(typable);
});

it('any text comes back as it was typed', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...typable), maxLength: 60 }), (text) => {
      expect(reports(...typed(text))).toBe(text);
      expect(events(typedEvents(text))).toBe(text);
    }),
    { numRuns: 300 },
  );
});

describe('reports', () => {
  it.each<[string, readonly Uint8Array[], string]>([
    ['two new keys in one report, in its order', [keyReport(0, b, a), keyReport(0)], 'ba'],
    [
      'a key that stays down while the next comes',
      [keyReport(0, a), keyReport(0, a, b), keyReport(0, b), keyReport(0)],
      'ab',
    ],
    ['a key held for many reports', [keyReport(0, a), keyReport(0, a), keyReport(0, a), keyReport(0)], 'a'],
    ['the same key twice', [keyReport(0, a), keyReport(0), keyReport(0, a)], 'aa'],
    ['the right Shift', [keyReport(0x20, a), keyReport(0)], 'A'],
    [
      'Caps Lock for letters only, and Shift against it',
      [
        keyReport(0, CAPS),
        keyReport(0, a),
        keyReport(0x02, b),
        keyReport(0x02, one),
        keyReport(0, CAPS),
        keyReport(0),
        keyReport(0, a),
      ],
      'Ab!a',
    ],
    [
      'the keypad, Num Lock without a word',
      [keyReport(0, 0x53), keyReport(0, 0x59, 0x62, 0x54, 0x57), keyReport(0, 0x63, 0x67, 0x58)],
      '10/+.=<enter>',
    ],
    ['Enter and Tab', [keyReport(0, 0x28), keyReport(0, 0x2b)], '<enter><tab>'],
    [
      'Control, Alt and GUI make no characters',
      [keyReport(0x01, a), keyReport(0x04, b), keyReport(0x80, one)],
      '<unknown><unknown><unknown>',
    ],
    [
      'F1 and the key beside the left Shift of other layouts',
      [keyReport(0, 0x3a), keyReport(0, 0x64)],
      '<unknown><unknown>',
    ],
    ['too many keys at once', [Uint8Array.of(0, 0, 1, 1, 1, 1, 1, 1)], '<spoilt>'],
    ['a report that is too short', [Uint8Array.of(0, 0, a)], '<spoilt>'],
  ])('%s', (_name, all, text) => {
    expect(reports(...all)).toBe(text);
  });

  it('passes over reports of another number', () => {
    const { board, spoil, text } = listen();
    const keys = new KeyReports({ reportId: 1, bytes: 9, modifiersAt: 1, keysAt: 3, keys: 6 }, board, spoil);
    keys.push(Uint8Array.of(2, 0xe9, 0));
    keys.push(Uint8Array.of(1, 0x02, 0, a, 0, 0, 0, 0, 0));
    expect(text()).toBe('A');
  });

  it('forgets Caps Lock between two codes', () => {
    const { board, spoil, text } = listen();
    const keys = new KeyReports({ reportId: 0, bytes: 8, modifiersAt: 0, keysAt: 2, keys: 6 }, board, spoil);
    keys.push(keyReport(0, CAPS));
    board.reset();
    keys.push(keyReport(0, a));
    expect(text()).toBe('a');
  });
});

describe('input events', () => {
  const key = (char: string, value: number) => inputEvent(1, keyOf(char).code, value);
  const syn = inputEvent(0, 0, 0);
  const dropped = inputEvent(0, 3, 0);

  it.each<[string, readonly Buffer[], string]>([
    ['the kernel repeats no character', [key('a', 1), syn, key('a', 2), key('a', 2), key('a', 0)], 'a'],
    [
      'what the kernel dropped spoils the code, up to the next report',
      [key('a', 1), dropped, key('b', 1), syn, key('1', 1)],
      'a<spoilt>1',
    ],
    ['a Shift that was dropped is not held for ever', [inputEvent(1, 42, 1), dropped, syn, key('a', 1)], '<spoilt>a'],
    [
      'scan codes, lamps and buttons are no keys',
      [inputEvent(4, 4, 30), inputEvent(0x11, 1, 1), inputEvent(1, 0x110, 1)],
      '',
    ],
    [
      'the keypad and the right Shift',
      [inputEvent(1, 54, 1), key('a', 1), inputEvent(1, 54, 0), inputEvent(1, 79, 1), inputEvent(1, 96, 1)],
      'A1<enter>',
    ],
    ['a key without a character', [inputEvent(1, 59, 1), inputEvent(1, 240, 1)], '<unknown><unknown>'],
    ['a piece of an event', [key('a', 1), Buffer.alloc(5)], 'a<spoilt>'],
  ])('%s', (_name, all, text) => {
    expect(events(Buffer.concat(all))).toBe(text);
  });
});
