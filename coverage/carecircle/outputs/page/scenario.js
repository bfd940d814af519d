// A scenario: sites added, moved and switched off, judged at once by the clauses' own rules.

const scenario = {
  sites: [],
  closed: new Set(),
  armed: false,
  next: 1,
  open: false,
  kept: [],
  markers: new Map(),
};
const stale = new Set();
const changed = () => scenario.sites.length > 0 || scenario.closed.size > 0;

/** A query's costs and owners under the scenario; only what a change touched is computed again. */
function liveQuery(number) {
  const query = page.queries[number];
  if (!query.live || stale.has(number)) {
    query.live = query.metric === 'straight_m' ? straightReach(number) : reachOf(number).everyone();
    stale.delete(number);
  }
  return query.live;
}

function touch(numbers) {
  for (const number of numbers) stale.add(number);
  for (const clause of page.clauses) {
    if (numbers.includes(clause.query) || numbers.includes(clause.road)) {
      clause.live = null;
      sums.forget(clause);
    }
  }
}

/** A clause's codes, people and outcome under the scenario. */
function liveClause(clause) {
  if (!clause.people || clause.query === null) return null;
  if (!clause.live) {
    const base = column(clause.people),
      { cost } = liveQuery(clause.query),
      codes = base.slice(),
      limit =
        clause.limitQuery === null
          ? Number.MAX_VALUE
          : clause.kind === 'response'
            ? Number.MAX_VALUE
            : clause.limitQuery;
    for (let i = 0; i < codes.length; i++)
      if (codes[i] >= UNREACHABLE)
        codes[i] = cost[i] === Infinity ? UNREACHABLE : cost[i] <= limit ? COVERED : NOT_COVERED;
    clause.live = { codes, ...judgeClause(clause, codes, cost) };
  }
  return clause.live;
}

function judgeClause(clause, codes, cost) {
  const { residents } = demand(),
    base = column(clause.people),
    parts = CODES.map(() => []),
    gained = [],
    lost = [],
    travel = [];
  for (let i = 0; i < codes.length; i++) {
    parts[codes[i]].push(residents[i]);
    if (codes[i] === COVERED && base[i] !== COVERED) gained.push(residents[i]);
    if (codes[i] !== COVERED && base[i] === COVERED) lost.push(residents[i]);
    if (codes[i] === COVERED) travel.push(residents[i] * cost[i]);
  }
  const ledger = Object.fromEntries(CODES.map((name, k) => [name, exactSum(parts[k])]));
  ledger.outside = clause.ledger.outside;
  ledger.no_data = clause.ledger.no_data;
  ledger.total = clause.ledger.total;
  const scope = exactSum(
    ['no_data', 'unsnapped', 'unreachable', 'covered', 'not_covered'].map((name) => ledger[name]),
  );
  return {
    ledger,
    gained: exactSum(gained),
    lost: exactSum(lost),
    ...outcomeOf(clause, ledger, scope, travel),
  };
}

function outcomeOf(clause, ledger, scope, travel) {
  const affected = exactSum([ledger.not_covered, ledger.unreachable]);
  if (clause.shareTarget === null || clause.limitQuery === null || clause.kind === 'response') {
    const mean = ledger.covered > 0 ? exactSum(travel) / ledger.covered + clause.turnout : null;
    const unreached = affected > 0 || ledger.unsnapped > 0.01 * scope || mean === null;
    const outcome =
      clause.kind !== 'response'
        ? clause.outcome
        : unreached
          ? clause.unsure
            ? 'NOT_ASSESSED'
            : 'FAIL'
          : ledger.no_data > 0.01 * scope
            ? 'NOT_ASSESSED'
            : mean <= clause.limit
              ? 'PASS'
              : clause.unsure
                ? 'NOT_ASSESSED'
                : 'FAIL';
    return {
      observed: mean === null ? null : mean / clause.factor,
      outcome,
      margin: null,
      affected,
      share: null,
    };
  }
  const low = ledger.covered / scope,
    target = clause.shareTarget;
  let high = exactSum([ledger.covered, ledger.unsnapped, ledger.no_data]) / scope;
  let outcome = low >= target ? 'PASS' : high < target ? 'FAIL' : 'NOT_ASSESSED';
  if (outcome === 'FAIL' && clause.unsure) {
    outcome = 'NOT_ASSESSED';
    high = 1;
  }
  const slack = outcome === 'FAIL' ? high - target : low - target;
  return {
    observed: low,
    share: low,
    outcome,
    margin: outcome !== 'PASS' && slack >= 0 ? -Number.EPSILON : slack,
    affected,
  };
}

