/** Under which name each call stands. Source: reference acquirers/antom.md sections 1.2 to 1.8 and 2.1 to 2.6, and 2.9. */
const folders = {
  ...({ pay: 'payments', inquiryPayment: 'payments', cancel: 'payments' } as const),
  ...({ refund: 'payments', inquiryRefund: 'payments' } as const),
  ...({ declare: 'customs', inquiryDeclarationRequests: 'customs' } as const),
  ...({ consult: 'authorizations', applyToken: 'authorizations', revoke: 'authorizations' } as const),
} as const;
export type Api = keyof typeof folders;
export const apis = Object.keys(folders) as readonly Api[];

/** A client id of Antom's own sandbox goes to another path, and that path is the one to sign (section 0). */
export function apiPath(api: Api, clientId: string): string {
  const path = `/ams/api/v1/${folders[api]}/${api}`;
  return clientId.startsWith('SANDBOX_') ? path.replace('/ams/api', '/ams/sandbox/api') : path;
}

/** ISO 8601 with an offset, whole seconds, rounded down: an expiry never moves later. */
export const isoWithOffset = (date: Date): string => `${date.toISOString().slice(0, 19)}+00:00`;
