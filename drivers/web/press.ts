import type { IncomingMessage } from 'node:http';
import { type ButtonName, buttons, type Press } from '../contract/button.js';
import type { Screen } from '../contract/display.js';
import type { Refusal } from './guard.js';

/** A button of the page: what it sends, and whether it may. */

const BODY_MAX_BYTES = 1_024;

/** `shown`: which screen the customer looked at. */
type PagePress = Press & { readonly shown: number };

/**
 * Of the page itself alone: another site's page in this browser could post here, but not under our origin, and not as
 * JSON without asking first.
 */
export function pressRefusal(request: IncomingMessage): Refusal | undefined {
  const { origin, host, 'content-type': type } = request.headers;
  if (origin?.toLowerCase() !== `http://${host?.toLowerCase()}`) {
    return { status: 403, text: 'Origin: expected that of the page itself\n' };
  }
  if (type?.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
    return { status: 415, text: 'Content-Type: expected application/json\n' };
  }
  return undefined;
}

const badBody: Refusal = {
  status: 400,
  text: `Body: expected {"button","shown"} or {"button","wallet","shown"}, JSON, at most ${BODY_MAX_BYTES} bytes\n`,
};

const isButton = (value: unknown): value is ButtonName => buttons.some((button) => button === value);

function pressOf(text: string): PagePress | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { button, wallet, shown } = value as Readonly<Record<string, unknown>>;
  if (!isButton(button) || typeof shown !== 'number') return undefined;
  if (wallet === undefined) return { button, shown };
  return typeof wallet === 'string' ? { button, wallet, shown } : undefined;
}

/** @returns what the page sent, or why it is refused */
export async function readPress(request: IncomingMessage): Promise<PagePress | Refusal> {
  let text = '';
  request.setEncoding('utf8');
  for await (const piece of request as AsyncIterable<string>) {
    text += piece;
    if (text.length > BODY_MAX_BYTES) return badBody;
  }
  return pressOf(text) ?? badBody;
}

/** Whether the screen has such a button. */
export const offers = (screen: Screen | undefined, { button, wallet }: Press): boolean =>
  screen?.actions?.some((action) => action.button === button && action.wallet === wallet) ?? false;
