/** A frame on its way to one client. */
export type FrameOnItsWay = {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** The client that is to hear it. */
  readonly to: string;
  /** Lets it through, after the usual time; each call delivers it once more. */
  readonly go: () => void;
};

/** A call to the acquirer: as a request on its way there, and as an answer on its way back. */
export type CallOnItsWay = {
  readonly way: 'request' | 'answer';
  readonly what: string;
  readonly requestId: string;
  readonly relay: string;
  readonly go: () => void;
};

/**
 * What is on its way, held by hand: a gate that says true has taken it, and may let it go later, twice, or never. For tests
 * that play one given sequence; a world of chance has no gates.
 */
export type Gates = {
  frame?: (frame: FrameOnItsWay) => boolean;
  call?: (call: CallOnItsWay) => boolean;
  /** What this relay's transaction wants of the ledger waits so long. */
  ledger?: (relay: string, what: 'begin' | 'statement' | 'commit') => Promise<void> | undefined;
};
