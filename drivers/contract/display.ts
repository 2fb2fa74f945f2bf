import type { ButtonName } from './button.js';

/** What the customer reads. One model for every display; each draws what it can. */
export type ScreenTone = 'neutral' | 'ready' | 'working' | 'attention' | 'good' | 'bad' | 'closed';

export type ScreenText = {
  /** BCP 47, such as "en" or "zh". */
  readonly lang: string;
  readonly title: string;
  readonly body: string;
};

/** What the customer may press now, on a display that can be touched. */
export type ScreenAction = {
  readonly button: ButtonName;
  /** Of the button `link`: which wallet, such as "alipayhk". */
  readonly wallet?: string;
  /** In the order of the screen's texts. */
  readonly labels: readonly { readonly lang: string; readonly text: string }[];
};

export type Screen = {
  /** Stable name of the screen (the kiosk's view kind), for styling, tests and technicians. */
  readonly kind: string;
  readonly tone: ScreenTone;
  /** First the customer's main language; at least one. */
  readonly texts: readonly ScreenText[];
  /** "HK$35.50" or "HKD 35.50". */
  readonly amount?: string;
  /** Counts down from here; ms. */
  readonly leftMs?: number;
  /** Short reference shown on a final screen. */
  readonly receipt?: string;
  /** To be scanned by a phone: shown as a QR code, dark on light with its quiet zone. */
  readonly code?: string;
  /** Two digits that the phone shows too: as large as they can be. */
  readonly digits?: string;
  readonly actions?: readonly ScreenAction[];
};

export type DisplayHandlers = {
  /** `detail` is for technicians: what the system said, and the remedy where there is one. Once for each new fault. */
  onFault(detail: string): void;
  /** It works again. */
  onWell(): void;
};

export interface Display {
  /** Modules a side of the largest QR code that a phone can read from it, quiet zone not counted; 0: none. */
  readonly qrModulesMost: number;
  /** Resolves at once where the display is not there: that is a fault, told, and tried again. */
  start(handlers?: DisplayHandlers): Promise<void>;
  /** Never throws and never waits. */
  show(screen: Screen): void;
  /** Shows nothing of a customer afterwards. */
  stop(): Promise<void>;
}
