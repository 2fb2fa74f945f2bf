/** A JSON object of any content. */
export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Undefined for what is no JSON object. */
export function jsonIn(raw: Buffer): Json | undefined {
  try {
    const content: unknown = JSON.parse(raw.toString('utf8'));
    return isJson(content) ? content : undefined;
  } catch {
    return undefined;
  }
}
