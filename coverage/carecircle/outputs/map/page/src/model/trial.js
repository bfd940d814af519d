// A clause's people under the scenario, judged by the clause's own rule.

import { exactSum, ExactSum } from './earth.js';
import { CODES, COVERED, demand, NOT_COVERED, UNREACHABLE } from './facts.js';
import { liveQuery } from './live.js';
import { column, once, page } from './page.js';

export const aboutReach = (clause) => Boolean(clause.people) && clause.query !== null;

/** A clause's people under the scenario, kept up to date row by row; every sum is exactly rounded. */
class Trial {
  constructor(clause, live) {
    this.clause = clause;
    this.base = column(clause.people);
    this.residents = demand().residents;
    this.limit = clause.byMean || clause.limitQuery === null ? Number.MAX_VALUE : clause.limitQuery;
    this.mean = clause.byMean || clause.limitQuery === null || clause.shareTarget === null;
    this.codes = this.base.slice();
    this.cost = this.mean ? live.cost.slice() : null;
    this.parts = CODES.map(() => new ExactSum());
    this.gained = new ExactSum();
    this.lost = new ExactSum();
    this.travel = new ExactSum();
    this.late = new ExactSum();
    for (let i = 0; i < this.codes.length; i++) {
      if (this.codes[i] >= UNREACHABLE) this.codes[i] = this.code(live.cost[i]);
      this.count(i, this.codes[i], live.cost[i], 1);
    }
    this.version = live.version;
    this.verdict = null;
  }

  code(cost) {
    return cost === Infinity ? UNREACHABLE : cost <= this.limit ? COVERED : NOT_COVERED;
  }

  /** Counts a row in (sign 1) or out (-1). */
  count(i, code, cost, sign) {
    const n = sign * this.residents[i];
    if (n === 0) return;
    this.parts[code].add(n);
    if (code === COVERED && this.base[i] !== COVERED) this.gained.add(n);
    if (code !== COVERED && this.base[i] === COVERED) this.lost.add(n);
    if (!this.mean || code !== COVERED) return;
    const minutes = cost + this.clause.turnout; // of a mean distance there is none
    this.travel.add(sign * (this.residents[i] * minutes));
    if (minutes > this.clause.limit) this.late.add(n);
  }

  /** Brings the rows that changed up to date; false where too much happened since. */
  follow(live) {
    if (this.version === live.version) return true;
    const steps = live.since(this.version);
    if (!steps) return false;
    this.version = live.version;
    this.verdict = null;
    for (const rows of steps) for (const i of rows) this.change(i, live.cost[i]);
    return true;
  }

  change(i, cost) {
    const was = this.codes[i];
    if (was < UNREACHABLE) return;
    const now = this.code(cost);
    if (was === now && !this.mean) return;
    const before = this.mean ? this.cost[i] : cost;
    this.count(i, was, before, -1);
    this.count(i, now, cost, 1);
    this.codes[i] = now;
    if (this.mean) this.cost[i] = cost;
  }

  result() {
    if (this.verdict) return this.verdict;
    const { clause } = this,
      ledger = Object.fromEntries(CODES.map((name, k) => [name, this.parts[k].value()]));
    ledger.outside = clause.ledger.outside;
    ledger.no_data = clause.ledger.no_data;
    ledger.total = clause.ledger.total;
    const scope = exactSum(CODES.slice(1).map((name) => ledger[name]));
    const judged = this.mean ? this.judgeMean(ledger, scope) : judgeShare(clause, ledger, scope);
    nameApart(clause, ledger);
    return (this.verdict = {
      codes: this.codes,
      ledger,
      gained: this.gained.value(),
      lost: this.lost.value(),
      ...judged,
    });
  }

  /**
   * A mean time or distance: told only, or where the clause asks for a response time judged as a floor. An
   * ambulance is not always free: above the limit the clause is missed, below it nothing is said.
   */
  judgeMean(ledger, scope) {
    const { clause } = this,
      unreached = exactSum([ledger.unreachable, ledger.not_covered]);
    const mean = ledger.covered > 0 ? this.travel.value() / ledger.covered : null;
    if (!clause.byMean)
      return {
        outcome: clause.outcome,
        observed: mean === null ? null : mean / clause.factor,
        margin: null,
        affected: unreached,
        share: null,
      };
    let outcome = mean <= clause.limit ? 'NOT_ASSESSED' : 'FAIL';
    if (unreached > 0 || ledger.unsnapped > page.numbers.unsnappedTolerated * scope) outcome = 'FAIL';
    else if (ledger.no_data > page.numbers.unsnappedTolerated * scope || mean === null) outcome = 'NOT_ASSESSED';
    if (outcome === 'FAIL' && clause.unsure) outcome = 'NOT_ASSESSED';
    return {
      outcome,
      observed: mean,
      margin: mean === null ? null : told(clause.limit - mean, outcome),
      affected: exactSum([this.late.value(), unreached]),
      share: null,
    };
  }
}

/**
 * Over the ground the ledger tells closed ground from places off every road, and land that is cut off from islands of
 * road: they are counted together here, and no scenario moves anybody onto closed ground or off it.
 */
function nameApart(clause, ledger) {
  if (clause.ledger.closed === undefined) return;
  ledger.closed = clause.ledger.closed;
  ledger.unsnapped = clause.ledger.unsnapped;
  const crossed = page.queries[clause.query].metric !== 'straight_m';
  ledger.cut_off = crossed ? ledger.unreachable : 0;
  if (crossed) ledger.unreachable = 0;
}

/** The slack, where it speaks for the outcome; null where what is open or out of reach decides. */
function told(slack, outcome) {
  return (outcome === 'PASS' ? slack >= 0 : slack < 0) ? slack : null;
}

function judgeShare(clause, ledger, scope) {
  const affected = exactSum([ledger.not_covered, ledger.unreachable]);
  if (!(scope > 0)) return { outcome: clause.outcome, observed: null, margin: null, affected, share: null };
  const low = ledger.covered / scope,
    target = clause.shareTarget,
    high = exactSum([ledger.covered, ledger.unsnapped, ledger.no_data]) / scope;
  let outcome = low >= target ? 'PASS' : high < target ? 'FAIL' : 'NOT_ASSESSED';
  if (outcome === 'FAIL' && clause.unsure) outcome = 'NOT_ASSESSED';
  return { outcome, observed: low, margin: told(low - target, outcome), affected, share: low };
}

const heldTrials = once(() => new Map());

/** A clause's codes, people and outcome under the scenario; null where it is not about reach. */
export function liveClause(clause) {
  if (!aboutReach(clause)) return null;
  const live = liveQuery(clause.query),
    trials = heldTrials();
  let trial = trials.get(clause.rule);
  if (!trial || !trial.follow(live)) trials.set(clause.rule, (trial = new Trial(clause, live)));
  return trial.result();
}
