// The ground the study is measured on: its projection and distances on the ellipsoid, to a thousandth of a millimetre.

const WGS84 = { a: 6378137, f: 1 / 298.257223563 };
const RAD = Math.PI / 180;

/** Forward and inverse transverse Mercator by Krüger's series to the sixth order (L. Krüger 1912, C. Karney 2011). */
function transverseMercator({ a, f, lon0, k0, x0, y0 }) {
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

/** Metres along the geodesic between two places (T. Vincenty 1975, WGS 84). */
function geodesic(lon1, lat1, lon2, lat2) {
  const { a, f } = WGS84,
    b = a * (1 - f),
    L0 = (lon2 - lon1) * RAD;
  const u1 = Math.atan((1 - f) * Math.tan(lat1 * RAD)),
    u2 = Math.atan((1 - f) * Math.tan(lat2 * RAD));
  const s1 = Math.sin(u1),
    c1 = Math.cos(u1),
    s2 = Math.sin(u2),
    c2 = Math.cos(u2);
  let lambda = L0,
    sigma = 0,
    sinSigma = 0,
    cosSigma = 1,
    cos2Alpha = 1,
    cos2M = 0;
  for (let i = 0; i < 60; i++) {
    const sl = Math.sin(lambda),
      cl = Math.cos(lambda);
    sinSigma = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
    if (sinSigma === 0) return 0;
    cosSigma = s1 * s2 + c1 * c2 * cl;
    sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (c1 * c2 * sl) / sinSigma;
    cos2Alpha = 1 - sinAlpha * sinAlpha;
    cos2M = cos2Alpha === 0 ? 0 : cosSigma - (2 * s1 * s2) / cos2Alpha;
    const C = (f / 16) * cos2Alpha * (4 + f * (4 - 3 * cos2Alpha)),
      before = lambda;
    lambda =
      L0 + (1 - C) * f * sinAlpha * (sigma + C * sinSigma * (cos2M + C * cosSigma * (2 * cos2M * cos2M - 1)));
    if (Math.abs(lambda - before) < 1e-15) break;
  }
  const u = (cos2Alpha * (a * a - b * b)) / (b * b);
  const A = 1 + (u / 16384) * (4096 + u * (-768 + u * (320 - 175 * u))),
    B = (u / 1024) * (256 + u * (-128 + u * (74 - 47 * u)));
  const delta =
    B *
    sinSigma *
    (cos2M +
      (B / 4) *
        (cosSigma * (2 * cos2M * cos2M - 1) -
          (B / 6) * cos2M * (4 * sinSigma * sinSigma - 3) * (4 * cos2M * cos2M - 3)));
  return b * A * (sigma - delta);
}

/** The exactly rounded sum of doubles (J. Shewchuk 1997), as Python's math.fsum. */
function exactSum(values) {
  const parts = [];
  for (let x of values) {
    let kept = 0;
    for (let y of parts) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y,
        low = y - (high - x);
      if (low) parts[kept++] = low;
      x = high;
    }
    parts.length = kept;
    parts.push(x);
  }
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
