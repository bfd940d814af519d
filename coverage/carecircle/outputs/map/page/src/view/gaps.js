// All gaps in the panel: which clauses they come from, and where the people live.

import { everyone } from '../model/everyone.js';
import { page } from '../model/page.js';
import { people, say } from '../model/say.js';
import { h } from './elements.js';
import { chooseClause } from './panel.js';
import { ranking } from './ranking.js';

/** The clauses that are not met and leave somebody out, most people first. */
const behind = () =>
  page.clauses
    .map((clause, index) => ({ clause, index }))
    .filter(({ clause }) => clause.outcome === 'FAIL')
    .sort((a, b) => b.clause.affected - a.clause.affected);

export function allGaps() {
  const all = everyone();
  return h(
    'div',
    { class: 'cc-detail' },
    h('p', { class: 'cc-reason' }, say('page_everyone_counts')),
    all.units.length ? h('p', { class: 'cc-small' }, say('page_units_shown', { n: all.units.length })) : null,
    ranking(all, false),
    h(
      'section',
      {},
      h('h3', {}, say('page_everyone_from')),
      h(
        'ul',
        { class: 'cc-from' },
        behind().map(({ clause, index }) =>
          h(
            'li',
            {},
            h('button', { type: 'button', class: 'cc-area', onclick: () => chooseClause(index, true) }, say(clause.title)),
            h('b', {}, clause.affected > 0 ? people(clause.affected) : ''),
          ),
        ),
      ),
    ),
  );
}
