// A clause about the load of facilities: the residents they share, and how many fall to each of them.

import { demand, facilities } from '../model/facts.js';
import { page } from '../model/page.js';
import { people, say } from '../model/say.js';
import { standing } from '../model/standings.js';
import { h } from './elements.js';
import { inScope } from './flight.js';
import { row, swatch } from './legend.js';
import { drawCells } from './shades.js';

/** Too many residents for each facility, too few, or as many as asked; null where nothing was decided. */
function loadOf(clause) {
  if (!clause.load || clause.outcome === 'NOT_ASSESSED' || !clause.load.facilities) return null;
  const now = standing(clause),
    n = now.facilities || clause.load.facilities,
    each = clause.load.residents / n,
    [least, most] = clause.loadRange;
  return { each, n, how: now.outcome === 'PASS' ? 'fits' : each > most ? 'over' : 'under', least, most };
}

const SIGN = { over: '▲', under: '▽', fits: '' };

export function drawLoad(ctx, view, clause) {
  const { residents } = demand(),
    load = loadOf(clause),
    colour = page.palette.paper[load && load.how === 'over' ? 2 : 0];
  drawCells(ctx, view, (i) => (residents[i] > 0 && inScope(clause, i) ? 0 : -1), [colour]);
}

/** At each facility what falls to it: the very figure of the verdict. */
export function drawLoadNames(label, view, clause) {
  const load = clause.units.length ? null : loadOf(clause),
    f = facilities();
  if (!load) return;
  for (const i of clause.asked) {
    if (!f.placed[i] || f.status[i] !== 'open') continue;
    label(
      `${f.names[i]} ${say('page_load_each', { n: people(load.each) })} ${SIGN[load.how]}`,
      f.x[i] * view.scale - view.left,
      f.y[i] * view.scale - view.top,
      { size: 13, weight: 700, colour: load.how === 'over' ? page.palette.bad : page.palette.asked, align: 'left', offset: 12 },
    );
  }
}

export function loadLegend(clause) {
  const load = loadOf(clause),
    over = load && load.how === 'over';
  return [
    h('h3', {}, say('page_legend_load')),
    h(
      'ul',
      {},
      row(
        swatch(`background:${page.palette.paper[over ? 2 : 0]}`),
        say('page_load_people', { n: people(clause.load.residents) }),
      ),
    ),
    load
      ? h('p', { class: 'cc-legend-note' }, say(`page_load_${load.how}`, { each: people(load.each), n: load.n, least: people(load.least), most: people(load.most) }))
      : null,
  ];
}

export const hasLoad = (clause) => Boolean(clause && clause.load && clause.loadRange && !clause.units.length && page.demand);
