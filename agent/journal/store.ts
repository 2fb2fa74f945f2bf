/** What a journal writes at once: the unit in which flash and file systems wear. */
export const BLOCK_BYTES = 4_096;

/**
 * A directory of files of whole blocks on a disk of which nothing else is known. Every method rejects with an Error that
 * names the directory and the remedy when the disk is full, read-only or failing. After a failed `write` what the disk
 * holds there is not known.
 */
export interface Store {
  /** Makes the directory durably where there is none, and takes it for this process alone. */
  open(): Promise<void>;
  /** Names of the files, whoever made them. */
  list(): Promise<string[]>;
  /** `bytes` zeros, written and durable with their name, so that a write within them changes nothing else; rejects if it exists. */
  create(name: string, bytes: number): Promise<void>;
  /** What is there, made durable before it is returned: a killed program's last write may not have been. */
  read(name: string): Promise<Uint8Array>;
  /** Whole blocks at a block's offset, one device write, durable when it resolves. `bytes` is not changed until then. */
  write(name: string, offset: number, bytes: Uint8Array): Promise<void>;
  /** Durable; no fault when it is gone already. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}
