import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAntom } from '../../../../relay/acquirers/antom/adapter.js';
import type { Answer } from '../../../../relay/acquirers/antom/answers.js';
import { gatewayCodes } from '../../../../relay/acquirers/antom/codes.js';
import { declarationsAnswer, declareAnswer, declareBody } from '../../../../relay/acquirers/antom/customs.js';
import { customsInquiryCodes, declareCodes } from '../../../../relay/acquirers/antom/customs-codes.js';
import { apiPath } from '../../../../relay/acquirers/antom/paths.js';
import type { DeclareRequest } from '../../../../relay/acquirers/customs.js';
import { antomOptions } from './fixtures.js';

const request: DeclareRequest = {
  declarationId: `d${'0a'.repeat(15)}`,
  acquirerId: '2026010100001',
  money: { amount: 3_550, currency: 'CNY' },
  customs: 'ZONGSHU',
  merchant: { code: '4403961DPF', name: 'Kiosk Co' },
};
const BASE = 'http://127.0.0.1:1';
const buyer = { number: '11010519491231002X', name: '李明' };
const answer = (status: 'S' | 'F' | 'U', code: string, fields: object = {}): Answer => ({
  ...{ verified: true, status, code },
  fields: { result: { resultStatus: status, resultCode: code }, ...fields },
});

test('declare has every field of the reference, section 2.9, each scalar a text', () => {
  expect(declareBody({ ...request, subOrder: 'S-1', buyer })).toEqual({
    declarationRequestId: request.declarationId,
    paymentId: '2026010100001',
    declarationAmount: { currency: 'CNY', value: '3550' },
    customs: { customsCode: 'ZONGSHU', region: 'CN' },
    merchantCustomsInfo: { merchantCustomsCode: '4403961DPF', merchantCustomsName: 'Kiosk Co' },
    splitOrder: 'true',
    subOrderId: 'S-1',
    buyerCertificate: {
      ...{ certificateType: 'ID_CARD', certificateNo: buyer.number },
      holderName: { fullName: buyer.name },
    },
  });
  const whole = declareBody(request);
  expect([whole.splitOrder, 'subOrderId' in whole, 'buyerCertificate' in whole]).toEqual(['false', false, false]);
  expect(request.declarationId.length).toBeLessThanOrEqual(32);
});

test('both calls have their path, also with a client id of the sandbox', () => {
  expect(apiPath('declare', 'X')).toBe('/ams/api/v1/customs/declare');
  expect(apiPath('inquiryDeclarationRequests', 'SANDBOX_X')).toBe(
    '/ams/sandbox/api/v1/customs/inquiryDeclarationRequests',
  );
  expect(apiPath('pay', 'X')).toBe('/ams/api/v1/payments/pay');
});

describe('what the answer to declare means', () => {
  test('taken, with what customs needs', () => {
    const fields = {
      ...{ customsPaymentId: 'C1', customsOrderId: 'O1', identityCheckResult: 'CHECK_NOT_PASSED' },
      ...{ clearingChannel: 'NUCC', clearingTransactionId: 'N1', customsProviderRegistrationId: '31222699S7' },
    };
    expect(declareAnswer(answer('S', 'SUCCESS', fields))).toEqual({
      ...{ kind: 'taken', code: 'SUCCESS', customsPaymentId: 'C1', customsOrderId: 'O1', identity: 'not-passed' },
      ...{ channel: 'NUCC', channelId: 'N1', registration: '31222699S7' },
    });
    expect(declareAnswer(answer('S', 'SUCCESS', { customsOrderId: 7, identityCheckResult: 'MAYBE' }))).toEqual({
      ...{ kind: 'taken', code: 'SUCCESS' },
    });
  });

  test.each(Object.entries(declareCodes))('%s decides only with the status that is documented for it', (code, row) => {
    for (const status of ['S', 'F', 'U'] as const) {
      const kind = declareAnswer(answer(status, code)).kind;
      expect(kind).toBe(status === row.status ? row.kind : 'unknown');
    }
  });

  test('an unknown refusal is a refusal, with an alarm; an unknown success or doubt decides nothing', () => {
    expect(declareAnswer(answer('F', 'NEW_CODE'))).toEqual({ kind: 'refused', alarm: true, code: 'NEW_CODE' });
    expect(declareAnswer(answer('S', 'NEW_CODE')).kind).toBe('unknown');
    expect(declareAnswer(answer('U', 'NEW_CODE')).kind).toBe('unknown');
    for (const code of gatewayCodes) expect(declareAnswer(answer('F', code))).toMatchObject({ alarm: true });
  });
});

