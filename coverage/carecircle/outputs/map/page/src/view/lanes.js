// Roads that are likely missing from the map: where people live off every road, and the lane that would join them.

import { openShapes } from '../model/mercator.js';
import { once, page } from '../model/page.js';
import { metres, minutes, people, say } from '../model/say.js';
import { pixel, seen, trace } from './canvas.js';
import { h } from './elements.js';
import { gapRadius } from './marks.js';
import { sheer } from './sheer.js';

const MOST = 8; // groups told one by one

const shapes = once(() => openShapes(page.lanes.shapes));

export const hasLanes = () => Boolean(page.lanes);

export const laneGroups = () => (page.lanes ? page.lanes.groups : []);

function pen(ctx) {
  ctx.strokeStyle = page.palette.lanes;
  ctx.lineJoin = ctx.lineCap = 'round';
}

/** The mark of a group: a ring, as wide as the mark of so many people in the gap. */
function groupMark(ctx, x, y, r) {
  pen(ctx);
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 7);
  ctx.fillStyle = sheer(page.palette.white, 0.7);
  ctx.fill();
  ctx.lineWidth = 2.2;
  ctx.stroke();
}

function laneMark(ctx, x) {
  pen(ctx);
  ctx.lineWidth = 2.6;
  ctx.setLineDash([5, 4]);
  ctx.beginPath();
  ctx.moveTo(2, x);
  ctx.lineTo(2 * x - 2, x);
  ctx.stroke();
}

export function drawLanes(ctx, view) {
  if (!page.lanes || !view.on.lanes) return false;
  const lines = shapes();
  for (const [colour, wide, dash] of [
    [sheer(page.palette.white, 0.85), 5, []],
    [page.palette.lanes, 2.6, [6, 5]],
  ]) {
    pen(ctx);
    ctx.strokeStyle = colour;
    ctx.lineWidth = wide;
    ctx.setLineDash(dash);
    ctx.beginPath();
    for (let f = 0; f < lines.n; f++) if (seen(view, lines, f)) trace(ctx, view, lines, f);
    ctx.stroke();
  }
  ctx.setLineDash([]);
  for (const group of [...laneGroups()].reverse())
    groupMark(ctx, ...pixel(view, group), Math.max(4, gapRadius(group.residents, view.zoom) * 0.8));
}

/** The legend of the lanes, with what they cost and which clauses hang on them; ``mark`` and ``row`` make its lines. */
export function lanesLegend(view, mark, row, goTo) {
  if (!page.lanes || !view.on.lanes) return [];
  const { groups, verdicts, residents, metres: length } = page.lanes,
    one = (group) => say('page_lanes_one', { n: people(group.residents), minutes: minutes(group.minutes), length: metres(group.metres) });
  return [
    h('h3', {}, say('page_layer_lanes')),
    h(
      'ul',
      {},
      row(mark(laneMark), say('page_lanes_line', { length: metres(length) })),
      row(mark((ctx, c) => groupMark(ctx, c, c, 6)), say('page_lanes_group', { n: people(residents) })),
    ),
    h(
      'ul',
      { class: 'cc-places' },
      groups.slice(0, MOST).map((group) =>
        h('li', {}, h('button', { type: 'button', class: 'cc-area', onclick: () => goTo(group) }, one(group))),
      ),
    ),
    groups.length > MOST ? h('p', { class: 'cc-legend-note' }, say('page_lanes_more', { n: groups.length - MOST })) : null,
    verdicts.length
      ? [h('h3', {}, say('page_lanes_verdicts')), h('ul', { class: 'cc-places' }, verdicts.map((v) => h('li', {}, say(v))))]
      : null,
  ];
}
