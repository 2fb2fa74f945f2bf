import { randomUUID } from 'node:crypto';
import { QUIET_MODULES } from '../../drivers/display/qr.js';
import { parseAmount } from '../../protocol/money.js';
import { smallestPart } from '../../relay/acquirers/antom/capabilities.js';
import { DisplayWatch, readCode } from './camera.js';
import { sleep } from './child.js';
import type { Sums } from './clients.js';
import type { LinkFlags } from './link-flags.js';
import { Phone } from './phone.js';
import { textOf } from './phone-forms.js';
import { FollowedOrder } from './sale.js';
import type { Stack } from './stack.js';

/** The story of a linked wallet, step by step, played by a buyer with a phone, the kiosk's app, and staff. */

/** Real time, for a slow machine; each step takes a moment only. */
const STEP_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 50;
const SHORT_LINK = /^HTTPS?:\/\/[A-Z0-9.:-]+\/L\/[A-Z0-9]{8}$/;

/** What the JSON line says of a step besides its name. */
export type StepOutcome = { readonly outcome: string; readonly [detail: string]: string | number };
type Step = (scene: Scene) => Promise<StepOutcome>;

/** What the steps know of each other. */
export type Scene = {
  readonly stack: Stack;
  readonly flags: LinkFlags;
  readonly phone: Phone;
  readonly display: DisplayWatch;
  /** What the buyer pays, minor units. */
  readonly amount: number;
  readonly orders: FollowedOrder[];
  /** Of the short link, as the phone's camera has read it. */
  address: string;
};

export function setScene(stack: Stack, flags: LinkFlags): Scene {
  const amount = parseAmount(flags.amount, flags.currency);
  const display = new DisplayWatch(stack.kioskPage);
  return { stack, flags, amount, display, phone: new Phone(), orders: [], address: '' };
}

/** A story that broke off leaves nothing armed for the next one. */
export async function endScene({ stack, display, orders }: Scene): Promise<void> {
  display.stop();
  for (const order of orders) order.stop();
  await Promise.allSettled([stack.agent.dropLink(), ...orders.map(({ id }) => stack.agent.cancel(id))]);
}

type LinkSeen = { readonly link: string; readonly state: string; readonly code: { readonly text: string } | null };
type Paid = { readonly standing: string; readonly returned: number };
/** The part of the buyer's page's state that is used here. */
type Member = { readonly links: readonly LinkSeen[]; readonly payments: readonly Paid[] };

/** Half; where that is no amount its currency has, the next smaller one. */
function halfOf({ amount, flags }: Scene): number {
  const part = smallestPart(flags.currency);
  return Math.floor(amount / 2 / part) * part;
}

async function until<T>(what: string, find: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + STEP_WITHIN_MS;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`found nothing within ${STEP_WITHIN_MS / 1000} s, expected ${what}`);
    await sleep(LOOK_EVERY_MS);
  }
}

async function place(scene: Scene, reference: string): Promise<FollowedOrder> {
  const { stack, flags } = scene;
  const order = await FollowedOrder.place(stack, flags.amount, flags.currency, reference);
  scene.orders.push(order);
  await order.until('armed', STEP_WITHIN_MS);
  return order;
}

const offer: Step = async (scene) => {
  const { stack, flags, display } = scene;
  await place(scene, 'LINK-1');
  // What an earlier customer was shown is gone.
  await display.until('the price', STEP_WITHIN_MS, ({ kind }) => (kind === 'armed' ? true : undefined));
  await stack.agent.link(flags.wallet);
  const [code, modules] = await display.until('a code of a link that can be read', STEP_WITHIN_MS, (screen) => {
    if (screen.kind === 'link-failed' || screen.kind === 'link-desk') {
      throw new Error(`the kiosk's display: found "${screen.kind}", expected a code`);
    }
    const read = screen.kind === 'link-offered' ? readCode(screen) : undefined;
    return read === undefined ? undefined : ([read, (screen.qr?.size ?? 0) - 2 * QUIET_MODULES] as const);
  });
  if (!SHORT_LINK.test(code)) throw new Error(`the code: found ${code.length} characters that are no short link`);
  scene.address = code;
  stack.log('camera', `reads a short link of ${code.length} characters from a code of ${modules} modules`);
  return { outcome: 'offered', modules };
};

const open: Step = async ({ stack, phone, display, address }) => {
  const mine = await until('two digits on the phone', async () => {
    const { status, html } = await phone.open(address);
    const digits = /<p class="digits"><span[^>]*>(\d\d)</.exec(html)?.[1];
    // Without them the wallet may not have said yet where its owner agrees: such a page asks again by itself.
    if (digits !== undefined || (status === 200 && /<meta http-equiv="refresh"/.test(html))) return digits;
    throw new Error(`the phone: found an answer of ${status} without two digits, expected the question`);
  });
  const theirs = await display.until('two digits', STEP_WITHIN_MS, ({ digits }) => digits);
  stack.log('phone', `shows ${mine}, and the kiosk ${theirs}`);
  if (mine !== theirs) throw new Error(`the digits: found ${mine} on the phone and ${theirs} at the kiosk`);
  return { outcome: 'opened', digits: mine };
};

