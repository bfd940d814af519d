// Shadings by where people live: service areas, the circle against the road, population, town and country.

const POPULATION_COLOURS = ['#dfe9ea', '#b9d2d8', '#86b1bd', '#4f8798', '#285f74', '#123c4d'];
const URBAN_COLOURS = { 0: null, 1: '#3f6b8a', 2: '#dccf9c' };
const PAPER_COLOURS = ['#a9d0de', '#6d3f9c', '#e4ae84'];
const UNKNOWN_GREY = '#7f878c';
/** Light hues that stay apart for every kind of colour sight; borders between service areas carry the rest. */
const AREA_COLOURS = ['#a6cfe3', '#f4cf94', '#b9dcb8', '#e7b8a4', '#cdc0e0', '#f0e6a0', '#9fc7bd', '#e3c0d4'];

/** Pixels of one resident point: the cell of the grid that it stands for. */
const cellSize = (view, d) =>
  Math.max(
    1.6,
    (d.spacing / 40075016.7 / Math.cos((latOf((view.north + view.south) / 2) * Math.PI) / 180)) * view.scale,
  );

/** Fills each resident point's square by its class; a class below zero is left out. */
function drawCells(ctx, view, classOf, fills) {
  const d = demand();
  if (!d) return;
  const size = cellSize(view, d) + 0.35,
    groups = fills.map(() => []);
  for (let i = 0; i < d.n; i++) {
    if (!d.placed[i]) continue;
    const x = d.x[i] * view.scale - view.left,
      y = d.y[i] * view.scale - view.top;
    if (x < -size || y < -size || x > view.width + size || y > view.height + size) continue;
    const k = classOf(i);
    if (k >= 0) groups[k].push(x, y);
  }
  groups.forEach((places, k) => {
    ctx.fillStyle = fills[k] === null ? hatch(ctx, UNKNOWN_GREY, 6) : fills[k];
    for (let j = 0; j < places.length; j += 2)
      ctx.fillRect(places[j] - size / 2, places[j + 1] - size / 2, size, size);
  });
}

/** Round numbers that part the populated points into six classes. */
const populationBreaks = once(() => {
  const d = demand(),
    sorted = Float64Array.from(d.residents.filter((n, i) => n > 0 && d.placed[i])).sort();
  const round = (n) => {
    const p = 10 ** Math.floor(Math.log10(n) - (n < 10 ? 0 : 0));
    return n < 1 ? Math.round(n * 10) / 10 : Math.round((n / p) * 2) * (p / 2);
  };
  const at = [0.3, 0.55, 0.75, 0.9, 0.98].map((share) =>
    round(Math.max(sorted[Math.floor(sorted.length * share)] || 0, 0.1)),
  );
  return at.filter((n, i) => i === 0 || n > at[i - 1]);
});

function drawPopulation(ctx, view) {
  const { residents } = demand(),
    breaks = populationBreaks();
  const classOf = (i) => {
    if (!(residents[i] > 0)) return -1;
    const k = breaks.findIndex((b) => residents[i] <= b);
    return k < 0 ? breaks.length : k;
  };
  drawCells(ctx, view, classOf, POPULATION_COLOURS.slice(0, breaks.length + 1));
}

function drawUrban(ctx, view) {
  const { residents, urban } = demand();
  drawCells(ctx, view, (i) => (residents[i] > 0 ? urban[i] : -1), [null, URBAN_COLOURS[1], URBAN_COLOURS[2]]);
}

/** 0 within on paper and by road · 1 on paper only · 2 beyond both · 3 not known. */
function paperClass(clause, codes, i) {
  if (codes[i] === OUTSIDE) return -1;
  if (codes[i] === NO_DATA) return 3;
  if (codes[i] === COVERED) return paperOnly(clause, codes, i) ? 1 : 0;
  return codes[i] === UNSNAPPED ? 3 : 2;
}

function drawPaper(ctx, view, clause) {
  const codes = codesOf(clause),
    { residents } = demand();
  drawCells(ctx, view, (i) => (residents[i] > 0 ? paperClass(clause, codes, i) : -1), [...PAPER_COLOURS, null]);
}

// ---- service areas ----

/** The query whose owners part the people among a clause's facilities: its own, else one that asks for them all. */
function catchmentQuery(clause) {
  if (!clause || !page.demand) return null;
  if (clause.people && clause.query !== null) return page.queries[clause.query];
  if (!clause.asked.length) return null;
  const wanted = clause.asked.filter((i) => page.facilities.status[i] === 'open');
  return (
    page.queries.find(
      (q) => wanted.length && wanted.every((i) => q.serving.includes(i)) && q.serving.length <= wanted.length + 12,
    ) || null
  );
}

