// A place put on the nearest street, and parts of streets as places on the map.

import { geodesic } from './earth.js';
import { worldX, worldY } from './mercator.js';
import { page } from './page.js';
import { ground, lineTable, network } from './ways.js';

/** Pieces of the streets where a mode may stop, by cells of a grid: {left, bottom, cell, wide, high, starts, piece, street}. */
export function pieceGrid(net) {
  if (net.grid) return net.grid;
  const { x, y, starts } = lineTable();
  let left = Infinity,
    bottom = Infinity,
    right = -Infinity,
    top = -Infinity;
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
  const cell = Math.max(100, Math.sqrt(((right - left) * (top - bottom)) / 4e5) || 0),
    wide = left < right ? Math.floor((right - left) / cell) + 1 : 1,
    high = bottom < top ? Math.floor((top - bottom) / cell) + 1 : 1;
  const fill = new Int32Array(wide * high + 1),
    eachCell = (visit) =>
      eachPiece((s, i) => {
        const c1 = Math.floor((Math.max(x[i], x[i + 1]) - left) / cell),
          r1 = Math.floor((Math.max(y[i], y[i + 1]) - bottom) / cell);
        for (let r = Math.floor((Math.min(y[i], y[i + 1]) - bottom) / cell); r <= r1; r++)
          for (let c = Math.floor((Math.min(x[i], x[i + 1]) - left) / cell); c <= c1; c++)
            visit(r * wide + c, s, i);
      });
  eachCell((k) => {
    fill[k + 1]++;
  });
  for (let k = 0; k < wide * high; k++) fill[k + 1] += fill[k];
  const piece = new Int32Array(fill[wide * high]),
    street = new Int32Array(piece.length),
    at = fill.slice();
  eachCell((k, s, i) => {
    street[at[k]] = s;
    piece[at[k]++] = i;
  });
  return (net.grid = { left, bottom, cell, wide, high, starts: fill, piece, street });
}

/** Squared distance from a point to a piece of a line, and the share of the piece before the nearest place. */
function toPiece(px, py, x, y, i) {
  const dx = x[i + 1] - x[i],
    dy = y[i + 1] - y[i],
    square = dx * dx + dy * dy;
  const share =
      square > 0 ? Math.max(0, Math.min(1, ((px - x[i]) * dx + (py - y[i]) * dy) / square)) : 0,
    qx = share >= 1 ? x[i + 1] : x[i] + share * dx,
    qy = share >= 1 ? y[i + 1] : y[i] + share * dy;
  return [(px - qx) ** 2 + (py - qy) ** 2, share, qx, qy];
}

/**
 * A place on the nearest street of a mode: {street (-1: too far), position, metres, xy in the study's plane}.
 * @returns {{street: number, position: number, metres: number, xy?: number[]}}
 */
export function snapTo(mode, lon, lat) {
  const net = network(mode),
    { x, y, starts } = lineTable(),
    grid = pieceGrid(net),
    [px, py] = ground().forward(lon, lat);
  const none = { street: -1, position: 0, metres: 0 },
    cx = Math.floor((px - grid.left) / grid.cell),
    cy = Math.floor((py - grid.bottom) / grid.cell);
  let best = Infinity,
    street = -1,
    near = -1;
  const look = (c, r) => {
    if (c < 0 || r < 0 || c >= grid.wide || r >= grid.high) return;
    for (let k = grid.starts[r * grid.wide + c]; k < grid.starts[r * grid.wide + c + 1]; k++) {
      const [away] = toPiece(px, py, x, y, grid.piece[k]);
      if (away < best || (away === best && grid.street[k] < street)) {
        best = away;
        street = grid.street[k];
        near = grid.piece[k];
      }
    }
  };
  const least = (ring) => (ring - 1) * grid.cell; // no piece of this ring is nearer
  for (let ring = 0; least(ring) <= Math.min(Math.sqrt(best), net.mostSnap * 1.01 + 1); ring++)
    for (let r = cy - ring; r <= cy + ring; r++)
      for (let c = cx - ring; c <= cx + ring; c += Math.abs(r - cy) === ring ? 1 : Math.max(1, 2 * ring))
        look(c, r);
  if (street < 0) return none;
  const [, share, qx, qy] = toPiece(px, py, x, y, near);
  let whole = 0,
    ahead = 0;
  for (let i = starts[net.line[street]]; i < starts[net.line[street] + 1] - 1; i++) {
    const step = Math.sqrt((x[i + 1] - x[i]) ** 2 + (y[i + 1] - y[i]) ** 2);
    if (i === near) ahead = whole + share * step;
    whole += step;
  }
  ahead = Math.round(ahead * page.numbers.placeStep) / page.numbers.placeStep;
  const position = ahead === 0 ? 0 : whole - ahead <= 0.5 / page.numbers.placeStep ? 1 : ahead / whole,
    [lon2, lat2] = ground().inverse(qx, qy),
    metres = Math.round(geodesic(lon, lat, lon2, lat2) * page.numbers.placeStep) / page.numbers.placeStep;
  return metres <= net.mostSnap ? { street, position, metres, xy: [qx, qy] } : none;
}

/** A line's part from one share of its length to another, as world places. */
export function pieceOf(line, from, to) {
  if (from === to) return [];
  const { x, y, starts } = lineTable(),
    first = starts[line],
    last = starts[line + 1] - 1,
    lengths = [0];
  for (let i = first; i < last; i++)
    lengths.push(lengths[i - first] + Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]));
  const whole = lengths[lengths.length - 1],
    low = Math.min(from, to) * whole,
    high = Math.max(from, to) * whole,
    points = [];
  const at = (m) => {
    let k = 0;
    while (k < lengths.length - 2 && lengths[k + 1] < m) k++;
    const share = lengths[k + 1] > lengths[k] ? (m - lengths[k]) / (lengths[k + 1] - lengths[k]) : 0;
    return [
      x[first + k] + share * (x[first + k + 1] - x[first + k]),
      y[first + k] + share * (y[first + k + 1] - y[first + k]),
    ];
  };
  points.push(at(low));
  for (let k = 0; k < lengths.length; k++)
    if (lengths[k] > low && lengths[k] < high) points.push([x[first + k], y[first + k]]);
  points.push(at(high));
  if (from > to) points.reverse();
  return points.map(([px, py]) => {
    const [lon, lat] = ground().inverse(px, py);
    return [worldX(lon), worldY(lat)];
  });
}
