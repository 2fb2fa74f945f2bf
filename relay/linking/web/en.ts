import { html } from './html.js';
import type { PageWords } from './words.js';

const askKiosk = 'Press "link" at the kiosk and scan the new code.';

export const en: PageWords = {
  lang: 'en',
  question: {
    title: (wallet) => `Link ${wallet}?`,
    compare: 'Does the kiosk in front of you show these two digits?',
    yes: (digits) => `Yes, the kiosk shows ${digits}`,
    no: 'No, it does not',
    allowed: 'What you allow',
    may: (shop, wallet) => `${shop} may charge your ${wallet}, each time only after a press by you.`,
    atOnce: (amount, kiosk) =>
      `The first payment, ${amount} at ${kiosk}, is made as soon as it is linked, without another press.`,
    next: 'Your wallet asks you next. You can unlink on this page whenever you like.',
    left: (seconds) => html`Time left: ${seconds} s`,
  },
  limits: {
    payment: (amount) => `At most ${amount} a payment.`,
    day: (amount) => `At most ${amount} a day.`,
    year: (amount) => `At most ${amount} a year.`,
  },
  press: {
    title: (amount, kiosk) => `Pay ${amount} at ${kiosk}?`,
    pay: (amount) => `Pay ${amount}`,
    from: (wallet) => `From your ${wallet}.`,
    notYou:
      'Whoever shows your code can also press at the kiosk. If that is not you, stop it here: nothing is charged then.',
    notMe: 'Stop, this is not me',
    left: (seconds) => html`Time left: ${seconds} s`,
  },
  wallets: {
    title: 'Your wallets',
    none: {
      title: 'No wallet is linked here',
      body: `${askKiosk} If you have linked one, open this page in the browser in which you did.`,
    },
    hint: 'Hold this code under the scanner, then press to pay. Show it to nobody else.',
    keep: 'Keep this page: put it on your home screen or among your bookmarks.',
    picture: (wallet) => `Your code for ${wallet}`,
    changes: (seconds) => html`Changes in ${seconds} s`,
    linking: (wallet) => `Waiting for ${wallet}. This takes a moment.`,
    opened: (wallet) => `Not linked yet. If you have agreed in ${wallet}, this takes a moment.`,
    goOn: 'Go on linking',
    unlink: 'Unlink',
    unlinkMeans: 'It can then no longer be charged here. What was paid stays paid.',
    unlinkNow: (wallet) => `Unlink ${wallet} now`,
    unlinking: 'Being unlinked. It can no longer be charged here.',
    unlinked: 'Unlinked.',
  },
  payments: {
    title: 'Your payments',
    none: 'None yet.',
    returned: (amount) => `, ${amount} given back`,
    receipt: 'Receipt',
  },
  standings: {
    submitted: 'Under way',
    'password-pending': 'Under way',
    'confirm-pending': 'Waits for your press',
    approved: 'Paid',
    delivered: 'Paid',
    declined: 'Not charged',
    refused: 'Not charged',
    reversing: 'Being given back',
    reversed: 'Given back, or never charged',
    operator: 'Our staff are looking into it',
  },
  said: {
    confirmed: 'Thank you. The kiosk goes on.',
    denied: 'Stopped. Nothing is charged.',
    late: 'This payment no longer waits for you. Below you see how it ended.',
    unlinking: 'You have asked to unlink the wallet.',
  },
  offline: 'No connection. The code is shown again as soon as there is one.',
  notices: {
    unknown: { title: 'There is nothing here', body: `The code is not known, or its time is over. ${askKiosk}` },
    'other-phone': {
      title: 'Already opened by another phone',
      body: `Each code is for one phone only. ${askKiosk}`,
    },
    over: { title: 'Nothing was linked', body: `This code is over. To try again: ${askKiosk}` },
    'no-cookie': {
      title: 'This browser keeps no cookies',
      body: `We know your phone again by a cookie only. Please allow cookies, leave the private window, and scan the kiosk’s code again.`,
    },
    elsewhere: {
      title: 'This came from another page',
      body: 'Nothing was done. Please open the page from your phone and try again.',
    },
    'too-often': { title: 'Too many tries', body: 'Please wait a minute and try again.' },
    later: {
      title: 'Please try again in a moment',
      body: 'We cannot answer just now. Look here again whether it was done.',
    },
    'not-yet': { title: 'One moment', body: 'Your wallet is being asked. The page goes on by itself.' },
    configuration: {
      title: 'This wallet cannot be opened',
      body: 'Nothing was linked. Please pay with your payment code, or ask the staff.',
    },
  },
};
