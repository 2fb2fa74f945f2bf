/**
 * Leaves out as much of `all` as `fails` allows: halves first, then ever smaller pieces, until no single one can go.
 * @param fails told what is left; undefined: it does not fail any more; otherwise what of that was really used
 */
export async function ddmin<T>(
  all: readonly T[],
  fails: (left: readonly T[]) => Promise<readonly T[] | undefined>,
): Promise<readonly T[]> {
  let kept = all;
  for (let size = Math.ceil(kept.length / 2); size >= 1; ) {
    let shrunk = false;
    for (let at = 0; at < kept.length; ) {
      const used = await fails([...kept.slice(0, at), ...kept.slice(at + size)]);
      if (used) {
        kept = used;
        shrunk = true;
      } else {
        at += size;
      }
    }
    if (size > 1) size = Math.min(Math.ceil(size / 2), Math.max(1, kept.length));
    else if (!shrunk) break;
  }
  return kept;
}
