import type { Catalogue } from './words.js';

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
    vending: { title: 'Paid, thank you', body: 'Your purchase is on its way. One moment, please.' },
    approved: { title: 'Thank you', body: 'Payment complete. Please take your purchase.' },
    unconfirmed: {
      title: 'Payment not confirmed',
      body: 'No answer came in time, so nothing is delivered. If your wallet shows a payment, the money will be returned. Keep the reference.',
    },
    refunding: {
      title: 'Your money is being returned',
      body: 'The purchase was not completed. The money is going back to your wallet. Keep the reference until it is there.',
    },
    refunded: {
      title: 'Your money was returned',
      body: 'The purchase was not completed. Any money taken was sent back to your wallet.',
    },
    operator: {
      title: 'Please ask for help',
      body: 'We cannot tell how this purchase ended. A person will settle it. Please keep the reference.',
    },
  },
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
      title: 'Wallet limit reached',
      body: 'Nothing was charged. Your wallet does not allow this amount now. Please use another wallet.',
    },
    'wallet-restricted': {
      title: 'This wallet cannot pay now',
      body: 'Nothing was charged. Look for a message in your wallet app, or use another wallet.',
    },
    'wrong-password': {
      title: 'Password not confirmed',
      body: 'Nothing was charged. Try again and enter your wallet password.',
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
      body: 'The purchase was stopped. Any money taken goes back to your wallet.',
    },
    'kiosk-restarted': {
      title: 'The kiosk was restarted',
      body: 'The purchase was stopped. Any money taken goes back to your wallet. You can start again.',
    },
    'vend-doubtful': {
      title: 'Please ask for help',
      body: 'We cannot tell whether your purchase came out. A person will settle it. Please keep the reference.',
    },
    'cancel-unconfirmed': {
      title: 'Please ask for help',
      body: 'We cannot tell yet whether your money was returned. A person will settle it. Please keep the reference.',
    },
    stale: { title: 'That took too long', body: 'Nothing was charged. Refresh the payment code and try again.' },
    'not-greeted': { title: 'Please try again', body: 'Nothing was charged. The kiosk had just lost its connection.' },
    'over-limit': {
      title: 'The amount is too high',
      body: 'Nothing was charged. This kiosk may not take such an amount. Please ask for help.',
    },
    'order-taken': {
      title: 'A payment is already under way',
      body: 'An earlier payment for this purchase is not finished. Please wait, and do not pay twice.',
    },
    'code-used': {
      title: 'This code was used before',
      body: 'It was not charged again. Refresh the payment code in your wallet and try again.',
    },
    tombstone: { title: 'This payment was closed', body: 'Nothing was charged. Please start again.' },
    malformed: {
      title: 'The code could not be used',
      body: 'Nothing was charged. Refresh the payment code or use another wallet.',
    },
    other: { title: 'Payment declined', body: 'Nothing was charged. Try again, or use another wallet.' },
  },
  rejects: {
    'shop-code': {
      title: 'Show your payment code',
      body: 'This is a shop code or a link. In your wallet choose "Pay", not "Scan", and show your own code.',
    },
    'refresh-code': {
      title: 'Code not readable',
      body: 'Refresh the code in your wallet and try again. If it does not help, use another wallet.',
    },
    'hold-steady': {
      title: 'Please hold it still',
      body: 'Only a part of the code was read. Hold your phone still under the scanner and try again.',
    },
    'kind-not-taken': {
      title: 'This code is not taken here',
      body: 'This kiosk cannot take this kind of payment code. Please use another wallet.',
    },
    'not-a-payment-code': {
      title: 'This is not a payment code',
      body: 'Open your wallet app, choose "Pay", and show the code you see there.',
    },
  },
  refusedScans: {
    busy: { title: 'One payment at a time', body: 'A payment is still under way. Please wait until it has ended.' },
    'no-order': { title: 'Choose first, then scan', body: 'Nothing was charged. Choose what you would like to buy.' },
  },
  contact: (contact) => `Help: ${contact}`,
};
