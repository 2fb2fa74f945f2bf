// A wallet's linking: the code for the phone, the two digits that it shows too, and the buttons of the screen.

const id = (name) => document.getElementById(name);
const picture = 'http://www.w3.org/2000/svg';

function shape(name, attributes) {
  const element = document.createElementNS(picture, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Dark on light with its quiet zone, whatever the screen's colours. */
function drawCode({ qr, code, texts }) {
  id('code').hidden = qr === undefined;
  id('code').replaceChildren();
  if (qr === undefined) return;
  const { size, path } = qr;
  const drawn = shape('svg', { viewBox: `0 0 ${size} ${size}`, role: 'img', 'shape-rendering': 'crispEdges' });
  drawn.setAttribute('aria-label', texts[0]?.title ?? '');
  drawn.append(shape('path', { fill: '#fff', d: `M0 0h${size}v${size}H0z` }), shape('path', { fill: '#000', d: path }));
  // What a person can type where no camera is at hand; the wallet's own codes are too long for that.
  const short = document.createElement('p');
  short.textContent = code.length <= 77 ? code : '';
  id('code').append(drawn, short);
}

/** Not reachable by keys: a scanner that types its codes would press what has the focus. */
function buttonOf({ button, wallet, labels }, press) {
  const element = document.createElement('button');
  element.type = 'button';
  element.tabIndex = -1;
  element.dataset.button = button;
  for (const { lang, text } of labels) {
    const label = document.createElement('span');
    label.lang = lang;
    label.textContent = text;
    element.append(label);
  }
  element.addEventListener('click', () => {
    element.disabled = true;
    press({ button, wallet }).finally(() => {
      element.disabled = false;
    });
  });
  return element;
}

/** `press` sends a button, and settles when it has been answered. */
export function drawLink(screen, press) {
  drawCode(screen);
  id('digits').textContent = screen.digits ?? '';
  id('digits').hidden = screen.digits === undefined;
  id('actions').replaceChildren(...(screen.actions ?? []).map((action) => buttonOf(action, press)));
  id('actions').hidden = screen.actions === undefined;
}
