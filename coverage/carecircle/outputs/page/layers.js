// The layers: shading, travel time, roads, borders, circles, the gap, facilities, names.

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
  const clause = clauseNow();
  if (!clause) return;
  if (state.shading === 'surface') drawSurface(ctx, view, clause);
  else if (state.shading === 'people') drawPeople(ctx, view, clause);
  else if (CELL_SHADES[state.shading]) CELL_SHADES[state.shading].draw(ctx, view, clause);
  else drawAreas(ctx, view, clause);
}

function drawLand(ctx, view) {
  if (basemapOn()) return false;
  ctx.fillStyle = LAND;
  ctx.beginPath();
  trace(ctx, view, regionShape(), 0);
  ctx.fill('evenodd');
}

function drawAreas(ctx, view, clause) {
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
    if (onPaper()) ruleArea(ctx, clause, a, fill);
  }
}

/** On paper: level lines, the closer the fewer are covered; dots where the clause does not ask. */
function ruleArea(ctx, clause, a, fill) {
  const s = clause.people ? sums(clause) : null,
    gap = !fill ? -1 : s ? SHARE_LINES[shareClass(s.covered[a] / s.scope[a])] : 0;
  if (gap === 0) return;
  ctx.fillStyle = gap < 0 ? dots(ctx) : lines(ctx, gap);
  ctx.fill('evenodd');
}

