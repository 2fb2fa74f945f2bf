import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCodepay } from '../../../../relay/acquirers/codepay/adapter.js';
import { requestIdOf } from '../../../../relay/acquirers/codepay/numbers.js';
import type { Acquirer } from '../../../../relay/acquirers/contract.js';
import { accepted, codepayOptions, envelope, type How, REQUEST_ID, refused } from './fixtures.js';

/** Orders of other kinds, shown as they are. A gateway of our own answers: the sandbox makes only sales and refunds. */
describe('an order by CodePay’s own id', () => {
  let server: Server;
  let acquirer: Acquirer;
  /** What each of the two queries answers. */
  let answers: Record<string, [content: object, how?: How]> = {};
  const asked: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { method, trans_no } = JSON.parse(Buffer.concat(parts).toString('utf8'));
        asked.push(`${method} ${trans_no}`);
        const [content, how] = answers[method] ?? [refused('NONE')];
        response.end(envelope(content, how));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    acquirer = createCodepay(codepayOptions(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
  afterAll(() => server.close());

  const lookUp = async (positive: [object, How?], negative: [object, How?] = [refused('NONE')]) => {
    answers = { 'order.query': positive, 'order.refund.query': negative };
    return await acquirer.lookUp?.('T9');
  };
  const data = (type: number | undefined, status: number, more: object = {}) =>
    accepted({
      ...{ trans_no: 'T9', trans_status: status, price_currency: 'USD', trans_amount: '3.20' },
      ...(type === undefined ? {} : { trans_type: type }),
      ...more,
    });

  test.each([
    [1, 2, 'sale', 'paid'],
    [4, 2, 'pre-authorisation', 'paid'],
    [5, 2, 'pre-authorisation cancel', 'refunded'],
    [6, 0, 'pre-authorisation completion', 'pending'],
    [7, 2, 'completion cancel', 'refunded'],
    [8, 1, 'completion refund', 'failed'],
    [3, 2, 'refund', 'refunded'],
    [11, 2, 'cashback', 'paid'],
    [99, 7, 'trans_type 99', 'trans_status 7'],
    [undefined, 2, 'not said', 'paid'],
  ])('trans_type %s with status %s: %s, %s', async (type, status, kind, state) => {
    const found = await lookUp([data(type, status)]);
    expect(found).toEqual({ kind: 'order', order: { kind, state, money: { amount: 320, currency: 'USD' } } });
  });

  test('what gives money back is asked of the other query', async () => {
    const found = await lookUp([refused('NONE')], [data(3, 2, { merchant_order_no: 'x1' })]);
    expect(found).toMatchObject({ kind: 'order', order: { kind: 'refund', state: 'refunded', number: 'x1' } });
    expect(asked.slice(-2)).toEqual(['order.query T9', 'order.refund.query T9']);
  });

  test('only a sale under a number of ours is a payment of ours', async () => {
    const ours = { merchant_order_no: REQUEST_ID };
    expect(await lookUp([data(1, 2, ours)])).toMatchObject({ order: { requestId: REQUEST_ID } });
    for (const type of [2, 3, 4, 6, undefined]) {
      expect(await lookUp([data(type, 2, ours)])).not.toHaveProperty('order.requestId');
    }
    expect(await lookUp([data(1, 2, { merchant_order_no: 'K17-42' })])).not.toHaveProperty('order.requestId');
  });

  test('neither knows it; or one does not tell, and then nothing is known', async () => {
    expect(await lookUp([refused('NONE')])).toEqual({ kind: 'not-found', code: 'NONE' });
    expect(await lookUp([refused('ODD')], [refused('NONE')])).toMatchObject({ kind: 'unknown' });
    expect(await lookUp([refused('NONE')], [refused('ODD')])).toMatchObject({ kind: 'unknown' });
  });

  test('unsigned, or of another order, it is not believed', async () => {
    expect(await lookUp([data(1, 2), 'unsigned'])).toMatchObject({ kind: 'unknown', detail: 'bad-signature' });
    expect(await lookUp([data(1, 2, { trans_no: 'T8' })])).toMatchObject({ kind: 'unknown', detail: 'shape' });
  });

  test('numbers are read back, long and short', () => {
    expect(requestIdOf('ab'.repeat(16))).toBe('ab'.repeat(16));
    expect(requestIdOf(`${'0'.repeat(21)}z`)).toBe('3d'.padStart(32, '0'));
    for (const odd of ['', 'x', 'Z'.repeat(23), `${'z'.repeat(22)}`, 'K17-00000000000000000a']) {
      expect(requestIdOf(odd)).toBeUndefined();
    }
  });
});
