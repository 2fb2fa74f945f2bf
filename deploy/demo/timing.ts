/**
 * How much faster than in the field the demo runs, so that the slowest scenario (an acquirer that never answers) takes
 * about 15 s. Two numbers, because a person stands on one side only: what a customer has time for (a code's life, the
 * deadlines) is divided by `TIME_SCALE`; how long the relay waits for the acquirer and between its questions, by
 * `ACQUIRER_SCALE`. The order of the deadlines, which carries the guarantees (design §3: Pay valid < relay's < kiosk's),
 * stays as it is.
 */
export const TIME_SCALE = 5;
export const ACQUIRER_SCALE = 10;

/** For the event lines. */
export const PACE = `deadlines run ${TIME_SCALE} times as fast as in the field, the relay's waits for the acquirer ${ACQUIRER_SCALE} times`;

const scaled = (ms: number): number => Math.round(ms / TIME_SCALE);
const acquirerScaled = (ms: number): number => Math.round(ms / ACQUIRER_SCALE);

/** Design §3 (defaults) and reference acquirers/antom.md section 1.4 (polling), scaled; all in ms. */
export const timing = {
  payValidMs: scaled(20_000),
  /** The same where wallets are linked: so long a person may take to press. Not scaled as far, and less than the next. */
  pressMs: 8_000,
  relayDeadlineMs: scaled(50_000),
  kioskDeadlineMs: scaled(60_000),
  callTimeoutMs: acquirerScaled(5_000),
  inquiryDelaysMs: [2_000, 3_000, 3_000, 5_000].map(acquirerScaled),
  cancelDelaysMs: [2_000, 3_000, 3_000, 5_000, 5_000].map(acquirerScaled),
  codeLifeMs: scaled(60_000),
  resendMs: scaled(1_000),
  resendMaxMs: scaled(8_000),
  helloRetryMs: scaled(2_000),
  vendMarginMs: scaled(5_000),
  reportLateMs: scaled(120_000),
  vendLimitMs: scaled(30_000),
  /** Not scaled: it is for a reader, and no payment waits for it. */
  finalScreenMs: 8_000,
} as const;

/** How long the demo waits before it calls the kiosk out of service; real time, for a slow machine. */
export const IN_SERVICE_WITHIN_MS = 30_000;
/** No scenario takes longer; real time. What still runs then has hung, and the demo says so. */
export const SCENARIO_WITHIN_MS = 30_000;
