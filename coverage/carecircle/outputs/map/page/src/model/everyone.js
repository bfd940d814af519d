// Everybody whom some unmet clause leaves out, each once: what the headline counts, as a clause of its own.

import { exactSum } from './earth.js';
import { COVERED, demand, NO_DATA, NOT_COVERED, OUTSIDE, UNREACHABLE, UNSNAPPED } from './facts.js';
import { once, page } from './page.js';
import { changed, scenario } from './scenario.js';
import { codesOf, live } from './sides.js';
import { standing } from './standings.js';

/** The place of this clause among the page's: before them all. */
export const EVERYONE = -1;

/** Of several clauses' codes for one place the one that says most: whom any leaves out is left out. */
const ORDER = [OUTSIDE, COVERED, NO_DATA, UNSNAPPED, UNREACHABLE, NOT_COVERED],
  WEIGHT = ORDER.reduce((weight, code, k) => Object.assign(weight, { [code]: k }), []);

/** The clauses that are not met on a side of the map. */
const unmet = (basis) =>
  page.clauses.filter((clause) =>
    basis === 'baseline' && clause.before
      ? clause.before.outcome === 'FAIL'
      : (live(basis) ? standing(clause).outcome : clause.outcome) === 'FAIL',
  );

const kept = once(() => new Map());

/** Each resident point's code over all unmet clauses. */
function codes(basis) {
  const side = basis === 'road' ? 'now' : basis,
    stamp = live(side) ? scenario.stamp : -1,
    last = kept().get(side);
  if (last && last.stamp === stamp) return last.codes;
  const found = new Uint8Array(demand().n),
    weight = new Uint8Array(found.length);
  for (const clause of unmet(side)) {
    const mine = clause.people ? codesOf(clause, side) : null;
    if (!mine) continue;
    for (let i = 0; i < mine.length; i++)
      if (WEIGHT[mine[i]] > weight[i]) {
        weight[i] = WEIGHT[mine[i]];
        found[i] = mine[i];
      }
  }
  kept().set(side, { stamp, codes: found });
  return found;
}

/** All gaps as a clause: its people, the facilities and the units that its clauses speak of; null where there is none. */
export const everyone = once(() => {
  const behind = unmet('baked'),
    judged = behind.filter((clause) => clause.people),
    units = behind.filter((clause) => !clause.people).flatMap((clause) => clause.units.filter((u) => u.outcome === 'FAIL'));
  if (!judged.length && !units.length) return null;
  return {
    everyone: true,
    rule: '',
    title: page.words.page_everyone,
    outcome: 'FAIL',
    mark: 'FAIL',
    people: judged.length > 0 && page.demand ? { codes } : null,
    affected: page.answer.people,
    units,
    asked: [...new Set(judged.flatMap((clause) => clause.asked))],
    query: null,
    road: null,
    surface: null,
    radius: null,
    limitQuery: null,
    loadRange: null,
    ledger: null,
    before: page.hasBaseline ? {} : null,
  };
});

/** A clause by its place among the page's; that of everybody before them. */
export const clauseAt = (index) => (index === EVERYONE ? everyone() : page.clauses[index] || null);

/** How many people live in a gap, each counted once: as the study has it, under a trial as it comes to. */
export function headline() {
  if (!changed() || !page.demand) return page.answer.people;
  const { residents } = demand(),
    found = codes('now');
  return exactSum(Array.from(residents).filter((n, i) => found[i] === NOT_COVERED || found[i] === UNREACHABLE));
}
