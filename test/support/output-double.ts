import type { Input, InputHandlers } from '../../drivers/contract/input.js';
import type { Output, OutputHandlers, PulseResult } from '../../drivers/contract/output.js';

/** A relay that notes what it is told, and pulses as the test says. */
export function outputDouble() {
  const told: string[] = [];
  let handlers: OutputHandlers | undefined;
  const double = {
    told,
    pulse: async (ms: number): Promise<PulseResult> => ({ askedMs: ms, measuredMs: ms, by: 'kernel' }),
    fault: (detail: string) => handlers?.onFault(detail),
    well: () => handlers?.onWell(),
    output: undefined as unknown as Output,
  };
  double.output = {
    name: 'relay',
    abilities: { blink: 'process', pulse: 'kernel', tone: false },
    async start(given) {
      handlers = given;
      told.push('start');
    },
    set: (on) => void told.push(on ? 'on' : 'off'),
    blink() {},
    tone() {},
    pulse(ms) {
      told.push(`pulse ${ms}`);
      return double.pulse(ms);
    },
    async stop() {
      told.push('stop');
    },
  };
  return double;
}

/** A sensor that sees what the test says. */
export function inputDouble() {
  let active: boolean | undefined = false;
  let handlers: InputHandlers | undefined;
  const input: Input = {
    name: 'sensor',
    get active() {
      return active;
    },
    async start(given) {
      handlers = given;
    },
    async stop() {
      handlers = undefined;
    },
  };
  return {
    input,
    see(now: boolean) {
      active = now;
      handlers?.onChange(now, performance.now());
    },
    /** It can be read again: no change, so nothing is told. */
    back() {
      active = false;
    },
    blind(detail = 'EIO') {
      active = undefined;
      handlers?.onFault(detail);
    },
  };
}
