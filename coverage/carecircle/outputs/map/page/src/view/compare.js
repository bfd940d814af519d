// Scenarios kept by name, and all of them side by side: a row a clause, a column a scenario.

import { dropScenario, keepScenario, loadScenario, today } from '../model/kept.js';
import { remember } from '../model/memory.js';
import { page } from '../model/page.js';
import { minutes, people, percent, say } from '../model/say.js';
import { resetScenario, scenario } from '../model/scenario.js';
import { aboutReach } from '../model/trial.js';
import { byId, first, h, replaceChildren } from './elements.js';
import { badge } from './panel.js';
import { state } from './state.js';
import { download, downloadWord, showTrial } from './whatif.js';

const comparing = { open: false };

/** A field for the scenario's name, and what may be done with it. */
export function keepRow() {
  const name = h('input', {
    type: 'text',
    id: 'cc-name',
    maxlength: 40,
    'aria-label': say('page_whatif_name'),
    placeholder: `${say('page_whatif_plan')} ${scenario.kept.length + 1}`,
  });
  return h(
    'div',
    { class: 'cc-keep' },
    h(
      'form',
      {
        class: 'cc-arm-row',
        onsubmit: (event) => {
          event.preventDefault();
          keep(name.value);
        },
      },
      name,
      h('button', { type: 'submit', class: 'cc-button' }, say('page_whatif_keep')),
    ),
    h(
      'div',
      { class: 'cc-arm-row' },
      h('button', { type: 'button', class: 'cc-button', onclick: download }, say('page_whatif_export')),
      h('button', { type: 'button', class: 'cc-button', onclick: downloadWord }, say('page_word_export')),
      h('button', { type: 'button', class: 'cc-link', onclick: resetScenario }, say('page_whatif_reset')),
    ),
  );
}

/** Keeps the scenario and shows it among the others; the field for its name begins anew. */
export function keep(wanted) {
  const name = keepScenario(wanted),
    row = first('#cc-trial .cc-keep');
  if (row) row.remove();
  remember();
  showTrial(true);
  return name;
}

export function openCompare() {
  comparing.open = true;
  showCompare();
  first('#cc-scenarios .cc-close').focus();
}

function closeCompare() {
  comparing.open = false;
  showCompare();
  const back = first('#cc-trial .cc-link');
  if (back) back.focus();
}

/** A clause's figure under a scenario: a share, else a mean in its unit. */
export function shownResult(clause, { share, observed }) {
  if (share !== null) return percent(share);
  if (observed === null) return '—';
  return clause.byMean ? minutes(observed) : observed.toFixed(2);
}

function compareCell(clause, result, first) {
  const value = result.text || shownResult(clause, result),
    gain = first ? first.affected - result.affected : 0;
  return h(
    'td',
    {},
    h('span', { class: 'cc-cell' }, badge(result.outcome), h('b', {}, value)),
    h(
      'small',
      {},
      say('page_plans_left', { n: people(result.affected) }),
      Math.round(gain)
        ? h('em', { class: gain > 0 ? 'cc-gain' : 'cc-loss' }, gain > 0 ? ` −${people(gain)}` : ` +${people(-gain)}`)
        : null,
    ),
  );
}

/** The table of all scenarios, over the map. */
export function showCompare() {
  let box = byId('cc-scenarios');
  if (!box) {
    box = h('section', { id: 'cc-scenarios', 'data-cc': 'scenarios', role: 'dialog' });
    document.body.append(box);
  }
  if (!scenario.kept.length || !state.trying) comparing.open = false;
  box.hidden = !comparing.open;
  if (!comparing.open) return;
  box.setAttribute('aria-label', say('page_plans_title'));
  const head = (text, ...more) => h('th', { scope: 'col' }, text, more);
  replaceChildren(
    box,
    h(
      'button',
      { type: 'button', class: 'cc-close', 'aria-label': say('page_close'), onclick: closeCompare },
      '×',
    ),
    h('h2', {}, say('page_plans_title')),
    h(
      'div',
      { class: 'cc-scroll', tabindex: '0', role: 'group', 'aria-label': say('page_plans_title') },
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            head(say('page_plans_rule')),
            head(say('page_whatif_today')),
            scenario.kept.map((kept) =>
              head(
                h('button', { type: 'button', class: 'cc-area', onclick: () => loadScenario(kept) }, kept.name),
                h('small', {}, say('page_plans_made', { add: kept.sites.length, off: kept.closed.length })),
                h(
                  'button',
                  {
                    type: 'button',
                    class: 'cc-drop',
                    'aria-label': say('page_plans_drop', { name: kept.name }),
                    onclick: () => {
                      dropScenario(kept);
                      remember();
                      showTrial(true);
                    },
                  },
                  '×',
                ),
              ),
            ),
          ),
        ),
        h(
          'tbody',
          {},
          page.clauses.filter(aboutReach).map((clause) =>
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, h('span', {}, clause.rule), ` ${say(clause.title)}`),
              compareCell(clause, today(clause)),
              scenario.kept.map((kept) => compareCell(clause, kept.results[clause.rule], today(clause))),
            ),
          ),
        ),
      ),
    ),
  );
}
