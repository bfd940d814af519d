// map/page/src/model/answers.js
var Answers = class {
  constructor(rows) {
    this.cost = new Float64Array(rows).fill(Infinity);
    this.owner = new Int32Array(rows).fill(-1);
    this.held = /* @__PURE__ */ new Map();
    this.stamp = -1;
    this.version = 0;
    this.history = [];
  }
  /** Serves by exactly these seats: {gone, come} against those held, by number and version. */
  difference(wanted) {
    const now = new Map(wanted.map((seat) => [seat.number, seat])), same = (a, b) => Boolean(b) && a.version === (b.version || 0);
    const gone = [...this.held.values()].filter((held2) => !same(held2, now.get(held2.seat.number)));
    gone.forEach((held2) => this.held.delete(held2.seat.number));
    const come = wanted.filter((seat) => !this.held.has(seat.number)).map((seat) => ({ seat, version: seat.version || 0 }));
    come.forEach((held2) => this.held.set(held2.seat.number, held2));
    return { gone, come };
  }
  /** Remembers which rows a change touched. */
  note(rows) {
    this.version++;
    this.history.push(rows);
    if (this.history.length > 48) this.history.shift();
  }
  /** The rows changed after a version (some perhaps twice); null where that is too long ago to know. */
  since(version) {
    const steps = this.version - version;
    return steps > this.history.length ? null : this.history.slice(this.history.length - steps);
  }
  /**
   * Takes seats away and puts seats in; each way of measuring has its own.
   * @returns {number[]} the demand rows whose cost or seat changed
   */
  change(gone, come) {
    throw new Error(`${gone.length + come.length} seats and no way to measure`);
  }
  settle(wanted, stamp) {
    if (this.stamp === stamp) return;
    this.stamp = stamp;
    const { gone, come } = this.difference(wanted);
    if (gone.length || come.length) this.note(this.change(gone, come));
  }
};

// map/page/src/model/unpack.js
var LENGTH_BASE = [
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  13,
  15,
  17,
  19,
  23,
  27,
  31,
  35,
  43,
  51,
  59,
  67,
  83,
  99,
  115,
  131,
  163,
  195,
  227,
  258
];
var LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
var BACK_BASE = [
  1,
  2,
  3,
  4,
  5,
  7,
  9,
  13,
  17,
  25,
  33,
  49,
  65,
  97,
  129,
  193,
  257,
  385,
  513,
  769,
  1025,
  1537,
  2049,
  3073,
  4097,
  6145,
  8193,
  12289,
  16385,
  24577
];
var BACK_EXTRA = [
  0,
  0,
  0,
  0,
  1,
  1,
  2,
  2,
  3,
  3,
  4,
  4,
  5,
  5,
  6,
  6,
  7,
  7,
  8,
  8,
  9,
  9,
  10,
  10,
  11,
  11,
  12,
  12,
  13,
  13
];
var LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
function huffman(lengths) {
  const count = new Uint16Array(16), next = new Uint16Array(16), table = new Uint16Array(32768);
  for (const n of lengths) count[n]++;
  count[0] = 0;
  for (let n = 1, code = 0; n < 16; n++) {
    code = code + count[n - 1] << 1;
    next[n] = code;
  }
  lengths.forEach((n, symbol) => {
    if (!n) return;
    let reversed = 0;
    for (let code = next[n]++, i = 0; i < n; i++, code >>= 1) reversed = reversed << 1 | code & 1;
    for (let i = reversed; i < 32768; i += 1 << n) table[i] = symbol * 16 + n;
  });
  return table;
}
function inflate(source) {
  let out = new Uint8Array(source.length * 4 + 1024), size = 0, at = 0, bits = 0, held2 = 0, last = 0;
  const need = (n) => {
    while (held2 < n) {
      bits |= (source[at++] || 0) << held2;
      held2 += 8;
    }
  };
  const take = (n) => {
    need(n);
    const v = bits & (1 << n) - 1;
    bits >>>= n;
    held2 -= n;
    return v;
  };
  const symbol = (table) => {
    need(15);
    const entry = table[bits & 32767], n = entry & 15;
    bits >>>= n;
    held2 -= n;
    return entry >> 4;
  };
  const grow = (n) => {
    if (size + n <= out.length) return;
    const larger = new Uint8Array(Math.max(out.length * 2, size + n));
    larger.set(out);
    out = larger;
  };
  const fixed = () => {
    const lengths = Array.from({ length: 288 }, (_, i) => i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
    return [huffman(lengths), huffman(Array(30).fill(5))];
  };
  const dynamic = () => {
    const literals = take(5) + 257, backs = take(5) + 1, coded = take(4) + 4, orders = Array(19).fill(0);
    for (let i = 0; i < coded; i++) orders[LENGTH_ORDER[i]] = take(3);
    const table = huffman(orders), lengths = [];
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
      take(held2 & 7);
      const n = take(16);
      take(16);
      grow(n);
      for (let i = 0; i < n; i++) out[size++] = take(8);
      continue;
    }
    const [literal, back] = kind === 1 ? fixed() : dynamic();
    for (; ; ) {
      const s = symbol(literal);
      if (s === 256) break;
      if (s < 256) {
        grow(1);
        out[size++] = s;
        continue;
      }
      const n = LENGTH_BASE[s - 257] + take(LENGTH_EXTRA[s - 257]);
      const b = symbol(back), distance = BACK_BASE[b] + take(BACK_EXTRA[b]);
      grow(n);
      for (let i = 0; i < n; i++, size++) out[size] = out[size - distance];
    }
  }
  return out.subarray(0, size);
}
var ARRAYS = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array
};
function packedBytes(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const raw = atob(text.trim()), packed = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) packed[i] = raw.charCodeAt(i);
  return packed;
}
async function inflateNatively(text) {
  try {
    const opened = new Blob([packedBytes(text)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Uint8Array(await new Response(opened).arrayBuffer());
  } catch (absent) {
    return null;
  }
}
function wholeNumbers(bytes, offset, values, steps) {
  const n = values.length, second = offset + n, third = second + n, fourth = third + n;
  for (let i = 0, sum3 = 0; i < n; i++) {
    const value = bytes[offset + i] | bytes[second + i] << 8 | bytes[third + i] << 16 | bytes[fourth + i] << 24;
    values[i] = sum3 = steps ? sum3 + value : value;
  }
}
function openBlock(text, unpacked) {
  const bytes = unpacked || inflate(packedBytes(text));
  return ([offset, count, type, differences]) => {
    const values = new ARRAYS[type](count), wide = values.BYTES_PER_ELEMENT, flat = new Uint8Array(values.buffer);
    if (wide === 1) flat.set(bytes.subarray(offset, offset + count));
    else if (type === "i32") wholeNumbers(bytes, offset, values, differences);
    else
      for (let plane = 0; plane < wide; plane++)
        for (let i = 0, from = offset + plane * count; i < count; i++) flat[i * wide + plane] = bytes[from + i];
    return values;
  };
}

// map/page/src/model/page.js
var page = null;
var textOf = (name) => "";
var readers = {};
function openPage(data, blockText2) {
  page = data;
  textOf = blockText2;
  readers = {};
}
function once(make) {
  let of = null, value;
  return () => {
    if (value === void 0 || of !== page) {
      of = page;
      value = make();
    }
    return value;
  };
}
var blockText = (name) => textOf(name);
var columns = once(() => /* @__PURE__ */ new Map());
function column(reference) {
  const name = reference[4], key = `${name} ${reference[0]} ${reference[1]}`, kept2 = columns();
  if (!kept2.has(key)) {
    if (!readers[name]) readers[name] = openBlock(textOf(name));
    kept2.set(key, readers[name](reference));
  }
  return kept2.get(key);
}
async function unpackFirst() {
  const first2 = page.order.length ? page.order[0] : 0, opening = [...page.clauses.keys()].filter((i) => page.clauses[i].outcome === "FAIL" || i === first2);
  const needed = ["base", "lines", ...opening.map((i) => `clause${i}`)].filter(
    (name) => textOf(name).trim()
  );
  await Promise.all(
    needed.map(async (name) => {
      const bytes = await inflateNatively(textOf(name));
      if (bytes) readers[name] = openBlock("", bytes);
    })
  );
}

// map/page/src/model/mercator.js
var worldX = (lon) => (lon + 180) / 360;
var worldY = (lat) => {
  const s = Math.sin(lat * Math.PI / 180);
  return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
};
var lonOf = (x) => x * 360 - 180;
var latOf = (y) => Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI;
function worldColumns(x, y) {
  const n = x.length, wx = new Float64Array(n), wy = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    wx[i] = worldX(x[i] / 1e6);
    wy[i] = worldY(y[i] / 1e6);
  }
  return { x: wx, y: wy, n };
}
function openShapes(coded) {
  const { x, y } = worldColumns(column(coded.x), column(coded.y));
  const lengths = column(coded.lengths), counts = column(coded.rings);
  const starts = new Uint32Array(lengths.length + 1), first2 = new Uint32Array(counts.length + 1);
  lengths.forEach((n, i) => {
    starts[i + 1] = starts[i] + n;
  });
  counts.forEach((n, i) => {
    first2[i + 1] = first2[i] + n;
  });
  const boxes = new Float64Array(counts.length * 4);
  for (let f = 0; f < counts.length; f++) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = starts[first2[f]]; i < starts[first2[f + 1]]; i++) {
      if (x[i] < box[0]) box[0] = x[i];
      if (x[i] > box[2]) box[2] = x[i];
      if (y[i] < box[1]) box[1] = y[i];
      if (y[i] > box[3]) box[3] = y[i];
    }
    boxes.set(box, f * 4);
  }
  return { x, y, starts, first: first2, boxes, n: counts.length };
}
var emptyShape = (shapes2, f) => shapes2.first[f] === shapes2.first[f + 1];
function apart(x0, y0, x1, y1) {
  const k = 400750167e-1 * Math.cos(latOf(y0) * Math.PI / 180);
  return Math.hypot(x1 - x0, y1 - y0) * k;
}
function circlePoints(lon, lat, radius, n = 72) {
  const phi = lat * Math.PI / 180, e2 = 0.00669437999014, w = Math.sqrt(1 - e2 * Math.sin(phi) ** 2);
  const east = 6378137 / w * Math.cos(phi), north = 6378137 * (1 - e2) / w ** 3;
  return Array.from({ length: n + 1 }, (_, i) => {
    const t = i / n * 2 * Math.PI, dLat = radius * Math.cos(t) / north;
    const dLon = radius * Math.sin(t) / east * (1 + Math.tan(phi) * dLat);
    return [worldX(lon + dLon * 180 / Math.PI), worldY(lat + dLat * 180 / Math.PI)];
  });
}

// map/page/src/model/say.js
var said = { language: "zh", listeners: [] };
function say(key, facts) {
  const forms = typeof key === "string" ? page.words[key] : key;
  if (!forms) return typeof key === "string" ? key : "";
  const text = forms[said.language] !== void 0 ? forms[said.language] : forms.zh;
  return facts ? text.replace(/\{(\w+)(?::([^{}|]*)\|([^{}|]*))?\}/g, filled) : text;
  function filled(whole, name, one, other) {
    if (!(name in facts)) return whole;
    if (other === void 0) return facts[name];
    return String(facts[name]) === "1" ? one : other;
  }
}
var people = (n) => String(Math.round(n) || 0).replace(/\B(?=(\d{3})+$)/g, ",");
var percent = (share2) => {
  if (share2 === null || share2 === void 0 || Number.isNaN(share2)) return "—";
  if (share2 >= 1) return "100%";
  const shown = share2 > 0.999 ? Math.floor(share2 * 1e4) / 100 : Math.round(share2 * 1e3) / 10;
  return `${shown}%`;
};
var metres = (m) => m >= 1e3 ? `${Number((m / 1e3).toFixed(m >= 1e5 ? 0 : 1))} ${say("page_km")}` : `${Math.round(m)} ${say("page_m")}`;
var minutes = (t) => `${t.toFixed(1)} ${say("page_min")}`;
var measured = (value, unit) => unit === "min" ? minutes(value) : metres(value);
function onLanguage(listener) {
  said.listeners.push(listener);
  listener();
}
var finite = (v) => v !== null && Number.isFinite(v) ? v : null;

// map/page/src/model/earth.js
var WGS84 = { a: 6378137, f: 1 / 298.257223563 };
var RAD = Math.PI / 180;
function transverseMercator({ a, f, lon0, k0, x0, y0 }) {
  const n = f / (2 - f), e = Math.sqrt(f * (2 - f)), powers = [1, n, n ** 2, n ** 3, n ** 4, n ** 5, n ** 6];
  const radius = k0 * a / (1 + n) * (1 + n ** 2 / 4 + n ** 4 / 64 + n ** 6 / 256);
  const series = (table) => table.map((row2, j) => row2.reduce((sum3, c, i) => sum3 + c * powers[j + 1 + i], 0));
  const alpha = series([
    [1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37800],
    [13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1983433 / 1935360],
    [61 / 240, -103 / 140, 15061 / 26880, 167603 / 181440],
    [49561 / 161280, -179 / 168, 6601661 / 7257600],
    [34729 / 80640, -3418889 / 1995840],
    [212378941 / 319334400]
  ]);
  const beta = series([
    [1 / 2, -2 / 3, 37 / 96, -1 / 360, -81 / 512, 96199 / 604800],
    [1 / 48, 1 / 15, -437 / 1440, 46 / 105, -1118711 / 3870720],
    [17 / 480, -37 / 840, -209 / 4480, 5569 / 90720],
    [4397 / 161280, -11 / 504, -830251 / 7257600],
    [4583 / 161280, -108847 / 3991680],
    [20648693 / 638668800]
  ]);
  const shift = (table, sign, xi, eta) => {
    let u = xi, v = eta;
    table.forEach((c, j) => {
      const k = 2 * (j + 1);
      u += sign * c * Math.sin(k * xi) * Math.cosh(k * eta);
      v += sign * c * Math.cos(k * xi) * Math.sinh(k * eta);
    });
    return [u, v];
  };
  return {
    forward(lon, lat) {
      const s = Math.sin(lat * RAD), t = Math.sinh(Math.atanh(s) - e * Math.atanh(e * s)), away = (lon - lon0) * RAD;
      const [xi, eta] = shift(
        alpha,
        1,
        Math.atan2(t, Math.cos(away)),
        Math.asinh(Math.sin(away) / Math.hypot(t, Math.cos(away)))
      );
      return [x0 + radius * eta, y0 + radius * xi];
    },
    inverse(x, y) {
      const [xi, eta] = shift(beta, -1, (y - y0) / radius, (x - x0) / radius);
      const goal = Math.sin(xi) / Math.hypot(Math.sinh(eta), Math.cos(xi));
      let tau = goal;
      for (let i = 0; i < 6; i++) {
        const root = Math.sqrt(1 + tau * tau), sigma = Math.sinh(e * Math.atanh(e * tau / root));
        const now = tau * Math.sqrt(1 + sigma * sigma) - sigma * root;
        tau += (goal - now) / Math.sqrt(1 + now * now) * (1 + (1 - e * e) * tau * tau) / ((1 - e * e) * root);
      }
      return [lon0 + Math.atan2(Math.sinh(eta), Math.cos(xi)) / RAD, Math.atan(tau) / RAD];
    }
  };
}
var polynomial = (x, start2, factors) => factors.reduceRight((sum3, c) => sum3 * x + c, 0) * x ** start2;
function geodesic(lon1, lat1, lon2, lat2) {
  const { a, f } = WGS84, b = a * (1 - f), n = f / (2 - f), L0 = (lon2 - lon1) * RAD;
  const u1 = Math.atan((1 - f) * Math.tan(lat1 * RAD)), u2 = Math.atan((1 - f) * Math.tan(lat2 * RAD)), s1 = Math.sin(u1), c1 = Math.cos(u1), s2 = Math.sin(u2), c2 = Math.cos(u2);
  let omega = L0;
  for (let i = 0; ; i++) {
    const so = Math.sin(omega), co = Math.cos(omega), sinSigma = Math.hypot(c2 * so, c1 * s2 - s1 * c2 * co);
    if (sinSigma === 0) return 0;
    const cosSigma = s1 * s2 + c1 * c2 * co, sigma = Math.atan2(sinSigma, cosSigma), sinAlpha = c1 * c2 * so / sinSigma, cos2Alpha = 1 - sinAlpha * sinAlpha, mid = cos2Alpha === 0 ? 0 : Math.acos(Math.max(-1, Math.min(1, cosSigma - 2 * s1 * s2 / cos2Alpha))), root = Math.sqrt(1 + cos2Alpha * (a * a - b * b) / (b * b)), e = (root - 1) / (root + 1);
    const waves = (factors) => factors.reduce((sum3, c, k) => sum3 + 2 * c * Math.cos((k + 1) * mid) * Math.sin((k + 1) * sigma), sigma);
    const A3 = polynomial(e, 0, [
      1,
      -(1 / 2 - n / 2),
      -(1 / 4 + n / 8 - 3 * n * n / 8),
      -(1 / 16 + 3 * n / 16 + n * n / 16),
      -(3 / 64 + n / 32),
      -3 / 128
    ]);
    const C3 = [
      polynomial(e, 1, [
        1 / 4 - n / 4,
        1 / 8 - n * n / 8,
        3 / 64 + 3 * n / 64 - n * n / 64,
        5 / 128 + n / 64
      ]),
      polynomial(e, 2, [
        1 / 16 - 3 * n / 32 + n * n / 32,
        3 / 64 - n / 32 - 3 * n * n / 64,
        3 / 128 + n / 128
      ]),
      polynomial(e, 3, [5 / 192 - 3 * n / 64 + 5 * n * n / 192])
    ];
    const before2 = omega;
    omega = L0 + f * sinAlpha * A3 * waves(C3);
    if (Math.abs(omega - before2) > 1e-15 && i < 60) continue;
    const A1 = polynomial(e, 0, [1, 0, 1 / 4, 0, 1 / 64, 0, 1 / 256]) / (1 - e);
    const C1 = [
      polynomial(e, 1, [-1 / 2, 0, 3 / 16, 0, -1 / 32]),
      polynomial(e, 2, [-1 / 16, 0, 1 / 32]),
      polynomial(e, 3, [-1 / 48, 0, 3 / 256]),
      polynomial(e, 4, [-5 / 512])
    ];
    return b * A1 * waves(C1);
  }
}
var ExactSum = class {
  constructor() {
    this.parts = [];
  }
  add(x) {
    const { parts } = this;
    let kept2 = 0;
    for (let k = 0; k < parts.length; k++) {
      let y = parts[k];
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y, low = y - (high - x);
      if (low) parts[kept2++] = low;
      x = high;
    }
    parts.length = kept2;
    parts.push(x);
  }
  value() {
    const { parts } = this;
    let n = parts.length, high = n ? parts[--n] : 0, low = 0;
    while (n > 0) {
      const x = high, y = parts[--n];
      high = x + y;
      low = y - (high - x);
      if (low) break;
    }
    if (n > 0 && (low < 0 && parts[n - 1] < 0 || low > 0 && parts[n - 1] > 0)) {
      const y = low * 2, x = high + y;
      if (y === x - high) high = x;
    }
    return high;
  }
};
function exactSum(values) {
  const sum3 = new ExactSum();
  for (const x of values) sum3.add(x);
  return sum3.value();
}

// map/page/src/model/ways.js
var hasWays = () => Boolean(page.ways);
var waysColumn = once(() => {
  const read = openBlock(blockText("ways")), kept2 = /* @__PURE__ */ new Map();
  return (reference) => {
    const key = `${reference[0]} ${reference[1]}`;
    if (!kept2.has(key)) kept2.set(key, read(reference));
    return kept2.get(key);
  };
});
var ground = once(() => transverseMercator(page.ways.projection));
var lineTable = once(() => {
  const w = page.ways, lengths = waysColumn()(w.lengths), starts = new Uint32Array(lengths.length + 1);
  lengths.forEach((n, i) => {
    starts[i + 1] = starts[i] + n;
  });
  return { x: waysColumn()(w.x), y: waysColumn()(w.y), starts };
});
var heldNetworks = once(() => ({}));
function network(mode) {
  const networks = heldNetworks();
  if (!networks[mode]) {
    const m = page.ways.modes[mode];
    const col = (r) => waysColumn()(r);
    networks[mode] = {
      ...m,
      ends: m.ends.map(col),
      seconds: m.seconds.map(col),
      metres: m.metres.map(col),
      allowed: col(m.allowed),
      component: col(m.component),
      line: col(m.line),
      demand: {
        street: col(m.demand.street),
        position: col(m.demand.position),
        metres: col(m.demand.metres)
      },
      facility: {
        street: col(m.facility.street),
        position: col(m.facility.position),
        metres: col(m.facility.metres)
      },
      graphs: {}
    };
  }
  return networks[mode];
}
function graph(net, metric, turned) {
  const name = `${metric}${turned}`;
  if (net.graphs[name]) return net.graphs[name];
  const cost = metric === "minutes" ? net.seconds : net.metres, streets = net.line.length, ptr = new Int32Array(net.nodes + 1);
  const each = (visit) => {
    for (let s = 0; s < streets; s++)
      for (let d = 0; d < 2; d++)
        if (cost[d][s] < Infinity)
          visit(net.ends[turned ? 1 - d : d][s], net.ends[turned ? d : 1 - d][s], s * 2 + d, cost[d][s]);
  };
  each((u) => {
    ptr[u + 1]++;
  });
  for (let v = 0; v < net.nodes; v++) ptr[v + 1] += ptr[v];
  const to = new Int32Array(ptr[net.nodes]), via = new Int32Array(to.length), w = new Float32Array(to.length), at = ptr.slice();
  each((u, v, by, c) => {
    const k = at[u]++;
    to[k] = v;
    via[k] = by;
    w[k] = c;
  });
  return net.graphs[name] = { ptr, to, via, w };
}
var accessCost = (net, metric, away) => metric === "minutes" ? away * 3.6 / net.accessKph : away;
function endCosts(net, metric, street, t, leaving) {
  const cost = metric === "minutes" ? net.seconds : net.metres, drawn = cost[0][street], against = cost[1][street];
  const toStart = leaving ? against : drawn, toEnd = leaving ? drawn : against;
  return [t === 0 ? 0 : t === 1 ? Infinity : toStart * t, t === 1 ? 0 : t === 0 ? Infinity : toEnd * (1 - t)];
}
function alongStreet(net, metric, street, start2, end) {
  const cost = metric === "minutes" ? net.seconds : net.metres, way = end - start2;
  const ahead = way >= 0 && cost[0][street] < Infinity ? cost[0][street] * way : Infinity;
  const back = way <= 0 && cost[1][street] < Infinity ? cost[1][street] * -way : Infinity;
  return Math.min(ahead, back);
}

// map/page/src/model/snapping.js
function pieceGrid(net) {
  if (net.grid) return net.grid;
  const { x, y, starts } = lineTable();
  let left = Infinity, bottom = Infinity, right = -Infinity, top = -Infinity;
  const eachPiece = (visit) => {
    for (let s = 0; s < net.line.length; s++)
      if (net.allowed[s])
        for (let i = starts[net.line[s]]; i < starts[net.line[s] + 1] - 1; i++) visit(s, i);
  };
  eachPiece((s, i) => {
    left = Math.min(left, x[i], x[i + 1]);
    right = Math.max(right, x[i], x[i + 1]);
    bottom = Math.min(bottom, y[i], y[i + 1]);
    top = Math.max(top, y[i], y[i + 1]);
  });
  const cell = Math.max(100, Math.sqrt((right - left) * (top - bottom) / 4e5) || 0), wide = left < right ? Math.floor((right - left) / cell) + 1 : 1, high = bottom < top ? Math.floor((top - bottom) / cell) + 1 : 1;
  const fill = new Int32Array(wide * high + 1), eachCell = (visit) => eachPiece((s, i) => {
    const c1 = Math.floor((Math.max(x[i], x[i + 1]) - left) / cell), r1 = Math.floor((Math.max(y[i], y[i + 1]) - bottom) / cell);
    for (let r = Math.floor((Math.min(y[i], y[i + 1]) - bottom) / cell); r <= r1; r++)
      for (let c = Math.floor((Math.min(x[i], x[i + 1]) - left) / cell); c <= c1; c++)
        visit(r * wide + c, s, i);
  });
  eachCell((k) => {
    fill[k + 1]++;
  });
  for (let k = 0; k < wide * high; k++) fill[k + 1] += fill[k];
  const piece = new Int32Array(fill[wide * high]), street = new Int32Array(piece.length), at = fill.slice();
  eachCell((k, s, i) => {
    street[at[k]] = s;
    piece[at[k]++] = i;
  });
  return net.grid = { left, bottom, cell, wide, high, starts: fill, piece, street };
}
function toPiece(px, py, x, y, i) {
  const dx = x[i + 1] - x[i], dy = y[i + 1] - y[i], square = dx * dx + dy * dy;
  const share2 = square > 0 ? Math.max(0, Math.min(1, ((px - x[i]) * dx + (py - y[i]) * dy) / square)) : 0, qx = share2 >= 1 ? x[i + 1] : x[i] + share2 * dx, qy = share2 >= 1 ? y[i + 1] : y[i] + share2 * dy;
  return [(px - qx) ** 2 + (py - qy) ** 2, share2, qx, qy];
}
function snapTo(mode, lon, lat) {
  const net = network(mode), { x, y, starts } = lineTable(), grid2 = pieceGrid(net), [px, py] = ground().forward(lon, lat);
  const none = { street: -1, position: 0, metres: 0 }, cx = Math.floor((px - grid2.left) / grid2.cell), cy = Math.floor((py - grid2.bottom) / grid2.cell);
  let best = Infinity, street = -1, near = -1;
  const look2 = (c, r) => {
    if (c < 0 || r < 0 || c >= grid2.wide || r >= grid2.high) return;
    for (let k = grid2.starts[r * grid2.wide + c]; k < grid2.starts[r * grid2.wide + c + 1]; k++) {
      const [away] = toPiece(px, py, x, y, grid2.piece[k]);
      if (away < best || away === best && grid2.street[k] < street) {
        best = away;
        street = grid2.street[k];
        near = grid2.piece[k];
      }
    }
  };
  const least = (ring) => (ring - 1) * grid2.cell;
  for (let ring = 0; least(ring) <= Math.min(Math.sqrt(best), net.mostSnap * 1.01 + 1); ring++)
    for (let r = cy - ring; r <= cy + ring; r++)
      for (let c = cx - ring; c <= cx + ring; c += Math.abs(r - cy) === ring ? 1 : Math.max(1, 2 * ring))
        look2(c, r);
  if (street < 0) return none;
  const [, share2, qx, qy] = toPiece(px, py, x, y, near);
  let whole = 0, ahead = 0;
  for (let i = starts[net.line[street]]; i < starts[net.line[street] + 1] - 1; i++) {
    const step = Math.sqrt((x[i + 1] - x[i]) ** 2 + (y[i + 1] - y[i]) ** 2);
    if (i === near) ahead = whole + share2 * step;
    whole += step;
  }
  ahead = Math.round(ahead * page.numbers.placeStep) / page.numbers.placeStep;
  const position = ahead === 0 ? 0 : whole - ahead <= 0.5 / page.numbers.placeStep ? 1 : ahead / whole, [lon2, lat2] = ground().inverse(qx, qy), metres2 = Math.round(geodesic(lon, lat, lon2, lat2) * page.numbers.placeStep) / page.numbers.placeStep;
  return metres2 <= net.mostSnap ? { street, position, metres: metres2, xy: [qx, qy] } : none;
}
function pieceOf(line, from, to) {
  if (from === to) return [];
  const { x, y, starts } = lineTable(), first2 = starts[line], last = starts[line + 1] - 1, lengths = [0];
  for (let i = first2; i < last; i++)
    lengths.push(lengths[i - first2] + Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]));
  const whole = lengths[lengths.length - 1], low = Math.min(from, to) * whole, high = Math.max(from, to) * whole, points = [];
  const at = (m) => {
    let k = 0;
    while (k < lengths.length - 2 && lengths[k + 1] < m) k++;
    const share2 = lengths[k + 1] > lengths[k] ? (m - lengths[k]) / (lengths[k + 1] - lengths[k]) : 0;
    return [
      x[first2 + k] + share2 * (x[first2 + k + 1] - x[first2 + k]),
      y[first2 + k] + share2 * (y[first2 + k + 1] - y[first2 + k])
    ];
  };
  points.push(at(low));
  for (let k = 0; k < lengths.length; k++)
    if (lengths[k] > low && lengths[k] < high) points.push([x[first2 + k], y[first2 + k]]);
  points.push(at(high));
  if (from > to) points.reverse();
  return points.map(([px, py]) => {
    const [lon, lat] = ground().inverse(px, py);
    return [worldX(lon), worldY(lat)];
  });
}

// map/page/src/model/seats.js
var seats = /* @__PURE__ */ new Map();
function before(a, b) {
  if (b < 0 || a === b) return b < 0;
  const p = [...seats.get(a).id], q = [...seats.get(b).id], i = p.findIndex((c, k) => c !== q[k]);
  return i < 0 ? p.length < q.length : i < q.length && p[i].codePointAt(0) < q[i].codePointAt(0);
}
var seatsReady = once(() => {
  seats.clear();
  page.facilities.ids.forEach(
    (id, index) => seats.set(index, { number: index, index, id, name: page.facilities.names[index] })
  );
  return true;
});
function placeOf(seat, mode) {
  if (seat.index !== void 0) {
    const f = network(mode).facility;
    return { street: f.street[seat.index], position: f.position[seat.index], metres: f.metres[seat.index] };
  }
  if (!seat.places[mode]) seat.places[mode] = snapTo(mode, seat.lon, seat.lat);
  return seat.places[mode];
}
var fine = (reference, start2) => Float64Array.from(waysColumn()(reference), (v) => (start2 * page.numbers.fine + v) / page.numbers.fine);
var exactDemand = once(() => ({
  lon: fine(page.ways.demand.x, page.ways.demand.west),
  lat: fine(page.ways.demand.y, page.ways.demand.south)
}));
var exactFacilities = once(() => ({
  lon: fine(page.ways.facility.x, page.ways.facility.west),
  lat: fine(page.ways.facility.y, page.ways.facility.south)
}));
var facilityLonLat = (i) => [exactFacilities().lon[i], exactFacilities().lat[i]];

// map/page/src/model/scenario.js
var scenario = {
  sites: [],
  closed: /* @__PURE__ */ new Set(),
  next: 1,
  kept: [],
  stamp: 0
};
var listeners = [];
function onChange(listener) {
  listeners.push(listener);
}
function told() {
  scenario.stamp++;
  for (const listener of listeners) listener();
}
var changed = () => scenario.sites.length > 0 || scenario.closed.size > 0;
function needWays() {
  if (!hasWays()) throw new Error(say(page.whatifOff));
}
var kindOf = ({ kind, category, designations }) => kind !== void 0 ? kind : page.kinds.findIndex(
  (k) => k.category === category && (!designations || String(k.designations) === String(designations))
);
var written = (degrees) => Number(degrees.toFixed(7));
var takenId = (id) => page.facilities.ids.includes(id) || scenario.sites.some((s) => s.id === id);
function freeId() {
  while (takenId(`new-${scenario.next}`)) scenario.next++;
  return `new-${scenario.next}`;
}
function addSite(wanted) {
  needWays();
  seatsReady();
  const kind = kindOf(wanted);
  if (!page.kinds[kind]) throw new Error(say("page_whatif_kind", { kind: wanted.category }));
  const id = wanted.id || freeId();
  if (takenId(id)) throw new Error(say("page_whatif_taken", { id }));
  const n = scenario.next++, site = {
    number: 1e6 + n,
    id,
    kind,
    lon: written(wanted.lon),
    lat: written(wanted.lat),
    name: wanted.name || `${say(page.kinds[kind])} ${n}`,
    places: {},
    version: 0
  };
  scenario.sites.push(site);
  seats.set(site.number, site);
  told();
  return id;
}
var siteById = (id) => {
  const site = scenario.sites.find((s) => s.id === id);
  if (!site) throw new Error(say("page_whatif_site", { id }));
  return site;
};
function moveSite(id, x, y) {
  const site = siteById(id);
  Object.assign(site, { lon: written(x), lat: written(y), places: {}, version: site.version + 1 });
  told();
}
function removeSite(id) {
  const site = siteById(id);
  scenario.sites = scenario.sites.filter((s) => s !== site);
  told();
}
function toggleFacility(which) {
  needWays();
  seatsReady();
  const index = typeof which === "number" ? which : page.facilities.ids.indexOf(which);
  if (!seats.has(index) || index < 0) throw new Error(say("page_whatif_site", { id: which }));
  const off = !scenario.closed.has(index);
  scenario.closed[off ? "add" : "delete"](index);
  told();
  return !off;
}
function resetScenario() {
  scenario.sites = [];
  scenario.closed.clear();
  told();
}

// map/page/src/model/facts.js
var CODES = ["outside", "no_data", "unsnapped", "unreachable", "covered", "not_covered"];
var OUTSIDE = 0;
var NO_DATA = 1;
var UNSNAPPED = 2;
var UNREACHABLE = 3;
var COVERED = 4;
var NOT_COVERED = 5;
var areaShapes = once(() => openShapes(page.areas.shapes));
var regionShape = once(() => openShapes(page.region));
var roadShapes = once(() => page.roads.map((r) => ({ rank: r.rank, shapes: openShapes(r.shapes) })));
var demand = once(() => {
  if (!page.demand) return null;
  const d = page.demand, world2 = worldColumns(column(d.x), column(d.y));
  return {
    ...world2,
    residents: column(d.residents),
    area: column(d.area),
    urban: column(d.urban),
    placed: column(d.placed),
    spacing: d.spacing
  };
});
var facilities = once(() => {
  const f = page.facilities, world2 = worldColumns(column(f.x), column(f.y));
  return {
    ...world2,
    placed: column(f.placed),
    names: f.names,
    category: f.category,
    status: f.status,
    roles: f.roles,
    inside: f.inside
  };
});
function unitOf(clause, a) {
  const kept2 = keptUnits();
  if (!kept2.has(clause.rule))
    kept2.set(clause.rule, new Map(clause.units.filter((u) => u.area >= 0).map((u) => [u.area, u])));
  return kept2.get(clause.rule).get(a);
}
var keptUnits = once(() => /* @__PURE__ */ new Map());
var siteOf = (number) => scenario.sites.find((s) => s.number === number);
var seatName = (number) => number >= 1e6 ? siteOf(number).name : page.facilities.names[number];
function seatPlace(number) {
  if (number >= 1e6) {
    const s = siteOf(number);
    return [worldX(s.lon), worldY(s.lat)];
  }
  const f = facilities();
  return f.placed[number] ? [f.x[number], f.y[number]] : null;
}
function nearestDemand(x, y) {
  const d = demand();
  if (!d) return null;
  let best = -1, least = Infinity;
  for (let i = 0; i < d.n; i++) {
    if (!d.placed[i]) continue;
    const away = (d.x[i] - x) ** 2 + (d.y[i] - y) ** 2;
    if (away < least) {
      least = away;
      best = i;
    }
  }
  return best < 0 ? null : { index: best, metres: apart(x, y, d.x[best], d.y[best]) };
}

