/** What the customer reads. One model for every display; each draws what it can. */
export type ScreenTone = 'neutral' | 'ready' | 'working' | 'attention' | 'good' | 'bad' | 'closed';

export type ScreenText = {
  /** BCP 47, such as "en" or "zh". */
  readonly lang: string;
  readonly title: string;
  readonly body: string;
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
};

export interface Display {
  start(): Promise<void>;
  /** Never throws and never waits. */
  show(screen: Screen): void;
  /** Shows nothing of a customer afterwards. */
  stop(): Promise<void>;
}
