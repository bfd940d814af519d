// The whole way of an emergency: its legs meet at the patient, so that each is answered for itself and they are added.

import { Answers } from './answers.js';
import { page } from './page.js';
import { costAt, ownerAt } from './sides.js';

/** A chain's costs: by demand row the sum of its legs' and of what passes for everybody. */
export class Chain extends Answers {
  constructor(query, legs) {
    super(legs[0].cost.length);
    this.query = query;
    this.legs = legs;
    this.seen = legs.map(() => -1);
  }

  /** Brings the rows up to date that a leg came out otherwise in. */
  follow(stamp) {
    if (this.stamp === stamp) return;
    this.stamp = stamp;
    const steps = this.legs.map((leg, k) => (this.seen[k] < 0 ? null : leg.since(this.seen[k])));
    this.seen = this.legs.map((leg) => leg.version);
    const rows = steps.includes(null) ? this.cost.keys() : new Set(steps.flat(2)),
      changed = [...rows].filter((i) => this.row(i));
    if (changed.length) this.note(changed);
  }

  /** One demand row; whether its cost or its station is another than before. */
  row(i) {
    const sum = this.legs.reduce((minutes, leg) => minutes + leg.cost[i], 0),
      cost = sum + this.query.passing,
      owner = cost < Infinity ? this.legs[0].owner[i] : -1;
    if (this.cost[i] === cost && this.owner[i] === owner) return false;
    this.cost[i] = cost;
    this.owner[i] = owner;
    return true;
  }

  /** Both ways as one: from the station to the demand point, and on to the hospital. */
  way(i) {
    const ways = this.legs.map((leg) => leg.way(i));
    if (ways.includes(null)) return null;
    return {
      places: ways[0].places,
      metres: ways.reduce((sum, way) => sum + way.metres, 0),
      cost: this.cost[i],
      seat: ways[0].seat,
      legs: ways,
    };
  }
}

/** Minutes before a unit of a station sets out. */
function startOf(leg, owner) {
  const at = owner < 1e6 ? leg.serving.indexOf(owner) : -1;
  return at < 0 ? leg.startNew : leg.start[at];
}

/**
 * A chain at a demand point: each stage with its minutes and who does it, in order; null where there is no chain, or
 * no way on one of its legs.
 */
export function stagesAt(clause, i) {
  const query = clause.query === null ? null : page.queries[clause.query];
  if (!query || !query.chain) return null;
  const legs = query.legs.map((number) => page.queries[number]),
    costs = legs.map((leg) => costAt(leg, i)),
    owners = legs.map((leg) => ownerAt(leg, i));
  if (costs.includes(Infinity) || owners.includes(-1)) return null;
  const start = startOf(legs[0], owners[0]),
    stage = (name, minutes, facility = -1) => ({ name, minutes, facility });
  return [
    stage('call', query.call),
    stage('dispatch', query.dispatch),
    stage(query.mustered ? 'muster' : 'turnout', start, owners[0]),
    stage('to_patient', costs[0] - start, owners[0]),
    ...(legs.length > 1 ? [stage('scene', query.scene), stage('to_hospital', costs[1], owners[1])] : []),
  ];
}

/** The query of a clause that a facility serves: of a chain the leg that it has a part in. */
export function queryServedBy(clause, facility) {
  const query = page.queries[clause.query];
  const leg = (query.legs || []).find((number) => page.queries[number].serving.includes(facility));
  return leg === undefined ? query : page.queries[leg];
}
