// The ground off the roads: cells that a mode crosses, heights, what a move or a leg costs.

import { blockText, column, once, page } from './page.js';
import { ground } from './ways.js';

export const EDGE = 2; // closed cells around the grid, so that no move leaves the arrays

/** (rows, columns) of the eight neighbours, then of the knight's moves, as in `carecircle.reach.ground.field`. */
const MOVES = [
  [-1, -1], [-1, 0], [-1, 1], [0, -1], [0, 1], [1, -1], [1, 0], [1, 1],
  [-2, -1], [-2, 1], [-1, -2], [-1, 2], [1, -2], [1, 2], [2, -1], [2, 1],
];

/** The two cells that a knight's move passes between, as moves. */
const BY = [1, 1, 3, 4, 3, 4, 6, 6],
  AND_BY = [0, 2, 0, 2, 5, 7, 5, 7];

const NONE = 0,
  TOBLER = 1,
  LANGMUIR = 2;

export const hasGround = () => Boolean(page.ways && page.ways.terrain);

/** Whether a query's mode leaves the road: then ground and roads are searched together. */
export const overGround = ({ metric, mode }) => hasGround() && `${metric} ${mode}` in page.ways.terrain.fields;

/** How much ground the page carries: cells in words, megabytes of its text. */
export const groundFacts = () => ({
  n: String(page.ways.terrain.rows * page.ways.terrain.columns).replace(/\B(?=(\d{3})+$)/g, ','),
  mb: (blockText('terrain').trim().length / 1e6).toFixed(1),
});

/** How many times as long a metre takes on a slope as on the level: see `carecircle.reach.ground.laws`. */
export function factor(law, s) {
  if (law === NONE) return 1;
  if (law === TOBLER) return Math.exp(3.5 * (Math.abs(s + 0.05) - 0.05));
  if (law === LANGMUIR) return s >= 0 ? 1 + (6 / 0.72) * s : s < -0.2125 ? 1 - (1.9998 / 0.72) * s : 1 + (1.9998 / 0.72) * s;
  const speed = (x) => 0.11 + 0.67 * Math.exp(-(x ** 2) / 1800);
  return speed(2) / speed(100 * s + 2);
}

/** The least that a law ever says. */
const leastFactor = (law) => [1, Math.exp(-0.175), 0.4, factor(3, -0.02)][law];

/** The grid that all modes share: its size, heights and the metres of each move. */
export const grid = once(() => {
  const t = page.ways.terrain,
    { rows, columns } = t,
    width = columns + 2 * EDGE,
    size = (rows + 2 * EDGE) * width,
    east = column(t.east),
    north = column(t.north),
    heights = t.elevation && column(t.elevation),
    z = new Float32Array(size);
  if (heights)
    for (let r = 0, i = 0; r < rows; r++)
      for (let c = 0; c < columns; c++, i++) z[(r + EDGE) * width + c + EDGE] = heights[i] === t.noHeight ? NaN : heights[i];
  const alike = (/** @type {Float64Array} */ all) => all.every((v) => v === all[0]);
  return {
    rows, columns, width, size, east, north, z,
    flat: !heights,
    uniform: alike(east) && alike(north),
    metres: movesMetres(rows, east, north),
    offset: Int32Array.from(MOVES, ([down, right]) => down * width + right),
  };
});

/** Metres of each move from each (padded) row. */
function movesMetres(rows, east, north) {
  const tall = rows + 2 * EDGE,
    near = (values, y) => values[Math.max(0, Math.min(rows - 1, y - EDGE))],
    at = new Float64Array(tall),
    found = new Float64Array(tall * 16);
  for (let y = 0, sum = 0; y < tall; y++) at[y] = sum += near(north, y);
  for (let y = 0; y < tall; y++)
    MOVES.forEach(([down, right], k) => {
      const to = Math.max(0, Math.min(tall - 1, y + down)),
        wide = ((near(east, y) + near(east, to)) / 2) * right;
      found[y * 16 + k] = Math.hypot(at[to] - at[y], wide) || 1;
    });
  return found;
}

/** Row and column of a place in the study's plane, cells counted from the grid's corner. */
export function toGrid(x, y) {
  const t = page.ways.terrain,
    [px, py] = t.degrees ? ground().inverse(x, y) : [x, y];
  return [(py - t.top) / t.high, (px - t.left) / t.wide];
}

/** Longitude and latitude of a row and column. */
export function lonLatOf([row, col]) {
  const t = page.ways.terrain,
    x = t.left + t.wide * col,
    y = t.top + t.high * row;
  return t.degrees ? [x, y] : ground().inverse(x, y);
}

/** Metres between two places given as [row, column]. */
export function metresBetween(a, b) {
  const { rows, north, east } = grid(),
    row = Math.max(0, Math.min(rows - 1, Math.trunc((a[0] + b[0]) / 2)));
  return Math.hypot((a[0] - b[0]) * north[row], (a[1] - b[1]) * east[row]);
}

const heldFields = once(() => new Map());

