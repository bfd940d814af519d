// The card of a village or town: who lives there, how every clause stands, who serves it, what would mend it.

import { demand, facilities, NOT_COVERED, OUTSIDE, seatName, unitOf, UNREACHABLE } from '../model/facts.js';
import { latOf, lonOf } from '../model/mercator.js';
import { page } from '../model/page.js';
import { people, percent, say } from '../model/say.js';
import { addSite } from '../model/scenario.js';
import { codesOf, costAt, lacking, ownersOf, sums } from '../model/sides.js';
import { hasWays } from '../model/ways.js';
import { measured } from '../model/say.js';
import { h } from './elements.js';
import { badge, chooseClause, zoomToArea } from './panel.js';
import { state } from './state.js';
import { showWhatIf } from './whatif.js';
import { closeWhy, openWhy } from './why.js';

/** Whether a place's area lies in another, or is it. */
function within(a, inside) {
  for (let hops = 0; a >= 0 && hops < 8; a = page.areas.parent[a], hops++) if (a === inside) return true;
  return false;
}

/** The rows of the demand that live in an area. */
function rowsIn(a) {
  const d = demand(),
    inside = page.areas.names.map((name, k) => within(k, a));
  return d ? [...d.area.keys()].filter((i) => d.area[i] >= 0 && inside[d.area[i]] && d.residents[i] > 0) : [];
}

/** Of a clause about reach: who serves most people of an area, and how far they have it on average. */
function served(clause, rows) {
  if (clause.query === null) return null;
  const query = page.queries[clause.query],
    codes = codesOf(clause),
    owners = ownersOf(query),
    { residents } = demand(),
    by = new Map();
  let total = 0,
    away = 0;
  for (const i of rows) {
    if (codes[i] === OUTSIDE || owners[i] < 0) continue;
    const cost = costAt(query, i);
    if (!Number.isFinite(cost)) continue;
    by.set(owners[i], (by.get(owners[i]) || 0) + residents[i]);
    total += residents[i];
    away += residents[i] * cost;
  }
  if (!total) return null;
  const [owner] = [...by.entries()].sort((p, q) => q[1] - p[1])[0];
  return { name: seatName(owner), mean: measured(away / total, query.unit) };
}

/** Where most people whom a clause leaves out live together: the row with the most of them. */
function worstRow(clause, rows) {
  const codes = codesOf(clause),
    { residents, placed } = demand();
  return rows
    .filter((i) => placed[i] && (codes[i] === NOT_COVERED || codes[i] === UNREACHABLE))
    .reduce((best, i) => (best < 0 || residents[i] > residents[best] ? i : best), -1);
}

/** The kind of facility that answers a clause: the most particular that a planner can build. */
export const kindFor = (clause) => (clause ? page.kinds.findIndex((k) => k.offered && (k.serves.includes(clause.query) || k.counts.includes(clause.rule))) : -1);

/** Builds a facility of the kind that a clause asks for, and shows what it comes to. */
export function buildHere(clause, lon, lat) {
  const kind = kindFor(clause);
  if (kind < 0) return;
  addSite({ kind, lon, lat });
  closeWhy();
  state.trying = true;
  showWhatIf();
}

function mend(clause, rows) {
  const i = hasWays() && kindFor(clause) >= 0 && clause.query !== null ? worstRow(clause, rows) : -1;
  if (i < 0) return null;
  const d = demand();
  return h(
    'button',
    { type: 'button', class: 'cc-button', onclick: () => buildHere(clause, lonOf(d.x[i]), latOf(d.y[i])) },
    say('page_village_build', { kind: say(page.kinds[kindFor(clause)]) }),
  );
}

function clauseLine(clause, index, a, rows) {
  const unit = unitOf(clause, a),
    title = h('button', { type: 'button', class: 'cc-area', onclick: () => chooseClause(index, true) }, say(clause.title));
  if (unit)
    return h('li', {}, badge(unit.outcome === 'WAIVED' ? 'NO_THRESHOLD' : unit.outcome), h('div', {}, title, h('span', {}, say(unit.observed) || say(`page_outcome_${unit.outcome}`))));
  if (!clause.people) return null;
  const s = sums(clause);
  if (!(s.scope[a] > 0)) return null;
  const out = lacking(s, a),
    unknown = s.no_data[a] + s.unsnapped[a],
    by = served(clause, rows);
  return h(
    'li',
    {},
    badge(out >= 0.5 ? 'FAIL' : unknown >= 0.5 ? 'NOT_ASSESSED' : 'PASS'),
    h(
      'div',
      {},
      title,
      h('span', {}, out >= 0.5 ? h('strong', { class: 'cc-loss' }, say('page_village_out', { n: people(out) })) : say(unknown >= 0.5 ? 'page_village_unknown' : 'page_village_all', { n: people(unknown) }), ` · ${percent(s.covered[a] / s.scope[a])}`),
      by ? h('span', { class: 'cc-small' }, say('page_village_by', by)) : null,
      out >= 0.5 ? mend(clause, rows) : null,
    ),
  );
}

/** Opens the card of an area. */
export function openVillage(a) {
  const rows = rowsIn(a),
    d = demand(),
    f = facilities(),
    total = rows.reduce((sum, i) => sum + d.residents[i], 0),
    parents = [];
  for (let p = page.areas.parent[a], hops = 0; p >= 0 && hops < 8; p = page.areas.parent[p], hops++)
    if (page.areas.level[p] > 0) parents.unshift(p);
  openWhy(
    h(
      'div',
      { 'data-cc': 'village' },
      h('h2', {}, page.areas.names[a]),
      h(
        'p',
        { class: 'cc-small' },
        parents.map((p) => [h('button', { type: 'button', class: 'cc-area', onclick: () => (zoomToArea(p), openVillage(p)) }, page.areas.names[p]), ' · ']),
        say('page_village_residents', { n: people(total) }),
        f.n ? '' : null,
      ),
      h('ul', { class: 'cc-why-list' }, page.order.map((index) => clauseLine(page.clauses[index], index, a, rows))),
    ),
  );
}
