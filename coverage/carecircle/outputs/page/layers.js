// The layers: shading, travel time, roads, borders, circles, the gap, facilities, names.

const WARM = {bad: '#9c2a10', paper: '#6d3f9c', unsure: '#6b747a', good: '#1f6e8c'};
const SHARE_CLASSES = [
  {from: 0.9995, colour: '#e3eef0'},
  {from: 0.95, colour: '#f7ecd3'},
  {from: 0.8, colour: '#f0d09c'},
  {from: 0.5, colour: '#df9f68'},
  {from: -1, colour: '#bf6a45'},
];
const TIME_COLOURS = ['#a9d0de', '#c8e1e9', '#e3eff2', '#faead0', '#f3d1a4', '#e4ae84', '#cf9071'];
const UNASKED = '#fbfaf7';
const OUTCOME_FILL = {PASS: '#d3e6ec', FAIL: '#d08a66', NOT_ASSESSED: null, NO_THRESHOLD: '#e8e8e4', WAIVED: '#e6e2ee'};
const ROAD_WIDTH = [2.2, 1.7, 1.2, 0.8, 0.6, 0.5];

const state = {clause: 0, shading: 'town', wanted: 'town', on: {gap: true, asked: true, others: false, circles: true, roads: true, names: true},
  way: null, straight: null, focus: null};
const clauseNow = () => page.clauses[state.clause] || null;
const shareColour = (share) => SHARE_CLASSES.find((c) => share >= c.from).colour;

function shadeArea(ctx, clause, a) {
  const unit = unitOf(clause, a);
  if (clause.people) {
    const s = sums(clause);
    if (!(s.scope[a] > 0)) return null;
    const known = s.scope[a] - s.no_data[a] - s.unsnapped[a];
    return known > 0 ? shareColour(s.covered[a] / s.scope[a]) : hatch(ctx, '#a3a9ad', 7);
  }
  if (!unit) return null;
  return OUTCOME_FILL[unit.outcome] || hatch(ctx, '#a3a9ad', 7);
}

function drawShade(ctx, view) {
  const land = regionShape();
  ctx.fillStyle = LAND;
  ctx.beginPath();
  trace(ctx, view, land, 0);
  ctx.fill('evenodd');
  const clause = clauseNow();
  if (!clause) return;
  if (state.shading === 'people') { drawPeople(ctx, view, clause); return; }
  const level = page.levels.find((l) => l.id === state.shading);
  if (!level) return;
  const shapes = areaShapes();
  for (let a = 0; a < shapes.n; a++) {
    if (page.areas.level[a] !== level.index || emptyShape(shapes, a) || !seen(view, shapes, a)) continue;
    const fill = shadeArea(ctx, clause, a);
    ctx.beginPath();
    trace(ctx, view, shapes, a);
    ctx.fillStyle = fill || UNASKED;
    ctx.fill('evenodd');
  }
}

/** Every place where people live, by how long (or far) it is: blue within the limit, warm beyond. */
function drawPeople(ctx, view, clause) {
  const d = demand(), codes = codesOf(clause);
  if (!d || !codes) return;
  const size = Math.max(1.6, d.spacing / 40075016.7 / Math.cos(latOf((view.north + view.south) / 2) * Math.PI / 180) * view.scale);
  const query = clause.query === null ? null : page.queries[clause.query];
  for (let i = 0; i < d.n; i++) {
    if (!d.placed[i] || codes[i] === OUTSIDE || d.residents[i] <= 0) continue;
    const x = d.x[i] * view.scale - view.left, y = d.y[i] * view.scale - view.top;
    if (x < -size || y < -size || x > view.width + size || y > view.height + size) continue;
    ctx.fillStyle = paperOnly(clause, codes, i) ? WARM.paper : personColour(clause, query, codes[i], i);
    ctx.fillRect(x - size / 2, y - size / 2, size, size);
  }
}

function personColour(clause, query, code, i) {
  if (code === NO_DATA || code === UNSNAPPED) return '#a3a9ad';
  if (code === UNREACHABLE) return WARM.bad;
  if (!query || !clause.limitQuery) return code === COVERED ? TIME_COLOURS[0] : TIME_COLOURS[5];
  return TIME_COLOURS[timeClass(costAt(query, i) / clause.limitQuery)];
}
const TIME_BREAKS = [1 / 3, 2 / 3, 1, 4 / 3, 2, 3];
const timeClass = (ratio) => {
  const at = TIME_BREAKS.findIndex((b) => ratio <= b);
  return at < 0 ? TIME_BREAKS.length : at;
};

