import qrcode from 'qrcode-generator';

/** A finger over the lower half. */
const finger = (side: number): string =>
  `<path fill="#d9a685" stroke="#a9744f" stroke-width=".4" d="M0 ${side}V${side * 0.62}Q${side * 0.3} ${side * 0.36} ${side * 0.72} ${side * 0.5}Q${side} ${side * 0.62} ${side} ${side}z"/>`;

/** A real QR code with its quiet zone, as an SVG picture; half of it covered where it is asked for. */
export function qrSvg(text: string, covered = false): string {
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
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path d="${path}"/>${covered ? finger(side) : ''}</svg>`;
}
