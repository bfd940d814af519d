// World coordinates: the whole of Mercator is the unit square, y grows southwards.

import { column } from './page.js';

/** World coordinates: the whole of Mercator is the unit square, y grows southwards. */
export const worldX = (lon) => (lon + 180) / 360;

export const worldY = (lat) => {
  const s = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
};

export const lonOf = (x) => x * 360 - 180;

export const latOf = (y) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

export function worldColumns(x, y) {
  const n = x.length,
    wx = new Float64Array(n),
    wy = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    wx[i] = worldX(x[i] / 1e6);
    wy[i] = worldY(y[i] / 1e6);
  }
  return { x: wx, y: wy, n };
}

/** Shapes of the block as {x, y, starts (of rings), first (ring of feature), boxes}. */
export function openShapes(coded) {
  const { x, y } = worldColumns(column(coded.x), column(coded.y));
  const lengths = column(coded.lengths),
    counts = column(coded.rings);
  const starts = new Uint32Array(lengths.length + 1),
    first = new Uint32Array(counts.length + 1);
  lengths.forEach((n, i) => {
    starts[i + 1] = starts[i] + n;
  });
  counts.forEach((n, i) => {
    first[i + 1] = first[i] + n;
  });
  const boxes = new Float64Array(counts.length * 4);
  for (let f = 0; f < counts.length; f++) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = starts[first[f]]; i < starts[first[f + 1]]; i++) {
      if (x[i] < box[0]) box[0] = x[i];
      if (x[i] > box[2]) box[2] = x[i];
      if (y[i] < box[1]) box[1] = y[i];
      if (y[i] > box[3]) box[3] = y[i];
    }
    boxes.set(box, f * 4);
  }
  return { x, y, starts, first, boxes, n: counts.length };
}

export const emptyShape = (shapes, f) => shapes.first[f] === shapes.first[f + 1];

/** Metres between two world places (a short way: the map's scale at the first). */
export function apart(x0, y0, x1, y1) {
  const k = 40075016.7 * Math.cos((latOf(y0) * Math.PI) / 180);
  return Math.hypot(x1 - x0, y1 - y0) * k;
}

/** A circle true to metres: the places `radius` from a centre, by the ellipsoid's radii there. */
export function circlePoints(lon, lat, radius, n = 72) {
  const phi = (lat * Math.PI) / 180,
    e2 = 0.00669437999014,
    w = Math.sqrt(1 - e2 * Math.sin(phi) ** 2);
  const east = (6378137 / w) * Math.cos(phi),
    north = (6378137 * (1 - e2)) / w ** 3;
  return Array.from({ length: n + 1 }, (_, i) => {
    const t = (i / n) * 2 * Math.PI,
      dLat = (radius * Math.cos(t)) / north;
    const dLon = ((radius * Math.sin(t)) / east) * (1 + Math.tan(phi) * dLat);
    return [worldX(lon + (dLon * 180) / Math.PI), worldY(lat + (dLat * 180) / Math.PI)];
  });
}
