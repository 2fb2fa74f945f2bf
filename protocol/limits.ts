/** Bounds that both sides hold to. Every name ends in its unit. */

/** How long after the scan the relay may act on a `Pay` that does not say otherwise. */
export const PAY_VALID_DEFAULT_MS = 20_000;
/** A frame larger than this is refused unread. */
export const FRAME_MAX_BYTES = 8_192;
/** Boots of one journal that `Hello` names, its own included. */
export const CHAIN_MAX_BOOTS = 8;
export const CODE_MAX_DIGITS = 40;
export const REFERENCE_MAX_CHARS = 32;
/** Unacknowledged attempts that one `Hello` may list; a kiosk with more is out of service. */
export const OPEN_MAX_ATTEMPTS = 64;
/** Kiosk and relay instance names stand in topics. */
export const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;
/** How issuers are called, in issuer tables and on the wire. */
export const ISSUER_PATTERN = /^[a-z][a-z0-9-]{1,15}$/;
/** The longest payment code of any kind, as text: EMV consumer-presented codes are the longest. */
export const CODE_MAX_CHARS = 512;
/** What so long a Base64 text stands for. */
export const CPM_MAX_BYTES = 384;
/** A code that is neither digits only nor EMV consumer-presented. */
export const CODE_TEXT_PATTERN = /^(?=[0-9]*[A-Za-z])[0-9A-Za-z]{8,64}$/;
/** The longest code that a wallet wants shown for linking (Antom's `codeValue`). */
export const LINK_CODE_MAX_CHARS = 2_048;
