// Ways on the roads: the same networks, costs and rules as the analysis, searched in the page.

const hasWays = () => Boolean(page.ways);

const waysColumn = once(() => {
  const read = openBlock(document.getElementById('cc-ways').textContent), kept = new Map();
  return (reference) => {
    if (!kept.has(reference[0])) kept.set(reference[0], read(reference));
    return kept.get(reference[0]);
  };
});
const ground = once(() => transverseMercator(page.ways.projection));

const lineTable = once(() => {
  const w = page.ways, lengths = waysColumn()(w.lengths), starts = new Uint32Array(lengths.length + 1);
  lengths.forEach((n, i) => { starts[i + 1] = starts[i] + n; });
  return {x: waysColumn()(w.x), y: waysColumn()(w.y), starts};
});

const networks = {};
function network(mode) {
  if (!networks[mode]) {
    const m = page.ways.modes[mode];
    const col = (r) => waysColumn()(r);
    networks[mode] = {...m, ends: m.ends.map(col), seconds: m.seconds.map(col), metres: m.metres.map(col), allowed: col(m.allowed), component: col(m.component), line: col(m.line),
      demand: {street: col(m.demand.street), position: col(m.demand.position), metres: col(m.demand.metres)},
      facility: {street: col(m.facility.street), position: col(m.facility.position), metres: col(m.facility.metres)}, graphs: {}};
  }
  return networks[mode];
}

/** Edges by the node they leave (or, turned round, by the node they reach): via = street * 2 + direction. */
function graph(net, metric, turned) {
  const name = `${metric}${turned}`;
  if (net.graphs[name]) return net.graphs[name];
  const cost = metric === 'minutes' ? net.seconds : net.metres, streets = net.line.length, ptr = new Int32Array(net.nodes + 1);
  const each = (visit) => {
    for (let s = 0; s < streets; s++)
      for (let d = 0; d < 2; d++) if (cost[d][s] < Infinity) visit(net.ends[turned ? 1 - d : d][s], net.ends[turned ? d : 1 - d][s], s * 2 + d, cost[d][s]);
  };
  each((u) => { ptr[u + 1]++; });
  for (let v = 0; v < net.nodes; v++) ptr[v + 1] += ptr[v];
  const to = new Int32Array(ptr[net.nodes]), via = new Int32Array(to.length), w = new Float32Array(to.length), at = ptr.slice();
  each((u, v, by, c) => { const k = at[u]++; to[k] = v; via[k] = by; w[k] = c; });
  return (net.graphs[name] = {ptr, to, via, w});
}

const accessCost = (net, metric, away) => (metric === 'minutes' ? away * 3.6 / net.accessKph : away);

/** Costs from a place on a street to its two ends (leaving), or from them to it. */
function endCosts(net, metric, street, t, leaving) {
  const cost = metric === 'minutes' ? net.seconds : net.metres, drawn = cost[0][street], against = cost[1][street];
  const toStart = leaving ? against : drawn, toEnd = leaving ? drawn : against;
  return [t === 0 ? 0 : t === 1 ? Infinity : toStart * t, t === 1 ? 0 : t === 0 ? Infinity : toEnd * (1 - t)];
}

function alongStreet(net, metric, street, start, end) {
  const cost = metric === 'minutes' ? net.seconds : net.metres, way = end - start;
  const ahead = way >= 0 && cost[0][street] < Infinity ? cost[0][street] * way : Infinity;
  const back = way <= 0 && cost[1][street] < Infinity ? cost[1][street] * -way : Infinity;
  return Math.min(ahead, back);
}

