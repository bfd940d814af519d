// What a side of the map stands on, its basis: the study with the scenario being tried ('now'), the study without it
// ('baked'), its baseline ('baseline'), or a radius as the road has it ('road').

import { CODES, COVERED, demand, NOT_COVERED, UNREACHABLE } from './facts.js';
import { liveQuery } from './live.js';
import { column, once, page } from './page.js';
import { changed, scenario } from './scenario.js';
import { liveClause } from './trial.js';

/** Each resident point's code in a clause, or null where the clause is not about people's reach; a clause may bring its own. */
export const codesOf = (clause, basis = 'now') =>
  !clause.people
    ? null
    : clause.people.codes
      ? clause.people.codes(basis)
      : basis === 'now' && changed() && clause.query !== null
      ? liveClause(clause).codes
      : sideCodes(clause, basis);

const knownCosts = once(() => new Map());
/** The costs of a query by demand row in minutes or metres; Infinity where it is not reached. */
function costsOf(query, basis = 'now') {
  if (live(basis)) return liveQuery(page.queries.indexOf(query)).cost;
  const held = sideQuery(query, basis),
    known = knownCosts();
  if (!known.has(held)) {
    const steps = column(held.cost),
      costs = new Float64Array(steps.length);
    known.set(held, costs);
    for (let i = 0; i < steps.length; i++)
      costs[i] = steps[i] === page.numbers.unreached ? Infinity : steps[i] * query.step;
  }
  return known.get(held);
}

export const costAt = (query, i, basis = 'now') => costsOf(query, basis)[i];

/** Per area: residents in scope and how they fare, summed from the finest areas upwards. */
export function sums(clause, basis = 'now') {
  const stamp = changed() ? scenario.stamp : -1,
    key = `${clause.rule} ${basis}`,
    kept = keptSums();
  if (!kept.has(key) || kept.get(key).stamp !== stamp)
    kept.set(key, { stamp, ...sumAreas(codesOf(clause, basis)) });
  return kept.get(key);
}
const keptSums = once(() => new Map());

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

export const lacking = (s, a) => s.not_covered[a] + s.unreachable[a];

/** People who pass on paper (straight line) and fail on the road. */
export function paperOnly(clause, codes, i, basis = 'now') {
  if (clause.road === null || codes[i] !== COVERED) return false;
  return !(costAt(page.queries[clause.road], i, basis) <= clause.limitRoad);
}

/** The nearest facility (or new site) of a query at a demand point: its number, -1 for none. */
export const ownerAt = (query, i) => ownersOf(query)[i];

/** People of a radius clause as the road would judge them. */
function roadCodes(clause) {
  const stamp = changed() ? scenario.stamp : -1,
    kept = keptRoadCodes(),
    last = kept.get(clause.rule);
  if (last && last.stamp === stamp) return last.codes;
  const codes = column(clause.people).slice(),
    costs = costsOf(page.queries[clause.road], 'road');
  for (let i = 0; i < codes.length; i++)
    if (codes[i] >= UNREACHABLE)
      codes[i] = costs[i] === Infinity ? UNREACHABLE : costs[i] <= clause.limitRoad ? COVERED : NOT_COVERED;
  kept.set(clause.rule, { stamp, codes });
  return codes;
}
const keptRoadCodes = once(() => new Map());

/** A clause's codes on a side that is not the study as it is now. */
function sideCodes(clause, basis) {
  if (basis === 'road' && clause.road !== null) return roadCodes(clause);
  if (basis === 'baseline' && clause.before && clause.before.people) return column(clause.before.people);
  return column(clause.people);
}

/** Whether what is drawn is the planner's own trial. */
export const live = (basis = 'now') => changed() && (basis === 'now' || basis === 'road');

/** A facility's status on the side drawn; null where it does not stand there yet. */
export function statusHere(i, basis = 'now') {
  if (basis === 'baseline') {
    const site = page.sites.find((s) => s.facility === i);
    if (site) return site.kind === 'added' ? null : 'open';
  }
  return live(basis) && scenario.closed.has(i) ? 'closed' : page.facilities.status[i];
}

const sideQuery = (query, basis) => (basis === 'baseline' && query.before ? query.before : query);

export const ownersOf = (query, basis = 'now') =>
  live(basis) ? liveQuery(page.queries.indexOf(query)).owner : column(sideQuery(query, basis).facility);
