// How a clause stands under the scenario being tried, whatever it is about; as the study has it where nothing touches it.

import { changed } from './scenario.js';
import { aboutReach, liveClause } from './trial.js';

/** A clause's outcome, share and people left out, as they are now. */
export function standing(clause) {
  if (changed() && aboutReach(clause)) return liveClause(clause);
  return { outcome: clause.outcome, share: clause.share, affected: clause.affected, observed: null };
}