/** A heap of (cost, node). */
class Heap {
  constructor() { this.cost = []; this.node = []; }
  get size() { return this.cost.length; }
  push(cost, node) {
    const c = this.cost, n = this.node;
    let i = c.length;
    c.push(cost); n.push(node);
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (c[up] <= cost) break;
      c[i] = c[up]; n[i] = n[up];
      i = up;
    }
    c[i] = cost; n[i] = node;
  }
  pop() {
    const c = this.cost, n = this.node, top = [c[0], n[0]], cost = c.pop(), node = n.pop(), size = c.length;
    if (size) {
      let i = 0;
      for (;;) {
        let down = 2 * i + 1;
        if (down >= size) break;
        if (down + 1 < size && c[down + 1] < c[down]) down++;
        if (c[down] >= cost) break;
        c[i] = c[down]; n[i] = n[down];
        i = down;
      }
      c[i] = cost; n[i] = node;
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

  place(seat) { return seat.places ? seat.places[this.query.mode] : {street: this.net.facility.street[seat.index], position: this.net.facility.position[seat.index], metres: this.net.facility.metres[seat.index]}; }

  ports(seat) {
    const p = this.place(seat);
    if (!p || p.street < 0) return [];
    const access = accessCost(this.net, this.metric, p.metres), ends = endCosts(this.net, this.metric, p.street, p.position, !this.turned);
    return [0, 1].filter((d) => ends[d] < Infinity).map((d) => [this.net.ends[d][p.street], ends[d] + access]);
  }

  better(cost, seat, node) { return cost < this.cost[node] || (cost === this.cost[node] && cost < Infinity && before(seat, this.owner[node])); }

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
    const lost = [], heap = new Heap();
    for (let v = 0; v < this.net.nodes; v++)
      if (this.owner[v] === seat.number) { lost.push(v); this.cost[v] = Infinity; this.owner[v] = this.via[v] = this.previous[v] = -1; }
    for (const v of lost)
      for (let k = this.back.ptr[v]; k < this.back.ptr[v + 1]; k++) {
        const u = this.back.to[k];
        if (this.owner[u] >= 0) this.offer(heap, v, this.cost[u] + this.back.w[k], this.owner[u], this.back.via[k], u);
      }
    for (const other of this.seats.values())
      for (const [node, cost] of this.ports(other)) this.offer(heap, node, cost, other.number, -1, -1);
    this.spread(heap);
  }

  offer(heap, node, cost, seat, via, previous) {
    if (!this.better(cost, seat, node)) return;
    this.cost[node] = cost; this.owner[node] = seat; this.via[node] = via; this.previous[node] = previous;
    heap.push(cost, node);
  }

  spread(heap) {
    const {ptr, to, via, w} = this.graph;
    while (heap.size) {
      const [cost, u] = heap.pop();
      if (cost > this.cost[u]) continue;
      for (let k = ptr[u]; k < ptr[u + 1]; k++) this.offer(heap, to[k], cost + w[k], this.owner[u], via[k], u);
    }
  }

  /** The nearest seat of a place: {cost in minutes or metres, seat, side (0, 1, or 2: along the street)}. */
  at(street, t, away, near) {
    let cost = Infinity, owner = -1, side = -1;
    const take = (c, seat, which) => { if (c < cost || (c === cost && c < Infinity && before(seat, owner))) { cost = c; owner = seat; side = which; } };
    const ends = endCosts(this.net, this.metric, street, t, this.turned);
    for (let d = 0; d < 2; d++) { const v = this.net.ends[d][street]; if (this.owner[v] >= 0) take(this.cost[v] + ends[d], this.owner[v], d); }
    for (const seat of near || []) {
      const p = this.place(seat), way = this.turned ? alongStreet(this.net, this.metric, street, t, p.position) : alongStreet(this.net, this.metric, street, p.position, t);
      take(accessCost(this.net, this.metric, p.metres) + way, seat.number, 2);
    }
    cost = (cost + accessCost(this.net, this.metric, away)) / (this.metric === 'minutes' ? 60 : 1);
    return {cost, seat: cost < Infinity ? owner : -1, side};
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
    const d = this.net.demand, n = d.street.length, cost = new Float64Array(n).fill(Infinity), owner = new Int32Array(n).fill(-1), near = this.byStreet();
    const unit = this.metric === 'minutes' ? 60 : 1, kph = this.net.accessKph, [first, last] = this.net.ends, price = this.metric === 'minutes' ? this.net.seconds : this.net.metres;
    const toFirst = this.turned ? price[1] : price[0], toLast = this.turned ? price[0] : price[1], busy = new Uint8Array(this.net.line.length);
    near.forEach((_, street) => { busy[street] = 1; });
    for (let i = 0; i < n; i++) {
      const s = d.street[i];
      if (s < 0) continue;
      if (busy[s]) { const best = this.at(s, d.position[i], d.metres[i], near.get(s)); cost[i] = best.cost; owner[i] = best.seat; continue; }
      const t = d.position[i], u = first[s], v = last[s], p = this.owner[u], q = this.owner[v];
      const a = p < 0 || t === 1 ? Infinity : this.cost[u] + (t === 0 ? 0 : toFirst[s] * t), b = q < 0 || t === 0 ? Infinity : this.cost[v] + (t === 1 ? 0 : toLast[s] * (1 - t));
      if (!(a < Infinity) && !(b < Infinity)) continue;
      const other = b < a || (b === a && before(q, p)), c = other ? b : a, access = this.metric === 'minutes' ? d.metres[i] * 3.6 / kph : d.metres[i];
      cost[i] = (c + access) / unit;
      owner[i] = other ? q : p;
    }
    return {cost, owner};
  }

  /** The way between a demand point and its seat as world places, with its metres by road. */
  way(i) {
    const d = this.net.demand;
    if (d.street[i] < 0) return null;
    const best = this.at(d.street[i], d.position[i], d.metres[i], this.byStreet().get(d.street[i]));
    if (best.seat < 0) return null;
    const seat = seats.get(best.seat), p = this.place(seat), pieces = [];
    if (best.side === 2) pieces.push([d.street[i], d.position[i], p.position]);
    else {
      let node = this.net.ends[best.side][d.street[i]];
      pieces.push([d.street[i], d.position[i], best.side]);
      while (this.previous[node] >= 0) {
        const by = this.via[node], s = by >> 1, towards = this.turned ? by & 1 : 1 - (by & 1);
        pieces.push([s, towards, 1 - towards]);
        node = this.previous[node];
      }
      pieces.push([p.street, this.net.ends[0][p.street] === node && (p.position === 0 || endCosts(this.net, this.metric, p.street, p.position, !this.turned)[0] + accessCost(this.net, this.metric, p.metres) === this.cost[node]) ? 0 : 1, p.position]);
    }
    const places = [], length = (s, a, b) => (this.turned ? alongStreet(this.net, 'road_m', s, a, b) : alongStreet(this.net, 'road_m', s, b, a));
    for (const [s, a, b] of pieces) places.push(...pieceOf(this.net.line[s], a, b));
    return {places, metres: d.metres[i] + p.metres + pieces.reduce((sum, [s, a, b]) => sum + (a === b ? 0 : length(s, a, b)), 0), cost: best.cost, seat};
  }
}