/** Every place where people live, by how long (or far) it is: blue within the limit, warm beyond. */
function drawPeople(ctx, view, clause) {
  const d = demand(),
    codes = codesOf(clause);
  if (!d || !codes) return;
  const size = cellSize(view, d);
  const query = clause.query === null ? null : page.queries[clause.query];
  for (let i = 0; i < d.n; i++) {
    if (!d.placed[i] || codes[i] === OUTSIDE || d.residents[i] <= 0) continue;
    const x = d.x[i] * view.scale - view.left,
      y = d.y[i] * view.scale - view.top;
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

function drawRoads(ctx, view) {
  if (!state.on.roads) return false;
  ctx.lineJoin = ctx.lineCap = 'round';
  const closer = Math.max(0, view.zoom - fitZoom());
  for (const { rank, shapes } of [...roadShapes()].reverse()) {
    if (rank > 3 + closer) continue;
    ctx.strokeStyle = rank < 2 ? 'rgba(122,116,104,.62)' : 'rgba(134,129,118,.42)';
    ctx.lineWidth = ROAD_WIDTH[Math.min(rank, 5)] * (1 + closer * 0.22);
    ctx.beginPath();
    for (let f = 0; f < shapes.n; f++) if (seen(view, shapes, f)) trace(ctx, view, shapes, f);
    ctx.stroke();
  }
}

function drawBorders(ctx, view) {
  const land = regionShape(),
    shapes = areaShapes();
  ctx.fillStyle = basemapOn() ? 'rgba(255,255,255,.3)' : 'rgba(238,241,242,.78)';
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
  if (!clause || !clause.radius || !state.on.circles) return false;
  const f = facilities();
  ctx.strokeStyle = WARM.good;
  ctx.lineWidth = 1.6;
  ctx.setLineDash([7, 5]);
  ctx.fillStyle = 'rgba(31,110,140,.05)';
  const centres = clause.asked
    .filter((i) => f.placed[i] && statusHere(i) === 'open')
    .map((i) => [lonOf(f.x[i]), latOf(f.y[i])]);
  for (const site of live() ? scenario.sites : [])
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

function drawFacilities(ctx, view) {
  const f = facilities(),
    clause = clauseNow(),
    chosen = asked();
  const place = (i) => [f.x[i] * view.scale - view.left, f.y[i] * view.scale - view.top];
  if (state.on.others)
    for (let i = 0; i < f.n; i++) {
      if (!f.placed[i] || chosen.has(i)) continue;
      facilityMark(ctx, page.categories[f.category[i]].shape, ...place(i), 2.6, f.status[i], '#7d868c');
    }
  if (!state.on.asked || !clause) return state.on.others;
  const judged = new Map(clause.units.filter((u) => u.facility >= 0).map((u) => [u.facility, u.outcome]));
  const r = Math.min(8, (chosen.size > 60 ? 3.6 : 6) + Math.max(0, view.zoom - fitZoom()) * 0.8);
  for (const i of clause.asked) {
    const status = statusHere(i);
    if (!f.placed[i] || status === null) continue;
    const colour = judged.get(i) === 'FAIL' ? WARM.bad : ASKED;
    facilityMark(
      ctx,
      page.categories[f.category[i]].shape,
      ...place(i),
      r,
      status,
      colour,
    );
  }
}

function drawNames(ctx, view) {
  const f = facilities(),
    clause = clauseNow();
  const marks =
    state.on.asked && clause
      ? clause.asked
          .filter((i) => f.placed[i])
          .map((i) => [f.x[i] * view.scale - view.left, f.y[i] * view.scale - view.top, 7])
      : [];
  const label = labeller(ctx, view, marks.slice(0, 200));
  if (state.shading === 'catchments' && CELL_SHADES.catchments.has(clause))
    drawCatchmentNames(label, view, clause);
  else if (state.on.asked && clause && (clause.asked.length <= 25 || view.zoom >= fitZoom() + 1.6))
    for (const i of clause.asked)
      if (f.placed[i])
        label(f.names[i], f.x[i] * view.scale - view.left, f.y[i] * view.scale - view.top, {
          size: 12,
          weight: 600,
          colour: ASKED,
          align: 'left',
          offset: 11,
        });
  if (!state.on.names) return;
  for (const level of page.levels) {
    if (level.id === 'village' && view.zoom < fitZoom() + 2) continue;
    if (level.id === 'county' && page.levels.length > 1) continue;
    for (let a = 0; a < page.areas.names.length; a++) {
      if (page.areas.level[a] !== level.index) continue;
      const [x, y] = page.areas.label[a];
      if (x !== null)
        label(
          page.areas.names[a],
          worldX(x) * view.scale - view.left,
          worldY(y) * view.scale - view.top,
          level.id === 'village'
            ? { size: 11, colour: '#5c6870' }
            : { size: 12.5, weight: 500, colour: '#46525b' },
        );
    }
  }
}

function drawWay(ctx, view) {
  if (!state.way) return false;
  for (const [width, colour] of [
    [7, 'rgba(255,255,255,.9)'],
    [3.5, INK],
  ]) {
    ctx.lineJoin = ctx.lineCap = 'round';
    ctx.lineWidth = width;
    ctx.strokeStyle = colour;
    ctx.beginPath();
    state.way.forEach((p, n) =>
      ctx[n ? 'lineTo' : 'moveTo'](p[0] * view.scale - view.left, p[1] * view.scale - view.top),
    );
    ctx.stroke();
  }
  if (state.straight && state.way !== state.straight) {
    ctx.setLineDash([3, 4]);
    ctx.lineWidth = 2;
    ctx.strokeStyle = WARM.good;
    ctx.beginPath();
    state.straight.forEach((p, n) =>
      ctx[n ? 'lineTo' : 'moveTo'](p[0] * view.scale - view.left, p[1] * view.scale - view.top),
    );
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
/** Nothing is drawn before the map stands where it opens: then everything, once. */
let begun = false;
const fitZoom = () => (fitted === null ? map.getZoom() : fitted);

const always = () => true;
/** Whether a side that is shown has what a layer draws. */
const onASide = (has) => (swipe.kind ? sides().map((side) => page.clauses[side.clause]) : [clauseNow()]).some(has);
/** Canvas, its drawings from below upwards, height, whether the sides of a comparison differ in it, when it shows anything. */
const LAYERS = [
  ['shade', [drawLand, drawShade], 210, true, always],
  ['lines', [drawWater, drawRoads, drawBorders], 300, false, always],
  ['circles', [drawCircles], 340, true, () => state.on.circles && onASide((clause) => clause && clause.radius)],
  ['units', [drawUnits], 360, true, () => state.on.units && onASide((clause) => failing(clause).length > 0)],
  ['gap', [drawGap], 380, true, () => state.on.gap],
  ['islands', [drawIslands], 385, true, () => state.on.islands],
  ['way', [drawWay], 395, false, () => state.way !== null],
  ['places', [drawFacilities, drawSites, drawNames], 410, true, always],
  ['measure', [drawMeasure], 430, false, () => measure.on],
];

/** Each drawing in turn, with a pen of its own; false where none of them drew. */
const inTurn = (draws) => (ctx, view) =>
  draws.filter((draw) => {
    ctx.save();
    const drawn = draw(ctx, view) !== false;
    ctx.restore();
    return drawn;
  }).length > 0;

function openLayers() {
  for (const [name, draws, z, sided, shows] of LAYERS) {
    const pane = map.createPane(`cc-${name}`),
      draw = inTurn(draws);
    pane.style.zIndex = z;
    pane.style.pointerEvents = 'none';
    layers[name] = new CanvasLayer(`cc-${name}`, sided ? bothSides(name, draw) : draw, shows).addTo(map);
  }
}

function redraw(...names) {
  (names.length ? names : Object.keys(layers)).forEach((name) => layers[name].redraw());
}
