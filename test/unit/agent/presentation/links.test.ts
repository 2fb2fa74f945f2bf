import { describe, expect, it } from 'vitest';
import type { View } from '../../../../agent/kiosk/view.js';
import { present } from '../../../../agent/presentation/present.js';

const money = { amount: 1200, currency: 'HKD' } as const;
const receipt = 'K7MQ2';
const code = 'HTTPS://K.EXAMPLE/L/ABCD2345';
const links = ['alipayhk', 'dana'];
const of = (view: View, options = { links }) => present(view, ['en', 'zh'], options);
const titles = (view: View) => of(view).screen.texts.map((text) => text.title);

describe('a wallet that is linked', () => {
  it('is called by its name, in each language', () => {
    expect(titles({ kind: 'link-offered', wallet: 'alipayhk', code, leftMs: 9, money })).toEqual([
      'Scan to link AlipayHK and pay',
      '扫码绑定支付宝香港并付款',
    ]);
    expect(titles({ kind: 'link-offered', wallet: 'dana', code, leftMs: 9 })).toEqual([
      'Scan to link DANA',
      '扫码绑定DANA',
    ]);
  });

  it.each(['__proto__', 'constructor', 'a-wallet-of-16chr'])(
    'goes by its id where nobody has named it: %s',
    (wallet) => {
      const [title = ''] = titles({ kind: 'linked', wallet });
      expect(title).toBe(`${wallet} is linked`);
      expect(title.length).toBeLessThanOrEqual(40);
    },
  );

  it('shows the code and the amount, then the digits in place of the code', () => {
    const offered = of({ kind: 'link-offered', wallet: 'alipayhk', code, leftMs: 180_000, money }).screen;
    expect(offered).toMatchObject({ kind: 'link-offered', code, leftMs: 180_000, amount: 'HK$12.00' });
    expect(offered).not.toHaveProperty('digits');
    const opened = of({ kind: 'link-opened', wallet: 'alipayhk', digits: '07', leftMs: 9_000 }).screen;
    expect(opened).toMatchObject({ digits: '07', leftMs: 9_000 });
    expect(opened).not.toHaveProperty('code');
    expect(opened).not.toHaveProperty('amount');
  });

  it('never lights as a payment that was approved or declined', () => {
    const views: View[] = [
      ...(['link-asked', 'link-authorised', 'linked', 'link-expired', 'link-late', 'link-desk'] as const).map(
        (kind) => ({ kind, wallet: 'dana' }),
      ),
      { kind: 'link-failed', wallet: 'dana', reason: 'risk' },
      { kind: 'link-offered', wallet: 'dana', code, leftMs: 1 },
      { kind: 'link-opened', wallet: 'dana', digits: '11', leftMs: 1 },
    ];
    for (const view of views) expect(['approved', 'declined'], view.kind).not.toContain(of(view).signal);
  });

  it('says that nothing was charged wherever it ended without a payment', () => {
    for (const kind of ['linked', 'link-expired', 'link-late'] as const) {
      const words = JSON.stringify(of({ kind, wallet: 'dana' }).screen.texts);
      expect(words, kind).toMatch(/(Nothing was|was linked or) charged.*未扣款/);
    }
  });

  it('sends to the staffed desk, and says whom to ask', () => {
    const { texts } = present({ kind: 'link-desk', wallet: 'dana' }, ['en'], { contact: 'desk 3' }).screen;
    expect(texts[0]).toMatchObject({ title: 'Please use the staffed desk', body: expect.stringContaining('desk 3') });
  });
});

describe('the buttons', () => {
  const linkButtons = [
    {
      ...{ button: 'link', wallet: 'alipayhk' },
      labels: [
        { lang: 'en', text: 'Link AlipayHK' },
        { lang: 'zh', text: '绑定支付宝香港' },
      ],
    },
    {
      ...{ button: 'link', wallet: 'dana' },
      labels: [
        { lang: 'en', text: 'Link DANA' },
        { lang: 'zh', text: '绑定DANA' },
      ],
    },
  ];

  it.each<View>([
    { kind: 'idle' },
    { kind: 'armed', money, reference: 'A-12' },
    { kind: 'link-expired', wallet: 'alipayhk' },
    { kind: 'link-failed', wallet: 'alipayhk', reason: 'risk' },
    // The token is gone: linking is offered again.
    { kind: 'declined', money, receipt, reason: 'unlinked' },
    { kind: 'refused', money, receipt, reason: 'unlinked' },
  ])('invite to link a wallet on $kind', (view) => {
    expect(of(view).screen.actions).toEqual(linkButtons);
    expect(of(view, { links: [] }).screen).not.toHaveProperty('actions');
  });

  it.each<View>([
    { kind: 'busy', money },
    { kind: 'vending', money },
    { kind: 'approved', money, receipt },
    { kind: 'declined', money, receipt, reason: 'risk' },
    { kind: 'out-of-service', reason: 'relay' },
    { kind: 'link-offered', wallet: 'alipayhk', code, leftMs: 1 },
    { kind: 'link-opened', wallet: 'alipayhk', digits: '47', leftMs: 1 },
    { kind: 'link-desk', wallet: 'alipayhk' },
  ])('are not there on $kind', (view) => {
    expect(of(view).screen).not.toHaveProperty('actions');
  });

  it('name the amount that one press pays', () => {
    expect(of({ kind: 'press-to-pay', money, leftMs: 9_000 })).toMatchObject({
      signal: 'press-to-pay',
      screen: {
        amount: 'HK$12.00',
        leftMs: 9_000,
        actions: [
          {
            button: 'pay',
            labels: [
              { lang: 'en', text: 'Pay HK$12.00' },
              { lang: 'zh', text: '支付 HK$12.00' },
            ],
          },
        ],
      },
    });
  });
});
