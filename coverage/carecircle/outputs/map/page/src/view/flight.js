// Where the map flies: to the people whom a clause leaves out, to its failing units, else to all that it asks about.

import { areaShapes, demand, facilities, NOT_COVERED, OUTSIDE, regionShape, UNREACHABLE } from '../model/facts.js';
import { emptyShape, latOf, lonOf } from '../model/mercator.js';
import { page } from '../model/page.js';
import { codesOf } from '../model/sides.js';
import { failing } from './overlays.js';
import { boxOf } from './repaint.js';
import { room } from './sheets.js';
import { calm, map } from './stage.js';

const CLOSEST = 14;

const joined = (boxes) =>
  boxes.filter(Boolean).reduce((a, b) => (a ? [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])] : [...b]), null);

/** The rows of the demand that a clause leaves out; where it leaves nobody out, all that it asks about. */
function rowsOf(clause) {
  const codes = codesOf(clause),
    d = demand();
  if (!codes || !d) return [];
  const found = [],
    asked = [];
  for (let i = 0; i < d.n; i++) {
    if (codes[i] === OUTSIDE || !(d.residents[i] > 0)) continue;
    asked.push(i);
    if (codes[i] === NOT_COVERED || codes[i] === UNREACHABLE) found.push(i);
  }
  return found.length ? found : asked;
}

/** Residents a clause about the load of its facilities asks about: all, those in town or in the country. */
export const inScope = (clause, i) => !clause.scope || clause.scope === 'all' || demand().urban[i] === (clause.scope === 'urban' ? 1 : 2);

function loaded(clause) {
  const d = demand();
  if (!clause.loadRange || !d || clause.units.length) return null;
  return boxOf([...d.placed.keys()].filter((i) => d.residents[i] > 0 && inScope(clause, i)));
}

/** The world box of what a clause is about on the map; null where that is nowhere in particular. */
export function boxOfClause(clause) {
  const shapes = areaShapes(),
    wrong = failing(clause);
  const units = wrong
    .filter((u) => u.area >= 0 && !emptyShape(shapes, u.area))
    .map((u) => [...shapes.boxes.subarray(u.area * 4, u.area * 4 + 4)]);
  return joined([
    clause.people ? boxOf(rowsOf(clause)) : null,
    ...units,
    boxOf(wrong.filter((u) => u.area < 0).map((u) => u.facility), facilities()),
    loaded(clause),
  ]);
}

export const wholeStudy = () => {
  const [west, south, east, north] = page.bounds;
  return [
    [south, west],
    [north, east],
  ];
};

/** A box with enough around it to tell where it lies: at least a fifth of the study. */
function withContext([west, north, east, south]) {
  const whole = regionShape().boxes,
    least = Math.max(whole[2] - whole[0], whole[3] - whole[1]) / 5,
    wide = Math.max(0, least - (east - west)) / 2,
    high = Math.max(0, least - (south - north)) / 2;
  return [west - wide, north - high, east + wide, south + high];
}

/** Puts a world box into the free part of the map. */
export function flyToBox(box, { animate = !calm, closest = CLOSEST } = {}) {
  const bounds = box
    ? [
        [latOf(box[3]), lonOf(box[0])],
        [latOf(box[1]), lonOf(box[2])],
      ]
    : wholeStudy();
  map.fitBounds(/** @type {any} */ (bounds), { ...room(), maxZoom: closest, animate });
}

export function flyTo(clause, options) {
  const box = clause ? boxOfClause(clause) : null;
  flyToBox(box && withContext(box), options);
}