const agree: Step = async ({ stack, phone }) => {
  const wallet = await phone.press(/^Yes, the kiosk shows/);
  const asks = textOf(/<title>.*?<\/title>/s.exec(wallet.html)?.[0] ?? '');
  stack.log('phone', `goes on to "${asks}"`);
  const after = await phone.press(/^Agree$/);
  if (after.status !== 200) throw new Error(`the wallet: answered ${after.status}, expected 200`);
  return { outcome: 'agreed', wallet: asks };
};

const link: Step = async ({ stack }) => {
  const { wallet } = await until('a linked wallet', async () => {
    const status = await stack.agent.linking();
    if (status.state === 'failed' || status.state === 'expired') {
      throw new Error(`the kiosk: found ${status.state}${status.reason ? `, ${status.reason}` : ''}, expected linked`);
    }
    return status.state === 'linked' ? status : undefined;
  });
  stack.log('kiosk', `${wallet} is linked`);
  return { outcome: 'linked' };
};

async function delivered(order: FollowedOrder): Promise<StepOutcome> {
  const { outcome, receipt = '', reason = '' } = await order.end(STEP_WITHIN_MS);
  if (outcome !== 'delivered') throw new Error(`the order: found ${outcome} (${reason}), expected delivered`);
  return { outcome, receipt };
}

const first: Step = async ({ orders: [order] }) => {
  if (!order) throw new Error('the order: found none');
  return await delivered(order);
};

const second: Step = async (scene) => {
  const { stack, phone, display } = scene;
  const order = await place(scene, 'LINK-2');
  await phone.open(`${stack.buyersPages}/M`);
  const { text } = await until('a member code on the phone', async () => (await linkOf(phone))?.code ?? undefined);
  stack.log('scanner', `reads a member code of ${text.length} characters from the phone`);
  await stack.scan(text);
  await order.until('confirm-pending', STEP_WITHIN_MS);
  const asked = await display.until('the question to press', STEP_WITHIN_MS, ({ kind, texts }) =>
    kind === 'press-to-pay' ? texts[0]?.title : undefined,
  );
  stack.log('kiosk', `asks: "${asked}"; the button is pressed`);
  await stack.agent.press(order.id);
  return { ...(await delivered(order)), asked };
};

async function linkOf(phone: Phone): Promise<LinkSeen | undefined> {
  return (await phone.json<Member>('/M/state')).links[0];
}

const refund: Step = async (scene) => {
  const { stack, flags, phone } = scene;
  const payment = scene.orders[0]?.attempt;
  if (payment === undefined) throw new Error('the payment: found none to refund');
  const half = { amount: halfOf(scene), currency: flags.currency };
  const { id } = await stack.relay.refund(payment, half, 'half of it was not wanted', randomUUID());
  stack.log('staff', `refund half of payment 1, ${half.amount} in minor units`);
  await until('a confirmed refund', async () => {
    const found = (await stack.relay.refunds(payment)).find((one) => one.id === id);
    if (found?.state === 'failed') throw new Error('the refund: found failed, expected confirmed');
    return found?.state === 'confirmed' ? found : undefined;
  });
  await until('the refund on the buyer’s page', async () => {
    const { payments } = await phone.json<Member>('/M/state');
    return payments.length === 2 ? payments.find(({ returned }) => returned === half.amount) : undefined;
  });
  stack.log('phone', 'shows both payments, and what came back');
  return { outcome: 'confirmed', amount: half.amount };
};

const unlink: Step = async ({ stack, phone }) => {
  await phone.open(`${stack.buyersPages}/M`);
  const page = await phone.press(/^Unlink .+ now$/);
  if (page.status !== 200) throw new Error(`the phone: found an answer of ${page.status}, expected its own page`);
  await until('an unlinked wallet on the phone', async () =>
    (await linkOf(phone))?.state === 'unlinked' ? true : undefined,
  );
  const permissions = await stack.sandbox.links();
  const left = permissions.filter(({ state }) => state !== 'cancelled');
  if (permissions.length !== 1 || left.length > 0) {
    const found = permissions.map(({ state }) => state).join(', ') || 'none';
    throw new Error(`the wallet: found permissions that are ${found}, expected one that is cancelled`);
  }
  stack.log('sandbox', 'the permission is revoked');
  return { outcome: 'revoked' };
};

const books: Step = async (scene) => {
  const { sandbox, relay } = scene.stack;
  const { charged, returned } = await sandbox.ledger();
  const expected: Sums = { charged: 2 * scene.amount, returned: halfOf(scene) };
  if (charged !== expected.charged || returned !== expected.returned) {
    throw new Error(
      `the acquirer's books: found ${charged} charged and ${returned} returned, expected ${expected.charged} and ${expected.returned}`,
    );
  }
  const alarms = await relay.alarms();
  if (alarms.length > 0) throw new Error(`the relay: found ${alarms.length} alarms for staff, expected none`);
  return { outcome: 'balanced' };
};

/** In the order in which they are played. */
export const steps: readonly (readonly [name: string, play: Step])[] = [
  ['offer', offer],
  ['open', open],
  ['agree', agree],
  ['link', link],
  ['first-payment', first],
  ['second-payment', second],
  ['refund', refund],
  ['unlink', unlink],
  ['books', books],
];
