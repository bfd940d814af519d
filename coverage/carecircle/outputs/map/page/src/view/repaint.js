// A change shown: only what it touched is drawn again, so that a click answers within a frame or two.

import { demand, facilities } from '../model/facts.js';
import { liveQuery } from '../model/live.js';
import { remember as keepTrial } from '../model/memory.js';
import { page } from '../model/page.js';
import { scenario } from '../model/scenario.js';
import { codesOf, sums } from '../model/sides.js';
import { pieceGrid } from '../model/snapping.js';
import { aboutReach, liveClause } from '../model/trial.js';
import { hasWays, network } from '../model/ways.js';
import { first } from './elements.js';
import { flashNew } from './flash.js';
import { showLegend } from './legend.js';
import { showMarkers } from './markers.js';
import { BIN, MOST_MARK, MOST_RADIUS, shareClass } from './marks.js';
import { showAnswer, showClauses } from './panel.js';
import { layers, redraw } from './stack.js';
import { clauseNow, state } from './state.js';
import { showSwipe, swipe } from './swipe.js';
import { showTrial } from './whatif.js';

const painted = { rule: null, versions: [], codes: null, fills: '', closed: new Set() };

/** The shown clause's queries: its own, and by road where it is about a radius. */
const shownQueries = (clause) => [clause.query, clause.road].filter((number) => number !== null);

/** Remembers what stands on the map, so that the next change can be told from it. */
function remember(clause) {
  painted.rule = clause.rule;
  painted.versions = shownQueries(clause).map((number) => liveQuery(number).version);
  painted.codes = codesOf(clause).slice();
  painted.fills = fillsOf(clause);
  painted.closed = new Set(scenario.closed);
}

/** The colours of the areas, as one text. */
function fillsOf(clause) {
  if (!page.levels.some((l) => l.id === state.shading)) return '';
  const s = sums(clause);
  return [...s.scope].map((n, a) => (n > 0 ? shareClass(s.covered[a] / n) : '-')).join('');
}

/** The demand rows that changed since `remember`; null where all must be drawn. */
function rowsSince(clause) {
  if (painted.rule !== clause.rule || swipe.kind) return null;
  const steps = shownQueries(clause).map((number, k) => liveQuery(number).since(painted.versions[k]));
  return steps.includes(null) ? null : steps.flat(2);
}

/** The world box of rows (of the demand, or of the facilities); null for none. */
export function boxOf(rows, { x, y, placed } = demand()) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const i of rows) {
    if (!placed[i]) continue;
    box[0] = Math.min(box[0], x[i]);
    box[1] = Math.min(box[1], y[i]);
    box[2] = Math.max(box[2], x[i]);
    box[3] = Math.max(box[3], y[i]);
  }
  return box[0] <= box[2] ? box : null;
}

function repaint() {
  const clause = clauseNow();
  if (!clause || !aboutReach(clause)) return; // drawn anew when the hand rests
  const rows = rowsSince(clause),
    codes = codesOf(clause);
  if (!rows) redraw('shade', 'gap');
  else {
    const turned = boxOf(clause.road === null ? rows.filter((i) => codes[i] !== painted.codes[i]) : rows),
      all = boxOf(rows);
    if (turned) layers.gap.redraw(turned, BIN + MOST_RADIUS + 4);
    if (page.levels.some((l) => l.id === state.shading)) {
      if (fillsOf(clause) !== painted.fills) redraw('shade');
    } else if (state.shading === 'people' && all) layers.shade.redraw(all, 40);
    else if (state.shading !== 'surface' && state.shading !== 'none') redraw('shade');
  }
  if (clause.radius) redraw('circles');
  const flipped = [...scenario.closed].filter((i) => !painted.closed.has(i)),
    opened = [...painted.closed].filter((i) => !scenario.closed.has(i)),
    marks = boxOf([...flipped, ...opened], facilities());
  if (marks) layers.facilities.redraw(marks, MOST_MARK);
  remember(clause);
}

/** Gets ready for the first change while nobody waits: roads unpacked, streets in their grid, people answered. */
export function warmUp() {
  const clause = clauseNow();
  if (!state.trying || !hasWays() || !clause || !aboutReach(clause)) return;
  for (const number of shownQueries(clause)) {
    liveQuery(number);
    if (page.queries[number].metric !== 'straight_m') pieceGrid(network(page.queries[number].mode));
  }
  liveClause(clause);
  remember(clause);
}

/** Headline and rows as they are now; who is at a row stays there. */
function tick() {
  const at = /** @type {HTMLElement} */ (document.activeElement),
    rule = at && at.dataset.rule;
  showAnswer();
  showClauses();
  const back = rule && first(`#cc-verdicts [data-rule="${CSS.escape(rule)}"]`);
  if (back) back.focus({ preventScroll: true });
}

let pending = 0;

/** Shows a change: what the clause on the map comes to at once, the rest when the hand rests. */
export function after() {
  repaint();
  showMarkers();
  showTrial(false);
  window.clearTimeout(pending);
  pending = window.setTimeout(() => {
    const clause = clauseNow();
    if (!clause || !aboutReach(clause)) redraw();
    showTrial(true);
    tick();
    showLegend();
    showSwipe();
    flashNew();
    keepTrial();
  }, 150);
}
