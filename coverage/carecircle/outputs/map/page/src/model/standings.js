// How a clause stands under the scenario being tried, whatever it is about; as the study has it where nothing touches it.

import { page } from './page.js';
import { changed, scenario } from './scenario.js';
import { aboutReach, liveClause } from './trial.js';

/** Facilities more or fewer that a clause about load counts under the scenario. */
function countedMore(clause) {
  const built = scenario.sites.filter((site) => page.kinds[site.kind].counts.includes(clause.rule)).length,
    closed = [...scenario.closed].filter((i) => clause.asked.includes(i) && page.facilities.status[i] === 'open').length;
  return built - closed;
}

/** As many facilities as the band asks for, and no more: needed = ceil(r / most), allowed = max(needed, floor(r / least)). */
function loadStanding(clause, n) {
  const { residents } = clause.load,
    [least, most] = clause.loadRange,
    needed = Math.ceil(residents / most),
    allowed = least ? Math.max(needed, Math.floor(residents / least)) : needed;
  return {
    outcome: needed <= n && n <= allowed ? 'PASS' : 'FAIL',
    share: null,
    observed: n ? residents / n : null,
    affected: Math.max(0, residents - most * n),
    facilities: n,
  };
}

/** Whether a clause is judged anew under a scenario. */
export const judgedLive = (clause) =>
  aboutReach(clause) || Boolean(clause.load && clause.loadRange && !clause.units.length && clause.outcome !== 'NOT_ASSESSED');

/** A clause's outcome, share and people left out, as they are now. */
export function standing(clause) {
  if (changed() && aboutReach(clause)) return liveClause(clause);
  const more = changed() && judgedLive(clause) ? countedMore(clause) : 0;
  if (more) return loadStanding(clause, clause.load.facilities + more);
  return { outcome: clause.outcome, share: clause.share, affected: clause.affected, observed: null };
}

/** Whether a clause's outcome or people have changed under the scenario. */
export function turned(clause) {
  if (!changed() || !judgedLive(clause)) return false;
  const now = standing(clause);
  return now.outcome !== clause.outcome || Math.abs(now.affected - clause.affected) >= 0.5 || (now.gained || 0) >= 0.5 || (now.lost || 0) >= 0.5;
}
