// What if? Sites added, moved and switched off in the page, judged at once by the clauses' own rules.

const scenario = {sites: [], closed: new Set(), armed: false, next: 1, open: false, kept: [], markers: new Map()};
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
    if (numbers.includes(clause.query) || numbers.includes(clause.road)) { clause.live = null; sums.forget(clause); }
  }
}

/** A clause's codes, people and outcome under the scenario. */
function liveClause(clause) {
  if (!clause.people || clause.query === null) return null;
  if (!clause.live) {
    const base = column(clause.people), {cost} = liveQuery(clause.query), codes = base.slice(), limit = clause.limitQuery === null ? Number.MAX_VALUE : clause.kind === 'response' ? Number.MAX_VALUE : clause.limitQuery;
    for (let i = 0; i < codes.length; i++)
      if (codes[i] >= UNREACHABLE) codes[i] = cost[i] === Infinity ? UNREACHABLE : cost[i] <= limit ? COVERED : NOT_COVERED;
    clause.live = {codes, ...judgeClause(clause, codes, cost)};
  }
  return clause.live;
}

function judgeClause(clause, codes, cost) {
  const {residents} = demand(), base = column(clause.people), parts = CODES.map(() => []), gained = [], lost = [], travel = [];
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
  const scope = exactSum(['no_data', 'unsnapped', 'unreachable', 'covered', 'not_covered'].map((name) => ledger[name]));
  return {ledger, gained: exactSum(gained), lost: exactSum(lost), ...outcomeOf(clause, ledger, scope, travel)};
}

function outcomeOf(clause, ledger, scope, travel) {
  const affected = exactSum([ledger.not_covered, ledger.unreachable]);
  if (clause.shareTarget === null || clause.limitQuery === null || clause.kind === 'response') {
    const mean = ledger.covered > 0 ? exactSum(travel) / ledger.covered + clause.turnout : null;
    const unreached = affected > 0 || ledger.unsnapped > 0.01 * scope || mean === null;
    const outcome = clause.kind !== 'response' ? clause.outcome : unreached ? (clause.unsure ? 'NOT_ASSESSED' : 'FAIL') : ledger.no_data > 0.01 * scope ? 'NOT_ASSESSED' : mean <= clause.limit ? 'PASS' : clause.unsure ? 'NOT_ASSESSED' : 'FAIL';
    return {observed: mean === null ? null : mean / clause.factor, outcome, margin: null, affected, share: null};
  }
  const low = ledger.covered / scope, target = clause.shareTarget;
  let high = exactSum([ledger.covered, ledger.unsnapped, ledger.no_data]) / scope;
  let outcome = low >= target ? 'PASS' : high < target ? 'FAIL' : 'NOT_ASSESSED';
  if (outcome === 'FAIL' && clause.unsure) { outcome = 'NOT_ASSESSED'; high = 1; }
  const slack = outcome === 'FAIL' ? high - target : low - target;
  return {observed: low, share: low, outcome, margin: outcome !== 'PASS' && slack >= 0 ? -Number.EPSILON : slack, affected};
}

// ---- changes ----
function needWays() { if (!hasWays()) throw new Error(say(page.whatifOff)); }
const kindOf = ({kind, category, designations}) => (kind !== undefined ? kind : page.kinds.findIndex((k) => k.category === category && (!designations || String(k.designations) === String(designations))));
const placesOf = (lon, lat) => Object.fromEntries(Object.keys(page.ways.modes).map((mode) => [mode, snapTo(mode, lon, lat)]));

function each(numbers, act) { for (const number of numbers) if (reaches.has(number)) act(reaches.get(number)); }

/** A coordinate as the exported table writes it, so that the table means the very same place. */
const written = (degrees) => Number(degrees.toFixed(7));

function addSite(wanted) {
  needWays();
  seatsReady();
  const kind = kindOf(wanted);
  if (!page.kinds[kind]) throw new Error(say('page_whatif_kind', {kind: wanted.category}));
  const n = scenario.next++, id = wanted.id || `new-${n}`, lon = written(wanted.lon), lat = written(wanted.lat);
  const site = {number: 1e6 + n, id, kind, lon, lat, name: wanted.name || `${say(page.kinds[kind])} ${n}`, places: placesOf(lon, lat)};
  scenario.sites.push(site);
  seats.set(site.number, site);
  rankSeats();
  each(page.kinds[kind].serves, (reach) => reach.add([site]));
  after(page.kinds[kind].serves);
  return id;
}

const siteById = (id) => {
  const site = scenario.sites.find((s) => s.id === id);
  if (!site) throw new Error(say('page_whatif_site', {id}));
  return site;
};

function moveSite(id, x, y) {
  const site = siteById(id), {serves} = page.kinds[site.kind], lon = written(x), lat = written(y);
  each(serves, (reach) => reach.remove(site));
  Object.assign(site, {lon, lat, places: placesOf(lon, lat)});
  each(serves, (reach) => reach.add([site]));
  after(serves);
}

