// The layers: shading, travel time, roads, borders, circles, the gap, facilities, names.

import {
  areaShapes, COVERED, demand, facilities, NO_DATA, OUTSIDE, regionShape, roadShapes, unitOf, UNREACHABLE,
  UNSNAPPED,
} from '../model/facts.js';
import { circlePoints, emptyShape, latOf, lonOf, worldX, worldY } from '../model/mercator.js';
import { once, page } from '../model/page.js';
import { scenario } from '../model/scenario.js';
import { standing } from '../model/standings.js';
import { codesOf, costAt, live, paperOnly, statusHere, sums } from '../model/sides.js';
import { basemapOn } from './basemap.js';
import { dots, hatch, lines, seen, trace } from './canvas.js';
import { facilityMark, ROAD_WIDTH, SHARE_LINES, shareClass, shareColour } from './marks.js';
import { CELL_SHADES, cellSize } from './shades.js';
import { redraw } from './stack.js';
import { fitZoom } from './stage.js';
import { asked } from './state.js';
import { sheer } from './sheer.js';

function shadeArea(ctx, view, clause, a) {
  const unit = unitOf(clause, a);
  if (clause.people) {
    const s = sums(clause, view.basis);
    if (!(s.scope[a] > 0)) return null;
    const known = s.scope[a] - s.no_data[a] - s.unsnapped[a];
    return known > 0 ? shareColour(s.covered[a] / s.scope[a]) : hatch(ctx, page.palette.unknown, 7);
  }
  if (!unit) return null;
  return page.palette.outcomes[unit.outcome] || hatch(ctx, page.palette.unknown, 7);
}

export function drawShade(ctx, view) {
  const clause = view.clause;
  if (!clause) return;
  if (view.shading === 'surface') drawSurface(ctx, view, clause);
  else if (view.shading === 'people') drawPeople(ctx, view, clause);
  else if (CELL_SHADES[view.shading]) CELL_SHADES[view.shading].draw(ctx, view, clause);
  else drawAreas(ctx, view, clause);
}

/** What a clause does not ask about recedes under land, whatever is shaded: areas without anybody of its people. */
export function drawVeil(ctx, view) {
  const clause = view.clause;
  if (!clause || !clause.people || clause.everyone || !VEILED.has(view.shading)) return false;
  const s = sums(clause, view.basis),
    shapes = areaShapes(),
    finest = Math.max(...page.levels.map((l) => l.index)),
    out = page.areas.names.map((name, a) => a).filter((a) => page.areas.level[a] === finest && !(s.scope[a] > 0) && !emptyShape(shapes, a));
  if (!page.levels.length || !out.some((a) => anybody(a))) return false;
  ctx.fillStyle = sheer(page.palette.land, 0.96);
  ctx.beginPath();
  for (const a of out) if (seen(view, shapes, a)) trace(ctx, view, shapes, a);
  ctx.fill('evenodd');
}

const VEILED = new Set(['surface', 'people', 'population', 'urban', 'paper', 'catchments']);

/** Whether anybody lives in an area of the finest level. */
const anybody = (a) => populated().has(a);
const populated = once(() => {
  const d = demand();
  return new Set(d ? Array.from(d.area).filter((a, i) => d.residents[i] > 0) : []);
});

export function drawLand(ctx, view) {
  if (basemapOn()) return false;
  ctx.fillStyle = page.palette.land;
  ctx.beginPath();
  trace(ctx, view, regionShape(), 0);
  ctx.fill('evenodd');
}

function drawAreas(ctx, view, clause) {
  const level = page.levels.find((l) => l.id === view.shading);
  if (!level) return;
  const shapes = areaShapes();
  for (let a = 0; a < shapes.n; a++) {
    if (page.areas.level[a] !== level.index || emptyShape(shapes, a) || !seen(view, shapes, a)) continue;
    const fill = shadeArea(ctx, view, clause, a);
    ctx.beginPath();
    trace(ctx, view, shapes, a);
    ctx.fillStyle = fill || page.palette.unasked;
    ctx.fill('evenodd');
    if (view.paper) ruleArea(ctx, view, clause, a, fill);
  }
}

