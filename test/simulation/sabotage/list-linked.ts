import type { Sabotage } from './types.js';

/** Guards of linked wallets: who says yes, and what never leaves. */
export const linkedSabotages: readonly Sabotage[] = [
  {
    name: 'charged-without-a-press',
    rule: 'W1',
    why: 'a payment by a linked wallet is taken for pressed as soon as its code is scanned',
    edits: [
      {
        file: 'relay/greet/admit-linked.ts',
        find: 'pressed ? { confirmedAt: now, nextAt: now }',
        replace: 'pressed || now > 0 ? { confirmedAt: now, nextAt: now }',
      },
    ],
    catches: ['W1'],
    world: { shares: { 'wallet-linked': 4, 'press-missing': 4 }, rest: 0.2 },
  },
  {
    name: 'token-in-the-log',
    rule: 'S11',
    why: 'the relay logs the token that it pays with',
    edits: [
      {
        file: 'relay/linking/office.ts',
        find: "return { kind: 'token', token: vault.open(link.accessToken, id, 'access_token'), wallet: link.wallet };",
        replace: `const token = vault.open(link.accessToken, id, 'access_token');
      log.info({ event: 'token', token });
      return { kind: 'token', token, wallet: link.wallet };`,
      },
    ],
    catches: ['S11'],
    world: { shares: { 'wallet-linked': 4 }, paranoid: true },
  },
  {
    name: 'first-payment-for-another-amount',
    rule: 'W1',
    why: 'the code of the first payment pays whatever it is held under the scanner for',
    edits: [
      {
        file: 'relay/greet/admit-linked.ts',
        find: "return isAgreed ? { link } : { reason: 'code-not-accepted' };",
        replace: 'return { link };',
      },
    ],
    catches: ['W1'],
    world: { shares: { 'wallet-linked': 4, 'wallet-links': 8, 'first-code-shown': 4 }, rest: 0.2, kiosks: 4 },
  },
  {
    name: 'second-phone-owns',
    rule: 'W2',
    why: 'whoever opens the short link is taken for its owner, as long as nobody has agreed',
    edits: [
      {
        file: 'relay/linking/desk.ts',
        find: "if (isOwn || state === 'offered') return 'own';",
        replace: "if (isOwn || isOffered) return 'own';",
      },
    ],
    catches: ['W2'],
    world: { shares: { 'wallet-links': 8, 'link-photographed': 4 }, rest: 0.2 },
  },
  {
    name: 'digits-not-asked',
    rule: 'W2',
    why: 'the phone is sent to the wallet as soon as it opens the link, and nobody compares digits',
    edits: [
      {
        file: 'relay/linking/desk.ts',
        find: 'const { clock } = this.#parts.office.parts; return {',
        replace:
          "const { clock } = this.#parts.office.parts; if (clock) return { kind: 'go', url: this.#urlOf(link) }; return {",
      },
    ],
    catches: ['W2'],
    world: { shares: { 'wallet-links': 8, 'link-photographed': 4 }, rest: 0.2 },
  },
  {
    name: 'token-used-after-unlink',
    rule: 'W3',
    why: 'a wallet that is being unlinked still pays, until the acquirer has revoked the token',
    edits: [
      {
        file: 'relay/linking/office.ts',
        find: "if (link?.state !== 'linked' || link.accessToken === null) return { kind: 'unlinked' };",
        replace: "if (!link || link.accessToken === null) return { kind: 'unlinked' };",
      },
    ],
    catches: ['W3'],
    world: { shares: { 'wallet-linked': 4, 'unlinked-meanwhile': 16, 'link-call-lost': 6 }, rest: 0.2 },
  },
  {
    name: 'state-used-twice',
    rule: 'W4',
    why: 'the word that the buyer has agreed is taken again while the token is fetched',
    edits: [
      {
        file: 'relay/linking/step.ts',
        find: "case 'consult-answered': // It was slower than the buyer. return stay(link);",
        replace: `case 'authorised':
      return agreed(link, event.authCode, now);
    case 'consult-answered':
      return stay(link);`,
      },
    ],
    catches: ['W4'],
    world: { shares: { 'wallet-links': 8, 'notice-twice': 5, 'notice-forged': 8, 'token-in-process': 3 }, rest: 0.2 },
  },
  {
    name: 'member-code-twice',
    rule: 'W4',
    why: 'a member code is used up for one attempt only, not for all',
    edits: [
      {
        file: 'relay/greet/admit-linked.ts',
        find: 'const codeHash = hashCode(frame.code, context.codeHashKey);',
        replace: 'const codeHash = hashCode(frame.code + frame.attempt, context.codeHashKey);',
      },
    ],
    catches: ['W4', 'S2'],
    world: { shares: { 'wallet-linked': 4, 'code-shown-elsewhere': 10, 'member-code-again': 6 }, rest: 0.2 },
  },
  {
    name: 'limit-summed-without-lock',
    rule: 'W5',
    why: 'what a wallet has paid today is summed without holding its row, so that two kiosks do not see each other',
    edits: [
      {
        file: 'relay/greet/admit-linked.ts',
        find: 'async function ofMember({ code }: PayLinked, { tx, vault, now }: At)',
        replace: 'async function ofMember({ code }: PayLinked, { links, vault, now }: At)',
      },
      {
        file: 'relay/greet/admit-linked.ts',
        find: "await tx.lockBy('member', [said.member])",
        replace: "await links.transaction((_, other) => other.lockBy('member', [said.member]))",
      },
    ],
    catches: ['W5'],
    world: {
      ...{ shares: { 'wallet-linked': 4, 'wallet-links': 4, 'limit-raced': 16 }, rest: 0.2, kiosks: 12 },
      ...{ relays: 2, interleaved: true },
    },
  },
  {
    name: 'link-never-ends',
    rule: 'W6',
    why: 'a link that nobody agrees to in time is forgotten where it stands',
    edits: [
      {
        file: 'relay/linking/step.ts',
        find: `if (isOver(link, now)) return ended(link, 'expired', 'not-confirmed', now, tell);
  if (isConsulted(link))`,
        replace: 'if (isOver(link, now)) return stay({ ...link, nextAt: null }); if (isConsulted(link))',
      },
    ],
    catches: ['W6'],
    world: { shares: { 'wallet-links': 8, 'link-silent': 5, 'frame-lost': 4 }, rest: 0.2 },
  },
  {
    name: 'notice-before-consult-lost',
    rule: 'W7',
    why: 'the word that the buyer has agreed counts only once the consult is answered',
    edits: [
      {
        file: 'relay/linking/step.ts',
        find: 'if (link.session === null && !link.ownCode) return ignored',
        replace: 'if (!isConsulted(link) || (link.session === null && !link.ownCode)) return ignored',
      },
    ],
    catches: ['W7'],
    world: { shares: { 'wallet-links': 8, 'notice-early': 12, 'link-call-lost': 6 }, rest: 0.2 },
  },
];
