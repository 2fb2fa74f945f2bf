/** Waits until `what` gives something true, and gives it; fails with `name` after `withinMs`. */
export async function until<T>(name: string, what: () => T | Promise<T>, withinMs = 8_000): Promise<NonNullable<T>> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await what();
    if (found) return found;
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms for: ${name}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
