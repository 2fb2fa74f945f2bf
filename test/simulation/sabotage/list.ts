import { deliverySabotages } from './list-delivery.js';
import { greetSabotages } from './list-greet.js';
import { kioskSabotages } from './list-kiosk.js';
import { linkedSabotages } from './list-linked.js';
import { paymentSabotages } from './list-payment.js';
import { sessionSabotages } from './list-session.js';
import type { Sabotage } from './types.js';

/** All of them. */
export const sabotages: readonly Sabotage[] = [
  ...sessionSabotages,
  ...kioskSabotages,
  ...greetSabotages,
  ...paymentSabotages,
  ...deliverySabotages,
  ...linkedSabotages,
];
