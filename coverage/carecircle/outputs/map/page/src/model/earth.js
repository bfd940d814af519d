// The ground the study is measured on: its projection and distances on the ellipsoid, to a thousandth of a millimetre.

export const WGS84 = { a: 6378137, f: 1 / 298.257223563 };

export const RAD = Math.PI / 180;

/** Forward and inverse transverse Mercator by Krüger's series to the sixth order (L. Krüger 1912, C. Karney 2011). */
export function transverseMercator({ a, f, lon0, k0, x0, y0 }) {
  const n = f / (2 - f),
    e = Math.sqrt(f * (2 - f)),
    powers = [1, n, n ** 2, n ** 3, n ** 4, n ** 5, n ** 6];
  const radius = ((k0 * a) / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64 + n ** 6 / 256);
  const series = (table) => table.map((row, j) => row.reduce((sum, c, i) => sum + c * powers[j + 1 + i], 0));
  const alpha = series([
    [1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37800],
    [13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1983433 / 1935360],
    [61 / 240, -103 / 140, 15061 / 26880, 167603 / 181440],
    [49561 / 161280, -179 / 168, 6601661 / 7257600],
    [34729 / 80640, -3418889 / 1995840],
    [212378941 / 319334400],
  ]);
  const beta = series([
    [1 / 2, -2 / 3, 37 / 96, -1 / 360, -81 / 512, 96199 / 604800],
    [1 / 48, 1 / 15, -437 / 1440, 46 / 105, -1118711 / 3870720],
    [17 / 480, -37 / 840, -209 / 4480, 5569 / 90720],
    [4397 / 161280, -11 / 504, -830251 / 7257600],
    [4583 / 161280, -108847 / 3991680],
    [20648693 / 638668800],
  ]);
  const shift = (table, sign, xi, eta) => {
    let u = xi,
      v = eta;
    table.forEach((c, j) => {
      const k = 2 * (j + 1);
      u += sign * c * Math.sin(k * xi) * Math.cosh(k * eta);
      v += sign * c * Math.cos(k * xi) * Math.sinh(k * eta);
    });
    return [u, v];
  };
  return {
    forward(lon, lat) {
      const s = Math.sin(lat * RAD),
        t = Math.sinh(Math.atanh(s) - e * Math.atanh(e * s)),
        away = (lon - lon0) * RAD;
      const [xi, eta] = shift(
        alpha,
        1,
        Math.atan2(t, Math.cos(away)),
        Math.asinh(Math.sin(away) / Math.hypot(t, Math.cos(away))),
      );
      return [x0 + radius * eta, y0 + radius * xi];
    },
    inverse(x, y) {
      const [xi, eta] = shift(beta, -1, (y - y0) / radius, (x - x0) / radius);
      const goal = Math.sin(xi) / Math.hypot(Math.sinh(eta), Math.cos(xi));
      let tau = goal;
      for (let i = 0; i < 6; i++) {
        const root = Math.sqrt(1 + tau * tau),
          sigma = Math.sinh(e * Math.atanh((e * tau) / root));
        const now = tau * Math.sqrt(1 + sigma * sigma) - sigma * root;
        tau +=
          (((goal - now) / Math.sqrt(1 + now * now)) * (1 + (1 - e * e) * tau * tau)) / ((1 - e * e) * root);
      }
      return [lon0 + Math.atan2(Math.sinh(eta), Math.cos(xi)) / RAD, Math.atan(tau) / RAD];
    },
  };
}

/** Sums of powers of x: each row holds the factors of x^start, x^(start + 1), … */
const polynomial = (x, start, factors) => factors.reduceRight((sum, c) => sum * x + c, 0) * x ** start;

/**
 * Metres along the geodesic between two places: T. Vincenty's iteration (1975) with C. Karney's series to the
 * sixth order (2013, eqs. 17, 18, 24, 25) on WGS 84; right to a millionth of a millimetre over a county.
 */