// map/page/src/model/cells.js
var EDGE = 2;
var MOVES = [
  [-1, -1],
  [-1, 0],
  [-1, 1],
  [0, -1],
  [0, 1],
  [1, -1],
  [1, 0],
  [1, 1],
  [-2, -1],
  [-2, 1],
  [-1, -2],
  [-1, 2],
  [1, -2],
  [1, 2],
  [2, -1],
  [2, 1]
];
var BY = [1, 1, 3, 4, 3, 4, 6, 6];
var AND_BY = [0, 2, 0, 2, 5, 7, 5, 7];
var NONE = 0;
var TOBLER = 1;
var LANGMUIR = 2;
var hasGround = () => Boolean(page.ways && page.ways.terrain);
var overGround = ({ metric, mode }) => hasGround() && `${metric} ${mode}` in page.ways.terrain.fields;
var groundFacts = () => ({
  n: String(page.ways.terrain.rows * page.ways.terrain.columns).replace(/\B(?=(\d{3})+$)/g, ","),
  mb: (blockText("terrain").trim().length / 1e6).toFixed(1)
});
function factor(law, s) {
  if (law === NONE) return 1;
  if (law === TOBLER) return Math.exp(3.5 * (Math.abs(s + 0.05) - 0.05));
  if (law === LANGMUIR) return s >= 0 ? 1 + 6 / 0.72 * s : s < -0.2125 ? 1 - 1.9998 / 0.72 * s : 1 + 1.9998 / 0.72 * s;
  const speed = (x) => 0.11 + 0.67 * Math.exp(-(x ** 2) / 1800);
  return speed(2) / speed(100 * s + 2);
}
var leastFactor = (law) => [1, Math.exp(-0.175), 0.4, factor(3, -0.02)][law];
var grid = once(() => {
  const t = page.ways.terrain, { rows, columns: columns2 } = t, width = columns2 + 2 * EDGE, size = (rows + 2 * EDGE) * width, east = column(t.east), north = column(t.north), heights = t.elevation && column(t.elevation), z = new Float32Array(size);
  if (heights)
    for (let r = 0, i = 0; r < rows; r++)
      for (let c = 0; c < columns2; c++, i++) z[(r + EDGE) * width + c + EDGE] = heights[i] === t.noHeight ? NaN : heights[i];
  const alike = (all) => all.every((v) => v === all[0]);
  return {
    rows,
    columns: columns2,
    width,
    size,
    east,
    north,
    z,
    flat: !heights,
    uniform: alike(east) && alike(north),
    metres: movesMetres(rows, east, north),
    offset: Int32Array.from(MOVES, ([down, right]) => down * width + right)
  };
});
function movesMetres(rows, east, north) {
  const tall = rows + 2 * EDGE, near = (values, y) => values[Math.max(0, Math.min(rows - 1, y - EDGE))], at = new Float64Array(tall), found = new Float64Array(tall * 16);
  for (let y = 0, sum3 = 0; y < tall; y++) at[y] = sum3 += near(north, y);
  for (let y = 0; y < tall; y++)
    MOVES.forEach(([down, right], k) => {
      const to = Math.max(0, Math.min(tall - 1, y + down)), wide = (near(east, y) + near(east, to)) / 2 * right;
      found[y * 16 + k] = Math.hypot(at[to] - at[y], wide) || 1;
    });
  return found;
}
function toGrid(x, y) {
  const t = page.ways.terrain, [px, py] = t.degrees ? ground().inverse(x, y) : [x, y];
  return [(py - t.top) / t.high, (px - t.left) / t.wide];
}
function lonLatOf([row2, col]) {
  const t = page.ways.terrain, x = t.left + t.wide * col, y = t.top + t.high * row2;
  return t.degrees ? [x, y] : ground().inverse(x, y);
}
function metresBetween(a, b) {
  const { rows, north, east } = grid(), row2 = Math.max(0, Math.min(rows - 1, Math.trunc((a[0] + b[0]) / 2)));
  return Math.hypot((a[0] - b[0]) * north[row2], (a[1] - b[1]) * east[row2]);
}
var heldFields = once(() => /* @__PURE__ */ new Map());
function fieldOf(name) {
  const known = heldFields();
  if (!known.has(name)) known.set(name, openField(page.ways.terrain.fields[name]));
  return known.get(name);
}
function openField(f) {
  const g = grid(), coded = column(f.slow), slow = new Float32Array(g.size).fill(Infinity);
  for (let r = 0, i = 0; r < g.rows; r++)
    for (let c = 0; c < g.columns; c++, i++) {
      const value = f.values ? coded[i] === 255 ? NaN : f.values[coded[i]] : coded[i];
      if (!Number.isNaN(value)) slow[(r + EDGE) * g.width + c + EDGE] = value;
    }
  return { slow, law: f.law, base: f.base, steepest: f.steepest === null ? Infinity : f.steepest, ridden: slow.some((v) => v < 0) };
}
var cellIndex = (row2, col) => (row2 + EDGE) * grid().width + col + EDGE;
var isOpen = (field, row2, col) => {
  const { rows, columns: columns2 } = grid();
  return row2 >= 0 && col >= 0 && row2 < rows && col < columns2 && field.slow[cellIndex(row2, col)] < Infinity;
};
var costOf = (field, row2, col) => isOpen(field, row2, col) ? Math.abs(field.slow[cellIndex(row2, col)]) + field.base : Infinity;
function heightAt([row2, col]) {
  const { rows, columns: columns2, z, flat } = grid();
  if (flat) return 0;
  const top = Math.floor(row2 - 0.5), left = Math.floor(col - 0.5);
  let total = 0, weight = 0;
  for (let down = 0; down < 2; down++)
    for (let right = 0; right < 2; right++) {
      const r = top + down, c = left + right;
      if (r < 0 || c < 0 || r >= rows || c >= columns2 || Number.isNaN(z[cellIndex(r, c)])) continue;
      const share2 = Math.abs(1 - down - (row2 - 0.5 - top)) * Math.abs(1 - right - (col - 0.5 - left));
      if (share2 > 0) total += share2 * z[cellIndex(r, c)];
      weight += share2;
    }
  return weight > 0 ? total / weight : NaN;
}
function legCost(field, a, b, metres2, rise) {
  const one = field.slow[a], other = field.slow[b], slope = metres2 > 0 ? rise / metres2 : 0, walked = (Math.max(one, 0) + Math.max(other, 0)) / 2 + field.base, ridden = (Math.max(-one, 0) + Math.max(-other, 0)) / 2, cost = metres2 * (walked * factor(field.law, slope) + ridden);
  return Number.isNaN(cost) || Math.abs(slope) > field.steepest ? Infinity : cost;
}
function movesOf(field, sign) {
  const { z, metres: metres2, offset, width, uniform } = grid(), { slow, law, base, steepest, ridden } = field, eased = Math.exp(-0.175);
  const price = (u, k, most) => {
    const knight = k >= 8, su = slow[u], v = u + offset[k], sv = slow[v], a = knight ? slow[u + offset[BY[k - 8]]] : 0, b = knight ? slow[u + offset[AND_BY[k - 8]]] : 0, sum3 = Math.abs(su) + Math.abs(sv) + Math.abs(a) + Math.abs(b);
    if (sum3 === Infinity) return Infinity;
    const m = metres2[(uniform ? EDGE : u / width | 0) * 16 + k], half = knight ? 0.25 * m : 0.5 * m, s = sign * (z[v] - z[u]) / m;
    if (law === NONE) return Math.abs(s) > steepest ? Infinity : half * (sum3 + base * m / half);
    if (law === TOBLER) {
      const y = Math.abs(3.5 * s + 0.175);
      if (half * Math.min(1, eased * (1 + y + 0.5 * y * y)) * sum3 > most) return Infinity;
    }
    if (Math.abs(s) > steepest) return Infinity;
    const rode = ridden ? Math.max(-su, 0) + Math.max(-sv, 0) + Math.max(-a, 0) + Math.max(-b, 0) : 0;
    return half * ((sum3 - rode + base * m / half) * factor(law, s) + rode);
  };
  const least = slow.reduce((m, v) => Math.min(m, Math.abs(v)), Infinity) * leastFactor(law);
  const some = slow.filter((v, i) => v < Infinity && i % 97 === 0).map((v) => Math.abs(v) + base).sort(), usual = (some.length ? some[some.length >> 1] : 1) * metres2[EDGE * 16 + 3] || 1;
  return { count: page.ways.terrain.moves, offset, price, usual, least: metres2.slice(EDGE * 16, EDGE * 16 + 16).map((m) => (uniform ? m : 0) * least) };
}

// map/page/src/model/buckets.js
var Buckets = class {
  constructor(width) {
    this.width = width;
    this.size = 0;
    this.at = 0;
    this.least = Infinity;
    this.first = new Int32Array(4096).fill(-1);
    this.next = new Int32Array(65536);
    this.node = new Int32Array(65536);
    this.cost = new Float64Array(65536);
    this.free = -1;
    this.used = 0;
  }
  push(cost, node) {
    const bucket = Math.floor(cost / this.width);
    while (bucket >= this.first.length) this.first = longer(this.first, -1);
    let entry = this.free;
    if (entry >= 0) this.free = this.next[entry];
    else {
      entry = this.used++;
      if (entry === this.next.length) {
        this.next = longer(this.next, 0);
        this.node = longer(this.node, 0);
        this.cost = longer(this.cost, 0);
      }
    }
    this.cost[entry] = cost;
    this.node[entry] = node;
    this.next[entry] = this.first[bucket];
    this.first[bucket] = entry;
    if (bucket < this.at || this.size === 0) this.at = bucket;
    this.size++;
  }
  /** Takes a node of the first bucket out; `least` is then its cost. */
  pop() {
    while (this.first[this.at] < 0) this.at++;
    const entry = this.first[this.at];
    this.first[this.at] = this.next[entry];
    this.next[entry] = this.free;
    this.free = entry;
    this.size--;
    this.least = this.cost[entry];
    return this.node[entry];
  }
};
function longer(values, rest) {
  const found = new values.constructor(2 * values.length).fill(rest, values.length);
  found.set(values);
  return found;
}

// map/page/src/model/portals.js
var SPLIT = 1;
var STOPS = 2;
var ABOVE = 4;
var pieceTable = once(() => {
  const p = page.ways.terrain.pieces, counts = column(p.counts), starts = new Uint32Array(counts.length + 1);
  counts.forEach((n, i) => {
    starts[i + 1] = starts[i] + n;
  });
  return { starts, share: column(p.share), row: column(p.row), col: column(p.column) };
});
function pointAt(line, share2) {
  const { x, y, starts } = lineTable(), first2 = starts[line], last = starts[line + 1] - 1;
  let whole = 0;
  for (let i = first2; i < last; i++) whole += Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]);
  let rest = share2 * whole;
  for (let i = first2; i < last; i++) {
    const step = Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]);
    if (rest <= step || i === last - 1) {
      const part = step > 0 ? Math.min(1, rest / step) : 0;
      return [x[i] + part * (x[i + 1] - x[i]), y[i] + part * (y[i + 1] - y[i])];
    }
    rest -= step;
  }
  return [x[first2], y[first2]];
}
function spotsOf(line, from, to, share2) {
  const { x, y, starts } = lineTable(), first2 = starts[line], last = starts[line + 1] - 1, found = [];
  let whole = 0;
  for (let i2 = first2; i2 < last; i2++) whole += Math.hypot(x[i2 + 1] - x[i2], y[i2 + 1] - y[i2]);
  let i = first2, before2 = 0, step = Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]), ends = null;
  for (let k = from; k < to; k++) {
    const wanted = share2[k] * whole;
    while (i < last - 1 && wanted >= before2 + step) {
      before2 += step;
      i++;
      step = Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]);
      ends = null;
    }
    const part = step > 0 ? (wanted - before2) / step : 0;
    ends = ends || [toGrid(x[i], y[i]), toGrid(x[i + 1], y[i + 1])];
    const [a, b] = ends;
    found.push([a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])]);
  }
  return found;
}
var held = once(() => /* @__PURE__ */ new Map());
function portals(metric, mode) {
  const name = `${metric} ${mode}`, known = held();
  if (!known.has(name)) known.set(name, lay(metric, mode, name));
  return known.get(name);
}
function lay(metric, mode, name) {
  const f = page.ways.terrain.fields[name], field = fieldOf(name), net = network(mode), how = column(f.streets), table = pieceTable(), streets = how.length, chain = new Uint32Array(streets + 1);
  const pieces = (s) => how[s] & SPLIT ? [table.starts[net.line[s]], table.starts[net.line[s] + 1]] : [0, 0];
  for (let s = 0; s < streets; s++) {
    const [from, to] = pieces(s);
    chain[s + 1] = chain[s] + to - from + 2;
  }
  const links = chain[streets], nodes2 = streets ? net.nodes : 0, places = nodes2 + links - 2 * streets, place = new Int32Array(links), share2 = new Float64Array(links), at = new Float64Array(2 * places), doors = [];
  for (let s = 0, next = nodes2; s < streets; s++) {
    const [from, to] = pieces(s), line = net.line[s];
    place[chain[s]] = net.ends[0][s];
    place[chain[s + 1] - 1] = net.ends[1][s];
    share2[chain[s + 1] - 1] = 1;
    for (const end of [0, 1]) at.set(toGrid(...lineEnd(line, end)), 2 * net.ends[end][s]);
    const spots = spotsOf(line, from, to, table.share);
    for (let k = from; k < to; k++, next++) {
      const l = chain[s] + 1 + k - from, spot2 = spots[k - from], row2 = table.row[k], col = table.col[k];
      place[l] = next;
      share2[l] = Math.max(0, Math.min(1, table.share[k]));
      at.set(spot2, 2 * next);
      if (how[s] & STOPS && row2 >= 0 && isOpen(field, row2, col))
        doors.push([next, cellIndex(row2, col), Math.fround(metresBetween(spot2, [row2 + 0.5, col + 0.5]) * costOf(field, row2, col))]);
    }
  }
  const { ahead, back } = costs(metric, net, chain, share2, place, at, f);
  return { field, how, chain, place, share: share2, ahead, back, at, places, links: null, ...gates(doors), arcs: arcs(places, chain, place, ahead, back) };
}
function lineEnd(line, end) {
  const { x, y, starts } = lineTable(), i = end ? starts[line + 1] - 1 : starts[line];
  return [x[i], y[i]];
}
function costs(metric, net, chain, share2, place, at, f) {
  const links = share2.length, ahead = new Float32Array(links).fill(Infinity), back = new Float32Array(links).fill(Infinity), price = metric === "minutes" ? net.seconds : net.metres, sloped = f.walked && metric === "minutes" && f.law !== 0;
  const height = (p) => heightAt([at[2 * p], at[2 * p + 1]]);
  for (let s = 0; s < chain.length - 1; s++) {
    const length = Math.min(net.metres[0][s], net.metres[1][s]);
    for (let l = chain[s]; l < chain[s + 1] - 1; l++) {
      const wide = share2[l + 1] - share2[l];
      let up = 1, down = 1;
      if (sloped) {
        const run = wide * length, rise = height(place[l + 1]) - height(place[l]), slope = run > 0 && run < Infinity && Number.isFinite(rise) ? rise / run : 0;
        up = factor(f.law, slope);
        down = factor(f.law, -slope);
      }
      if (price[0][s] < Infinity) ahead[l] = price[0][s] * wide * up;
      if (price[1][s] < Infinity) back[l] = price[1][s] * wide * down;
    }
  }
  return { ahead, back };
}
function gates(doors) {
  const byCell = { count: grid().size, key: (d) => d[1], to: (d) => d[0] }, most = doors.reduce((m, d) => Math.max(m, d[0] + 1), 0), byPlace = { count: most, key: (d) => d[0], to: (d) => d[1] };
  return { gate: grouped(doors, byCell), door: grouped(doors, byPlace) };
}
function grouped(all, { count, key, to }) {
  const starts = new Int32Array(count + 1), ends = new Int32Array(all.length), cost = new Float32Array(all.length);
  for (const d of all) starts[key(d) + 1]++;
  for (let v = 0; v < count; v++) starts[v + 1] += starts[v];
  const at = starts.slice();
  for (const d of all) {
    const k = at[key(d)]++;
    ends[k] = to(d);
    cost[k] = d[2];
  }
  return { starts, to: ends, cost };
}
function arcs(places, chain, place, ahead, back) {
  const all = [];
  for (let s = 0; s < chain.length - 1; s++)
    for (let l = chain[s]; l < chain[s + 1] - 1; l++) {
      if (ahead[l] < Infinity) all.push([place[l], place[l + 1], ahead[l]]);
      if (back[l] < Infinity) all.push([place[l + 1], place[l], back[l]]);
    }
  return [0, 1].map((turned) => grouped(all, { count: places, key: (d) => d[turned], to: (d) => d[1 - turned] }));
}
function linkOf(p, street, position) {
  if (p.how[street] & ABOVE) return null;
  let link = p.chain[street];
  while (link < p.chain[street + 1] - 2 && p.share[link + 1] <= position) link++;
  const wide = p.share[link + 1] - p.share[link], part = wide > 0 ? (position - p.share[link]) / wide : 0;
  return { link, part: Math.max(0, Math.min(1, part)) };
}
function linksFrom(p) {
  if (!p.links) {
    const all = [];
    for (let s = 0; s < p.chain.length - 1; s++)
      for (let l = p.chain[s]; l < p.chain[s + 1] - 1; l++) all.push([p.place[l], l, 0]);
    p.links = grouped(all, { count: p.places, key: (d) => d[0], to: (d) => d[1] });
  }
  return p.links;
}
function linkBetween(p, a, b) {
  let best = { link: -1, drawn: true }, least = Infinity;
  const { starts, to } = linksFrom(p);
  for (let k = starts[a]; k < starts[a + 1]; k++)
    if (p.place[to[k] + 1] === b && p.ahead[to[k]] < least) [least, best] = [p.ahead[to[k]], { link: to[k], drawn: true }];
  for (let k = starts[b]; k < starts[b + 1]; k++)
    if (p.place[to[k] + 1] === a && p.back[to[k]] < least) [least, best] = [p.back[to[k]], { link: to[k], drawn: false }];
  return best;
}
function streetOf(p, link) {
  let low = 0, high = p.chain.length - 1;
  while (high - low > 1) {
    const middle2 = low + high >> 1;
    if (p.chain[middle2] <= link) low = middle2;
    else high = middle2;
  }
  return low;
}

// map/page/src/model/overway.js
function spotOf(reach, node) {
  if (node >= reach.cells && node < reach.after) {
    const { at } = reach.portals, p = node - reach.cells;
    return [at[2 * p], at[2 * p + 1]];
  }
  const c = node >= reach.after ? node - reach.after : node, { width } = grid();
  return [Math.floor(c / width) - EDGE + 0.5, c % width - EDGE + 0.5];
}
var world = (spot2) => {
  const [lon, lat] = lonLatOf(spot2);
  return [worldX(lon), worldY(lat)];
};
function along(reach, a, b) {
  const net = network(reach.query.mode), p = reach.portals, [from, to] = reach.turned ? [a, b] : [b, a], { link, drawn } = linkBetween(p, from - reach.cells, to - reach.cells), street = streetOf(p, link), [low, high] = [p.share[link], p.share[link + 1]], forth = drawn === reach.turned;
  return {
    places: pieceOf(net.line[street], ...forth ? [low, high] : [high, low]),
    metres: net.metres[drawn ? 0 : 1][street] * (high - low)
  };
}
function wayOver(reach, i) {
  const best = reach.at(i);
  if (best.seat < 0) return null;
  const { seat, place: goal, lead } = reach.held.get(best.seat), nodes2 = [];
  for (let node = best.node; node >= 0; node = reach.previous[node]) nodes2.push(node);
  const onRoad = (node) => node >= reach.cells && node < reach.after, spots = [reach.people.places[i].origin, ...nodes2.map((node) => spotOf(reach, node)), goal.origin], left = [best.cost * reach.unit, ...nodes2.map((node) => reach.nodeCost[node]), lead], parts = [], steps = [{ places: 1, cost: 0 }], places = [world(spots[0])];
  for (let k = 0; k + 1 < spots.length; k++) {
    const road = k > 0 && k <= nodes2.length - 1 && onRoad(nodes2[k - 1]) && onRoad(nodes2[k]), step = road ? along(reach, nodes2[k - 1], nodes2[k]) : { places: [world(spots[k + 1])], metres: metresBetween(spots[k], spots[k + 1]) }, on = road ? "road" : "ground", rise = (heightAt(spots[k + 1]) - heightAt(spots[k]) || 0) * (reach.turned ? 1 : -1);
    if (!parts.length || parts[parts.length - 1].on !== on) parts.push({ on, cost: 0, metres: 0, climb: 0, descent: 0 });
    const part = parts[parts.length - 1];
    part.cost += (left[k] - left[k + 1]) / reach.unit;
    part.metres += step.metres;
    part.climb += Math.max(rise, 0);
    part.descent += Math.max(-rise, 0);
    places.push(...step.places);
    steps.push({ places: step.places.length, cost: (left[k] - left[k + 1]) / reach.unit });
  }
  return { steps, access: 0, places, metres: parts.reduce((sum3, part) => sum3 + part.metres, 0), cost: best.cost, seat, parts };
}

// map/page/src/model/standing.js
function moved(field, at) {
  const { rows, columns: columns2, north, east } = grid(), most = page.ways.terrain.most, least = (values) => values.reduce((m, v) => Math.min(m, v), Infinity), tall = Math.floor(most / least(north)) + 1, wide = Math.floor(most / least(east)) + 1, row2 = Math.floor(at[0]), col = Math.floor(at[1]);
  let best = null;
  for (let r = Math.max(0, row2 - tall); r <= Math.min(rows - 1, row2 + tall); r++)
    for (let c = Math.max(0, col - wide); c <= Math.min(columns2 - 1, col + wide); c++) {
      if (!isOpen(field, r, c)) continue;
      const centre = [r + 0.5, c + 0.5], metres2 = metresBetween(at, centre);
      if (metres2 <= most && (!best || metres2 < best.metres)) best = { at: centre, metres: metres2 };
    }
  return best;
}
function stand(p, at, onStreet) {
  if (Number.isNaN(at[0])) return null;
  const row2 = Math.floor(at[0]), col = Math.floor(at[1]);
  if (!isOpen(p.field, row2, col)) {
    const near = moved(p.field, at);
    return near && { at: near.at, origin: at, cell: cellIndex(Math.floor(near.at[0]), Math.floor(near.at[1])), moved: near.metres, street: null };
  }
  const place = { at, origin: at, cell: cellIndex(row2, col), moved: NaN, street: null }, snapped = onStreet();
  if (!snapped) return place;
  const there = toGrid(...snapped.xy), found = Math.floor(there[0]) === row2 && Math.floor(there[1]) === col && linkOf(p, snapped.street, snapped.position);
  if (found) place.street = { ...found, metres: metresBetween(at, there) };
  return place;
}
var share = (whole, part) => part === 0 ? 0 : whole * part;
function eachEnd(p, place, leaving, each) {
  const { field } = p, { width, z, flat } = grid(), open = (r, c) => isOpen(field, r, c), own = [Math.floor(place.at[0]), Math.floor(place.at[1])], give = (node, cost) => cost < Infinity && each(node, cost);
  if (!Number.isNaN(place.moved)) {
    give(place.cell, costOf(field, ...own) * place.moved);
    return;
  }
  const height = heightAt(place.at), low = [Math.floor(place.at[0] - 0.5), Math.floor(place.at[1] - 0.5)];
  for (const [down, right] of [[0, 0], [0, 1], [1, 0], [1, 1]]) {
    const row2 = low[0] + down, col = low[1] + right;
    if (!open(row2, col)) continue;
    const cell = (row2 + 2) * width + col + 2, metres3 = metresBetween(place.at, [row2 + 0.5, col + 0.5]), rise = (flat ? 0 : z[cell]) - height, cost = legCost(field, place.cell, cell, metres3, leaving ? rise : -rise);
    give(cell, cost === Infinity && cell === place.cell ? costOf(field, ...own) * metres3 : cost);
  }
  const slow = costOf(field, ...own);
  for (let k = p.gate.starts[place.cell]; k < p.gate.starts[place.cell + 1]; k++) {
    const door = p.gate.to[k];
    give(~door, metresBetween(place.at, [p.at[2 * door], p.at[2 * door + 1]]) * slow);
  }
  if (!place.street) return;
  const { link, part, metres: metres2 } = place.street, before2 = leaving ? p.back : p.ahead, after2 = leaving ? p.ahead : p.back;
  give(~p.place[link], metres2 * slow + share(before2[link], part));
  give(~p.place[link + 1], metres2 * slow + share(after2[link], 1 - part));
}
function nearCost(p, from, to) {
  if (!Number.isNaN(from.moved) || !Number.isNaN(to.moved)) return Infinity;
  let least = Infinity;
  if (from.cell === to.cell) {
    const rise = heightAt(to.at) - heightAt(from.at);
    least = legCost(p.field, from.cell, from.cell, metresBetween(from.at, to.at), rise);
  }
  const a = from.street, b = to.street;
  if (a && b && a.link === b.link) {
    const way = b.part - a.part, leg = (place, s) => s.metres * costOf(p.field, Math.floor(place.at[0]), Math.floor(place.at[1])), along2 = way >= 0 ? share(p.ahead[a.link], way) : share(p.back[a.link], -way);
    least = Math.min(least, leg(from, a) + leg(to, b) + along2);
  }
  return least;
}
function standResidents(metric, mode, leaving) {
  const p = portals(metric, mode), net = network(mode), rows = column(page.ways.terrain.demand.row), cols = column(page.ways.terrain.demand.column), d = net.demand, places = Array.from(
    rows,
    (row2, i) => stand(
      p,
      [row2, cols[i]],
      () => d.street[i] < 0 || !p.places ? null : { street: d.street[i], position: d.position[i], xy: pointAt(net.line[d.street[i]], d.position[i]) }
    )
  );
  const starts = new Int32Array(places.length + 1), node = [], cost = [];
  places.forEach((place, i) => {
    if (place)
      eachEnd(p, place, leaving, (at, price) => {
        node.push(at);
        cost.push(price);
      });
    starts[i + 1] = node.length;
  });
  return { places, starts, node: Int32Array.from(node), cost: Float64Array.from(cost) };
}
function standSeat(metric, mode, seat) {
  const p = portals(metric, mode), net = network(mode), snapped = placeOf(seat, mode), line = snapped.street < 0 ? -1 : net.line[snapped.street];
  const at = seat.index === void 0 ? toGrid(...ground().forward(seat.lon, seat.lat)) : [column(page.ways.terrain.facility.row)[seat.index], column(page.ways.terrain.facility.column)[seat.index]];
  return stand(
    p,
    at,
    () => line < 0 || !p.places ? null : { street: snapped.street, position: snapped.position, xy: snapped.xy || pointAt(line, snapped.position) }
  );
}

// map/page/src/model/overland.js
var Overland = class extends Answers {
  constructor(query) {
    super(page.ways.terrain.demand.row[1]);
    const name = `${query.metric} ${query.mode}`;
    this.query = query;
    this.metric = query.metric;
    this.unit = query.metric === "minutes" ? 60 : 1;
    this.turned = query.direction === "to_facility";
    this.once = page.ways.terrain.fields[name].once;
    this.portals = portals(query.metric, query.mode);
    this.slow = fieldOf(name).slow;
    this.moves = movesOf(fieldOf(name), this.turned ? -1 : 1);
    this.cells = grid().size;
    this.after = this.cells + this.portals.places;
    const nodes2 = this.after + (this.once ? this.cells : 0);
    this.nodeCost = new Float64Array(nodes2).fill(Infinity);
    this.nodeOwner = new Int32Array(nodes2).fill(-1);
    this.previous = new Int32Array(nodes2).fill(-1);
    this.queue = new Buckets(this.moves.usual / 4);
    this.touched = [];
    this.people = standResidents(query.metric, query.mode, this.turned);
    this.rows = this.rowsByNode();
    this.near = { cell: /* @__PURE__ */ new Map(), link: /* @__PURE__ */ new Map() };
  }
  /** Demand rows by the cells and places that they are joined to, by their own cells, and by links. */
  rowsByNode() {
    const { places, starts, node } = this.people, count = new Int32Array(this.after + 1), own = /* @__PURE__ */ new Map(), links = /* @__PURE__ */ new Map();
    const at = (n) => n < 0 ? this.cells + ~n : n;
    for (const n of node) count[at(n) + 1]++;
    for (let v = 0; v < this.after; v++) count[v + 1] += count[v];
    const rows = new Int32Array(node.length), next = count.slice();
    for (let i = 0; i < places.length; i++)
      for (let k = starts[i]; k < starts[i + 1]; k++) rows[next[at(node[k])]++] = i;
    places.forEach((place, i) => {
      if (!place || !Number.isNaN(place.moved)) return;
      put(own, place.cell, i);
      if (place.street) put(links, place.street.link, i);
    });
    return { starts: count, rows, own, links };
  }
  /** Seconds (or metres) that pass before a seat's unit sets out. */
  lead(seat) {
    const { start: start2, startNew, serving } = this.query;
    if (!start2) return 0;
    const at = seat.index === void 0 ? -1 : serving.indexOf(seat.index);
    return (at < 0 ? startNew : start2[at]) * 60;
  }
  /** Takes seats away and puts seats in; returns the demand rows whose cost or seat changed. */
  change(gone, come) {
    const dirty = /* @__PURE__ */ new Set();
    this.touched = [];
    for (const held2 of gone) this.nearby(held2, dirty, (map2, key) => map2.set(key, (map2.get(key) || []).filter((h2) => h2 !== held2)));
    for (const held2 of come) {
      held2.place = standSeat(this.query.metric, this.query.mode, held2.seat);
      held2.lead = this.lead(held2.seat);
      held2.ports = [];
      if (held2.place)
        eachEnd(
          this.portals,
          held2.place,
          !this.turned,
          (node, cost) => held2.ports.push([node < 0 ? this.cells + ~node : node, cost + held2.lead])
        );
      this.nearby(held2, dirty, (map2, key) => put(map2, key, held2));
    }
    if (gone.length) this.forget(new Set(gone.map((held2) => held2.seat.number)));
    for (const held2 of come) this.enter(held2);
    this.spread();
    return this.answer(dirty);
  }
  enter({ seat, ports }) {
    for (const [node, cost] of ports) this.offer(node, cost, seat.number, -1);
  }
  /** Keeps (or lets go of) a seat beside those who reach it without a search, and marks their rows. */
  nearby({ place }, dirty, keep2) {
    if (!place || !Number.isNaN(place.moved)) return;
    keep2(this.near.cell, place.cell);
    for (const i of this.rows.own.get(place.cell) || []) dirty.add(i);
    if (!place.street) return;
    keep2(this.near.link, place.street.link);
    for (const i of this.rows.links.get(place.street.link) || []) dirty.add(i);
  }
  offer(node, cost, seat, previous) {
    const now = this.nodeCost[node];
    if (cost > now || cost === Infinity || cost === now && !before(seat, this.nodeOwner[node])) return;
    if (node >= this.after && cost >= this.nodeCost[node - this.after]) return;
    this.nodeCost[node] = cost;
    this.nodeOwner[node] = seat;
    this.previous[node] = previous;
    this.touched.push(node);
    this.queue.push(cost, node);
  }
  spread() {
    const { queue, nodeCost } = this;
    while (queue.size) {
      const u = queue.pop();
      if (queue.least > nodeCost[u]) continue;
      if (u >= this.cells && u < this.after) this.fromPlace(u, queue.least);
      else this.fromCell(u, queue.least);
    }
  }
  fromCell(u, cost) {
    const { slow, nodeCost, nodeOwner, after: after2 } = this, shift = u < this.cells ? 0 : after2, c = u - shift, { count, offset, price, least } = this.moves;
    for (let k = 0; k < count; k++) {
      const v = c + offset[k], held2 = shift && nodeCost[v] < nodeCost[v + shift] ? nodeCost[v] : nodeCost[v + shift];
      if (cost + least[k] > held2 || slow[v] === Infinity) continue;
      const total = cost + price(c, k, held2 - cost);
      if (total <= held2) this.offer(v + shift, total, nodeOwner[u], u);
    }
    if (shift) return;
    const { starts, to, cost: legs } = this.portals.gate;
    for (let k = starts[c]; k < starts[c + 1]; k++) this.offer(this.cells + to[k], cost + legs[k], nodeOwner[u], u);
  }
  fromPlace(u, cost) {
    const p = u - this.cells, owner = this.nodeOwner[u], { starts, to, cost: prices } = this.portals.arcs[this.turned ? 1 : 0], door = this.portals.door;
    for (let k = starts[p]; k < starts[p + 1]; k++) this.offer(this.cells + to[k], cost + prices[k], owner, u);
    if (p + 1 >= door.starts.length) return;
    for (let k = door.starts[p]; k < door.starts[p + 1]; k++)
      this.offer(door.to[k] + (this.once ? this.after : 0), cost + door.cost[k], owner, u);
  }
  /** Empties the ground of seats that are gone, and offers it to its neighbours. */
  forget(numbers) {
    const { nodeCost, nodeOwner, previous } = this, lost = [];
    for (let v = 0; v < nodeOwner.length; v++)
      if (nodeOwner[v] >= 0 && numbers.has(nodeOwner[v])) {
        nodeCost[v] = Infinity;
        nodeOwner[v] = previous[v] = -1;
        lost.push(v);
      }
    for (const v of lost) {
      this.touched.push(v);
      if (v >= this.cells && v < this.after) this.regainPlace(v);
      else this.regainCell(v < this.cells ? v : v - this.after, v < this.cells ? 0 : this.after);
      if (this.once && v < this.cells) this.regainCell(v, this.after);
    }
    for (const held2 of this.held.values()) if (held2.ports) this.enter(held2);
  }
  regainCell(c, shift) {
    const { moves, nodeCost, nodeOwner, slow } = this, v = c + shift;
    for (let k = 0; k < moves.count; k++) {
      const u = c - moves.offset[k];
      if (slow[u] === Infinity || nodeOwner[u + shift] < 0) continue;
      this.offer(v, nodeCost[u + shift] + moves.price(u, k, Infinity), nodeOwner[u + shift], u + shift);
    }
    if (this.once && !shift) return;
    const { starts, to, cost } = this.portals.gate;
    for (let k = starts[c]; k < starts[c + 1]; k++) {
      const u = this.cells + to[k];
      if (nodeOwner[u] >= 0) this.offer(v, nodeCost[u] + cost[k], nodeOwner[u], u);
    }
  }
  regainPlace(v) {
    const { nodeCost, nodeOwner } = this, p = v - this.cells, back = this.portals.arcs[this.turned ? 0 : 1], door = this.portals.door;
    for (let k = back.starts[p]; k < back.starts[p + 1]; k++) {
      const u = this.cells + back.to[k];
      if (nodeOwner[u] >= 0) this.offer(v, nodeCost[u] + back.cost[k], nodeOwner[u], u);
    }
    if (p + 1 >= door.starts.length) return;
    for (let k = door.starts[p]; k < door.starts[p + 1]; k++) {
      const u = door.to[k];
      if (nodeOwner[u] >= 0) this.offer(v, nodeCost[u] + door.cost[k], nodeOwner[u], u);
    }
  }
  /** Answers every demand row by a node that changed and those marked; returns those that came out otherwise. */
  answer(dirty) {
    const { starts, rows } = this.rows, seen2 = new Uint8Array(this.cost.length), changed2 = [];
    const look2 = (i) => {
      if (seen2[i]) return;
      seen2[i] = 1;
      const { cost, seat } = this.at(i);
      if (cost === this.cost[i] && seat === this.owner[i]) return;
      this.cost[i] = cost;
      this.owner[i] = seat;
      changed2.push(i);
    };
    for (const v of this.touched) {
      const node = v >= this.after ? v - this.after : v;
      for (let k = starts[node]; k < starts[node + 1]; k++) look2(rows[k]);
    }
    for (const i of dirty) look2(i);
    return changed2;
  }
  /** The nearest seat of a demand row: {cost in minutes or metres, seat, node (-1: no search was needed)}. */
  at(i) {
    const { starts, node, cost: legs, places } = this.people, place = places[i];
    let least = Infinity, seat = -1, from = -1;
    const take = (cost, owner, by) => {
      if (cost < least || cost === least && cost < Infinity && before(owner, seat)) {
        least = cost;
        seat = owner;
        from = by;
      }
    };
    for (let k = starts[i]; k < starts[i + 1]; k++) {
      const v = node[k] < 0 ? this.cells + ~node[k] : node[k];
      for (const n of this.once && v < this.cells ? [v, v + this.after] : [v])
        if (this.nodeOwner[n] >= 0) take(this.nodeCost[n] + legs[k], this.nodeOwner[n], n);
    }
    if (place && Number.isNaN(place.moved)) {
      const near = [...this.near.cell.get(place.cell) || [], ...place.street && this.near.link.get(place.street.link) || []];
      for (const held2 of near) {
        const [a, b] = this.turned ? [place, held2.place] : [held2.place, place];
        take(nearCost(this.portals, a, b) + held2.lead, held2.seat.number, -1);
      }
    }
    return { cost: least / this.unit, seat: least < Infinity ? seat : -1, node: from };
  }
  way(i) {
    return wayOver(this, i);
  }
};
function put(map2, key, value) {
  const known = map2.get(key);
  if (known) known.push(value);
  else map2.set(key, [value]);
}

