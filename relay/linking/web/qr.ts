import qrcode from 'qrcode-generator';
import { type Html, html } from './html.js';

/** Light modules that readers want around a code (ISO/IEC 18004). */
const QUIET_MODULES = 4;

/** A code as a picture, dark on light whatever the page's colours. Level M: a phone's glass is scratched and shines. */
export function qrPicture(text: string, label: string): Html {
  const qr = qrcode(0, 'M');
  qr.addData(text, /^[0-9A-Z $%*+\-./:]*$/.test(text) ? 'Alphanumeric' : 'Byte');
  qr.make();
  const size = qr.getModuleCount();
  let path = '';
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (qr.isDark(row, column)) path += `M${column + QUIET_MODULES} ${row + QUIET_MODULES}h1v1h-1z`;
    }
  }
  const side = size + 2 * QUIET_MODULES;
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path fill="#000" d="${path}"/></svg>`;
}