/** The cells as one mode crosses them: seconds (or metres) a metre on each; Infinity where closed, below 0 where ridden. */
export function fieldOf(name) {
  const known = heldFields();
  if (!known.has(name)) known.set(name, openField(page.ways.terrain.fields[name]));
  return known.get(name);
}

function openField(f) {
  const g = grid(),
    coded = column(f.slow),
    slow = new Float32Array(g.size).fill(Infinity);
  for (let r = 0, i = 0; r < g.rows; r++)
    for (let c = 0; c < g.columns; c++, i++) {
      const value = f.values ? (coded[i] === 255 ? NaN : f.values[coded[i]]) : coded[i];
      if (!Number.isNaN(value)) slow[(r + EDGE) * g.width + c + EDGE] = value;
    }
  return { slow, law: f.law, base: f.base, steepest: f.steepest === null ? Infinity : f.steepest, ridden: slow.some((v) => v < 0) };
}

export const cellIndex = (row, col) => (row + EDGE) * grid().width + col + EDGE;

export const isOpen = (field, row, col) => {
  const { rows, columns } = grid();
  return row >= 0 && col >= 0 && row < rows && col < columns && field.slow[cellIndex(row, col)] < Infinity;
};

/** Seconds a level metre on a cell; Infinity where closed. */
export const costOf = (field, row, col) =>
  isOpen(field, row, col) ? Math.abs(field.slow[cellIndex(row, col)]) + field.base : Infinity;

/** The height between the four centres around a place, of those that have one; NaN where none has. */
export function heightAt([row, col]) {
  const { rows, columns, z, flat } = grid();
  if (flat) return 0;
  const top = Math.floor(row - 0.5),
    left = Math.floor(col - 0.5);
  let total = 0,
    weight = 0;
  for (let down = 0; down < 2; down++)
    for (let right = 0; right < 2; right++) {
      const r = top + down,
        c = left + right;
      if (r < 0 || c < 0 || r >= rows || c >= columns || Number.isNaN(z[cellIndex(r, c)])) continue;
      const share = Math.abs(1 - down - (row - 0.5 - top)) * Math.abs(1 - right - (col - 0.5 - left));
      if (share > 0) total += share * z[cellIndex(r, c)];
      weight += share;
    }
  return weight > 0 ? total / weight : NaN;
}

/** What some metres with so much rise cost from one cell to another; Infinity where closed or too steep. */
export function legCost(field, a, b, metres, rise) {
  const one = field.slow[a],
    other = field.slow[b],
    slope = metres > 0 ? rise / metres : 0,
    walked = (Math.max(one, 0) + Math.max(other, 0)) / 2 + field.base,
    ridden = (Math.max(-one, 0) + Math.max(-other, 0)) / 2,
    cost = metres * (walked * factor(field.law, slope) + ridden);
  return Number.isNaN(cost) || Math.abs(slope) > field.steepest ? Infinity : cost;
}

/**
 * What the moves of a field cost: {count, offset, price(u, k, most), least} from a cell by move k, Infinity where that
 * is more than ``most``; sign -1 against the direction of travel. `least` says by move what it costs anywhere at least,
 * `usual` what a step does.
 */
export function movesOf(field, sign) {
  const { z, metres, offset, width, uniform } = grid(),
    { slow, law, base, steepest, ridden } = field,
    eased = Math.exp(-0.175);
  const price = (u, k, most) => {
    const knight = k >= 8,
      su = slow[u],
      v = u + offset[k],
      sv = slow[v],
      a = knight ? slow[u + offset[BY[k - 8]]] : 0,
      b = knight ? slow[u + offset[AND_BY[k - 8]]] : 0,
      sum = Math.abs(su) + Math.abs(sv) + Math.abs(a) + Math.abs(b);
    if (sum === Infinity) return Infinity;
    const m = metres[(uniform ? EDGE : (u / width) | 0) * 16 + k],
      half = knight ? 0.25 * m : 0.5 * m,
      s = (sign * (z[v] - z[u])) / m;
    if (law === NONE) return Math.abs(s) > steepest ? Infinity : half * (sum + (base * m) / half);
    if (law === TOBLER) {
      const y = Math.abs(3.5 * s + 0.175); // a bound that needs no exponential
      if (half * Math.min(1, eased * (1 + y + 0.5 * y * y)) * sum > most) return Infinity;
    }
    if (Math.abs(s) > steepest) return Infinity;
    const rode = ridden ? Math.max(-su, 0) + Math.max(-sv, 0) + Math.max(-a, 0) + Math.max(-b, 0) : 0;
    return half * ((sum - rode + (base * m) / half) * factor(law, s) + rode);
  };
  const least = slow.reduce((m, v) => Math.min(m, Math.abs(v)), Infinity) * leastFactor(law);
  const some = slow.filter((v, i) => v < Infinity && i % 97 === 0).map((v) => Math.abs(v) + base).sort(),
    usual = (some.length ? some[some.length >> 1] : 1) * metres[EDGE * 16 + 3] || 1;
  return { count: page.ways.terrain.moves, offset, price, usual, least: metres.slice(EDGE * 16, EDGE * 16 + 16).map((m) => (uniform ? m : 0) * least) };
}
