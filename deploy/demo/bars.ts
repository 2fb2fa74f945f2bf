/** EAN-13: the bars on a product's package. GS1 General Specifications, section 5.2. */

const LEFT_ODD = [
  '0001101',
  '0011001',
  '0010011',
  '0111101',
  '0100011',
  '0110001',
  '0101111',
  '0111011',
  '0110111',
  '0001011',
];
/** Which of the six left digits are of even parity tells the first digit, which has no bars. */
const PARITY = ['000000', '001011', '001101', '001110', '010011', '011001', '011100', '010101', '010110', '011010'];
const HEIGHT = 60;
const QUIET = 11;

const inverted = (bits: string): string => [...bits].map((bit) => (bit === '0' ? '1' : '0')).join('');
const mirrored = (bits: string): string => [...bits].reverse().join('');

/** 95 modules, "1" is dark. `digits`: 13, the check digit with them. */
function modules(digits: string): string {
  const parity = PARITY[Number(digits[0])] ?? '';
  const left = [...digits.slice(1, 7)].map((digit, at) => {
    const odd = LEFT_ODD[Number(digit)] ?? '';
    return parity[at] === '1' ? mirrored(inverted(odd)) : odd;
  });
  const right = [...digits.slice(7)].map((digit) => inverted(LEFT_ODD[Number(digit)] ?? ''));
  return `101${left.join('')}01010${right.join('')}101`;
}

/** A real product barcode, as an SVG picture. */
export function barsSvg(digits: string): string {
  const row = modules(digits);
  const dark = [...row].flatMap((bit, at) => (bit === '1' ? [`M${at + QUIET} 0h1v${HEIGHT}h-1z`] : []));
  const [width, height] = [row.length + 2 * QUIET, HEIGHT + 12];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"><path fill="#fff" d="M0 0h${width}v${height}H0z"/><path shape-rendering="crispEdges" d="${dark.join('')}"/><text x="${width / 2}" y="${height - 2}" text-anchor="middle" font-family="monospace" font-size="11" textLength="90">${digits}</text></svg>`;
}
