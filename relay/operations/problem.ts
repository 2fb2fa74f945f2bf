/** What every refusal looks like, over HTTP and on the command line. */
export type Problem = { readonly error: { readonly code: string; readonly message: string } };
export const problem = (code: string, message: string): Problem => ({ error: { code, message } });
