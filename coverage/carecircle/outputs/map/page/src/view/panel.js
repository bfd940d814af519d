// The panel: the answer first, then every clause, those not met before the others.

import { areaShapes, facilities } from '../model/facts.js';
import { emptyShape, latOf, lonOf } from '../model/mercator.js';
import { EVERYONE, everyone, headline } from '../model/everyone.js';
import { page } from '../model/page.js';
import { people, percent, said, say } from '../model/say.js';
import { standing, turned } from '../model/standings.js';
import { showControl } from './control.js';
import { detail } from './detail.js';
import { byId, first, h, replaceChildren, svg } from './elements.js';
import { allGaps } from './gaps.js';
import { flyTo } from './flight.js';
import { showLegend } from './legend.js';
import { rankingState } from './ranking.js';
import { room, showMap } from './sheets.js';
import { redraw } from './stack.js';
import { calm, fitZoom, map } from './stage.js';
import { clauseNow, state } from './state.js';
import { showSwipe } from './swipe.js';
import { showWhatIf } from './whatif.js';
import { resultNow } from './word.js';
import { closeWhy } from './why.js';

const BADGE = {
  FAIL: { d: 'M1 1h18v18H1z', mark: 'M6 6l8 8M14 6l-8 8' },
  PASS: { d: 'M10 .8a9.2 9.2 0 1 1 0 18.4A9.2 9.2 0 0 1 10 .8z', mark: 'M5.6 10.4l3 3 5.8-6.4' },
  NOT_ASSESSED: {
    d: 'M10 .6l9.4 9.4-9.4 9.4L.6 10z',
    mark: 'M7.4 8a2.6 2.6 0 1 1 3.6 2.4c-.7.3-1 .7-1 1.5M10 14.2v.4',
  },
  NO_THRESHOLD: { d: 'M2 4h16v12H2z', mark: 'M6 10h8' },
  SURPLUS: { d: 'M10 .8a9.2 9.2 0 1 1 0 18.4A9.2 9.2 0 0 1 10 .8z', mark: 'M10 5v10M5 10h10' },
  PERMISSION: { d: 'M2 4h16v12H2z', mark: 'M10 7a3 3 0 1 1 0 6a3 3 0 0 1 0-6z' },
  RESERVE: { d: 'M2 4h16v12H2z', mark: 'M8 7H6v6h2M12 7h2v6h-2' },
  DRAFT: { d: 'M2 4h16v12H2z', mark: 'M5.5 11.5c1.5-4 3-4 4.5-1.5s3 2.5 4.5-1.5' },
};

const OUTCOMES = ['FAIL', 'NOT_ASSESSED', 'NO_THRESHOLD', 'PASS'];

/** An outcome, a surplus or why something is measured only, told three ways: colour, shape and word. */
export function badge(outcome, worded) {
  const form = BADGE[outcome] || BADGE.NO_THRESHOLD;
  const icon = svg(
    'svg',
    { viewBox: '0 0 20 20', class: `cc-badge cc-${outcome}`, 'aria-hidden': 'true' },
    svg('path', { d: form.d, class: 'cc-badge-shape' }),
    svg('path', { d: form.mark, class: 'cc-badge-mark' }),
  );
  return h(
    'span',
    { class: 'cc-outcome' },
    icon,
    h('span', { class: worded ? 'cc-word' : 'cc-hidden' }, say(`page_outcome_${outcome}`)),
  );
}

