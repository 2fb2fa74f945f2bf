import type { Catalogue, Words } from './words.js';

// Rejected scans that leave the customer the same thing to do.
const showYours = 'To pay, open your wallet app, choose "Pay", and hold the code you see there under the scanner.';
const noPaymentCode: Words = { title: 'This is not a payment code', body: showYours };
const payNotScan = 'In your wallet choose "Pay", not "Scan", and show your own code.';
/** Of shops, and of people who are sent money: both hang or hold it there to be paid. */
const receivingCode: Words = {
  title: 'This is a code to receive money',
  body: `Shops show it to be paid. ${payNotScan}`,
};
const productLabel: Words = {
  title: "This is a product's barcode",
  body: `You do not need to scan products. ${showYours}`,
};
const refreshOrChange =
  'Refresh the payment code in your wallet and try again. If it does not help, use another wallet.';
const damagedCode: Words = {
  title: 'The payment code is damaged',
  body: refreshOrChange,
};
const wrongLook: Words = {
  title: 'This code does not look right',
  body: `It may be incomplete or out of date. ${refreshOrChange}`,
};
const unreadable: Words = {
  title: 'This code cannot be read here',
  body: `Please show the payment code of your wallet. ${refreshOrChange}`,
};

export const en: Catalogue = {
  views: {
    'out-of-service': { title: 'Out of service', body: 'This kiosk cannot take payments now. Please try again later.' },
    idle: { title: 'Welcome', body: 'Please choose what you would like to buy.' },
    armed: {
      title: 'Show your payment code',
      body: 'Open your wallet app and hold the payment code under the scanner.',
    },
    busy: { title: 'Checking your payment', body: 'One moment, please. Keep your phone in your hand.' },
    'confirm-on-phone': {
      title: 'Confirm on your phone',
      body: 'Your wallet asks for your password. Enter it to finish paying.',
    },
    'press-to-pay': {
      title: 'Press to pay',
      body: 'Your linked wallet pays this amount. Press the button, or confirm on your phone.',
    },
    vending: { title: 'Paid, thank you', body: 'Your purchase is on its way. One moment, please.' },
    approved: { title: 'Thank you', body: 'Payment complete. Please take your purchase.' },
    unconfirmed: {
      title: 'The purchase was stopped',
      body: 'Nothing is delivered, so please do not confirm it any more. If your wallet shows a payment, the money will be returned. Keep the reference.',
    },
    refunding: {
      title: 'Your money is being returned',
      body: 'The purchase was not completed. The money is going back to your wallet. Keep the reference until it is there.',
    },
    refunded: {
      title: 'Nothing was charged in the end',
      body: 'The purchase was not completed. If your wallet shows a payment, the money has been sent back.',
    },
    operator: {
      title: 'Please ask for help',
      body: 'We cannot tell how this purchase ended. A person will settle it. Please keep the reference.',
    },
  },
  links: {
    'link-asked': (wallet) => ({ title: `Link ${wallet}`, body: 'One moment, please. The code is on its way.' }),
    'link-offered': (wallet, pays) =>
      pays
        ? {
            title: `Scan to link ${wallet} and pay`,
            body: 'Scan the code with your phone and agree there. The amount is paid at once; next time one press is enough.',
          }
        : {
            title: `Scan to link ${wallet}`,
            body: 'Scan the code with your phone and agree there. From then on you pay here with one press.',
          },
    'link-opened': () => ({
      title: 'Does your phone show this number?',
      body: 'Say yes on the phone only if it shows the same. If it shows another number or none, say no.',
    }),
    'link-authorised': () => ({
      title: 'Thank you, one moment',
      body: 'Your wallet is being linked. Keep your phone in your hand.',
    }),
    linked: (wallet) => ({
      title: `${wallet} is linked`,
      body: 'Nothing was charged. Next time show the code on the page on your phone, and pay with one press.',
    }),
    'link-expired': () => ({
      title: 'The code has expired',
      body: 'Nothing was linked or charged. To try again, ask for a new code, or show a payment code to pay.',
    }),
    'link-failed': (wallet) => ({
      title: `${wallet} was not linked`,
      body: 'Nothing was charged. You can try again, or show a payment code of your wallet to pay.',
    }),
    'link-late': () => ({
      title: 'Your wallet takes its time',
      body: 'Your phone will show when it is linked. Nothing was charged here. To pay now, show a payment code.',
    }),
    'link-desk': () => ({
      title: 'Please use the staffed desk',
      body: 'This kiosk cannot show a code for linking a wallet. To pay here, show a payment code.',
    }),
  },
  wallets: { alipayhk: 'AlipayHK', dana: 'DANA' },
  buttons: { link: (wallet) => `Link ${wallet}`, pay: (amount) => `Pay ${amount}` },
  reasons: {
    'code-expired': {
      title: 'The code has expired',
      body: 'Nothing was charged. Refresh the payment code in your wallet and try again.',
    },
    'code-not-accepted': {
      title: 'The code was not accepted',
      body: 'Nothing was charged. Refresh the payment code or use another wallet.',
    },
    'insufficient-funds': {
      title: 'Not enough money in the wallet',
      body: 'Nothing was charged. Top up, choose another card in your wallet, or use another wallet.',
    },
    'limit-exceeded': {
      title: 'Not possible with this wallet',
      body: 'Nothing was charged. Your wallet does not allow this amount now. Please use another wallet.',
    },
    'wallet-restricted': {
      title: 'This wallet cannot pay now',
      body: 'Nothing was charged. Look for a message in your wallet app, or use another wallet.',
    },
    'wrong-password': {
      title: 'Not confirmed on the phone',
      body: 'Nothing was charged. To pay, try again and confirm with your wallet password.',
    },
    risk: {
      title: 'Your wallet refused the payment',
      body: 'Nothing was charged. Look for a message in your wallet app, or use another wallet.',
    },
    'acquirer-unavailable': {
      title: 'Payment service not available',
      body: 'Nothing was charged. Please try again in a few minutes.',
    },
    configuration: {
      title: 'This wallet cannot be used here',
      body: 'Nothing was charged. Please use another wallet.',
    },
    'not-confirmed': {
      title: 'Payment not confirmed in time',
      body: 'Nothing was charged. You can try again.',
    },
    'customer-aborted': { title: 'Payment cancelled', body: 'Nothing was charged. You can start again.' },
    'wrong-amount': {
      title: 'The amount was not right',
      body: 'The purchase was stopped. Any money taken goes back to your wallet.',
    },
    'vend-failed': {
      title: 'Delivery did not work',
      body: 'We are sorry. Any money taken goes back to your wallet.',
    },
    'not-delivered': {
      title: 'Nothing was delivered',
      body: 'Nothing was charged. The purchase was stopped. You can start again.',
    },
    'kiosk-restarted': {
      title: 'The kiosk was restarted',
      body: 'Nothing was charged. The purchase was stopped. You can start again.',
    },
    'vend-doubtful': {
      title: 'Please ask for help',
      body: 'We cannot tell whether your purchase came out. A person will settle it. Please keep the reference.',
    },
    'cancel-unconfirmed': {
      title: 'Please ask for help',
      body: 'We cannot tell yet whether your money was returned. A person will settle it. Please keep the reference.',
    },
    unlinked: {
      title: 'This wallet is not linked',
      body: 'Nothing was charged. Link your wallet again, or show a payment code.',
    },
    stale: { title: 'That took too long', body: 'Nothing was charged. Refresh the payment code and try again.' },
    'not-greeted': { title: 'Please try again', body: 'Nothing was charged. The kiosk had just lost its connection.' },
    'over-limit': {
      title: 'Not possible for this amount',
      body: 'Nothing was charged. This kiosk may not take this amount now. Please ask for help.',
    },
    'order-taken': {
      title: 'A payment is already under way',
      body: 'An earlier payment for this purchase is not finished. Please wait, and do not pay twice.',
    },
    'code-used': {
      title: 'This code was used before',
      body: 'Nothing was charged this time. Refresh the payment code in your wallet and try again.',
    },
    tombstone: { title: 'This payment was closed', body: 'Nothing was charged. Please start again.' },
    malformed: {
      title: 'The code could not be used',
      body: 'Nothing was charged. Refresh the payment code or use another wallet.',
    },
    other: { title: 'Payment declined', body: 'Nothing was charged. Try again, or use another wallet.' },
  },
  rejects: {
    empty: {
      title: 'No code was read',
      body: 'Turn your screen bright, hold the payment code still under the scanner, and try again.',
    },
    incomplete: {
      title: 'Please hold it still',
      body: 'Only a part of the code was read. Hold your phone still under the scanner and try again.',
    },
    'too-long': {
      title: 'This is too long for a payment code',
      body: `It may be a ticket, a certificate or a note. ${showYours}`,
    },
    'control-char': unreadable,
    'non-ascii': unreadable,
    'bad-charset': wrongLook,
    'bad-length': wrongLook,
    'unknown-prefix': {
      title: 'We do not take this number',
      body: 'It may be a member card or a coupon. Show the payment code of your wallet app, or use another wallet.',
    },
    'merchant-presented': receivingCode,
    'merchant-presented-corrupt': receivingCode,
    url: { title: 'This is a web link', body: `A link cannot pay here. ${payNotScan}` },
    'structured-text': {
      title: 'This is a contact or Wi-Fi code',
      body: `It holds details such as an address or a network, and cannot pay. ${showYours}`,
    },
    'boarding-pass': { title: 'This is a boarding pass', body: `Keep it for your journey. ${showYours}` },
    'product-code': productLabel,
    'gs1-data': productLabel,
    'invoice-carrier': {
      title: 'This is your invoice barcode',
      body: `It collects your invoices, but it cannot pay. ${showYours}`,
    },
    'scanner-config': noPaymentCode,
    'unsupported-eci': unreadable,
    'unrecognised-text': noPaymentCode,
    'cpm-bad-base64': damagedCode,
    'cpm-bad-header': damagedCode,
    'cpm-unsupported-version': {
      title: 'This kind of code is not known here',
      body: 'Your wallet shows a kind of payment code that this kiosk cannot take. Please use another wallet.',
    },
    'cpm-truncated': damagedCode,
    'cpm-indefinite-length': damagedCode,
    'cpm-bad-length': damagedCode,
    'cpm-bad-tag': damagedCode,
    'cpm-bad-nesting': damagedCode,
    'cpm-duplicate': damagedCode,
    'cpm-missing-application': damagedCode,
    'cpm-missing-adf': damagedCode,
    'cpm-bad-value': damagedCode,
  },
  refusedScans: {
    busy: { title: 'One payment at a time', body: 'A payment is still under way. Please wait until it has ended.' },
    'no-order': { title: 'Choose first, then scan', body: 'Nothing was charged. Choose what you would like to buy.' },
  },
  contact: (contact) => `Help: ${contact}`,
};