// map/page/src/model/across.js
var METRES_A_DEGREE = 11e4;
function standsAt(seat) {
  if (seat.index !== void 0) return facilityLonLat(seat.index);
  const { fine: fine2 } = page.numbers;
  return [Math.round(seat.lon * fine2) / fine2, Math.round(seat.lat * fine2) / fine2];
}
function southwards(net) {
  if (net.southwards) return net.southwards;
  const { street, metres: metres2 } = net.demand, { lat } = exactDemand(), rows = [];
  let longest = 0;
  for (let i = 0; i < street.length; i++)
    if (street[i] >= 0) {
      rows.push(i);
      longest = Math.max(longest, metres2[i]);
    }
  rows.sort((a, b) => lat[a] - lat[b]);
  return net.southwards = { rows, lats: Float64Array.from(rows, (i) => lat[i]), longest };
}
function firstFrom(values, bound) {
  let low = 0, high = values.length;
  while (low < high) {
    const middle2 = low + high >> 1;
    if (values[middle2] < bound) low = middle2 + 1;
    else high = middle2;
  }
  return low;
}
function across(net, seat, place) {
  if (place.street < 0) return [];
  const { rows, lats, longest } = southwards(net), { lon, lat } = exactDemand(), { metres: metres2 } = net.demand, at = standsAt(seat), found = [];
  const most = (longest + place.metres) / METRES_A_DEGREE, wide = 1 / Math.max(Math.cos((Math.abs(at[1]) + most) * Math.PI / 180), 1e-6);
  for (let k = firstFrom(lats, at[1] - most); k < rows.length && lats[k] <= at[1] + most; k++) {
    const i = rows[k], legs = metres2[i] + place.metres;
    if (Math.abs(lon[i] - at[0]) > legs / METRES_A_DEGREE * wide) continue;
    const step = page.numbers.placeStep, away = Math.round(geodesic(lon[i], lat[i], at[0], at[1]) * step) / step;
    if (away < legs) found.push([i, away]);
  }
  return found;
}

// map/page/src/model/heap.js
var Heap = class {
  constructor() {
    this.size = 0;
    this.cost = new Float64Array(4096);
    this.node = new Int32Array(4096);
    this.least = Infinity;
  }
  push(cost, node) {
    if (this.size === this.cost.length) {
      const cost2 = new Float64Array(this.size * 2), node2 = new Int32Array(this.size * 2);
      cost2.set(this.cost);
      node2.set(this.node);
      this.cost = cost2;
      this.node = node2;
    }
    const c = this.cost, n = this.node;
    let i = this.size++;
    while (i > 0) {
      const up = i - 1 >> 1;
      if (c[up] <= cost) break;
      c[i] = c[up];
      n[i] = n[up];
      i = up;
    }
    c[i] = cost;
    n[i] = node;
  }
  /** Takes the cheapest node out; `least` is then its cost. */
  pop() {
    const c = this.cost, n = this.node, first2 = n[0];
    this.least = c[0];
    const size = --this.size;
    if (size) {
      const cost = c[size], node = n[size];
      let i = 0;
      for (; ; ) {
        let down = 2 * i + 1;
        if (down >= size) break;
        if (down + 1 < size && c[down + 1] < c[down]) down++;
        if (c[down] >= cost) break;
        c[i] = c[down];
        n[i] = n[down];
        i = down;
      }
      c[i] = cost;
      n[i] = node;
    }
    return first2;
  }
};

// map/page/src/model/reach.js
var Reach = class extends Answers {
  constructor(query) {
    const net = network(query.mode);
    super(net.demand.street.length);
    this.query = query;
    this.metric = query.metric;
    this.net = net;
    this.turned = query.direction === "to_facility";
    this.graph = graph(net, this.metric, this.turned);
    this.back = graph(net, this.metric, !this.turned);
    this.nodeCost = new Float64Array(net.nodes).fill(Infinity);
    this.nodeOwner = new Int32Array(net.nodes).fill(-1);
    this.via = new Int32Array(net.nodes).fill(-1);
    this.previous = new Int32Array(net.nodes).fill(-1);
    this.heap = new Heap();
    this.touched = [];
    this.near = /* @__PURE__ */ new Map();
    this.met = /* @__PURE__ */ new Map();
  }
  /** What passes before a seat's unit sets out, in seconds. */
  wait(seat) {
    const { start: start2, startNew, serving } = this.query;
    if (!start2) return 0;
    const at = seat.index === void 0 ? -1 : serving.indexOf(seat.index);
    return (at < 0 ? startNew : start2[at]) * 60;
  }
  /** Notes whom a seat meets without the road: by demand row, what that costs. */
  meet(held2) {
    const wait = this.wait(held2.seat);
    held2.met = across(this.net, held2.seat, held2.place);
    for (const [i, away] of held2.met) {
      const cost = (wait + accessCost(this.net, this.metric, away)) / this.unit();
      this.met.set(i, [...this.met.get(i) || [], { held: held2, cost, away }]);
    }
  }
  /** Forgets whom a seat met. */
  part(held2) {
    for (const [i] of held2.met) {
      const left = this.met.get(i).filter((one) => one.held !== held2);
      if (left.length) this.met.set(i, left);
      else this.met.delete(i);
    }
  }
  unit() {
    return this.metric === "minutes" ? 60 : 1;
  }
  /** Nodes that a seat is entered (or left) by: [[node, cost]]. */
  ports({ street, position }, lead) {
    if (street < 0) return [];
    const ends = endCosts(this.net, this.metric, street, position, !this.turned);
    return [0, 1].filter((d) => ends[d] < Infinity).map((d) => [this.net.ends[d][street], ends[d] + lead]);
  }
  /** Takes seats away and puts seats in; returns the demand rows whose cost or seat changed. */
  change(gone, come) {
    const streets = /* @__PURE__ */ new Set(), rows = /* @__PURE__ */ new Set();
    this.touched = [];
    for (const held2 of gone) {
      if (held2.place.street < 0) continue;
      streets.add(held2.place.street);
      const left = this.near.get(held2.place.street).filter((h2) => h2 !== held2);
      if (left.length) this.near.set(held2.place.street, left);
      else this.near.delete(held2.place.street);
      this.part(held2);
      for (const [i] of held2.met) rows.add(i);
    }
    for (const held2 of come) {
      held2.place = placeOf(held2.seat, this.query.mode);
      held2.lead = accessCost(this.net, this.metric, held2.place.metres) + this.wait(held2.seat);
      held2.ports = this.ports(held2.place, held2.lead);
      if (held2.place.street < 0) continue;
      streets.add(held2.place.street);
      this.near.set(held2.place.street, [...this.near.get(held2.place.street) || [], held2]);
      this.meet(held2);
      for (const [i] of held2.met) rows.add(i);
    }
    if (gone.length) this.forget(new Set(gone.map((held2) => held2.seat.number)));
    for (const { seat, ports } of come)
      for (const [node, cost] of ports) this.offer(node, cost, seat.number, -1, -1);
    this.spread();
    return this.answer(streets, rows);
  }
  /** Empties the ground of seats that are gone, and offers it to its neighbours. */
  forget(numbers) {
    const lost = [], { ptr, to, via, w } = this.back;
    for (let v = 0; v < this.nodeOwner.length; v++)
      if (this.nodeOwner[v] >= 0 && numbers.has(this.nodeOwner[v])) {
        lost.push(v);
        this.nodeCost[v] = Infinity;
        this.nodeOwner[v] = this.via[v] = this.previous[v] = -1;
      }
    for (const v of lost) {
      this.touched.push(v);
      for (let k = ptr[v]; k < ptr[v + 1]; k++) {
        const u = to[k];
        if (this.nodeOwner[u] >= 0 && this.nodeCost[u] < Infinity)
          this.offer(v, this.nodeCost[u] + w[k], this.nodeOwner[u], via[k], u);
      }
    }
    for (const { seat, ports } of this.held.values())
      if (ports) for (const [node, cost] of ports) this.offer(node, cost, seat.number, -1, -1);
  }
  offer(node, cost, seat, via, previous) {
    const now = this.nodeCost[node];
    if (cost > now || cost === Infinity || cost === now && !before(seat, this.nodeOwner[node])) return;
    this.nodeCost[node] = cost;
    this.nodeOwner[node] = seat;
    this.via[node] = via;
    this.previous[node] = previous;
    this.touched.push(node);
    this.heap.push(cost, node);
  }
  spread() {
    const { ptr, to, via, w } = this.graph, { heap, nodeCost, nodeOwner } = this;
    while (heap.size) {
      const u = heap.pop(), cost = heap.least;
      if (cost > nodeCost[u]) continue;
      for (let k = ptr[u]; k < ptr[u + 1]; k++)
        if (cost + w[k] <= nodeCost[to[k]]) this.offer(to[k], cost + w[k], nodeOwner[u], via[k], u);
    }
  }
  /** Answers every demand row by a node or a street that changed, and these; returns those that came out otherwise. */
  answer(streets, alone) {
    const { starts, rows } = rowsByNode(this.net), street = this.net.demand.street, seen2 = new Uint8Array(street.length), changed2 = [];
    const again = (i) => {
      if (seen2[i]) return;
      seen2[i] = 1;
      const cost = this.cost[i], owner = this.owner[i];
      this.row(i);
      if (this.cost[i] !== cost || this.owner[i] !== owner) changed2.push(i);
    };
    const look2 = (node, only) => {
      for (let k = starts[node]; k < starts[node + 1]; k++)
        if (only === void 0 || street[rows[k]] === only) again(rows[k]);
    };
    for (const node of this.touched) look2(node);
    for (const s of streets) look2(this.net.ends[0][s], s);
    for (const i of alone) again(i);
    return changed2;
  }
  /** One demand row's cost and seat; `at` without its objects where no seat lies on its street or meets it. */
  row(i) {
    const d = this.net.demand, s = d.street[i], t = d.position[i], minutes3 = this.metric === "minutes";
    if (this.near.has(s) || this.met.has(i)) {
      const best = this.at(i);
      this.cost[i] = best.cost;
      this.owner[i] = best.seat;
      return;
    }
    const price = minutes3 ? this.net.seconds : this.net.metres, u = this.net.ends[0][s], v = this.net.ends[1][s], p = this.nodeOwner[u], q = this.nodeOwner[v];
    const a = p < 0 || t === 1 ? Infinity : this.nodeCost[u] + (t === 0 ? 0 : price[this.turned ? 1 : 0][s] * t), b = q < 0 || t === 0 ? Infinity : this.nodeCost[v] + (t === 1 ? 0 : price[this.turned ? 0 : 1][s] * (1 - t));
    const reached = a < Infinity || b < Infinity, other = b < a || reached && b === a && before(q, p);
    this.owner[i] = reached ? other ? q : p : -1;
    this.cost[i] = ((other ? b : a) + (minutes3 ? d.metres[i] * 3.6 / this.net.accessKph : d.metres[i])) / (minutes3 ? 60 : 1);
  }
  /** The nearest seat of a demand row: {cost in minutes or metres, seat, side (0, 1, 2: along the street, 3: across)}. */
  at(i) {
    const { demand: demand2 } = this.net, street = demand2.street[i], t = demand2.position[i];
    let cost = Infinity, owner = -1, side = -1;
    const take = (c, seat, which) => {
      if (c < cost || c === cost && c < Infinity && before(seat, owner)) {
        cost = c;
        owner = seat;
        side = which;
      }
    };
    const ends = endCosts(this.net, this.metric, street, t, this.turned);
    for (let d = 0; d < 2; d++) {
      const v = this.net.ends[d][street];
      if (this.nodeOwner[v] >= 0) take(this.nodeCost[v] + ends[d], this.nodeOwner[v], d);
    }
    for (const { seat, place, lead } of this.near.get(street) || []) {
      const way = this.turned ? alongStreet(this.net, this.metric, street, t, place.position) : alongStreet(this.net, this.metric, street, place.position, t);
      take(lead + way, seat.number, 2);
    }
    cost = (cost + accessCost(this.net, this.metric, demand2.metres[i])) / this.unit();
    for (const { held: held2, cost: straight } of this.met.get(i) || []) take(straight, held2.seat.number, 3);
    return { cost, seat: cost < Infinity ? owner : -1, side };
  }
  /** The way between a demand point and its seat as world places, with its metres by road. */
  way(i) {
    const d = this.net.demand, s = d.street[i];
    if (s < 0) return null;
    const best = this.at(i);
    if (best.seat < 0) return null;
    if (best.side === 3) return this.straightOn(i, best);
    const { seat, place } = this.held.get(best.seat), pieces = [];
    if (best.side === 2) pieces.push([s, d.position[i], place.position]);
    else {
      let node = this.net.ends[best.side][s];
      pieces.push([s, d.position[i], best.side]);
      while (this.previous[node] >= 0) {
        const by = this.via[node], towards = this.turned ? by & 1 : 1 - (by & 1);
        pieces.push([by >> 1, towards, 1 - towards]);
        node = this.previous[node];
      }
      pieces.push([place.street, this.endOf(place, node), place.position]);
    }
    const length = ([on, a, b]) => a === b ? 0 : alongStreet(this.net, "road_m", on, ...this.turned ? [a, b] : [b, a]), lines2 = pieces.map(([on, a, b]) => pieceOf(this.net.line[on], a, b));
    return {
      places: lines2.flat(),
      access: accessCost(this.net, this.metric, d.metres[i]) / this.unit(),
      steps: pieces.map(([on, a, b], k) => ({
        places: lines2[k].length,
        cost: a === b ? 0 : alongStreet(this.net, this.metric, on, ...this.turned ? [a, b] : [b, a]) / this.unit()
      })),
      metres: d.metres[i] + place.metres + pieces.reduce((sum3, piece) => sum3 + length(piece), 0),
      cost: best.cost,
      seat
    };
  }
  /** The way to a seat that is met without the road. */
  straightOn(i, { seat: number, cost }) {
    const { held: held2, away } = this.met.get(i).find((one) => one.held.seat.number === number), { lon, lat } = exactDemand();
    const ends = [[lon[i], lat[i]], standsAt(held2.seat)];
    return { places: ends.map(([x, y]) => [worldX(x), worldY(y)]), metres: away, cost, seat: held2.seat };
  }
  /** The end (0 or 1) of a seat's street at a node; where both are the same node, the cheaper. */
  endOf(place, node) {
    const [a, b] = this.net.ends;
    if (a[place.street] !== b[place.street]) return a[place.street] === node ? 0 : 1;
    const ends = endCosts(this.net, this.metric, place.street, place.position, !this.turned);
    return ends[0] <= ends[1] ? 0 : 1;
  }
};
function rowsByNode(net) {
  if (net.rows) return net.rows;
  const { street } = net.demand, starts = new Int32Array(net.nodes + 1);
  const each = (visit) => {
    for (let i = 0; i < street.length; i++)
      if (street[i] >= 0) for (let d = 0; d < 2; d++) visit(net.ends[d][street[i]], i);
  };
  each((v) => {
    starts[v + 1]++;
  });
  for (let v = 0; v < net.nodes; v++) starts[v + 1] += starts[v];
  const rows = new Int32Array(starts[net.nodes]), at = starts.slice();
  each((v, i) => {
    rows[at[v]++] = i;
  });
  return net.rows = { starts, rows };
}

// map/page/src/model/straight.js
function chordPoint(lon, lat) {
  const { a, f } = WGS84, e2 = f * (2 - f), phi = lat * RAD, normal = a / Math.sqrt(1 - e2 * Math.sin(phi) ** 2);
  return [
    normal * Math.cos(phi) * Math.cos(lon * RAD),
    normal * Math.cos(phi) * Math.sin(lon * RAD),
    normal * (1 - e2) * Math.sin(phi)
  ];
}
var chordsOfDemand = once(() => {
  const { lon, lat } = exactDemand(), found = [0, 1, 2].map(() => new Float64Array(lon.length));
  for (let i = 0; i < lon.length; i++) chordPoint(lon[i], lat[i]).forEach((v, k) => found[k][i] = v);
  return found;
});
var Straight = class extends Answers {
  constructor() {
    super(exactDemand().lon.length);
    this.started = false;
    const [x, y, z] = chordsOfDemand();
    this.x = x;
    this.y = y;
    this.z = z;
  }
  change(gone, come) {
    for (const held2 of come) {
      const { seat } = held2;
      held2.at = seat.index === void 0 ? [seat.lon, seat.lat] : facilityLonLat(seat.index);
      held2.chord = chordPoint(...held2.at);
    }
    const changed2 = [], numbers = new Set(gone.map((held2) => held2.seat.number)), all = [...this.held.values()], placed = demand().placed;
    for (let i = 0; i < this.cost.length; i++) {
      if (!placed[i]) continue;
      const cost = this.cost[i], owner = this.owner[i];
      if (!this.started || numbers.has(owner)) {
        this.cost[i] = Infinity;
        this.owner[i] = -1;
        this.measure(i, all);
      } else if (come.length) this.measure(i, come);
      if (this.cost[i] !== cost || this.owner[i] !== owner) changed2.push(i);
    }
    this.started = true;
    return changed2;
  }
  /** Measures to those seats whose chord is no longer than the least geodesic yet, the shortest chord first. */
  measure(i, some) {
    let first2 = -1, least = this.cost[i] + 0.01;
    for (let k = 0; k < some.length; k++) {
      const away = this.chord(i, some[k].chord);
      if (away <= least) {
        least = away;
        first2 = k;
      }
    }
    if (first2 < 0) return;
    this.take(i, some[first2]);
    for (let k = 0; k < some.length; k++)
      if (k !== first2 && this.chord(i, some[k].chord) <= this.cost[i] + 0.01) this.take(i, some[k]);
  }
  chord(i, c) {
    const dx = c[0] - this.x[i], dy = c[1] - this.y[i], dz = c[2] - this.z[i];
    return Math.sqrt(dx * dx + dy * dy + dz * dz);
  }
  take(i, { seat, at }) {
    const { lon, lat } = exactDemand(), metresAway = geodesic(lon[i], lat[i], at[0], at[1]);
    if (metresAway > this.cost[i]) return;
    if (metresAway === this.cost[i] && !before(seat.number, this.owner[i])) return;
    this.cost[i] = metresAway;
    this.owner[i] = seat.number;
  }
};

// map/page/src/model/live.js
function wantedSeats(number) {
  return [
    ...page.queries[number].serving.filter((i) => !scenario.closed.has(i)).map((i) => seats.get(i)),
    ...scenario.sites.filter((site) => page.kinds[site.kind].serves.includes(number))
  ];
}
var heldAnswers = once(() => /* @__PURE__ */ new Map());
function liveQuery(number) {
  seatsReady();
  const answers = heldAnswers();
  const query = page.queries[number];
  if (query.chain) return liveChain(answers, number, query);
  if (!answers.has(number)) {
    answers.set(number, query.metric === "straight_m" ? new Straight() : overGround(query) ? new Overland(query) : new Reach(query));
  }
  const live2 = answers.get(number);
  live2.settle(wantedSeats(number), scenario.stamp);
  return live2;
}
var touched = (number) => scenario.sites.some((site) => page.kinds[site.kind].serves.includes(number)) || page.queries[number].serving.some((i) => scenario.closed.has(i));
var searched = (number) => !overGround(page.queries[number]) || heldAnswers().has(number);
function liveChain(answers, number, query) {
  const legs = query.legs.map(liveQuery);
  if (!answers.has(number)) answers.set(number, new Chain(query, legs));
  const live2 = answers.get(number);
  live2.follow(scenario.stamp);
  return live2;
}

// map/page/src/model/trial.js
var aboutReach = (clause) => Boolean(clause.people) && clause.query !== null;
var Trial = class {
  constructor(clause, live2) {
    this.clause = clause;
    this.base = column(clause.people);
    this.residents = demand().residents;
    this.limit = clause.byMean || clause.limitQuery === null ? Number.MAX_VALUE : clause.limitQuery;
    this.mean = clause.byMean || clause.limitQuery === null || clause.shareTarget === null;
    this.codes = this.base.slice();
    this.cost = this.mean ? live2.cost.slice() : null;
    this.parts = CODES.map(() => new ExactSum());
    this.gained = new ExactSum();
    this.lost = new ExactSum();
    this.travel = new ExactSum();
    this.late = new ExactSum();
    for (let i = 0; i < this.codes.length; i++) {
      if (this.codes[i] >= UNREACHABLE) this.codes[i] = this.code(live2.cost[i]);
      this.count(i, this.codes[i], live2.cost[i], 1);
    }
    this.version = live2.version;
    this.verdict = null;
  }
  code(cost) {
    return cost === Infinity ? UNREACHABLE : cost <= this.limit ? COVERED : NOT_COVERED;
  }
  /** Counts a row in (sign 1) or out (-1). */
  count(i, code, cost, sign) {
    const n = sign * this.residents[i];
    if (n === 0) return;
    this.parts[code].add(n);
    if (code === COVERED && this.base[i] !== COVERED) this.gained.add(n);
    if (code !== COVERED && this.base[i] === COVERED) this.lost.add(n);
    if (!this.mean || code !== COVERED) return;
    const minutes3 = cost + this.clause.turnout;
    this.travel.add(sign * (this.residents[i] * minutes3));
    if (minutes3 > this.clause.limit) this.late.add(n);
  }
  /** Brings the rows that changed up to date; false where too much happened since. */
  follow(live2) {
    if (this.version === live2.version) return true;
    const steps = live2.since(this.version);
    if (!steps) return false;
    this.version = live2.version;
    this.verdict = null;
    for (const rows of steps) for (const i of rows) this.change(i, live2.cost[i]);
    return true;
  }
  change(i, cost) {
    const was = this.codes[i];
    if (was < UNREACHABLE) return;
    const now = this.code(cost);
    if (was === now && !this.mean) return;
    const before2 = this.mean ? this.cost[i] : cost;
    this.count(i, was, before2, -1);
    this.count(i, now, cost, 1);
    this.codes[i] = now;
    if (this.mean) this.cost[i] = cost;
  }
  result() {
    if (this.verdict) return this.verdict;
    const { clause } = this, ledger = Object.fromEntries(CODES.map((name, k) => [name, this.parts[k].value()]));
    ledger.outside = clause.ledger.outside;
    ledger.no_data = clause.ledger.no_data;
    ledger.total = clause.ledger.total;
    const scope = exactSum(CODES.slice(1).map((name) => ledger[name]));
    const judged = this.mean ? this.judgeMean(ledger, scope) : judgeShare(clause, ledger, scope);
    nameApart(clause, ledger);
    return this.verdict = {
      codes: this.codes,
      ledger,
      gained: this.gained.value(),
      lost: this.lost.value(),
      ...judged
    };
  }
  /**
   * A mean time or distance: told only, or where the clause asks for a response time judged as a floor. An
   * ambulance is not always free: above the limit the clause is missed, below it nothing is said.
   */
  judgeMean(ledger, scope) {
    const { clause } = this, unreached = exactSum([ledger.unreachable, ledger.not_covered]);
    const mean = ledger.covered > 0 ? this.travel.value() / ledger.covered : null;
    if (!clause.byMean)
      return {
        outcome: clause.outcome,
        observed: mean === null ? null : mean / clause.factor,
        margin: null,
        affected: unreached,
        share: null
      };
    let outcome = mean <= clause.limit ? "NOT_ASSESSED" : "FAIL";
    if (unreached > 0 || ledger.unsnapped > page.numbers.unsnappedTolerated * scope) outcome = "FAIL";
    else if (ledger.no_data > page.numbers.unsnappedTolerated * scope || mean === null) outcome = "NOT_ASSESSED";
    if (outcome === "FAIL" && clause.unsure) outcome = "NOT_ASSESSED";
    return {
      outcome,
      observed: mean,
      margin: mean === null ? null : told2(clause.limit - mean, outcome),
      affected: exactSum([this.late.value(), unreached]),
      share: null
    };
  }
};
function nameApart(clause, ledger) {
  if (clause.ledger.closed === void 0) return;
  ledger.closed = clause.ledger.closed;
  ledger.unsnapped = clause.ledger.unsnapped;
  const crossed = page.queries[clause.query].metric !== "straight_m";
  ledger.cut_off = crossed ? ledger.unreachable : 0;
  if (crossed) ledger.unreachable = 0;
}
function told2(slack, outcome) {
  return (outcome === "PASS" ? slack >= 0 : slack < 0) ? slack : null;
}
function judgeShare(clause, ledger, scope) {
  const affected = exactSum([ledger.not_covered, ledger.unreachable]);
  if (!(scope > 0)) return { outcome: clause.outcome, observed: null, margin: null, affected, share: null };
  const low = ledger.covered / scope, target = clause.shareTarget, high = exactSum([ledger.covered, ledger.unsnapped, ledger.no_data]) / scope;
  let outcome = low >= target ? "PASS" : high < target ? "FAIL" : "NOT_ASSESSED";
  if (outcome === "FAIL" && clause.unsure) outcome = "NOT_ASSESSED";
  return { outcome, observed: low, margin: told2(low - target, outcome), affected, share: low };
}
var heldTrials = once(() => /* @__PURE__ */ new Map());
function liveClause(clause) {
  if (!aboutReach(clause)) return null;
  const live2 = liveQuery(clause.query), trials = heldTrials();
  let trial = trials.get(clause.rule);
  if (!trial || !trial.follow(live2)) trials.set(clause.rule, trial = new Trial(clause, live2));
  return trial.result();
}

// map/page/src/model/sides.js
var codesOf = (clause, basis = "now") => !clause.people ? null : clause.people.codes ? clause.people.codes(basis) : basis === "now" && changed() && clause.query !== null ? liveClause(clause).codes : sideCodes(clause, basis);
var knownCosts = once(() => /* @__PURE__ */ new Map());
function costsOf(query, basis = "now") {
  if (live(basis)) return liveQuery(page.queries.indexOf(query)).cost;
  const held2 = sideQuery(query, basis), known = knownCosts();
  if (!known.has(held2)) {
    const steps = column(held2.cost), costs2 = new Float64Array(steps.length);
    known.set(held2, costs2);
    for (let i = 0; i < steps.length; i++)
      costs2[i] = steps[i] === page.numbers.unreached ? Infinity : steps[i] * query.step;
  }
  return known.get(held2);
}
var costAt = (query, i, basis = "now") => costsOf(query, basis)[i];
function sums(clause, basis = "now") {
  const stamp = changed() ? scenario.stamp : -1, key = `${clause.rule} ${basis}`, kept2 = keptSums();
  if (!kept2.has(key) || kept2.get(key).stamp !== stamp)
    kept2.set(key, { stamp, ...sumAreas(codesOf(clause, basis)) });
  return kept2.get(key);
}
var keptSums = once(() => /* @__PURE__ */ new Map());
function sumAreas(codes2) {
  const n = page.areas.names.length, parent = page.areas.parent, total = CODES.map(() => new Float64Array(n)), scope = new Float64Array(n);
  if (codes2 && page.demand) {
    const { residents, area } = demand();
    for (let i = 0; i < codes2.length; i++) if (area[i] >= 0) total[codes2[i]][area[i]] += residents[i];
    for (const a of deepestFirst())
      if (parent[a] >= 0) for (let k = 0; k < CODES.length; k++) total[k][parent[a]] += total[k][a];
  }
  for (let a = 0; a < n; a++) for (let k = 1; k < CODES.length; k++) scope[a] += total[k][a];
  return { ...Object.fromEntries(CODES.map((name, k) => [name, total[k]])), scope };
}
var deepestFirst = once(() => {
  const { parent } = page.areas, depth = parent.map((p) => {
    let hops = 0;
    for (; p >= 0 && hops < 8; p = parent[p]) hops++;
    return hops;
  });
  return depth.map((d, a) => a).sort((a, b) => depth[b] - depth[a]);
});
var lacking = (s, a) => s.not_covered[a] + s.unreachable[a];
function paperOnly(clause, codes2, i, basis = "now") {
  if (clause.road === null || codes2[i] !== COVERED) return false;
  return !(costAt(page.queries[clause.road], i, basis) <= clause.limitRoad);
}
var ownerAt = (query, i) => ownersOf(query)[i];
function roadCodes(clause) {
  const stamp = changed() ? scenario.stamp : -1, kept2 = keptRoadCodes(), last = kept2.get(clause.rule);
  if (last && last.stamp === stamp) return last.codes;
  const codes2 = column(clause.people).slice(), costs2 = costsOf(page.queries[clause.road], "road");
  for (let i = 0; i < codes2.length; i++)
    if (codes2[i] >= UNREACHABLE)
      codes2[i] = costs2[i] === Infinity ? UNREACHABLE : costs2[i] <= clause.limitRoad ? COVERED : NOT_COVERED;
  kept2.set(clause.rule, { stamp, codes: codes2 });
  return codes2;
}
var keptRoadCodes = once(() => /* @__PURE__ */ new Map());
function sideCodes(clause, basis) {
  if (basis === "road" && clause.road !== null) return roadCodes(clause);
  if (basis === "baseline" && clause.before && clause.before.people) return column(clause.before.people);
  return column(clause.people);
}
var live = (basis = "now") => changed() && (basis === "now" || basis === "road");
function statusHere(i, basis = "now") {
  if (basis === "baseline") {
    const site = page.sites.find((s) => s.facility === i);
    if (site) return site.kind === "added" ? null : "open";
  }
  return live(basis) && scenario.closed.has(i) ? "closed" : page.facilities.status[i];
}
var sideQuery = (query, basis) => basis === "baseline" && query.before ? query.before : query;
var ownersOf = (query, basis = "now") => live(basis) ? liveQuery(page.queries.indexOf(query)).owner : column(sideQuery(query, basis).facility);

// map/page/src/model/chain.js
var Chain = class extends Answers {
  constructor(query, legs) {
    super(legs[0].cost.length);
    this.query = query;
    this.legs = legs;
    this.seen = legs.map(() => -1);
  }
  /** Brings the rows up to date that a leg came out otherwise in. */
  follow(stamp) {
    if (this.stamp === stamp) return;
    this.stamp = stamp;
    const steps = this.legs.map((leg, k) => this.seen[k] < 0 ? null : leg.since(this.seen[k]));
    this.seen = this.legs.map((leg) => leg.version);
    const rows = steps.includes(null) ? this.cost.keys() : new Set(steps.flat(2)), changed2 = [...rows].filter((i) => this.row(i));
    if (changed2.length) this.note(changed2);
  }
  /** One demand row; whether its cost or its station is another than before. */
  row(i) {
    const sum3 = this.legs.reduce((minutes3, leg) => minutes3 + leg.cost[i], 0), cost = sum3 + this.query.passing, owner = cost < Infinity ? this.legs[0].owner[i] : -1;
    if (this.cost[i] === cost && this.owner[i] === owner) return false;
    this.cost[i] = cost;
    this.owner[i] = owner;
    return true;
  }
  /** Both ways as one: from the station to the demand point, and on to the hospital. */
  way(i) {
    const ways = this.legs.map((leg) => leg.way(i));
    if (ways.includes(null)) return null;
    return {
      places: ways[0].places,
      metres: ways.reduce((sum3, way) => sum3 + way.metres, 0),
      cost: this.cost[i],
      seat: ways[0].seat,
      legs: ways
    };
  }
};
function startOf(leg, owner) {
  const at = owner < 1e6 ? leg.serving.indexOf(owner) : -1;
  return at < 0 ? leg.startNew : leg.start[at];
}
function stagesAt(clause, i) {
  const query = clause.query === null ? null : page.queries[clause.query];
  if (!query || !query.chain) return null;
  const legs = query.legs.map((number) => page.queries[number]), costs2 = legs.map((leg) => costAt(leg, i)), owners = legs.map((leg) => ownerAt(leg, i));
  if (costs2.includes(Infinity) || owners.includes(-1)) return null;
  const start2 = startOf(legs[0], owners[0]), stage = (name, minutes3, facility = -1) => ({ name, minutes: minutes3, facility });
  return [
    stage("call", query.call),
    stage("dispatch", query.dispatch),
    stage(query.mustered ? "muster" : "turnout", start2, owners[0]),
    stage("to_patient", costs2[0] - start2, owners[0]),
    ...legs.length > 1 ? [stage("scene", query.scene), stage("to_hospital", costs2[1], owners[1])] : []
  ];
}
function queryServedBy(clause, facility) {
  const query = page.queries[clause.query];
  const leg = (query.legs || []).find((number) => page.queries[number].serving.includes(facility));
  return leg === void 0 ? query : page.queries[leg];
}