export function showAnswer() {
  const a = page.answer,
    tally = OUTCOMES.filter((o) => a.tally[o]),
    now = headline(),
    moved = Math.abs(now - a.people) >= 0.5;
  const big =
    a.people > 0 || now > 0
      ? [
          h(
            'p',
            { class: 'cc-big' },
            h('strong', {}, people(now)),
            h('span', {}, say('page_people_unit')),
            moved ? h('small', { class: now < a.people ? 'cc-gain' : 'cc-loss', 'data-cc': 'headline-before' }, say('page_whatif_was', { n: people(a.people) })) : null,
          ),
          moved ? null : h('p', { class: 'cc-says' }, say(a.says)),
        ]
      : h('p', { class: 'cc-says cc-calm' }, say(a.says));
  replaceChildren(
    byId('cc-answer'),
    big,
    h(
      'ul',
      { class: 'cc-tally', 'aria-label': say('page_tally') },
      tally.map((o) =>
        h(
          'li',
          {},
          h(
            'button',
            { type: 'button', onclick: () => openGroup(o) },
            badge(o),
            h('b', {}, a.tally[o]),
            h('span', { 'aria-hidden': 'true' }, say(`page_outcome_${o}`)),
          ),
        ),
      ),
    ),
  );
}

export function showHead() {
  const s = page.study;
  replaceChildren(
    byId('cc-head'),
    h('p', { class: 'cc-eyebrow' }, say('page_eyebrow', { plan: s.plan, year: s.year })),
    h('h1', {}, s.title),
    s.notice ? h('p', { class: 'cc-notice', role: 'note' }, say(s.notice)) : null,
  );
  byId('cc-language').textContent = said.language === 'zh' ? 'English' : '中文';
  byId('cc-language')
    .setAttribute('aria-label', said.language === 'zh' ? 'Switch to English' : '切换为中文');
}

function shareBar(clause, now) {
  if (clause.share === null || now.share === null) return null;
  const target = clause.shareTarget;
  return h(
    'span',
    { class: 'cc-bar', 'aria-hidden': 'true' },
    h('i', { style: `width:${now.share * 100}%`, class: `cc-fill-${now.outcome}` }),
    target === null ? null : h('b', { style: `left:${Math.min(target, 1) * 100}%` }),
  );
}

/** The line under a title: what was found against what is asked, under a trial from where to where. */
function resultLine(clause) {
  if (!turned(clause)) return say(clause.result);
  const now = resultNow(clause),
    was = clause.share === null ? say(clause.observed) : percent(clause.share);
  return [`${was} → `, h('strong', {}, now.shown), ` · ${say('page_target')} ${say(clause.target)}`];
}

function clauseRow(clause, index) {
  const open = index === state.clause,
    now = standing(clause),
    moved = turned(clause);
  const button = h(
    'button',
    {
      type: 'button',
      class: 'cc-clause',
      'aria-expanded': String(open),
      'data-rule': clause.rule,
      'data-outcome': clause.outcome,
      onclick: () => chooseClause(index, true),
    },
    badge(moved ? now.outcome : clause.mark),
    h(
      'span',
      { class: 'cc-clause-main' },
      h('span', { class: 'cc-clause-title' }, say(clause.title), h('em', {}, clause.rule)),
      clause.mark === clause.outcome
        ? null
        : h('span', { class: 'cc-state', 'aria-hidden': 'true' }, say(`page_outcome_${clause.mark}`)),
      h('span', { class: 'cc-clause-sub' }, resultLine(clause)),
      shareBar(clause, now),
    ),
    clause.affected > 0 || moved
      ? h(
          'span',
          { class: `cc-affected cc-aff-${now.outcome}` },
          moved ? h('s', {}, people(clause.affected)) : null,
          h('b', {}, people(now.affected)),
          ` ${say('page_people_unit')}`,
        )
      : null,
  );
  return h('li', { class: [open ? 'cc-open' : '', moved ? 'cc-moved' : ''].join(' ').trim() || null }, button, open ? detail(clause) : null);
}

