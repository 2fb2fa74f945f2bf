/** The relays' epoch at the beginning of the world, ms. */
export const EPOCH_MS = Date.UTC(2026, 0, 1);
