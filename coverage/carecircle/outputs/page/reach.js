// Who reaches what under a scenario: searches kept up to date as facilities come and go.

/** A heap of (cost, node). */
class Heap {
  constructor() {
    this.cost = [];
    this.node = [];
  }
  get size() {
    return this.cost.length;
  }
  push(cost, node) {
    const c = this.cost,
      n = this.node;
    let i = c.length;
    c.push(cost);
    n.push(node);
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (c[up] <= cost) break;
      c[i] = c[up];
      n[i] = n[up];
      i = up;
    }
    c[i] = cost;
    n[i] = node;
  }
  pop() {
    const c = this.cost,
      n = this.node,
      top = [c[0], n[0]],
      cost = c.pop(),
      node = n.pop(),
      size = c.length;
    if (size) {
      let i = 0;
      for (;;) {
        let down = 2 * i + 1;
        if (down >= size) break;
        if (down + 1 < size && c[down + 1] < c[down]) down++;
        if (c[down] >= cost) break;
        c[i] = c[down];
        n[i] = n[down];
        i = down;
      }
      c[i] = cost;
      n[i] = node;
    }
    return top;
  }
}

/** Nearest seat (facility or new site) of every node, kept up to date as seats come and go. */
class Reach {
  constructor(query) {
    this.query = query;
    this.metric = query.metric;
    this.net = network(query.mode);
    this.turned = query.direction === 'to_facility';
    this.graph = graph(this.net, this.metric, this.turned);
    this.back = graph(this.net, this.metric, !this.turned);
    this.cost = new Float64Array(this.net.nodes).fill(Infinity);
    this.owner = new Int32Array(this.net.nodes).fill(-1);
    this.via = new Int32Array(this.net.nodes).fill(-1);
    this.previous = new Int32Array(this.net.nodes).fill(-1);
    this.seats = new Map();
  }

  place(seat) {
    return seat.places
      ? seat.places[this.query.mode]
      : {
          street: this.net.facility.street[seat.index],
          position: this.net.facility.position[seat.index],
          metres: this.net.facility.metres[seat.index],
        };
  }

  ports(seat) {
    const p = this.place(seat);
    if (!p || p.street < 0) return [];
    const access = accessCost(this.net, this.metric, p.metres),
      ends = endCosts(this.net, this.metric, p.street, p.position, !this.turned);
    return [0, 1]
      .filter((d) => ends[d] < Infinity)
      .map((d) => [this.net.ends[d][p.street], ends[d] + access]);
  }

  better(cost, seat, node) {
    return (
      cost < this.cost[node] ||
      (cost === this.cost[node] && cost < Infinity && before(seat, this.owner[node]))
    );
  }

  add(seats) {
    const heap = new Heap();
    for (const seat of seats) {
      this.seats.set(seat.number, seat);
      for (const [node, cost] of this.ports(seat)) this.offer(heap, node, cost, seat.number, -1, -1);
    }
    this.spread(heap);
  }

  remove(seat) {
    this.seats.delete(seat.number);
    const lost = [],
      heap = new Heap();
    for (let v = 0; v < this.net.nodes; v++)
      if (this.owner[v] === seat.number) {
        lost.push(v);
        this.cost[v] = Infinity;
        this.owner[v] = this.via[v] = this.previous[v] = -1;
      }
    for (const v of lost)
      for (let k = this.back.ptr[v]; k < this.back.ptr[v + 1]; k++) {
        const u = this.back.to[k];
        if (this.owner[u] >= 0)
          this.offer(heap, v, this.cost[u] + this.back.w[k], this.owner[u], this.back.via[k], u);
      }
    for (const other of this.seats.values())
      for (const [node, cost] of this.ports(other)) this.offer(heap, node, cost, other.number, -1, -1);
    this.spread(heap);
  }

  offer(heap, node, cost, seat, via, previous) {
    if (!this.better(cost, seat, node)) return;
    this.cost[node] = cost;
    this.owner[node] = seat;
    this.via[node] = via;
    this.previous[node] = previous;
    heap.push(cost, node);
  }

  spread(heap) {
    const { ptr, to, via, w } = this.graph;
    while (heap.size) {
      const [cost, u] = heap.pop();
      if (cost > this.cost[u]) continue;
      for (let k = ptr[u]; k < ptr[u + 1]; k++)
        this.offer(heap, to[k], cost + w[k], this.owner[u], via[k], u);
    }
  }

