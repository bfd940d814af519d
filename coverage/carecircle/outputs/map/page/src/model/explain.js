// Why here? What the analysis knows about the residents nearest to a place.

import { stagesAt } from './chain.js';
import { geodesic } from './earth.js';
import { CODES, demand, nearestDemand, seatName, seatPlace } from './facts.js';
import { liveQuery } from './live.js';
import { latOf, lonOf, worldX, worldY } from './mercator.js';
import { column, page } from './page.js';
import { finite } from './say.js';
import { codesOf, costAt, ownerAt, paperOnly } from './sides.js';
import { hasWays, network } from './ways.js';

/** The data at the residents nearest to a place: per clause their status, time or distance, facility and way. */
export function explain(lon, lat, traced) {
  const near = nearestDemand(worldX(lon), worldY(lat));
  if (!near) return null;
  const d = demand(),
    i = near.index,
    here = {
      index: i,
      lon: lonOf(d.x[i]),
      lat: latOf(d.y[i]),
      metres: near.metres,
      residents: d.residents[i],
      area: d.area[i] >= 0 ? page.areas.names[d.area[i]] : null,
    };
  here.clauses = page.clauses
    .filter((c) => c.people)
    .map((clause) => explainClause(here, clause, !traced || traced.includes(clause.rule)));
  return here;
}

/** The query whose way is drawn: a radius clause's road, else its own; null for none. */
export const wayNumber = (clause) =>
  clause.query !== null && page.queries[clause.query].metric === 'straight_m' && clause.road !== null ? clause.road : clause.query;

function explainClause(here, clause, traced) {
  const i = here.index,
    codes = codesOf(clause),
    query = clause.query === null ? null : page.queries[clause.query];
  const cost = query ? costAt(query, i) : null,
    owner = query ? ownerAt(query, i) : -1,
    place = owner >= 0 ? seatPlace(owner) : null;
  const number = wayNumber(clause);
  const way =
    traced && hasWays() && number !== null && page.queries[number].metric !== 'straight_m'
      ? liveQuery(number).way(i)
      : null;
  return {
    rule: clause.rule,
    status: CODES[codes[i]],
    reach: query ? query.reasons[column(query.status)[i]] : null,
    cost: finite(cost),
    unit: query ? query.unit : null,
    limit: clause.limitQuery,
    over: query && clause.limitQuery && Number.isFinite(cost) ? cost - clause.limitQuery : null,
    paper_only: paperOnly(clause, codes, i),
    road_m: clause.road === null ? null : finite(costAt(page.queries[clause.road], i)),
    straight_m: place ? geodesic(here.lon, here.lat, lonOf(place[0]), latOf(place[1])) : null,
    snap_m: way && !way.parts ? network(page.queries[number].mode).demand.metres[i] : null,
    way,
    way_unit: way ? page.queries[number].unit : null,
    stages: stagesAt(clause, i),
    facility: owner >= 0 ? { name: seatName(owner), index: owner } : null,
  };
}
