import { expect, test } from 'vitest';
import type { Member } from '../../../../../relay/linking/desk-contract.js';
import { memberState, nobody, versionOf } from '../../../../../relay/linking/web/member-state.js';
import { localTime } from '../../../../../relay/linking/web/time.js';

const AT = Date.UTC(2026, 10, 22, 17, 58);
const member: Member = {
  links: [
    {
      ...{ link: 'a'.repeat(32), wallet: 'alipayhk', name: 'AlipayHK', state: 'linked', user: '852-9***21' },
      short: null,
      linkedAt: AT,
      limits: { payment: { amount: 50_000, currency: 'HKD' }, day: null, year: null },
      code: { text: 'QZMABCDEFGHJKLMNPQRSTUV', leftMs: 20_000 },
    },
  ],
  presses: [
    {
      ...{ attempt: 'b'.repeat(32), kiosk: 'lobby-1', wallet: 'AlipayHK', leftMs: 9_000 },
      money: { amount: 1_200, currency: 'HKD' },
    },
  ],
  payments: [
    {
      ...{ attempt: 'c'.repeat(32), at: AT, kiosk: 'lobby-1', wallet: 'AlipayHK', receipt: 'K7M3X' },
      ...{ money: { amount: 1_200, currency: 'HKD' }, standing: 'delivered', returned: 600 },
    },
  ],
};

test('amounts as numbers and as text, times in ISO 8601', () => {
  expect(memberState(member)).toEqual({
    links: [
      {
        ...{ link: 'a'.repeat(32), wallet: 'alipayhk', name: 'AlipayHK', state: 'linked', user: '852-9***21' },
        short: null,
        ...{ linkedAt: '2026-11-22T17:58:00.000Z', limits: { payment: 'HK$500.00', day: null, year: null } },
        code: { text: 'QZMABCDEFGHJKLMNPQRSTUV', leftMs: 20_000 },
      },
    ],
    presses: [
      {
        ...{ attempt: 'b'.repeat(32), kiosk: 'lobby-1', wallet: 'AlipayHK', leftMs: 9_000 },
        ...{ amount: 1_200, currency: 'HKD', text: 'HK$12.00' },
      },
    ],
    payments: [
      {
        ...{ attempt: 'c'.repeat(32), kiosk: 'lobby-1', wallet: 'AlipayHK', receipt: 'K7M3X' },
        ...{ amount: 1_200, currency: 'HKD', text: 'HK$12.00', at: '2026-11-22T17:58:00.000Z' },
        ...{ standing: 'delivered', returned: 600 },
      },
    ],
  });
});

test('the version is another one with all that is seen, and the same while only seconds pass', () => {
  const older = structuredClone(member);
  const changed = (change: (copy: typeof older) => object) =>
    versionOf({ ...older, ...change(structuredClone(older)) });
  const version = versionOf(member);
  const waited = changed(({ presses, links }) => ({
    presses: presses.map((press) => ({ ...press, leftMs: 1 })),
    links: links.map((link) => ({ ...link, code: { text: 'QZMABCDEFGHJKLMNPQRSTUV', leftMs: 1 } })),
  }));
  expect(waited).toBe(version);
  const others = [
    changed(() => ({ presses: [] })),
    changed(({ payments }) => ({ payments: payments.map((paid) => ({ ...paid, returned: 0 })) })),
    changed(({ links }) => ({ links: links.map((link) => ({ ...link, state: 'revoking', code: null })) })),
    changed(({ links }) => ({
      links: links.map((link) => ({ ...link, code: { text: 'QZMABCDEFGHJKLMNPQRSTUW', leftMs: 20_000 } })),
    })),
    versionOf(nobody),
  ];
  expect(new Set([version, ...others]).size).toBe(others.length + 1);
});

test('a time is told by the shop’s clock', () => {
  expect(localTime(AT, 480).markup).toBe('<time datetime="2026-11-22T17:58:00.000Z">2026-11-23 01:58</time>');
  expect(localTime(AT, -120).markup).toContain('>2026-11-22 15:58<');
});