/** Per facility its residents and colour, and the borders between service areas; kept while owners stay. */
const catchments = (() => {
  const kept = new Map();
  return (clause) => {
    const query = catchmentQuery(clause),
      owners = ownersOf(query),
      key = `${clause.rule} ${state.basis}`,
      stamp = changed() ? scenario.stamp : -1,
      before = kept.get(key);
    if (before && before.stamp === stamp) return before;
    const made = { ...partition(clause, owners), stamp };
    kept.set(key, made);
    return made;
  };
})();

function partition(clause, owners) {
  const d = demand(),
    codes = clause.people ? codesOf(clause) : null,
    served = new Map();
  let without = 0;
  for (let i = 0; i < d.n; i++) {
    if (!(d.residents[i] > 0) || (codes && codes[i] === OUTSIDE)) continue;
    if (owners[i] < 0) without += d.residents[i];
    else served.set(owners[i], (served.get(owners[i]) || 0) + d.residents[i]);
  }
  const { edges, beside } = borders(d, owners, codes);
  return { owners, codes, served, without, edges, colour: coloured(served, beside) };
}

/** Pairs of neighbouring cells with different owners: the line between them, and who lies beside whom. */
function borders(d, owners, codes) {
  const step = d.spacing / 40075016.7 / Math.cos((latOf(d.n ? d.y[0] : 0.5) * Math.PI) / 180),
    at = new Map(),
    edges = [],
    beside = new Map();
  const cell = (x, y) => Math.floor(x / step) * 67108864 + Math.floor(y / step);
  const counts = (i) => d.placed[i] && owners[i] >= 0 && !(codes && codes[i] === OUTSIDE);
  for (let i = 0; i < d.n; i++) if (counts(i)) at.set(cell(d.x[i], d.y[i]), i);
  const meet = (a, b) => {
    if (!beside.has(a)) beside.set(a, new Set());
    beside.get(a).add(b);
  };
  at.forEach((i) => {
    for (const [dx, dy] of [
      [step, 0],
      [0, step],
    ]) {
      const j = at.get(cell(d.x[i] + dx, d.y[i] + dy));
      if (j === undefined || owners[i] === owners[j]) continue;
      const mx = (d.x[i] + d.x[j]) / 2,
        my = (d.y[i] + d.y[j]) / 2,
        ux = (d.y[i] - d.y[j]) / 2,
        uy = (d.x[j] - d.x[i]) / 2;
      edges.push(mx - ux, my - uy, mx + ux, my + uy);
      meet(owners[i], owners[j]);
      meet(owners[j], owners[i]);
    }
  });
  return { edges: Float64Array.from(edges), beside };
}

/** Greedy colouring, the largest first: neighbours differ as far as the hues last. */
function coloured(served, beside) {
  const colour = new Map();
  [...served.entries()]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .forEach(([owner], order) => {
      const taken = new Set([...(beside.get(owner) || [])].map((o) => colour.get(o)));
      const free = AREA_COLOURS.map((c, k) => (order + k) % AREA_COLOURS.length).find((k) => !taken.has(k));
      colour.set(owner, free === undefined ? order % AREA_COLOURS.length : free);
    });
  return colour;
}

function drawCatchments(ctx, view, clause) {
  const { owners, codes, colour, edges } = catchments(clause),
    { residents } = demand();
  const classOf = (i) =>
    !(residents[i] > 0) || (codes && codes[i] === OUTSIDE)
      ? -1
      : owners[i] < 0
        ? AREA_COLOURS.length
        : colour.get(owners[i]);
  drawCells(ctx, view, classOf, [...AREA_COLOURS, null]);
  ctx.strokeStyle = 'rgba(46,60,70,.75)';
  ctx.lineWidth = 1.1;
  ctx.lineCap = 'round';
  ctx.beginPath();
  for (let k = 0; k < edges.length; k += 4) {
    ctx.moveTo(edges[k] * view.scale - view.left, edges[k + 1] * view.scale - view.top);
    ctx.lineTo(edges[k + 2] * view.scale - view.left, edges[k + 3] * view.scale - view.top);
  }
  ctx.stroke();
}

/** The load clause that names a number of residents for a facility: the one shown, else the first. */
function loadClause(i) {
  const own = clauseNow(),
    fits = (c) => c && c.loadRange && c.asked.includes(i);
  return fits(own) ? own : page.clauses.find(fits) || null;
}

/** over, under or fits: a service area's residents against the load clause; null where none speaks of it. */
function loadState(i, residents) {
  const clause = i < 1e6 ? loadClause(i) : null;
  if (!clause) return null;
  const [least, most] = clause.loadRange;
  return residents > most ? 'over' : residents < least ? 'under' : 'fits';
}
const LOAD_SIGN = { over: '▲', under: '▽', fits: '' };

