import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Consulted, Tokens } from '../../../relay/acquirers/contract.js';
import { sleep, until } from '../../support/wait.js';
import { traceOf } from '../../unit/protocol/traces.js';
import { freshState, type LinkedStage, linkedStage, onPage, RETURN_URL } from './linked.js';
import { antomFor, control, freshRequest, keys } from './stage.js';

/** Linking, over real HTTP: what the adapter makes of what the sandbox and the wallet's page do. */

let stage: LinkedStage;
let nowMs: number;
beforeEach(async () => {
  nowMs = Date.now();
  stage = await linkedStage({ clockMs: () => nowMs }, { clock: () => new Date(nowMs) });
});
afterEach(() => stage.stop());

const asked = (state = freshState()) => ({ wallet: 'alipayhk', state, returnUrl: RETURN_URL });
async function consulted(state?: string): Promise<Consulted & { url: string }> {
  const answer = await stage.linking.consult(asked(state));
  if (answer.kind !== 'consulted' || !answer.url) throw new Error(`consult: ${answer.kind}`);
  return { ...answer, url: answer.url };
}
/** Up to the notice that its owner agreed. */
async function agreed(): Promise<{ state: string; code: string; url: string }> {
  const state = freshState();
  const { url } = await consulted(state);
  const before = stage.heard().filter(({ kind }) => kind === 'authorization').length;
  await onPage(url, 'agree');
  const notice = await stage.authorization(before + 1);
  if (notice.what !== 'code') throw new Error(notice.what);
  return { state: notice.state, code: notice.code, url };
}
const play = (body: object) => control(stage.sandbox, 'POST', 'linking', body);
const links = () => stage.sandbox.linking?.links() ?? [];
const pay = ({ accessToken }: Tokens, amount = 1_200) =>
  stage.acquirer.pay(
    freshRequest({
      ...{ wallet: 'alipayhk', code: accessToken, money: { amount, currency: 'HKD' } },
      ...{ sendUntil: new Date(nowMs + 20_000), expiresAt: new Date(nowMs + 50_000) },
    }),
  );

describe('the way of one wallet', () => {
  test('consult, the page, the notice, a token, a payment by it', async () => {
    const state = freshState();
    const { url, code } = await consulted(state);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/wallet\/consent\/[0-9a-f]{32}$/);
    expect(code?.length, 'as long as a real one').toBeGreaterThan(130);
    await onPage(url, 'agree');
    const notice = await stage.authorization(1);
    expect(notice).toMatchObject({ kind: 'authorization', what: 'code', state });
    const tokens = await stage.linking.applyToken('alipayhk', notice.what === 'code' ? notice.code : '');
    expect(tokens).toMatchObject({
      ...{ kind: 'tokens', accessUntil: null, refreshToken: null, refreshUntil: null, user: '852-9***21' },
    });
    expect(await pay(tokens as Tokens)).toMatchObject({ kind: 'paid', money: { amount: 1_200, currency: 'HKD' } });
    expect(stage.sandbox.ledger()).toMatchObject({ charged: 1_200, payments: [{ wallet: 'ALIPAY_HK' }] });
    await until('taken', () => stage.sandbox.notifications()[0]?.nextAt === null);
    expect(stage.sandbox.notifications()[0]).toMatchObject({ kind: 'authorised', link: '1', taken: true });
  });

  test('a token pays any number of times', async () => {
    const tokens = await stage.link('alipayhk');
    for (let n = 0; n < 3; n++) expect(await pay(tokens)).toMatchObject({ kind: 'paid' });
    expect(stage.sandbox.ledger().charged).toBe(3_600);
  });

  test('a refusal is told nobody, and brings no token', async () => {
    const { url } = await consulted();
    expect(await onPage(url, 'decline')).toMatchObject({ status: 200 });
    await sleep(100);
    expect(stage.receiver.heard).toEqual([]);
    expect(links()).toMatchObject([{ state: 'declined' }]);
    expect((await onPage(url, 'agree')).status, 'and is final').toBe(409);
  });

  test('two links do not meet: each code brings its own token', async () => {
    const [first, second] = [await agreed(), await agreed()];
    expect(first.state).not.toBe(second.state);
    const tokens = [
      await stage.linking.applyToken('alipayhk', second.code),
      await stage.linking.applyToken('alipayhk', first.code),
    ];
    const texts = tokens.map((t) => (t.kind === 'tokens' ? t.accessToken : ''));
    expect(new Set(texts).size).toBe(2);
    expect(texts).not.toContain('');
  });
});