/** A line's part from one share of its length to another, as world places. */
function pieceOf(line, from, to) {
  if (from === to) return [];
  const {x, y, starts} = lineTable(), first = starts[line], last = starts[line + 1] - 1, lengths = [0];
  for (let i = first; i < last; i++) lengths.push(lengths[i - first] + Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]));
  const whole = lengths[lengths.length - 1], low = Math.min(from, to) * whole, high = Math.max(from, to) * whole, points = [];
  const at = (m) => {
    let k = 0;
    while (k < lengths.length - 2 && lengths[k + 1] < m) k++;
    const share = lengths[k + 1] > lengths[k] ? (m - lengths[k]) / (lengths[k + 1] - lengths[k]) : 0;
    return [x[first + k] + share * (x[first + k + 1] - x[first + k]), y[first + k] + share * (y[first + k + 1] - y[first + k])];
  };
  points.push(at(low));
  for (let k = 0; k < lengths.length; k++) if (lengths[k] > low && lengths[k] < high) points.push([x[first + k], y[first + k]]);
  points.push(at(high));
  if (from > to) points.reverse();
  return points.map(([px, py]) => { const [lon, lat] = ground().inverse(px, py); return [worldX(lon), worldY(lat)]; });
}

/** Segments of the streets where a mode may stop, by cells of 200 m. */
function segmentIndex(net) {
  if (net.index) return net.index;
  const {x, y, starts} = lineTable(), cells = new Map();
  for (let s = 0; s < net.line.length; s++) {
    if (!net.allowed[s]) continue;
    for (let i = starts[net.line[s]]; i < starts[net.line[s] + 1] - 1; i++) {
      const c0 = Math.floor(Math.min(x[i], x[i + 1]) / 200), c1 = Math.floor(Math.max(x[i], x[i + 1]) / 200), r0 = Math.floor(Math.min(y[i], y[i + 1]) / 200), r1 = Math.floor(Math.max(y[i], y[i + 1]) / 200);
      for (let c = c0; c <= c1; c++) for (let r = r0; r <= r1; r++) { const key = c * 1e6 + r; if (!cells.has(key)) cells.set(key, []); cells.get(key).push(s, i); }
    }
  }
  return (net.index = cells);
}

