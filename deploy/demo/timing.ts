/**
 * Every timer of kiosk, relay and acquirer plan is divided by this one number in the demo, so that the slowest scenario
 * (an acquirer that never answers) ends well under 30 s. The order of the deadlines, which carries the guarantees
 * (design §3: code valid < relay's < kiosk's), stays as it is.
 */
export const TIME_SCALE = 5;

const scaled = (ms: number): number => Math.round(ms / TIME_SCALE);

/** Design §3 (defaults) and reference acquirers/antom.md section 1.4 (polling), scaled; all in ms. */
export const timing = {
  payValidMs: scaled(20_000),
  relayDeadlineMs: scaled(50_000),
  kioskDeadlineMs: scaled(60_000),
  callTimeoutMs: scaled(5_000),
  inquiryDelaysMs: [2_000, 3_000, 3_000, 5_000].map(scaled),
  cancelDelaysMs: [2_000, 3_000, 3_000, 5_000, 5_000].map(scaled),
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
