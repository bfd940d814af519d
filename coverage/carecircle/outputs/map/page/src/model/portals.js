// The streets of a mode laid over the ground: split at the cells they cross, a door to each cell.

import { cellIndex, costOf, factor, fieldOf, grid, heightAt, isOpen, metresBetween, toGrid } from './cells.js';
import { column, once, page } from './page.js';
import { lineTable, network } from './ways.js';

const SPLIT = 1,
  STOPS = 2,
  ABOVE = 4;

/** Every line's pieces: where each line's begin, the share of the line before each place, its cell. */
const pieceTable = once(() => {
  const p = page.ways.terrain.pieces,
    counts = column(p.counts),
    starts = new Uint32Array(counts.length + 1);
  counts.forEach((n, i) => {
    starts[i + 1] = starts[i] + n;
  });
  return { starts, share: column(p.share), row: column(p.row), col: column(p.column) };
});

/** The place of a street's line at some share of its length, in the study's plane. */
export function pointAt(line, share) {
  const { x, y, starts } = lineTable(),
    first = starts[line],
    last = starts[line + 1] - 1;
  let whole = 0;
  for (let i = first; i < last; i++) whole += Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]);
  let rest = share * whole;
  for (let i = first; i < last; i++) {
    const step = Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]);
    if (rest <= step || i === last - 1) {
      const part = step > 0 ? Math.min(1, rest / step) : 0;
      return [x[i] + part * (x[i + 1] - x[i]), y[i] + part * (y[i + 1] - y[i])];
    }
    rest -= step;
  }
  return [x[first], y[first]];
}

/** Rows and columns of a line's places, straight between those of its corners: one walk for all of its pieces. */
function spotsOf(line, from, to, share) {
  const { x, y, starts } = lineTable(),
    first = starts[line],
    last = starts[line + 1] - 1,
    found = [];
  let whole = 0;
  for (let i = first; i < last; i++) whole += Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]);
  let i = first,
    before = 0,
    step = Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]),
    ends = null;
  for (let k = from; k < to; k++) {
    const wanted = share[k] * whole;
    while (i < last - 1 && wanted >= before + step) {
      before += step;
      i++;
      step = Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]);
      ends = null;
    }
    const part = step > 0 ? (wanted - before) / step : 0;
    ends = ends || [toGrid(x[i], y[i]), toGrid(x[i + 1], y[i + 1])];
    const [a, b] = ends;
    found.push([a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])]);
  }
  return found;
}

const held = once(() => new Map());

/** A mode's streets over the ground, by ``metric mode``. */
export function portals(metric, mode) {
  const name = `${metric} ${mode}`,
    known = held();
  if (!known.has(name)) known.set(name, lay(metric, mode, name));
  return known.get(name);
}

function lay(metric, mode, name) {
  const f = page.ways.terrain.fields[name],
    field = fieldOf(name),
    net = network(mode),
    how = column(f.streets),
    table = pieceTable(),
    streets = how.length, // none where the study's roads are burnt into its cells
    chain = new Uint32Array(streets + 1);
  const pieces = (s) => (how[s] & SPLIT ? [table.starts[net.line[s]], table.starts[net.line[s] + 1]] : [0, 0]);
  for (let s = 0; s < streets; s++) {
    const [from, to] = pieces(s);
    chain[s + 1] = chain[s] + to - from + 2;
  }
  const links = chain[streets],
    nodes = streets ? net.nodes : 0,
    places = nodes + links - 2 * streets,
    place = new Int32Array(links),
    share = new Float64Array(links),
    at = new Float64Array(2 * places),
    doors = [];
  for (let s = 0, next = nodes; s < streets; s++) {
    const [from, to] = pieces(s),
      line = net.line[s];
    place[chain[s]] = net.ends[0][s];
    place[chain[s + 1] - 1] = net.ends[1][s];
    share[chain[s + 1] - 1] = 1;
    for (const end of [0, 1]) at.set(toGrid(...lineEnd(line, end)), 2 * net.ends[end][s]);
    const spots = spotsOf(line, from, to, table.share);
    for (let k = from; k < to; k++, next++) {
      const l = chain[s] + 1 + k - from,
        spot = spots[k - from],
        row = table.row[k],
        col = table.col[k];
      place[l] = next;
      share[l] = Math.max(0, Math.min(1, table.share[k]));
      at.set(spot, 2 * next);
      if (how[s] & STOPS && row >= 0 && isOpen(field, row, col))
        doors.push([next, cellIndex(row, col), Math.fround(metresBetween(spot, [row + 0.5, col + 0.5]) * costOf(field, row, col))]);
    }
  }
  const { ahead, back } = costs(metric, net, chain, share, place, at, f);
  return { field, how, chain, place, share, ahead, back, at, places, links: null, ...gates(doors), arcs: arcs(places, chain, place, ahead, back) };
}