function drawCatchmentNames(label, view, clause) {
  const { served } = catchments(clause);
  [...served.entries()]
    .sort((a, b) => b[1] - a[1])
    .forEach(([owner, n]) => {
      const place = seatPlace(owner);
      if (!place) return;
      const load = loadState(owner, n),
        text = `${people(n)}${load && LOAD_SIGN[load] ? ` ${LOAD_SIGN[load]}` : ''}`,
        x = place[0] * view.scale - view.left,
        y = place[1] * view.scale - view.top,
        style = { size: 12, weight: 600, colour: load === 'over' ? WARM.bad : ASKED, align: 'left', offset: 11 };
      if (served.size > 25 || !label(`${seatName(owner)} ${text}`, x, y, style)) label(text, x, y, style);
    });
}

// ---- what the legend says of them ----

const hatched = (key, facts) =>
  h(
    'ul',
    {},
    row(
      swatch(`background:repeating-linear-gradient(135deg,#fff 0 3px,${UNKNOWN_GREY} 3px 4.4px)`),
      say(key, facts),
    ),
  );

function populationLegend() {
  const breaks = populationBreaks();
  return [
    h('h3', {}, say('page_legend_population')),
    ramp(
      POPULATION_COLOURS.slice(0, breaks.length + 1),
      breaks.map((n) => (n >= 1 ? people(n) : String(n))),
    ),
  ];
}

function urbanLegend() {
  const { residents, urban } = demand(),
    count = [0, 0, 0];
  for (let i = 0; i < urban.length; i++) count[urban[i]] += residents[i];
  return [
    h('h3', {}, say('page_legend_urban')),
    h(
      'ul',
      {},
      [1, 2].map((k) =>
        row(swatch(`background:${URBAN_COLOURS[k]}`), say(`page_urban_${k}`, { n: people(count[k]) })),
      ),
    ),
    count[0] > 0 ? hatched('page_urban_0', { n: people(count[0]) }) : null,
  ];
}

function paperLegend(clause) {
  const codes = codesOf(clause),
    { residents } = demand(),
    count = [0, 0, 0, 0];
  for (let i = 0; i < codes.length; i++) {
    const k = paperClass(clause, codes, i);
    if (k >= 0) count[k] += residents[i];
  }
  return [
    h('h3', {}, say('page_legend_paper')),
    h(
      'ul',
      {},
      PAPER_COLOURS.map((colour, k) =>
        row(swatch(`background:${colour}`), say(`page_paper_${k}`, { n: people(count[k]) })),
      ),
    ),
    count[3] > 0 ? hatched('page_paper_3', { n: people(count[3]) }) : null,
  ];
}

const MOST_LISTED = 10;
function catchmentLegend(clause) {
  const { served, without, colour } = catchments(clause),
    rows = [...served.entries()].sort((a, b) => b[1] - a[1]),
    load = rows.map(([i]) => (i < 1e6 ? loadClause(i) : null)).find(Boolean);
  const item = ([i, n]) => {
    const how = loadState(i, n);
    return h(
      'li',
      { 'data-load': how },
      swatch(`background:${AREA_COLOURS[colour.get(i)]}`),
      h(
        'button',
        { type: 'button', class: 'cc-area', onclick: () => i < 1e6 && zoomToFacility(i) },
        seatName(i),
      ),
      h('b', { class: how === 'over' ? 'cc-over-load' : null }, `${people(n)} ${how ? LOAD_SIGN[how] : ''}`),
    );
  };
  return [
    h('h3', {}, say('page_legend_catchments')),
    load
      ? h(
          'p',
          { class: 'cc-legend-note' },
          say('page_catchment_load', {
            rule: load.rule,
            least: people(load.loadRange[0]),
            most: people(load.loadRange[1]),
          }),
        )
      : null,
    h('ul', { class: 'cc-served', 'data-cc': 'catchments' }, rows.slice(0, MOST_LISTED).map(item)),
    rows.length > MOST_LISTED
      ? h('p', { class: 'cc-legend-note' }, say('page_catchment_more', { n: rows.length - MOST_LISTED }))
      : null,
    without > 0 ? hatched('page_catchment_none', { n: people(without) }) : null,
  ];
}

/** Shadings by people, each with its drawing, its legend and whether the clause and the data have it. */
const CELL_SHADES = {
  paper: { draw: drawPaper, legend: paperLegend, has: (c) => c && c.people && c.road !== null },
  catchments: { draw: drawCatchments, legend: catchmentLegend, has: (c) => catchmentQuery(c) !== null },
  population: { draw: drawPopulation, legend: populationLegend, has: () => true },
  urban: { draw: drawUrban, legend: urbanLegend, has: () => demand().urban.includes(1) || demand().urban.includes(2) },
};
