import qrcode from 'qrcode-generator';

/** A real QR code with its quiet zone, as an SVG picture. */
export function qrSvg(text: string): string {
  const digits = /^\d+$/.test(text);
  const qr = qrcode(0, 'M');
  qr.addData(text, digits ? 'Numeric' : 'Byte');
  qr.make();
  const size = qr.getModuleCount();
  const quiet = 4;
  let path = '';
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (qr.isDark(row, column)) path += `M${column + quiet} ${row + quiet}h1v1h-1z`;
    }
  }
  const side = size + 2 * quiet;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path d="${path}"/></svg>`;
}