function lineEnd(line, end) {
  const { x, y, starts } = lineTable(),
    i = end ? starts[line + 1] - 1 : starts[line];
  return [x[i], y[i]];
}

/** What each link costs to the next, as the street is drawn and against; Infinity where closed, and at a chain's last. */
function costs(metric, net, chain, share, place, at, f) {
  const links = share.length,
    ahead = new Float32Array(links).fill(Infinity),
    back = new Float32Array(links).fill(Infinity),
    price = metric === 'minutes' ? net.seconds : net.metres,
    sloped = f.walked && metric === 'minutes' && f.law !== 0;
  const height = (/** @type {number} */ p) => heightAt([at[2 * p], at[2 * p + 1]]);
  for (let s = 0; s < chain.length - 1; s++) {
    const length = Math.min(net.metres[0][s], net.metres[1][s]);
    for (let l = chain[s]; l < chain[s + 1] - 1; l++) {
      const wide = share[l + 1] - share[l];
      let up = 1,
        down = 1;
      if (sloped) {
        const run = wide * length,
          rise = height(place[l + 1]) - height(place[l]),
          slope = run > 0 && run < Infinity && Number.isFinite(rise) ? rise / run : 0;
        up = factor(f.law, slope);
        down = factor(f.law, -slope);
      }
      if (price[0][s] < Infinity) ahead[l] = price[0][s] * wide * up;
      if (price[1][s] < Infinity) back[l] = price[1][s] * wide * down;
    }
  }
  return { ahead, back };
}

/** Doors by cell and by place: {gate: {starts, to, cost}, door: {starts, to, cost}}. */
function gates(doors) {
  const byCell = { count: grid().size, key: (d) => d[1], to: (d) => d[0] },
    most = doors.reduce((m, d) => Math.max(m, d[0] + 1), 0),
    byPlace = { count: most, key: (d) => d[0], to: (d) => d[1] };
  return { gate: grouped(doors, byCell), door: grouped(doors, byPlace) };
}

/** Pairs with a cost as three columns, by key. */
function grouped(all, { count, key, to }) {
  const starts = new Int32Array(count + 1),
    ends = new Int32Array(all.length),
    cost = new Float32Array(all.length);
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

/** Arcs between places in the direction of travel ([0]) and turned round ([1]). */
function arcs(places, chain, place, ahead, back) {
  const all = [];
  for (let s = 0; s < chain.length - 1; s++)
    for (let l = chain[s]; l < chain[s + 1] - 1; l++) {
      if (ahead[l] < Infinity) all.push([place[l], place[l + 1], ahead[l]]);
      if (back[l] < Infinity) all.push([place[l + 1], place[l], back[l]]);
    }
  return [0, 1].map((turned) => grouped(all, { count: places, key: (d) => d[turned], to: (d) => d[1 - turned] }));
}

/** The link before a position on a street, and how far on it is to the next (0 to 1); null on a bridge or tunnel. */
export function linkOf(p, street, position) {
  if (p.how[street] & ABOVE) return null;
  let link = p.chain[street];
  while (link < p.chain[street + 1] - 2 && p.share[link + 1] <= position) link++;
  const wide = p.share[link + 1] - p.share[link],
    part = wide > 0 ? (position - p.share[link]) / wide : 0;
  return { link, part: Math.max(0, Math.min(1, part)) };
}

/** Links by the place they begin at, found when the first way is drawn. */
function linksFrom(p) {
  if (!p.links) {
    const all = [];
    for (let s = 0; s < p.chain.length - 1; s++)
      for (let l = p.chain[s]; l < p.chain[s + 1] - 1; l++) all.push([p.place[l], l, 0]);
    p.links = grouped(all, { count: p.places, key: (d) => d[0], to: (d) => d[1] });
  }
  return p.links;
}

/** The cheapest link that leads from one place to a neighbour, and whether it runs as drawn: {link, drawn}. */
export function linkBetween(p, a, b) {
  let best = { link: -1, drawn: true },
    least = Infinity;
  const { starts, to } = linksFrom(p);
  for (let k = starts[a]; k < starts[a + 1]; k++)
    if (p.place[to[k] + 1] === b && p.ahead[to[k]] < least) [least, best] = [p.ahead[to[k]], { link: to[k], drawn: true }];
  for (let k = starts[b]; k < starts[b + 1]; k++)
    if (p.place[to[k] + 1] === a && p.back[to[k]] < least) [least, best] = [p.back[to[k]], { link: to[k], drawn: false }];
  return best;
}

/** The street that a link belongs to. */
export function streetOf(p, link) {
  let low = 0,
    high = p.chain.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (p.chain[middle] <= link) low = middle;
    else high = middle;
  }
  return low;
}
