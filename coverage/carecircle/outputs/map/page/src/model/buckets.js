// A queue of (cost, node) in buckets, for searches whose steps are many and alike.

/** A queue of (cost, node): what comes out is within one bucket's width of the least. */
export class Buckets {
  constructor(width) {
    this.width = width;
    this.size = 0;
    this.at = 0;
    this.least = Infinity;
    this.first = new Int32Array(4096).fill(-1);
    this.next = new Int32Array(65536);
    this.node = new Int32Array(65536);
    this.cost = new Float64Array(65536);
    this.free = -1; // entries given back, as a list
    this.used = 0;
  }
  push(cost, node) {
    const bucket = Math.floor(cost / this.width);
    while (bucket >= this.first.length) this.first = longer(this.first, -1);
    let entry = this.free;
    if (entry >= 0) this.free = this.next[entry];
    else {
      entry = this.used++;
      if (entry === this.next.length) {
        this.next = longer(this.next, 0);
        this.node = longer(this.node, 0);
        this.cost = longer(this.cost, 0);
      }
    }
    this.cost[entry] = cost;
    this.node[entry] = node;
    this.next[entry] = this.first[bucket];
    this.first[bucket] = entry;
    if (bucket < this.at || this.size === 0) this.at = bucket;
    this.size++;
  }
  /** Takes a node of the first bucket out; `least` is then its cost. */
  pop() {
    while (this.first[this.at] < 0) this.at++;
    const entry = this.first[this.at];
    this.first[this.at] = this.next[entry];
    this.next[entry] = this.free;
    this.free = entry;
    this.size--;
    this.least = this.cost[entry];
    return this.node[entry];
  }
}

/** An array twice as long. */
function longer(values, rest) {
  const found = new values.constructor(2 * values.length).fill(rest, values.length);
  found.set(values);
  return found;
}