/** On paper: level lines, the closer the fewer are covered; dots where the clause does not ask. */
function ruleArea(ctx, view, clause, a, fill) {
  const s = clause.people ? sums(clause, view.basis) : null,
    gap = !fill ? -1 : s ? SHARE_LINES[shareClass(s.covered[a] / s.scope[a])] : 0;
  if (gap === 0) return;
  ctx.fillStyle = gap < 0 ? dots(ctx) : lines(ctx, gap);
  ctx.fill('evenodd');
}

/** Every place where people live, by how long (or far) it is: blue within the limit, warm beyond. */
function drawPeople(ctx, view, clause) {
  const d = demand(),
    codes = codesOf(clause, view.basis);
  if (!d || !codes) return;
  const size = cellSize(view, d);
  const query = clause.query === null ? null : page.queries[clause.query];
  for (let i = 0; i < d.n; i++) {
    if (!d.placed[i] || codes[i] === OUTSIDE || d.residents[i] <= 0) continue;
    const x = d.x[i] * view.scale - view.left,
      y = d.y[i] * view.scale - view.top;
    if (x < -size || y < -size || x > view.width + size || y > view.height + size) continue;
    ctx.fillStyle = paperOnly(clause, codes, i, view.basis) ? page.palette.paperOnly : personColour(view, clause, query, codes[i], i);
    ctx.fillRect(x - size / 2, y - size / 2, size, size);
  }
}

function personColour(view, clause, query, code, i) {
  if (code === NO_DATA || code === UNSNAPPED) return page.palette.unknown;
  if (code === UNREACHABLE) return page.palette.bad;
  if (!query || !clause.limitQuery) return code === COVERED ? page.palette.times[0] : page.palette.times[5];
  return page.palette.times[timeClass(costAt(query, i, view.basis) / clause.limitQuery)];
}

const timeClass = (ratio) => {
  const at = page.numbers.timeBreaks.findIndex((b) => ratio <= b);
  return at < 0 ? page.numbers.timeBreaks.length : at;
};

const pictures = {};

/** The travel-time surface: a picture in Mercator, so that it lies on the screen as it is. */
function drawSurface(ctx, view, clause) {
  if (clause.surface === null) return;
  const held = page.surfaces[clause.surface];
  if (!pictures[clause.surface]) {
    pictures[clause.surface] = new Image();
    pictures[clause.surface].addEventListener('load', () => redraw('shade'));
    pictures[clause.surface].src = held.png;
  }
  const picture = pictures[clause.surface],
    [west, south, east, north] = held.bounds;
  if (!picture.complete) return;
  const x = worldX(west) * view.scale - view.left,
    y = worldY(north) * view.scale - view.top;
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(
    picture,
    x,
    y,
    worldX(east) * view.scale - view.left - x,
    worldY(south) * view.scale - view.top - y,
  );
}

export function drawRoads(ctx, view) {
  if (!view.on.roads) return false;
  ctx.lineJoin = ctx.lineCap = 'round';
  const closer = Math.max(0, view.zoom - fitZoom());
  for (const { rank, shapes } of [...roadShapes()].reverse()) {
    if (rank > 3 + closer) continue;
    ctx.strokeStyle = rank < 2 ? sheer(page.palette.road, 0.62) : sheer(page.palette.lane, 0.42);
    ctx.lineWidth = ROAD_WIDTH[Math.min(rank, 5)] * (1 + closer * 0.22);
    ctx.beginPath();
    for (let f = 0; f < shapes.n; f++) if (seen(view, shapes, f)) trace(ctx, view, shapes, f);
    ctx.stroke();
  }
}

