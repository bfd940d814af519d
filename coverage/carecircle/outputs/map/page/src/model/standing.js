// Where places stand on ground and roads together: the cells, doors and streets that a place is joined to.

import { cellIndex, costOf, grid, heightAt, isOpen, legCost, metresBetween, toGrid } from './cells.js';
import { column, page } from './page.js';
import { linkOf, pointAt, portals } from './portals.js';
import { placeOf } from './seats.js';
import { ground, network } from './ways.js';

/** The nearest open centre within reach of a place on closed ground: {at, metres}, or null. */
function moved(field, at) {
  const { rows, columns, north, east } = grid(),
    most = page.ways.terrain.most,
    least = (values) => values.reduce((m, v) => Math.min(m, v), Infinity),
    tall = Math.floor(most / least(north)) + 1,
    wide = Math.floor(most / least(east)) + 1,
    row = Math.floor(at[0]),
    col = Math.floor(at[1]);
  let best = null;
  for (let r = Math.max(0, row - tall); r <= Math.min(rows - 1, row + tall); r++)
    for (let c = Math.max(0, col - wide); c <= Math.min(columns - 1, col + wide); c++) {
      if (!isOpen(field, r, c)) continue;
      const centre = [r + 0.5, c + 0.5],
        metres = metresBetween(at, centre);
      if (metres <= most && (!best || metres < best.metres)) best = { at: centre, metres };
    }
  return best;
}

/**
 * Where a place stands: {at, origin (where it was before it was moved), cell, moved (metres; NaN: not at all), street: {link, part, metres} or null}; null where
 * the ground is closed all around.
 */
function stand(p, at, onStreet) {
  if (Number.isNaN(at[0])) return null;
  const row = Math.floor(at[0]),
    col = Math.floor(at[1]);
  if (!isOpen(p.field, row, col)) {
    const near = moved(p.field, at);
    return near && { at: near.at, origin: at, cell: cellIndex(Math.floor(near.at[0]), Math.floor(near.at[1])), moved: near.metres, street: null };
  }
  const place = { at, origin: at, cell: cellIndex(row, col), moved: NaN, street: null },
    snapped = onStreet();
  if (!snapped) return place;
  const there = toGrid(...snapped.xy),
    found = Math.floor(there[0]) === row && Math.floor(there[1]) === col && linkOf(p, snapped.street, snapped.position);
  if (found) place.street = { ...found, metres: metresBetween(at, there) };
  return place;
}

const share = (whole, part) => (part === 0 ? 0 : whole * part);

/** Every seat of a place, as each(node, cost): a cell's index, or ``~place`` on the roads; what it costs to get there (or from there). */
export function eachEnd(p, place, leaving, each) {
  const { field } = p,
    { width, z, flat } = grid(),
    open = (r, c) => isOpen(field, r, c),
    own = [Math.floor(place.at[0]), Math.floor(place.at[1])],
    give = (node, cost) => cost < Infinity && each(node, cost);
  if (!Number.isNaN(place.moved)) {
    give(place.cell, costOf(field, ...own) * place.moved);
    return;
  }
  const height = heightAt(place.at),
    low = [Math.floor(place.at[0] - 0.5), Math.floor(place.at[1] - 0.5)];
  for (const [down, right] of [[0, 0], [0, 1], [1, 0], [1, 1]]) {
    const row = low[0] + down,
      col = low[1] + right;
    if (!open(row, col)) continue;
    const cell = (row + 2) * width + col + 2,
      metres = metresBetween(place.at, [row + 0.5, col + 0.5]),
      rise = (flat ? 0 : z[cell]) - height,
      cost = legCost(field, place.cell, cell, metres, leaving ? rise : -rise);
    give(cell, cost === Infinity && cell === place.cell ? costOf(field, ...own) * metres : cost);
  }
  const slow = costOf(field, ...own);
  for (let k = p.gate.starts[place.cell]; k < p.gate.starts[place.cell + 1]; k++) {
    const door = p.gate.to[k];
    give(~door, metresBetween(place.at, [p.at[2 * door], p.at[2 * door + 1]]) * slow);
  }
  if (!place.street) return;
  const { link, part, metres } = place.street,
    before = leaving ? p.back : p.ahead,
    after = leaving ? p.ahead : p.back;
  give(~p.place[link], metres * slow + share(before[link], part));
  give(~p.place[link + 1], metres * slow + share(after[link], 1 - part));
}

/** What a place costs to another of the same cell or link, without any search; Infinity where they are not so near. */
export function nearCost(p, from, to) {
  if (!Number.isNaN(from.moved) || !Number.isNaN(to.moved)) return Infinity;
  let least = Infinity;
  if (from.cell === to.cell) {
    const rise = heightAt(to.at) - heightAt(from.at);
    least = legCost(p.field, from.cell, from.cell, metresBetween(from.at, to.at), rise);
  }
  const a = from.street,
    b = to.street;
  if (a && b && a.link === b.link) {
    const way = b.part - a.part,
      leg = (/** @type {{at: number[]}} */ place, /** @type {{metres: number}} */ s) =>
        s.metres * costOf(p.field, Math.floor(place.at[0]), Math.floor(place.at[1])),
      along = way >= 0 ? share(p.ahead[a.link], way) : share(p.back[a.link], -way);
    least = Math.min(least, leg(from, a) + leg(to, b) + along);
  }
  return least;
}

/** Where the residents stand for a mode and metric, and their seats by point: {places, starts, node, cost}. */
export function standResidents(metric, mode, leaving) {
  const p = portals(metric, mode),
    net = network(mode),
    rows = column(page.ways.terrain.demand.row),
    cols = column(page.ways.terrain.demand.column),
    d = net.demand,
    places = Array.from(rows, (row, i) =>
      stand(p, [row, cols[i]], () =>
        d.street[i] < 0 || !p.places
          ? null
          : { street: d.street[i], position: d.position[i], xy: pointAt(net.line[d.street[i]], d.position[i]) },
      ),
    );
  const starts = new Int32Array(places.length + 1),
    node = [],
    cost = [];
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

/** Where a seat stands, a facility or a site to be tried. */
export function standSeat(metric, mode, seat) {
  const p = portals(metric, mode),
    net = network(mode),
    snapped = placeOf(seat, mode),
    line = snapped.street < 0 ? -1 : net.line[snapped.street];
  const at =
    seat.index === undefined
      ? toGrid(...ground().forward(seat.lon, seat.lat))
      : [column(page.ways.terrain.facility.row)[seat.index], column(page.ways.terrain.facility.column)[seat.index]];
  return stand(p, at, () =>
    line < 0 || !p.places
      ? null
      : { street: snapped.street, position: snapped.position, xy: snapped.xy || pointAt(line, snapped.position) },
  );
}
