// What may lie over any shading: water, failing units, people cut off and why, sites to come, findings in the data.

import { areaShapes, demand, facilities, OUTSIDE } from '../model/facts.js';
import { emptyShape, openShapes } from '../model/mercator.js';
import { column, once, page } from '../model/page.js';
import { people, say } from '../model/say.js';
import { codesOf } from '../model/sides.js';
import { FONT, hatch, pixel, seen, trace } from './canvas.js';
import { byId, h } from './elements.js';
import { laneGroups } from './lanes.js';
import { BIN, gapRadius } from './marks.js';
import { showMap } from './sheets.js';
import { calm, fitZoom, map } from './stage.js';
import { state } from './state.js';
import { openWhy } from './why.js';
import { sheer } from './sheer.js';

const islandShapes = once(() =>
  Object.fromEntries(Object.entries(page.islands).map(([mode, held]) => [mode, openShapes(held.shapes)])),
);

const waterShapes = once(() => page.water && { areas: openShapes(page.water.areas), lines: openShapes(page.water.lines) });

export function drawWater(ctx, view) {
  if (!page.water || !view.on.water) return false;
  const { areas, lines } = waterShapes();
  ctx.fillStyle = page.palette.water;
  ctx.strokeStyle = page.palette.shore;
  ctx.lineJoin = ctx.lineCap = 'round';
  ctx.lineWidth = 0.8;
  for (let f = 0; f < areas.n; f++) {
    if (!seen(view, areas, f)) continue;
    ctx.beginPath();
    trace(ctx, view, areas, f);
    ctx.fill('evenodd');
    ctx.stroke();
  }
  ctx.lineWidth = Math.min(5, 1.6 + Math.max(0, view.zoom - fitZoom()) * 0.6);
  ctx.beginPath();
  for (let f = 0; f < lines.n; f++) if (seen(view, lines, f)) trace(ctx, view, lines, f);
  ctx.stroke();
}

// ---- failing units ----

export const failing = (clause) =>
  (clause ? clause.units : []).filter((u) => u.outcome === 'FAIL' && (u.facility >= 0 || drawnUnit(u)));

const drawnUnit = (u) => u.area >= 0 && page.areas.parent[u.area] >= 0 && !emptyShape(areaShapes(), u.area);

/** Units that have more than is asked, or of which nothing can be said: each with a sign of its own. */
export const signed = (clause) =>
  (clause ? clause.units : []).filter((u) => (u.state === 'surplus' || u.outcome === 'NOT_ASSESSED') && (u.facility >= 0 || drawnUnit(u)));

