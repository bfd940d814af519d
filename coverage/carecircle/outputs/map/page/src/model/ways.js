// Roads in the page: the analysis's own networks, costs and places on streets.

import { transverseMercator } from './earth.js';
import { blockText, once, page } from './page.js';
import { openBlock } from './unpack.js';

export const hasWays = () => Boolean(page.ways);

export const waysColumn = once(() => {
  const read = openBlock(blockText('ways')),
    kept = new Map();
  return (reference) => {
    const key = `${reference[0]} ${reference[1]}`; // an empty column begins where the next one does
    if (!kept.has(key)) kept.set(key, read(reference));
    return kept.get(key);
  };
});

export const ground = once(() => transverseMercator(page.ways.projection));

export const lineTable = once(() => {
  const w = page.ways,
    lengths = waysColumn()(w.lengths),
    starts = new Uint32Array(lengths.length + 1);
  lengths.forEach((n, i) => {
    starts[i + 1] = starts[i] + n;
  });
  return { x: waysColumn()(w.x), y: waysColumn()(w.y), starts };
});

const heldNetworks = once(() => ({}));

export function network(mode) {
  const networks = heldNetworks();
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
export function graph(net, metric, turned) {
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

export const accessCost = (net, metric, away) => (metric === 'minutes' ? (away * 3.6) / net.accessKph : away);

/** Costs from a place on a street to its two ends (leaving), or from them to it. */
export function endCosts(net, metric, street, t, leaving) {
  const cost = metric === 'minutes' ? net.seconds : net.metres,
    drawn = cost[0][street],
    against = cost[1][street];
  const toStart = leaving ? against : drawn,
    toEnd = leaving ? drawn : against;
  return [t === 0 ? 0 : t === 1 ? Infinity : toStart * t, t === 1 ? 0 : t === 0 ? Infinity : toEnd * (1 - t)];
}

export function alongStreet(net, metric, street, start, end) {
  const cost = metric === 'minutes' ? net.seconds : net.metres,
    way = end - start;
  const ahead = way >= 0 && cost[0][street] < Infinity ? cost[0][street] * way : Infinity;
  const back = way <= 0 && cost[1][street] < Infinity ? cost[1][street] * -way : Infinity;
  return Math.min(ahead, back);
}
