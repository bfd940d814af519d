// Names on the map: those of places with a gap first and with its size, then facilities and other places.

import { facilities } from '../model/facts.js';
import { worldX, worldY } from '../model/mercator.js';
import { page } from '../model/page.js';
import { people } from '../model/say.js';
import { lacking, sums } from '../model/sides.js';
import { labeller } from './canvas.js';
import { drawCatchmentNames } from './catchments.js';
import { drawLoadNames } from './load.js';
import { NEAR } from './layers.js';
import { CELL_SHADES } from './shades.js';
import { fitZoom } from './stage.js';

/** Where an area's name stands on the canvas; null where it has no place. */
function spot(view, a) {
  const [x, y] = page.areas.label[a];
  return x === null ? null : [worldX(x) * view.scale - view.left, worldY(y) * view.scale - view.top];
}

/** Levels whose names are seen at a zoom, widest first. */
const named = (view) =>
  page.levels.filter((level) => !(level.id === 'village' && view.zoom < fitZoom() + 2) && !(level.id === 'county' && page.levels.length > 1));

/** Areas of the widest level named that a clause leaves people in, most people first. */
function gaps(view) {
  const [level] = named(view),
    { clause } = view;
  if (!level || !clause || !clause.people || !view.on.gap) return [];
  const s = sums(clause, view.basis);
  return page.areas.names
    .map((name, a) => [a, lacking(s, a)])
    .filter(([a, n]) => page.areas.level[a] === level.index && n >= 0.5)
    .sort((one, other) => other[1] - one[1]);
}

function drawFacilityNames(label, view) {
  const f = facilities(),
    { clause } = view;
  for (const i of clause.asked)
    if (f.placed[i])
      label(f.names[i], f.x[i] * view.scale - view.left, f.y[i] * view.scale - view.top, {
        size: 12,
        weight: 600,
        colour: page.palette.asked,
        align: 'left',
        offset: 11,
      });
}

export function drawNames(ctx, view) {
  const f = facilities(),
    { clause } = view,
    near = view.zoom >= fitZoom() + NEAR,
    marks =
      near && view.on.asked && clause
        ? clause.asked.filter((i) => f.placed[i]).map((i) => [f.x[i] * view.scale - view.left, f.y[i] * view.scale - view.top, 7])
        : [];
  const label = labeller(ctx, view, marks.slice(0, 200));
  if (clause && clause.loadRange) drawLoadNames(label, view, clause);
  if (view.shading === 'catchments' && CELL_SHADES.catchments.has(clause)) drawCatchmentNames(label, view, clause);
  const shown = new Set();
  if (view.on.names)
    for (const [a, n] of gaps(view)) {
      const at = spot(view, a),
        style = { size: 12.5, weight: 700, colour: page.palette.ink };
      if (!at) continue;
      shown.add(a);
      if (!label(`${page.areas.names[a]} ${people(n)}`, ...at, style)) label(page.areas.names[a], ...at, style);
    }
  if (view.shading !== 'catchments' && view.on.asked && near && clause) drawFacilityNames(label, view);
  if (!view.on.names) return;
  for (const level of named(view))
    for (let a = 0; a < page.areas.names.length; a++) {
      if (page.areas.level[a] !== level.index || shown.has(a)) continue;
      const at = spot(view, a);
      if (at)
        label(
          page.areas.names[a],
          ...at,
          level.id === 'village'
            ? { size: 11, colour: page.palette.villageName }
            : { size: 12.5, weight: 500, colour: page.palette.townName },
        );
    }
}
