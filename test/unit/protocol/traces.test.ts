import { describe, expect, test } from 'vitest';
import { traceInError, traceOf } from './traces.js';

/** What searches for leaks is itself tried out: a search that finds nothing would let everything pass. */
const numeric = '281006020123456789012345';
const letters = '22J1a9Zk3LmQ7r5T8v';
const cpm =
  'hQVDUFYwMWFWTwigAAADMwEBAlcRYpJHiEMCkjfSkSIBBzRCVT9fNAEAYzOfJgh1uXjINLHOBp8nAYCfEBEHAAEDoAAAAQgzMzMzMzMzM582AnLDggIAAJ83BLJyFX4=';
const pan = '6292478843029237';
const cryptogram = '75B978C834B1CE06';

describe('a trace is found', () => {
  test.each([
    ['the code', numeric, `bad code ${numeric}`],
    ['a piece of it', numeric, 'bad code …0123456789…'],
    ['its packed bytes', numeric, Buffer.from(numeric, 'hex').toString('latin1')],
    ['letters and digits', letters, `{"code":"${letters}"}`],
    ['a piece of letters and digits', letters, '…9Zk3LmQ7r5…'],
    ['the Base64 text', cpm, `bad code ${cpm}`],
    ['a piece of the Base64 text', cpm, `…${cpm.slice(40, 50)}…`],
    ['the card number', cpm, `pan ${pan}`],
    ['the cryptogram', cpm, `{"9F26":"${cryptogram}"}`],
    ['the cryptogram in small letters', cpm, cryptogram.toLowerCase()],
    ['bytes as JSON', cpm, JSON.stringify(Buffer.from(cpm, 'base64'))],
    ['bytes as decimals', cpm, Array.from(Buffer.from(cpm, 'base64')).join(', ')],
    ['raw bytes', cpm, Buffer.from(cpm, 'base64').toString('latin1')],
    ['the text as bytes', letters, Buffer.from(letters).toString('hex')],
  ])('%s', (_, code, text) => {
    expect(traceOf(code, `before ${text} after`)).toBeDefined();
  });

  test('in what an error carries', () => {
    const cause = { bytes: Buffer.from(cpm, 'base64') };
    expect(traceInError(cpm, new Error('x', { cause }))).toBeDefined();
    expect(traceInError(numeric, new Error('x', { cause: { code: numeric } }))).toBeDefined();
  });
});

test.each([numeric, letters, cpm])('no trace in what names the shape', (code) => {
  expect(traceInError(code, new Error(`found ${code.length} characters, expected digits; hQVDUFYwM and so on`))).toBe(
    undefined,
  );
});
