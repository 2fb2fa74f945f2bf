/** The input with as many bytes taken out as the fault allows: larger pieces first, then single bytes, until none goes. */
const TRIES_MAX = 5_000;

export function minimise(input: Uint8Array, isFault: (candidate: Uint8Array) => boolean): Uint8Array {
  let smallest = Uint8Array.from(input);
  let tries = 0;
  for (let piece = Math.max(1, smallest.length >> 1); piece >= 1; ) {
    let shrunk = false;
    for (let at = 0; at < smallest.length && tries < TRIES_MAX; ) {
      const candidate = Uint8Array.from(Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + piece)]));
      tries += 1;
      if (isFault(candidate)) {
        smallest = candidate;
        shrunk = true;
      } else {
        at += piece;
      }
    }
    if (tries >= TRIES_MAX) break;
    if (piece > 1) piece >>= 1;
    else if (!shrunk) break;
  }
  return smallest;
}