describe('what is good once', () => {
  test('authState: a second consult with it is refused, with an alarm', async () => {
    const state = freshState();
    await consulted(state);
    expect(await stage.linking.consult(asked(state))).toEqual({
      ...{ kind: 'failed', reason: 'configuration', alarm: true, code: 'PARAM_ILLEGAL' },
    });
    expect(links()).toHaveLength(1);
  });

  test('authCode: asked for again it is refused for good, and the first token stands', async () => {
    const { code } = await agreed();
    const first = await stage.linking.applyToken('alipayhk', code);
    const refusal = { kind: 'failed', reason: 'unlinked', code: 'INVALID_AUTHCODE' };
    expect(await stage.linking.applyToken('alipayhk', code)).toEqual(refusal);
    expect(await stage.linking.applyToken('dana', (await agreed()).code), 'of another wallet').toEqual(refusal);
    expect(await stage.linking.applyToken('alipayhk', 'nobody')).toEqual(refusal);
    expect(await pay(first as Tokens)).toMatchObject({ kind: 'paid' });
  });

  test('the page: a second agreement changes nothing and is told nobody', async () => {
    const { url } = await agreed();
    expect((await onPage(url, 'agree')).status).toBe(409);
    await sleep(50);
    expect(stage.receiver.heard).toHaveLength(1);
  });

  test('too late: the offer after ten minutes, and the code ten minutes later', async () => {
    const { url } = await consulted();
    nowMs += 600_000;
    expect(await onPage(url, 'agree')).toMatchObject({ status: 409, html: expect.stringContaining('expired') });
    const { code } = await agreed();
    nowMs += 600_000;
    expect(await stage.linking.applyToken('alipayhk', code)).toMatchObject({ kind: 'failed', reason: 'unlinked' });
  });
});

