import { expect, test } from 'vitest';
import { ledgerUrlFault } from '../../../../relay/config/ledger-url.js';

test.each([
  'postgres://user:password@127.0.0.1:5432/ledger',
  'postgresql://user@host/ledger?sslmode=require',
  'postgres://user:pa%2Fss%25@host/ledger',
  'postgres://user:p@ss:word@host:5432/ledger',
  'postgres://user:password@one:5432,two:5433/ledger',
  'postgres://user:password@[::1]:5432/ledger',
  'postgres:///ledger',
])('%s is one', (url) => {
  expect(ledgerUrlFault(url)).toBeUndefined();
});

test.each([
  ['nonsense', 'a text that does not begin with postgres://'],
  ['mysql://user:password@host/ledger', 'a text that does not begin with postgres://'],
  ['postgres://user:password@host:54x2/ledger', 'a port that is no number from 1 to 65535'],
  ['postgres://user:password@host:99999/ledger', 'a port that is no number from 1 to 65535'],
  ['postgres://user:password@one:5432,two:x/ledger', 'a port that is no number from 1 to 65535'],
  [
    'postgres://user:%PW@host/ledger',
    'a "%" without two hex digits after it (a "%" of the password itself is written %25)',
  ],
  ['postgres://user:password@ho st/ledger', 'a text that is no URL'],
])('%s is none', (url, fault) => {
  expect(ledgerUrlFault(url)).toBe(fault);
});
