/** What the relay's parts need of pino. Payment codes and keys are never among the fields (S11). */
export interface Log {
  info(fields: object, text?: string): void;
  warn(fields: object, text?: string): void;
  error(fields: object, text?: string): void;
}

/** An error for the log: its name and message, no object that might carry a request. */
export const errorFields = (error: unknown): { error: string } => ({
  error: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown',
});
