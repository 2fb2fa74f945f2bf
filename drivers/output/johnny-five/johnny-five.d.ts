/** What of npm johnny-five 2.1.0 is used; it brings no types. */
declare module 'johnny-five/lib/board.js' {
  import type { EventEmitter } from 'node:events';

  /** What a Board needs of what stands below it: an IO plugin, or an expander. */
  export type BoardIo = EventEmitter & {
    readonly MODES: Readonly<Record<string, number>>;
    pinMode(pin: number, mode: number | undefined): void;
    digitalWrite(pin: number, value: 0 | 1): void;
  };
  type BoardOptions = {
    readonly io: BoardIo;
    readonly repl: false;
    readonly debug: false;
    readonly sigint: false;
  };
  export default class Board extends EventEmitter {
    constructor(options: BoardOptions);
    readonly io: BoardIo;
  }
}

declare module 'johnny-five/lib/led/led.js' {
  import type Board from 'johnny-five/lib/board.js';

  export default class Led {
    constructor(options: { readonly pin: number; readonly board: Board });
    on(): this;
    off(): this;
  }
}

declare module 'johnny-five/lib/relay.js' {
  import type Board from 'johnny-five/lib/board.js';

  export default class Relay {
    constructor(options: { readonly pin: number; readonly type: 'NO' | 'NC'; readonly board: Board });
    close(): this;
    open(): this;
  }
}

declare module 'johnny-five/lib/expander.js' {
  import type { EventEmitter } from 'node:events';
  import type Board from 'johnny-five/lib/board.js';
  import type { BoardIo } from 'johnny-five/lib/board.js';

  export default class Expander extends EventEmitter implements BoardIo {
    constructor(options: { readonly controller: string; readonly address: number; readonly board: Board });
    readonly MODES: Readonly<Record<string, number>>;
    readonly pins: readonly unknown[];
    pinMode(pin: number, mode: number | undefined): void;
    digitalWrite(pin: number, value: 0 | 1): void;
  }
}
