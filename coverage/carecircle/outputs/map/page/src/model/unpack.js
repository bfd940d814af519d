// The block of numbers, unpacked: base64, deflate (RFC 1951) and byte planes. Nothing here needs a browser API
// newer than typed arrays, so that old office machines open the map too; newer ones inflate by themselves.

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];

const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

const BACK_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
];

const BACK_EXTRA = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];

const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A table of 2^15 entries: the next 15 bits (first bit lowest) give symbol * 16 + code length. */
function huffman(lengths) {
  const count = new Uint16Array(16),
    next = new Uint16Array(16),
    table = new Uint16Array(32768);
  for (const n of lengths) count[n]++;
  count[0] = 0;
  for (let n = 1, code = 0; n < 16; n++) {
    code = (code + count[n - 1]) << 1;
    next[n] = code;
  }
  lengths.forEach((n, symbol) => {
    if (!n) return;
    let reversed = 0;
    for (let code = next[n]++, i = 0; i < n; i++, code >>= 1) reversed = (reversed << 1) | (code & 1);
    for (let i = reversed; i < 32768; i += 1 << n) table[i] = symbol * 16 + n;
  });
  return table;
}

function inflate(source) {
  let out = new Uint8Array(source.length * 4 + 1024),
    size = 0,
    at = 0,
    bits = 0,
    held = 0,
    last = 0;
  const need = (n) => {
    while (held < n) {
      bits |= (source[at++] || 0) << held;
      held += 8;
    }
  };
  const take = (n) => {
    need(n);
    const v = bits & ((1 << n) - 1);
    bits >>>= n;
    held -= n;
    return v;
  };
  const symbol = (table) => {
    need(15);
    const entry = table[bits & 32767],
      n = entry & 15;
    bits >>>= n;
    held -= n;
    return entry >> 4;
  };
  const grow = (n) => {
    if (size + n <= out.length) return;
    const larger = new Uint8Array(Math.max(out.length * 2, size + n));
    larger.set(out);
    out = larger;
  };
  const fixed = () => {
    const lengths = Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8));
    return [huffman(lengths), huffman(Array(30).fill(5))];
  };
  const dynamic = () => {
    const literals = take(5) + 257,
      backs = take(5) + 1,
      coded = take(4) + 4,
      orders = Array(19).fill(0);
    for (let i = 0; i < coded; i++) orders[LENGTH_ORDER[i]] = take(3);
    const table = huffman(orders),
      lengths = [];
    while (lengths.length < literals + backs) {
      const s = symbol(table);
      if (s < 16) {
        lengths.push(s);
        continue;
      }
      const value = s === 16 ? lengths[lengths.length - 1] : 0;
      for (let n = s === 16 ? 3 + take(2) : s === 17 ? 3 + take(3) : 11 + take(7); n; n--)
        lengths.push(value);
    }
    return [huffman(lengths.slice(0, literals)), huffman(lengths.slice(literals))];
  };
  while (!last) {
    last = take(1);
    const kind = take(2);
    if (kind === 0) {
      take(held & 7);
      const n = take(16);
      take(16);
      grow(n);
      for (let i = 0; i < n; i++) out[size++] = take(8);
      continue;
    }
    const [literal, back] = kind === 1 ? fixed() : dynamic();
    for (;;) {
      const s = symbol(literal);
      if (s === 256) break;
      if (s < 256) {
        grow(1);
        out[size++] = s;
        continue;
      }
      const n = LENGTH_BASE[s - 257] + take(LENGTH_EXTRA[s - 257]);
      const b = symbol(back),
        distance = BACK_BASE[b] + take(BACK_EXTRA[b]);
      grow(n);
      for (let i = 0; i < n; i++, size++) out[size] = out[size - distance];
    }
  }
  return out.subarray(0, size);
}

const ARRAYS = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
};

function packedBytes(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const raw = atob(text.trim()),
    packed = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) packed[i] = raw.charCodeAt(i);
  return packed;
}

/** The bytes of a block by the browser's own inflate where it has one: several times faster; null where not. */
export async function inflateNatively(text) {
  try {
    const opened = new Blob([packedBytes(text)]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    return new Uint8Array(await new Response(opened).arrayBuffer());
  } catch (absent) {
    return null;
  }
}

/** Four planes put together, each number on the one before where they are steps. */
function wholeNumbers(bytes, offset, values, steps) {
  const n = values.length,
    second = offset + n,
    third = second + n,
    fourth = third + n;
  for (let i = 0, sum = 0; i < n; i++) {
    const value = bytes[offset + i] | (bytes[second + i] << 8) | (bytes[third + i] << 16) | (bytes[fourth + i] << 24);
    values[i] = sum = steps ? sum + value : value;
  }
}

/** A reader of columns: column([offset, count, type, differences]) -> typed array. */
export function openBlock(text, unpacked) {
  const bytes = unpacked || inflate(packedBytes(text));
  return ([offset, count, type, differences]) => {
    const values = new ARRAYS[type](count),
      wide = values.BYTES_PER_ELEMENT,
      flat = new Uint8Array(values.buffer);
    if (wide === 1) flat.set(bytes.subarray(offset, offset + count));
    else if (type === 'i32') wholeNumbers(bytes, offset, values, differences);
    else
      for (let plane = 0; plane < wide; plane++)
        for (let i = 0, from = offset + plane * count; i < count; i++) flat[i * wide + plane] = bytes[from + i];
    return values;
  };
}
