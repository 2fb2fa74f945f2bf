/**
 * The demo was started in a way that cannot work: a flag, a folder, a service that a variable points to. The message is
 * for the person who started it: what it is about, what was found, what to do. Exit code 2.
 */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The system's word for what went wrong, such as ENOENT; never a path or an address. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && error.code !== undefined ? String(error.code) : 'unknown';
