// Seats: everything that may serve (a facility or a new site), where it stands, and straight lines to it.

const seats = new Map();

/** Whether a seat goes before another (-1: none) at equal cost: the smaller id, by code points as in Python. */
function before(a, b) {
  if (b < 0 || a === b) return b < 0;
  const p = [...seats.get(a).id],
    q = [...seats.get(b).id],
    i = p.findIndex((c, k) => c !== q[k]);
  return i < 0 ? p.length < q.length : i < q.length && p[i].codePointAt(0) < q[i].codePointAt(0);
}

const seatsReady = once(() => {
  page.facilities.ids.forEach((id, index) =>
    seats.set(index, { number: index, index, id, name: page.facilities.names[index] }),
  );
  return true;
});

/** A seat's place on the streets of a mode; a new site's is sought when first asked for. */
function placeOf(seat, mode) {
  if (seat.index !== undefined) {
    const f = network(mode).facility;
    return { street: f.street[seat.index], position: f.position[seat.index], metres: f.metres[seat.index] };
  }
  if (!seat.places[mode]) seat.places[mode] = snapTo(mode, seat.lon, seat.lat);
  return seat.places[mode];
}

/** The seats that serve a query under the scenario. */
function wantedSeats(number) {
  return [
    ...page.queries[number].serving.filter((i) => !scenario.closed.has(i)).map((i) => seats.get(i)),
    ...scenario.sites.filter((site) => page.kinds[site.kind].serves.includes(number)),
  ];
}

// Places come in billionths of a degree: a straight line differs by a tenth of a millimetre from Python's at most.
const FINE = 1e9;
const fine = (reference, start) =>
  Float64Array.from(waysColumn()(reference), (v) => (start * FINE + v) / FINE);
const exactDemand = once(() => ({
  lon: fine(page.ways.demand.x, page.ways.demand.west),
  lat: fine(page.ways.demand.y, page.ways.demand.south),
}));
const exactFacilities = once(() => ({
  lon: fine(page.ways.facility.x, page.ways.facility.west),
  lat: fine(page.ways.facility.y, page.ways.facility.south),
}));
const facilityLonLat = (i) => [exactFacilities().lon[i], exactFacilities().lat[i]];

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
class Straight extends Answers {
  constructor() {
    super(exactDemand().lon.length);
    this.started = false;
    [this.x, this.y, this.z] = chordsOfDemand();
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

const answers = new Map();
/** A query's costs and seats under the scenario; only what a change touched is computed again. */
function liveQuery(number) {
  seatsReady();
  if (!answers.has(number)) {
    const query = page.queries[number];
    answers.set(number, query.metric === 'straight_m' ? new Straight() : new Reach(query));
  }
  const live = answers.get(number);
  live.settle(wantedSeats(number), scenario.stamp);
  return live;
}
