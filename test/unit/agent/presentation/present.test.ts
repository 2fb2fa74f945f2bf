import { expect, it } from 'vitest';
import { rejectReasons } from '../../../../agent/decode/result.js';
import type { View } from '../../../../agent/kiosk/view.js';
import { type Language, languages } from '../../../../agent/presentation/catalogue/index.js';
import { present } from '../../../../agent/presentation/present.js';
import { signals } from '../../../../drivers/contract/indicator.js';
import { type Reason, reasons } from '../../../../protocol/words.js';

const money = { amount: 3550, currency: 'HKD' } as const;
const receipt = 'K7MQ2';
const notices = [
  ...rejectReasons.map((reason) => ({ kind: 'scan-rejected', reason }) as const),
  { kind: 'scan-refused', reason: 'busy' } as const,
  { kind: 'scan-refused', reason: 'no-order' } as const,
];
const closed = ['starting', 'relay', 'journal', 'scanner', 'identity', 'acquirer', 'stopping'] as const;

const finals: View[] = [
  { kind: 'approved', money, receipt },
  { kind: 'unconfirmed', money, receipt },
  { kind: 'refunding', money, receipt },
  { kind: 'refunded', money, receipt },
  { kind: 'operator', money, receipt },
  ...reasons.all.map((reason: Reason): View => ({ kind: 'declined', money, reason, receipt })),
  ...reasons.all.map((reason: Reason): View => ({ kind: 'refused', money, reason, receipt })),
];
const waiting: View[] = [
  ...closed.map((reason): View => ({ kind: 'out-of-service', reason })),
  { kind: 'idle' },
  ...notices.map((notice): View => ({ kind: 'idle', notice })),
];
const paying: View[] = [
  { kind: 'armed', money, reference: 'A-12' },
  ...notices.map((notice): View => ({ kind: 'armed', money, reference: 'A-12', notice })),
  { kind: 'busy', money },
  { kind: 'confirm-on-phone', money, leftMs: 41_000 },
  { kind: 'vending', money },
  { kind: 'press-to-pay', money, leftMs: 17_000 },
];
const wallet = 'alipayhk';
const code = 'HTTPS://K.EXAMPLE/L/ABCD2345';
const linking: View[] = [
  { kind: 'link-asked', wallet },
  { kind: 'link-offered', wallet, code, leftMs: 180_000 },
  { kind: 'link-offered', wallet, code, leftMs: 180_000, money },
  { kind: 'link-opened', wallet, digits: '47', leftMs: 150_000, money },
  { kind: 'link-authorised', wallet, money },
  { kind: 'linked', wallet },
  { kind: 'link-expired', wallet },
  { kind: 'link-failed', wallet, reason: 'configuration' },
  { kind: 'link-late', wallet },
  { kind: 'link-desk', wallet },
];
const every = [...finals, ...waiting, ...paying, ...linking];
const name = (view: View): string => JSON.stringify(view);

const bounds: Record<Language, { title: number; body: number }> = {
  en: { title: 40, body: 190 },
  zh: { title: 16, body: 80 },
  ja: { title: 19, body: 100 },
  ko: { title: 20, body: 110 },
};