// map/page/src/model/explain.js
function explain(lon, lat, traced) {
  const near = nearestDemand(worldX(lon), worldY(lat));
  if (!near) return null;
  const d = demand(), i = near.index, here = {
    index: i,
    lon: lonOf(d.x[i]),
    lat: latOf(d.y[i]),
    metres: near.metres,
    residents: d.residents[i],
    area: d.area[i] >= 0 ? page.areas.names[d.area[i]] : null
  };
  here.clauses = page.clauses.filter((c) => c.people).map((clause) => explainClause(here, clause, !traced || traced.includes(clause.rule)));
  return here;
}
var wayNumber = (clause) => clause.query !== null && page.queries[clause.query].metric === "straight_m" && clause.road !== null ? clause.road : clause.query;
function explainClause(here, clause, traced) {
  const i = here.index, codes2 = codesOf(clause), query = clause.query === null ? null : page.queries[clause.query];
  const cost = query ? costAt(query, i) : null, owner = query ? ownerAt(query, i) : -1, place = owner >= 0 ? seatPlace(owner) : null;
  const number = wayNumber(clause);
  const way = traced && hasWays() && number !== null && page.queries[number].metric !== "straight_m" ? liveQuery(number).way(i) : null;
  return {
    rule: clause.rule,
    status: CODES[codes2[i]],
    reach: query ? query.reasons[column(query.status)[i]] : null,
    cost: finite(cost),
    unit: query ? query.unit : null,
    limit: clause.limitQuery,
    over: query && clause.limitQuery && Number.isFinite(cost) ? cost - clause.limitQuery : null,
    paper_only: paperOnly(clause, codes2, i),
    road_m: clause.road === null ? null : finite(costAt(page.queries[clause.road], i)),
    straight_m: place ? geodesic(here.lon, here.lat, lonOf(place[0]), latOf(place[1])) : null,
    snap_m: way && !way.parts ? network(page.queries[number].mode).demand.metres[i] : null,
    way,
    way_unit: way ? page.queries[number].unit : null,
    stages: stagesAt(clause, i),
    facility: owner >= 0 ? { name: seatName(owner), index: owner } : null
  };
}

// map/page/src/model/standings.js
function standing(clause) {
  if (changed() && aboutReach(clause)) return liveClause(clause);
  return { outcome: clause.outcome, share: clause.share, affected: clause.affected, observed: null };
}

// map/page/src/model/everyone.js
var EVERYONE = -1;
var ORDER = [OUTSIDE, COVERED, NO_DATA, UNSNAPPED, UNREACHABLE, NOT_COVERED];
var WEIGHT = ORDER.reduce((weight, code, k) => Object.assign(weight, { [code]: k }), []);
var unmet = (basis) => page.clauses.filter(
  (clause) => basis === "baseline" && clause.before ? clause.before.outcome === "FAIL" : (live(basis) ? standing(clause).outcome : clause.outcome) === "FAIL"
);
var kept = once(() => /* @__PURE__ */ new Map());
function codes(basis) {
  const side = basis === "road" ? "now" : basis, stamp = live(side) ? scenario.stamp : -1, last = kept().get(side);
  if (last && last.stamp === stamp) return last.codes;
  const found = new Uint8Array(demand().n), weight = new Uint8Array(found.length);
  for (const clause of unmet(side)) {
    const mine = clause.people ? codesOf(clause, side) : null;
    if (!mine) continue;
    for (let i = 0; i < mine.length; i++)
      if (WEIGHT[mine[i]] > weight[i]) {
        weight[i] = WEIGHT[mine[i]];
        found[i] = mine[i];
      }
  }
  kept().set(side, { stamp, codes: found });
  return found;
}
var everyone = once(() => {
  const behind2 = unmet("baked"), judged = behind2.filter((clause) => clause.people), units2 = behind2.filter((clause) => !clause.people).flatMap((clause) => clause.units.filter((u) => u.outcome === "FAIL"));
  if (!judged.length && !units2.length) return null;
  return {
    everyone: true,
    rule: "",
    title: page.words.page_everyone,
    outcome: "FAIL",
    mark: "FAIL",
    people: judged.length > 0 && page.demand ? { codes } : null,
    affected: page.answer.people,
    units: units2,
    asked: [...new Set(judged.flatMap((clause) => clause.asked))],
    query: null,
    road: null,
    surface: null,
    radius: null,
    limitQuery: null,
    loadRange: null,
    ledger: null,
    before: page.hasBaseline ? {} : null
  };
});
var clauseAt = (index) => index === EVERYONE ? everyone() : page.clauses[index] || null;
function headline() {
  if (!changed() || !page.demand) return page.answer.people;
  const { residents } = demand(), found = codes("now");
  return exactSum(Array.from(residents).filter((n, i) => found[i] === NOT_COVERED || found[i] === UNREACHABLE));
}

// map/page/src/view/elements.js
var byId = (id) => document.getElementById(id);
var first = (selector) => document.querySelector(selector);
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === void 0 || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...nodes(children));
  return element;
}
var nodes = (children) => children.flat(Infinity).filter((child) => child !== null && child !== void 0 && child !== false).map((child) => child instanceof Node ? child : document.createTextNode(String(child)));
function replaceChildren(element, ...children) {
  const wanted = nodes(children), staying = new Set(wanted);
  for (const child of [...element.childNodes]) if (!staying.has(child)) child.remove();
  let here = element.firstChild;
  for (const node of wanted) {
    if (node === here) here = here.nextSibling;
    else element.insertBefore(node, here);
  }
}
function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// map/page/src/view/stage.js
var map = null;
var fitted = null;
var begun = false;
function openStage(opened) {
  map = opened;
}
function standsFitted() {
  fitted = map.getZoom();
}
function begin() {
  begun = true;
}
var fitZoom = () => fitted === null ? map.getZoom() : fitted;
var calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// map/page/src/view/state.js
var state = {
  clause: EVERYONE,
  shading: "town",
  wanted: "town",
  on: {
    gap: true,
    asked: true,
    others: false,
    circles: true,
    units: true,
    islands: false,
    candidates: true,
    findings: false,
    lanes: false,
    water: true,
    roads: true,
    names: true
  },
  way: null,
  straight: null,
  along: null,
  chain: null,
  focus: null,
  /** Whether the card of a trial is open, and whether the next click on the map adds a site. */
  trying: false,
  armed: false
};
var clauseNow = () => clauseAt(state.clause);
var look = () => ({
  ...state,
  clause: clauseNow(),
  basis: "now",
  paper: document.body.dataset.printing === "yes"
});
var asked = (clause) => new Set(clause ? clause.asked : []);

// map/page/src/view/sheer.js
function sheer(colour, opacity) {
  const whole = colour.length > 4 ? colour : colour.replace(/[0-9a-f]/gi, "$&$&"), part = (at) => parseInt(whole.slice(at, at + 2), 16);
  return `rgba(${part(1)},${part(3)},${part(5)},${opacity})`;
}

// map/page/src/view/canvas.js
var halo = () => sheer(page.palette.white, 0.92);
var FONT = '"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif';
var pixel = (view, place) => [
  worldX(place.lon) * view.scale - view.left,
  worldY(place.lat) * view.scale - view.top
];
function seen(view, shapes2, f) {
  const b = shapes2.boxes, i = f * 4;
  return b[i] <= view.east && b[i + 2] >= view.west && b[i + 1] <= view.south && b[i + 3] >= view.north;
}
function trace(ctx, view, shapes2, f) {
  for (let r = shapes2.first[f]; r < shapes2.first[f + 1]; r++) {
    let lastX = NaN, lastY = NaN;
    const end = shapes2.starts[r + 1] - 1;
    for (let i = shapes2.starts[r]; i <= end; i++) {
      const px = shapes2.x[i] * view.scale - view.left, py = shapes2.y[i] * view.scale - view.top;
      if (Number.isNaN(lastX)) ctx.moveTo(px, py);
      else if (i === end || Math.abs(px - lastX) + Math.abs(py - lastY) > 0.34) ctx.lineTo(px, py);
      else continue;
      lastX = px;
      lastY = py;
    }
  }
}
var CanvasLayer = L.Renderer.extend({
  initialize(pane, draw, shows) {
    L.setOptions(this, { pane, padding: 0.1 });
    L.stamp(this);
    this._layers = {};
    this._draw = draw;
    this._shows = shows;
  },
  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.setAttribute("aria-hidden", "true");
    this._ctx = this._container.getContext("2d");
  },
  _destroyContainer() {
    L.DomUtil.remove(this._container);
    this._container = null;
  },
  _updatePaths() {
  },
  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize(), ratio = document.body.dataset.printing ? 2 : Math.min(window.devicePixelRatio || 1, 2);
    L.DomUtil.setPosition(this._container, this._bounds.min);
    const [wide, high] = [size.x * ratio, size.y * ratio].map(Math.floor);
    if (this._container.width !== wide || this._container.height !== high) {
      this._container.width = wide;
      this._container.height = high;
      this._blank = true;
    }
    this._container.style.width = `${size.x}px`;
    this._container.style.height = `${size.y}px`;
    this._ratio = ratio;
    this.redraw();
  },
  /** Draws anew, or only within [west, north, east, south] as world places (with room around in pixels). */
  redraw(box, around = 0) {
    if (!begun || !this._map || !this._container) return;
    if (this._blank && !this._shows()) {
      this._container.style.display = "none";
      return;
    }
    const map2 = this._map, ctx = this._ctx, size = this._bounds.getSize();
    const scale = map2.options.crs.scale(map2.getZoom()), origin = map2.getPixelOrigin().add(this._bounds.min);
    const view = {
      scale,
      left: origin.x,
      top: origin.y,
      width: size.x,
      height: size.y,
      zoom: map2.getZoom(),
      west: origin.x / scale,
      east: (origin.x + size.x) / scale,
      north: origin.y / scale,
      south: (origin.y + size.y) / scale,
      clip: [0, 0, size.x, size.y],
      ...look()
    };
    ctx.setTransform(this._ratio, 0, 0, this._ratio, 0, 0);
    ctx.save();
    if (box) {
      const [x0, y0, x1, y1] = box.map((v, k) => v * scale - (k % 2 ? view.top : view.left));
      view.clip = [x0 - around, y0 - around, x1 + around, y1 + around].map(Math.round);
      ctx.beginPath();
      ctx.rect(view.clip[0], view.clip[1], view.clip[2] - view.clip[0], view.clip[3] - view.clip[1]);
      ctx.clip();
    }
    if (!this._blank) ctx.clearRect(0, 0, size.x, size.y);
    const drawn = this._draw(ctx, view) !== false;
    this._blank = !drawn && (this._blank || !box);
    this._container.style.display = drawn ? "" : "none";
    ctx.restore();
  }
});
var hatches = {};
function hatch(ctx, colour, gap) {
  const name = `${colour}${gap}`;
  if (!hatches[name]) {
    const tile = document.createElement("canvas"), pen2 = tile.getContext("2d");
    tile.width = tile.height = gap;
    pen2.strokeStyle = colour;
    pen2.lineWidth = 1.2;
    pen2.beginPath();
    for (let d = -gap; d <= gap; d += gap) {
      pen2.moveTo(d - 1, gap + 1);
      pen2.lineTo(d + gap + 1, -1);
    }
    pen2.stroke();
    hatches[name] = tile;
  }
  return ctx.createPattern(hatches[name], "repeat");
}
function tiled(ctx, name, wide, high, draw) {
  if (!hatches[name]) {
    const tile = document.createElement("canvas"), pen2 = tile.getContext("2d");
    tile.width = wide;
    tile.height = high;
    pen2.fillStyle = sheer(page.palette.ink, 0.5);
    draw(pen2);
    hatches[name] = tile;
  }
  return ctx.createPattern(hatches[name], "repeat");
}
var lines = (ctx, gap) => tiled(ctx, `lines${gap}`, 8, Math.ceil(gap), (pen2) => pen2.fillRect(0, 0, 8, 0.8));
var dots = (ctx) => tiled(ctx, "dots", 9, 9, (pen2) => pen2.fillRect(4, 4, 1, 1));
function labeller(ctx, view, marks) {
  const taken = marks.map(([x, y, r]) => [x - r, y - r, x + r, y + r]);
  return (text, x, y, { size = 12, weight = 400, colour = page.palette.ink, align = "center", offset = 0 } = {}) => {
    ctx.font = `${weight} ${size}px ${FONT}`;
    const wide = ctx.measureText(text).width, left = align === "center" ? x - wide / 2 : x + offset;
    const box = [left - 3, y - size / 2 - 2, left + wide + 3, y + size / 2 + 2];
    if (box[2] < 0 || box[0] > view.width || box[3] < 0 || box[1] > view.height) return false;
    if (taken.some((t) => t[0] < box[2] && t[2] > box[0] && t[1] < box[3] && t[3] > box[1])) return false;
    taken.push(box);
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    ctx.lineJoin = "round";
    ctx.lineWidth = 3;
    ctx.strokeStyle = halo();
    ctx.strokeText(text, left, y);
    ctx.fillStyle = colour;
    ctx.fillText(text, left, y);
    return true;
  };
}

// map/page/src/model/catchments.js
function catchmentQuery(clause) {
  if (!clause || clause.everyone || !page.demand) return null;
  if (clause.people && clause.query !== null) return page.queries[clause.query];
  if (!clause.asked.length) return null;
  const wanted = clause.asked.filter((i) => page.facilities.status[i] === "open");
  return page.queries.find((q) => q.serving.length === wanted.length && wanted.every((i) => q.serving.includes(i))) || null;
}
function catchments(clause, basis = "now") {
  const key = `${clause.rule} ${basis}`, stamp = changed() ? scenario.stamp : -1, kept2 = keptCatchments();
  if (!kept2.has(key) || kept2.get(key).stamp !== stamp)
    kept2.set(key, { ...partition(clause, basis), stamp });
  return kept2.get(key);
}
var keptCatchments = once(() => /* @__PURE__ */ new Map());
function partition(clause, basis) {
  const d = demand(), owners = ownersOf(catchmentQuery(clause), basis), codes2 = clause.people ? codesOf(clause, basis) : null, served2 = /* @__PURE__ */ new Map();
  let without = 0;
  for (let i = 0; i < d.n; i++) {
    if (!(d.residents[i] > 0) || codes2 && codes2[i] === OUTSIDE) continue;
    if (owners[i] < 0) without += d.residents[i];
    else served2.set(owners[i], (served2.get(owners[i]) || 0) + d.residents[i]);
  }
  const { edges, beside } = borders(d, owners, codes2);
  return { owners, codes: codes2, served: served2, without, edges, colour: coloured(served2, beside) };
}
function borders(d, owners, codes2) {
  const step = d.spacing / 400750167e-1 / Math.cos(latOf(d.n ? d.y[0] : 0.5) * Math.PI / 180), at = /* @__PURE__ */ new Map(), edges = [], beside = /* @__PURE__ */ new Map();
  const cell = (x, y) => Math.floor(x / step) * 67108864 + Math.floor(y / step);
  const counts = (i) => d.placed[i] && owners[i] >= 0 && !(codes2 && codes2[i] === OUTSIDE);
  for (let i = 0; i < d.n; i++) if (counts(i)) at.set(cell(d.x[i], d.y[i]), i);
  const meet = (a, b) => {
    if (!beside.has(a)) beside.set(a, /* @__PURE__ */ new Set());
    beside.get(a).add(b);
  };
  at.forEach((i) => {
    for (const [dx, dy] of [
      [step, 0],
      [0, step]
    ]) {
      const j = at.get(cell(d.x[i] + dx, d.y[i] + dy));
      if (j === void 0 || owners[i] === owners[j]) continue;
      const mx = (d.x[i] + d.x[j]) / 2, my = (d.y[i] + d.y[j]) / 2, ux = (d.y[i] - d.y[j]) / 2, uy = (d.x[j] - d.x[i]) / 2;
      edges.push(mx - ux, my - uy, mx + ux, my + uy);
      meet(owners[i], owners[j]);
      meet(owners[j], owners[i]);
    }
  });
  return { edges: Float64Array.from(edges), beside };
}
function coloured(served2, beside) {
  const colour = /* @__PURE__ */ new Map();
  [...served2.entries()].sort((a, b) => b[1] - a[1] || a[0] - b[0]).forEach(([owner], order) => {
    const taken = new Set([...beside.get(owner) || []].map((o) => colour.get(o)));
    const free = page.palette.catchments.map((c, k) => (order + k) % page.palette.catchments.length).find((k) => !taken.has(k));
    colour.set(owner, free === void 0 ? order % page.palette.catchments.length : free);
  });
  return colour;
}

// map/page/src/view/catchments.js
function drawCatchments(ctx, view, clause) {
  const { owners, codes: codes2, colour, edges } = catchments(clause, view.basis), { residents } = demand();
  const classOf = (i) => !(residents[i] > 0) || codes2 && codes2[i] === OUTSIDE ? -1 : owners[i] < 0 ? page.palette.catchments.length : colour.get(owners[i]);
  drawCells(ctx, view, classOf, [...page.palette.catchments, null]);
  ctx.strokeStyle = sheer(page.palette.catchmentBorder, 0.75);
  ctx.lineWidth = 1.1;
  ctx.lineCap = "round";
  ctx.beginPath();
  for (let k = 0; k < edges.length; k += 4) {
    ctx.moveTo(edges[k] * view.scale - view.left, edges[k + 1] * view.scale - view.top);
    ctx.lineTo(edges[k + 2] * view.scale - view.left, edges[k + 3] * view.scale - view.top);
  }
  ctx.stroke();
}
function loadState(i, residents, own) {
  if (!own || !own.loadRange || !own.asked.includes(i)) return null;
  const [least, most] = own.loadRange;
  return residents > most ? "over" : residents < least ? "under" : "fits";
}
var LOAD_SIGN = { over: "▲", under: "▽", fits: "" };
function drawCatchmentNames(label, view, clause) {
  const { served: served2 } = catchments(clause, view.basis);
  [...served2.entries()].sort((a, b) => b[1] - a[1]).forEach(([owner, n]) => {
    const place = seatPlace(owner);
    if (!place) return;
    const load = loadState(owner, n, clause), text = `${people(n)}${load && LOAD_SIGN[load] ? ` ${LOAD_SIGN[load]}` : ""}`, x = place[0] * view.scale - view.left, y = place[1] * view.scale - view.top, style = { size: 12, weight: 600, colour: load === "over" ? page.palette.bad : page.palette.asked, align: "left", offset: 11 };
    if (served2.size > 25 || !label(`${seatName(owner)} ${text}`, x, y, style)) label(text, x, y, style);
  });
}
var MOST_LISTED = 10;
function catchmentLegend(clause) {
  const { served: served2, without, colour } = catchments(clause), rows = [...served2.entries()].sort((a, b) => b[1] - a[1]), load = clause.loadRange ? clause : null;
  const item = ([i, n]) => {
    const how = loadState(i, n, clause);
    return h(
      "li",
      { "data-load": how },
      swatch(`background:${page.palette.catchments[colour.get(i)]}`),
      h(
        "button",
        { type: "button", class: "cc-area", onclick: () => i < 1e6 && zoomToFacility(i) },
        seatName(i)
      ),
      h("b", { class: how === "over" ? "cc-over-load" : null }, `${people(n)} ${how ? LOAD_SIGN[how] : ""}`)
    );
  };
  return [
    h("h3", {}, say("page_legend_catchments")),
    load ? h(
      "p",
      { class: "cc-legend-note" },
      say("page_catchment_load", {
        rule: load.rule,
        least: people(load.loadRange[0]),
        most: people(load.loadRange[1])
      })
    ) : null,
    h("ul", { class: "cc-served", "data-cc": "catchments" }, rows.slice(0, MOST_LISTED).map(item)),
    rows.length > MOST_LISTED ? h("p", { class: "cc-legend-note" }, say("page_catchment_more", { n: rows.length - MOST_LISTED })) : null,
    without > 0 ? hatched("page_catchment_none", { n: people(without) }) : null
  ];
}

// map/page/src/view/sheets.js
var narrow = () => window.matchMedia("screen and (max-width: 820px)").matches;
var CARDS = ["cc-why", "cc-whatif"];
var SHEETS = { peek: () => 186, half: () => 0.5 * window.innerHeight, full: () => 0.92 * window.innerHeight };
var FREE_TOP = 56;
var openCards = () => CARDS.map((id) => byId(id)).filter((card) => !card.hidden && card.offsetHeight > 0);
function covered() {
  const cards = openCards();
  return cards.length ? Math.max(...cards.map((card) => window.innerHeight - card.getBoundingClientRect().top)) : SHEETS[document.body.dataset.sheet]();
}
function room() {
  return narrow() ? {
    paddingTopLeft: [12, FREE_TOP],
    paddingBottomRight: [12, Math.min(covered(), window.innerHeight * 0.62) + 12]
  } : { paddingTopLeft: [28, 28], paddingBottomRight: [aside(), 28] };
}
function aside() {
  const legend = byId("cc-legend");
  return Math.max(28, Math.min(legend.open ? legend.offsetWidth + 28 : 28, map.getSize().x / 3));
}
function sheet(size) {
  document.body.dataset.sheet = size;
  byId("cc-handle").setAttribute("aria-expanded", String(size === "full"));
}
function showMap() {
  if (narrow()) sheet("peek");
}
function cardHead(close) {
  const full = document.body.dataset.card === "full";
  return h(
    "div",
    { class: "cc-card-head" },
    h(
      "button",
      { type: "button", class: "cc-grip", "aria-label": say("page_card_grip"), "aria-expanded": String(full), onclick: toggleCards },
      h("span", {})
    ),
    h("button", { type: "button", class: "cc-close", "aria-label": say("page_close"), onclick: close }, "×")
  );
}
function sizeCards(size) {
  document.body.dataset.card = size;
  for (const grip of document.querySelectorAll(".cc-grip"))
    grip.setAttribute("aria-expanded", String(size === "full"));
}
var toggleCards = () => sizeCards(document.body.dataset.card === "full" ? "compact" : "full");
function makeWay() {
  if (!narrow()) return;
  sheet("peek");
  sizeCards("compact");
}
function uncover(lat, lon) {
  const [x, y] = narrow() ? [44, FREE_TOP + 44] : [44, 44];
  map.panInside([lat, lon], {
    paddingTopLeft: [x, y],
    paddingBottomRight: narrow() ? [x, covered() + 24] : [aside() + 16, 44],
    animate: !calm
  });
}
function openSheets() {
  sheet("half");
  sizeCards("compact");
  const next = { full: "peek", peek: "half", half: "full" };
  byId("cc-handle").addEventListener("click", () => sheet(next[document.body.dataset.sheet]));
  const follow = new ResizeObserver(() => {
    document.body.dataset.cards = openCards().length ? "open" : "none";
    document.body.style.setProperty("--covered", `${covered()}px`);
  });
  for (const id of ["cc-panel", ...CARDS]) follow.observe(byId(id));
}

// map/page/src/view/chain.js
var sum = (stages) => stages.reduce((minutes3, stage) => minutes3 + stage.minutes, 0);
var minutes2 = (n) => measured(n, "min");
function chainLine(found) {
  if (!found.stages) return null;
  const who = ({ name, facility }) => facility >= 0 && name !== "to_patient" ? ` (${seatName(facility)})` : "";
  return h(
    "span",
    { class: "cc-small cc-chain", "data-cc": "chain" },
    found.stages.map(
      (stage) => h("span", {}, `${say(`page_chain_${stage.name}`)}${who(stage)} `, h("b", {}, minutes2(stage.minutes)))
    ),
    h(
      "span",
      {},
      found.limit === null ? say("page_chain_total", { total: minutes2(sum(found.stages)) }) : say("page_chain_of", { total: minutes2(sum(found.stages)), limit: minutes2(found.limit) })
    )
  );
}
function chainDrawn(found, index) {
  if (!found || !found.stages) return null;
  const d = demand(), home = [d.x[index], d.y[index]], named2 = Object.fromEntries(found.stages.map((stage) => [stage.name, stage]));
  const legs = [legOf(found, 0, home, named2.to_patient.facility).reverse()];
  if (named2.to_hospital) legs.push(legOf(found, 1, home, named2.to_hospital.facility));
  const said2 = (name) => `${say(`page_chain_${name}`)} ${minutes2(named2[name].minutes)}`, start2 = "muster" in named2 ? "muster" : "turnout";
  const marks = [
    // where there is room for some of them only, the ways come first
    { at: middle(legs[0]), text: said2("to_patient") },
    ...named2.to_hospital ? [{ at: middle(legs[1]), text: said2("to_hospital") }] : [],
    ...named2.scene ? [{ at: home, text: said2("scene") }] : [],
    { at: legs[0][0], text: said2(start2) }
  ];
  return { legs, marks, home };
}
function legOf(found, number, home, facility) {
  const ways = found.way && found.way.legs, goal = seatPlace(facility) || home;
  return ways ? [home, ...ways[number].places, goal] : [home, goal];
}
var apart2 = ([a, b], [c, d]) => Math.hypot(a - c, b - d);
function middle(line) {
  let left = line.slice(1).reduce((length, p, k) => length + apart2(line[k], p), 0) / 2;
  for (let k = 1; k < line.length; k++) {
    const step = apart2(line[k - 1], line[k]);
    if (step >= left && step > 0) {
      const t = left / step;
      return [0, 1].map((c) => line[k - 1][c] + t * (line[k][c] - line[k - 1][c]));
    }
    left -= step;
  }
  return line[line.length - 1];
}
function drawChain(ctx, view, { legs, marks, home }) {
  const place = ([x2, y2]) => [x2 * view.scale - view.left, y2 * view.scale - view.top];
  ctx.lineJoin = ctx.lineCap = "round";
  legs.forEach((leg, k) => {
    for (const [width, colour] of [
      [7, sheer(page.palette.white, 0.9)],
      [3.5, k === 0 ? page.palette.asked : page.palette.ink]
    ]) {
      ctx.lineWidth = width;
      ctx.strokeStyle = colour;
      ctx.beginPath();
      leg.forEach((p, n) => ctx[n ? "lineTo" : "moveTo"](...place(p)));
      ctx.stroke();
    }
  });
  const [x, y] = place(home);
  ctx.beginPath();
  ctx.arc(x, y, 5.5, 0, 7);
  ctx.fillStyle = page.palette.white;
  ctx.fill();
  ctx.lineWidth = 3;
  ctx.strokeStyle = page.palette.ink;
  ctx.stroke();
  const label = labeller(ctx, view, [[x, y, 8]]);
  for (const { at, text } of marks) {
    const [left, top] = place(at);
    label(text, left, top - 14, { weight: 600 });
  }
}

// map/page/src/view/overland.js
var MOST = 4;
var sum2 = (parts, on) => parts.filter((part) => part.on === on).reduce((a, b) => ({ on, cost: a.cost + b.cost, metres: a.metres + b.metres, climb: a.climb + b.climb, descent: a.descent + b.descent }));
function stretch(part, unit) {
  return say(`page_over_${part.on}`, {
    time: unit === "min" ? `${measured(part.cost, unit)} · ` : "",
    length: metres(part.metres),
    up: Math.round(part.climb),
    down: Math.round(part.descent)
  });
}
function wayInWords(way, unit) {
  if (!way.parts) return null;
  const kinds = [...new Set(way.parts.map((part) => part.on))], parts = way.parts.length > MOST ? kinds.map((on) => sum2(way.parts, on)) : way.parts;
  return h("span", { class: "cc-small" }, parts.map((part) => stretch(part, unit)).join(" → "));
}

// map/page/src/view/hover.js
function holds(shapes2, f, x, y) {
  const box = shapes2.boxes.subarray(f * 4, f * 4 + 4);
  if (x < box[0] || x > box[2] || y < box[1] || y > box[3]) return false;
  let inside = false;
  for (let r = shapes2.first[f]; r < shapes2.first[f + 1]; r++)
    for (let i = shapes2.starts[r], j = shapes2.starts[r + 1] - 1; i < shapes2.starts[r + 1]; j = i++)
      if (shapes2.y[i] > y !== shapes2.y[j] > y && x < (shapes2.x[j] - shapes2.x[i]) * (y - shapes2.y[i]) / (shapes2.y[j] - shapes2.y[i]) + shapes2.x[i])
        inside = !inside;
  return inside;
}
function areaAt(latlng, level) {
  const shapes2 = areaShapes(), x = worldX(latlng.lng), y = worldY(latlng.lat);
  return page.areas.names.findIndex((name, a) => page.areas.level[a] === level && holds(shapes2, a, x, y));
}
function levelSeen() {
  const shaded = page.levels.find((l) => l.id === state.shading && l.id !== "county");
  return shaded || page.levels.find((l) => l.id === "town") || page.levels[page.levels.length - 1] || null;
}
function areaSays(clause, a) {
  const name = page.areas.names[a], unit = clause ? unitOf(clause, a) : null;
  if (clause && clause.people) {
    const s = sums(clause);
    if (!(s.scope[a] > 0)) return say("page_hover_outside", { name });
    const n = lacking(s, a);
    return n >= 0.5 ? say("page_hover_gap", { name, n: people(n) }) : say("page_hover_none", { name });
  }
  return unit ? say("page_hover_unit", { name, outcome: say(`page_unit_${unit.outcome}`) || say(`page_outcome_${unit.outcome}`) }) : name;
}
function discAt(point) {
  if (!state.on.gap) return null;
  const corner = map.containerPointToLayerPoint(point);
  return drawnDiscs().find((d) => Math.hypot(d.x - corner.x, d.y - corner.y) <= d.r) || null;
}
function underPointer(event) {
  const i = facilityAt(event.containerPoint);
  if (i >= 0) return { text: page.facilities.names[i], click: true };
  const clause = clauseNow(), level = levelSeen(), disc = clause && clause.people ? discAt(event.containerPoint) : null, a = level ? areaAt(event.latlng, level.index) : -1;
  if (disc) return { text: say(disc.kind === 2 ? "page_hover_unknown" : "page_hover_disc", { name: a < 0 ? "" : page.areas.names[a], n: people(disc.people) }), click: true };
  return a < 0 ? null : { text: areaSays(clause, a), click: false };
}
function hover(event) {
  const tip = byId("cc-tip"), found = state.armed ? null : underPointer(event);
  map.getContainer().classList.toggle("cc-over", Boolean(found && found.click));
  tip.hidden = true;
  hoverOverlay(event);
  if (!tip.hidden || !found) return;
  tip.hidden = false;
  tip.textContent = found.text;
  const box = map.getContainer().getBoundingClientRect();
  tip.style.left = `${Math.min(box.left + event.containerPoint.x + 14, window.innerWidth - tip.offsetWidth - 6)}px`;
  tip.style.top = `${box.top + event.containerPoint.y - 10}px`;
}

// map/page/src/model/kept.js
var keptOf = () => page.clauses.filter(aboutReach).map((clause) => {
  const { outcome, share: share2, observed, text, affected } = touched(clause.query) ? liveClause(clause) : today(clause);
  return [clause.rule, { outcome, share: share2, observed, text, affected }];
});
var today = (clause) => ({
  outcome: clause.outcome,
  share: clause.share,
  observed: null,
  text: clause.share === null ? say(clause.observed) : null,
  affected: clause.affected
});
function keepScenario(wanted) {
  const name = (wanted || "").trim() || `${say("page_whatif_plan")} ${scenario.kept.length + 1}`, kept2 = {
    name,
    sites: scenario.sites.map(({ id, kind, lon, lat, name: label }) => ({ id, kind, lon, lat, name: label })),
    closed: [...scenario.closed],
    results: Object.fromEntries(keptOf())
  }, at = scenario.kept.findIndex((k) => k.name === name);
  if (at >= 0) scenario.kept[at] = kept2;
  else scenario.kept.push(kept2);
  return name;
}
function loadScenario(kept2) {
  if (!kept2) return;
  resetScenario();
  kept2.sites.forEach(addSite);
  kept2.closed.forEach(toggleFacility);
}
function dropScenario(kept2) {
  scenario.kept = scenario.kept.filter((k) => k !== kept2);
}
var holds2 = (kept2) => JSON.stringify([kept2.sites.map(({ id, kind, lon, lat }) => [id, kind, lon, lat]), kept2.closed]) === JSON.stringify([scenario.sites.map(({ id, kind, lon, lat }) => [id, kind, lon, lat]), [...scenario.closed]]);
function tableName() {
  const kept2 = scenario.kept.find(holds2);
  return `${page.study.name}-${kept2 ? kept2.name.replace(/[\\/:*?"<>|\s]+/g, "_") : "sites"}.csv`;
}

