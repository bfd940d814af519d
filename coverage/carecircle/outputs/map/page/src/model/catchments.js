// Service areas: who is served by whom, and where they meet.

import { demand, OUTSIDE, seatPlace } from './facts.js';
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

const NEAREST = 5,
  MOST_COMPARED = 400;

/** Seats near one another look like neighbours even where nobody lives between them. */
function besideToo(served, beside) {
  const owners = [...served.keys()].filter((owner) => seatPlace(owner));
  if (owners.length > MOST_COMPARED) return;
  for (const owner of owners) {
    const [x, y] = seatPlace(owner),
      away = (other) => Math.hypot(seatPlace(other)[0] - x, seatPlace(other)[1] - y);
    for (const other of owners.filter((o) => o !== owner).sort((a, b) => away(a) - away(b)).slice(0, NEAREST))
      for (const [a, b] of [[owner, other], [other, owner]]) {
        if (!beside.has(a)) beside.set(a, new Set());
        beside.get(a).add(b);
      }
  }
}

/** Colours by saturation (Brelaz 1979): whoever has most hues around it is next; neighbours differ as far as the hues last. */
function coloured(served, touching) {
  const colour = new Map(),
    hues = page.palette.catchments.map((c, k) => k),
    used = hues.map(() => 0),
    left = new Set(served.keys()),
    around = (owner, beside) => new Set([...(beside.get(owner) || [])].filter((o) => colour.has(o)).map((o) => colour.get(o))),
    near = new Map([...touching].map(([a, all]) => [a, new Set(all)]));
  besideToo(served, near);
  while (left.size) {
    const next = [...left].reduce((best, owner) => {
      const rank = [around(owner, near).size, (near.get(owner) || new Set()).size, served.get(owner)];
      return !best || rank[0] > best.rank[0] || (rank[0] === best.rank[0] && (rank[1] > best.rank[1] || (rank[1] === best.rank[1] && rank[2] > best.rank[2]))) ? { owner, rank } : best;
    }, null).owner;
    const seen = around(next, near),
      close = around(next, touching),
      least = (free) => free.sort((a, b) => used[a] - used[b] || a - b)[0],
      hue = [hues.filter((k) => !seen.has(k)), hues.filter((k) => !close.has(k)), [...hues]].find((free) => free.length);
    colour.set(next, least(hue));
    used[colour.get(next)]++;
    left.delete(next);
  }
  return colour;
}