/** Surplus: a ring with a plus; not known: a dashed square with a question mark. */
export function unitMark(ctx, surplus, x, y, r = 8) {
  ctx.beginPath();
  if (surplus) ctx.arc(x, y, r, 0, 7);
  else ctx.rect(x - r, y - r, 2 * r, 2 * r);
  ctx.fillStyle = sheer(page.palette.white, 0.9);
  ctx.fill();
  ctx.strokeStyle = surplus ? page.palette.good : page.palette.gapUnsure;
  ctx.lineWidth = 1.8;
  if (!surplus) ctx.setLineDash([3, 2]);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.fillStyle = ctx.strokeStyle;
  ctx.font = `700 13px ${FONT}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillText(surplus ? '+' : '?', x, y + 0.5);
}

function drawSigns(ctx, view) {
  const f = facilities();
  for (const unit of signed(view.clause)) {
    const [lon, lat] = unit.area >= 0 && drawnUnit(unit) ? page.areas.label[unit.area] : [null, null],
      at = lon !== null ? pixel(view, { lon, lat }) : null;
    if (at) unitMark(ctx, unit.state === 'surplus', at[0], at[1] + 14);
    else if (unit.facility >= 0 && f.placed[unit.facility])
      unitMark(ctx, unit.state === 'surplus', f.x[unit.facility] * view.scale - view.left + 12, f.y[unit.facility] * view.scale - view.top - 12);
  }
}

export function drawUnits(ctx, view) {
  const wrong = view.on.units ? failing(view.clause) : [];
  if (view.on.units) drawSigns(ctx, view);
  if (!wrong.length) return view.on.units && signed(view.clause).length > 0;
  const shapes = areaShapes(),
    f = facilities();
  ctx.lineJoin = 'round';
  for (const unit of wrong) {
    if (unit.area >= 0 && drawnUnit(unit)) {
      if (!seen(view, shapes, unit.area)) continue;
      ctx.beginPath();
      trace(ctx, view, shapes, unit.area);
      ctx.fillStyle = hatch(ctx, sheer(page.palette.bad, 0.55), 9);
      ctx.fill('evenodd');
      ctx.strokeStyle = page.palette.bad;
      ctx.lineWidth = 1.8;
      ctx.stroke();
    } else if (unit.facility >= 0 && f.placed[unit.facility]) {
      ctx.beginPath();
      ctx.arc(
        f.x[unit.facility] * view.scale - view.left,
        f.y[unit.facility] * view.scale - view.top,
        13,
        0,
        7,
      );
      ctx.strokeStyle = page.palette.bad;
      ctx.lineWidth = 2.2;
      ctx.stroke();
    }
  }
}

// ---- people cut off, and the roads that hang together with nothing ----

/** The query by road that tells who is cut off: the clause's own, else its road. */
function cutOffQuery(clause) {
  if (!clause || !clause.people) return null;
  const found = [clause.query, clause.road].find(
    (q) => q !== null && q !== undefined && page.queries[q].metric !== 'straight_m',
  );
  return found === undefined ? null : page.queries[found];
}

/** Residents by reason; under a trial those reached are no longer cut off. */
export function cutOff(clause, basis = 'now') {
  const query = cutOffQuery(clause),
    count = { unsnapped: 0, island: 0, one_way: 0, beyond: 0, closed: 0, cut_off: 0 };
  if (!query) return { query, count, status: null };
  const status = column(query.status),
    codes = codesOf(clause, basis),
    d = demand();
  for (let i = 0; i < d.n; i++) {
    const why = query.reasons[status[i]];
    if (why in count && codes[i] !== OUTSIDE && d.placed[i]) count[why] += d.residents[i];
  }
  return { query, count, status };
}

export function cutOffMark(ctx, why, x, y, r) {
  ctx.beginPath();
  if (why === 'one_way') {
    ctx.moveTo(x, y - r * 1.2);
    ctx.lineTo(x + r * 1.1, y + r * 0.8);
    ctx.lineTo(x - r * 1.1, y + r * 0.8);
    ctx.closePath();
  } else if (why === 'unsnapped' || why === 'closed') ctx.rect(x - r, y - r, 2 * r, 2 * r);
  else ctx.arc(x, y, r, 0, 7);
  const hollow = why === 'unsnapped' || why === 'beyond' || why === 'closed';
  ctx.fillStyle = hollow ? sheer(page.palette.white, 0.85) : page.palette.cutOff[why];
  ctx.fill();
  ctx.strokeStyle = hollow ? page.palette.cutOff[why] : page.palette.white;
  ctx.lineWidth = hollow ? 1.8 : 1.2;
  if (why === 'unsnapped') ctx.setLineDash([2.5, 2]);
  ctx.stroke();
  ctx.setLineDash([]);
}

export function drawIslands(ctx, view) {
  if (!view.on.islands) return false;
  const clause = view.clause,
    { query, status } = cutOff(clause, view.basis),
    shapes = query && islandShapes()[query.mode];
  if (shapes) {
    ctx.strokeStyle = page.palette.cutOff.island;
    ctx.lineWidth = 2.6;
    ctx.lineJoin = ctx.lineCap = 'round';
    ctx.beginPath();
    for (let f = 0; f < shapes.n; f++) if (seen(view, shapes, f)) trace(ctx, view, shapes, f);
    ctx.stroke();
  }
  if (!query) return;
  const d = demand(),
    codes = codesOf(clause, view.basis),
    bins = new Map();
  for (let i = 0; i < d.n; i++) {
    const why = query.reasons[status[i]];
    if (!(why in page.palette.cutOff) || codes[i] === OUTSIDE || !d.placed[i] || !(d.residents[i] > 0)) continue;
    const x = d.x[i] * view.scale,
      y = d.y[i] * view.scale,
      key = `${why}${Math.floor(x / BIN)} ${Math.floor(y / BIN)}`,
      bin = bins.get(key) || { why, n: 0, x: 0, y: 0 };
    bin.n += d.residents[i];
    bin.x += x * d.residents[i];
    bin.y += y * d.residents[i];
    bins.set(key, bin);
  }
  [...bins.values()]
    .sort((a, b) => b.n - a.n)
    .forEach((b) =>
      cutOffMark(
        ctx,
        b.why,
        b.x / b.n - view.left,
        b.y / b.n - view.top,
        Math.max(3.2, gapRadius(b.n, view.zoom) * 0.8),
      ),
    );
}

// ---- sites and findings ----

export function siteMark(ctx, kind, x, y, rank) {
  const r = kind === 'proposed' ? 10 : 9;
  ctx.beginPath();
  if (kind === 'added') {
    for (let k = 0; k < 10; k++) {
      const t = (k * Math.PI) / 5,
        away = k % 2 ? r * 0.52 : r * 1.15;
      ctx[k ? 'lineTo' : 'moveTo'](x + away * Math.sin(t), y - away * Math.cos(t));
    }
    ctx.closePath();
  } else ctx.arc(x, y, r, 0, 7);
  ctx.lineJoin = 'round';
  ctx.fillStyle = kind === 'closed' ? page.palette.white : page.palette.sites[kind];
  ctx.strokeStyle = kind === 'closed' ? page.palette.sites.closed : page.palette.white;
  ctx.lineWidth = 2;
  ctx.fill();
  ctx.stroke();
  if (kind === 'closed') {
    ctx.beginPath();
    ctx.moveTo(x - r * 0.6, y - r * 0.6);
    ctx.lineTo(x + r * 0.6, y + r * 0.6);
    ctx.moveTo(x + r * 0.6, y - r * 0.6);
    ctx.lineTo(x - r * 0.6, y + r * 0.6);
    ctx.stroke();
  }
  if (kind !== 'proposed') return;
  ctx.font = `700 12px ${FONT}`;
  ctx.fillStyle = page.palette.white;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillText(String(rank), x, y + 0.5);
}

export function findingMark(ctx, level, x, y) {
  ctx.beginPath();
  if (level === 'error') ctx.rect(x - 7, y - 7, 14, 14);
  else if (level === 'warning') {
    ctx.moveTo(x, y - 9);
    ctx.lineTo(x + 9, y + 7);
    ctx.lineTo(x - 9, y + 7);
    ctx.closePath();
  } else ctx.arc(x, y, 7, 0, 7);
  ctx.lineJoin = 'round';
  ctx.strokeStyle = page.palette.white;
  ctx.lineWidth = 3;
  ctx.stroke();
  ctx.fillStyle = page.palette.findings[level];
  ctx.fill();
  ctx.fillStyle = page.palette.white;
  ctx.font = `700 11px ${FONT}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillText(level === 'note' ? 'i' : '!', x, y + (level === 'warning' ? 1.5 : 0.5));
}

