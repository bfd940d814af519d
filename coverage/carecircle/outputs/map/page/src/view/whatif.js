// What if? The card, the markers to drag, the table to export.

import { groundFacts, hasGround } from '../model/cells.js';
import { headline } from '../model/everyone.js';
import { loadScenario, tableName } from '../model/kept.js';
import { touched } from '../model/live.js';
import { forget, remembers } from '../model/memory.js';
import { page } from '../model/page.js';
import { people, percent, say } from '../model/say.js';
import {
  addSite, changed, moveSite, removeSite, resetScenario, scenario, toggleFacility,
} from '../model/scenario.js';
import { reachedNow, scenarioTable, verdictsNow } from '../model/told.js';
import { judgedLive, standing } from '../model/standings.js';
import { aboutReach, liveClause } from '../model/trial.js';
import { hasWays } from '../model/ways.js';
import { keep, keepRow, openCompare, showCompare, shownResult } from './compare.js';
import { byId, h, replaceChildren } from './elements.js';
import { arm } from './markers.js';
import { badge } from './panel.js';
import { warmUp } from './repaint.js';
import { kindFor } from './village.js';
import { cardHead } from './sheets.js';
import { flashFrom } from './flash.js';
import { resultNow, save, wordPage } from './word.js';
import { map } from './stage.js';
import { clauseNow, state } from './state.js';

export const download = () => save(new Blob(['\ufeff', scenarioTable()], { type: 'text/csv' }), tableName());

export const downloadWord = () => save(wordPage(), tableName().replace(/\.csv$/, '.docx'));

function comparison(clause) {
  const live = changed() ? liveClause(clause) : null,
    shown = (share, observed) =>
      share === null || share === undefined ? say(clause.observed) : percent(share);
  if (!live) return h('p', { class: 'cc-small' }, say('page_whatif_nothing'));
  const delta = (key, n, css) => h('span', { class: css }, say(key, { n: people(n) }));
  return [
    h(
      'div',
      { class: 'cc-before-after' },
      h('span', {}, badge(clause.outcome), shown(clause.share)),
      h('b', { 'aria-hidden': 'true' }, '→'),
      h(
        'strong',
        {},
        badge(live.outcome),
        shownResult(clause, live),
      ),
    ),
    h(
      'p',
      { class: 'cc-delta' },
      delta('page_whatif_gained', live.gained, 'cc-gain'),
      live.lost >= 0.5 ? delta('page_whatif_lost', live.lost, 'cc-loss') : null,
      delta('page_whatif_left', live.affected, ''),
    ),
  ];
}

/** Other clauses that the scenario turns or moves. */
function sideEffects(clause) {
  if (!changed()) return null;
  const rows = page.clauses
    .filter((c) => c !== clause && c.people && c.query !== null && touched(c.query))
    .map((c) => [c, liveClause(c)])
    .filter(([c, live]) => live.gained > 0 || live.lost > 0 || live.outcome !== c.outcome);
  return rows.length
    ? h(
        'ul',
        { class: 'cc-side' },
        rows.map(([c, live]) =>
          h(
            'li',
            {},
            badge(live.outcome),
            h('span', {}, say(c.title)),
            h(
              'b',
              {},
              live.gained - live.lost >= 0
                ? `+${people(live.gained - live.lost)}`
                : `−${people(live.lost - live.gained)}`,
            ),
          ),
        ),
      )
    : null;
}

