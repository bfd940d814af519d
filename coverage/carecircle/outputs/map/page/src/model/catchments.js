// Service areas: who is served by whom, and where they meet.

import { demand, OUTSIDE } from './facts.js';
import { latOf } from './mercator.js';
import { once, page } from './page.js';
import { changed, scenario } from './scenario.js';
import { codesOf, ownersOf } from './sides.js';

// ---- service areas ----

/** The query whose owners part the people among a clause's facilities: its own, else one that asks for them all. */
export function catchmentQuery(clause) {
  if (!clause || clause.everyone || !page.demand) return null;
  if (clause.people && clause.query !== null) return page.queries[clause.query];
  if (!clause.asked.length) return null;
  const wanted = clause.asked.filter((i) => page.facilities.status[i] === 'open');
  return page.queries.find((q) => q.serving.length === wanted.length && wanted.every((i) => q.serving.includes(i))) || null;
}

/** Per facility its residents and colour, and the borders between service areas; kept while owners stay. */
export function catchments(clause, basis = 'now') {
  const key = `${clause.rule} ${basis}`,
    stamp = changed() ? scenario.stamp : -1,
    kept = keptCatchments();
  if (!kept.has(key) || kept.get(key).stamp !== stamp)
    kept.set(key, { ...partition(clause, basis), stamp });
  return kept.get(key);
}
const keptCatchments = once(() => new Map());

function partition(clause, basis) {
  const d = demand(),
    owners = ownersOf(catchmentQuery(clause), basis),
    codes = clause.people ? codesOf(clause, basis) : null,
    served = new Map();
  let without = 0;
  for (let i = 0; i < d.n; i++) {
    if (!(d.residents[i] > 0) || (codes && codes[i] === OUTSIDE)) continue;
    if (owners[i] < 0) without += d.residents[i];
    else served.set(owners[i], (served.get(owners[i]) || 0) + d.residents[i]);
  }
  const { edges, beside } = borders(d, owners, codes);
  return { owners, codes, served, without, edges, colour: coloured(served, beside) };
}

/** Pairs of neighbouring cells with different owners: the line between them, and who lies beside whom. */
function borders(d, owners, codes) {
  const step = d.spacing / 40075016.7 / Math.cos((latOf(d.n ? d.y[0] : 0.5) * Math.PI) / 180),
    at = new Map(),
    edges = [],
    beside = new Map();
  const cell = (x, y) => Math.floor(x / step) * 67108864 + Math.floor(y / step);
  const counts = (i) => d.placed[i] && owners[i] >= 0 && !(codes && codes[i] === OUTSIDE);
  for (let i = 0; i < d.n; i++) if (counts(i)) at.set(cell(d.x[i], d.y[i]), i);
  const meet = (a, b) => {
    if (!beside.has(a)) beside.set(a, new Set());
    beside.get(a).add(b);
  };
  at.forEach((i) => {
    for (const [dx, dy] of [
      [step, 0],
      [0, step],
    ]) {
      const j = at.get(cell(d.x[i] + dx, d.y[i] + dy));
      if (j === undefined || owners[i] === owners[j]) continue;
      const mx = (d.x[i] + d.x[j]) / 2,
        my = (d.y[i] + d.y[j]) / 2,
        ux = (d.y[i] - d.y[j]) / 2,
        uy = (d.x[j] - d.x[i]) / 2;
      edges.push(mx - ux, my - uy, mx + ux, my + uy);
      meet(owners[i], owners[j]);
      meet(owners[j], owners[i]);
    }
  });
  return { edges: Float64Array.from(edges), beside };
}

/** Greedy colouring, the largest first: neighbours differ as far as the hues last. */
function coloured(served, beside) {
  const colour = new Map();
  [...served.entries()]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .forEach(([owner], order) => {
      const taken = new Set([...(beside.get(owner) || [])].map((o) => colour.get(o)));
      const free = page.palette.catchments.map((c, k) => (order + k) % page.palette.catchments.length).find((k) => !taken.has(k));
      colour.set(owner, free === undefined ? order % page.palette.catchments.length : free);
    });
  return colour;
}
