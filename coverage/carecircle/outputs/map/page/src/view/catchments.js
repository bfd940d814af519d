// Service areas on the map and in the legend.

import { catchments } from '../model/catchments.js';
import { demand, OUTSIDE, seatName, seatPlace } from '../model/facts.js';
import { page } from '../model/page.js';
import { people, say } from '../model/say.js';
import { h } from './elements.js';
import { swatch } from './legend.js';
import { zoomToFacility } from './panel.js';
import { drawCells, hatched } from './shades.js';
import { sheer } from './sheer.js';

export function drawCatchments(ctx, view, clause) {
  const { owners, codes, colour, edges } = catchments(clause, view.basis),
    { residents } = demand();
  const classOf = (i) =>
    !(residents[i] > 0) || (codes && codes[i] === OUTSIDE)
      ? -1
      : owners[i] < 0
        ? page.palette.catchments.length
        : colour.get(owners[i]);
  drawCells(ctx, view, classOf, [...page.palette.catchments, null]);
  ctx.strokeStyle = sheer(page.palette.catchmentBorder, 0.75);
  ctx.lineWidth = 1.1;
  ctx.lineCap = 'round';
  ctx.beginPath();
  for (let k = 0; k < edges.length; k += 4) {
    ctx.moveTo(edges[k] * view.scale - view.left, edges[k + 1] * view.scale - view.top);
    ctx.lineTo(edges[k + 2] * view.scale - view.left, edges[k + 3] * view.scale - view.top);
  }
  ctx.stroke();
}

/** over, under or fits: a service area's residents against the load clause; null where the clause is about no load. */
function loadState(i, residents, own) {
  if (!own || !own.loadRange || !own.asked.includes(i)) return null;
  const [least, most] = own.loadRange;
  return residents > most ? 'over' : residents < least ? 'under' : 'fits';
}

const LOAD_SIGN = { over: '▲', under: '▽', fits: '' };

export function drawCatchmentNames(label, view, clause) {
  const { served } = catchments(clause, view.basis);
  [...served.entries()]
    .sort((a, b) => b[1] - a[1])
    .forEach(([owner, n]) => {
      const place = seatPlace(owner);
      if (!place) return;
      const load = loadState(owner, n, clause),
        text = `${people(n)}${load && LOAD_SIGN[load] ? ` ${LOAD_SIGN[load]}` : ''}`,
        x = place[0] * view.scale - view.left,
        y = place[1] * view.scale - view.top,
        style = { size: 12, weight: 600, colour: load === 'over' ? page.palette.bad : page.palette.asked, align: 'left', offset: 11 };
      if (served.size > 25 || !label(`${seatName(owner)} ${text}`, x, y, style)) label(text, x, y, style);
    });
}

const MOST_LISTED = 10;

export function catchmentLegend(clause) {
  const { served, without, colour } = catchments(clause),
    rows = [...served.entries()].sort((a, b) => b[1] - a[1]),
    load = clause.loadRange ? clause : null;
  const item = ([i, n]) => {
    const how = loadState(i, n, clause);
    return h(
      'li',
      { 'data-load': how },
      swatch(`background:${page.palette.catchments[colour.get(i)]}`),
      h(
        'button',
        { type: 'button', class: 'cc-area', onclick: () => i < 1e6 && zoomToFacility(i) },
        seatName(i),
      ),
      h('b', { class: how === 'over' ? 'cc-over-load' : null }, `${people(n)} ${how ? LOAD_SIGN[how] : ''}`),
    );
  };
  return [
    h('h3', {}, say('page_legend_catchments')),
    load
      ? h(
          'p',
          { class: 'cc-legend-note' },
          say('page_catchment_load', {
            rule: load.rule,
            least: people(load.loadRange[0]),
            most: people(load.loadRange[1]),
          }),
        )
      : null,
    h('ul', { class: 'cc-served', 'data-cc': 'catchments' }, rows.slice(0, MOST_LISTED).map(item)),
    rows.length > MOST_LISTED
      ? h('p', { class: 'cc-legend-note' }, say('page_catchment_more', { n: rows.length - MOST_LISTED }))
      : null,
    without > 0 ? hatched('page_catchment_none', { n: people(without) }) : null,
  ];
}
