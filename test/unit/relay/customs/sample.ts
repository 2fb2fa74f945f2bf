import type { Declaration, DeclarationPolicy } from '../../../../relay/customs/types.js';
import { declarationPlan } from '../../../../relay/customs/types.js';

export const NOW = 1_000_000;
export const policy: DeclarationPolicy = {
  ...declarationPlan,
  ...{ againAfterMs: 300_000, triesMost: 3, inquiryDelaysMs: [10, 20], watchDelaysMs: [1_000] },
};

/** Asked for, and not sent yet. */
export const fresh: Declaration = {
  ...{ id: `d${'0a'.repeat(15)}1`, attempt: 'ab'.repeat(16), number: 1, requestedBy: 'ann', requestedAt: 0 },
  declared: {
    ...{ money: { amount: 3_550, currency: 'CNY' }, customs: 'ZONGSHU', merchantCode: '4403961DPF' },
    ...{ merchantName: 'Kiosk Co', subOrder: null, buyerNamed: false },
  },
  ...{ push: 1, state: 'requested', endedAt: null, sentAt: null, tries: 0, inquiries: 0, watches: 0 },
  ...{ doubted: false, absent: false },
  ...{ code: null, word: null, taken: {}, resultCode: null, resultText: null, returnedAt: null, settledBy: null },
  nextAt: 0,
};
export const sent: Declaration = { ...fresh, tries: 1, sentAt: NOW - 1_000 };
export const declared: Declaration = { ...sent, state: 'declared' };
export const held: Declaration = { ...declared, state: 'operator', inquiries: 2 };