  /** The nearest seat of a place: {cost in minutes or metres, seat, side (0, 1, or 2: along the street)}. */
  at(street, t, away, near) {
    let cost = Infinity,
      owner = -1,
      side = -1;
    const take = (c, seat, which) => {
      if (c < cost || (c === cost && c < Infinity && before(seat, owner))) {
        cost = c;
        owner = seat;
        side = which;
      }
    };
    const ends = endCosts(this.net, this.metric, street, t, this.turned);
    for (let d = 0; d < 2; d++) {
      const v = this.net.ends[d][street];
      if (this.owner[v] >= 0) take(this.cost[v] + ends[d], this.owner[v], d);
    }
    for (const seat of near || []) {
      const p = this.place(seat),
        way = this.turned
          ? alongStreet(this.net, this.metric, street, t, p.position)
          : alongStreet(this.net, this.metric, street, p.position, t);
      take(accessCost(this.net, this.metric, p.metres) + way, seat.number, 2);
    }
    cost = (cost + accessCost(this.net, this.metric, away)) / (this.metric === 'minutes' ? 60 : 1);
    return { cost, seat: cost < Infinity ? owner : -1, side };
  }

  byStreet() {
    const found = new Map();
    for (const seat of this.seats.values()) {
      const p = this.place(seat);
      if (p && p.street >= 0) found.set(p.street, [...(found.get(p.street) || []), seat]);
    }
    return found;
  }

  /** Every demand point's cost and seat; `at` without its objects, for a hundred thousand points at a time. */
  everyone() {
    const d = this.net.demand,
      n = d.street.length,
      cost = new Float64Array(n).fill(Infinity),
      owner = new Int32Array(n).fill(-1),
      near = this.byStreet();
    const unit = this.metric === 'minutes' ? 60 : 1,
      kph = this.net.accessKph,
      [first, last] = this.net.ends,
      price = this.metric === 'minutes' ? this.net.seconds : this.net.metres;
    const toFirst = this.turned ? price[1] : price[0],
      toLast = this.turned ? price[0] : price[1],
      busy = new Uint8Array(this.net.line.length);
    near.forEach((_, street) => {
      busy[street] = 1;
    });
    for (let i = 0; i < n; i++) {
      const s = d.street[i];
      if (s < 0) continue;
      if (busy[s]) {
        const best = this.at(s, d.position[i], d.metres[i], near.get(s));
        cost[i] = best.cost;
        owner[i] = best.seat;
        continue;
      }
      const t = d.position[i],
        u = first[s],
        v = last[s],
        p = this.owner[u],
        q = this.owner[v];
      const a = p < 0 || t === 1 ? Infinity : this.cost[u] + (t === 0 ? 0 : toFirst[s] * t),
        b = q < 0 || t === 0 ? Infinity : this.cost[v] + (t === 1 ? 0 : toLast[s] * (1 - t));
      if (!(a < Infinity) && !(b < Infinity)) continue;
      const other = b < a || (b === a && before(q, p)),
        c = other ? b : a,
        access = this.metric === 'minutes' ? (d.metres[i] * 3.6) / kph : d.metres[i];
      cost[i] = (c + access) / unit;
      owner[i] = other ? q : p;
    }
    return { cost, owner };
  }

  /** The way between a demand point and its seat as world places, with its metres by road. */
  way(i) {
    const d = this.net.demand;
    if (d.street[i] < 0) return null;
    const best = this.at(d.street[i], d.position[i], d.metres[i], this.byStreet().get(d.street[i]));
    if (best.seat < 0) return null;
    const seat = seats.get(best.seat),
      p = this.place(seat),
      pieces = [];
    if (best.side === 2) pieces.push([d.street[i], d.position[i], p.position]);
    else {
      let node = this.net.ends[best.side][d.street[i]];
      pieces.push([d.street[i], d.position[i], best.side]);
      while (this.previous[node] >= 0) {
        const by = this.via[node],
          s = by >> 1,
          towards = this.turned ? by & 1 : 1 - (by & 1);
        pieces.push([s, towards, 1 - towards]);
        node = this.previous[node];
      }
      pieces.push([
        p.street,
        this.net.ends[0][p.street] === node &&
        (p.position === 0 ||
          endCosts(this.net, this.metric, p.street, p.position, !this.turned)[0] +
            accessCost(this.net, this.metric, p.metres) ===
            this.cost[node])
          ? 0
          : 1,
        p.position,
      ]);
    }
    const places = [],
      length = (s, a, b) =>
        this.turned ? alongStreet(this.net, 'road_m', s, a, b) : alongStreet(this.net, 'road_m', s, b, a);
    for (const [s, a, b] of pieces) places.push(...pieceOf(this.net.line[s], a, b));
    return {
      places,
      metres:
        d.metres[i] + p.metres + pieces.reduce((sum, [s, a, b]) => sum + (a === b ? 0 : length(s, a, b)), 0),
      cost: best.cost,
      seat,
    };
  }
}

