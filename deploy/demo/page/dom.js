/** What the drawing functions share. */

const drawn = new WeakMap();

/** True when `data` differs from what this element showed last. */
export function changed(element, data) {
  const text = JSON.stringify(data);
  if (drawn.get(element) === text) return false;
  drawn.set(element, text);
  return true;
}

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

const places = { JPY: 0, KRW: 0, VND: 0, CLP: 0 };
/** 3550 HKD → "HKD 35.50". */
export function money(amount, currency) {
  const digits = places[currency] ?? 2;
  return `${currency} ${(Number(amount) / 10 ** digits).toFixed(digits)}`;
}

/** One of the symbols in index.html. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#${name}`);
  svg.setAttribute('aria-hidden', 'true');
  svg.append(use);
  return svg;
}
