// Shadings by the access measures that a study asks for, and who is worst off.

import { demand } from '../model/facts.js';
import { column, once, page } from '../model/page.js';
import { people, said } from '../model/say.js';
import { h } from './elements.js';
import { ramp, row, swatch } from './legend.js';
import { CELL_SHADES, drawCells } from './shades.js';

const NOBODY = 255;

/** The colours of a measure, the best class first; the last stands for whoever reaches nothing. */
function colours(asked) {
  const many = asked.breaks.length + 1,
    all = page.palette.times,
    at = (k) => all[many < 2 ? 0 : Math.round((k * (all.length - 1)) / (many - 1))];
  return Array.from({ length: many }, (_, k) => at(k));
}

function measureShade(asked) {
  const classes = once(() => column(asked.classes)),
    fills = colours(asked),
    none = page.palette.times.length;
  return {
    has: () => true,
    draw(ctx, view) {
      const { residents } = demand(),
        code = classes();
      const classOf = (i) =>
        code[i] === NOBODY || !(residents[i] > 0) ? -1 : code[i] === none ? fills.length : code[i];
      drawCells(ctx, view, classOf, [...fills, page.palette.bad]);
    },
    legend: () => [
      h('h3', {}, asked.title[said.language]),
      ramp(asked.more ? [...fills].reverse() : fills, asked.breaks.map(String)),
      classes().includes(none)
        ? h('ul', {}, row(swatch(`background:${page.palette.bad}`), asked.unreached[said.language]))
        : null,
    ],
  };
}

function worstShade(asked) {
  const worst = once(() => column(asked.worst));
  return {
    has: () => true,
    draw(ctx, view) {
      const { residents } = demand(),
        marked = worst();
      drawCells(ctx, view, (i) => (residents[i] > 0 ? marked[i] : -1), [page.palette.unasked, page.palette.bad]);
    },
    legend: () => [
      h('h3', {}, asked.worstTitle[said.language]),
      h('ul', {}, row(swatch(`background:${page.palette.bad}`), asked.worstSays[said.language])),
      ...asked.worstGroups.map((text) => h('p', { class: 'cc-legend-note' }, text[said.language])),
      h(
        'ul',
        { class: 'cc-served', 'data-cc': 'worst' },
        asked.places.map(([area, n]) => h('li', {}, h('span', {}, page.areas.names[area]), h('b', {}, people(n)))),
      ),
    ],
  };
}

/** Make known what the study asks for: the layer control and the legend find it among the shadings. */
export function openAccess() {
  (page.access || []).forEach((asked, k) => {
    CELL_SHADES[`access${k}`] = measureShade(asked);
    CELL_SHADES[`worst${k}`] = worstShade(asked);
  });
}
