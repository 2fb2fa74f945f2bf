import type { ButtonHandlers, Press } from '../../drivers/contract/button.js';
import type { IssuerId } from '../../protocol/words.js';
import type { LinkDesk } from '../orders/desk.js';
import type { Counters } from './counters.js';

/**
 * How long a screen stands before a button of its own line counts for it, ms: nobody answers a question faster (simple
 * reactions of people take some 200 ms), so what comes earlier was meant for the screen before, and perhaps another amount.
 */
export const SCREEN_STANDS_MS = 300;

/**
 * What the customer's buttons mean: the same as the kiosk app's calls. A press that means nothing now is counted.
 * @param wallets those that the kiosk offers; a button that names none is for the first
 * @param offered whether the screen shows this button: one that does not know what stands on it is pressed by anybody, at any time
 */
export function pressHandlers(
  desk: LinkDesk,
  wallets: readonly IssuerId[],
  counters: Counters,
  offered: (press: Press) => boolean,
): ButtonHandlers {
  const link = (wallet: IssuerId | undefined): boolean => {
    if (wallet === undefined || !wallets.includes(wallet)) return false;
    const linked = desk.link(wallet);
    return linked.ok || linked.code === 'no-display';
  };
  return {
    onPress(press) {
      const { button, wallet } = press;
      const meant = offered(press) && (button === 'pay' ? desk.press() : link(wallet ?? wallets[0]));
      if (!meant) counters.count(`button-${button}-unasked`);
    },
  };
}