function toSegment(px, py, ax, ay, bx, by) {
  const dx = bx - ax, dy = by - ay, square = dx * dx + dy * dy;
  const r = square > 0 ? ((px - ax) * dx + (py - ay) * dy) / square : 0;
  if (r <= 0) return [Math.hypot(px - ax, py - ay), 0];
  if (r >= 1) return [Math.hypot(px - bx, py - by), 1];
  return [Math.abs(((ay - py) * dx - (ax - px) * dy) / square) * Math.sqrt(square), r];
}

/** A place on the nearest street of a mode: {street (-1: too far), position, metres}. */
function snapTo(mode, lon, lat) {
  const net = network(mode), {x, y, starts} = lineTable(), cells = segmentIndex(net), [px, py] = ground().forward(lon, lat);
  const none = {street: -1, position: 0, metres: 0}, cx = Math.floor(px / 200), cy = Math.floor(py / 200);
  let best = Infinity, street = -1;
  for (let ring = 0; ring * 200 - 200 <= Math.min(best, net.mostSnap * 1.01 + 1); ring++)
    for (let c = cx - ring; c <= cx + ring; c++) for (let r = cy - ring; r <= cy + ring; r++) {
      if (Math.max(Math.abs(c - cx), Math.abs(r - cy)) !== ring) continue;
      const found = cells.get(c * 1e6 + r) || [];
      for (let k = 0; k < found.length; k += 2) {
        const i = found[k + 1], [away] = toSegment(px, py, x[i], y[i], x[i + 1], y[i + 1]);
        if (away < best || (away === best && found[k] < street)) { best = away; street = found[k]; }
      }
    }
  if (street < 0) return none;
  let whole = 0, ahead = 0, least = Infinity, place = null;
  for (let i = starts[net.line[street]]; i < starts[net.line[street] + 1] - 1; i++) {
    const length = Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]), [away, share] = toSegment(px, py, x[i], y[i], x[i + 1], y[i + 1]);
    if (away < least) { least = away; ahead = whole + share * length; place = [x[i] + share * (x[i + 1] - x[i]), y[i] + share * (y[i + 1] - y[i])]; }
    whole += length;
  }
  const position = ahead <= 1e-6 ? 0 : whole - ahead <= 1e-6 ? 1 : ahead / whole;
  const [lon2, lat2] = ground().inverse(place[0], place[1]), metres = geodesic(lon, lat, lon2, lat2);
  return metres <= net.mostSnap ? {street, position, metres} : none;
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
  page.facilities.ids.forEach((id, index) => seats.set(index, {number: index, index, id, name: page.facilities.names[index]}));
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
  const {lon, lat} = exactDemand(), n = lon.length, cost = new Float64Array(n).fill(Infinity), owner = new Int32Array(n).fill(-1), d = demand();
  const open = [...page.queries[number].serving.filter((i) => !scenario.closed.has(i)).map((i) => seats.get(i)), ...scenario.sites.filter((site) => page.kinds[site.kind].serves.includes(number))];
  const places = open.map((seat) => (seat.places ? [seat.lon, seat.lat] : facilityLonLat(seat.index)));
  for (let i = 0; i < n; i++) {
    if (!d.placed[i]) continue;
    const kx = 111320 * Math.cos(lat[i] * RAD), rough = places.map(([x, y]) => Math.hypot((x - lon[i]) * kx, (y - lat[i]) * 110950)), least = Math.min(...rough);
    for (let k = 0; k < places.length; k++) {
      if (rough[k] > least * 1.02 + 1) continue;
      const m = geodesic(lon[i], lat[i], places[k][0], places[k][1]);
      if (m < cost[i] || (m === cost[i] && before(open[k].number, owner[i]))) { cost[i] = m; owner[i] = open[k].number; }
    }
  }
  return {cost, owner};
}

const fine = (reference, start) => Float64Array.from(waysColumn()(reference), (v) => start + v * 1e-9);
const exactDemand = once(() => ({lon: fine(page.ways.demand.x, page.ways.demand.west), lat: fine(page.ways.demand.y, page.ways.demand.south)}));
const exactFacilities = once(() => ({lon: fine(page.ways.facility.x, page.ways.facility.west), lat: fine(page.ways.facility.y, page.ways.facility.south)}));
const facilityLonLat = (i) => [exactFacilities().lon[i], exactFacilities().lat[i]];