// map/page/src/model/told.js
function verdictsNow() {
  return page.clauses.filter(aboutReach).map((clause) => {
    const live2 = liveClause(clause);
    return {
      rule: clause.rule,
      outcome: live2.outcome,
      before: clause.outcome,
      observed: live2.observed,
      margin: live2.margin,
      residents_affected: live2.affected,
      newly_covered: live2.gained,
      lost: live2.lost,
      ledger: live2.ledger
    };
  });
}
function reachedNow(rule, road) {
  const clause = page.clauses.find((c) => c.rule === rule), { cost, owner } = liveQuery(road ? clause.road : clause.query);
  return { cost: [...cost].map(finite), facility: [...owner].map((o) => o < 0 ? null : seats.get(o).id) };
}
function scenarioTable() {
  const quoted = (v) => /[",\r\n]/.test(v) ? `"${String(v).replace(/"/g, '""')}"` : String(v), inert = (v) => /^\s*[=+\-@]/.test(v) && !Number.isFinite(Number(v)) ? `'${v}` : v, f = page.facilities;
  const rows = scenario.sites.map((s) => [
    s.id,
    s.name,
    page.kinds[s.kind].category,
    page.kinds[s.kind].designations.join("；"),
    "open",
    s.lon.toFixed(7),
    s.lat.toFixed(7)
  ]);
  scenario.closed.forEach((i) => {
    const [lon, lat] = facilityLonLat(i);
    rows.push([
      f.ids[i],
      f.names[i],
      page.categories[f.category[i]].id,
      f.roles[i].join("；"),
      "closed",
      lon.toFixed(7),
      lat.toFixed(7)
    ]);
  });
  return [
    "facility_id,name,category,designations,status,lon,lat",
    ...rows.map((row2) => row2.map((v) => quoted(inert(v))).join(","))
  ].join("\r\n") + "\r\n";
}

// map/page/src/view/compare.js
var comparing = { open: false };
function keepRow() {
  const name = h("input", {
    type: "text",
    id: "cc-name",
    maxlength: 40,
    "aria-label": say("page_whatif_name"),
    placeholder: `${say("page_whatif_plan")} ${scenario.kept.length + 1}`
  });
  return h(
    "div",
    { class: "cc-keep" },
    h(
      "form",
      {
        class: "cc-arm-row",
        onsubmit: (event) => {
          event.preventDefault();
          keep(name.value);
        }
      },
      name,
      h("button", { type: "submit", class: "cc-button" }, say("page_whatif_keep"))
    ),
    h(
      "div",
      { class: "cc-arm-row" },
      h("button", { type: "button", class: "cc-button", onclick: download }, say("page_whatif_export")),
      h("button", { type: "button", class: "cc-link", onclick: resetScenario }, say("page_whatif_reset"))
    )
  );
}
function keep(wanted) {
  const name = keepScenario(wanted), row2 = first("#cc-trial .cc-keep");
  if (row2) row2.remove();
  showTrial(true);
  return name;
}
function openCompare() {
  comparing.open = true;
  showCompare();
  first("#cc-scenarios .cc-close").focus();
}
function closeCompare() {
  comparing.open = false;
  showCompare();
  const back = first("#cc-trial .cc-link");
  if (back) back.focus();
}
function shownResult(clause, { share: share2, observed }) {
  if (share2 !== null) return percent(share2);
  if (observed === null) return "—";
  return clause.byMean ? minutes(observed) : observed.toFixed(2);
}
function compareCell(clause, result, first2) {
  const value = result.text || shownResult(clause, result), gain = first2 ? first2.affected - result.affected : 0;
  return h(
    "td",
    {},
    h("span", { class: "cc-cell" }, badge(result.outcome), h("b", {}, value)),
    h(
      "small",
      {},
      say("page_plans_left", { n: people(result.affected) }),
      Math.round(gain) ? h("em", { class: gain > 0 ? "cc-gain" : "cc-loss" }, gain > 0 ? ` −${people(gain)}` : ` +${people(-gain)}`) : null
    )
  );
}
function showCompare() {
  let box = byId("cc-scenarios");
  if (!box) {
    box = h("section", { id: "cc-scenarios", "data-cc": "scenarios", role: "dialog" });
    document.body.append(box);
  }
  if (!scenario.kept.length || !state.trying) comparing.open = false;
  box.hidden = !comparing.open;
  if (!comparing.open) return;
  box.setAttribute("aria-label", say("page_plans_title"));
  const head = (text, ...more) => h("th", { scope: "col" }, text, more);
  replaceChildren(
    box,
    h(
      "button",
      { type: "button", class: "cc-close", "aria-label": say("page_close"), onclick: closeCompare },
      "×"
    ),
    h("h2", {}, say("page_plans_title")),
    h(
      "div",
      { class: "cc-scroll", tabindex: "0", role: "group", "aria-label": say("page_plans_title") },
      h(
        "table",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            head(say("page_plans_rule")),
            head(say("page_whatif_today")),
            scenario.kept.map(
              (kept2) => head(
                h("button", { type: "button", class: "cc-area", onclick: () => loadScenario(kept2) }, kept2.name),
                h("small", {}, say("page_plans_made", { add: kept2.sites.length, off: kept2.closed.length })),
                h(
                  "button",
                  {
                    type: "button",
                    class: "cc-drop",
                    "aria-label": say("page_plans_drop", { name: kept2.name }),
                    onclick: () => {
                      dropScenario(kept2);
                      showTrial(true);
                    }
                  },
                  "×"
                )
              )
            )
          )
        ),
        h(
          "tbody",
          {},
          page.clauses.filter(aboutReach).map(
            (clause) => h(
              "tr",
              {},
              h("th", { scope: "row" }, h("span", {}, clause.rule), ` ${say(clause.title)}`),
              compareCell(clause, today(clause)),
              scenario.kept.map((kept2) => compareCell(clause, kept2.results[clause.rule], today(clause)))
            )
          )
        )
      )
    )
  );
}

// map/page/src/view/markers.js
var markers = /* @__PURE__ */ new Map();
var dragging = false;
function showMarkers() {
  const now = new Set(scenario.sites.map((s) => s.id));
  markers.forEach((marker, id) => {
    if (!now.has(id)) {
      marker.remove();
      markers.delete(id);
    }
  });
  for (const site of scenario.sites) {
    if (markers.has(site.id)) {
      if (!dragging) markers.get(site.id).setLatLng([site.lat, site.lon]);
      continue;
    }
    const marker = L.marker([site.lat, site.lon], {
      draggable: true,
      title: site.name,
      alt: site.name,
      icon: L.divIcon({ className: "cc-site", html: "", iconSize: [26, 26] })
    }).addTo(map);
    let waiting = false;
    marker.on("dragstart", () => {
      dragging = true;
    });
    marker.on("drag", () => {
      if (waiting) return;
      waiting = true;
      window.requestAnimationFrame(() => {
        waiting = false;
        const at = marker.getLatLng();
        moveSite(site.id, at.lng, at.lat);
      });
    });
    marker.on("dragend", () => {
      dragging = false;
      const at = marker.getLatLng();
      moveSite(site.id, at.lng, at.lat);
    });
    marker.on("keydown", ({ originalEvent: event }) => nudge(site, event));
    markers.set(site.id, marker);
  }
}
function nudge(site, event) {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!step && event.key !== "Delete") return;
  event.preventDefault();
  event.stopPropagation();
  if (!step) {
    removeSite(site.id);
    map.getContainer().focus();
    return;
  }
  const by = event.shiftKey ? 40 : 10, at = map.latLngToContainerPoint([site.lat, site.lon]).add([step[0] * by, step[1] * by]), { lat, lng } = map.containerPointToLatLng(at);
  moveSite(site.id, lng, lat);
}
function arm(on) {
  state.armed = on;
  map.getContainer().classList.toggle("cc-armed", on);
  const button = byId("cc-arm");
  if (button) button.setAttribute("aria-pressed", String(on));
}

// map/page/src/view/whatif.js
function download() {
  const link = h("a", {
    href: URL.createObjectURL(new Blob(["\uFEFF", scenarioTable()], { type: "text/csv" })),
    download: tableName()
  });
  document.body.append(link);
  link.click();
  link.remove();
}
function comparison(clause) {
  const live2 = changed() ? liveClause(clause) : null, shown = (share2, observed) => share2 === null || share2 === void 0 ? say(clause.observed) : percent(share2);
  if (!live2) return h("p", { class: "cc-small" }, say("page_whatif_nothing"));
  const delta = (key, n, css) => h("span", { class: css }, say(key, { n: people(n) }));
  return [
    h(
      "div",
      { class: "cc-before-after" },
      h("span", {}, badge(clause.outcome), shown(clause.share)),
      h("b", { "aria-hidden": "true" }, "→"),
      h(
        "strong",
        {},
        badge(live2.outcome),
        shownResult(clause, live2)
      )
    ),
    h(
      "p",
      { class: "cc-delta" },
      delta("page_whatif_gained", live2.gained, "cc-gain"),
      delta("page_whatif_lost", live2.lost, "cc-loss"),
      delta("page_whatif_left", live2.affected, "")
    )
  ];
}
function sideEffects(clause) {
  if (!changed()) return null;
  const rows = page.clauses.filter((c) => c !== clause && c.people && c.query !== null && touched(c.query)).map((c) => [c, liveClause(c)]).filter(([c, live2]) => live2.gained > 0 || live2.lost > 0 || live2.outcome !== c.outcome);
  return rows.length ? h(
    "ul",
    { class: "cc-side" },
    rows.map(
      ([c, live2]) => h(
        "li",
        {},
        badge(live2.outcome),
        h("span", {}, `${c.rule} ${say(c.title)}`),
        h(
          "b",
          {},
          live2.gained - live2.lost >= 0 ? `+${people(live2.gained - live2.lost)}` : `−${people(live2.lost - live2.gained)}`
        )
      )
    )
  ) : null;
}
function showWhatIf() {
  const box = byId("cc-whatif");
  byId("cc-try").hidden = !page.kinds.length || !page.demand;
  byId("cc-try").setAttribute("aria-expanded", String(state.trying));
  box.hidden = !state.trying;
  showCompare();
  if (!state.trying) return;
  const close = () => {
    state.trying = false;
    arm(false);
    showWhatIf();
    byId("cc-try").focus();
  };
  const cross = cardHead(close);
  if (!hasWays()) {
    replaceChildren(box, cross, h("h2", {}, say("page_whatif")), h("p", {}, say(page.whatifOff)));
    return;
  }
  const clause = clauseNow(), held2 = box.querySelector("select"), typed = box.querySelector("#cc-name"), wanted = held2 ? Number(held2.value) : Math.max(
    0,
    page.kinds.findIndex((k) => clause && k.serves.includes(clause.query))
  );
  replaceChildren(
    box,
    cross,
    h("h2", {}, say("page_whatif")),
    h("p", { class: "cc-small" }, say("page_whatif_hint")),
    hasGround() ? h("p", { class: "cc-small" }, say("page_whatif_ground", groundFacts())) : null,
    h(
      "div",
      { class: "cc-arm-row" },
      h(
        "select",
        { id: "cc-kind", "aria-label": say("page_whatif_kinds") },
        page.kinds.map((k, i) => h("option", { value: i, selected: i === wanted }, say(k)))
      ),
      h(
        "button",
        {
          type: "button",
          id: "cc-arm",
          class: "cc-button",
          "aria-pressed": String(state.armed),
          onclick: (event) => {
            arm(!state.armed);
            if (state.armed && event.detail === 0) map.getContainer().focus();
          }
        },
        say("page_whatif_add")
      )
    ),
    h("div", { id: "cc-trial" })
  );
  showTrial(true);
  if (typed && byId("cc-name")) byId("cc-name").value = typed.value;
  window.setTimeout(warmUp, 0);
}
function showTrial(whole) {
  const box = byId("cc-trial"), clause = clauseNow();
  if (!state.trying || !box) return;
  const item = (text, undo) => h(
    "li",
    {},
    h("span", {}, text),
    h("button", { type: "button", "aria-label": say("page_whatif_undo", { name: text }), onclick: undo }, "×")
  );
  const other = whole ? sideEffects(clause) : box.querySelector(".cc-side"), row2 = changed() ? box.querySelector(".cc-keep") || keepRow() : null;
  replaceChildren(
    box,
    changed() ? h(
      "ul",
      { class: "cc-changes" },
      scenario.sites.map((s) => item(`＋ ${s.name}`, () => removeSite(s.id))),
      [...scenario.closed].map((i) => item(`− ${page.facilities.names[i]}`, () => toggleFacility(i)))
    ) : null,
    clause ? h(
      "section",
      { "aria-live": "polite" },
      h("h3", {}, `${clause.rule} ${say(clause.title)}`),
      aboutReach(clause) ? comparison(clause) : h("p", { class: "cc-small" }, say("page_whatif_other"))
    ) : null,
    other,
    row2,
    scenario.kept.length ? h(
      "button",
      { type: "button", class: "cc-link", onclick: () => openCompare() },
      say("page_whatif_compare", { n: scenario.kept.length })
    ) : null
  );
  if (whole) showCompare();
}
var whatif = {
  add: (site) => addSite(site),
  move: moveSite,
  remove: removeSite,
  toggle: toggleFacility,
  reset: resetScenario,
  verdicts: verdictsNow,
  headline,
  reached: reachedNow,
  table: scenarioTable,
  keep,
  load: (name) => loadScenario(scenario.kept.find((k) => k.name === name))
};

// map/page/src/view/village.js
function within(a, inside) {
  for (let hops = 0; a >= 0 && hops < 8; a = page.areas.parent[a], hops++) if (a === inside) return true;
  return false;
}
function rowsIn(a) {
  const d = demand(), inside = page.areas.names.map((name, k) => within(k, a));
  return d ? [...d.area.keys()].filter((i) => d.area[i] >= 0 && inside[d.area[i]] && d.residents[i] > 0) : [];
}
function served(clause, rows) {
  if (clause.query === null) return null;
  const query = page.queries[clause.query], codes2 = codesOf(clause), owners = ownersOf(query), { residents } = demand(), by = /* @__PURE__ */ new Map();
  let total = 0, away = 0;
  for (const i of rows) {
    if (codes2[i] === OUTSIDE || owners[i] < 0) continue;
    const cost = costAt(query, i);
    if (!Number.isFinite(cost)) continue;
    by.set(owners[i], (by.get(owners[i]) || 0) + residents[i]);
    total += residents[i];
    away += residents[i] * cost;
  }
  if (!total) return null;
  const [owner] = [...by.entries()].sort((p, q) => q[1] - p[1])[0];
  return { name: seatName(owner), mean: measured(away / total, query.unit) };
}
function worstRow(clause, rows) {
  const codes2 = codesOf(clause), { residents, placed } = demand();
  return rows.filter((i) => placed[i] && (codes2[i] === NOT_COVERED || codes2[i] === UNREACHABLE)).reduce((best, i) => best < 0 || residents[i] > residents[best] ? i : best, -1);
}
var kindFor = (clause) => clause ? page.kinds.findIndex((k) => k.serves.includes(clause.query)) : -1;
function buildHere(clause, lon, lat) {
  const kind = kindFor(clause);
  if (kind < 0) return;
  addSite({ kind, lon, lat });
  closeWhy();
  state.trying = true;
  showWhatIf();
}
function mend(clause, rows) {
  const i = hasWays() && kindFor(clause) >= 0 && clause.query !== null ? worstRow(clause, rows) : -1;
  if (i < 0) return null;
  const d = demand();
  return h(
    "button",
    { type: "button", class: "cc-button", onclick: () => buildHere(clause, lonOf(d.x[i]), latOf(d.y[i])) },
    say("page_village_build", { kind: say(page.kinds[kindFor(clause)]) })
  );
}
function clauseLine(clause, index, a, rows) {
  const unit = unitOf(clause, a), title = h("button", { type: "button", class: "cc-area", onclick: () => chooseClause(index, true) }, say(clause.title));
  if (unit)
    return h("li", {}, badge(unit.outcome === "WAIVED" ? "NO_THRESHOLD" : unit.outcome), h("div", {}, title, h("span", {}, say(unit.observed) || say(`page_outcome_${unit.outcome}`))));
  if (!clause.people) return null;
  const s = sums(clause);
  if (!(s.scope[a] > 0)) return null;
  const out = lacking(s, a), unknown = s.no_data[a] + s.unsnapped[a], by = served(clause, rows);
  return h(
    "li",
    {},
    badge(out >= 0.5 ? "FAIL" : unknown >= 0.5 ? "NOT_ASSESSED" : "PASS"),
    h(
      "div",
      {},
      title,
      h("span", {}, out >= 0.5 ? h("strong", { class: "cc-loss" }, say("page_village_out", { n: people(out) })) : say(unknown >= 0.5 ? "page_village_unknown" : "page_village_all", { n: people(unknown) }), ` · ${percent(s.covered[a] / s.scope[a])}`),
      by ? h("span", { class: "cc-small" }, say("page_village_by", by)) : null,
      out >= 0.5 ? mend(clause, rows) : null
    )
  );
}
function openVillage(a) {
  const rows = rowsIn(a), d = demand(), f = facilities(), total = rows.reduce((sum3, i) => sum3 + d.residents[i], 0), parents = [];
  for (let p = page.areas.parent[a], hops = 0; p >= 0 && hops < 8; p = page.areas.parent[p], hops++)
    if (page.areas.level[p] > 0) parents.unshift(p);
  openWhy(
    h(
      "div",
      { "data-cc": "village" },
      h("h2", {}, page.areas.names[a]),
      h(
        "p",
        { class: "cc-small" },
        parents.map((p) => [h("button", { type: "button", class: "cc-area", onclick: () => (zoomToArea(p), openVillage(p)) }, page.areas.names[p]), " · "]),
        say("page_village_residents", { n: people(total) }),
        f.n ? "" : null
      ),
      h("ul", { class: "cc-why-list" }, page.order.map((index) => clauseLine(page.clauses[index], index, a, rows)))
    )
  );
}

// map/page/src/view/wayline.js
var STEPS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 240];
var MOST_TICKS = 5;
function costsAlong(way) {
  if (!way || !way.steps) return null;
  const costs2 = [0], length = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
  let at = 0, spent = way.access;
  for (const step of way.steps) {
    const places = way.places.slice(at, at + step.places), whole = places.reduce((sum3, p, k) => sum3 + (k ? length(places[k - 1], p) : 0), 0);
    let gone = 0;
    places.forEach((p, k) => {
      if (k) gone += length(places[k - 1], p);
      costs2.push(spent + (whole > 0 ? step.cost * gone / whole : 0));
    });
    spent += step.cost;
    at += step.places;
  }
  return [...costs2, way.cost];
}
function placeAt(line, costs2, cost) {
  for (let k = 1; k < costs2.length; k++)
    if (costs2[k] >= cost) {
      const part = costs2[k] > costs2[k - 1] ? (cost - costs2[k - 1]) / (costs2[k] - costs2[k - 1]) : 0;
      return { k, at: [0, 1].map((c) => line[k - 1][c] + part * (line[k][c] - line[k - 1][c])) };
    }
  return { k: line.length - 1, at: line[line.length - 1] };
}
function stroke(ctx, place, line, width, colour) {
  ctx.lineJoin = ctx.lineCap = "round";
  ctx.lineWidth = width;
  ctx.strokeStyle = colour;
  ctx.beginPath();
  line.forEach((p, n) => ctx[n ? "lineTo" : "moveTo"](...place(p)));
  ctx.stroke();
}
function travelled(view) {
  const { costs: costs2, limit, unit, outwards } = view.along || {};
  if (!costs2 || costs2.length !== view.way.length) return null;
  const whole = costs2[costs2.length - 1];
  return outwards ? { line: [...view.way].reverse(), costs: [...costs2].reverse().map((c) => whole - c), limit, unit, whole } : { line: view.way, costs: costs2, limit, unit, whole };
}
function drawTicks(label, place, { line, costs: costs2, unit, whole }) {
  const metric = unit === "min" ? 1 : 1e3, step = (STEPS.find((s) => whole / (s * metric) <= MOST_TICKS) || STEPS[STEPS.length - 1]) * metric;
  for (let cost = step; cost < whole - step / 3; cost += step) {
    const [x, y] = place(placeAt(line, costs2, cost).at);
    label(measured(cost, unit).replace(".0 ", " "), x, y - 12, { size: 12, weight: 600 });
  }
}
function drawWay(ctx, view) {
  if (!view.way) return false;
  if (view.chain) return drawChain(ctx, view, view.chain);
  const place = ([x2, y2]) => [x2 * view.scale - view.left, y2 * view.scale - view.top], told3 = travelled(view), over = told3 && told3.limit !== null && told3.whole > told3.limit ? placeAt(told3.line, told3.costs, told3.limit) : null;
  stroke(ctx, place, view.way, 8, sheer(page.palette.white, 0.95));
  if (!told3) stroke(ctx, place, view.way, 4.5, view.along && view.along.bad ? page.palette.bad : page.palette.good);
  else {
    const { line } = told3;
    stroke(ctx, place, over ? [...line.slice(0, over.k), over.at] : line, 4.5, page.palette.good);
    if (over) stroke(ctx, place, [over.at, ...line.slice(over.k)], 4.5, page.palette.bad);
  }
  if (view.straight && view.way !== view.straight) {
    ctx.setLineDash([3, 4]);
    stroke(ctx, place, view.straight, 2, page.palette.ink);
    ctx.setLineDash([]);
  }
  const [x, y] = place(view.way[0]);
  house(ctx, x, y);
  const label = labeller(ctx, view, [[x, y, 12]]);
  if (told3) drawTicks(label, place, told3);
}
function house(ctx, x, y) {
  ctx.beginPath();
  ctx.moveTo(x - 8, y);
  ctx.lineTo(x, y - 8);
  ctx.lineTo(x + 8, y);
  ctx.lineTo(x + 5.5, y);
  ctx.lineTo(x + 5.5, y + 7);
  ctx.lineTo(x - 5.5, y + 7);
  ctx.lineTo(x - 5.5, y);
  ctx.closePath();
  ctx.fillStyle = page.palette.ink;
  ctx.strokeStyle = page.palette.white;
  ctx.lineWidth = 3.5;
  ctx.lineJoin = "round";
  ctx.stroke();
  ctx.fill();
}

// map/page/src/view/why.js
var WHY_REACH = 600;
function facilityAt(point) {
  const f = facilities(), chosen = asked(clauseNow());
  let best = -1, least = 13;
  const consider = (i) => {
    if (!f.placed[i]) return;
    const p = map.latLngToContainerPoint([latOf(f.y[i]), lonOf(f.x[i])]), away = Math.hypot(p.x - point.x, p.y - point.y);
    if (away < least) {
      least = away;
      best = i;
    }
  };
  if (state.on.asked) chosen.forEach(consider);
  if (best < 0 && state.on.others) {
    for (let i = 0; i < f.n; i++) if (!chosen.has(i)) consider(i);
  }
  return best;
}
function whyPlace(found, here, waiting) {
  const parents = [];
  const d = demand();
  for (let a = d.area[found.index], hops = 0; a >= 0 && hops < 8; a = page.areas.parent[a], hops++)
    if (page.areas.level[a] > 0) parents.unshift(a);
  const selected = clauseNow() ? clauseNow().rule : null;
  const list = [...found.clauses].sort((a, b) => Number(b.rule === selected) - Number(a.rule === selected));
  return [
    h(
      "h2",
      {},
      parents.map((a, k) => [k ? " · " : "", h("button", { type: "button", class: "cc-area", title: say("page_village_open"), onclick: () => openVillage(a) }, page.areas.names[a])]),
      parents.length ? null : say("page_why_here")
    ),
    h(
      "p",
      { class: "cc-small" },
      say("page_why_residents", {
        n: found.residents > 0 && found.residents < 1 ? "<1" : people(found.residents),
        away: metres(here)
      })
    ),
    waiting ? h("p", { class: "cc-small", role: "status" }, say("page_why_waiting")) : null,
    hasWays() && kindFor(clauseNow()) >= 0 ? h(
      "button",
      { type: "button", class: "cc-button", "data-cc": "build", onclick: () => buildHere(clauseNow(), found.lon, found.lat) },
      say("page_why_build", { kind: say(page.kinds[kindFor(clauseNow())]) })
    ) : null,
    h("ul", { class: "cc-why-list" }, list.filter((c) => c.status !== "outside" || c.rule === selected).map(whyClause))
  ];
}
function whyClause(c) {
  const clause = page.clauses.find((p) => p.rule === c.rule);
  if (c.status === "outside")
    return h(
      "li",
      { class: "cc-now" },
      badge("NO_THRESHOLD"),
      h("div", {}, h("b", {}, say(clause.title), h("small", {}, c.rule)), h("span", {}, say("page_why_outside")))
    );
  const good = c.status === "covered", unsure = c.status === "no_data" || c.status === "unsnapped";
  const shown = c.cost === null ? null : measured(c.cost, c.unit);
  const over = c.over === null ? null : c.over > 0 ? say("page_over", { by: measured(c.over, c.unit) }) : say("page_within");
  return h(
    "li",
    { class: c.rule === (clauseNow() || {}).rule ? "cc-now" : null },
    badge(good ? "PASS" : unsure ? "NOT_ASSESSED" : "FAIL"),
    h(
      "div",
      {},
      h("b", {}, say(clause.title), h("small", {}, c.rule)),
      h(
        "span",
        {},
        c.facility ? `${c.facility.name}　` : "",
        shown ? h("strong", {}, shown) : null,
        over ? `　${over}` : ""
      ),
      chainLine(c),
      c.way && !c.stages ? h(
        "span",
        { class: "cc-small" },
        c.facility && c.way.seat.number !== c.facility.index ? say("page_way_to", { name: c.way.seat.name }) : "",
        say(c.way.parts ? "page_way_over" : "page_way", {
          road: metres(c.way.metres),
          straight: c.straight_m === null ? "—" : metres(c.straight_m),
          snap: c.snap_m === null ? "" : metres(c.snap_m)
        })
      ) : null,
      c.way ? wayInWords(c.way, c.way_unit) : null,
      c.cost === null ? h("span", {}, say(`page_reach_${c.reach || c.status}`)) : null,
      c.paper_only ? h(
        "span",
        { class: "cc-paper" },
        c.road_m === null ? say("page_paper_here_none") : say("page_paper_here", { road: metres(c.road_m) })
      ) : null
    )
  );
}
function whyFacility(i) {
  const f = page.facilities, clause = clauseNow(), lines2 = [];
  const category = page.categories[f.category[i]];
  if (clause && clause.people && clause.query !== null && clause.asked.includes(i)) {
    const query = queryServedBy(clause, i), codes2 = codesOf(clause), owners = ownersOf(query), d = demand();
    let served2 = 0, within2 = 0;
    for (let k = 0; k < d.n; k++)
      if (codes2[k] !== OUTSIDE && owners[k] === i) {
        served2 += d.residents[k];
        if (codes2[k] === COVERED) within2 += d.residents[k];
      }
    lines2.push(say("page_catchment", { n: people(served2), within: people(within2) }));
  }
  return [
    h("h2", {}, f.names[i]),
    h("p", {}, [say(category), ...f.roles[i]].join(" · ")),
    h(
      "p",
      { class: "cc-small" },
      say(`page_status_${f.status[i]}`),
      f.inside[i] ? "" : ` · ${say("page_beyond_border")}`
    ),
    lines2.map((l) => h("p", {}, l)),
    hasWays() && page.queries.some((q) => q.serving.includes(i)) ? h(
      "button",
      {
        type: "button",
        class: "cc-button",
        onclick: () => {
          toggleFacility(i);
          closeWhy();
          state.trying = true;
          showWhatIf();
        }
      },
      say(scenario.closed.has(i) ? "page_whatif_on" : "page_whatif_off")
    ) : null
  ];
}
function closeWhy() {
  const box = byId("cc-why");
  box.hidden = true;
  if (state.way) {
    state.way = null;
    redraw("way");
  }
}
function openWhy(...content) {
  const box = byId("cc-why");
  if (box.hidden) makeWay();
  replaceChildren(
    box,
    cardHead(() => {
      closeWhy();
      map.getContainer().focus();
    }),
    content
  );
  box.hidden = false;
}
function askByKey(event) {
  if (event.key === "Enter" && event.target === map.getContainer()) askWhy(map.getCenter());
}
function askWhy(latlng) {
  if (state.armed) {
    addSite({ kind: Number(byId("cc-kind").value), lon: latlng.lng, lat: latlng.lat });
    uncover(latlng.lat, latlng.lng);
    return;
  }
  const point = map.latLngToContainerPoint(latlng), facility = facilityAt(point);
  if (facility >= 0) {
    state.way = null;
    redraw("way");
    openWhy(whyFacility(facility));
    uncover(latlng.lat, latlng.lng);
    return;
  }
  const clause = clauseNow(), number = clause && clause.people ? wayNumber(clause) : null, waiting = hasWays() && number !== null && !searched(number);
  const found = explain(latlng.lng, latlng.lat, clause && !waiting ? [clause.rule] : []), reach = Math.max(WHY_REACH, 24 * metresPerPixel());
  if (!found || found.metres > reach) {
    state.way = null;
    redraw("way");
    const level = levelSeen(), a = level ? areaAt(latlng, level.index) : -1;
    if (a >= 0) openVillage(a);
    else openWhy(h("h2", {}, say("page_why_here")), h("p", {}, say("page_why_nobody")));
    return;
  }
  showWay(found);
  openWhy(whyPlace(found, found.metres, waiting));
  if (state.way.length > 1) showWhole(state.way);
  else uncover(found.lat, found.lon);
  if (waiting) whenSearched(number, latlng);
}
function showWhole(line) {
  const xs = line.map((p) => p[0]), ys = line.map((p) => p[1]), box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  flyToBox(box, { closest: 16 });
}
function whenSearched(number, latlng) {
  const title = byId("cc-why").querySelector("h2");
  window.setTimeout(() => {
    if (!title.isConnected) return;
    liveQuery(number);
    askWhy(latlng);
  }, 60);
}
var metresPerPixel = () => 400750167e-1 * Math.cos(map.getCenter().lat * Math.PI / 180) / map.options.crs.scale(map.getZoom());
function showWay(found) {
  const clause = clauseNow(), mine = clause && found.clauses.find((c) => c.rule === clause.rule && c.status !== "outside"), d = demand(), home = [d.x[found.index], d.y[found.index]];
  const goal = mine && mine.facility ? seatPlace(mine.facility.index) : null;
  state.chain = chainDrawn(mine, found.index);
  state.straight = goal && page.queries[clause.query].metric === "straight_m" ? [home, goal] : null;
  state.way = mine && mine.way ? [home, ...mine.way.places, seatPlace(mine.way.seat.number)] : state.straight || (goal ? [home, goal] : [home]);
  state.along = goal ? alongOf(clause, mine) : null;
  redraw("way");
}
function alongOf(clause, mine) {
  const query = page.queries[wayNumber(clause)], limit = wayNumber(clause) === clause.query ? clause.limitQuery : clause.limitRoad;
  return {
    costs: costsAlong(mine.way),
    limit,
    unit: query.unit,
    outwards: query.direction === "from_facility",
    bad: mine.status !== "covered"
  };
}

