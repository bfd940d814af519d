// Who reaches what over ground and roads under a scenario: one search over both, kept up to date as seats come and go.

import { Answers } from './answers.js';
import { Buckets } from './buckets.js';
import { fieldOf, grid, movesOf } from './cells.js';
import { page } from './page.js';
import { portals } from './portals.js';
import { wayOver } from './overway.js';
import { before } from './seats.js';
import { eachEnd, nearCost, standResidents, standSeat } from './standing.js';

/**
 * The nearest seat of every cell, place on the roads and demand point. Nodes are the cells, then the places. Where one
 * rides once there are the cells again, for those who have left the roads: there a label counts only where it is less
 * than the one of who never rode.
 */
export class Overland extends Answers {
  constructor(query) {
    super(page.ways.terrain.demand.row[1]);
    const name = `${query.metric} ${query.mode}`;
    this.query = query;
    this.metric = query.metric;
    this.unit = query.metric === 'minutes' ? 60 : 1;
    this.turned = query.direction === 'to_facility';
    this.once = page.ways.terrain.fields[name].once;
    this.portals = portals(query.metric, query.mode);
    this.slow = fieldOf(name).slow;
    this.moves = movesOf(fieldOf(name), this.turned ? -1 : 1);
    this.cells = grid().size;
    this.after = this.cells + this.portals.places; // where the second cells begin
    const nodes = this.after + (this.once ? this.cells : 0);
    this.nodeCost = new Float64Array(nodes).fill(Infinity);
    this.nodeOwner = new Int32Array(nodes).fill(-1);
    this.previous = new Int32Array(nodes).fill(-1);
    this.queue = new Buckets(this.moves.usual / 4);
    this.touched = [];
    this.people = standResidents(query.metric, query.mode, this.turned);
    this.rows = this.rowsByNode();
    this.near = { cell: new Map(), link: new Map() };
  }

  /** Demand rows by the cells and places that they are joined to, by their own cells, and by links. */
  rowsByNode() {
    const { places, starts, node } = this.people,
      count = new Int32Array(this.after + 1),
      own = new Map(),
      links = new Map();
    const at = (/** @type {number} */ n) => (n < 0 ? this.cells + ~n : n);
    for (const n of node) count[at(n) + 1]++;
    for (let v = 0; v < this.after; v++) count[v + 1] += count[v];
    const rows = new Int32Array(node.length),
      next = count.slice();
    for (let i = 0; i < places.length; i++)
      for (let k = starts[i]; k < starts[i + 1]; k++) rows[next[at(node[k])]++] = i;
    places.forEach((place, i) => {
      if (!place || !Number.isNaN(place.moved)) return;
      put(own, place.cell, i);
      if (place.street) put(links, place.street.link, i);
    });
    return { starts: count, rows, own, links };
  }

  /** Seconds (or metres) that pass before a seat's unit sets out. */
  lead(seat) {
    const { start, startNew, serving } = this.query;
    if (!start) return 0;
    const at = seat.index === undefined ? -1 : serving.indexOf(seat.index);
    return (at < 0 ? startNew : start[at]) * 60;
  }

  /** Takes seats away and puts seats in; returns the demand rows whose cost or seat changed. */
  change(gone, come) {
    const dirty = new Set();
    this.touched = [];
    for (const held of gone) this.nearby(held, dirty, (map, key) => map.set(key, (map.get(key) || []).filter((h) => h !== held)));
    for (const held of come) {
      held.place = standSeat(this.query.metric, this.query.mode, held.seat);
      held.lead = this.lead(held.seat);
      held.ports = [];
      if (held.place)
        eachEnd(this.portals, held.place, !this.turned, (node, cost) =>
          held.ports.push([node < 0 ? this.cells + ~node : node, cost + held.lead]),
        );
      this.nearby(held, dirty, (map, key) => put(map, key, held));
    }
    if (gone.length) this.forget(new Set(gone.map((held) => held.seat.number)));
    for (const held of come) this.enter(held);
    this.spread();
    return this.answer(dirty);
  }

  enter({ seat, ports }) {
    for (const [node, cost] of ports) this.offer(node, cost, seat.number, -1);
  }

  /** Keeps (or lets go of) a seat beside those who reach it without a search, and marks their rows. */
  nearby({ place }, dirty, keep) {
    if (!place || !Number.isNaN(place.moved)) return;
    keep(this.near.cell, place.cell);
    for (const i of this.rows.own.get(place.cell) || []) dirty.add(i);
    if (!place.street) return;
    keep(this.near.link, place.street.link);
    for (const i of this.rows.links.get(place.street.link) || []) dirty.add(i);
  }

  offer(node, cost, seat, previous) {
    const now = this.nodeCost[node];
    if (cost > now || cost === Infinity || (cost === now && !before(seat, this.nodeOwner[node]))) return;
    if (node >= this.after && cost >= this.nodeCost[node - this.after]) return;
    this.nodeCost[node] = cost;
    this.nodeOwner[node] = seat;
    this.previous[node] = previous;
    this.touched.push(node);
    this.queue.push(cost, node);
  }

  spread() {
    const { queue, nodeCost } = this;
    while (queue.size) {
      const u = queue.pop();
      if (queue.least > nodeCost[u]) continue;
      if (u >= this.cells && u < this.after) this.fromPlace(u, queue.least);
      else this.fromCell(u, queue.least);
    }
  }

