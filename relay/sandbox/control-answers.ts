/** What the control port answers. */
export type Answer = { readonly status: number; readonly body: object };

export const ok = (body: object): Answer => ({ status: 200, body });
export const fault = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error: { code, message } },
});