// map/page/src/view/overlays.js
var islandShapes = once(
  () => Object.fromEntries(Object.entries(page.islands).map(([mode, held2]) => [mode, openShapes(held2.shapes)]))
);
var waterShapes = once(() => page.water && { areas: openShapes(page.water.areas), lines: openShapes(page.water.lines) });
function drawWater(ctx, view) {
  if (!page.water || !view.on.water) return false;
  const { areas, lines: lines2 } = waterShapes();
  ctx.fillStyle = page.palette.water;
  ctx.strokeStyle = page.palette.shore;
  ctx.lineJoin = ctx.lineCap = "round";
  ctx.lineWidth = 0.8;
  for (let f = 0; f < areas.n; f++) {
    if (!seen(view, areas, f)) continue;
    ctx.beginPath();
    trace(ctx, view, areas, f);
    ctx.fill("evenodd");
    ctx.stroke();
  }
  ctx.lineWidth = Math.min(5, 1.6 + Math.max(0, view.zoom - fitZoom()) * 0.6);
  ctx.beginPath();
  for (let f = 0; f < lines2.n; f++) if (seen(view, lines2, f)) trace(ctx, view, lines2, f);
  ctx.stroke();
}
var failing = (clause) => (clause ? clause.units : []).filter((u) => u.outcome === "FAIL" && (u.facility >= 0 || drawnUnit(u)));
var drawnUnit = (u) => u.area >= 0 && page.areas.parent[u.area] >= 0 && !emptyShape(areaShapes(), u.area);
var signed = (clause) => (clause ? clause.units : []).filter((u) => (u.state === "surplus" || u.outcome === "NOT_ASSESSED") && (u.facility >= 0 || drawnUnit(u)));
function unitMark(ctx, surplus, x, y, r = 8) {
  ctx.beginPath();
  if (surplus) ctx.arc(x, y, r, 0, 7);
  else ctx.rect(x - r, y - r, 2 * r, 2 * r);
  ctx.fillStyle = sheer(page.palette.white, 0.9);
  ctx.fill();
  ctx.strokeStyle = surplus ? page.palette.good : page.palette.gapUnsure;
  ctx.lineWidth = 1.8;
  if (!surplus) ctx.setLineDash([3, 2]);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.fillStyle = ctx.strokeStyle;
  ctx.font = `700 13px ${FONT}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(surplus ? "+" : "?", x, y + 0.5);
}
function drawSigns(ctx, view) {
  const f = facilities();
  for (const unit of signed(view.clause)) {
    const [lon, lat] = unit.area >= 0 && drawnUnit(unit) ? page.areas.label[unit.area] : [null, null], at = lon !== null ? pixel(view, { lon, lat }) : null;
    if (at) unitMark(ctx, unit.state === "surplus", at[0], at[1] + 14);
    else if (unit.facility >= 0 && f.placed[unit.facility])
      unitMark(ctx, unit.state === "surplus", f.x[unit.facility] * view.scale - view.left + 12, f.y[unit.facility] * view.scale - view.top - 12);
  }
}
function drawUnits(ctx, view) {
  const wrong = view.on.units ? failing(view.clause) : [];
  if (view.on.units) drawSigns(ctx, view);
  if (!wrong.length) return view.on.units && signed(view.clause).length > 0;
  const shapes2 = areaShapes(), f = facilities();
  ctx.lineJoin = "round";
  for (const unit of wrong) {
    if (unit.area >= 0 && drawnUnit(unit)) {
      if (!seen(view, shapes2, unit.area)) continue;
      ctx.beginPath();
      trace(ctx, view, shapes2, unit.area);
      ctx.fillStyle = hatch(ctx, sheer(page.palette.bad, 0.55), 9);
      ctx.fill("evenodd");
      ctx.strokeStyle = page.palette.bad;
      ctx.lineWidth = 1.8;
      ctx.stroke();
    } else if (unit.facility >= 0 && f.placed[unit.facility]) {
      ctx.beginPath();
      ctx.arc(
        f.x[unit.facility] * view.scale - view.left,
        f.y[unit.facility] * view.scale - view.top,
        13,
        0,
        7
      );
      ctx.strokeStyle = page.palette.bad;
      ctx.lineWidth = 2.2;
      ctx.stroke();
    }
  }
}
function cutOffQuery(clause) {
  if (!clause || !clause.people) return null;
  const found = [clause.query, clause.road].find(
    (q) => q !== null && q !== void 0 && page.queries[q].metric !== "straight_m"
  );
  return found === void 0 ? null : page.queries[found];
}
function cutOff(clause, basis = "now") {
  const query = cutOffQuery(clause), count = { unsnapped: 0, island: 0, one_way: 0, beyond: 0, closed: 0, cut_off: 0 };
  if (!query) return { query, count, status: null };
  const status = column(query.status), codes2 = codesOf(clause, basis), d = demand();
  for (let i = 0; i < d.n; i++) {
    const why = query.reasons[status[i]];
    if (why in count && codes2[i] !== OUTSIDE && d.placed[i]) count[why] += d.residents[i];
  }
  return { query, count, status };
}
function cutOffMark(ctx, why, x, y, r) {
  ctx.beginPath();
  if (why === "one_way") {
    ctx.moveTo(x, y - r * 1.2);
    ctx.lineTo(x + r * 1.1, y + r * 0.8);
    ctx.lineTo(x - r * 1.1, y + r * 0.8);
    ctx.closePath();
  } else if (why === "unsnapped" || why === "closed") ctx.rect(x - r, y - r, 2 * r, 2 * r);
  else ctx.arc(x, y, r, 0, 7);
  const hollow = why === "unsnapped" || why === "beyond" || why === "closed";
  ctx.fillStyle = hollow ? sheer(page.palette.white, 0.85) : page.palette.cutOff[why];
  ctx.fill();
  ctx.strokeStyle = hollow ? page.palette.cutOff[why] : page.palette.white;
  ctx.lineWidth = hollow ? 1.8 : 1.2;
  if (why === "unsnapped") ctx.setLineDash([2.5, 2]);
  ctx.stroke();
  ctx.setLineDash([]);
}
function drawIslands(ctx, view) {
  if (!view.on.islands) return false;
  const clause = view.clause, { query, status } = cutOff(clause, view.basis), shapes2 = query && islandShapes()[query.mode];
  if (shapes2) {
    ctx.strokeStyle = page.palette.cutOff.island;
    ctx.lineWidth = 2.6;
    ctx.lineJoin = ctx.lineCap = "round";
    ctx.beginPath();
    for (let f = 0; f < shapes2.n; f++) if (seen(view, shapes2, f)) trace(ctx, view, shapes2, f);
    ctx.stroke();
  }
  if (!query) return;
  const d = demand(), codes2 = codesOf(clause, view.basis), bins = /* @__PURE__ */ new Map();
  for (let i = 0; i < d.n; i++) {
    const why = query.reasons[status[i]];
    if (!(why in page.palette.cutOff) || codes2[i] === OUTSIDE || !d.placed[i] || !(d.residents[i] > 0)) continue;
    const x = d.x[i] * view.scale, y = d.y[i] * view.scale, key = `${why}${Math.floor(x / BIN)} ${Math.floor(y / BIN)}`, bin = bins.get(key) || { why, n: 0, x: 0, y: 0 };
    bin.n += d.residents[i];
    bin.x += x * d.residents[i];
    bin.y += y * d.residents[i];
    bins.set(key, bin);
  }
  [...bins.values()].sort((a, b) => b.n - a.n).forEach(
    (b) => cutOffMark(
      ctx,
      b.why,
      b.x / b.n - view.left,
      b.y / b.n - view.top,
      Math.max(3.2, gapRadius(b.n, view.zoom) * 0.8)
    )
  );
}
function siteMark(ctx, kind, x, y, rank) {
  const r = kind === "proposed" ? 10 : 9;
  ctx.beginPath();
  if (kind === "added") {
    for (let k = 0; k < 10; k++) {
      const t = k * Math.PI / 5, away = k % 2 ? r * 0.52 : r * 1.15;
      ctx[k ? "lineTo" : "moveTo"](x + away * Math.sin(t), y - away * Math.cos(t));
    }
    ctx.closePath();
  } else ctx.arc(x, y, r, 0, 7);
  ctx.lineJoin = "round";
  ctx.fillStyle = kind === "closed" ? page.palette.white : page.palette.sites[kind];
  ctx.strokeStyle = kind === "closed" ? page.palette.sites.closed : page.palette.white;
  ctx.lineWidth = 2;
  ctx.fill();
  ctx.stroke();
  if (kind === "closed") {
    ctx.beginPath();
    ctx.moveTo(x - r * 0.6, y - r * 0.6);
    ctx.lineTo(x + r * 0.6, y + r * 0.6);
    ctx.moveTo(x + r * 0.6, y - r * 0.6);
    ctx.lineTo(x - r * 0.6, y + r * 0.6);
    ctx.stroke();
  }
  if (kind !== "proposed") return;
  ctx.font = `700 12px ${FONT}`;
  ctx.fillStyle = page.palette.white;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(String(rank), x, y + 0.5);
}
function findingMark(ctx, level, x, y) {
  ctx.beginPath();
  if (level === "error") ctx.rect(x - 7, y - 7, 14, 14);
  else if (level === "warning") {
    ctx.moveTo(x, y - 9);
    ctx.lineTo(x + 9, y + 7);
    ctx.lineTo(x - 9, y + 7);
    ctx.closePath();
  } else ctx.arc(x, y, 7, 0, 7);
  ctx.lineJoin = "round";
  ctx.strokeStyle = page.palette.white;
  ctx.lineWidth = 3;
  ctx.stroke();
  ctx.fillStyle = page.palette.findings[level];
  ctx.fill();
  ctx.fillStyle = page.palette.white;
  ctx.font = `700 11px ${FONT}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(level === "note" ? "i" : "!", x, y + (level === "warning" ? 1.5 : 0.5));
}
var placedSites = () => page.sites.filter((s) => s.lon !== null);
var placedFindings = () => page.findings.filter((f) => f.lon !== null);
function drawSites(ctx, view) {
  if (view.on.findings) for (const f of placedFindings()) findingMark(ctx, f.level, ...pixel(view, f));
  if (!view.on.candidates || !page.sites.length) return view.on.findings;
  for (const s of [...placedSites()].reverse())
    if (view.basis !== "baseline" || s.kind === "proposed") siteMark(ctx, s.kind, ...pixel(view, s), s.rank);
}
function overlayAt(point) {
  const near = (place) => {
    const at = map.latLngToContainerPoint([place.lat, place.lon]);
    return Math.hypot(at.x - point.x, at.y - point.y) < 12;
  };
  return state.on.candidates && placedSites().find(near) || state.on.lanes && laneGroups().find(near) || state.on.findings && placedFindings().find(near) || null;
}
var siteText = (s) => say(`page_site_${s.kind}`, { name: s.name, category: say(s.category), rank: s.rank, n: people(s.people || 0) });
var overlayText = (o) => o.level ? say(o) : siteText(o);
function openOverlay(o) {
  openWhy(
    h("h2", {}, say(o.level ? `page_finding_${o.level}` : "page_layer_candidates")),
    h("p", {}, overlayText(o)),
    o.file ? h("p", { class: "cc-small" }, `${o.file}${o.row === null ? "" : ` · ${say("page_row", { n: o.row })}`}`) : null
  );
}
function goToOverlay(o) {
  showMap();
  map.setView([o.lat, o.lon], Math.max(map.getZoom(), fitZoom() + 2), { animate: !calm });
  openOverlay(o);
}
function hoverOverlay(event) {
  const tip = byId("cc-tip"), over = tip.hidden ? overlayAt(event.containerPoint) : null;
  if (!over) return;
  map.getContainer().classList.add("cc-over");
  tip.hidden = false;
  tip.textContent = overlayText(over);
  const box = map.getContainer().getBoundingClientRect();
  tip.style.left = `${box.left + event.containerPoint.x + 14}px`;
  tip.style.top = `${box.top + event.containerPoint.y - 10}px`;
}

// map/page/src/view/flight.js
var CLOSEST = 14;
var joined = (boxes) => boxes.filter(Boolean).reduce((a, b) => a ? [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])] : [...b], null);
function rowsOf(clause) {
  const codes2 = codesOf(clause), d = demand();
  if (!codes2 || !d) return [];
  const found = [], asked2 = [];
  for (let i = 0; i < d.n; i++) {
    if (codes2[i] === OUTSIDE || !(d.residents[i] > 0)) continue;
    asked2.push(i);
    if (codes2[i] === NOT_COVERED || codes2[i] === UNREACHABLE) found.push(i);
  }
  return found.length ? found : asked2;
}
var inScope = (clause, i) => !clause.scope || clause.scope === "all" || demand().urban[i] === (clause.scope === "urban" ? 1 : 2);
function loaded(clause) {
  const d = demand();
  if (!clause.loadRange || !d || clause.units.length) return null;
  return boxOf([...d.placed.keys()].filter((i) => d.residents[i] > 0 && inScope(clause, i)));
}
function boxOfClause(clause) {
  const shapes2 = areaShapes(), wrong = failing(clause);
  const units2 = wrong.filter((u) => u.area >= 0 && !emptyShape(shapes2, u.area)).map((u) => [...shapes2.boxes.subarray(u.area * 4, u.area * 4 + 4)]);
  return joined([
    clause.people ? boxOf(rowsOf(clause)) : null,
    ...units2,
    boxOf(wrong.filter((u) => u.area < 0).map((u) => u.facility), facilities()),
    loaded(clause)
  ]);
}
var wholeStudy = () => {
  const [west, south, east, north] = page.bounds;
  return [
    [south, west],
    [north, east]
  ];
};
function withContext([west, north, east, south]) {
  const whole = regionShape().boxes, least = Math.max(whole[2] - whole[0], whole[3] - whole[1]) / 5, wide = Math.max(0, least - (east - west)) / 2, high = Math.max(0, least - (south - north)) / 2;
  return [west - wide, north - high, east + wide, south + high];
}
function flyToBox(box, { animate = !calm, closest = CLOSEST } = {}) {
  const bounds = box ? [
    [latOf(box[3]), lonOf(box[0])],
    [latOf(box[1]), lonOf(box[2])]
  ] : wholeStudy();
  map.fitBounds(
    /** @type {any} */
    bounds,
    { ...room(), maxZoom: closest, animate }
  );
}
function flyTo(clause, options) {
  const box = clause ? boxOfClause(clause) : null;
  flyToBox(box && withContext(box), options);
}

// map/page/src/view/load.js
function loadOf(clause) {
  if (!clause.load || clause.outcome === "NOT_ASSESSED" || !clause.load.facilities) return null;
  const each = clause.load.residents / clause.load.facilities, [least, most] = clause.loadRange;
  return { each, how: clause.outcome === "PASS" ? "fits" : each > most ? "over" : "under", least, most };
}
var SIGN = { over: "▲", under: "▽", fits: "" };
function drawLoad(ctx, view, clause) {
  const { residents } = demand(), load = loadOf(clause), colour = page.palette.paper[load && load.how === "over" ? 2 : 0];
  drawCells(ctx, view, (i) => residents[i] > 0 && inScope(clause, i) ? 0 : -1, [colour]);
}
function drawLoadNames(label, view, clause) {
  const load = clause.units.length ? null : loadOf(clause), f = facilities();
  if (!load) return;
  for (const i of clause.asked) {
    if (!f.placed[i] || f.status[i] !== "open") continue;
    label(
      `${f.names[i]} ${say("page_load_each", { n: people(load.each) })} ${SIGN[load.how]}`,
      f.x[i] * view.scale - view.left,
      f.y[i] * view.scale - view.top,
      { size: 13, weight: 700, colour: load.how === "over" ? page.palette.bad : page.palette.asked, align: "left", offset: 12 }
    );
  }
}
function loadLegend(clause) {
  const load = loadOf(clause), over = load && load.how === "over";
  return [
    h("h3", {}, say("page_legend_load")),
    h(
      "ul",
      {},
      row(
        swatch(`background:${page.palette.paper[over ? 2 : 0]}`),
        say("page_load_people", { n: people(clause.load.residents) })
      )
    ),
    load ? h("p", { class: "cc-legend-note" }, say(`page_load_${load.how}`, { each: people(load.each), n: clause.load.facilities, least: people(load.least), most: people(load.most) })) : null
  ];
}
var hasLoad = (clause) => Boolean(clause && clause.load && clause.loadRange && !clause.units.length && page.demand);

// map/page/src/view/shades.js
var cellSize = (view, d) => Math.max(
  1.6,
  d.spacing / 400750167e-1 / Math.cos(latOf((view.north + view.south) / 2) * Math.PI / 180) * view.scale
);
function drawCells(ctx, view, classOf, fills) {
  const d = demand();
  if (!d) return;
  const size = cellSize(view, d) + 0.35, groups = fills.map(() => []);
  for (let i = 0; i < d.n; i++) {
    if (!d.placed[i]) continue;
    const x = d.x[i] * view.scale - view.left, y = d.y[i] * view.scale - view.top;
    if (x < -size || y < -size || x > view.width + size || y > view.height + size) continue;
    const k = classOf(i);
    if (k >= 0) groups[k].push(x, y);
  }
  groups.forEach((places, k) => {
    ctx.fillStyle = fills[k] === null ? hatch(ctx, page.palette.unknownCell, 6) : fills[k];
    for (let j = 0; j < places.length; j += 2)
      ctx.fillRect(places[j] - size / 2, places[j + 1] - size / 2, size, size);
  });
}
var populationBreaks = once(() => {
  const d = demand(), sorted = Float64Array.from(d.residents.filter((n, i) => n > 0 && d.placed[i])).sort();
  const round = (n) => {
    const p = 10 ** Math.floor(Math.log10(n) - (n < 10 ? 0 : 0));
    return n < 1 ? Math.round(n * 10) / 10 : Math.round(n / p * 2) * (p / 2);
  };
  const at = [0.3, 0.55, 0.75, 0.9, 0.98].map(
    (share2) => round(Math.max(sorted[Math.floor(sorted.length * share2)] || 0, 0.1))
  );
  return at.filter((n, i) => i === 0 || n > at[i - 1]);
});
function drawPopulation(ctx, view) {
  const { residents } = demand(), breaks = populationBreaks();
  const classOf = (i) => {
    if (!(residents[i] > 0)) return -1;
    const k = breaks.findIndex((b) => residents[i] <= b);
    return k < 0 ? breaks.length : k;
  };
  drawCells(ctx, view, classOf, page.palette.population.slice(0, breaks.length + 1));
}
function drawUrban(ctx, view) {
  const { residents, urban } = demand();
  drawCells(ctx, view, (i) => residents[i] > 0 ? urban[i] : -1, [null, page.palette.urban[1], page.palette.urban[2]]);
}
function paperClass(clause, codes2, i, basis = "now") {
  if (codes2[i] === OUTSIDE) return -1;
  if (codes2[i] === NO_DATA) return 3;
  if (codes2[i] === COVERED) return paperOnly(clause, codes2, i, basis) ? 1 : 0;
  return codes2[i] === UNSNAPPED ? 3 : 2;
}
function drawPaper(ctx, view, clause) {
  const codes2 = codesOf(clause, view.basis), { residents } = demand();
  const classOf = (i) => residents[i] > 0 ? paperClass(clause, codes2, i, view.basis) : -1;
  drawCells(ctx, view, classOf, [...page.palette.paper, null]);
}
var hatched = (key, facts) => h(
  "ul",
  {},
  row(
    swatch(`background:repeating-linear-gradient(135deg,${page.palette.white} 0 3px,${page.palette.unknownCell} 3px 4.4px)`),
    say(key, facts)
  )
);
function populationLegend() {
  const breaks = populationBreaks();
  return [
    h("h3", {}, say("page_legend_population")),
    ramp(
      page.palette.population.slice(0, breaks.length + 1),
      breaks.map((n) => n >= 1 ? people(n) : String(n))
    )
  ];
}
function urbanLegend() {
  const { residents, urban } = demand(), count = [0, 0, 0];
  for (let i = 0; i < urban.length; i++) count[urban[i]] += residents[i];
  return [
    h("h3", {}, say("page_legend_urban")),
    h(
      "ul",
      {},
      [1, 2].map(
        (k) => row(swatch(`background:${page.palette.urban[k]}`), say(`page_urban_${k}`, { n: people(count[k]) }))
      )
    ),
    count[0] > 0 ? hatched("page_urban_0", { n: people(count[0]) }) : null
  ];
}
function paperLegend(clause) {
  const codes2 = codesOf(clause), { residents } = demand(), count = [0, 0, 0, 0];
  for (let i = 0; i < codes2.length; i++) {
    const k = paperClass(clause, codes2, i);
    if (k >= 0) count[k] += residents[i];
  }
  return [
    h("h3", {}, say("page_legend_paper")),
    h(
      "ul",
      {},
      page.palette.paper.map(
        (colour, k) => row(swatch(`background:${colour}`), say(`page_paper_${k}`, { n: people(count[k]) }))
      )
    ),
    count[3] > 0 ? hatched("page_paper_3", { n: people(count[3]) }) : null
  ];
}
var CELL_SHADES = {
  load: { draw: drawLoad, legend: loadLegend, has: hasLoad },
  paper: { draw: drawPaper, legend: paperLegend, has: (c) => c && c.people && c.road !== null },
  catchments: { draw: drawCatchments, legend: catchmentLegend, has: (c) => catchmentQuery(c) !== null },
  population: { draw: drawPopulation, legend: populationLegend, has: () => true },
  urban: { draw: drawUrban, legend: urbanLegend, has: () => demand().urban.includes(1) || demand().urban.includes(2) }
};

// map/page/src/view/layers.js
function shadeArea(ctx, view, clause, a) {
  const unit = unitOf(clause, a);
  if (clause.people) {
    const s = sums(clause, view.basis);
    if (!(s.scope[a] > 0)) return null;
    const known = s.scope[a] - s.no_data[a] - s.unsnapped[a];
    return known > 0 ? shareColour(s.covered[a] / s.scope[a]) : hatch(ctx, page.palette.unknown, 7);
  }
  if (!unit) return null;
  return page.palette.outcomes[unit.outcome] || hatch(ctx, page.palette.unknown, 7);
}
function drawShade(ctx, view) {
  const clause = view.clause;
  if (!clause) return;
  if (view.shading === "surface") drawSurface(ctx, view, clause);
  else if (view.shading === "people") drawPeople(ctx, view, clause);
  else if (CELL_SHADES[view.shading]) CELL_SHADES[view.shading].draw(ctx, view, clause);
  else drawAreas(ctx, view, clause);
}
function drawVeil(ctx, view) {
  const clause = view.clause;
  if (!clause || !clause.people || clause.everyone || !VEILED.has(view.shading)) return false;
  const s = sums(clause, view.basis), shapes2 = areaShapes(), finest = Math.max(...page.levels.map((l) => l.index)), out = page.areas.names.map((name, a) => a).filter((a) => page.areas.level[a] === finest && !(s.scope[a] > 0) && !emptyShape(shapes2, a));
  if (!page.levels.length || !out.some((a) => anybody(a))) return false;
  ctx.fillStyle = sheer(page.palette.land, 0.96);
  ctx.beginPath();
  for (const a of out) if (seen(view, shapes2, a)) trace(ctx, view, shapes2, a);
  ctx.fill("evenodd");
}
var VEILED = /* @__PURE__ */ new Set(["surface", "people", "population", "urban", "paper", "catchments"]);
var anybody = (a) => populated().has(a);
var populated = once(() => {
  const d = demand();
  return new Set(d ? Array.from(d.area).filter((a, i) => d.residents[i] > 0) : []);
});
function drawLand(ctx, view) {
  if (basemapOn()) return false;
  ctx.fillStyle = page.palette.land;
  ctx.beginPath();
  trace(ctx, view, regionShape(), 0);
  ctx.fill("evenodd");
}
function drawAreas(ctx, view, clause) {
  const level = page.levels.find((l) => l.id === view.shading);
  if (!level) return;
  const shapes2 = areaShapes();
  for (let a = 0; a < shapes2.n; a++) {
    if (page.areas.level[a] !== level.index || emptyShape(shapes2, a) || !seen(view, shapes2, a)) continue;
    const fill = shadeArea(ctx, view, clause, a);
    ctx.beginPath();
    trace(ctx, view, shapes2, a);
    ctx.fillStyle = fill || page.palette.unasked;
    ctx.fill("evenodd");
    if (view.paper) ruleArea(ctx, view, clause, a, fill);
  }
}
function ruleArea(ctx, view, clause, a, fill) {
  const s = clause.people ? sums(clause, view.basis) : null, gap = !fill ? -1 : s ? SHARE_LINES[shareClass(s.covered[a] / s.scope[a])] : 0;
  if (gap === 0) return;
  ctx.fillStyle = gap < 0 ? dots(ctx) : lines(ctx, gap);
  ctx.fill("evenodd");
}
function drawPeople(ctx, view, clause) {
  const d = demand(), codes2 = codesOf(clause, view.basis);
  if (!d || !codes2) return;
  const size = cellSize(view, d);
  const query = clause.query === null ? null : page.queries[clause.query];
  for (let i = 0; i < d.n; i++) {
    if (!d.placed[i] || codes2[i] === OUTSIDE || d.residents[i] <= 0) continue;
    const x = d.x[i] * view.scale - view.left, y = d.y[i] * view.scale - view.top;
    if (x < -size || y < -size || x > view.width + size || y > view.height + size) continue;
    ctx.fillStyle = paperOnly(clause, codes2, i, view.basis) ? page.palette.paperOnly : personColour(view, clause, query, codes2[i], i);
    ctx.fillRect(x - size / 2, y - size / 2, size, size);
  }
}
function personColour(view, clause, query, code, i) {
  if (code === NO_DATA || code === UNSNAPPED) return page.palette.unknown;
  if (code === UNREACHABLE) return page.palette.bad;
  if (!query || !clause.limitQuery) return code === COVERED ? page.palette.times[0] : page.palette.times[5];
  return page.palette.times[timeClass(costAt(query, i, view.basis) / clause.limitQuery)];
}
var timeClass = (ratio) => {
  const at = page.numbers.timeBreaks.findIndex((b) => ratio <= b);
  return at < 0 ? page.numbers.timeBreaks.length : at;
};
var pictures = {};
function drawSurface(ctx, view, clause) {
  if (clause.surface === null) return;
  const held2 = page.surfaces[clause.surface];
  if (!pictures[clause.surface]) {
    pictures[clause.surface] = new Image();
    pictures[clause.surface].addEventListener("load", () => redraw("shade"));
    pictures[clause.surface].src = held2.png;
  }
  const picture = pictures[clause.surface], [west, south, east, north] = held2.bounds;
  if (!picture.complete) return;
  const x = worldX(west) * view.scale - view.left, y = worldY(north) * view.scale - view.top;
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(
    picture,
    x,
    y,
    worldX(east) * view.scale - view.left - x,
    worldY(south) * view.scale - view.top - y
  );
}
function drawRoads(ctx, view) {
  if (!view.on.roads) return false;
  ctx.lineJoin = ctx.lineCap = "round";
  const closer = Math.max(0, view.zoom - fitZoom());
  for (const { rank, shapes: shapes2 } of [...roadShapes()].reverse()) {
    if (rank > 3 + closer) continue;
    ctx.strokeStyle = rank < 2 ? sheer(page.palette.road, 0.62) : sheer(page.palette.lane, 0.42);
    ctx.lineWidth = ROAD_WIDTH[Math.min(rank, 5)] * (1 + closer * 0.22);
    ctx.beginPath();
    for (let f = 0; f < shapes2.n; f++) if (seen(view, shapes2, f)) trace(ctx, view, shapes2, f);
    ctx.stroke();
  }
}
function drawBorders(ctx, view) {
  const land = regionShape(), shapes2 = areaShapes();
  ctx.fillStyle = basemapOn() ? sheer(page.palette.white, 0.3) : sheer(page.palette.sea, 0.78);
  ctx.beginPath();
  ctx.rect(0, 0, view.width, view.height);
  trace(ctx, view, land, 0);
  ctx.fill("evenodd");
  ctx.lineJoin = "round";
  for (const level of [...page.levels].reverse()) {
    if (level.id === "village" && view.shading !== "village" && view.zoom < fitZoom() + 1.5) continue;
    ctx.strokeStyle = level.id === "village" ? sheer(page.palette.villageBorder, 0.28) : sheer(page.palette.border, 0.5);
    ctx.lineWidth = level.id === "village" ? 0.6 : 0.9;
    ctx.beginPath();
    for (let a = 0; a < shapes2.n; a++)
      if (page.areas.level[a] === level.index && seen(view, shapes2, a)) trace(ctx, view, shapes2, a);
    ctx.stroke();
  }
  ctx.strokeStyle = page.palette.region;
  ctx.lineWidth = 1.8;
  ctx.beginPath();
  trace(ctx, view, land, 0);
  ctx.stroke();
  if (view.focus !== null && !emptyShape(shapes2, view.focus)) {
    ctx.strokeStyle = page.palette.ink;
    ctx.lineWidth = 3;
    ctx.beginPath();
    trace(ctx, view, shapes2, view.focus);
    ctx.stroke();
  }
}
function drawCircles(ctx, view) {
  const clause = view.clause;
  if (!clause || !clause.radius || !view.on.circles) return false;
  const f = facilities();
  ctx.strokeStyle = page.palette.good;
  ctx.lineWidth = 1.6;
  ctx.setLineDash([7, 5]);
  ctx.fillStyle = sheer(page.palette.good, 0.05);
  const centres = clause.asked.filter((i) => f.placed[i] && statusHere(i, view.basis) === "open").map((i) => [lonOf(f.x[i]), latOf(f.y[i])]);
  for (const site of live(view.basis) ? scenario.sites : [])
    if (page.kinds[site.kind].serves.includes(clause.query)) centres.push([site.lon, site.lat]);
  const circles = centres.map(([lon, lat]) => {
    const circle = new Path2D();
    circlePoints(lon, lat, clause.radius).forEach(([x, y], n) => {
      circle[n ? "lineTo" : "moveTo"](x * view.scale - view.left, y * view.scale - view.top);
    });
    return circle;
  }), ground2 = new Path2D();
  for (const circle of circles) ground2.addPath(circle);
  ctx.fill(ground2);
  for (const circle of circles) ctx.stroke(circle);
  ctx.setLineDash([]);
}
var NEAR = 1.6;
var overloaded = (clause) => Boolean(clause.loadRange) && clause.outcome === "FAIL" && !clause.units.length;
function drawFacilities(ctx, view) {
  const f = facilities(), clause = view.clause, chosen = asked(view.clause);
  const place = (i) => [f.x[i] * view.scale - view.left, f.y[i] * view.scale - view.top];
  if (view.on.others)
    for (let i = 0; i < f.n; i++) {
      if (!f.placed[i] || chosen.has(i)) continue;
      facilityMark(ctx, page.categories[f.category[i]].shape, ...place(i), 2.6, f.status[i], page.palette.facility);
    }
  if (!view.on.asked || !clause) return view.on.others;
  const judged = new Map(clause.units.filter((u) => u.facility >= 0).map((u) => [u.facility, u.outcome])), wrong = overloaded(clause), quiet = view.zoom < fitZoom() + NEAR;
  const r = quiet ? 3.2 : Math.min(8, (chosen.size > 60 ? 3.6 : 6) + Math.max(0, view.zoom - fitZoom()) * 0.5);
  for (const i of clause.asked) {
    const status = statusHere(i, view.basis);
    if (!f.placed[i] || status === null) continue;
    const bad = judged.get(i) === "FAIL" || wrong;
    facilityMark(
      ctx,
      page.categories[f.category[i]].shape,
      ...place(i),
      bad ? Math.max(r, 6) : r,
      status,
      bad ? page.palette.bad : page.palette.asked,
      quiet && !bad
    );
  }
}

// map/page/src/view/names.js
function spot(view, a) {
  const [x, y] = page.areas.label[a];
  return x === null ? null : [worldX(x) * view.scale - view.left, worldY(y) * view.scale - view.top];
}
var named = (view) => page.levels.filter((level) => !(level.id === "village" && view.zoom < fitZoom() + 2) && !(level.id === "county" && page.levels.length > 1));
function gaps(view) {
  const [level] = named(view), { clause } = view;
  if (!level || !clause || !clause.people || !view.on.gap) return [];
  const s = sums(clause, view.basis);
  return page.areas.names.map((name, a) => [a, lacking(s, a)]).filter(([a, n]) => page.areas.level[a] === level.index && n >= 0.5).sort((one, other) => other[1] - one[1]);
}
function drawFacilityNames(label, view) {
  const f = facilities(), { clause } = view;
  for (const i of clause.asked)
    if (f.placed[i])
      label(f.names[i], f.x[i] * view.scale - view.left, f.y[i] * view.scale - view.top, {
        size: 12,
        weight: 600,
        colour: page.palette.asked,
        align: "left",
        offset: 11
      });
}
function drawNames(ctx, view) {
  const f = facilities(), { clause } = view, near = view.zoom >= fitZoom() + NEAR, marks = near && view.on.asked && clause ? clause.asked.filter((i) => f.placed[i]).map((i) => [f.x[i] * view.scale - view.left, f.y[i] * view.scale - view.top, 7]) : [];
  const label = labeller(ctx, view, marks.slice(0, 200));
  if (clause && clause.loadRange) drawLoadNames(label, view, clause);
  if (view.shading === "catchments" && CELL_SHADES.catchments.has(clause)) drawCatchmentNames(label, view, clause);
  const shown = /* @__PURE__ */ new Set();
  if (view.on.names)
    for (const [a, n] of gaps(view)) {
      const at = spot(view, a), style = { size: 12.5, weight: 700, colour: page.palette.ink };
      if (!at) continue;
      shown.add(a);
      if (!label(`${page.areas.names[a]} ${people(n)}`, ...at, style)) label(page.areas.names[a], ...at, style);
    }
  if (view.shading !== "catchments" && view.on.asked && near && clause) drawFacilityNames(label, view);
  if (!view.on.names) return;
  for (const level of named(view))
    for (let a = 0; a < page.areas.names.length; a++) {
      if (page.areas.level[a] !== level.index || shown.has(a)) continue;
      const at = spot(view, a);
      if (at)
        label(
          page.areas.names[a],
          ...at,
          level.id === "village" ? { size: 11, colour: page.palette.villageName } : { size: 12.5, weight: 500, colour: page.palette.townName }
        );
    }
}

// map/page/src/view/measure.js
var measure = { on: false, places: [] };
var measuredMetres = () => measure.places.slice(1).reduce((sum3, [lon, lat], k) => sum3 + geodesic(...measure.places[k], lon, lat), 0);
function measuredArea() {
  if (measure.places.length < 3) return 0;
  const lon0 = measure.places.reduce((sum3, p) => sum3 + p[0], 0) / measure.places.length, flat = transverseMercator({ ...WGS84, lon0, k0: 1, x0: 0, y0: 0 }), xy = measure.places.map((p) => flat.forward(...p));
  return Math.abs(
    xy.reduce((sum3, [x, y], k) => {
      const [u, v] = xy[(k + 1) % xy.length];
      return sum3 + x * v - u * y;
    }, 0)
  ) / 2;
}
var squareMetres = (a) => a >= 1e5 ? `${Number((a / 1e6).toPrecision(4))} ${say("page_km2")}` : `${Math.round(a)} ${say("page_m2")}`;
var ruled = (m) => m < 1e3 ? `${m.toFixed(1)} ${say("page_m")}` : `${(m / 1e3).toFixed(m < 1e4 ? 3 : 2)} ${say("page_km")}`;
function drawMeasure(ctx, view) {
  if (!measure.on) return false;
  const at = measure.places.map(([lon, lat]) => pixel(view, { lon, lat }));
  ctx.lineJoin = ctx.lineCap = "round";
  const path = (closed) => {
    ctx.beginPath();
    at.forEach(([x2, y2], k) => ctx[k ? "lineTo" : "moveTo"](x2, y2));
    if (closed) ctx.closePath();
  };
  if (at.length > 2) {
    path(true);
    ctx.fillStyle = sheer(page.palette.focus, 0.12);
    ctx.fill();
  }
  for (const [width, colour] of [
    [6, sheer(page.palette.white, 0.92)],
    [2.6, page.palette.ruler]
  ]) {
    path(false);
    ctx.lineWidth = width;
    ctx.strokeStyle = colour;
    ctx.stroke();
  }
  for (const [x2, y2] of at) {
    ctx.beginPath();
    ctx.arc(x2, y2, 4.5, 0, 7);
    ctx.fillStyle = page.palette.white;
    ctx.fill();
    ctx.stroke();
  }
  if (!map.getContainer().matches(":focus-visible")) return;
  const [x, y] = pixel(view, { lon: map.getCenter().lng, lat: map.getCenter().lat });
  ctx.beginPath();
  ctx.moveTo(x - 9, y);
  ctx.lineTo(x + 9, y);
  ctx.moveTo(x, y - 9);
  ctx.lineTo(x, y + 9);
  ctx.lineWidth = 1.4;
  ctx.strokeStyle = page.palette.ink;
  ctx.stroke();
}
function addMeasured(latlng) {
  measure.places.push([latlng.lng, latlng.lat]);
  showMeasure();
}
function showMeasure() {
  const box = byId("cc-ruler"), act = (key, onclick) => h("button", { type: "button", class: "cc-button", onclick }, say(key));
  box.hidden = !measure.on;
  byId("cc-measure").setAttribute("aria-pressed", String(measure.on));
  map.getContainer().classList.toggle("cc-armed", measure.on);
  map.doubleClickZoom[measure.on ? "disable" : "enable"]();
  redraw("measure");
  if (!measure.on) return;
  const n = measure.places.length;
  replaceChildren(
    box,
    h(
      "p",
      { "aria-live": "polite" },
      n < 2 ? say("page_measure_hint") : [
        h("strong", {}, ruled(measuredMetres())),
        n > 2 ? h("span", {}, say("page_measure_area", { area: squareMetres(measuredArea()) })) : null
      ]
    ),
    n ? [
      act("page_measure_undo", () => {
        measure.places.pop();
        showMeasure();
      }),
      act("page_measure_clear", () => {
        measure.places = [];
        showMeasure();
      })
    ] : null,
    act("page_measure_done", () => {
      toggleMeasure();
      byId("cc-measure").focus();
    })
  );
}
function toggleMeasure() {
  measure.on = !measure.on;
  measure.places = [];
  if (measure.on) {
    arm(false);
    closeWhy();
    showMap();
  }
  showMeasure();
}
function measureKey(event) {
  if (!measure.on) return;
  if (event.key === "Enter" || event.key === " ") addMeasured(map.getCenter());
  else if (event.key === "Backspace") {
    measure.places.pop();
    showMeasure();
  } else return;
  event.preventDefault();
}

