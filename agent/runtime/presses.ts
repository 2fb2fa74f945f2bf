import type { ButtonHandlers } from '../../drivers/contract/button.js';
import type { IssuerId } from '../../protocol/words.js';
import type { LinkDesk } from '../orders/desk.js';
import type { Counters } from './counters.js';

/**
 * What the customer's buttons mean: the same as the kiosk app's calls. A press that means nothing now is counted.
 * @param wallets those that the kiosk offers; a button that names none is for the first
 */
export function pressHandlers(desk: LinkDesk, wallets: readonly IssuerId[], counters: Counters): ButtonHandlers {
  const link = (wallet: IssuerId | undefined): boolean => {
    if (wallet === undefined || !wallets.includes(wallet)) return false;
    const linked = desk.link(wallet);
    return linked.ok || linked.code === 'no-display';
  };
  return {
    onPress({ button, wallet }) {
      const meant = button === 'pay' ? desk.press() : link(wallet ?? wallets[0]);
      if (!meant) counters.count(`button-${button}-unasked`);
    },
  };
}
