/** What any call to an acquirer may come to, whatever it is about. */

/**
 * Why an answer tells nothing of the money. `by-inquiry`: it is in order, and the inquiry that follows tells the rest. `refused`:
 * the call was, for a reason that nobody has told us; whoever says so is there.
 */
export type UnknownDetail =
  | 'timeout'
  | 'io'
  | 'http-status'
  | 'bad-signature'
  | 'not-json'
  | 'shape'
  | 'busy'
  | 'by-inquiry'
  | 'refused'
  | 'unclear';

export type Code = { /** The acquirer's own result code, kept for the ledger. */ readonly code?: string };
export type Unknown = Code & { readonly kind: 'unknown'; readonly detail: UnknownDetail };
/** Not a byte of the request left this machine: the acquirer cannot know of it. */
export type NotSent = { readonly kind: 'not-sent'; readonly detail: string };