// map/page/src/view/swipe.js
var swipe = { kind: "", at: 0.5, other: null };
function comparisons(clause) {
  const found = [];
  if (changed()) found.push(["trial", say("page_compare_trial")]);
  if (page.hasBaseline) found.push(["run", say("page_compare_run")]);
  if (clause && clause.people && clause.road !== null) found.push(["road", say("page_compare_road")]);
  page.clauses.forEach((c, i) => {
    if (i !== state.clause && c.people) found.push([`c${i}`, `${say(c.title)} ${c.rule}`]);
  });
  return found;
}
function sides() {
  const here = { clause: state.clause, basis: "now" };
  if (swipe.kind === "trial") return [{ ...here, basis: "baked" }, here];
  if (swipe.kind === "run") return [{ ...here, basis: "baseline" }, here];
  if (swipe.kind === "road") return [here, { ...here, basis: "road" }];
  return [here, { clause: Number(swipe.kind.slice(1)), basis: "now" }];
}
function sideNames() {
  if (swipe.kind === "trial" || swipe.kind === "run") return ["page_side_before", "page_side_after"].map((k) => say(k));
  if (swipe.kind === "road") return ["page_on_paper", "page_by_road"].map((k) => say(k));
  return sides().map((s) => say(clauseAt(s.clause).title));
}
function sideLook(side) {
  const clause = clauseAt(side.clause), has = side.clause === state.clause || shadings(clause).some((c) => c[0] === state.shading);
  return { clause, basis: side.basis, shading: has ? state.shading : "town" };
}
function bothSides(name, draw) {
  return (ctx, view) => {
    if (!swipe.kind) return draw(ctx, view);
    const x = map.containerPointToLayerPoint([swipe.at * map.getSize().x, 0]).x - layers[name]._bounds.min.x;
    sides().forEach((side, k) => {
      ctx.save();
      ctx.beginPath();
      ctx.rect(k ? x : 0, 0, k ? view.width - x : x, view.height);
      ctx.clip();
      draw(ctx, { ...view, ...sideLook(side) });
      ctx.restore();
    });
    if (name !== "places") return true;
    ctx.fillStyle = page.palette.white;
    ctx.fillRect(x - 2.5, 0, 5, view.height);
    ctx.fillStyle = page.palette.ink;
    ctx.fillRect(x - 1, 0, 2, view.height);
    return true;
  };
}
var SIDED = ["shade", "circles", "units", "facilities", "gap", "islands", "places"];
var waitingSwipe = false;
function slide(at) {
  swipe.at = Math.min(1, Math.max(0, at));
  placeSlider();
  if (waitingSwipe) return;
  waitingSwipe = true;
  window.requestAnimationFrame(() => {
    waitingSwipe = false;
    redraw(...SIDED);
  });
}
function placeSlider() {
  const box = byId("cc-swipe"), range = box.querySelector("input"), handle = box.querySelector(".cc-swipe-handle");
  if (!range) return;
  range.value = Math.round(swipe.at * 100);
  handle.style.left = `${swipe.at * 100}%`;
  const [left, right] = box.querySelectorAll(".cc-swipe-side");
  left.style.right = `${(1 - swipe.at) * 100}%`;
  right.style.left = `${swipe.at * 100}%`;
}
function compare(kind) {
  swipe.kind = kind;
  showSwipe();
  redraw(...SIDED);
}
function showSwipe() {
  const box = byId("cc-swipe"), open = byId("cc-compare").getAttribute("aria-expanded") === "true", choices = comparisons(clauseNow());
  if (swipe.kind && !choices.some((c) => c[0] === swipe.kind)) swipe.kind = "";
  box.hidden = !open;
  document.body.dataset.comparing = swipe.kind ? "yes" : "no";
  if (!open) return;
  const [left, right] = swipe.kind ? sideNames() : ["", ""];
  replaceChildren(
    box,
    h(
      "div",
      { class: "cc-swipe-bar" },
      h("label", { for: "cc-swipe-kind" }, say("page_compare")),
      h(
        "select",
        { id: "cc-swipe-kind", onchange: (event) => compare(event.target.value) },
        h("option", { value: "" }, say("page_compare_none")),
        choices.map(([id, text]) => h("option", { value: id, selected: id === swipe.kind }, text))
      ),
      h("input", {
        type: "range",
        min: 0,
        max: 100,
        disabled: !swipe.kind,
        "aria-label": say("page_compare_slider", { left, right }),
        oninput: (event) => slide(event.target.value / 100)
      }),
      h("button", { type: "button", class: "cc-swipe-close", "aria-label": say("page_close"), onclick: toggleSwipe }, "×")
    ),
    h("span", { class: "cc-swipe-side", hidden: !swipe.kind }, h("b", {}, left)),
    h("span", { class: "cc-swipe-side", hidden: !swipe.kind }, h("b", {}, right)),
    h("span", { class: "cc-swipe-handle", hidden: !swipe.kind, "aria-hidden": "true", onpointerdown: dragSlider })
  );
  placeSlider();
}
function dragSlider(event) {
  const box = map.getContainer().getBoundingClientRect();
  event.target.setPointerCapture(event.pointerId);
  event.target.onpointermove = (move) => slide((move.clientX - box.left) / box.width);
  event.target.onpointerup = () => {
    event.target.onpointermove = null;
  };
  event.preventDefault();
}
function toggleSwipe() {
  const button = byId("cc-compare"), open = button.getAttribute("aria-expanded") !== "true", first2 = comparisons(clauseNow())[0];
  button.setAttribute("aria-expanded", String(open));
  compare(open && first2 ? first2[0] : "");
  (open ? byId("cc-swipe-kind") : button).focus();
}

// map/page/src/view/stack.js
var layers = {};
var always = () => true;
var onASide = (has) => (swipe.kind ? sides().map((side) => clauseAt(side.clause)) : [clauseNow()]).some(has);
var LAYERS = [
  ["shade", [drawLand, drawShade, drawVeil], 210, true, always],
  ["lines", [drawWater, drawRoads, drawBorders], 300, false, always],
  ["circles", [drawCircles], 340, true, () => state.on.circles && onASide((clause) => clause && clause.radius)],
  ["units", [drawUnits], 360, true, () => state.on.units && onASide((clause) => failing(clause).length + signed(clause).length > 0)],
  ["facilities", [drawFacilities], 370, true, always],
  ["gap", [drawGap], 380, true, () => state.on.gap],
  ["islands", [drawIslands], 385, true, () => state.on.islands],
  ["lanes", [drawLanes], 390, false, () => state.on.lanes],
  ["way", [drawWay], 395, false, () => state.way !== null],
  ["places", [drawSites, drawNames], 410, true, always],
  ["measure", [drawMeasure], 430, false, () => measure.on]
];
var inTurn = (draws) => (ctx, view) => draws.filter((draw) => {
  ctx.save();
  const drawn = draw(ctx, view) !== false;
  ctx.restore();
  return drawn;
}).length > 0;
function openLayers() {
  for (const [name, draws, z, sided, shows] of LAYERS) {
    const pane = map.createPane(`cc-${name}`), draw = inTurn(draws);
    pane.style.zIndex = String(z);
    pane.style.pointerEvents = "none";
    layers[name] = new CanvasLayer(`cc-${name}`, sided ? bothSides(name, draw) : draw, shows).addTo(map);
  }
}
function redraw(...names) {
  (names.length ? names : Object.keys(layers)).forEach((name) => layers[name].redraw());
}

// map/page/src/view/basemap.js
var basemap = { shown: "none", layers: [] };
var basemapOn = () => basemap.shown !== "none";
var EMPTY_TILE = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=";
var CarriedTiles = L.TileLayer.extend({
  getTileUrl(at) {
    return page.basemap.tiles[`${at.z}/${at.x}/${at.y}`] || EMPTY_TILE;
  }
});
var TIANDITU = "https://t{s}.tianditu.gov.cn/{set}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={set}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}";
var TIANDITU_SETS = { tianditu: ["vec", "cva"], tianditu_image: ["img", "cia"] };
function basemapLayers(id) {
  if (id === "own")
    return [
      new CarriedTiles("", {
        minNativeZoom: page.basemap.least,
        maxNativeZoom: page.basemap.most,
        maxZoom: 22,
        className: "cc-tile"
      })
    ];
  if (id === "server") return [L.tileLayer(page.tileServer.url, { maxNativeZoom: 18, maxZoom: 22 })];
  return TIANDITU_SETS[id].map((set) => {
    const options = { set, key: page.tianditu, subdomains: "01234567", maxNativeZoom: 18, maxZoom: 22 };
    return L.tileLayer(TIANDITU, options);
  });
}
function basemapChoices() {
  const found = [["none", say("page_basemap_none"), false]], away = navigator.onLine === false;
  if (page.basemap) found.push(["own", say("page_basemap_own"), false]);
  if (page.tileServer) found.push(["server", say("page_basemap_server"), away]);
  if (page.tianditu)
    for (const id of Object.keys(TIANDITU_SETS)) found.push([id, say(`page_basemap_${id}`), away]);
  return found;
}
function showBasemap(id) {
  basemap.layers.forEach((layer) => layer.remove());
  basemap.shown = id;
  basemap.layers = id === "none" ? [] : basemapLayers(id).map((layer) => layer.addTo(map));
  document.body.dataset.basemap = id;
  redraw();
  showLegend();
}
var basemapSource = () => basemap.shown.startsWith("tianditu") ? say("page_basemap_tianditu_source") : "";
function pasteTiles(ctx) {
  const box = map.getContainer().getBoundingClientRect();
  for (const tile of map.getPane("tilePane").querySelectorAll("img")) {
    const at = tile.getBoundingClientRect();
    if (tile.complete && tile.naturalWidth) ctx.drawImage(tile, at.left - box.left, at.top - box.top, at.width, at.height);
  }
}

// map/page/src/view/control.js
function shadings(clause) {
  const levels = page.levels.filter(
    (l) => clause && (clause.people || clause.units.some((u) => u.area >= 0 && page.areas.level[u.area] === l.index))
  );
  const found = levels.map((l) => [l.id, say("page_shade_level", { level: say(`page_level_${l.id}`) })]);
  if (clause && clause.surface !== null) found.push(["surface", say("page_shade_surface")]);
  if (clause && clause.people && page.demand) found.push(["people", say("page_shade_people")]);
  if (page.demand) {
    for (const id of Object.keys(CELL_SHADES))
      if (CELL_SHADES[id].has(clause)) found[id === "load" ? "unshift" : "push"]([id, say(`page_shade_${id}`)]);
  }
  return [...found, ["none", say("page_shade_none")]];
}
function settleShading(choices) {
  const has = (id) => choices.some((c) => c[0] === id);
  state.shading = [state.wanted, "town", choices[0][0]].find(has);
}
function overlayChoices(clause) {
  return [
    "gap",
    "asked",
    "others",
    clause && clause.radius ? "circles" : null,
    failing(clause).length + signed(clause).length ? "units" : null,
    page.demand && page.queries.some((q) => q.metric !== "straight_m") ? "islands" : null,
    placedSites().length ? "candidates" : null,
    hasLanes() ? "lanes" : null,
    page.findings.length ? "findings" : null,
    page.water ? "water" : null,
    page.roads.length ? "roads" : null,
    "names"
  ].filter(Boolean);
}
function clearTheGround(box) {
  state.on.gap = !CELL_SHADES[state.shading];
  box.querySelector("input[value=gap]").checked = state.on.gap;
}
var choice = (type, name, [id, text], checked, onchange, disabled = false) => h("label", {}, h("input", { type, name, value: id, checked, disabled, onchange }), text);
function showControl() {
  const box = byId("cc-layers"), clause = clauseNow(), choices = shadings(clause);
  settleShading(choices);
  const shade = (id) => {
    state.shading = state.wanted = id;
    clearTheGround(box);
    redraw();
    showLegend();
  };
  const overlay = (id, on) => {
    state.on[id] = on;
    redraw();
    showLegend();
  };
  const set = (key, ...content) => h("fieldset", {}, h("legend", {}, say(key)), content);
  replaceChildren(
    box,
    h("summary", {}, say("page_layers")),
    h(
      "div",
      { class: "cc-layers-body" },
      set(
        "page_shading",
        choices.map((c) => choice("radio", "cc-shading", c, c[0] === state.shading, () => shade(c[0])))
      ),
      set(
        "page_overlays",
        overlayChoices(clause).map(
          (id) => choice(
            "checkbox",
            null,
            [id, say(`page_layer_${id}`)],
            state.on[id],
            (event) => overlay(id, event.target.checked)
          )
        )
      ),
      basemapChoices().length > 1 ? set(
        "page_basemap",
        basemapChoices().map(
          ([id, text, off]) => choice("radio", "cc-basemap", [id, text], id === basemap.shown, () => showBasemap(id), off)
        )
      ) : null
    )
  );
}

// map/page/src/view/ranking.js
var rankingState = { level: null, all: false };
function ranking(clause, whole) {
  const levels = page.levels.filter((l) => l.id !== "county");
  if (!clause.people || !levels.length) return null;
  const level = levels.find((l) => l.id === rankingState.level) || levels[0], s = sums(clause);
  const rows = page.areas.names.map((name, a) => a).filter((a) => page.areas.level[a] === level.index && s.scope[a] > 0).sort(
    (a, b) => lacking(s, b) - lacking(s, a) || s.covered[a] / s.scope[a] - s.covered[b] / s.scope[b] || a - b
  );
  const shown = whole || rankingState.all ? rows : rows.slice(0, 8);
  const tab = (l) => h(
    "button",
    {
      type: "button",
      "aria-pressed": String(l === level),
      onclick: () => {
        rankingState.level = l.id;
        rankingState.all = false;
        showClauses();
      }
    },
    say(`page_level_${l.id}`)
  );
  return h(
    "section",
    { class: "cc-ranking" },
    h(
      "div",
      { class: "cc-ranking-head" },
      h("h3", {}, say("page_ranking")),
      levels.length > 1 ? h("div", { class: "cc-tabs" }, levels.map(tab)) : null
    ),
    h(
      "table",
      { "data-cc": "ranking" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ["page_rank_area", "page_rank_lacking", "page_rank_share"].map(
            (key) => h("th", { scope: "col" }, say(key))
          )
        )
      ),
      h(
        "tbody",
        {},
        shown.map((a) => areaRow(s, a))
      )
    ),
    rows.length > 8 ? h(
      "button",
      {
        type: "button",
        class: "cc-link",
        onclick: () => {
          rankingState.all = !rankingState.all;
          showClauses();
        }
      },
      whole || rankingState.all ? say("page_fewer") : say("page_all", { n: rows.length })
    ) : null
  );
}
function areaRow(s, a) {
  const known = s.scope[a] - s.no_data[a] - s.unsnapped[a];
  const share2 = s.covered[a] / s.scope[a];
  return h(
    "tr",
    {},
    h(
      "th",
      { scope: "row" },
      h("button", { type: "button", class: "cc-area", onclick: () => (zoomToArea(a), openVillage(a)) }, page.areas.names[a])
    ),
    h(
      "td",
      {},
      people(lacking(s, a)),
      known < s.scope[a] ? h("small", {}, say("page_plus_unknown", { n: people(s.scope[a] - known) })) : null
    ),
    h(
      "td",
      {},
      h("span", { class: "cc-mini", "aria-hidden": "true" }, h("i", { style: `width:${share2 * 100}%` })),
      percent(share2)
    )
  );
}

// map/page/src/view/panel.js
var BADGE = {
  FAIL: { d: "M1 1h18v18H1z", mark: "M6 6l8 8M14 6l-8 8" },
  PASS: { d: "M10 .8a9.2 9.2 0 1 1 0 18.4A9.2 9.2 0 0 1 10 .8z", mark: "M5.6 10.4l3 3 5.8-6.4" },
  NOT_ASSESSED: {
    d: "M10 .6l9.4 9.4-9.4 9.4L.6 10z",
    mark: "M7.4 8a2.6 2.6 0 1 1 3.6 2.4c-.7.3-1 .7-1 1.5M10 14.2v.4"
  },
  NO_THRESHOLD: { d: "M2 4h16v12H2z", mark: "M6 10h8" },
  SURPLUS: { d: "M10 .8a9.2 9.2 0 1 1 0 18.4A9.2 9.2 0 0 1 10 .8z", mark: "M10 5v10M5 10h10" },
  PERMISSION: { d: "M2 4h16v12H2z", mark: "M10 7a3 3 0 1 1 0 6a3 3 0 0 1 0-6z" },
  RESERVE: { d: "M2 4h16v12H2z", mark: "M8 7H6v6h2M12 7h2v6h-2" },
  DRAFT: { d: "M2 4h16v12H2z", mark: "M5.5 11.5c1.5-4 3-4 4.5-1.5s3 2.5 4.5-1.5" }
};
var OUTCOMES = ["FAIL", "NOT_ASSESSED", "NO_THRESHOLD", "PASS"];
function badge(outcome, worded) {
  const form = BADGE[outcome] || BADGE.NO_THRESHOLD;
  const icon = svg(
    "svg",
    { viewBox: "0 0 20 20", class: `cc-badge cc-${outcome}`, "aria-hidden": "true" },
    svg("path", { d: form.d, class: "cc-badge-shape" }),
    svg("path", { d: form.mark, class: "cc-badge-mark" })
  );
  return h(
    "span",
    { class: "cc-outcome" },
    icon,
    h("span", { class: worded ? "cc-word" : "cc-hidden" }, say(`page_outcome_${outcome}`))
  );
}
function showAnswer() {
  const a = page.answer, tally = OUTCOMES.filter((o) => a.tally[o]);
  const big = a.people > 0 ? [
    h(
      "p",
      { class: "cc-big" },
      h("strong", {}, people(a.people)),
      h("span", {}, say("page_people_unit"))
    ),
    h("p", { class: "cc-says" }, say(a.says))
  ] : h("p", { class: "cc-says cc-calm" }, say(a.says));
  replaceChildren(
    byId("cc-answer"),
    big,
    h(
      "ul",
      { class: "cc-tally", "aria-label": say("page_tally") },
      tally.map(
        (o) => h(
          "li",
          {},
          h(
            "button",
            { type: "button", onclick: () => openGroup(o) },
            badge(o),
            h("b", {}, a.tally[o]),
            h("span", { "aria-hidden": "true" }, say(`page_outcome_${o}`))
          )
        )
      )
    )
  );
}
function showHead() {
  const s = page.study;
  replaceChildren(
    byId("cc-head"),
    h("p", { class: "cc-eyebrow" }, say("page_eyebrow", { plan: s.plan, year: s.year })),
    h("h1", {}, s.title),
    s.notice ? h("p", { class: "cc-notice", role: "note" }, say(s.notice)) : null
  );
  byId("cc-language").textContent = said.language === "zh" ? "English" : "中文";
  byId("cc-language").setAttribute("aria-label", said.language === "zh" ? "Switch to English" : "切换为中文");
}
function shareBar(clause) {
  if (clause.share === null) return null;
  const target = clause.shareTarget;
  return h(
    "span",
    { class: "cc-bar", "aria-hidden": "true" },
    h("i", { style: `width:${clause.share * 100}%`, class: `cc-fill-${clause.outcome}` }),
    target === null ? null : h("b", { style: `left:${Math.min(target, 1) * 100}%` })
  );
}
function clauseRow(clause, index) {
  const open = index === state.clause;
  const button = h(
    "button",
    {
      type: "button",
      class: "cc-clause",
      "aria-expanded": String(open),
      "data-rule": clause.rule,
      "data-outcome": clause.outcome,
      onclick: () => chooseClause(index, true)
    },
    badge(clause.mark),
    h(
      "span",
      { class: "cc-clause-main" },
      h("span", { class: "cc-clause-title" }, say(clause.title), h("em", {}, clause.rule)),
      clause.mark === clause.outcome ? null : h("span", { class: "cc-state", "aria-hidden": "true" }, say(`page_outcome_${clause.mark}`)),
      h("span", { class: "cc-clause-sub" }, say(clause.result)),
      shareBar(clause)
    ),
    clause.affected > 0 ? h(
      "span",
      { class: `cc-affected cc-aff-${clause.outcome}` },
      h("b", {}, people(clause.affected)),
      ` ${say("page_people_unit")}`
    ) : null
  );
  return h("li", { class: open ? "cc-open" : null }, button, open ? detail(clause) : null);
}
function everyoneRow() {
  const all = everyone();
  if (!all) return null;
  const open = state.clause === EVERYONE;
  return h(
    "div",
    { class: `cc-everyone${open ? " cc-open" : ""}` },
    h(
      "button",
      { type: "button", class: "cc-clause", "data-cc": "everyone", "aria-expanded": String(open), onclick: () => chooseClause(EVERYONE, true) },
      badge("FAIL"),
      h(
        "span",
        { class: "cc-clause-main" },
        h("span", { class: "cc-clause-title" }, say(all.title)),
        h("span", { class: "cc-clause-sub" }, say("page_everyone_says"))
      ),
      all.people ? h("span", { class: "cc-affected cc-aff-FAIL" }, h("b", {}, people(headline())), ` ${say("page_people_unit")}`) : null
    ),
    open ? allGaps() : null
  );
}
function showClauses() {
  const box = byId("cc-verdicts"), heading = h("h2", {}, say("page_clauses", { n: page.order.length }));
  const list = (indices) => h(
    "ol",
    { class: "cc-clauses" },
    indices.map((index) => clauseRow(page.clauses[index], index))
  );
  if (page.order.length <= 8) {
    replaceChildren(box, everyoneRow(), heading, list(page.order));
    return;
  }
  const open = new Set(
    [...box.querySelectorAll("details.cc-group")].filter((d) => d.open).map((d) => d.dataset.outcome)
  );
  const first2 = !box.querySelector("details.cc-group");
  replaceChildren(
    box,
    everyoneRow(),
    heading,
    OUTCOMES.map((outcome) => {
      const indices = page.order.filter((i) => page.clauses[i].outcome === outcome);
      const shown = indices.includes(state.clause) || (first2 ? outcome === "FAIL" : open.has(outcome));
      return indices.length ? h(
        "details",
        { class: "cc-group", "data-outcome": outcome, open: shown },
        h("summary", {}, badge(outcome, true), h("b", {}, indices.length)),
        list(indices)
      ) : null;
    })
  );
}
function openGroup(outcome) {
  const group = first(`.cc-group[data-outcome=${outcome}]`);
  if (group) group.open = true;
  const target = group || first(`.cc-clause[data-outcome=${outcome}]`);
  if (target) target.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}
function chooseClause(index, toggle) {
  state.clause = index;
  state.focus = null;
  rankingState.all = false;
  state.way = null;
  closeWhy();
  showControl();
  showSwipe();
  redraw();
  showLegend();
  showClauses();
  showWhatIf();
  flyTo(clauseNow());
  if (!toggle) return;
  const row2 = first(index === EVERYONE ? "#cc-verdicts [data-cc=everyone]" : `#cc-verdicts [data-rule="${CSS.escape(page.clauses[index].rule)}"]`);
  row2.focus({ preventScroll: true });
  row2.scrollIntoView({ block: "nearest" });
}
function zoomToArea(a) {
  const shapes2 = areaShapes();
  state.focus = a;
  if (emptyShape(shapes2, a)) return;
  const b = shapes2.boxes.subarray(a * 4, a * 4 + 4);
  showMap();
  map.fitBounds(
    [
      [latOf(b[3]), lonOf(b[0])],
      [latOf(b[1]), lonOf(b[2])]
    ],
    { ...room(), maxZoom: 14, animate: !calm }
  );
  redraw("lines");
}
function zoomToFacility(i) {
  const f = facilities();
  if (!f.placed[i]) return;
  showMap();
  map.setView([latOf(f.y[i]), lonOf(f.x[i])], Math.max(map.getZoom(), fitZoom() + 2), { animate: !calm });
}

// map/page/src/view/gaps.js
var behind = () => page.clauses.map((clause, index) => ({ clause, index })).filter(({ clause }) => clause.outcome === "FAIL").sort((a, b) => b.clause.affected - a.clause.affected);
function allGaps() {
  const all = everyone();
  return h(
    "div",
    { class: "cc-detail" },
    h("p", { class: "cc-reason" }, say("page_everyone_counts")),
    all.units.length ? h("p", { class: "cc-small" }, say("page_units_shown", { n: all.units.length })) : null,
    ranking(all, false),
    h(
      "section",
      {},
      h("h3", {}, say("page_everyone_from")),
      h(
        "ul",
        { class: "cc-from" },
        behind().map(
          ({ clause, index }) => h(
            "li",
            {},
            h("button", { type: "button", class: "cc-area", onclick: () => chooseClause(index, true) }, say(clause.title)),
            h("b", {}, clause.affected > 0 ? people(clause.affected) : "")
          )
        )
      )
    )
  );
}

// map/page/src/view/detail.js
var fact = (key, value, hint) => value ? h("div", {}, h("dt", {}, say(key)), h("dd", {}, value, hint ? h("small", {}, hint) : null)) : null;
var listed = (key, items) => items.length ? h(
  "details",
  { class: "cc-more" },
  h("summary", {}, say(key, { n: items.length })),
  h(
    "ul",
    {},
    items.map((i) => h("li", {}, i))
  )
) : null;
var margined = (shown) => shown.startsWith("-") ? fact("page_short", shown.slice(1)) : fact("page_margin", shown);
var FLIPS = { FAIL: "page_flip", NOT_ASSESSED: "page_flip_open" };
function detail(clause, whole = rankingState.all) {
  return h(
    "div",
    { class: "cc-detail" },
    h(
      "blockquote",
      {},
      h("p", { lang: /[\u3400-\u9fff]/.test(clause.quote) ? "zh-CN" : "en" }, clause.quote),
      h(
        "cite",
        {},
        say(clause.cited),
        " · ",
        say(clause.modality),
        clause.softeners.length ? ` · ${clause.softeners.join("、")}` : ""
      )
    ),
    clause.mark === clause.outcome ? null : h("p", { class: "cc-state-line" }, badge(clause.mark), say(`page_state_${clause.mark}`)),
    clause.reason ? h("p", { class: "cc-reason" }, say(clause.reason)) : null,
    h(
      "dl",
      { class: "cc-facts" },
      fact("page_observed", say(clause.observed)),
      fact("page_target", say(clause.target), say(clause.targetSource)),
      margined(say(clause.margin)),
      clause.flip ? fact(FLIPS[clause.outcome] || "page_flip_other", say(clause.flip)) : null
    ),
    clause.onTrack ? h("p", { class: "cc-track" }, say(clause.onTrack)) : null,
    changed() ? null : clause.stands.map((s) => h("p", { class: "cc-alternatives" }, say(s))),
    byRoad(clause),
    clause.alternatives.length ? h("p", { class: "cc-alternatives" }, clause.alternatives.map((a) => say(a)).join(said.language === "zh" ? "；" : "; ")) : null,
    changed() && clause.people && clause.query !== null ? h("p", { class: "cc-trying" }, say("page_whatif_banner")) : null,
    ledgerBar(clause),
    ranking(clause, whole),
    counties(clause),
    units(clause),
    listed(
      "page_missing",
      clause.missing.map((m) => say(m))
    ),
    listed(
      "page_assumptions",
      clause.assumptions.map((m) => say(m))
    ),
    clause.contradicts.length ? h("p", { class: "cc-contradicts" }, say("page_contradicts", { rules: clause.contradicts.join(said.language === "zh" ? "、" : ", ") })) : null
  );
}
function showDetail() {
  const clause = clauseNow(), box = first(".cc-open > .cc-detail");
  if (clause && box) box.replaceWith(clause.everyone ? allGaps() : detail(clause));
}
function byRoad(clause) {
  if (!clause.byRoad) return null;
  const line = (key, share2, kind) => h(
    "div",
    { class: `cc-versus-${kind}` },
    h("span", {}, say(key)),
    h("span", { class: "cc-bar" }, h("i", { style: `width:${(share2 || 0) * 100}%` })),
    h("b", {}, percent(share2))
  );
  return h(
    "section",
    { class: "cc-versus" },
    h("h3", {}, say("page_versus")),
    line("page_on_paper", clause.share, "paper"),
    line("page_by_road", clause.byRoad.observed, "road"),
    clause.byRoad.paperOnly > 0 ? h("p", {}, say("page_paper_only", { n: people(clause.byRoad.paperOnly) })) : null
  );
}
var PARTS = ["covered", "not_covered", "unreachable", "cut_off", "unsnapped", "closed", "no_data"];
function ledgerBar(clause) {
  const l = changed() && aboutReach(clause) ? liveClause(clause).ledger : clause.ledger;
  if (!l) return null;
  const scope = PARTS.reduce((sum3, part) => sum3 + (l[part] || 0), 0);
  return h(
    "section",
    { class: "cc-ledger", "data-cc": "clause-ledger" },
    h("h3", {}, say("page_ledger")),
    scope > 0 ? h(
      "div",
      { class: "cc-stack", "aria-hidden": "true" },
      PARTS.filter((part) => l[part] > 0).map(
        (part) => h("i", { class: `cc-part-${part}`, style: `flex:${l[part] / scope}` })
      )
    ) : null,
    h(
      "table",
      {},
      h(
        "tbody",
        {},
        [...PARTS, "outside"].filter((part) => l[part] > 0 || part === "covered" || part === "not_covered").map(
          (part) => h(
            "tr",
            {},
            h(
              "th",
              { scope: "row" },
              h("i", { class: `cc-dot cc-part-${part}`, "aria-hidden": "true" }),
              say(`page_part_${part}`)
            ),
            h("td", {}, people(l[part])),
            h("td", {}, part === "outside" || !scope ? "" : percent(l[part] / scope))
          )
        ),
        h(
          "tr",
          { class: "cc-total" },
          h("th", { scope: "row" }, say("page_part_total")),
          h("td", {}, people(l.total)),
          h("td", {}, "")
        )
      )
    )
  );
}
function counties(clause) {
  if (!clause.counties.length) return null;
  const number = (n) => n === null ? "" : n.toLocaleString("en", { maximumFractionDigits: 2 });
  const columns2 = ["county", "numerator", "denominator", "observed", "outcome"];
  return h(
    "section",
    { class: "cc-counties", "data-cc": "counties" },
    h("h3", {}, say("page_counties")),
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, columns2.map((c) => h("th", { scope: "col" }, say(`page_counties_${c}`))))),
      h(
        "tbody",
        {},
        clause.counties.map(
          (c) => h(
            "tr",
            {},
            h("th", { scope: "row" }, c.name),
            h("td", {}, number(c.numerator)),
            h("td", {}, number(c.denominator)),
            h("td", {}, say(c.observed)),
            h("td", {}, say(c.said))
          )
        )
      )
    )
  );
}
function units(clause) {
  const bad = clause.units.filter((u) => u.outcome === "FAIL"), surplus = clause.units.filter((u) => u.state === "surplus"), waived = clause.units.filter((u) => u.outcome === "WAIVED"), unsure = clause.units.filter((u) => u.outcome === "NOT_ASSESSED");
  const line = (u) => h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: "cc-area",
        disabled: u.area < 0 && u.facility < 0,
        onclick: () => u.area >= 0 ? zoomToArea(u.area) : zoomToFacility(u.facility)
      },
      u.name
    ),
    h(
      "span",
      {},
      say(u.observed),
      u.residents ? ` · ${people(u.residents)} ${say("page_people_unit")}` : "",
      u.waived ? ` · ${say(u.waived)}` : ""
    )
  );
  const group = (key, list, open) => list.length ? h(
    "details",
    { class: "cc-more", open },
    h("summary", {}, say(key, { n: list.length })),
    h("ul", { class: "cc-units" }, list.map(line))
  ) : null;
  return [
    group("page_units_fail", bad, bad.length <= 12),
    group("page_units_surplus", surplus, surplus.length <= 12),
    group("page_units_unsure", unsure, false),
    group("page_units_waived", waived, false)
  ];
}
function showSources() {
  const l = page.ledger, s = page.study;
  const item = (key, n) => h("div", {}, h("dt", {}, say(key)), h("dd", {}, people(n)));
  replaceChildren(
    byId("cc-sources"),
    h(
      "section",
      { "data-cc": "ledger" },
      h("h2", {}, say("page_inputs")),
      l ? [
        h(
          "dl",
          { class: "cc-account" },
          item("page_inputs_total", l.total),
          item("page_inputs_inside", l.inside),
          item("page_inputs_outside", l.outside),
          item("page_inputs_no_data", l.no_data)
        ),
        h("p", { class: "cc-small" }, say("page_inputs_balance"))
      ] : h("p", {}, say("page_inputs_none")),
      page.beside.map((line) => h("p", { class: "cc-small" }, say(line)))
    ),
    h(
      "section",
      {},
      h("h2", {}, say("page_sources")),
      h(
        "ul",
        { class: "cc-small" },
        s.attributions.map((a) => h("li", {}, a))
      ),
      s.mapNumber ? h("p", { class: "cc-small" }, say("page_map_number", { number: s.mapNumber })) : null,
      page.findings.length ? listed(
        "page_findings",
        page.findings.map((f) => say(f))
      ) : null,
      page.simplified.map((line) => h("p", { class: "cc-small" }, say(line))),
      h("p", { class: "cc-small" }, say("page_limits")),
      h(
        "p",
        { class: "cc-small cc-made" },
        say("page_made", { version: s.version, date: s.created, hash: s.hash })
      )
    )
  );
}

// map/page/src/view/repaint.js
var painted = { rule: null, versions: [], codes: null, fills: "", closed: /* @__PURE__ */ new Set() };
var shownQueries = (clause) => [clause.query, clause.road].filter((number) => number !== null);
function remember(clause) {
  painted.rule = clause.rule;
  painted.versions = shownQueries(clause).map((number) => liveQuery(number).version);
  painted.codes = codesOf(clause).slice();
  painted.fills = fillsOf(clause);
  painted.closed = new Set(scenario.closed);
}
function fillsOf(clause) {
  if (!page.levels.some((l) => l.id === state.shading)) return "";
  const s = sums(clause);
  return [...s.scope].map((n, a) => n > 0 ? shareClass(s.covered[a] / n) : "-").join("");
}
function rowsSince(clause) {
  if (painted.rule !== clause.rule || swipe.kind) return null;
  const steps = shownQueries(clause).map((number, k) => liveQuery(number).since(painted.versions[k]));
  return steps.includes(null) ? null : steps.flat(2);
}
function boxOf(rows, { x, y, placed } = demand()) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const i of rows) {
    if (!placed[i]) continue;
    box[0] = Math.min(box[0], x[i]);
    box[1] = Math.min(box[1], y[i]);
    box[2] = Math.max(box[2], x[i]);
    box[3] = Math.max(box[3], y[i]);
  }
  return box[0] <= box[2] ? box : null;
}
function repaint() {
  const clause = clauseNow();
  if (!clause || !aboutReach(clause)) return;
  const rows = rowsSince(clause), codes2 = codesOf(clause);
  if (!rows) redraw("shade", "gap");
  else {
    const turned = boxOf(clause.road === null ? rows.filter((i) => codes2[i] !== painted.codes[i]) : rows), all = boxOf(rows);
    if (turned) layers.gap.redraw(turned, BIN + MOST_RADIUS + 4);
    if (page.levels.some((l) => l.id === state.shading)) {
      if (fillsOf(clause) !== painted.fills) redraw("shade");
    } else if (state.shading === "people" && all) layers.shade.redraw(all, 40);
    else if (state.shading !== "surface" && state.shading !== "none") redraw("shade");
  }
  if (clause.radius) redraw("circles");
  const flipped = [...scenario.closed].filter((i) => !painted.closed.has(i)), opened = [...painted.closed].filter((i) => !scenario.closed.has(i)), marks = boxOf([...flipped, ...opened], facilities());
  if (marks) layers.facilities.redraw(marks, MOST_MARK);
  remember(clause);
}
function warmUp() {
  const clause = clauseNow();
  if (!state.trying || !hasWays() || !clause || !aboutReach(clause)) return;
  for (const number of shownQueries(clause)) {
    liveQuery(number);
    if (page.queries[number].metric !== "straight_m") pieceGrid(network(page.queries[number].mode));
  }
  liveClause(clause);
  remember(clause);
}
var pending = 0;
function after() {
  repaint();
  showMarkers();
  showTrial(false);
  window.clearTimeout(pending);
  pending = window.setTimeout(() => {
    const clause = clauseNow();
    if (!clause || !aboutReach(clause)) redraw();
    showTrial(true);
    showDetail();
    showLegend();
  }, 150);
}

