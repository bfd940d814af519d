// Areas by the people they leave without.

import { page } from '../model/page.js';
import { people, percent, say } from '../model/say.js';
import { lacking, sums } from '../model/sides.js';
import { h } from './elements.js';
import { showClauses, zoomToArea } from './panel.js';
import { openVillage } from './village.js';

export const rankingState = { level: null, all: false };

/** Areas by the people they leave without: a click shows the area on the map. */
export function ranking(clause, whole) {
  const levels = page.levels.filter((l) => l.id !== 'county');
  if (!clause.people || !levels.length) return null;
  const level = levels.find((l) => l.id === rankingState.level) || levels[0],
    s = sums(clause);
  const rows = page.areas.names
    .map((name, a) => a)
    .filter((a) => page.areas.level[a] === level.index && s.scope[a] > 0)
    .sort(
      (a, b) =>
        lacking(s, b) - lacking(s, a) || s.covered[a] / s.scope[a] - s.covered[b] / s.scope[b] || a - b,
    );
  const shown = whole || rankingState.all ? rows : rows.slice(0, 8);
  const tab = (l) =>
    h(
      'button',
      {
        type: 'button',
        'aria-pressed': String(l === level),
        onclick: () => {
          rankingState.level = l.id;
          rankingState.all = false;
          showClauses();
        },
      },
      say(`page_level_${l.id}`),
    );
  return h(
    'section',
    { class: 'cc-ranking' },
    h(
      'div',
      { class: 'cc-ranking-head' },
      h('h3', {}, say('page_ranking')),
      levels.length > 1 ? h('div', { class: 'cc-tabs' }, levels.map(tab)) : null,
    ),
    h(
      'table',
      { 'data-cc': 'ranking' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ['page_rank_area', 'page_rank_lacking', 'page_rank_share'].map((key) =>
            h('th', { scope: 'col' }, say(key)),
          ),
        ),
      ),
      h(
        'tbody',
        {},
        shown.map((a) => areaRow(s, a)),
      ),
    ),
    rows.length > 8
      ? h(
          'button',
          {
            type: 'button',
            class: 'cc-link',
            onclick: () => {
              rankingState.all = !rankingState.all;
              showClauses();
            },
          },
          whole || rankingState.all ? say('page_fewer') : say('page_all', { n: rows.length }),
        )
      : null,
  );
}

function areaRow(s, a) {
  const known = s.scope[a] - s.no_data[a] - s.unsnapped[a];
  const share = s.covered[a] / s.scope[a];
  return h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row' },
      h('button', { type: 'button', class: 'cc-area', onclick: () => (zoomToArea(a), openVillage(a)) }, page.areas.names[a]),
    ),
    h(
      'td',
      {},
      people(lacking(s, a)),
      known < s.scope[a] ? h('small', {}, say('page_plus_unknown', { n: people(s.scope[a] - known) })) : null,
    ),
    h(
      'td',
      {},
      h('span', { class: 'cc-mini', 'aria-hidden': 'true' }, h('i', { style: `width:${share * 100}%` })),
      percent(share),
    ),
  );
}
