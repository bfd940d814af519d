// What a scenario comes to, told to whoever asks: verdicts, answers, a table of sites.

import { liveQuery } from './live.js';
import { page } from './page.js';
import { finite } from './say.js';
import { scenario } from './scenario.js';
import { facilityLonLat, seats } from './seats.js';
import { aboutReach, liveClause } from './trial.js';

/** What every clause about reach comes to under the scenario. */
export function verdictsNow() {
  return page.clauses
    .filter(aboutReach)
    .map((clause) => {
      const live = liveClause(clause);
      return {
        rule: clause.rule,
        outcome: live.outcome,
        before: clause.outcome,
        observed: live.observed,
        margin: live.margin,
        residents_affected: live.affected,
        newly_covered: live.gained,
        lost: live.lost,
        ledger: live.ledger,
      };
    });
}

/** A clause's costs (minutes or metres; by road for a radius if asked) and facility ids by demand row. */
export function reachedNow(rule, road) {
  const clause = page.clauses.find((c) => c.rule === rule),
    { cost, owner } = liveQuery(road ? clause.road : clause.query);
  return { cost: [...cost].map(finite), facility: [...owner].map((o) => (o < 0 ? null : seats.get(o).id)) };
}

/** The scenario as a table of sites: what `carecircle run --with` and `carecircle site` take. */
export function scenarioTable() {
  const quoted = (v) => (/[",\r\n]/.test(v) ? `"${String(v).replace(/"/g, '""')}"` : String(v)),
    // A spreadsheet would run text that begins like a formula; an apostrophe makes it text. Numbers stay.
    inert = (v) => (/^\s*[=+\-@]/.test(v) && !Number.isFinite(Number(v)) ? `'${v}` : v),
    f = page.facilities;
  const rows = scenario.sites.map((s) => [
    s.id,
    s.name,
    page.kinds[s.kind].category,
    page.kinds[s.kind].designations.join('；'),
    'open',
    s.lon.toFixed(7),
    s.lat.toFixed(7),
  ]);
  scenario.closed.forEach((i) => {
    const [lon, lat] = facilityLonLat(i);
    rows.push([
      f.ids[i],
      f.names[i],
      page.categories[f.category[i]].id,
      f.roles[i].join('；'),
      'closed',
      lon.toFixed(7),
      lat.toFixed(7),
    ]);
  });
  return (
    [
      'facility_id,name,category,designations,status,lon,lat',
      ...rows.map((row) => row.map((v) => quoted(inert(v))).join(',')),
    ].join('\r\n') + '\r\n'
  );
}