  fromCell(u, cost) {
    const { slow, nodeCost, nodeOwner, after } = this,
      shift = u < this.cells ? 0 : after,
      c = u - shift,
      { count, offset, price, least } = this.moves;
    for (let k = 0; k < count; k++) {
      const v = c + offset[k],
        held = shift && nodeCost[v] < nodeCost[v + shift] ? nodeCost[v] : nodeCost[v + shift];
      if (cost + least[k] > held || slow[v] === Infinity) continue;
      const total = cost + price(c, k, held - cost);
      if (total <= held) this.offer(v + shift, total, nodeOwner[u], u);
    }
    if (shift) return;
    const { starts, to, cost: legs } = this.portals.gate;
    for (let k = starts[c]; k < starts[c + 1]; k++) this.offer(this.cells + to[k], cost + legs[k], nodeOwner[u], u);
  }

  fromPlace(u, cost) {
    const p = u - this.cells,
      owner = this.nodeOwner[u],
      { starts, to, cost: prices } = this.portals.arcs[this.turned ? 1 : 0],
      door = this.portals.door;
    for (let k = starts[p]; k < starts[p + 1]; k++) this.offer(this.cells + to[k], cost + prices[k], owner, u);
    if (p + 1 >= door.starts.length) return;
    for (let k = door.starts[p]; k < door.starts[p + 1]; k++)
      this.offer(door.to[k] + (this.once ? this.after : 0), cost + door.cost[k], owner, u);
  }

  /** Empties the ground of seats that are gone, and offers it to its neighbours. */
  forget(numbers) {
    const { nodeCost, nodeOwner, previous } = this,
      lost = [];
    for (let v = 0; v < nodeOwner.length; v++)
      if (nodeOwner[v] >= 0 && numbers.has(nodeOwner[v])) {
        nodeCost[v] = Infinity;
        nodeOwner[v] = previous[v] = -1;
        lost.push(v);
      }
    for (const v of lost) {
      this.touched.push(v);
      if (v >= this.cells && v < this.after) this.regainPlace(v);
      else this.regainCell(v < this.cells ? v : v - this.after, v < this.cells ? 0 : this.after);
      if (this.once && v < this.cells) this.regainCell(v, this.after); // what held it off has gone
    }
    for (const held of this.held.values()) if (held.ports) this.enter(held);
  }

  regainCell(c, shift) {
    const { moves, nodeCost, nodeOwner, slow } = this,
      v = c + shift;
    for (let k = 0; k < moves.count; k++) {
      const u = c - moves.offset[k];
      if (slow[u] === Infinity || nodeOwner[u + shift] < 0) continue;
      this.offer(v, nodeCost[u + shift] + moves.price(u, k, Infinity), nodeOwner[u + shift], u + shift);
    }
    if (this.once && !shift) return;
    const { starts, to, cost } = this.portals.gate;
    for (let k = starts[c]; k < starts[c + 1]; k++) {
      const u = this.cells + to[k];
      if (nodeOwner[u] >= 0) this.offer(v, nodeCost[u] + cost[k], nodeOwner[u], u);
    }
  }

  regainPlace(v) {
    const { nodeCost, nodeOwner } = this,
      p = v - this.cells,
      back = this.portals.arcs[this.turned ? 0 : 1],
      door = this.portals.door;
    for (let k = back.starts[p]; k < back.starts[p + 1]; k++) {
      const u = this.cells + back.to[k];
      if (nodeOwner[u] >= 0) this.offer(v, nodeCost[u] + back.cost[k], nodeOwner[u], u);
    }
    if (p + 1 >= door.starts.length) return;
    for (let k = door.starts[p]; k < door.starts[p + 1]; k++) {
      const u = door.to[k];
      if (nodeOwner[u] >= 0) this.offer(v, nodeCost[u] + door.cost[k], nodeOwner[u], u);
    }
  }

  /** Answers every demand row by a node that changed and those marked; returns those that came out otherwise. */
  answer(dirty) {
    const { starts, rows } = this.rows,
      seen = new Uint8Array(this.cost.length),
      changed = [];
    const look = (i) => {
      if (seen[i]) return;
      seen[i] = 1;
      const { cost, seat } = this.at(i);
      if (cost === this.cost[i] && seat === this.owner[i]) return;
      this.cost[i] = cost;
      this.owner[i] = seat;
      changed.push(i);
    };
    for (const v of this.touched) {
      const node = v >= this.after ? v - this.after : v;
      for (let k = starts[node]; k < starts[node + 1]; k++) look(rows[k]);
    }
    for (const i of dirty) look(i);
    return changed;
  }

  /** The nearest seat of a demand row: {cost in minutes or metres, seat, node (-1: no search was needed)}. */
  at(i) {
    const { starts, node, cost: legs, places } = this.people,
      place = places[i];
    let least = Infinity,
      seat = -1,
      from = -1;
    const take = (cost, owner, by) => {
      if (cost < least || (cost === least && cost < Infinity && before(owner, seat))) {
        least = cost;
        seat = owner;
        from = by;
      }
    };
    for (let k = starts[i]; k < starts[i + 1]; k++) {
      const v = node[k] < 0 ? this.cells + ~node[k] : node[k];
      for (const n of this.once && v < this.cells ? [v, v + this.after] : [v])
        if (this.nodeOwner[n] >= 0) take(this.nodeCost[n] + legs[k], this.nodeOwner[n], n);
    }
    if (place && Number.isNaN(place.moved)) {
      const near = [...(this.near.cell.get(place.cell) || []), ...((place.street && this.near.link.get(place.street.link)) || [])];
      for (const held of near) {
        const [a, b] = this.turned ? [place, held.place] : [held.place, place];
        take(nearCost(this.portals, a, b) + held.lead, held.seat.number, -1);
      }
    }
    return { cost: least / this.unit, seat: least < Infinity ? seat : -1, node: from };
  }

  way(i) {
    return wayOver(this, i);
  }
}

function put(map, key, value) {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
