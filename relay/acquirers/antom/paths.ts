/** The five calls of user-presented mode. Source: reference acquirers/antom.md sections 1.2 to 1.8. */
export const apis = ['pay', 'inquiryPayment', 'cancel', 'refund', 'inquiryRefund'] as const;
export type Api = (typeof apis)[number];

/** A client id of Antom's own sandbox goes to another path, and that path is the one to sign (section 0). */
export function apiPath(api: Api, clientId: string): string {
  const path = `/ams/api/v1/payments/${api}`;
  return clientId.startsWith('SANDBOX_') ? path.replace('/ams/api', '/ams/sandbox/api') : path;
}

/** ISO 8601 with an offset, whole seconds, rounded down: an expiry never moves later. */
export const isoWithOffset = (date: Date): string => `${date.toISOString().slice(0, 19)}+00:00`;
