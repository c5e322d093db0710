/**
 * Data of a page as bytes: JSON in which each typed array is the name of its kind and where its bytes stand after it. Numbers
 * of several bytes stand as all their first bytes, all their second ones, and so on: so they compress to less. Both ends
 * are little-endian, as every machine that runs Node 20 or a browser today.
 */
const KINDS = {
  Float32Array,
  Float64Array,
  Int32Array,
  Uint16Array,
  Uint8Array,
} as const;
type Kind = keyof typeof KINDS;
type Column = InstanceType<(typeof KINDS)[Kind]>;

/** The one key of what stands for an array; no object of a page has such a key (report-page.ts). */
const MARK = "$column";

/** @param page plain objects, lists, texts, finite numbers, and typed arrays */
export function encodePage(page: unknown): Uint8Array {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const json = JSON.stringify(page, (_, value: unknown) => {
    if (!ArrayBuffer.isView(value)) return value;
    const bytes = planeBytes(value as Column);
    parts.push(bytes);
    offset += bytes.length;
    return { [MARK]: [value.constructor.name, offset - bytes.length, (value as Column).length] };
  });
  const text = new TextEncoder().encode(json);
  const whole = new Uint8Array(4 + text.length + offset);
  new DataView(whole.buffer).setUint32(0, text.length, true);
  whole.set(text, 4);
  let place = 4 + text.length;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

/** What `encodePage` was given. */
export function decodePage(whole: Uint8Array): unknown {
  const length = new DataView(whole.buffer, whole.byteOffset).getUint32(0, true);
  const json = new TextDecoder().decode(whole.subarray(4, 4 + length));
  const bytes = whole.subarray(4 + length);
  return JSON.parse(json, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, MARK)) return value;
    const [kind, offset, count] = (value as Record<typeof MARK, [Kind, number, number]>)[MARK];
    return unplaneBytes(kind, bytes.subarray(offset), count);
  });
}

function planeBytes(column: Column): Uint8Array {
  const { length, BYTES_PER_ELEMENT: size } = column;
  const source = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
  if (size === 1) return source;
  const target = new Uint8Array(source.length);
  for (let plane = 0, place = 0; plane < size; plane++)
    for (let at = plane; at < length * size; at += size) target[place++] = source[at] ?? 0;
  return target;
}

function unplaneBytes(kind: Kind, source: Uint8Array, count: number): Column {
  const column = new KINDS[kind](count);
  const size = column.BYTES_PER_ELEMENT;
  const target = new Uint8Array(column.buffer);
  for (let plane = 0, place = 0; plane < size; plane++)
    for (let at = plane; at < count * size; at += size) target[at] = source[place++] ?? 0;
  return column;
}
