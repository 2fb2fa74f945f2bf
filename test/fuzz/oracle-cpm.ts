/**
 * EMV consumer-presented codes, read the naive way, to judge the decoder by: a recursive reader into plain objects, and a
 * regular expression over the hex text for each value. Written from reference codes/formats.md sections 3 and 7 alone.
 */
type Template = 'top' | '61' | '62' | '63' | '64';
type TlvObject = { readonly tag: string; readonly value: Buffer; readonly objects?: readonly TlvObject[] };
type Read<T> = { readonly ok: T } | { readonly fault: string };

export type CpmAnswer = { readonly tlv: Record<string, string> } | { readonly fault: string };

const parents: Record<string, Template> = { '61': 'top', '62': 'top', '63': '61', '64': '62' };

/** The hex text of a good value, by tag. What is not here may hold anything. */
const goodValues: Record<string, RegExp> = {
  '4F': /^(..){5,16}$/,
  '50': /^([2-6].|7[0-9A-E]){1,16}$/,
  '57': /^(?=(..){1,19}$)[0-9]{1,19}D[0-9]*F?$/,
  '5A': /^(?=(..){1,10}$)[0-9]+F*$/,
  '82': /^(..){2}$/,
  '5F20': /^(..){2,26}$/,
  '5F2D': /^((..){2}|(..){4}|(..){6}|(..){8})$/,
  '5F34': /^..$/,
  '9F08': /^(..){2}$/,
  '9F10': /^(..){1,32}$/,
  '9F19': /^(..){6}$/,
  '9F24': /^(..){29}$/,
  '9F25': /^(..){2}$/,
  '9F26': /^(..){8}$/,
  '9F27': /^..$/,
  '9F36': /^(..){2}$/,
  '9F37': /^(..){4}$/,
};

const hex = (bytes: Buffer): string => bytes.toString('hex').toUpperCase();

/** `text`: the content, which begins hQVDUFY and holds printable ASCII only. */
export function oracleCpm(text: string): CpmAnswer {
  const bytes = Buffer.from(text, 'base64');
  const wellFormed = /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0;
  if (!wellFormed || bytes.toString('base64') !== text) return { fault: 'cpm-bad-base64' };

  const read = readObjects(bytes, 'top');
  if ('fault' in read) return read;
  const applications = read.ok.filter((object) => object.tag === '61');
  if (applications.length === 0) return { fault: 'cpm-missing-application' };
  const named = applications.every((a) => a.objects?.some((object) => object.tag === '4F'));
  return named ? { tlv: paths(read.ok) } : { fault: 'cpm-missing-adf' };
}

function readObjects(bytes: Buffer, template: Template): Read<TlvObject[]> {
  const objects: TlvObject[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const tag = readTag(rest);
    if ('fault' in tag) return tag;
    const length = readLength(rest.subarray(tag.ok.length / 2));
    if ('fault' in length) return length;
    const from = tag.ok.length / 2 + length.ok.bytes;
    if (from + length.ok.value > rest.length) return { fault: 'cpm-truncated' };
    const object = readObject(tag.ok, rest.subarray(from, from + length.ok.value), template, objects);
    if ('fault' in object) return object;
    objects.push(object.ok);
    rest = rest.subarray(from + length.ok.value);
  }
  return { ok: objects };
}

function readTag(bytes: Buffer): Read<string> {
  const text = hex(bytes.subarray(0, 2));
  if (/^(00|FF)/.test(text)) return { fault: 'cpm-bad-tag' };
  if (!/^[13579BD]F/.test(text)) return { ok: text.slice(0, 2) };
  if (text.length < 4) return { fault: 'cpm-truncated' };
  return /^..[0-7]/.test(text) ? { ok: text } : { fault: 'cpm-bad-tag' };
}

function readLength(bytes: Buffer): Read<{ value: number; bytes: number }> {
  const text = hex(bytes.subarray(0, 3));
  if (text === '') return { fault: 'cpm-truncated' };
  if (/^[0-7]/.test(text)) return { ok: { value: Number.parseInt(text.slice(0, 2), 16), bytes: 1 } };
  if (/^80/.test(text)) return { fault: 'cpm-indefinite-length' };
  if (!/^8[12]/.test(text)) return { fault: 'cpm-bad-length' };
  const size = text.startsWith('81') ? 2 : 3;
  if (text.length < 2 * size) return { fault: 'cpm-truncated' };
  const value = Number.parseInt(text.slice(2, 2 * size), 16);
  return value < (size === 2 ? 0x80 : 0x100) ? { fault: 'cpm-bad-length' } : { ok: { value, bytes: size } };
}

function readObject(tag: string, value: Buffer, template: Template, before: readonly TlvObject[]): Read<TlvObject> {
  if (template === 'top' && before.length === 0) {
    const text = value.toString('latin1');
    if (tag !== '85' || !text.startsWith('CPV')) return { fault: 'cpm-bad-header' };
    if (text !== 'CPV01') return { fault: 'cpm-unsupported-version' };
  }
  const parent = parents[tag];
  if (parent !== undefined && parent !== template) return { fault: 'cpm-bad-nesting' };
  if (before.some((object) => object.tag === tag) && !(tag === '61' && template === 'top')) {
    return { fault: 'cpm-duplicate' };
  }
  if (parent !== undefined) {
    const inside = readObjects(value, tag as Template);
    return 'fault' in inside ? inside : { ok: { tag, value, objects: inside.ok } };
  }
  const good = goodValues[tag]?.test(hex(value)) ?? true;
  return good ? { ok: { tag, value } } : { fault: 'cpm-bad-value' };
}

/** `61[0].63.9F26` → upper-case hex, as in the vectors. Only applications are numbered. */
function paths(objects: readonly TlvObject[], prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  let application = 0;
  for (const { tag, value, objects: inside } of objects) {
    const name = tag === '61' ? `61[${application++}]` : tag;
    if (inside === undefined) found[prefix + name] = hex(value);
    else Object.assign(found, paths(inside, `${prefix}${name}.`));
  }
  return found;
}
