// What lies under the pointer, in one line: a facility, a disc of the gap, an area with what the clause says of it.

import { areaShapes, unitOf } from '../model/facts.js';
import { worldX, worldY } from '../model/mercator.js';
import { page } from '../model/page.js';
import { people, say } from '../model/say.js';
import { lacking, sums } from '../model/sides.js';
import { byId } from './elements.js';
import { drawnDiscs } from './marks.js';
import { hoverOverlay } from './overlays.js';
import { map } from './stage.js';
import { clauseNow, state } from './state.js';
import { facilityAt } from './why.js';

/** Whether a world place lies in a shape. */
function holds(shapes, f, x, y) {
  const box = shapes.boxes.subarray(f * 4, f * 4 + 4);
  if (x < box[0] || x > box[2] || y < box[1] || y > box[3]) return false;
  let inside = false;
  for (let r = shapes.first[f]; r < shapes.first[f + 1]; r++)
    for (let i = shapes.starts[r], j = shapes.starts[r + 1] - 1; i < shapes.starts[r + 1]; j = i++)
      if (shapes.y[i] > y !== shapes.y[j] > y && x < ((shapes.x[j] - shapes.x[i]) * (y - shapes.y[i])) / (shapes.y[j] - shapes.y[i]) + shapes.x[i])
        inside = !inside;
  return inside;
}

/** The area of a level at a place; -1 for none. */
export function areaAt(latlng, level) {
  const shapes = areaShapes(),
    x = worldX(latlng.lng),
    y = worldY(latlng.lat);
  return page.areas.names.findIndex((name, a) => page.areas.level[a] === level && holds(shapes, a, x, y));
}

/** The level that is looked at: the one shaded, else the widest below the study. */
export function levelSeen() {
  const shaded = page.levels.find((l) => l.id === state.shading && l.id !== 'county');
  return shaded || page.levels.find((l) => l.id === 'town') || page.levels[page.levels.length - 1] || null;
}

/** What the clause shown says of an area. */
export function areaSays(clause, a) {
  const name = page.areas.names[a],
    unit = clause ? unitOf(clause, a) : null;
  if (clause && clause.people) {
    const s = sums(clause);
    if (!(s.scope[a] > 0)) return say('page_hover_outside', { name });
    const n = lacking(s, a);
    return n >= 0.5 ? say('page_hover_gap', { name, n: people(n) }) : say('page_hover_none', { name });
  }
  return unit ? say('page_hover_unit', { name, outcome: say(`page_unit_${unit.outcome}`) || say(`page_outcome_${unit.outcome}`) }) : name;
}

function discAt(point) {
  if (!state.on.gap) return null;
  const corner = map.containerPointToLayerPoint(point);
  return drawnDiscs().find((d) => Math.hypot(d.x - corner.x, d.y - corner.y) <= d.r) || null;
}

/** The line for what is under the pointer; null for nothing. */
function underPointer(event) {
  const i = facilityAt(event.containerPoint);
  if (i >= 0) return { text: page.facilities.names[i], click: true };
  const clause = clauseNow(),
    level = levelSeen(),
    disc = clause && clause.people ? discAt(event.containerPoint) : null,
    a = level ? areaAt(event.latlng, level.index) : -1;
  if (disc) return { text: say(disc.kind === 2 ? 'page_hover_unknown' : 'page_hover_disc', { name: a < 0 ? '' : page.areas.names[a], n: people(disc.people) }), click: true };
  return a < 0 ? null : { text: areaSays(clause, a), click: false };
}

export function hover(event) {
  const tip = byId('cc-tip'),
    found = state.armed ? null : underPointer(event);
  map.getContainer().classList.toggle('cc-over', Boolean(found && found.click));
  tip.hidden = true;
  hoverOverlay(event);
  if (!tip.hidden || !found) return;
  tip.hidden = false;
  tip.textContent = found.text;
  const box = map.getContainer().getBoundingClientRect();
  tip.style.left = `${Math.min(box.left + event.containerPoint.x + 14, window.innerWidth - tip.offsetWidth - 6)}px`;
  tip.style.top = `${box.top + event.containerPoint.y - 10}px`;
}
