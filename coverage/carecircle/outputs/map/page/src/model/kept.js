// Scenarios kept by name.

import { touched } from './live.js';
import { page } from './page.js';
import { say } from './say.js';
import { addSite, resetScenario, scenario, toggleFacility } from './scenario.js';
import { aboutReach, liveClause } from './trial.js';

const keptOf = () =>
  page.clauses.filter(aboutReach).map((clause) => {
    const { outcome, share, observed, text, affected } = touched(clause.query) ? liveClause(clause) : today(clause);
    return [clause.rule, { outcome, share, observed, text, affected }];
  });

export const today = (clause) => ({
  outcome: clause.outcome,
  share: clause.share,
  observed: null,
  text: clause.share === null ? say(clause.observed) : null,
  affected: clause.affected,
});

/** Keeps the scenario under a name; one of that name is replaced. */
export function keepScenario(wanted) {
  const name = (wanted || '').trim() || `${say('page_whatif_plan')} ${scenario.kept.length + 1}`,
    kept = {
      name,
      sites: scenario.sites.map(({ id, kind, lon, lat, name: label }) => ({ id, kind, lon, lat, name: label })),
      closed: [...scenario.closed],
      results: Object.fromEntries(keptOf()),
    },
    at = scenario.kept.findIndex((k) => k.name === name);
  if (at >= 0) scenario.kept[at] = kept;
  else scenario.kept.push(kept);
  return name;
}

export function loadScenario(kept) {
  if (!kept) return;
  resetScenario();
  kept.sites.forEach(addSite);
  kept.closed.forEach(toggleFacility);
}

export function dropScenario(kept) {
  scenario.kept = scenario.kept.filter((k) => k !== kept);
}

const holds = (kept) =>
  JSON.stringify([kept.sites.map(({ id, kind, lon, lat }) => [id, kind, lon, lat]), kept.closed]) ===
  JSON.stringify([scenario.sites.map(({ id, kind, lon, lat }) => [id, kind, lon, lat]), [...scenario.closed]]);

/** The table's file name: the study's, and the scenario's where it is kept under one. */
export function tableName() {
  const kept = scenario.kept.find(holds);
  return `${page.study.name}-${kept ? kept.name.replace(/[\\/:*?"<>|\s]+/g, '_') : 'sites'}.csv`;
}