/** A line's part from one share of its length to another, as world places. */
function pieceOf(line, from, to) {
  if (from === to) return [];
  const { x, y, starts } = lineTable(),
    first = starts[line],
    last = starts[line + 1] - 1,
    lengths = [0];
  for (let i = first; i < last; i++)
    lengths.push(lengths[i - first] + Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]));
  const whole = lengths[lengths.length - 1],
    low = Math.min(from, to) * whole,
    high = Math.max(from, to) * whole,
    points = [];
  const at = (m) => {
    let k = 0;
    while (k < lengths.length - 2 && lengths[k + 1] < m) k++;
    const share = lengths[k + 1] > lengths[k] ? (m - lengths[k]) / (lengths[k + 1] - lengths[k]) : 0;
    return [
      x[first + k] + share * (x[first + k + 1] - x[first + k]),
      y[first + k] + share * (y[first + k + 1] - y[first + k]),
    ];
  };
  points.push(at(low));
  for (let k = 0; k < lengths.length; k++)
    if (lengths[k] > low && lengths[k] < high) points.push([x[first + k], y[first + k]]);
  points.push(at(high));
  if (from > to) points.reverse();
  return points.map(([px, py]) => {
    const [lon, lat] = ground().inverse(px, py);
    return [worldX(lon), worldY(lat)];
  });
}

// ---- seats: everything that may serve ----
const seats = new Map();
let ranks = new Map();
const before = (a, b) => b < 0 || ranks.get(a) < ranks.get(b);

function rankSeats() {
  const byId = [...seats.values()].sort((p, q) => (p.id < q.id ? -1 : p.id > q.id ? 1 : 0));
  ranks = new Map(byId.map((seat, i) => [seat.number, i]));
}

const seatsReady = once(() => {
  page.facilities.ids.forEach((id, index) =>
    seats.set(index, { number: index, index, id, name: page.facilities.names[index] }),
  );
  rankSeats();
  return true;
});

const reaches = new Map();
/** The live search of a query over the roads, begun when first asked for. */
function reachOf(number) {
  seatsReady();
  if (!reaches.has(number)) {
    const reach = new Reach(page.queries[number]);
    reach.add(page.queries[number].serving.filter((i) => !scenario.closed.has(i)).map((i) => seats.get(i)));
    reach.add(scenario.sites.filter((site) => page.kinds[site.kind].serves.includes(number)));
    reaches.set(number, reach);
  }
  return reaches.get(number);
}

/** Straight-line distances from everybody to the nearest seat of a query. */
function straightReach(number) {
  seatsReady();
  const { lon, lat } = exactDemand(),
    n = lon.length,
    cost = new Float64Array(n).fill(Infinity),
    owner = new Int32Array(n).fill(-1),
    d = demand();
  const open = [
    ...page.queries[number].serving.filter((i) => !scenario.closed.has(i)).map((i) => seats.get(i)),
    ...scenario.sites.filter((site) => page.kinds[site.kind].serves.includes(number)),
  ];
  const places = open.map((seat) => (seat.places ? [seat.lon, seat.lat] : facilityLonLat(seat.index)));
  for (let i = 0; i < n; i++) {
    if (!d.placed[i]) continue;
    const kx = 111320 * Math.cos(lat[i] * RAD),
      rough = places.map(([x, y]) => Math.hypot((x - lon[i]) * kx, (y - lat[i]) * 110950)),
      least = Math.min(...rough);
    for (let k = 0; k < places.length; k++) {
      if (rough[k] > least * 1.02 + 1) continue;
      const m = geodesic(lon[i], lat[i], places[k][0], places[k][1]);
      if (m < cost[i] || (m === cost[i] && before(open[k].number, owner[i]))) {
        cost[i] = m;
        owner[i] = open[k].number;
      }
    }
  }
  return { cost, owner };
}

const fine = (reference, start) => Float64Array.from(waysColumn()(reference), (v) => start + v * 1e-9);
const exactDemand = once(() => ({
  lon: fine(page.ways.demand.x, page.ways.demand.west),
  lat: fine(page.ways.demand.y, page.ways.demand.south),
}));
const exactFacilities = once(() => ({
  lon: fine(page.ways.facility.x, page.ways.facility.west),
  lat: fine(page.ways.facility.y, page.ways.facility.south),
}));
const facilityLonLat = (i) => [exactFacilities().lon[i], exactFacilities().lat[i]];