function removeSite(id) {
  const site = siteById(id), {serves} = page.kinds[site.kind];
  scenario.sites = scenario.sites.filter((s) => s !== site);
  each(serves, (reach) => reach.remove(site));
  seats.delete(site.number);
  after(serves);
}

/** Switches an existing facility off, or on again. */
function toggleFacility(which) {
  needWays();
  seatsReady();
  const index = typeof which === 'number' ? which : page.facilities.ids.indexOf(which), seat = seats.get(index);
  if (!seat) throw new Error(say('page_whatif_site', {id: which}));
  const serves = page.queries.map((q, n) => n).filter((n) => page.queries[n].serving.includes(index)), off = !scenario.closed.has(index);
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
  pending = window.setTimeout(() => { showWhatIf(true); showClauses(); showLegend(); }, 0);
}

/** What every clause about reach comes to under the scenario. */
function verdictsNow() {
  return page.clauses.filter((c) => c.people && c.query !== null).map((clause) => {
    const live = liveClause(clause);
    return {rule: clause.rule, outcome: live.outcome, before: clause.outcome, observed: live.observed, margin: live.margin, residents_affected: live.affected, newly_covered: live.gained, lost: live.lost, ledger: live.ledger};
  });
}

/** A clause's costs (minutes or metres) and facility ids by demand row under the scenario. */
function reachedNow(rule) {
  const clause = page.clauses.find((c) => c.rule === rule), {cost, owner} = liveQuery(clause.query);
  return {cost: [...cost].map(finite), facility: [...owner].map((o) => (o < 0 ? null : seats.get(o).id))};
}