export function geodesic(lon1, lat1, lon2, lat2) {
  const { a, f } = WGS84,
    b = a * (1 - f),
    n = f / (2 - f),
    L0 = (lon2 - lon1) * RAD;
  const u1 = Math.atan((1 - f) * Math.tan(lat1 * RAD)),
    u2 = Math.atan((1 - f) * Math.tan(lat2 * RAD)),
    s1 = Math.sin(u1),
    c1 = Math.cos(u1),
    s2 = Math.sin(u2),
    c2 = Math.cos(u2);
  let omega = L0;
  for (let i = 0; ; i++) {
    const so = Math.sin(omega),
      co = Math.cos(omega),
      sinSigma = Math.hypot(c2 * so, c1 * s2 - s1 * c2 * co);
    if (sinSigma === 0) return 0;
    const cosSigma = s1 * s2 + c1 * c2 * co,
      sigma = Math.atan2(sinSigma, cosSigma),
      sinAlpha = (c1 * c2 * so) / sinSigma,
      cos2Alpha = 1 - sinAlpha * sinAlpha,
      mid = cos2Alpha === 0 ? 0 : Math.acos(Math.max(-1, Math.min(1, cosSigma - (2 * s1 * s2) / cos2Alpha))),
      root = Math.sqrt(1 + (cos2Alpha * (a * a - b * b)) / (b * b)),
      e = (root - 1) / (root + 1);
    const waves = (factors) =>
      factors.reduce((sum, c, k) => sum + 2 * c * Math.cos((k + 1) * mid) * Math.sin((k + 1) * sigma), sigma);
    const A3 = polynomial(e, 0, [
      1,
      -(1 / 2 - n / 2),
      -(1 / 4 + n / 8 - (3 * n * n) / 8),
      -(1 / 16 + (3 * n) / 16 + (n * n) / 16),
      -(3 / 64 + n / 32),
      -3 / 128,
    ]);
    const C3 = [
      polynomial(e, 1, [
        1 / 4 - n / 4,
        1 / 8 - (n * n) / 8,
        3 / 64 + (3 * n) / 64 - (n * n) / 64,
        5 / 128 + n / 64,
      ]),
      polynomial(e, 2, [
        1 / 16 - (3 * n) / 32 + (n * n) / 32,
        3 / 64 - n / 32 - (3 * n * n) / 64,
        3 / 128 + n / 128,
      ]),
      polynomial(e, 3, [5 / 192 - (3 * n) / 64 + (5 * n * n) / 192]),
    ];
    const before = omega;
    omega = L0 + f * sinAlpha * A3 * waves(C3);
    if (Math.abs(omega - before) > 1e-15 && i < 60) continue;
    const A1 = polynomial(e, 0, [1, 0, 1 / 4, 0, 1 / 64, 0, 1 / 256]) / (1 - e);
    const C1 = [
      polynomial(e, 1, [-1 / 2, 0, 3 / 16, 0, -1 / 32]),
      polynomial(e, 2, [-1 / 16, 0, 1 / 32]),
      polynomial(e, 3, [-1 / 48, 0, 3 / 256]),
      polynomial(e, 4, [-5 / 512]),
    ];
    return b * A1 * waves(C1);
  }
}

/** An exactly rounded sum of doubles that may grow and shrink (J. Shewchuk 1997), as Python's math.fsum. */
export class ExactSum {
  constructor() {
    this.parts = [];
  }
  add(x) {
    const { parts } = this;
    let kept = 0;
    for (let k = 0; k < parts.length; k++) {
      let y = parts[k];
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y,
        low = y - (high - x);
      if (low) parts[kept++] = low;
      x = high;
    }
    parts.length = kept;
    parts.push(x);
  }
  value() {
    const { parts } = this;
    let n = parts.length,
      high = n ? parts[--n] : 0,
      low = 0;
    while (n > 0) {
      const x = high,
        y = parts[--n];
      high = x + y;
      low = y - (high - x);
      if (low) break;
    }
    if (n > 0 && ((low < 0 && parts[n - 1] < 0) || (low > 0 && parts[n - 1] > 0))) {
      const y = low * 2,
        x = high + y;
      if (y === x - high) high = x;
    }
    return high;
  }
}

export function exactSum(values) {
  const sum = new ExactSum();
  for (const x of values) sum.add(x);
  return sum.value();
}