function drawRoads(ctx, view) {
  if (!state.on.roads) return;
  ctx.lineJoin = ctx.lineCap = 'round';
  const closer = Math.max(0, view.zoom - fitZoom());
  for (const {rank, shapes} of [...roadShapes()].reverse()) {
    if (rank > 3 + closer) continue;
    ctx.strokeStyle = rank < 2 ? 'rgba(122,116,104,.62)' : 'rgba(134,129,118,.42)';
    ctx.lineWidth = ROAD_WIDTH[Math.min(rank, 5)] * (1 + closer * 0.22);
    ctx.beginPath();
    for (let f = 0; f < shapes.n; f++) if (seen(view, shapes, f)) trace(ctx, view, shapes, f);
    ctx.stroke();
  }
}

function drawBorders(ctx, view) {
  const land = regionShape(), shapes = areaShapes();
  ctx.fillStyle = 'rgba(238,241,242,.78)';
  ctx.beginPath();
  ctx.rect(0, 0, view.width, view.height);
  trace(ctx, view, land, 0);
  ctx.fill('evenodd');
  ctx.lineJoin = 'round';
  for (const level of [...page.levels].reverse()) {
    if (level.id === 'village' && state.shading !== 'village' && view.zoom < fitZoom() + 1.5) continue;
    ctx.strokeStyle = level.id === 'village' ? 'rgba(90,100,108,.28)' : 'rgba(70,82,92,.5)';
    ctx.lineWidth = level.id === 'village' ? 0.6 : 0.9;
    ctx.beginPath();
    for (let a = 0; a < shapes.n; a++)
      if (page.areas.level[a] === level.index && seen(view, shapes, a)) trace(ctx, view, shapes, a);
    ctx.stroke();
  }
  ctx.strokeStyle = '#3b4750';
  ctx.lineWidth = 1.8;
  ctx.beginPath();
  trace(ctx, view, land, 0);
  ctx.stroke();
  if (state.focus !== null && !emptyShape(shapes, state.focus)) {
    ctx.strokeStyle = INK;
    ctx.lineWidth = 3;
    ctx.beginPath();
    trace(ctx, view, shapes, state.focus);
    ctx.stroke();
  }
}

function drawCircles(ctx, view) {
  const clause = clauseNow();
  if (!clause || !clause.radius || !state.on.circles) return;
  const f = facilities();
  ctx.strokeStyle = WARM.good;
  ctx.lineWidth = 1.6;
  ctx.setLineDash([7, 5]);
  ctx.fillStyle = 'rgba(31,110,140,.05)';
  const centres = clause.asked.filter((i) => f.placed[i] && !scenario.closed.has(i)).map((i) => [lonOf(f.x[i]), latOf(f.y[i])]);
  for (const site of scenario.sites) if (page.kinds[site.kind].serves.includes(clause.query)) centres.push([site.lon, site.lat]);
  for (const [lon, lat] of centres) {
    ctx.beginPath();
    circlePoints(lon, lat, clause.radius).forEach(([x, y], n) => {
      ctx[n ? 'lineTo' : 'moveTo'](x * view.scale - view.left, y * view.scale - view.top);
    });
    ctx.fill();
    ctx.stroke();
  }
  ctx.setLineDash([]);
}

const BIN = 22;
/** People of the gap gathered on the screen's grid, so that a county reads at a glance. */
function gapBins(view, clause) {
  const d = demand(), codes = codesOf(clause), bins = new Map();
  if (!d || !codes) return [];
  for (let i = 0; i < d.n; i++) {
    const code = codes[i];
    if (!d.placed[i] || code === OUTSIDE || !(d.residents[i] > 0)) continue;
    const kind = code === COVERED ? (paperOnly(clause, codes, i) ? 3 : -1) : code === NOT_COVERED ? 0 : code === UNREACHABLE ? 1 : 2;
    if (kind < 0) continue;
    const gx = d.x[i] * view.scale, gy = d.y[i] * view.scale;
    const key = (Math.floor(gx / BIN) * 4194304 + Math.floor(gy / BIN)) * 4 + kind;
    const bin = bins.get(key) || {kind, people: 0, x: 0, y: 0};
    bin.people += d.residents[i];
    bin.x += gx * d.residents[i];
    bin.y += gy * d.residents[i];
    bins.set(key, bin);
  }
  return [...bins.values()].map((b) => ({kind: b.kind, people: b.people, x: b.x / b.people - view.left, y: b.y / b.people - view.top}))
    .sort((a, b) => b.people - a.people);
}