/** The scenario as a table of sites: what `carecircle run --with` and `carecircle site` take. */
function scenarioTable() {
  const quoted = (v) => (/[",\n]/.test(v) ? `"${String(v).replace(/"/g, '""')}"` : String(v)), f = page.facilities;
  const rows = scenario.sites.map((s) => [s.id, s.name, page.kinds[s.kind].category, page.kinds[s.kind].designations.join('；'), 'open', s.lon.toFixed(7), s.lat.toFixed(7)]);
  scenario.closed.forEach((i) => { const [lon, lat] = facilityLonLat(i); rows.push([f.ids[i], f.names[i], page.categories[f.category[i]].id, f.roles[i].join('；'), 'closed', lon.toFixed(7), lat.toFixed(7)]); });
  return ['facility_id,name,category,designations,status,lon,lat', ...rows.map((row) => row.map(quoted).join(','))].join('\r\n') + '\r\n';
}

// ---- the card ----
function download() {
  const link = h('a', {href: URL.createObjectURL(new Blob(['\ufeff', scenarioTable()], {type: 'text/csv'})), download: `${page.study.name}-sites.csv`});
  document.body.append(link);
  link.click();
  link.remove();
}

function showMarkers() {
  const now = new Set(scenario.sites.map((s) => s.id));
  scenario.markers.forEach((marker, id) => { if (!now.has(id)) { marker.remove(); scenario.markers.delete(id); } });
  for (const site of scenario.sites) {
    if (scenario.markers.has(site.id)) { if (!scenario.dragging) scenario.markers.get(site.id).setLatLng([site.lat, site.lon]); continue; }
    const marker = L.marker([site.lat, site.lon], {draggable: true, title: site.name, alt: site.name, icon: L.divIcon({className: 'cc-site', html: '', iconSize: [26, 26]})}).addTo(map);
    let waiting = false;
    marker.on('dragstart', () => { scenario.dragging = true; });
    marker.on('drag', () => {
      if (waiting) return;
      waiting = true;
      window.requestAnimationFrame(() => { waiting = false; const at = marker.getLatLng(); moveSite(site.id, at.lng, at.lat); });
    });
    marker.on('dragend', () => { scenario.dragging = false; const at = marker.getLatLng(); moveSite(site.id, at.lng, at.lat); });
    scenario.markers.set(site.id, marker);
  }
}

function arm(on) {
  scenario.armed = on;
  map.getContainer().classList.toggle('cc-armed', on);
  const button = document.getElementById('cc-arm');
  if (button) button.setAttribute('aria-pressed', String(on));
}

function comparison(clause) {
  const live = changed() ? liveClause(clause) : null, shown = (share, observed) => (share === null || share === undefined ? say(clause.observed) : percent(share));
  if (!live) return h('p', {class: 'cc-small'}, say('page_whatif_nothing'));
  const delta = (key, n, css) => h('span', {class: css}, say(key, {n: people(n)}));
  return [h('div', {class: 'cc-before-after'}, h('span', {}, badge(clause.outcome), shown(clause.share)), h('b', {'aria-hidden': 'true'}, '→'), h('strong', {}, badge(live.outcome), live.share === null ? (live.observed === null ? '—' : live.observed.toFixed(2)) : percent(live.share))),
    h('p', {class: 'cc-delta'}, delta('page_whatif_gained', live.gained, 'cc-gain'), delta('page_whatif_lost', live.lost, 'cc-loss'), delta('page_whatif_left', live.affected, ''))];
}

/** Other clauses that the scenario turns or moves. */
function sideEffects(clause) {
  if (!changed()) return null;
  const rows = page.clauses.filter((c) => c !== clause && c.people && c.query !== null).map((c) => [c, liveClause(c)]).filter(([c, live]) => live.gained > 0 || live.lost > 0 || live.outcome !== c.outcome);
  return rows.length ? h('ul', {class: 'cc-side'}, rows.map(([c, live]) => h('li', {}, badge(live.outcome), h('span', {}, `${c.rule} ${say(c.title)}`), h('b', {}, live.gained - live.lost >= 0 ? `+${people(live.gained - live.lost)}` : `−${people(live.lost - live.gained)}`)))) : null;
}

function keepScenario() {
  const name = `${say('page_whatif_plan')} ${scenario.kept.length + 1}`;
  scenario.kept.push({name, sites: scenario.sites.map(({id, kind, lon, lat, name: label}) => ({id, kind, lon, lat, name: label})), closed: [...scenario.closed], shares: Object.fromEntries(page.clauses.filter((c) => c.people && c.query !== null).map((c) => [c.rule, liveClause(c)]))});
  showWhatIf(true);
}

function loadScenario(kept) {
  resetScenario();
  kept.sites.forEach(addSite);
  kept.closed.forEach(toggleFacility);
}

function keptTable(clause) {
  if (!scenario.kept.length || !clause || !clause.people) return null;
  const line = (name, share, affected, load) => h('tr', {}, h('th', {scope: 'row'}, load ? h('button', {type: 'button', class: 'cc-area', onclick: load}, name) : name), h('td', {}, share === null || share === undefined ? '—' : percent(share)), h('td', {}, people(affected)));
  return h('table', {class: 'cc-kept'}, h('thead', {}, h('tr', {}, ['page_whatif_plan', 'page_rank_share', 'page_rank_lacking'].map((key) => h('th', {scope: 'col'}, say(key))))),
    h('tbody', {}, line(say('page_whatif_today'), clause.share, clause.affected), scenario.kept.map((k) => line(k.name, k.shares[clause.rule].share, k.shares[clause.rule].affected, () => loadScenario(k)))));
}

function showWhatIf(whole) {
  const box = document.getElementById('cc-whatif');
  document.getElementById('cc-try').hidden = !page.kinds.length || !page.demand;
  box.hidden = !scenario.open;
  if (!scenario.open) return;
  const close = h('button', {type: 'button', class: 'cc-close', 'aria-label': say('page_close'), onclick: () => { scenario.open = false; arm(false); showWhatIf(); document.getElementById('cc-try').focus(); }}, '×');
  if (!hasWays()) { replaceChildren(box, close, h('h2', {}, say('page_whatif')), h('p', {}, say(page.whatifOff))); return; }
  const clause = clauseNow(), wanted = box.querySelector('select') ? Number(box.querySelector('select').value) : Math.max(0, page.kinds.findIndex((k) => clause && k.serves.includes(clause.query)));
  const select = h('select', {id: 'cc-kind', 'aria-label': say('page_whatif_kinds')}, page.kinds.map((k, i) => h('option', {value: i, selected: i === wanted}, say(k))));
  const item = (text, undo) => h('li', {}, h('span', {}, text), h('button', {type: 'button', 'aria-label': say('page_whatif_undo', {name: text}), onclick: undo}, '×'));
  replaceChildren(box, close, h('h2', {}, say('page_whatif')), h('p', {class: 'cc-small'}, say('page_whatif_hint')),
    h('div', {class: 'cc-arm-row'}, select, h('button', {type: 'button', id: 'cc-arm', class: 'cc-button', 'aria-pressed': String(scenario.armed), onclick: () => arm(!scenario.armed)}, say('page_whatif_add'))),
    changed() ? h('ul', {class: 'cc-changes'}, scenario.sites.map((s) => item(`＋ ${s.name}`, () => removeSite(s.id))), [...scenario.closed].map((i) => item(`− ${page.facilities.names[i]}`, () => toggleFacility(i)))) : null,
    clause ? h('section', {'aria-live': 'polite'}, h('h3', {}, `${clause.rule} ${say(clause.title)}`), clause.people && clause.query !== null ? comparison(clause) : h('p', {class: 'cc-small'}, say('page_whatif_other'))) : null,
    whole ? sideEffects(clause) : null, keptTable(clause),
    changed() ? h('div', {class: 'cc-arm-row'}, h('button', {type: 'button', class: 'cc-button', onclick: keepScenario}, say('page_whatif_keep')), h('button', {type: 'button', class: 'cc-button', onclick: download}, say('page_whatif_export')), h('button', {type: 'button', class: 'cc-link', onclick: resetScenario}, say('page_whatif_reset'))) : null);
}

const whatif = {
  add: (site) => addSite(site), move: moveSite, remove: removeSite, toggle: toggleFacility, reset: resetScenario,
  verdicts: verdictsNow, reached: reachedNow, table: scenarioTable,
};