describe('what an inquiry tells', () => {
  const ids = ['d1', 'd2'];
  const record = { declarationRequestId: 'd1', declarationRequestStatus: 'IN_PROCESS' };
  const told = (fields: object, statuses = {}) => declarationsAnswer(answer('S', 'SUCCESS', fields), ids, statuses);

  test('each record by its id, with its word and what customs said', () => {
    const ended = {
      ...{ ...record, declarationRequestStatus: 'FAIL', declarationAmount: { currency: 'CNY', value: '3550' } },
      ...{ customs: { customsCode: 'NINGBO', region: 'CN' }, customsDeclarationResultCode: '0' },
      customsDeclarationResultDesc: 'buyer 11010519491231002X is not the payer',
      customsDeclarationReturnTime: '2026-01-01T12:00:00+08:00',
    };
    expect(told({ declarationRecords: [ended], declarationRequestsNotFound: ['d2', 'd9'] })).toEqual({
      ...{ kind: 'seen', code: 'SUCCESS', missing: ['d2'] },
      declarations: [
        {
          ...{ declarationId: 'd1', word: 'FAIL', means: 'failed', money: { amount: 3_550, currency: 'CNY' } },
          ...{ customs: 'NINGBO', resultCode: '0', resultText: 'buyer … is not the payer' },
          returnedAt: '2026-01-01T12:00:00+08:00',
        },
      ],
    });
  });

  test('a word that no document names decides nothing, unless the config says what it means', () => {
    const held = { declarationRecords: [{ ...record, declarationRequestStatus: 'HELD' }] };
    expect(told(held)).toMatchObject({ declarations: [{ means: 'unclear', word: 'HELD' }] });
    expect(told(held, { HELD: 'waiting' })).toMatchObject({ declarations: [{ means: 'waiting' }] });
    const odd = { declarationRecords: [{ ...record, declarationRequestStatus: 'constructor' }] };
    expect(told(odd)).toMatchObject({ declarations: [{ means: 'unclear' }] });
  });

  test('a record of a stranger is passed over; one that is there and not there tells nothing', () => {
    expect(told({ declarationRecords: [{ ...record, declarationRequestId: 'd7' }, 5] })).toEqual({
      ...{ kind: 'seen', code: 'SUCCESS', declarations: [], missing: [] },
    });
    expect(told({ declarationRecords: [record], declarationRequestsNotFound: ['d1'] }).kind).toBe('unknown');
    expect(told({ declarationRecords: [record, record] }).kind).toBe('unknown');
    expect(told({ declarationRecords: 'none' }).kind).toBe('unknown');
  });

  test.each(Object.entries(customsInquiryCodes))(
    '%s with another status than documented tells nothing',
    (code, row) => {
      for (const status of ['S', 'F', 'U'] as const) {
        const isSeen = status === row.status && row.kind === 'see-records';
        expect(declarationsAnswer(answer(status, code), ids, {}).kind).toBe(isSeen ? 'seen' : 'unknown');
      }
    },
  );

  test('nothing that an answer may hold makes it throw, or speak of an id that was not asked for', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (declarationRecords, declarationRequestsNotFound) => {
        const found = told({ declarationRecords, declarationRequestsNotFound });
        if (found.kind !== 'seen') return found.kind === 'unknown';
        const named = [...found.missing, ...found.declarations.map((d) => d.declarationId)];
        return named.every((id) => ids.includes(id));
      }),
    );
  });
});

describe('the adapter', () => {
  test('has customs only where the account does', () => {
    expect(createAntom(antomOptions(BASE)).customs).toBeUndefined();
    const { customs } = createAntom({ ...antomOptions(BASE), customs: { place: 'ZONGSHU', statuses: {} } });
    expect(customs?.places.map(({ code }) => code)).toEqual([
      ...['ZONGSHU', 'ZHENGZHOU', 'NINGBO', 'HENAN', 'SHANGHAI_CBT'],
    ]);
    expect(customs?.places.find(({ code }) => code === 'HENAN')?.next).toBe('ZONGSHU');
    expect(() => createAntom({ ...antomOptions(BASE), customs: { place: 'no where', statuses: {} } })).toThrow(
      /customs\.place: found 8 characters, expected a customs code: ZONGSHU/,
    );
  });

  test('more than ten ids, or none, are not sent', async () => {
    const { customs } = createAntom({ ...antomOptions(BASE), customs: { place: 'ZONGSHU', statuses: {} } });
    const eleven = Array.from({ length: 11 }, (_, i) => `d${i}`);
    expect(await customs?.inquire(eleven)).toEqual({ kind: 'not-sent', detail: '11 ids, expected 1 to 10' });
    expect(await customs?.inquire([])).toMatchObject({ kind: 'not-sent' });
  });
});