/** All gaps together, before every clause. */
function everyoneRow() {
  const all = everyone();
  if (!all) return null;
  const open = state.clause === EVERYONE;
  return h(
    'div',
    { class: `cc-everyone${open ? ' cc-open' : ''}` },
    h(
      'button',
      { type: 'button', class: 'cc-clause', 'data-cc': 'everyone', 'aria-expanded': String(open), onclick: () => chooseClause(EVERYONE, true) },
      badge('FAIL'),
      h(
        'span',
        { class: 'cc-clause-main' },
        h('span', { class: 'cc-clause-title' }, say(all.title)),
        h('span', { class: 'cc-clause-sub' }, say('page_everyone_says')),
      ),
      all.people ? h('span', { class: 'cc-affected cc-aff-FAIL' }, h('b', {}, people(headline())), ` ${say('page_people_unit')}`) : null,
    ),
    open ? allGaps() : null,
  );
}

/** Few clauses stand in one list; many are gathered by outcome, those not met open. */
export function showClauses() {
  const box = byId('cc-verdicts'),
    heading = h('h2', {}, say('page_clauses', { n: page.order.length }));
  const list = (indices) =>
    h(
      'ol',
      { class: 'cc-clauses' },
      indices.map((index) => clauseRow(page.clauses[index], index)),
    );
  const moved = page.order.filter((i) => turned(page.clauses[i])),
    others = page.order.filter((i) => !moved.includes(i)),
    changedFirst = moved.length ? h('section', { 'data-cc': 'moved' }, h('h2', {}, say('page_whatif_moved', { n: moved.length })), list(moved)) : null;
  if (page.order.length <= 8) {
    replaceChildren(box, everyoneRow(), changedFirst, heading, list(others));
    return;
  }
  const open = new Set(
    [...box.querySelectorAll('details.cc-group')].filter((d) => d.open).map((d) => d.dataset.outcome),
  );
  const first = !box.querySelector('details.cc-group');
  replaceChildren(
    box,
    everyoneRow(),
    changedFirst,
    heading,
    OUTCOMES.map((outcome) => {
      const indices = others.filter((i) => page.clauses[i].outcome === outcome);
      const shown = indices.includes(state.clause) || (first ? outcome === 'FAIL' : open.has(outcome));
      return indices.length
        ? h(
            'details',
            { class: 'cc-group', 'data-outcome': outcome, open: shown },
            h('summary', {}, badge(outcome, true), h('b', {}, indices.length)),
            list(indices),
          )
        : null;
    }),
  );
}

function openGroup(outcome) {
  const group = first(`.cc-group[data-outcome=${outcome}]`);
  if (group) group.open = true;
  const target = group || first(`.cc-clause[data-outcome=${outcome}]`);
  if (target) target.scrollIntoView({ block: 'start', behavior: calm ? 'auto' : 'smooth' });
}

/** Shows a clause: its words in the panel, its people or failing units on the map. */
export function chooseClause(index, toggle) {
  state.clause = index;
  state.focus = null;
  rankingState.all = false;
  state.way = null;
  closeWhy();
  showControl();
  showSwipe();
  redraw();
  showLegend();
  showClauses();
  showWhatIf();
  flyTo(clauseNow());
  if (!toggle) return;
  const row = first(index === EVERYONE ? '#cc-verdicts [data-cc=everyone]' : `#cc-verdicts [data-rule="${CSS.escape(page.clauses[index].rule)}"]`);
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: 'nearest' });
}

export function zoomToArea(a) {
  const shapes = areaShapes();
  state.focus = a;
  if (emptyShape(shapes, a)) return;
  const b = shapes.boxes.subarray(a * 4, a * 4 + 4);
  showMap();
  map.fitBounds(
    [
      [latOf(b[3]), lonOf(b[0])],
      [latOf(b[1]), lonOf(b[2])],
    ],
    { ...room(), maxZoom: 14, animate: !calm },
  );
  redraw('lines');
}

export function zoomToFacility(i) {
  const f = facilities();
  if (!f.placed[i]) return;
  showMap();
  map.setView([latOf(f.y[i]), lonOf(f.x[i])], Math.max(map.getZoom(), fitZoom() + 2), { animate: !calm });
}
