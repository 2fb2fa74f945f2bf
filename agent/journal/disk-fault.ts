/** What a technician is told of a disk: where, what, and the remedy. */
const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room on it, or put journal.directory on another',
  EDQUOT: 'the quota is used up; raise it, or put journal.directory elsewhere',
  EFBIG: 'files may not be that large here; raise the limit, or put journal.directory elsewhere',
  EROFS:
    'the file system is read-only, perhaps since it met errors; check it, and replace the card if it did; else mount it writable',
  EIO: 'the disk fails; replace the card',
  ENXIO: 'the disk is gone; see that it is well connected, or replace it',
  ENODEV: 'the disk is gone; see that it is well connected, or replace it',
  EACCES: 'not permitted; give the directory to the user that the agent runs as',
  EPERM: 'not permitted; give the directory to the user that the agent runs as',
  ENOTDIR: 'a part of the path is a file; set journal.directory to a directory',
  EMFILE: 'too many files are open; raise the limit of open files',
};

/** Errors that do not come from the disk are passed through. Keeps `code`. */
export function diskFault(directory: string, error: unknown): Error {
  if (!(error instanceof Error)) return new Error(`journal: ${directory}: ${String(error)}`);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined) return error;
  const remedy = remedies[code] ?? `${error.message}; see that journal.directory can be written`;
  return Object.assign(new Error(`journal: ${directory}: ${code}: ${remedy}`, { cause: error }), { code });
}