// map/page/src/view/marks.js
var ROAD_WIDTH = [2.2, 1.7, 1.2, 0.8, 0.6, 0.5];
var SHARE_LINES = [0, 13, 9, 6, 3.5];
var shareClass = (share2) => page.palette.shares.findIndex((c) => share2 >= c.from);
var shareColour = (share2) => page.palette.shares[shareClass(share2)].colour;
var BIN = 22;
var MOST_RADIUS = 26;
function gapBins(view, clause) {
  const d = demand(), codes2 = codesOf(clause, view.basis), bins = /* @__PURE__ */ new Map(), around = BIN + MOST_RADIUS, [west, north, east, south] = view.clip.map((v, k) => v + (k < 2 ? -around : around));
  if (!d || !codes2) return [];
  for (let i = 0; i < d.n; i++) {
    const code = codes2[i];
    if (code === OUTSIDE || code === COVERED && clause.road === null) continue;
    const px = d.x[i] * view.scale - view.left, py = d.y[i] * view.scale - view.top;
    if (px < west || px > east || py < north || py > south || !d.placed[i] || !(d.residents[i] > 0)) continue;
    const kind = code === COVERED ? paperOnly(clause, codes2, i, view.basis) ? 3 : -1 : code === NOT_COVERED ? 0 : code === UNREACHABLE ? 1 : 2;
    if (kind < 0) continue;
    const gx = d.x[i] * view.scale, gy = d.y[i] * view.scale;
    const key = (Math.floor(gx / BIN) * 4194304 + Math.floor(gy / BIN)) * 4 + kind;
    const bin = bins.get(key) || { kind, people: 0, x: 0, y: 0 };
    bin.people += d.residents[i];
    bin.x += gx * d.residents[i];
    bin.y += gy * d.residents[i];
    bins.set(key, bin);
  }
  return [...bins.values()].map((b) => ({
    kind: b.kind,
    people: b.people,
    x: b.x / b.people - view.left,
    y: b.y / b.people - view.top
  })).sort((a, b) => b.people - a.people);
}
function crowdsOf(d, squares) {
  const box = boxOf(d.placed.keys(), d);
  if (!box) return [];
  const [west, north] = [box[0], box[1]].map((v) => Math.floor(v * squares)), wide = Math.floor(box[2] * squares) - west + 1, high = Math.floor(box[3] * squares) - north + 1, few = wide * high < 1e6, bins = few ? new Float64Array(wide * high) : /* @__PURE__ */ new Map();
  for (let i = 0; i < d.n; i++) {
    if (!d.placed[i]) continue;
    const key = (Math.floor(d.y[i] * squares) - north) * wide + Math.floor(d.x[i] * squares) - west;
    if (few) bins[key] += d.residents[i];
    else bins.set(key, (bins.get(key) || 0) + d.residents[i]);
  }
  return Float64Array.from(bins.values()).filter((n) => n > 0).sort();
}
var gapScale = /* @__PURE__ */ (() => {
  const kept2 = /* @__PURE__ */ new Map();
  return (zoom) => {
    if (!kept2.has(zoom)) {
      const crowds = demand() ? crowdsOf(demand(), map.options.crs.scale(zoom) / BIN) : [];
      kept2.set(zoom, BIN * 0.56 / Math.sqrt(Math.max(crowds[Math.floor(crowds.length * 0.96)] || 1, 1)));
    }
    return kept2.get(zoom);
  };
})();
var gapRadius = (count, zoom) => Math.min(MOST_RADIUS, Math.max(1.7, Math.sqrt(count) * gapScale(zoom)));
var discs = [];
var drawnDiscs = () => discs;
function drawGap(ctx, view) {
  const clause = view.clause;
  if (!clause || !view.on.gap) return false;
  const whole = view.clip[0] === 0 && view.clip[2] === view.width;
  if (whole) discs.length = 0;
  const { x: left, y: top } = map.getPixelOrigin();
  for (const bin of gapBins(view, clause)) {
    const r = gapRadius(bin.people, view.zoom);
    if (bin.x < -r || bin.y < -r || bin.x > view.width + r || bin.y > view.height + r) continue;
    if (whole) discs.unshift({ ...bin, r, x: bin.x + view.left - left, y: bin.y + view.top - top });
    gapMark(ctx, bin.kind, bin.x, bin.y, r);
  }
}
function gapMark(ctx, kind, x, y, r) {
  ctx.lineWidth = 1;
  if (kind === 2) {
    ctx.fillStyle = sheer(page.palette.white, 0.75);
    ctx.fillRect(x - r, y - r, 2 * r, 2 * r);
    ctx.strokeStyle = page.palette.gapUnsure;
    ctx.lineWidth = 1.4;
    ctx.setLineDash([3, 2]);
    ctx.strokeRect(x - r, y - r, 2 * r, 2 * r);
    ctx.setLineDash([]);
    return;
  }
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 7);
  ctx.fillStyle = kind === 3 ? sheer(page.palette.paperOnly, 0.78) : sheer(page.palette.bad, 0.76);
  ctx.fill();
  ctx.strokeStyle = sheer(page.palette.white, 0.9);
  ctx.stroke();
  if (r < 3.2 || kind === 0) return;
  const d = r * 0.55;
  ctx.lineWidth = Math.max(1.2, r * 0.18);
  ctx.strokeStyle = page.palette.white;
  ctx.beginPath();
  if (kind === 1) {
    ctx.moveTo(x - d, y - d);
    ctx.lineTo(x + d, y + d);
    ctx.moveTo(x + d, y - d);
    ctx.lineTo(x - d, y + d);
  } else {
    ctx.moveTo(x - d, y);
    ctx.lineTo(x + d, y);
  }
  ctx.stroke();
}
var MOST_MARK = 16;
function facilityMark(ctx, shape, x, y, r, status, colour, quiet = false) {
  ctx.beginPath();
  if (shape === "square") ctx.rect(x - r, y - r, 2 * r, 2 * r);
  else if (shape === "triangle") {
    ctx.moveTo(x, y - r * 1.35);
    ctx.lineTo(x + r * 1.3, y + r * 0.95);
    ctx.lineTo(x - r * 1.3, y + r * 0.95);
    ctx.closePath();
  } else if (shape === "diamond") {
    ctx.moveTo(x, y - r * 1.25);
    ctx.lineTo(x + r * 1.25, y);
    ctx.lineTo(x, y + r * 1.25);
    ctx.lineTo(x - r * 1.25, y);
    ctx.closePath();
  } else ctx.arc(x, y, r, 0, 7);
  ctx.lineJoin = "round";
  ctx.lineWidth = quiet ? 2.4 : 3.4;
  ctx.strokeStyle = page.palette.white;
  ctx.stroke();
  ctx.fillStyle = status === "open" && !quiet ? colour : page.palette.white;
  ctx.fill();
  ctx.lineWidth = quiet ? 1.2 : 1.5;
  ctx.strokeStyle = colour;
  if (status === "planned") ctx.setLineDash([2.5, 2]);
  ctx.stroke();
  ctx.setLineDash([]);
  if (r < 5) return;
  ctx.strokeStyle = status === "open" ? page.palette.white : colour;
  ctx.lineWidth = 1.6;
  ctx.beginPath();
  const d = r * 0.5, cy = shape === "triangle" ? y + r * 0.25 : y;
  if (status === "closed") {
    ctx.moveTo(x - r, y + r);
    ctx.lineTo(x + r, y - r);
  } else {
    ctx.moveTo(x - d, cy);
    ctx.lineTo(x + d, cy);
    ctx.moveTo(x, cy - d);
    ctx.lineTo(x, cy + d);
  }
  ctx.stroke();
}

// map/page/src/view/lanes.js
var MOST2 = 8;
var shapes = once(() => openShapes(page.lanes.shapes));
var hasLanes = () => Boolean(page.lanes);
var laneGroups = () => page.lanes ? page.lanes.groups : [];
function pen(ctx) {
  ctx.strokeStyle = page.palette.lanes;
  ctx.lineJoin = ctx.lineCap = "round";
}
function groupMark(ctx, x, y, r) {
  pen(ctx);
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 7);
  ctx.fillStyle = sheer(page.palette.white, 0.7);
  ctx.fill();
  ctx.lineWidth = 2.2;
  ctx.stroke();
}
function laneMark(ctx, x) {
  pen(ctx);
  ctx.lineWidth = 2.6;
  ctx.setLineDash([5, 4]);
  ctx.beginPath();
  ctx.moveTo(2, x);
  ctx.lineTo(2 * x - 2, x);
  ctx.stroke();
}
function drawLanes(ctx, view) {
  if (!page.lanes || !view.on.lanes) return false;
  const lines2 = shapes();
  for (const [colour, wide, dash] of [
    [sheer(page.palette.white, 0.85), 5, []],
    [page.palette.lanes, 2.6, [6, 5]]
  ]) {
    pen(ctx);
    ctx.strokeStyle = colour;
    ctx.lineWidth = wide;
    ctx.setLineDash(dash);
    ctx.beginPath();
    for (let f = 0; f < lines2.n; f++) if (seen(view, lines2, f)) trace(ctx, view, lines2, f);
    ctx.stroke();
  }
  ctx.setLineDash([]);
  for (const group of [...laneGroups()].reverse())
    groupMark(ctx, ...pixel(view, group), Math.max(4, gapRadius(group.residents, view.zoom) * 0.8));
}
function lanesLegend(view, mark, row2, goTo2) {
  if (!page.lanes || !view.on.lanes) return [];
  const { groups, verdicts, residents, metres: length } = page.lanes, one = (group) => say("page_lanes_one", { n: people(group.residents), minutes: minutes(group.minutes), length: metres(group.metres) });
  return [
    h("h3", {}, say("page_layer_lanes")),
    h(
      "ul",
      {},
      row2(mark(laneMark), say("page_lanes_line", { length: metres(length) })),
      row2(mark((ctx, c) => groupMark(ctx, c, c, 6)), say("page_lanes_group", { n: people(residents) }))
    ),
    h(
      "ul",
      { class: "cc-places" },
      groups.slice(0, MOST2).map(
        (group) => h("li", {}, h("button", { type: "button", class: "cc-area", onclick: () => goTo2(group) }, one(group)))
      )
    ),
    groups.length > MOST2 ? h("p", { class: "cc-legend-note" }, say("page_lanes_more", { n: groups.length - MOST2 })) : null,
    verdicts.length ? [h("h3", {}, say("page_lanes_verdicts")), h("ul", { class: "cc-places" }, verdicts.map((v) => h("li", {}, say(v))))] : null
  ];
}

// map/page/src/view/legend.js
function swatch(style) {
  return h("span", { class: "cc-swatch", style, "aria-hidden": "true" });
}
function markSwatch(draw, size = 22) {
  const ratio = 2, canvas = h("canvas", {
    class: "cc-mark",
    width: size * ratio,
    height: size * ratio,
    style: `width:${size}px;height:${size}px`,
    "aria-hidden": "true"
  });
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  draw(ctx, size / 2);
  return canvas;
}
var row = (mark, text) => h("li", {}, mark, h("span", {}, text));
var ruledStyle = (gap, paper) => paper && gap ? `;background-image:repeating-linear-gradient(0deg,${sheer(page.palette.ink, 0.5)} 0 .8px,transparent .8px ${gap}px)` : "";
function ramp(colours2, edges, gaps2 = [], paper = false) {
  return h(
    "div",
    { class: "cc-ramp", role: "img", "aria-label": edges.join(" ") },
    colours2.map(
      (colour, i) => h(
        "span",
        {},
        h("i", { style: `background-color:${colour}${ruledStyle(gaps2[i], paper)}` }),
        i < edges.length ? h("b", { class: edges[i].endsWith("*") ? "cc-at" : null }, edges[i].replace("*", "")) : null
      )
    )
  );
}
function hasUnknown(clause, level) {
  const s = sums(clause);
  return s.scope.some(
    (n, a) => n > 0 && page.areas.level[a] === level.index && !(n - s.no_data[a] - s.unsnapped[a] > 0)
  );
}
function shadeLegend(clause, view) {
  const plain2 = (colour, key) => h("ul", {}, row(swatch(`background:${colour}`), say(key)));
  const hatched2 = h(
    "ul",
    {},
    row(
      swatch(`background:repeating-linear-gradient(135deg,${page.palette.white} 0 3px,${page.palette.unknown} 3px 4.4px)`),
      say("page_unknown")
    )
  );
  if (view.shading === "none") return [];
  if (CELL_SHADES[view.shading]) return CELL_SHADES[view.shading].legend(clause);
  if (view.shading === "surface" || view.shading === "people") {
    if (!clause.limitQuery || view.shading === "surface" && clause.surface === null) return [];
    const far = page.queries[clause.query].unit === "m", shown2 = (v) => far ? Math.round(v / 10) / 100 : Math.round(v * 10) / 10;
    const edges = page.numbers.timeBreaks.map((ratio, i) => `${shown2(clause.limitQuery * ratio)}${i === 2 ? "*" : ""}`);
    return [
      h(
        "h3",
        {},
        say(view.shading === "surface" ? "page_legend_surface" : "page_legend_people", {
          unit: say(far ? "page_km" : "page_min")
        })
      ),
      ramp(page.palette.times, edges),
      view.shading === "people" ? plain2(page.palette.unknown, "page_unknown") : plain2(page.palette.land, "page_no_way")
    ];
  }
  if (clause.people) {
    const level = page.levels.find((l) => l.id === view.shading);
    return [
      h("h3", {}, say("page_legend_share", { level: say(`page_level_${level.id}`) })),
      ramp(page.palette.shares.map((c) => c.colour).reverse(), ["50%", "80%", "95%", "100%"], [...SHARE_LINES].reverse(), view.paper),
      hasUnknown(clause, level) ? hatched2 : null,
      sums(clause).scope.some((n, a) => !(n > 0) && page.areas.level[a] === level.index) ? plain2(page.palette.unasked, "page_part_outside") : null
    ];
  }
  if (!clause.units.some((u) => u.area >= 0)) return [];
  const shown = ["FAIL", "PASS", "WAIVED"].filter((o) => clause.units.some((u) => u.outcome === o));
  return [
    h("h3", {}, say("page_legend_units")),
    h(
      "ul",
      {},
      shown.map((o) => row(swatch(`background:${page.palette.outcomes[o]}`), say(`page_unit_${o}`)))
    ),
    clause.units.some((u) => u.outcome === "NOT_ASSESSED") ? hatched2 : null
  ];
}
function gapLegend(clause, view) {
  if (!clause.people || !view.on.gap || !page.demand) return [];
  const zoom = map.getZoom(), k = gapScale(zoom);
  const round = (n) => {
    const p = Math.pow(10, Math.floor(Math.log10(n)));
    return Math.max(1, Math.round(n / p) * p);
  };
  const sizes = [...new Set([5, 10, 18].map((r) => round((r / k) ** 2)))];
  const codes2 = sums(clause), any = (name) => codes2[name].some((v) => v > 0);
  const kinds = [
    [0, "page_gap_beyond", any("not_covered")],
    [1, "page_gap_no_way", any("unreachable")],
    [2, "page_gap_unknown", any("no_data") || any("unsnapped")],
    [3, "page_gap_paper", clause.road !== null]
  ];
  return [
    h("h3", {}, say("page_legend_gap")),
    h(
      "div",
      { class: "cc-sizes" },
      sizes.map((n) => {
        const r = gapRadius(n, zoom);
        return h(
          "span",
          {},
          markSwatch((ctx, c) => gapMark(ctx, 0, c, c, r), Math.ceil(2 * r + 4)),
          people(n)
        );
      })
    ),
    h(
      "ul",
      {},
      kinds.filter((k3) => k3[2]).map(
        ([kind, key]) => row(
          markSwatch((ctx, c) => gapMark(ctx, kind, c, c, 7.5)),
          say(key)
        )
      )
    )
  ];
}
function facilityLegend(clause, view) {
  const rows = [], seenKinds = /* @__PURE__ */ new Set();
  const f = page.facilities;
  if (view.on.asked)
    for (const i of clause.asked) {
      const category = page.categories[f.category[i]];
      if (seenKinds.has(category.id)) continue;
      seenKinds.add(category.id);
      rows.push(
        row(
          markSwatch((ctx, c) => facilityMark(ctx, category.shape, c, c, 6, "open", page.palette.asked)),
          say(category)
        )
      );
    }
  if (clause.radius && view.on.circles)
    rows.push(
      row(
        h("span", { class: "cc-ring", "aria-hidden": "true" }),
        say("page_circle", { distance: metres(clause.radius) })
      )
    );
  if (view.on.others)
    rows.push(
      row(
        markSwatch((ctx, c) => facilityMark(ctx, "circle", c, c, 2.6, "open", page.palette.facility)),
        say("page_layer_others")
      )
    );
  return rows.length ? [h("h3", {}, say("page_legend_facilities")), h("ul", {}, rows)] : [];
}
var overlayButton = (o) => h("button", { type: "button", class: "cc-area", onclick: () => goToOverlay(o) }, overlayText(o));
var listedOverlays = (places, mark) => h("ul", { class: "cc-places" }, places.slice(0, 8).map((o) => row(mark(o), overlayButton(o))));
function overlayLegend(clause, view) {
  const found = [];
  if (view.on.units && failing(clause).length)
    found.push(h("ul", {}, row(swatch(`background:repeating-linear-gradient(135deg,${page.palette.white} 0 5px,${page.palette.unitFail} 5px 6.2px);box-shadow:inset 0 0 0 1.8px ${page.palette.bad}`), say("page_units_shown", { n: failing(clause).length }))));
  for (
    const [surplus, key] of
    /** @type {[boolean, string][]} */
    [[true, "page_unit_surplus"], [false, "page_unknown"]]
  ) {
    const n = view.on.units ? signed(clause).filter((u) => u.state === "surplus" === surplus).length : 0;
    if (n) found.push(h("ul", {}, row(markSwatch((ctx, c) => unitMark(ctx, surplus, c, c)), `${say(key)} · ${n}`)));
  }
  if (view.on.islands) {
    const { query, count } = cutOff(clause), shown = Object.keys(count).filter((why) => count[why] > 0);
    found.push(
      h("h3", {}, say("page_layer_islands")),
      query === null ? h("p", { class: "cc-legend-note" }, say("page_islands_not_asked")) : h(
        "ul",
        {},
        shown.map((why) => row(markSwatch((ctx, c) => cutOffMark(ctx, why, c, c, 6)), say(`page_cut_${why}`, { n: people(count[why]) }))),
        shown.length ? null : h("li", {}, say("page_islands_none")),
        page.islands[query.mode] ? row(swatch(`background:${page.palette.white};box-shadow:none;border-radius:0;border-top:3px solid ${page.palette.cutOff.island};height:3px`), say("page_island_roads", { n: page.islands[query.mode].parts })) : null
      )
    );
  }
  if (view.on.candidates && placedSites().length)
    found.push(h("h3", {}, say("page_layer_candidates")), listedOverlays(placedSites(), (s) => markSwatch((ctx, c) => siteMark(ctx, s.kind, c, c, s.rank), 24)));
  if (view.on.findings && page.findings.length)
    found.push(
      h("h3", {}, say("page_layer_findings")),
      placedFindings().length ? listedOverlays(placedFindings(), (f) => markSwatch((ctx, c) => findingMark(ctx, f.level, c, c))) : h("p", { class: "cc-legend-note" }, say("page_findings_nowhere", { n: page.findings.length }))
    );
  return found;
}
function showLegend() {
  const box = byId("cc-legend"), view = look(), { clause } = view;
  replaceChildren(
    box,
    h("summary", {}, say("page_legend")),
    clause ? h(
      "div",
      { class: "cc-legend-body" },
      h("p", { class: "cc-legend-clause" }, say(clause.title), clause.rule ? h("small", {}, clause.rule) : null),
      gapLegend(clause, view),
      shadeLegend(clause, view),
      overlayLegend(clause, view),
      lanesLegend(view, markSwatch, row, goToOverlay),
      facilityLegend(clause, view)
    ) : null
  );
}

// map/page/src/view/access.js
var NOBODY = 255;
function colours(asked2) {
  const many = asked2.breaks.length + 1, all = page.palette.times, at = (k) => all[many < 2 ? 0 : Math.round(k * (all.length - 1) / (many - 1))];
  return Array.from({ length: many }, (_, k) => at(k));
}
function measureShade(asked2) {
  const classes = once(() => column(asked2.classes)), fills = colours(asked2), none = page.palette.times.length;
  return {
    has: () => true,
    draw(ctx, view) {
      const { residents } = demand(), code = classes();
      const classOf = (i) => code[i] === NOBODY || !(residents[i] > 0) ? -1 : code[i] === none ? fills.length : code[i];
      drawCells(ctx, view, classOf, [...fills, page.palette.bad]);
    },
    legend: () => [
      h("h3", {}, asked2.title[said.language]),
      ramp(asked2.more ? [...fills].reverse() : fills, asked2.breaks.map(String)),
      classes().includes(none) ? h("ul", {}, row(swatch(`background:${page.palette.bad}`), asked2.unreached[said.language])) : null
    ]
  };
}
function worstShade(asked2) {
  const worst = once(() => column(asked2.worst));
  return {
    has: () => true,
    draw(ctx, view) {
      const { residents } = demand(), marked = worst();
      drawCells(ctx, view, (i) => residents[i] > 0 ? marked[i] : -1, [page.palette.unasked, page.palette.bad]);
    },
    legend: () => [
      h("h3", {}, asked2.worstTitle[said.language]),
      h("ul", {}, row(swatch(`background:${page.palette.bad}`), asked2.worstSays[said.language])),
      ...asked2.worstGroups.map((text) => h("p", { class: "cc-legend-note" }, text[said.language])),
      h(
        "ul",
        { class: "cc-served", "data-cc": "worst" },
        asked2.places.map(([area, n]) => h("li", {}, h("span", {}, page.areas.names[area]), h("b", {}, people(n))))
      )
    ]
  };
}
function openAccess() {
  (page.access || []).forEach((asked2, k) => {
    CELL_SHADES[`access${k}`] = measureShade(asked2);
    CELL_SHADES[`worst${k}`] = worstShade(asked2);
  });
}

// map/page/src/view/find.js
var MOST_FOUND = 8;
var plain = (text) => text.normalize("NFKC").replace(/\s+/g, "").toLowerCase();
function findNames(text) {
  const wanted = plain(text), found = [];
  if (!wanted) return found;
  const look2 = (name, kind, index) => {
    const at = plain(name).indexOf(wanted);
    if (at >= 0) found.push({ name, kind, index, order: at === 0 ? 0 : 1 });
  };
  page.areas.names.forEach((name, a) => {
    if (page.areas.level[a] > 0) look2(name, "area", a);
  });
  page.facilities.names.forEach((name, i) => look2(name, "facility", i));
  return found.sort((a, b) => a.order - b.order || a.name.length - b.name.length).slice(0, MOST_FOUND);
}
function goTo(found) {
  closeFound();
  if (found.kind === "area") {
    zoomToArea(found.index);
    openVillage(found.index);
    return;
  }
  const f = facilities();
  if (!asked(clauseNow()).has(found.index)) {
    state.on.others = true;
    showControl();
  }
  zoomToFacility(found.index);
  redraw();
  openWhy(
    whyFacility(found.index),
    f.placed[found.index] ? null : h("p", { class: "cc-small" }, say("page_no_place"))
  );
}
function closeFound() {
  byId("cc-found").hidden = true;
}
function showFound() {
  const input = byId("cc-find"), list = byId("cc-found"), found = findNames(input.value);
  list.hidden = !input.value.trim();
  const where = (f) => f.kind === "area" ? say(`page_level_${["county", "town", "village"][page.areas.level[f.index]]}`) : say(page.categories[page.facilities.category[f.index]]);
  replaceChildren(
    list,
    found.map(
      (f) => h(
        "li",
        {},
        h("button", { type: "button", onclick: () => goTo(f) }, h("b", {}, f.name), h("small", {}, where(f)))
      )
    ),
    found.length ? null : h("li", { class: "cc-small" }, say("page_find_none"))
  );
}
function openFind() {
  const input = byId("cc-find");
  input.addEventListener("input", showFound);
  input.addEventListener("keydown", (event) => {
    const first2 = findNames(input.value)[0];
    if (event.key === "Enter" && first2) goTo(first2);
    if (event.key === "Escape") {
      input.value = "";
      showFound();
    }
  });
}

// map/page/src/view/locator.js
var EDGE2 = 7;
function showLocator() {
  const box = byId("cc-locator"), canvas = box.querySelector("canvas"), shapes2 = regionShape(), [west, north, east, south] = shapes2.boxes;
  box.hidden = map.getZoom() < fitZoom() + 0.4 || !(east > west);
  if (box.hidden) return;
  const scale = ((narrow() ? 66 : 112) - 2 * EDGE2) / Math.max(east - west, south - north), view = { scale, left: west * scale - EDGE2, top: north * scale - EDGE2 }, [wide, high] = [(east - west) * scale + 2 * EDGE2, (south - north) * scale + 2 * EDGE2].map(Math.ceil);
  canvas.width = wide * 2;
  canvas.height = high * 2;
  canvas.style.width = `${wide}px`;
  canvas.style.height = `${high}px`;
  const ctx = canvas.getContext("2d");
  ctx.scale(2, 2);
  ctx.beginPath();
  trace(ctx, view, shapes2, 0);
  ctx.fillStyle = page.palette.land;
  ctx.fill("evenodd");
  ctx.strokeStyle = page.palette.region;
  ctx.stroke();
  const world2 = map.options.crs.scale(map.getZoom()), seen2 = map.getPixelBounds(), at = (v, from) => v / world2 * scale - from, [x, y] = [at(seen2.min.x, view.left), at(seen2.min.y, view.top)], [w, t] = [(seen2.max.x - seen2.min.x) / world2 * scale, (seen2.max.y - seen2.min.y) / world2 * scale];
  ctx.fillStyle = sheer(page.palette.bad, 0.14);
  ctx.fillRect(x, y, w, t);
  ctx.strokeStyle = page.palette.bad;
  ctx.lineWidth = 1.6;
  ctx.strokeRect(x, y, w, t);
}
function openLocator(home) {
  byId("cc-locator").addEventListener("click", home);
  map.on("moveend zoomend", showLocator);
}

// map/page/src/view/print.js
function paintPaper() {
  const size = map.getSize(), paper = h("canvas", {
    id: "cc-paper",
    width: size.x * 2,
    height: size.y * 2,
    style: `width:${size.x}px;height:${size.y}px`
  }), ctx = paper.getContext("2d");
  ctx.scale(2, 2);
  if (basemapOn()) pasteTiles(ctx);
  for (const layer of Object.values(layers)) {
    const at = map.layerPointToContainerPoint(layer._bounds.min), wide = layer._bounds.getSize();
    ctx.drawImage(layer._container, at.x, at.y, wide.x, wide.y);
  }
  map.getContainer().append(paper);
}
function openPrint() {
  let seen2 = null;
  const reshape = () => {
    map.invalidateSize({ animate: false, pan: false });
    map.fitBounds(seen2, { animate: false });
    redraw();
  };
  window.addEventListener("beforeprint", () => {
    seen2 = map.getBounds();
    byId("cc-legend").open = true;
    document.body.dataset.printing = "yes";
    showAnnex();
    reshape();
    showLegend();
    showSheet();
    paintPaper();
  });
  window.addEventListener("afterprint", () => {
    byId("cc-paper").remove();
    delete document.body.dataset.printing;
    replaceChildren(byId("cc-annex"));
    reshape();
    showLegend();
  });
  byId("cc-print").addEventListener("click", () => window.print());
}
function showSheet() {
  const s = page.study, l = page.ledger, line = (...parts) => h("p", {}, parts.filter(Boolean).join(" · "));
  replaceChildren(
    byId("cc-sheet"),
    l ? line(
      say("page_sheet_ledger", {
        total: people(l.total),
        inside: people(l.inside),
        outside: people(l.outside),
        no_data: people(l.no_data)
      }),
      page.simplified.map((t) => say(t)).join(" · ")
    ) : null,
    line(
      s.notice ? say(s.notice) : null,
      s.mapNumber ? say("page_map_number", { number: s.mapNumber }) : null,
      s.attribution,
      basemapSource(),
      say("page_limits")
    ),
    line(
      s.attributions.join(" · "),
      say("page_made", { version: s.version, date: s.created, hash: s.hash }),
      say("page_see_annex")
    )
  );
}
function showAnnex() {
  const clause = clauseNow(), full = clause && !clause.everyone ? detail(clause, true) : null;
  if (full) for (const list of full.querySelectorAll("details")) list.open = true;
  replaceChildren(
    byId("cc-annex"),
    full ? [h("h2", {}, say("page_annex_clause", { rule: clause.rule, title: say(clause.title) })), full] : null,
    h("h2", {}, say("page_clauses", { n: page.order.length })),
    h(
      "table",
      { class: "cc-annex-clauses" },
      h(
        "tbody",
        {},
        page.order.map((i) => {
          const c = page.clauses[i];
          return h(
            "tr",
            {},
            h("th", { scope: "row" }, badge(c.mark, true), h("b", {}, c.rule), say(c.title), h("small", {}, say(c.result))),
            h("td", {}, c.affected > 0 ? `${people(c.affected)} ${say("page_people_unit")}` : "")
          );
        })
      )
    )
  );
}

// map/page/src/view/speak.js
function speak(language) {
  said.language = language;
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  said.listeners.forEach((listener) => listener());
}

// map/page/src/main.js
function fit() {
  flyToBox(null, { animate: false });
  standsFitted();
  flyTo(clauseNow(), { animate: false });
}
function start() {
  onChange(after);
  map.attributionControl && map.attributionControl.remove();
  map.getContainer().setAttribute("tabindex", "0");
  map.getContainer().setAttribute("role", "region");
  map.getContainer().dataset.say = "page_map";
  map.invalidateSize({ animate: false });
  state.clause = everyone() || !page.order.length ? EVERYONE : page.order[0];
  openAccess();
  settleShading(shadings(clauseNow()));
  openLayers();
  const scale = L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  scale.getContainer().setAttribute("data-cc", "scale");
  byId("cc-language").addEventListener("click", () => speak(said.language === "zh" ? "en" : "zh"));
  openSheets();
  byId("cc-home").addEventListener("click", () => {
    state.focus = null;
    flyToBox(null);
    redraw();
  });
  byId("cc-try").addEventListener("click", () => {
    state.trying = !state.trying;
    if (state.trying) makeWay();
    else arm(false);
    showWhatIf();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      arm(false);
      closeWhy();
      if (measure.on) toggleMeasure();
    }
  });
  byId("cc-measure").addEventListener("click", toggleMeasure);
  byId("cc-compare").addEventListener("click", toggleSwipe);
  map.getContainer().addEventListener("keydown", measureKey);
  for (const event of ["online", "offline"]) window.addEventListener(event, showControl);
  map.on("move", () => swipe.kind && redraw(...SIDED));
  map.getContainer().addEventListener("keydown", askByKey);
  const keyed = (event) => map.getContainer().classList.toggle("cc-keyed", event.type === "keyup");
  for (const event of ["keyup", "pointerdown"]) map.getContainer().addEventListener(event, keyed);
  openFind();
  openLocator(() => flyToBox(null));
  openPrint();
  map.on("click", (event) => {
    const over = overlayAt(event.containerPoint);
    if (measure.on) addMeasured(event.latlng);
    else if (over && !state.armed) openOverlay(over);
    else askWhy(event.latlng);
  });
  map.on("mousemove", hover);
  map.on("mouseout", () => {
    byId("cc-tip").hidden = true;
  });
  for (const id of ["cc-legend", "cc-layers"])
    byId(id).open = !narrow() && id === "cc-legend";
  fit();
  map.on("zoomend", showLegend);
  said.language = page.language;
  onLanguage(() => {
    showHead();
    showAnswer();
    showControl();
    showClauses();
    showSources();
    showFound();
    showSheet();
    showLegend();
    showWhatIf();
    showSwipe();
    showMeasure();
    closeWhy();
    for (
      const element of
      /** @type {NodeListOf<HTMLElement>} */
      document.querySelectorAll("[data-say]")
    )
      element.setAttribute("aria-label", say(element.dataset.say));
    for (const name of ["home", "print", "measure", "compare"])
      byId(`cc-${name}`).title = say(`page_${name}`);
    for (const way of ["in", "out"]) {
      const button = first(`.leaflet-control-zoom-${way}`);
      button.title = say(`page_zoom_${way}`);
      button.setAttribute("aria-label", button.title);
    }
    byId("cc-find").placeholder = say("page_find");
    first("#cc-north span").textContent = say("page_north");
    byId("cc-try").textContent = say("page_whatif_open");
    document.title = `${page.study.title} · ${say("page_name")}`;
  });
  begin();
  redraw();
  window.carecircle = hasWays() && page.kinds.length ? { map, explain, whatif } : { map, explain };
  document.body.dataset.ready = "yes";
}
function heldText(name) {
  const element = byId(`cc-block-${name}`);
  return element ? element.textContent : "";
}
openPage(JSON.parse(byId("cc-page").textContent), heldText);
openStage(leafletMap);
unpackFirst().then(start);
