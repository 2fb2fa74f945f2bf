import type { Acquirer, Rejection } from './contract.js';

/** Of an acquirer that sends none: a double, or an account that is no longer in the config. */
export const noNotifications: Pick<Acquirer, 'verifyNotification' | 'replies'> = {
  verifyNotification: () => rejected('not-expected'),
  replies: {
    taken: { status: 200, contentType: 'text/plain', body: 'taken' },
    again: { status: 503, contentType: 'text/plain', body: 'again' },
  },
};

export const rejected = (why: Rejection): { readonly kind: 'rejected'; readonly why: Rejection } => ({
  kind: 'rejected',
  why,
});

/** One header's text; undefined where it is absent, empty, or there several times. */
export function headerText(headers: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
