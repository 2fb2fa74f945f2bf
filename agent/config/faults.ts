import { type Fault, faultText } from '../../protocol/faults.js';

/** Every fault of the file at once. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly file: string;
  readonly faults: readonly Fault[];

  constructor(file: string, faults: readonly Fault[]) {
    super([`${file}:`, ...faults.map((fault) => `  ${faultText(fault)}`)].join('\n'));
    this.file = file;
    this.faults = faults;
  }
}
