// What the page knows of places: residents, facilities, areas, opened when first needed.

import { apart, openShapes, worldColumns, worldX, worldY } from './mercator.js';
import { column, once, page } from './page.js';
import { scenario } from './scenario.js';

export const CODES = ['outside', 'no_data', 'unsnapped', 'unreachable', 'covered', 'not_covered'];

export const OUTSIDE = 0,
  NO_DATA = 1,
  UNSNAPPED = 2,
  UNREACHABLE = 3,
  COVERED = 4,
  NOT_COVERED = 5;

export const areaShapes = once(() => openShapes(page.areas.shapes));

export const regionShape = once(() => openShapes(page.region));

export const roadShapes = once(() => page.roads.map((r) => ({ rank: r.rank, shapes: openShapes(r.shapes) })));

export const demand = once(() => {
  if (!page.demand) return null;
  const d = page.demand,
    world = worldColumns(column(d.x), column(d.y));
  return {
    ...world,
    residents: column(d.residents),
    area: column(d.area),
    urban: column(d.urban),
    placed: column(d.placed),
    spacing: d.spacing,
  };
});

export const facilities = once(() => {
  const f = page.facilities,
    world = worldColumns(column(f.x), column(f.y));
  return {
    ...world,
    placed: column(f.placed),
    names: f.names,
    category: f.category,
    status: f.status,
    roles: f.roles,
    inside: f.inside,
  };
});

/** A clause's verdict on an area as a unit, where it judges units; undefined elsewhere. */
export function unitOf(clause, a) {
  const kept = keptUnits();
  if (!kept.has(clause.rule))
    kept.set(clause.rule, new Map(clause.units.filter((u) => u.area >= 0).map((u) => [u.area, u])));
  return kept.get(clause.rule).get(a);
}
const keptUnits = once(() => new Map());

const siteOf = (number) => scenario.sites.find((s) => s.number === number);

export const seatName = (number) => (number >= 1e6 ? siteOf(number).name : page.facilities.names[number]);

export function seatPlace(number) {
  if (number >= 1e6) {
    const s = siteOf(number);
    return [worldX(s.lon), worldY(s.lat)];
  }
  const f = facilities();
  return f.placed[number] ? [f.x[number], f.y[number]] : null;
}

export function nearestDemand(x, y) {
  const d = demand();
  if (!d) return null;
  let best = -1,
    least = Infinity;
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
