/**
 * What the customer presses: `link`, to link a wallet, and `pay`, to pay with a linked one. Whether a press means anything
 * now is the agent's to say; a driver tells each one once, and none that it made up itself (bounce).
 */
export const buttons = ['link', 'pay'] as const;
export type ButtonName = (typeof buttons)[number];

export type Press = {
  readonly button: ButtonName;
  /** Of the button `link`: which wallet; absent: whichever the kiosk offers first. */
  readonly wallet?: string;
};

export type ButtonHandlers = { onPress(press: Press): void };

export interface Buttons {
  /** Resolves at once, also where there is no button. */
  start(handlers: ButtonHandlers): Promise<void>;
  /** After it resolves no handler is called again. */
  stop(): Promise<void>;
}