it.each(languages)('says everything in %s: nothing empty, no placeholder, short enough for the screen', (lang) => {
  for (const options of [{}, { contact: '+852 1234 5678' }]) {
    for (const view of every) {
      const [text, ...more] = present(view, [lang], options).screen.texts;
      expect(more).toEqual([]);
      expect(text?.lang).toBe(lang);
      for (const words of [text?.title ?? '', text?.body ?? '']) {
        expect(words.trim(), name(view)).not.toBe('');
        expect(words, name(view)).not.toMatch(/[{}<>$%]|undefined|null|\[object|NaN/);
      }
      expect(text?.title.length, name(view)).toBeLessThanOrEqual(bounds[lang].title);
      expect(text?.body.length, name(view)).toBeLessThanOrEqual(bounds[lang].body);
    }
  }
});

it('speaks Chinese in Chinese and English in English', () => {
  for (const view of every) {
    const [en, zh] = present(view, ['en', 'zh']).screen.texts;
    expect(`${en?.title}${en?.body}`, name(view)).not.toMatch(/[\u3000-\u9fff\uff00-\uffef]/);
    expect(`${zh?.title}${zh?.body}`, name(view)).not.toMatch(/[A-Za-z,.!?]/);
    expect(zh?.title, name(view)).toMatch(/[\u4e00-\u9fff]/);
  }
});

it('keeps the order of the languages, and speaks English when none is named', () => {
  expect(present({ kind: 'idle' }, ['zh', 'en']).screen.texts.map((t) => t.lang)).toEqual(['zh', 'en']);
  expect(present({ kind: 'idle' }, []).screen.texts.map((t) => t.lang)).toEqual(['en']);
});

it('shows amount and receipt on every final screen, and the time left on the phone screen', () => {
  for (const view of finals) {
    const { screen } = present(view, languages);
    expect(screen, name(view)).toMatchObject({ kind: view.kind, amount: 'HK$35.50', receipt });
  }
  expect(present({ kind: 'confirm-on-phone', money, leftMs: 41_000 }, languages).screen.leftMs).toBe(41_000);
});

it('shows nothing of a customer on idle, armed and closed screens', () => {
  for (const view of waiting) {
    expect(Object.keys(present(view, languages).screen).sort(), name(view)).toEqual(['kind', 'texts', 'tone']);
  }
  for (const view of paying.filter((v) => v.kind === 'armed')) {
    expect(Object.keys(present(view, languages).screen).sort()).toEqual(['amount', 'kind', 'texts', 'tone']);
  }
});

it('tells the customer of a closed kiosk nothing of the cause', () => {
  const screens = closed.map((reason) => JSON.stringify(present({ kind: 'out-of-service', reason }, languages)));
  expect(new Set(screens).size).toBe(1);
});

it('gives every view a signal that stays', () => {
  const found = new Set(every.map((view) => present(view, languages).signal));
  expect([...found].sort()).toEqual(signals.filter((s) => s !== 'read').sort());
});

it('never lights a wrong or refused scan as a declined payment', () => {
  for (const notice of notices) {
    for (const view of [{ kind: 'armed', money, reference: '', notice } as const, { kind: 'idle', notice } as const]) {
      expect(present(view, languages)).toMatchObject({ signal: 'try-again', screen: { tone: 'attention' } });
    }
  }
  expect(present({ kind: 'declined', money, receipt, reason: 'insufficient-funds' }, languages).signal).toBe(
    'declined',
  );
});

it('speaks of money that comes back only where some may have been taken', () => {
  const body = (view: View): string => JSON.stringify(present(view, languages).screen.texts);
  // Declined and refused by the relay: certainly not charged.
  for (const reason of ['not-delivered', 'kiosk-restarted', 'not-confirmed', 'customer-aborted'] as const) {
    expect(body({ kind: 'declined', money, receipt, reason }), reason).toMatch(/Nothing was charged.*未扣款/);
  }
  // The kiosk cannot know whether the wallet was charged in between: the words fit both.
  expect(body({ kind: 'refunded', money, receipt })).toMatch(/If your wallet shows a payment.*如果您的钱包显示已扣款/);
  expect(body({ kind: 'unconfirmed', money, receipt })).toMatch(
    /If your wallet shows a payment.*如果您的钱包显示已扣款/,
  );
});

it('after a cancelled or rejected payment tells neither of a password alone nor of an answer that came late', () => {
  const title = (view: View): string | undefined => present(view, ['en']).screen.texts[0]?.title;
  expect(title({ kind: 'declined', money, receipt, reason: 'wrong-password' })).toBe('Not confirmed on the phone');
  expect(title({ kind: 'unconfirmed', money, receipt })).toBe('The purchase was stopped');
});

it('names whom to ask only where a person must help', () => {
  const contact = '+852 1234 5678';
  const says = (view: View): boolean => JSON.stringify(present(view, languages, { contact })).includes(contact);
  expect(says({ kind: 'operator', money, receipt })).toBe(true);
  expect(says({ kind: 'out-of-service', reason: 'relay' })).toBe(true);
  expect(says({ kind: 'declined', money, receipt, reason: 'cancel-unconfirmed' })).toBe(true);
  expect(says({ kind: 'declined', money, receipt, reason: 'code-expired' })).toBe(false);
  expect(says({ kind: 'armed', money, reference: '' })).toBe(false);
});
