// Who reaches what over the roads under a scenario: searches kept up to date as seats come and go.

import { across, standsAt } from './across.js';
import { Answers } from './answers.js';
import { Heap } from './heap.js';
import { worldX, worldY } from './mercator.js';
import { before, exactDemand, placeOf } from './seats.js';
import { pieceOf } from './snapping.js';
import { accessCost, alongStreet, endCosts, graph, network } from './ways.js';

/** The nearest seat (facility or new site) of every node and of every demand point. */
export class Reach extends Answers {
  constructor(query) {
    const net = network(query.mode);
    super(net.demand.street.length);
    this.query = query;
    this.metric = query.metric;
    this.net = net;
    this.turned = query.direction === 'to_facility';
    this.graph = graph(net, this.metric, this.turned);
    this.back = graph(net, this.metric, !this.turned);
    this.nodeCost = new Float64Array(net.nodes).fill(Infinity);
    this.nodeOwner = new Int32Array(net.nodes).fill(-1);
    this.via = new Int32Array(net.nodes).fill(-1);
    this.previous = new Int32Array(net.nodes).fill(-1);
    this.heap = new Heap();
    this.touched = [];
    this.near = new Map();
    this.met = new Map();
  }

  /** What passes before a seat's unit sets out, in seconds. */
  wait(seat) {
    const { start, startNew, serving } = this.query;
    if (!start) return 0;
    const at = seat.index === undefined ? -1 : serving.indexOf(seat.index);
    return (at < 0 ? startNew : start[at]) * 60;
  }

  /** Notes whom a seat meets without the road: by demand row, what that costs. */
  meet(held) {
    const wait = this.wait(held.seat);
    held.met = across(this.net, held.seat, held.place);
    for (const [i, away] of held.met) {
      const cost = (wait + accessCost(this.net, this.metric, away)) / this.unit();
      this.met.set(i, [...(this.met.get(i) || []), { held, cost, away }]);
    }
  }

  /** Forgets whom a seat met. */
  part(held) {
    for (const [i] of held.met) {
      const left = this.met.get(i).filter((one) => one.held !== held);
      if (left.length) this.met.set(i, left);
      else this.met.delete(i);
    }
  }

  unit() {
    return this.metric === 'minutes' ? 60 : 1;
  }

  /** Nodes that a seat is entered (or left) by: [[node, cost]]. */
  ports({ street, position }, lead) {
    if (street < 0) return [];
    const ends = endCosts(this.net, this.metric, street, position, !this.turned);
    return [0, 1]
      .filter((d) => ends[d] < Infinity)
      .map((d) => [this.net.ends[d][street], ends[d] + lead]);
  }

  /** Takes seats away and puts seats in; returns the demand rows whose cost or seat changed. */
  change(gone, come) {
    const streets = new Set(),
      rows = new Set();
    this.touched = [];
    for (const held of gone) {
      if (held.place.street < 0) continue;
      streets.add(held.place.street);
      const left = this.near.get(held.place.street).filter((h) => h !== held);
      if (left.length) this.near.set(held.place.street, left);
      else this.near.delete(held.place.street);
      this.part(held);
      for (const [i] of held.met) rows.add(i);
    }
    for (const held of come) {
      held.place = placeOf(held.seat, this.query.mode);
      held.lead = accessCost(this.net, this.metric, held.place.metres) + this.wait(held.seat);
      held.ports = this.ports(held.place, held.lead);
      if (held.place.street < 0) continue;
      streets.add(held.place.street);
      this.near.set(held.place.street, [...(this.near.get(held.place.street) || []), held]);
      this.meet(held);
      for (const [i] of held.met) rows.add(i);
    }
    if (gone.length) this.forget(new Set(gone.map((held) => held.seat.number)));
    for (const { seat, ports } of come)
      for (const [node, cost] of ports) this.offer(node, cost, seat.number, -1, -1);
    this.spread();
    return this.answer(streets, rows);
  }

