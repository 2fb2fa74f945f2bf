import { decodeDown, decodeUp } from '../../protocol/codec.js';
import type { DownBody, UpBody } from '../../protocol/messages.js';

/** A frame as a person reads it. Never a code. */
export function frameInWords(topic: string, payload: Uint8Array): { readonly text: string; readonly about?: string } {
  if (topic.endsWith('/up')) {
    const { body } = decodeUp(payload);
    return { text: upInWords(body), about: 'attempt' in body ? body.attempt : (topic.split('/')[2] ?? '') };
  }
  if (topic.endsWith('/down')) {
    const { body, relay } = decodeDown(payload);
    return {
      text: `${relay}: ${downInWords(body)}`,
      about: 'attempt' in body ? body.attempt : (topic.split('/')[2] ?? ''),
    };
  }
  return { text: `${topic} ${Buffer.from(payload).toString('utf8')}` };
}

const short = (id: string): string => id.slice(0, 6);

function upInWords(body: UpBody): string {
  switch (body.type) {
    case 'hello': {
      const open = body.open.map((o) => `${short(o.attempt)} ${o.delivery}`).join(', ');
      return `Hello, boot ${body.number} ${short(body.nonce)}, open: ${open || 'nothing'}`;
    }
    case 'pay':
      return `Pay ${body.amount} ${body.currency}`;
    case 'vend':
      return `Vend ${body.delivery}`;
    case 'abort':
      return 'Abort';
    case 'ack':
      return `Ack ${body.standing ?? ''}`;
    case 'link':
      return body.givenUp ? 'Link given up' : `Link ${body.wallet}`;
    case 'pay-linked':
      return `PayLinked ${body.amount} ${body.currency}${body.pressed ? ', pressed' : ''}`;
  }
}

function downInWords(body: DownBody): string {
  switch (body.type) {
    case 'welcome':
      return `Welcome ${short(body.nonce)}`;
    case 'challenge':
      return `Challenge ${short(body.nonce)}`;
    case 'update':
      return `Update ${body.standing}${body.reason ? ` (${body.reason})` : ''}`;
    case 'vend-ack':
      return 'Ack of the vend';
    case 'service':
      return body.reason ? `Out of service (${body.reason})` : 'In service';
    case 'link-code':
      return 'LinkCode';
    case 'link-result':
      return `LinkResult ${body.state}${body.reason ? ` (${body.reason})` : ''}`;
  }
}
