// Roads in the page: the analysis's own networks, costs and places on streets.

const hasWays = () => Boolean(page.ways);

const waysColumn = once(() => {
  const read = openBlock(document.getElementById('cc-ways').textContent),
    kept = new Map();
  return (reference) => {
    if (!kept.has(reference[0])) kept.set(reference[0], read(reference));
    return kept.get(reference[0]);
  };
});
const ground = once(() => transverseMercator(page.ways.projection));

const lineTable = once(() => {
  const w = page.ways,
    lengths = waysColumn()(w.lengths),
    starts = new Uint32Array(lengths.length + 1);
  lengths.forEach((n, i) => {
    starts[i + 1] = starts[i] + n;
  });
  return { x: waysColumn()(w.x), y: waysColumn()(w.y), starts };
});

const networks = {};
function network(mode) {
  if (!networks[mode]) {
    const m = page.ways.modes[mode];
    const col = (r) => waysColumn()(r);
    networks[mode] = {
      ...m,
      ends: m.ends.map(col),
      seconds: m.seconds.map(col),
      metres: m.metres.map(col),
      allowed: col(m.allowed),
      component: col(m.component),
      line: col(m.line),
      demand: {
        street: col(m.demand.street),
        position: col(m.demand.position),
        metres: col(m.demand.metres),
      },
      facility: {
        street: col(m.facility.street),
        position: col(m.facility.position),
        metres: col(m.facility.metres),
      },
      graphs: {},
    };
  }
  return networks[mode];
}

/** Edges by the node they leave (or, turned round, by the node they reach): via = street * 2 + direction. */
function graph(net, metric, turned) {
  const name = `${metric}${turned}`;
  if (net.graphs[name]) return net.graphs[name];
  const cost = metric === 'minutes' ? net.seconds : net.metres,
    streets = net.line.length,
    ptr = new Int32Array(net.nodes + 1);
  const each = (visit) => {
    for (let s = 0; s < streets; s++)
      for (let d = 0; d < 2; d++)
        if (cost[d][s] < Infinity)
          visit(net.ends[turned ? 1 - d : d][s], net.ends[turned ? d : 1 - d][s], s * 2 + d, cost[d][s]);
  };
  each((u) => {
    ptr[u + 1]++;
  });
  for (let v = 0; v < net.nodes; v++) ptr[v + 1] += ptr[v];
  const to = new Int32Array(ptr[net.nodes]),
    via = new Int32Array(to.length),
    w = new Float32Array(to.length),
    at = ptr.slice();
  each((u, v, by, c) => {
    const k = at[u]++;
    to[k] = v;
    via[k] = by;
    w[k] = c;
  });
  return (net.graphs[name] = { ptr, to, via, w });
}

const accessCost = (net, metric, away) => (metric === 'minutes' ? (away * 3.6) / net.accessKph : away);

/** Costs from a place on a street to its two ends (leaving), or from them to it. */
function endCosts(net, metric, street, t, leaving) {
  const cost = metric === 'minutes' ? net.seconds : net.metres,
    drawn = cost[0][street],
    against = cost[1][street];
  const toStart = leaving ? against : drawn,
    toEnd = leaving ? drawn : against;
  return [t === 0 ? 0 : t === 1 ? Infinity : toStart * t, t === 1 ? 0 : t === 0 ? Infinity : toEnd * (1 - t)];
}

function alongStreet(net, metric, street, start, end) {
  const cost = metric === 'minutes' ? net.seconds : net.metres,
    way = end - start;
  const ahead = way >= 0 && cost[0][street] < Infinity ? cost[0][street] * way : Infinity;
  const back = way <= 0 && cost[1][street] < Infinity ? cost[1][street] * -way : Infinity;
  return Math.min(ahead, back);
}

/** Segments of the streets where a mode may stop, by cells of 200 m. */
function segmentIndex(net) {
  if (net.index) return net.index;
  const { x, y, starts } = lineTable(),
    cells = new Map();
  for (let s = 0; s < net.line.length; s++) {
    if (!net.allowed[s]) continue;
    for (let i = starts[net.line[s]]; i < starts[net.line[s] + 1] - 1; i++) {
      const c0 = Math.floor(Math.min(x[i], x[i + 1]) / 200),
        c1 = Math.floor(Math.max(x[i], x[i + 1]) / 200),
        r0 = Math.floor(Math.min(y[i], y[i + 1]) / 200),
        r1 = Math.floor(Math.max(y[i], y[i + 1]) / 200);
      for (let c = c0; c <= c1; c++)
        for (let r = r0; r <= r1; r++) {
          const key = c * 1e6 + r;
          if (!cells.has(key)) cells.set(key, []);
          cells.get(key).push(s, i);
        }
    }
  }
  return (net.index = cells);
}

function toSegment(px, py, ax, ay, bx, by) {
  const dx = bx - ax,
    dy = by - ay,
    square = dx * dx + dy * dy;
  const r = square > 0 ? ((px - ax) * dx + (py - ay) * dy) / square : 0;
  if (r <= 0) return [Math.hypot(px - ax, py - ay), 0];
  if (r >= 1) return [Math.hypot(px - bx, py - by), 1];
  return [Math.abs(((ay - py) * dx - (ax - px) * dy) / square) * Math.sqrt(square), r];
}

/** A place on the nearest street of a mode: {street (-1: too far), position, metres}. */
function snapTo(mode, lon, lat) {
  const net = network(mode),
    { x, y, starts } = lineTable(),
    cells = segmentIndex(net),
    [px, py] = ground().forward(lon, lat);
  const none = { street: -1, position: 0, metres: 0 },
    cx = Math.floor(px / 200),
    cy = Math.floor(py / 200);
  let best = Infinity,
    street = -1;
  for (let ring = 0; ring * 200 - 200 <= Math.min(best, net.mostSnap * 1.01 + 1); ring++)
    for (let c = cx - ring; c <= cx + ring; c++)
      for (let r = cy - ring; r <= cy + ring; r++) {
        if (Math.max(Math.abs(c - cx), Math.abs(r - cy)) !== ring) continue;
        const found = cells.get(c * 1e6 + r) || [];
        for (let k = 0; k < found.length; k += 2) {
          const i = found[k + 1],
            [away] = toSegment(px, py, x[i], y[i], x[i + 1], y[i + 1]);
          if (away < best || (away === best && found[k] < street)) {
            best = away;
            street = found[k];
          }
        }
      }
  if (street < 0) return none;
  let whole = 0,
    ahead = 0,
    least = Infinity,
    place = null;
  for (let i = starts[net.line[street]]; i < starts[net.line[street] + 1] - 1; i++) {
    const length = Math.hypot(x[i + 1] - x[i], y[i + 1] - y[i]),
      [away, share] = toSegment(px, py, x[i], y[i], x[i + 1], y[i + 1]);
    if (away < least) {
      least = away;
      ahead = whole + share * length;
      place = [x[i] + share * (x[i + 1] - x[i]), y[i] + share * (y[i + 1] - y[i])];
    }
    whole += length;
  }
  const position = ahead <= 1e-6 ? 0 : whole - ahead <= 1e-6 ? 1 : ahead / whole;
  const [lon2, lat2] = ground().inverse(place[0], place[1]),
    metres = geodesic(lon, lat, lon2, lat2);
  return metres <= net.mostSnap ? { street, position, metres } : none;
}
