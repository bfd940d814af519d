// Whom a change covers anew, flashed for a moment where they live.

import { COVERED, demand, OUTSIDE } from '../model/facts.js';
import { page } from '../model/page.js';
import { codesOf } from '../model/sides.js';
import { redraw } from './stack.js';
import { sheer } from './sheer.js';
import { calm } from './stage.js';
import { clauseNow } from './state.js';

const LASTS = 1100; // milliseconds

const flash = { rule: null, codes: null, rows: [], since: 0 };

export function flashing() {
  return flash.rows.length > 0;
}

export function drawFlash(ctx, view) {
  if (!flashing()) return false;
  const d = demand(),
    part = Math.min(1, (performance.now() - flash.since) / LASTS),
    r = 3 + 7 * part;
  ctx.strokeStyle = sheer(page.palette.good, 1 - part);
  ctx.lineWidth = 2;
  for (const i of flash.rows) {
    ctx.beginPath();
    ctx.arc(d.x[i] * view.scale - view.left, d.y[i] * view.scale - view.top, r, 0, 7);
    ctx.stroke();
  }
}

function step() {
  if (performance.now() - flash.since >= LASTS) flash.rows = [];
  redraw('flash');
  if (flashing()) window.requestAnimationFrame(step);
}

/** Looks who has been covered since the last rest under the same clause, and flashes them. */
export function flashNew() {
  const clause = clauseNow(),
    codes = clause && clause.people ? codesOf(clause) : null,
    same = clause && codes && flash.codes && flash.rule === clause.rule,
    d = demand();
  const rows = same && !calm ? [...codes.keys()].filter((i) => codes[i] === COVERED && flash.codes[i] !== COVERED && flash.codes[i] !== OUTSIDE && d.placed[i] && d.residents[i] > 0) : [];
  flash.rule = clause ? clause.rule : null;
  flash.codes = codes ? codes.slice() : null;
  if (!rows.length) return;
  flash.rows = rows;
  flash.since = performance.now();
  window.requestAnimationFrame(step);
}

/** Remembers who is covered before anything changes. */
export function flashFrom() {
  flash.codes = null;
  flash.rows = [];
  flashNew();
}