  /** Empties the ground of seats that are gone, and offers it to its neighbours. */
  forget(numbers) {
    const lost = [],
      { ptr, to, via, w } = this.back;
    for (let v = 0; v < this.nodeOwner.length; v++)
      if (this.nodeOwner[v] >= 0 && numbers.has(this.nodeOwner[v])) {
        lost.push(v);
        this.nodeCost[v] = Infinity;
        this.nodeOwner[v] = this.via[v] = this.previous[v] = -1;
      }
    for (const v of lost) {
      this.touched.push(v);
      for (let k = ptr[v]; k < ptr[v + 1]; k++) {
        const u = to[k];
        if (this.nodeOwner[u] >= 0 && this.nodeCost[u] < Infinity)
          this.offer(v, this.nodeCost[u] + w[k], this.nodeOwner[u], via[k], u);
      }
    }
    for (const { seat, ports } of this.held.values())
      if (ports) for (const [node, cost] of ports) this.offer(node, cost, seat.number, -1, -1);
  }

  offer(node, cost, seat, via, previous) {
    const now = this.nodeCost[node];
    if (cost > now || cost === Infinity || (cost === now && !before(seat, this.nodeOwner[node]))) return;
    this.nodeCost[node] = cost;
    this.nodeOwner[node] = seat;
    this.via[node] = via;
    this.previous[node] = previous;
    this.touched.push(node);
    this.heap.push(cost, node);
  }

  spread() {
    const { ptr, to, via, w } = this.graph,
      { heap, nodeCost, nodeOwner } = this;
    while (heap.size) {
      const u = heap.pop(),
        cost = heap.least;
      if (cost > nodeCost[u]) continue;
      for (let k = ptr[u]; k < ptr[u + 1]; k++)
        if (cost + w[k] <= nodeCost[to[k]]) this.offer(to[k], cost + w[k], nodeOwner[u], via[k], u);
    }
  }

  /** Answers every demand row by a node or a street that changed, and these; returns those that came out otherwise. */
  answer(streets, alone) {
    const { starts, rows } = rowsByNode(this.net),
      street = this.net.demand.street,
      seen = new Uint8Array(street.length),
      changed = [];
    const again = (i) => {
      if (seen[i]) return;
      seen[i] = 1;
      const cost = this.cost[i],
        owner = this.owner[i];
      this.row(i);
      if (this.cost[i] !== cost || this.owner[i] !== owner) changed.push(i);
    };
    const look = (node, only) => {
      for (let k = starts[node]; k < starts[node + 1]; k++)
        if (only === undefined || street[rows[k]] === only) again(rows[k]);
    };
    for (const node of this.touched) look(node);
    for (const s of streets) look(this.net.ends[0][s], s);
    for (const i of alone) again(i);
    return changed;
  }

  /** One demand row's cost and seat; `at` without its objects where no seat lies on its street or meets it. */
  row(i) {
    const d = this.net.demand,
      s = d.street[i],
      t = d.position[i],
      minutes = this.metric === 'minutes';
    if (this.near.has(s) || this.met.has(i)) {
      const best = this.at(i);
      this.cost[i] = best.cost;
      this.owner[i] = best.seat;
      return;
    }
    const price = minutes ? this.net.seconds : this.net.metres,
      u = this.net.ends[0][s],
      v = this.net.ends[1][s],
      p = this.nodeOwner[u],
      q = this.nodeOwner[v];
    const a =
        p < 0 || t === 1 ? Infinity : this.nodeCost[u] + (t === 0 ? 0 : price[this.turned ? 1 : 0][s] * t),
      b =
        q < 0 || t === 0
          ? Infinity
          : this.nodeCost[v] + (t === 1 ? 0 : price[this.turned ? 0 : 1][s] * (1 - t));
    const reached = a < Infinity || b < Infinity,
      other = b < a || (reached && b === a && before(q, p));
    this.owner[i] = reached ? (other ? q : p) : -1;
    this.cost[i] =
      ((other ? b : a) + (minutes ? (d.metres[i] * 3.6) / this.net.accessKph : d.metres[i])) /
      (minutes ? 60 : 1);
  }