// ---- changes ----
function needWays() {
  if (!hasWays()) throw new Error(say(page.whatifOff));
}
const kindOf = ({ kind, category, designations }) =>
  kind !== undefined
    ? kind
    : page.kinds.findIndex(
        (k) => k.category === category && (!designations || String(k.designations) === String(designations)),
      );
const placesOf = (lon, lat) =>
  Object.fromEntries(Object.keys(page.ways.modes).map((mode) => [mode, snapTo(mode, lon, lat)]));

function each(numbers, act) {
  for (const number of numbers) if (reaches.has(number)) act(reaches.get(number));
}

/** A coordinate as the exported table writes it, so that the table means the very same place. */
const written = (degrees) => Number(degrees.toFixed(7));

function addSite(wanted) {
  needWays();
  seatsReady();
  const kind = kindOf(wanted);
  if (!page.kinds[kind]) throw new Error(say('page_whatif_kind', { kind: wanted.category }));
  const n = scenario.next++,
    id = wanted.id || `new-${n}`,
    lon = written(wanted.lon),
    lat = written(wanted.lat);
  const site = {
    number: 1e6 + n,
    id,
    kind,
    lon,
    lat,
    name: wanted.name || `${say(page.kinds[kind])} ${n}`,
    places: placesOf(lon, lat),
  };
  scenario.sites.push(site);
  seats.set(site.number, site);
  rankSeats();
  each(page.kinds[kind].serves, (reach) => reach.add([site]));
  after(page.kinds[kind].serves);
  return id;
}

const siteById = (id) => {
  const site = scenario.sites.find((s) => s.id === id);
  if (!site) throw new Error(say('page_whatif_site', { id }));
  return site;
};

function moveSite(id, x, y) {
  const site = siteById(id),
    { serves } = page.kinds[site.kind],
    lon = written(x),
    lat = written(y);
  each(serves, (reach) => reach.remove(site));
  Object.assign(site, { lon, lat, places: placesOf(lon, lat) });
  each(serves, (reach) => reach.add([site]));
  after(serves);
}

function removeSite(id) {
  const site = siteById(id),
    { serves } = page.kinds[site.kind];
  scenario.sites = scenario.sites.filter((s) => s !== site);
  each(serves, (reach) => reach.remove(site));
  seats.delete(site.number);
  after(serves);
}

/** Switches an existing facility off, or on again. */
function toggleFacility(which) {
  needWays();
  seatsReady();
  const index = typeof which === 'number' ? which : page.facilities.ids.indexOf(which),
    seat = seats.get(index);
  if (!seat) throw new Error(say('page_whatif_site', { id: which }));
  const serves = page.queries.map((q, n) => n).filter((n) => page.queries[n].serving.includes(index)),
    off = !scenario.closed.has(index);
  scenario.closed[off ? 'add' : 'delete'](index);
  each(serves, (reach) => (off ? reach.remove(seat) : reach.add([seat])));
  after(serves);
  return !off;
}

function resetScenario() {
  [...scenario.sites].forEach((site) => removeSite(site.id));
  [...scenario.closed].forEach((index) => toggleFacility(index));
}

let pending = 0;
function after(numbers) {
  touch(numbers);
  redraw('shade', 'circles', 'gap', 'facilities', 'names');
  showMarkers();
  showWhatIf(false);
  window.clearTimeout(pending);
  pending = window.setTimeout(() => {
    showWhatIf(true);
    showClauses();
    showLegend();
  }, 0);
}