export function drawBorders(ctx, view) {
  const land = regionShape(),
    shapes = areaShapes();
  ctx.fillStyle = basemapOn() ? sheer(page.palette.white, 0.3) : sheer(page.palette.sea, 0.78);
  ctx.beginPath();
  ctx.rect(0, 0, view.width, view.height);
  trace(ctx, view, land, 0);
  ctx.fill('evenodd');
  ctx.lineJoin = 'round';
  for (const level of [...page.levels].reverse()) {
    if (level.id === 'village' && view.shading !== 'village' && view.zoom < fitZoom() + 1.5) continue;
    ctx.strokeStyle = level.id === 'village' ? sheer(page.palette.villageBorder, 0.28) : sheer(page.palette.border, 0.5);
    ctx.lineWidth = level.id === 'village' ? 0.6 : 0.9;
    ctx.beginPath();
    for (let a = 0; a < shapes.n; a++)
      if (page.areas.level[a] === level.index && seen(view, shapes, a)) trace(ctx, view, shapes, a);
    ctx.stroke();
  }
  ctx.strokeStyle = page.palette.region;
  ctx.lineWidth = 1.8;
  ctx.beginPath();
  trace(ctx, view, land, 0);
  ctx.stroke();
  if (view.focus !== null && !emptyShape(shapes, view.focus)) {
    ctx.strokeStyle = page.palette.ink;
    ctx.lineWidth = 3;
    ctx.beginPath();
    trace(ctx, view, shapes, view.focus);
    ctx.stroke();
  }
}

export function drawCircles(ctx, view) {
  const clause = view.clause;
  if (!clause || !clause.radius || !view.on.circles) return false;
  const f = facilities();
  ctx.strokeStyle = page.palette.good;
  ctx.lineWidth = 1.6;
  ctx.setLineDash([7, 5]);
  ctx.fillStyle = sheer(page.palette.good, 0.05);
  const centres = clause.asked
    .filter((i) => f.placed[i] && statusHere(i, view.basis) === 'open')
    .map((i) => [lonOf(f.x[i]), latOf(f.y[i])]);
  for (const site of live(view.basis) ? scenario.sites : [])
    if (page.kinds[site.kind].serves.includes(clause.query)) centres.push([site.lon, site.lat]);
  const circles = centres.map(([lon, lat]) => {
      const circle = new Path2D();
      circlePoints(lon, lat, clause.radius).forEach(([x, y], n) => {
        circle[n ? 'lineTo' : 'moveTo'](x * view.scale - view.left, y * view.scale - view.top);
      });
      return circle;
    }),
    ground = new Path2D();
  for (const circle of circles) ground.addPath(circle);
  ctx.fill(ground);
  for (const circle of circles) ctx.stroke(circle); // one by one: a third faster than all in one path
  ctx.setLineDash([]);
}

/** Zooms beyond the whole study from which facilities are drawn in full. */
export const NEAR = 1.6;

/** Whether a clause about load says that all its facilities together have too many residents, or too few. */
const overloaded = (clause) => Boolean(clause.loadRange) && standing(clause).outcome === 'FAIL' && !clause.units.length;

export function drawFacilities(ctx, view) {
  const f = facilities(),
    clause = view.clause,
    chosen = asked(view.clause);
  const place = (i) => [f.x[i] * view.scale - view.left, f.y[i] * view.scale - view.top];
  if (view.on.others)
    for (let i = 0; i < f.n; i++) {
      if (!f.placed[i] || chosen.has(i)) continue;
      facilityMark(ctx, page.categories[f.category[i]].shape, ...place(i), 2.6, f.status[i], page.palette.facility);
    }
  if (!view.on.asked || !clause) return view.on.others;
  const judged = new Map(clause.units.filter((u) => u.facility >= 0).map((u) => [u.facility, u.outcome])),
    wrong = overloaded(clause),
    quiet = view.zoom < fitZoom() + NEAR;
  const r = quiet ? 3.2 : Math.min(8, (chosen.size > 60 ? 3.6 : 6) + Math.max(0, view.zoom - fitZoom()) * 0.5);
  for (const i of clause.asked) {
    const status = statusHere(i, view.basis);
    if (!f.placed[i] || status === null) continue;
    const bad = judged.get(i) === 'FAIL' || wrong;
    facilityMark(
      ctx,
      page.categories[f.category[i]].shape,
      ...place(i),
      bad ? Math.max(r, 6) : r,
      status,
      bad ? page.palette.bad : page.palette.asked,
      quiet && !bad,
    );
  }
}
