import type { ScannerData, ScannerHandlers, ScannerState } from '../../drivers/contract/scanner.js';

/** Writes down everything a scanner says. */
export function recorder() {
  const data: ScannerData[] = [];
  const states: { state: ScannerState; detail: string }[] = [];
  const handlers: ScannerHandlers = {
    onData: (piece) => data.push(piece),
    onState: (state, detail) => states.push({ state, detail }),
  };
  return {
    handlers,
    data,
    states,
    text: () => Buffer.concat(data.map((d) => d.bytes)).toString('latin1'),
    last: () => states.at(-1)?.state,
    times: (state: ScannerState) => states.filter((s) => s.state === state).length,
  };
}
