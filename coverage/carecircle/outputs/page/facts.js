// What the page knows: columns opened when first needed, sums per area, the place under the pointer.

const CODES = ['outside', 'no_data', 'unsnapped', 'unreachable', 'covered', 'not_covered'];
const OUTSIDE = 0,
  NO_DATA = 1,
  UNSNAPPED = 2,
  UNREACHABLE = 3,
  COVERED = 4,
  NOT_COVERED = 5;
const UNREACHED = 4294967295;

/** A column of the page's blocks; a block is unpacked when something in it is first asked for. */
const blockText = (name) => document.getElementById(`cc-block-${name}`).textContent;
const blockReaders = {};
const column = (() => {
  const readers = blockReaders,
    kept = new Map();
  return (reference) => {
    const name = reference[4],
      key = `${name} ${reference[0]}`;
    if (!kept.has(key)) {
      if (!readers[name]) readers[name] = openBlock(blockText(name));
      kept.set(key, readers[name](reference));
    }
    return kept.get(key);
  };
})();

/** Unpacks the blocks that the opening needs, while the browser lays out the panel. */
async function unpackFirst() {
  const first = page.order.length ? page.order[0] : 0,
    road = page.clauses[first] ? page.clauses[first].road : null;
  const needed = ['base', 'lines', `clause${first}`, road === null ? '' : `query${road}`].filter(
    (name) => document.getElementById(`cc-block-${name}`) && blockText(name).trim(),
  );
  await Promise.all(
    needed.map(async (name) => {
      const bytes = await inflateNatively(blockText(name));
      if (bytes) blockReaders[name] = openBlock('', bytes);
    }),
  );
}

const once = (make) => {
  let value;
  return () => (value === undefined ? (value = make()) : value);
};

const areaShapes = once(() => openShapes(page.areas.shapes));
const regionShape = once(() => openShapes(page.region));
const roadShapes = once(() => page.roads.map((r) => ({ rank: r.rank, shapes: openShapes(r.shapes) })));

const demand = once(() => {
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

const facilities = once(() => {
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

/** Each resident point's code in a clause, or null where the clause is not about people's reach. */
const codesOf = (clause) =>
  !clause.people
    ? null
    : state.basis === 'now' && changed() && clause.query !== null
      ? liveClause(clause).codes
      : sideCodes(clause);

/** The costs of a query by demand row in minutes or metres; Infinity where it is not reached. */
function costsOf(query) {
  if (live()) return liveQuery(page.queries.indexOf(query)).cost;
  const held = sideQuery(query);
  if (!held.known) {
    const steps = column(held.cost),
      known = (held.known = new Float64Array(steps.length));
    for (let i = 0; i < steps.length; i++)
      known[i] = steps[i] === UNREACHED ? Infinity : steps[i] * query.step;
  }
  return held.known;
}
const costAt = (query, i) => costsOf(query)[i];

/** Per area: residents in scope and how they fare, summed from the finest areas upwards. */
const sums = (() => {
  const kept = new Map();
  return (clause) => {
    const stamp = changed() ? scenario.stamp : -1,
      key = `${clause.rule} ${state.basis}`;
    if (!kept.has(key) || kept.get(key).stamp !== stamp) kept.set(key, { stamp, ...sumAreas(codesOf(clause)) });
    return kept.get(key);
  };
})();

function sumAreas(codes) {
  const n = page.areas.names.length,
    parent = page.areas.parent,
    total = CODES.map(() => new Float64Array(n)),
    scope = new Float64Array(n);
  if (codes && page.demand) {
    const { residents, area } = demand();
    for (let i = 0; i < codes.length; i++) if (area[i] >= 0) total[codes[i]][area[i]] += residents[i];
    for (const a of deepestFirst())
      if (parent[a] >= 0) for (let k = 0; k < CODES.length; k++) total[k][parent[a]] += total[k][a];
  }
  for (let a = 0; a < n; a++) for (let k = 1; k < CODES.length; k++) scope[a] += total[k][a];
  return { ...Object.fromEntries(CODES.map((name, k) => [name, total[k]])), scope };
}

/** Areas, those that have parents before their parents. */
const deepestFirst = once(() => {
  const { parent } = page.areas,
    depth = parent.map((p) => {
      let hops = 0;
      for (; p >= 0 && hops < 8; p = parent[p]) hops++;
      return hops;
    });
  return depth.map((d, a) => a).sort((a, b) => depth[b] - depth[a]);
});

const lacking = (s, a) => s.not_covered[a] + s.unreachable[a];

/** A clause's verdict on an area as a unit, where it judges units; undefined elsewhere. */
const unitOf = (() => {
  const kept = new Map();
  return (clause, a) => {
    if (!kept.has(clause.rule))
      kept.set(clause.rule, new Map(clause.units.filter((u) => u.area >= 0).map((u) => [u.area, u])));
    return kept.get(clause.rule).get(a);
  };
})();

/** People who pass on paper (straight line) and fail on the road. */
function paperOnly(clause, codes, i) {
  if (clause.road === null || codes[i] !== COVERED) return false;
  return !(costAt(page.queries[clause.road], i) <= clause.limitRoad);
}

function areaAt(x, y, level) {
  const shapes = areaShapes();
  for (let a = 0; a < shapes.n; a++) {
    if (page.areas.level[a] !== level) continue;
    const b = a * 4;
    if (x < shapes.boxes[b] || x > shapes.boxes[b + 2] || y < shapes.boxes[b + 1] || y > shapes.boxes[b + 3])
      continue;
    if (inside(shapes, a, x, y)) return a;
  }
  return -1;
}

/** The nearest facility (or new site) of a query at a demand point: its number, -1 for none. */
const ownerAt = (query, i) => ownersOf(query)[i];
const siteOf = (number) => scenario.sites.find((s) => s.number === number);
const seatName = (number) => (number >= 1e6 ? siteOf(number).name : page.facilities.names[number]);
function seatPlace(number) {
  if (number >= 1e6) {
    const s = siteOf(number);
    return [worldX(s.lon), worldY(s.lat)];
  }
  const f = facilities();
  return f.placed[number] ? [f.x[number], f.y[number]] : null;
}

/** Metres between two world places (a short way: the map's scale at the first). */
function apart(x0, y0, x1, y1) {
  const k = 40075016.7 * Math.cos((latOf(y0) * Math.PI) / 180);
  return Math.hypot(x1 - x0, y1 - y0) * k;
}

function nearestDemand(x, y) {
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

/** A circle true to metres: the places `radius` from a centre, by the ellipsoid's radii there. */
function circlePoints(lon, lat, radius, n = 72) {
  const phi = (lat * Math.PI) / 180,
    e2 = 0.00669437999014,
    w = Math.sqrt(1 - e2 * Math.sin(phi) ** 2);
  const east = (6378137 / w) * Math.cos(phi),
    north = (6378137 * (1 - e2)) / w ** 3;
  return Array.from({ length: n + 1 }, (_, i) => {
    const t = (i / n) * 2 * Math.PI,
      dLat = (radius * Math.cos(t)) / north;
    const dLon = ((radius * Math.sin(t)) / east) * (1 + Math.tan(phi) * dLat);
    return [worldX(lon + (dLon * 180) / Math.PI), worldY(lat + (dLat * 180) / Math.PI)];
  });
}
