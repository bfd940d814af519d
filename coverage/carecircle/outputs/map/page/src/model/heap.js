// A heap of (cost, node) in typed arrays.

/** A heap of (cost, node) in typed arrays. */
export class Heap {
  constructor() {
    this.size = 0;
    this.cost = new Float64Array(4096);
    this.node = new Int32Array(4096);
    this.least = Infinity;
  }
  push(cost, node) {
    if (this.size === this.cost.length) {
      const cost2 = new Float64Array(this.size * 2),
        node2 = new Int32Array(this.size * 2);
      cost2.set(this.cost);
      node2.set(this.node);
      this.cost = cost2;
      this.node = node2;
    }
    const c = this.cost,
      n = this.node;
    let i = this.size++;
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
  /** Takes the cheapest node out; `least` is then its cost. */
  pop() {
    const c = this.cost,
      n = this.node,
      first = n[0];
    this.least = c[0];
    const size = --this.size;
    if (size) {
      const cost = c[size],
        node = n[size];
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
    return first;
  }
}