/** Pixels of radius for one person at a zoom: area is proportional to people, the same for every clause. */
const gapScale = (() => {
  const kept = new Map();
  return (zoom) => {
    if (!kept.has(zoom)) {
      const d = demand(), scale = map.options.crs.scale(zoom), bins = new Map();
      for (let i = 0; d && i < d.n; i++) {
        if (!d.placed[i]) continue;
        const key = Math.floor(d.x[i] * scale / BIN) * 4194304 + Math.floor(d.y[i] * scale / BIN);
        bins.set(key, (bins.get(key) || 0) + d.residents[i]);
      }
      const crowds = [...bins.values()].filter((n) => n > 0).sort((p, q) => p - q);
      kept.set(zoom, BIN * 0.56 / Math.sqrt(Math.max(crowds[Math.floor(crowds.length * 0.96)] || 1, 1)));
    }
    return kept.get(zoom);
  };
})();
const gapRadius = (count, zoom) => Math.min(26, Math.max(1.7, Math.sqrt(count) * gapScale(zoom)));

function drawGap(ctx, view) {
  const clause = clauseNow();
  if (!clause || !state.on.gap) return;
  for (const bin of gapBins(view, clause)) {
    const r = gapRadius(bin.people, view.zoom);
    if (bin.x < -r || bin.y < -r || bin.x > view.width + r || bin.y > view.height + r) continue;
    gapMark(ctx, bin.kind, bin.x, bin.y, r);
  }
}

/** 0 beyond the limit: disc · 1 no way there: disc with a cross · 2 not known: open dashed square · 3 only on paper: disc with a bar. */
function gapMark(ctx, kind, x, y, r) {
  ctx.lineWidth = 1;
  if (kind === 2) {
    ctx.fillStyle = 'rgba(255,255,255,.75)';
    ctx.fillRect(x - r, y - r, 2 * r, 2 * r);
    ctx.strokeStyle = WARM.unsure;
    ctx.lineWidth = 1.4;
    ctx.setLineDash([3, 2]);
    ctx.strokeRect(x - r, y - r, 2 * r, 2 * r);
    ctx.setLineDash([]);
    return;
  }
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 7);
  ctx.fillStyle = kind === 3 ? 'rgba(109,63,156,.78)' : 'rgba(156,42,16,.76)';
  ctx.fill();
  ctx.strokeStyle = 'rgba(255,255,255,.9)';
  ctx.stroke();
  if (r < 3.2 || kind === 0) return;
  const d = r * 0.55;
  ctx.lineWidth = Math.max(1.2, r * 0.18);
  ctx.strokeStyle = '#fff';
  ctx.beginPath();
  if (kind === 1) { ctx.moveTo(x - d, y - d); ctx.lineTo(x + d, y + d); ctx.moveTo(x + d, y - d); ctx.lineTo(x - d, y + d); }
  else { ctx.moveTo(x - d, y); ctx.lineTo(x + d, y); }
  ctx.stroke();
}

/** A facility's mark: the shape tells the kind of place, the fill whether it is open. */
function facilityMark(ctx, shape, x, y, r, status, colour) {
  ctx.beginPath();
  if (shape === 'square') ctx.rect(x - r, y - r, 2 * r, 2 * r);
  else if (shape === 'triangle') { ctx.moveTo(x, y - r * 1.35); ctx.lineTo(x + r * 1.3, y + r * 0.95); ctx.lineTo(x - r * 1.3, y + r * 0.95); ctx.closePath(); }
  else if (shape === 'diamond') { ctx.moveTo(x, y - r * 1.25); ctx.lineTo(x + r * 1.25, y); ctx.lineTo(x, y + r * 1.25); ctx.lineTo(x - r * 1.25, y); ctx.closePath(); }
  else ctx.arc(x, y, r, 0, 7);
  ctx.lineJoin = 'round';
  ctx.lineWidth = 3.4;
  ctx.strokeStyle = '#fff';
  ctx.stroke();
  ctx.fillStyle = status === 'open' ? colour : '#fff';
  ctx.fill();
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = colour;
  if (status === 'planned') ctx.setLineDash([2.5, 2]);
  ctx.stroke();
  ctx.setLineDash([]);
  if (r < 5) return;
  ctx.strokeStyle = status === 'open' ? '#fff' : colour;
  ctx.lineWidth = 1.6;
  ctx.beginPath();
  const d = r * 0.5, cy = shape === 'triangle' ? y + r * 0.25 : y;
  if (status === 'closed') { ctx.moveTo(x - r, y + r); ctx.lineTo(x + r, y - r); }
  else { ctx.moveTo(x - d, cy); ctx.lineTo(x + d, cy); ctx.moveTo(x, cy - d); ctx.lineTo(x, cy + d); }
  ctx.stroke();
}

const asked = () => new Set(clauseNow() ? clauseNow().asked : []);
const ASKED = '#12405f';

