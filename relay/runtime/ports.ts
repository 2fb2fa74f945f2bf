/** A port that cannot be had. Its text is for a person. */
export class PortError extends Error {
  override name = 'PortError';
}

export type PortAsked = {
  /** As the config or the command line spells them. */
  readonly portKey: string;
  readonly hostKey: string;
  readonly host: string;
  readonly port: number;
};

/** @throws PortError that names the key whose value cannot be had */
export async function orPortFault<T>(asked: PortAsked, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    throw faultOf(asked, error instanceof Error && 'code' in error ? error.code : undefined) ?? error;
  }
}

function faultOf({ portKey, hostKey, host, port }: PortAsked, code: unknown): PortError | undefined {
  const fault = (text: string) => new PortError(text);
  if (code === 'EADDRINUSE') {
    return fault(`${portKey}: port ${port} of ${host} is taken, expected a free one: end what has it, or name another`);
  }
  if (code === 'EACCES') return fault(`${portKey}: port ${port} is not allowed to this user, expected 1024 or more`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return fault(`${hostKey}: found "${host}", expected an address of this machine (${code})`);
  }
  return undefined;
}
