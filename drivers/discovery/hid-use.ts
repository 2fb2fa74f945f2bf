/** What a HID device is for, as far as discovery must know. The drivers read the whole descriptor, this only its top. */
export type HidUse = 'pos' | 'keyboard' | 'other';
export type HidClassifier = (descriptor: Uint8Array) => HidUse;

const LONG_ITEM = 0xfe;
/** Tag and type of an item, its two bits of size left out. */
const items = { usagePage: 0x04, usage: 0x08, collection: 0xa0 } as const;
const BAR_CODE_SCANNER_PAGE = 0x8c;
const GENERIC_DESKTOP_PAGE = 0x01;
const [KEYBOARD, KEYPAD] = [0x06, 0x07];

type Item = { readonly tag: number; readonly value: number };

/** Ends quietly where the bytes do. */
function* itemsOf(bytes: Uint8Array): Generator<Item> {
  let at = 0;
  while (at < bytes.length) {
    const head = bytes[at] ?? 0;
    if (head === LONG_ITEM) {
      at += 3 + (bytes[at + 1] ?? 0);
      continue;
    }
    const size = (head & 3) === 3 ? 4 : head & 3;
    let value = 0;
    for (let i = size; i > 0; i--) value = value * 256 + (bytes[at + i] ?? 0);
    yield { tag: head & 0xfc, value };
    at += 1 + size;
  }
}

/** By the usages of its collections: a scanner that can do both is a scanner. */
export const hidUse: HidClassifier = (descriptor) => {
  let [page, usage] = [0, 0];
  let use: HidUse = 'other';
  for (const { tag, value } of itemsOf(descriptor)) {
    if (tag === items.usagePage) page = value;
    // Four bytes of usage bring their page with them.
    if (tag === items.usage)
      [page, usage] = value > 0xffff ? [Math.floor(value / 65_536), value % 65_536] : [page, value];
    if (tag !== items.collection) continue;
    if (page === BAR_CODE_SCANNER_PAGE) return 'pos';
    if (page === GENERIC_DESKTOP_PAGE && (usage === KEYBOARD || usage === KEYPAD)) use = 'keyboard';
  }
  return use;
};
