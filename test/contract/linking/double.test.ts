import { linkDeskContract } from './desk-suite.js';
import { DoubleDesk } from './double.js';
import { HandClock } from './hand-clock.js';

linkDeskContract('the double that the pages are tested with', async () => {
  const clock = new HandClock(Date.UTC(2026, 10, 22, 12, 0, 7));
  const desk = new DoubleDesk(clock);
  return {
    desk,
    offer: async (money) => desk.offer({ money: money ?? null }),
    offerUnasked: async () => {
      desk.silent = true;
      return desk.offer();
    },
    consulted: async () => {
      desk.silent = false;
    },
    authorise: async (code) => desk.authorise(code),
    link: async (code) => desk.link(code),
    scan: async (link, money) => desk.scanned(link, money),
    pass: async (ms) => clock.pass(ms),
  };
});