  /** The nearest seat of a demand row: {cost in minutes or metres, seat, side (0, 1, 2: along the street, 3: across)}. */
  at(i) {
    const { demand } = this.net,
      street = demand.street[i],
      t = demand.position[i];
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
      if (this.nodeOwner[v] >= 0) take(this.nodeCost[v] + ends[d], this.nodeOwner[v], d);
    }
    for (const { seat, place, lead } of this.near.get(street) || []) {
      const way = this.turned
        ? alongStreet(this.net, this.metric, street, t, place.position)
        : alongStreet(this.net, this.metric, street, place.position, t);
      take(lead + way, seat.number, 2);
    }
    cost = (cost + accessCost(this.net, this.metric, demand.metres[i])) / this.unit();
    for (const { held, cost: straight } of this.met.get(i) || []) take(straight, held.seat.number, 3);
    return { cost, seat: cost < Infinity ? owner : -1, side };
  }

  /** The way between a demand point and its seat as world places, with its metres by road. */
  way(i) {
    const d = this.net.demand,
      s = d.street[i];
    if (s < 0) return null;
    const best = this.at(i);
    if (best.seat < 0) return null;
    if (best.side === 3) return this.straightOn(i, best);
    const { seat, place } = this.held.get(best.seat),
      pieces = [];
    if (best.side === 2) pieces.push([s, d.position[i], place.position]);
    else {
      let node = this.net.ends[best.side][s];
      pieces.push([s, d.position[i], best.side]);
      while (this.previous[node] >= 0) {
        const by = this.via[node],
          towards = this.turned ? by & 1 : 1 - (by & 1);
        pieces.push([by >> 1, towards, 1 - towards]);
        node = this.previous[node];
      }
      pieces.push([place.street, this.endOf(place, node), place.position]);
    }
    const length = ([on, a, b]) =>
        a === b ? 0 : alongStreet(this.net, 'road_m', on, ...(this.turned ? [a, b] : [b, a])),
      lines = pieces.map(([on, a, b]) => pieceOf(this.net.line[on], a, b));
    return {
      places: lines.flat(),
      access: accessCost(this.net, this.metric, d.metres[i]) / this.unit(),
      steps: pieces.map(([on, a, b], k) => ({
        places: lines[k].length,
        cost: a === b ? 0 : alongStreet(this.net, this.metric, on, ...(this.turned ? [a, b] : [b, a])) / this.unit(),
      })),
      metres: d.metres[i] + place.metres + pieces.reduce((sum, piece) => sum + length(piece), 0),
      cost: best.cost,
      seat,
    };
  }

  /** The way to a seat that is met without the road. */
  straightOn(i, { seat: number, cost }) {
    const { held, away } = this.met.get(i).find((one) => one.held.seat.number === number),
      { lon, lat } = exactDemand();
    const ends = [[lon[i], lat[i]], standsAt(held.seat)];
    return { places: ends.map(([x, y]) => [worldX(x), worldY(y)]), metres: away, cost, seat: held.seat };
  }

  /** The end (0 or 1) of a seat's street at a node; where both are the same node, the cheaper. */
  endOf(place, node) {
    const [a, b] = this.net.ends;
    if (a[place.street] !== b[place.street]) return a[place.street] === node ? 0 : 1;
    const ends = endCosts(this.net, this.metric, place.street, place.position, !this.turned);
    return ends[0] <= ends[1] ? 0 : 1;
  }
}

/** Demand rows by the nodes at either end of their streets. */
function rowsByNode(net) {
  if (net.rows) return net.rows;
  const { street } = net.demand,
    starts = new Int32Array(net.nodes + 1);
  const each = (visit) => {
    for (let i = 0; i < street.length; i++)
      if (street[i] >= 0) for (let d = 0; d < 2; d++) visit(net.ends[d][street[i]], i);
  };
  each((v) => {
    starts[v + 1]++;
  });
  for (let v = 0; v < net.nodes; v++) starts[v + 1] += starts[v];
  const rows = new Int32Array(starts[net.nodes]),
    at = starts.slice();
  each((v, i) => {
    rows[at[v]++] = i;
  });
  return (net.rows = { starts, rows });
}
