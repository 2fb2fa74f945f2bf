import type { VendResult } from '../../drivers/contract/actuator.js';

/** What happens at the acquirer and at the hatch. The sandbox plays all of it but the vend, which is the kiosk app's. */
export type Scenario = {
  readonly name: string;
  /** One line for a visitor. */
  readonly title: string;
  readonly story: string;
  /** The sandbox's name for it. */
  readonly acquirer: string;
  /** What the kiosk app reports when it is told to vend. */
  readonly vend: VendResult;
  /** The demo confirms the wallet's password dialog after this time; without it nobody does (ms). */
  readonly confirmAfterMs?: number;
};

type Row = Pick<Scenario, 'name' | 'title' | 'story'> & Partial<Scenario>;
const scenario = (row: Row): Scenario => ({ acquirer: row.name, vend: 'delivered', ...row });

export const scenarios: readonly Scenario[] = [
  scenario({ name: 'approve', title: 'All goes well', story: 'The wallet pays at once.' }),
  scenario({
    name: 'password',
    title: 'Password needed',
    story: 'The phone shows a password dialog; the kiosk waits.',
    confirmAfterMs: 600,
  }),
  scenario({
    name: 'password-timeout',
    title: 'Password not entered',
    story: 'The kiosk gives up in time; nothing is charged.',
  }),
  scenario({ name: 'decline', title: 'Not enough money', story: 'The wallet says no, with a reason.' }),
  scenario({ name: 'expired-code', title: 'Code too old', story: 'The customer shows a code from a minute ago.' }),
  scenario({
    name: 'lost-answer',
    title: 'Answer gets lost',
    story: 'Charged, but the answer never arrives; the relay asks again.',
  }),
  scenario({
    name: 'lost-request',
    title: 'Request gets lost',
    story: 'It never reached the payment company; nothing is charged.',
  }),
  scenario({
    name: 'acquirer-down',
    title: 'Acquirer is down',
    story: 'The connection is refused; nothing is charged.',
  }),
  scenario({
    name: 'acquirer-silent',
    title: 'Acquirer never answers',
    story: 'Only a person can settle it; the operator is called.',
  }),
  scenario({
    name: 'late-success',
    title: 'Paid too late',
    story: 'Paid between the last question and the cancel; the money goes back.',
  }),
  scenario({
    name: 'wrong-amount',
    title: 'Wrong amount charged',
    story: 'Not what was asked: nothing is handed out, the money goes back.',
  }),
  scenario({
    name: 'vend-fails',
    title: 'Goods get stuck',
    story: 'Paid, but the hatch jams; the money goes back.',
    acquirer: 'approve',
    vend: 'failed',
  }),
];

export const scenarioNames: readonly string[] = scenarios.map((s) => s.name);
export const findScenario = (name: string): Scenario | undefined => scenarios.find((s) => s.name === name);