export const placedSites = () => page.sites.filter((s) => s.lon !== null);

export const placedFindings = () => page.findings.filter((f) => f.lon !== null);

export function drawSites(ctx, view) {
  if (view.on.findings) for (const f of placedFindings()) findingMark(ctx, f.level, ...pixel(view, f));
  if (!view.on.candidates || !page.sites.length) return view.on.findings;
  for (const s of [...placedSites()].reverse())
    if (view.basis !== 'baseline' || s.kind === 'proposed') siteMark(ctx, s.kind, ...pixel(view, s), s.rank);
}

/** The site, lane or finding drawn under a point of the map. */
export function overlayAt(point) {
  const near = (place) => {
    const at = map.latLngToContainerPoint([place.lat, place.lon]);
    return Math.hypot(at.x - point.x, at.y - point.y) < 12;
  };
  return (
    (state.on.candidates && placedSites().find(near)) ||
    (state.on.lanes && laneGroups().find(near)) ||
    (state.on.findings && placedFindings().find(near)) ||
    null
  );
}

const siteText = (s) =>
  say(`page_site_${s.kind}`, { name: s.name, category: say(s.category), rank: s.rank, n: people(s.people || 0) });

export const overlayText = (o) => (o.level ? say(o) : siteText(o));

export function openOverlay(o) {
  openWhy(
    h('h2', {}, say(o.level ? `page_finding_${o.level}` : 'page_layer_candidates')),
    h('p', {}, overlayText(o)),
    o.file ? h('p', { class: 'cc-small' }, `${o.file}${o.row === null ? '' : ` · ${say('page_row', { n: o.row })}`}`) : null,
  );
}

export function goToOverlay(o) {
  showMap();
  map.setView([o.lat, o.lon], Math.max(map.getZoom(), fitZoom() + 2), { animate: !calm });
  openOverlay(o);
}

/** The tip over a site or finding, where no facility has one. */
export function hoverOverlay(event) {
  const tip = byId('cc-tip'),
    over = tip.hidden ? overlayAt(event.containerPoint) : null;
  if (!over) return;
  map.getContainer().classList.add('cc-over');
  tip.hidden = false;
  tip.textContent = overlayText(over);
  const box = map.getContainer().getBoundingClientRect();
  tip.style.left = `${box.left + event.containerPoint.x + 14}px`;
  tip.style.top = `${box.top + event.containerPoint.y - 10}px`;
}