describe('faults', () => {
  test('applyToken that is in process, as often as it is', async () => {
    const { code } = await agreed();
    await play({ api: 'applyToken', result: 'AUTH_IN_PROCESS', times: 2 });
    for (let n = 0; n < 2; n++) {
      expect(await stage.linking.applyToken('alipayhk', code)).toEqual({ kind: 'pending', code: 'AUTH_IN_PROCESS' });
    }
    expect((await stage.linking.applyToken('alipayhk', code)).kind).toBe('tokens');
  });

  test('the notice comes before the consult is answered', async () => {
    await play({ api: 'consult', manner: 'after-the-notice' });
    const state = freshState();
    let heardAtAnswer = 0;
    const answer = await stage.linking.consult(asked(state)).then((a) => {
      heardAtAnswer = stage.receiver.heard.length;
      return a;
    });
    expect([answer.kind, heardAtAnswer]).toEqual(['consulted', 1]);
    expect(await stage.authorization(1)).toMatchObject({ what: 'code', state });
  });

  test('an answer that is lost: the consult stands unseen, the token is made unseen, the revoke is done', async () => {
    await play({ api: 'consult', manner: 'drop' });
    expect(await stage.linking.consult(asked())).toEqual({ kind: 'unknown', detail: 'io' });
    expect(links()).toHaveLength(1);
    const { code } = await agreed();
    await play({ api: 'applyToken', manner: 'drop' });
    expect(await stage.linking.applyToken('alipayhk', code)).toEqual({ kind: 'unknown', detail: 'io' });
    expect(await stage.linking.applyToken('alipayhk', code)).toMatchObject({ kind: 'failed', reason: 'unlinked' });
    const { accessToken } = await stage.link('alipayhk');
    await play({ api: 'revoke', manner: 'drop' });
    expect(await stage.linking.revoke(accessToken)).toEqual({ kind: 'unknown', detail: 'io' });
    expect(await stage.linking.revoke(accessToken)).toEqual({ kind: 'revoked', code: 'INVALID_ACCESS_TOKEN' });
  });

  test.each([
    ['html', { kind: 'unknown', detail: 'not-json' }],
    ['bad-signature', { kind: 'unknown', detail: 'bad-signature' }],
  ] as const)(
    '%s decides nothing',
    async (manner, expected) => {
      const { code } = await agreed();
      const { accessToken } = await stage.link('alipayhk');
      for (const api of ['consult', 'applyToken', 'revoke'] as const) await play({ api, manner });
      expect(await stage.linking.consult(asked())).toEqual(expected);
      expect(await stage.linking.applyToken('alipayhk', code)).toEqual(expected);
      expect(await stage.linking.revoke(accessToken)).toEqual(expected);
    },
    60_000,
  );

  test.each([
    ['consult', 'RISK_REJECT', { kind: 'failed', reason: 'risk' }],
    ['consult', 'NO_PAY_OPTIONS', { kind: 'failed', reason: 'configuration', alarm: true }],
    ['consult', 'UNKNOWN_EXCEPTION', { kind: 'unknown', detail: 'unclear' }],
    ['applyToken', 'USER_STATUS_ABNORMAL', { kind: 'failed', reason: 'wallet-restricted' }],
    ['applyToken', 'ACCESS_DENIED', { kind: 'unknown', detail: 'refused' }],
    ['revoke', 'SYSTEM_ERROR', { kind: 'unknown', detail: 'refused' }],
  ] as const)('%s answers %s, once', async (api, code, expected) => {
    const tokens = await stage.link('alipayhk');
    const calls = {
      consult: () => stage.linking.consult(asked()),
      applyToken: () => stage.linking.applyToken('alipayhk', 'x'),
      revoke: () => stage.linking.revoke(tokens.accessToken),
    };
    await play({ api, result: code });
    expect(await calls[api]()).toEqual({ ...expected, code });
    expect(await calls[api]()).not.toMatchObject({ code });
  });

  test('a wallet that Antom does not link', async () => {
    const wallets = [{ ...(stage.linking.wallets[0] as (typeof stage.linking.wallets)[number]), method: 'PAYPAY' }];
    const { linking } = antomFor(stage.sandbox, { linking: { wallets } });
    expect(await linking?.consult(asked())).toMatchObject({ kind: 'failed', reason: 'configuration', alarm: true });
  });
});

describe('a token that ends', () => {
  const withLife = async (tokenLifeMs: number): Promise<Tokens> => {
    await play({ tokenLifeMs });
    return await stage.link('alipayhk');
  };

  test('it expires; it is refreshed in time; each refresh token is good once', async () => {
    const first = await withLife(3_600_000);
    const seconds = (at: number | null): number => Math.round(((at ?? 0) - nowMs) / 1_000);
    expect([seconds(first.accessUntil), seconds(first.refreshUntil)].map((s) => Math.round(s / 10))).toEqual([
      360, 720,
    ]);
    nowMs += 3_000_000;
    const second = await stage.linking.refreshToken('alipayhk', first.refreshToken ?? '');
    if (second.kind !== 'tokens') throw new Error(second.kind);
    expect(second.accessToken).not.toBe(first.accessToken);
    expect(await pay(first), 'the one before is dead').toMatchObject({ kind: 'declined', reason: 'unlinked' });
    expect(await pay(second)).toMatchObject({ kind: 'paid' });
    const again = await stage.linking.refreshToken('alipayhk', first.refreshToken ?? '');
    expect(again).toEqual({ kind: 'failed', reason: 'unlinked', code: 'INVALID_REFRESH_TOKEN' });
    nowMs += 3_600_000;
    expect(await pay(second), 'past its time').toMatchObject({ kind: 'declined', reason: 'unlinked' });
    nowMs += 3_600_000;
    const late = await stage.linking.refreshToken('alipayhk', second.refreshToken ?? '');
    expect(late, 'and so is its refresh token').toMatchObject({ kind: 'failed', reason: 'unlinked' });
  });

  test('revoked: it pays no more, cannot be refreshed, and a notice says so; revoked again it is still', async () => {
    const tokens = await withLife(3_600_000);
    expect(await stage.linking.revoke(tokens.accessToken)).toEqual({ kind: 'revoked', code: 'SUCCESS' });
    expect(await stage.authorization(2)).toMatchObject({ what: 'cancelled', token: tokens.accessToken });
    expect(await pay(tokens)).toEqual({ kind: 'declined', reason: 'unlinked', code: 'INVALID_ACCESS_TOKEN' });
    const refreshed = await stage.linking.refreshToken('alipayhk', tokens.refreshToken ?? '');
    expect(refreshed).toMatchObject({ kind: 'failed' });
    expect(await stage.linking.revoke(tokens.accessToken)).toEqual({ kind: 'revoked', code: 'INVALID_ACCESS_TOKEN' });
    await sleep(50);
    expect(stage.heard().filter(({ kind }) => kind === 'authorization')).toHaveLength(2);
  });

  test.each(['its page', 'the control port'])('cancelled by its owner, on %s', async (where) => {
    const tokens = await stage.link('alipayhk');
    const [{ consentUrl } = { consentUrl: '' }] = links();
    if (where === 'its page') await onPage(consentUrl, 'cancel');
    else await control(stage.sandbox, 'POST', 'links/1', { action: 'cancel' });
    expect(await stage.authorization(2)).toMatchObject({
      ...{ what: 'cancelled', token: tokens.accessToken, why: 'The authorization was cancelled.' },
    });
    expect(await pay(tokens)).toMatchObject({ kind: 'declined', reason: 'unlinked' });
    expect(stage.sandbox.ledger().charged).toBe(0);
  });
});