function drawFacilities(ctx, view) {
  const f = facilities(), clause = clauseNow(), chosen = asked();
  const place = (i) => [f.x[i] * view.scale - view.left, f.y[i] * view.scale - view.top];
  if (state.on.others)
    for (let i = 0; i < f.n; i++) {
      if (!f.placed[i] || chosen.has(i)) continue;
      facilityMark(ctx, page.categories[f.category[i]].shape, ...place(i), 2.6, f.status[i], '#7d868c');
    }
  if (!state.on.asked || !clause) return;
  const judged = new Map(clause.units.filter((u) => u.facility >= 0).map((u) => [u.facility, u.outcome]));
  const r = Math.min(8, (chosen.size > 60 ? 3.6 : 6) + Math.max(0, view.zoom - fitZoom()) * 0.8);
  for (const i of clause.asked) {
    if (!f.placed[i]) continue;
    const colour = judged.get(i) === 'FAIL' ? WARM.bad : ASKED;
    facilityMark(ctx, page.categories[f.category[i]].shape, ...place(i), r, scenario.closed.has(i) ? 'closed' : f.status[i], colour);
  }
}

function drawNames(ctx, view) {
  const f = facilities(), clause = clauseNow();
  const marks = state.on.asked && clause ? clause.asked.filter((i) => f.placed[i]).map((i) => [f.x[i] * view.scale - view.left, f.y[i] * view.scale - view.top, 7]) : [];
  const label = labeller(ctx, view, marks.slice(0, 200));
  if (state.on.asked && clause && (clause.asked.length <= 25 || view.zoom >= fitZoom() + 1.6))
    for (const i of clause.asked)
      if (f.placed[i]) label(f.names[i], f.x[i] * view.scale - view.left, f.y[i] * view.scale - view.top, {size: 12, weight: 600, colour: ASKED, align: 'left', offset: 11});
  if (!state.on.names) return;
  for (const level of page.levels) {
    if (level.id === 'village' && view.zoom < fitZoom() + 2) continue;
    if (level.id === 'county' && page.levels.length > 1) continue;
    for (let a = 0; a < page.areas.names.length; a++) {
      if (page.areas.level[a] !== level.index) continue;
      const [x, y] = page.areas.label[a];
      if (x !== null) label(page.areas.names[a], worldX(x) * view.scale - view.left, worldY(y) * view.scale - view.top, level.id === 'village' ? {size: 11, colour: '#5c6870'} : {size: 12.5, weight: 500, colour: '#46525b'});
    }
  }
}

function drawWay(ctx, view) {
  if (!state.way) return;
  for (const [width, colour] of [[7, 'rgba(255,255,255,.9)'], [3.5, INK]]) {
    ctx.lineJoin = ctx.lineCap = 'round';
    ctx.lineWidth = width;
    ctx.strokeStyle = colour;
    ctx.beginPath();
    state.way.forEach((p, n) => ctx[n ? 'lineTo' : 'moveTo'](p[0] * view.scale - view.left, p[1] * view.scale - view.top));
    ctx.stroke();
  }
  if (state.straight && state.way !== state.straight) {
    ctx.setLineDash([3, 4]);
    ctx.lineWidth = 2;
    ctx.strokeStyle = WARM.good;
    ctx.beginPath();
    state.straight.forEach((p, n) => ctx[n ? 'lineTo' : 'moveTo'](p[0] * view.scale - view.left, p[1] * view.scale - view.top));
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.strokeStyle = INK;
  }
  const [x, y] = state.way[0];
  ctx.beginPath();
  ctx.arc(x * view.scale - view.left, y * view.scale - view.top, 5.5, 0, 7);
  ctx.fillStyle = '#fff';
  ctx.fill();
  ctx.lineWidth = 3;
  ctx.stroke();
}

const layers = {};
let fitted = null;
const fitZoom = () => (fitted === null ? map.getZoom() : fitted);

function openLayers() {
  const order = [['shade', drawShade, 210], ['roads', drawRoads, 300], ['borders', drawBorders, 320], ['circles', drawCircles, 340],
    ['gap', drawGap, 380], ['way', drawWay, 395], ['facilities', drawFacilities, 410], ['names', drawNames, 420]];
  for (const [name, draw, z] of order) {
    const pane = map.createPane(`cc-${name}`);
    pane.style.zIndex = z;
    pane.style.pointerEvents = 'none';
    layers[name] = new CanvasLayer(`cc-${name}`, draw).addTo(map);
  }
  map.createPane('cc-surface').style.zIndex = 260;
  map.getPane('cc-surface').style.pointerEvents = 'none';
}

let overlay = null;
function showSurface() {
  if (overlay) { overlay.remove(); overlay = null; }
  const clause = clauseNow();
  if (state.shading !== 'surface' || !clause || clause.surface === null) return;
  const s = page.surfaces[clause.surface], [west, south, east, north] = s.bounds;
  overlay = L.imageOverlay(s.png, [[south, west], [north, east]], {pane: 'cc-surface', opacity: 0.92, className: 'cc-pixels', alt: ''}).addTo(map);
}

function redraw(...names) {
  (names.length ? names : Object.keys(layers)).forEach((name) => layers[name].redraw());
}
