// What a query's answers have in common, by road or by straight line.

/** What a query's answers have in common: by demand row cost (minutes or metres) and seat, and what changed. */
export class Answers {
  constructor(rows) {
    this.cost = new Float64Array(rows).fill(Infinity);
    this.owner = new Int32Array(rows).fill(-1);
    this.held = new Map();
    this.stamp = -1;
    this.version = 0;
    this.history = [];
  }

  /** Serves by exactly these seats: {gone, come} against those held, by number and version. */
  difference(wanted) {
    const now = new Map(wanted.map((seat) => [seat.number, seat])),
      same = (a, b) => Boolean(b) && a.version === (b.version || 0);
    const gone = [...this.held.values()].filter((held) => !same(held, now.get(held.seat.number)));
    gone.forEach((held) => this.held.delete(held.seat.number));
    const come = wanted
      .filter((seat) => !this.held.has(seat.number))
      .map((seat) => ({ seat, version: seat.version || 0 }));
    come.forEach((held) => this.held.set(held.seat.number, held));
    return { gone, come };
  }

  /** Remembers which rows a change touched. */
  note(rows) {
    this.version++;
    this.history.push(rows);
    if (this.history.length > 48) this.history.shift();
  }

  /** The rows changed after a version (some perhaps twice); null where that is too long ago to know. */
  since(version) {
    const steps = this.version - version;
    return steps > this.history.length ? null : this.history.slice(this.history.length - steps);
  }

  /**
   * Takes seats away and puts seats in; each way of measuring has its own.
   * @returns {number[]} the demand rows whose cost or seat changed
   */
  change(gone, come) {
    throw new Error(`${gone.length + come.length} seats and no way to measure`);
  }

  settle(wanted, stamp) {
    if (this.stamp === stamp) return;
    this.stamp = stamp;
    const { gone, come } = this.difference(wanted);
    if (gone.length || come.length) this.note(this.change(gone, come));
  }
}