describe('notices of a link', () => {
  test('a duplicate has the same key, and comes three times', async () => {
    stage.sandbox.setNotifyManner('duplicate');
    await agreed();
    await until('three', () => stage.receiver.heard.length === 3);
    expect(new Set(stage.heard().map((n) => ('key' in n ? n.key : ''))).size).toBe(1);
  });

  test.each(['tampered', 'strange-key'] as const)(
    '%s is rejected',
    async (manner) => {
      stage.sandbox.setNotifyManner(manner);
      const { url } = await consulted();
      await onPage(url, 'agree');
      await until('heard', () => stage.receiver.heard.length > 0, 60_000);
      expect(stage.heard()[0]).toEqual({ kind: 'rejected', why: 'bad-signature' });
    },
    90_000,
  );

  test('it is sent again until it is taken', async () => {
    stage.receiver.answer = (n) => (n < 2 ? stage.acquirer.replies.again : stage.acquirer.replies.taken);
    await agreed();
    await until('taken', () => stage.sandbox.notifications()[0]?.taken === true);
    expect(stage.sandbox.notifications()[0]?.sends.map(({ taken }) => taken)).toEqual([false, false, true]);
  });

  test('a sandbox that was not asked for notifications sends none', async () => {
    const quiet = await linkedStage({}, {}, false);
    try {
      const answer = await quiet.linking.consult(asked());
      const { html } = await onPage(answer.kind === 'consulted' ? (answer.url ?? '') : '', 'agree');
      expect(html, 'and its page does not say that it does').toMatch(/Nobody is told.* --notify-factor/);
      await sleep(50);
      expect(quiet.receiver.heard).toEqual([]);
    } finally {
      await quiet.stop();
    }
  });
});

test('no secret is in what the sandbox shows or logs, nor in the adapter’s answers but where it belongs', async () => {
  const calls: unknown[] = [];
  const own = await linkedStage({ keys, onCall: (call) => calls.push(call) });
  try {
    const state = freshState();
    await own.linking.consult(asked(state));
    await own.sandbox.linking?.decide('1', 'agree');
    const notice = await own.authorization(1);
    const code = notice.what === 'code' ? notice.code : '';
    const tokens = await own.linking.applyToken('alipayhk', code);
    const token = tokens.kind === 'tokens' ? tokens.accessToken : '';
    const paid = await own.acquirer.pay(freshRequest({ wallet: 'alipayhk', code: token }));
    const revoked = await own.linking.revoke(token);
    const shown = [
      calls,
      own.sandbox.ledger(),
      own.sandbox.notifications(),
      own.sandbox.linking?.links(),
      paid,
      revoked,
    ];
    for (const secret of [state, code, token]) {
      expect(secret.length).toBeGreaterThan(20);
      expect(traceOf(secret, JSON.stringify(shown))).toBeUndefined();
    }
    expect(calls).toHaveLength(4);
  } finally {
    await own.stop();
  }
});
