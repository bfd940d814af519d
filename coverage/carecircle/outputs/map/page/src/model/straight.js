// Straight lines from everybody to the nearest seat of a query.

import { Answers } from './answers.js';
import { geodesic, RAD, WGS84 } from './earth.js';
import { demand } from './facts.js';
import { once } from './page.js';
import { before, exactDemand, facilityLonLat } from './seats.js';

/** Earth-centred coordinates in metres: the chord between two places never exceeds their geodesic. */
function chordPoint(lon, lat) {
  const { a, f } = WGS84,
    e2 = f * (2 - f),
    phi = lat * RAD,
    normal = a / Math.sqrt(1 - e2 * Math.sin(phi) ** 2);
  return [
    normal * Math.cos(phi) * Math.cos(lon * RAD),
    normal * Math.cos(phi) * Math.sin(lon * RAD),
    normal * (1 - e2) * Math.sin(phi),
  ];
}

const chordsOfDemand = once(() => {
  const { lon, lat } = exactDemand(),
    found = [0, 1, 2].map(() => new Float64Array(lon.length));
  for (let i = 0; i < lon.length; i++) chordPoint(lon[i], lat[i]).forEach((v, k) => (found[k][i] = v));
  return found;
});

/** Straight-line distances from everybody to the nearest seat of a query. */
export class Straight extends Answers {
  constructor() {
    super(exactDemand().lon.length);
    this.started = false;
    const [x, y, z] = chordsOfDemand();
    this.x = x;
    this.y = y;
    this.z = z;
  }

  change(gone, come) {
    for (const held of come) {
      const { seat } = held;
      held.at = seat.index === undefined ? [seat.lon, seat.lat] : facilityLonLat(seat.index);
      held.chord = chordPoint(...held.at);
    }
    const changed = [],
      numbers = new Set(gone.map((held) => held.seat.number)),
      all = [...this.held.values()],
      placed = demand().placed;
    for (let i = 0; i < this.cost.length; i++) {
      if (!placed[i]) continue;
      const cost = this.cost[i],
        owner = this.owner[i];
      if (!this.started || numbers.has(owner)) {
        this.cost[i] = Infinity;
        this.owner[i] = -1;
        this.measure(i, all);
      } else if (come.length) this.measure(i, come);
      if (this.cost[i] !== cost || this.owner[i] !== owner) changed.push(i);
    }
    this.started = true;
    return changed;
  }

  /** Measures to those seats whose chord is no longer than the least geodesic yet, the shortest chord first. */
  measure(i, some) {
    let first = -1,
      least = this.cost[i] + 1e-2;
    for (let k = 0; k < some.length; k++) {
      const away = this.chord(i, some[k].chord);
      if (away <= least) {
        least = away;
        first = k;
      }
    }
    if (first < 0) return;
    this.take(i, some[first]);
    for (let k = 0; k < some.length; k++)
      if (k !== first && this.chord(i, some[k].chord) <= this.cost[i] + 1e-2) this.take(i, some[k]);
  }

  chord(i, c) {
    const dx = c[0] - this.x[i],
      dy = c[1] - this.y[i],
      dz = c[2] - this.z[i];
    return Math.sqrt(dx * dx + dy * dy + dz * dz);
  }

  take(i, { seat, at }) {
    const { lon, lat } = exactDemand(),
      metresAway = geodesic(lon[i], lat[i], at[0], at[1]);
    if (metresAway > this.cost[i]) return;
    if (metresAway === this.cost[i] && !before(seat.number, this.owner[i])) return;
    this.cost[i] = metresAway;
    this.owner[i] = seat.number;
  }
}
