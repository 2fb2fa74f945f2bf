/** What an address of PostgreSQL must look like, for whoever reads or checks it; the text itself is a secret. */

export const LEDGER_URL_SHAPE = 'postgres://USER:PASSWORD@HOST:PORT/DATABASE';

const HOST = /^(\[[^\]]*\]|[^:]*)(:[^:]*)?$/;

/** What is wrong, without a word of the text; undefined: the driver can read it. */
export function ledgerUrlFault(url: string): string | undefined {
  // The driver takes any other scheme for PostgreSQL's too.
  if (!/^postgres(ql)?:\/\//i.test(url)) return 'a text that does not begin with postgres://';
  const authority = url.slice(url.indexOf('://') + 3).split(/[/?]/)[0] ?? '';
  // Several hosts, commas between, are the driver's own; a URL knows but one.
  const hosts = authority.slice(authority.lastIndexOf('@') + 1);
  for (const one of hosts.split(',')) {
    const [, , port] = HOST.exec(one) ?? [];
    if (port !== undefined && !(/^:\d{0,5}$/.test(port) && Number(port.slice(1)) <= 65_535)) {
      return 'a port that is no number from 1 to 65535';
    }
  }
  try {
    decodeURIComponent(authority);
  } catch {
    return 'a "%" without two hex digits after it (a "%" of the password itself is written %25)';
  }
  return URL.canParse(url.replace(hosts, hosts.split(',')[0] ?? '')) ? undefined : 'a text that is no URL';
}