/** The card's frame; what a change alters stands in its second half, so that focus and menus stay. */
export function showWhatIf() {
  const box = byId('cc-whatif');
  byId('cc-try').hidden = !page.kinds.length || !page.demand;
  byId('cc-try').setAttribute('aria-expanded', String(state.trying));
  box.hidden = !state.trying;
  showCompare();
  if (!state.trying) return;
  const close = () => {
    state.trying = false;
    arm(false);
    showWhatIf();
    byId('cc-try').focus();
  };
  const cross = cardHead(close);
  if (!hasWays()) {
    replaceChildren(box, cross, h('h2', {}, say('page_whatif')), h('p', {}, say(page.whatifOff)));
    return;
  }
  const clause = clauseNow(),
    held = box.querySelector('select'),
    typed = box.querySelector('#cc-name'),
    wanted = held
      ? Number(held.value)
      : Math.max(
          0,
          kindFor(clause) < 0 ? page.kinds.findIndex((k) => k.offered) : kindFor(clause),
        );
  replaceChildren(
    box,
    cross,
    h('h2', {}, say('page_whatif')),
    h('p', { class: 'cc-small' }, say('page_whatif_hint')),
    hasGround() ? h('p', { class: 'cc-small' }, say('page_whatif_ground', groundFacts())) : null,
    h(
      'div',
      { class: 'cc-arm-row' },
      h(
        'select',
        { id: 'cc-kind', 'aria-label': say('page_whatif_kinds') },
        page.kinds.map((k, i) => (k.offered ? h('option', { value: i, selected: i === wanted }, say(k)) : null)),
      ),
      h(
        'button',
        {
          type: 'button',
          id: 'cc-arm',
          class: 'cc-button',
          'aria-pressed': String(state.armed),
          onclick: (event) => {
            arm(!state.armed);
            if (state.armed && event.detail === 0) map.getContainer().focus();
          },
        },
        say('page_whatif_add'),
      ),
    ),
    h('div', { id: 'cc-trial' }),
  );
  showTrial(true);
  if (typed && byId('cc-name')) byId('cc-name').value = typed.value;
  flashFrom();
  window.setTimeout(warmUp, 0);
}

/** What the scenario holds and what it comes to; ``whole`` with what it does to the other clauses. */
export function showTrial(whole) {
  const box = byId('cc-trial'),
    clause = clauseNow();
  if (!state.trying || !box) return;
  const item = (text, undo) =>
    h(
      'li',
      {},
      h('span', {}, text),
      h('button', { type: 'button', 'aria-label': say('page_whatif_undo', { name: text }), onclick: undo }, '×'),
    );
  const other = whole ? sideEffects(clause) : box.querySelector('.cc-side'),
    row = changed() ? box.querySelector('.cc-keep') || keepRow() : null; // a name being typed stays
  replaceChildren(
    box,
    changed()
      ? h(
          'ul',
          { class: 'cc-changes' },
          scenario.sites.map((s) => item(`＋ ${s.name}`, () => removeSite(s.id))),
          [...scenario.closed].map((i) => item(`− ${page.facilities.names[i]}`, () => toggleFacility(i))),
        )
      : null,
    clause
      ? h(
          'section',
          { 'aria-live': 'polite' },
          h('h3', {}, say(clause.title)),
          clause.everyone
            ? h('p', { class: 'cc-before-after' }, h('span', {}, people(page.answer.people)), h('b', { 'aria-hidden': 'true' }, '→'), h('strong', {}, people(headline()), ` ${say('page_people_unit')}`))
            : !aboutReach(clause) && judgedLive(clause)
            ? h('p', { class: 'cc-before-after' }, h('span', {}, badge(clause.outcome), say(clause.observed)), h('b', { 'aria-hidden': 'true' }, '→'), h('strong', {}, badge(standing(clause).outcome), resultNow(clause).shown))
            : aboutReach(clause)
            ? comparison(clause)
            : h('p', { class: 'cc-small' }, say('page_whatif_other')),
        )
      : null,
    other,
    row,
    scenario.kept.length
      ? h(
          'button',
          { type: 'button', class: 'cc-link', onclick: () => openCompare() },
          say('page_whatif_compare', { n: scenario.kept.length }),
        )
      : null,
  );
  if (changed() || scenario.kept.length)
    box.append(
      h(
        'p',
        { class: 'cc-small', 'data-cc': 'memory' },
        say(remembers() ? 'page_memory_kept' : 'page_memory_none'),
        ' ',
        remembers() ? h('button', { type: 'button', class: 'cc-area', onclick: () => (forget(), showWhatIf()) }, say('page_memory_clear')) : null,
      ),
    );
  if (whole) showCompare();
}

export const whatif = {
  add: (site) => addSite(site),
  move: moveSite,
  remove: removeSite,
  toggle: toggleFacility,
  reset: resetScenario,
  verdicts: verdictsNow,
  standings: () => Object.fromEntries(page.clauses.map((c) => [c.rule, standing(c).outcome])),
  headline,
  word: () => wordPage().arrayBuffer().then((held) => Array.from(new Uint8Array(held))),
  reached: reachedNow,
  table: scenarioTable,
  keep,
  load: (name) => loadScenario(scenario.kept.find((k) => k.name === name)),
};
