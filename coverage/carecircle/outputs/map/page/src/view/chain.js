// The whole way of an emergency, shown: a place's line of minutes, and both legs with their parts on the map.

import { demand, seatName, seatPlace } from '../model/facts.js';
import { page } from '../model/page.js';
import { measured, say } from '../model/say.js';
import { labeller } from './canvas.js';
import { h } from './elements.js';
import { sheer } from './sheer.js';

const sum = (stages) => stages.reduce((minutes, stage) => minutes + stage.minutes, 0);
const minutes = (n) => measured(n, 'min');

/** The stages of a place's chain in a line, their sum against the limit; null where there is no chain. */
export function chainLine(found) {
  if (!found.stages) return null;
  const who = ({ name, facility }) =>
    facility >= 0 && name !== 'to_patient' ? ` (${seatName(facility)})` : '';
  return h(
    'span',
    { class: 'cc-small cc-chain', 'data-cc': 'chain' },
    found.stages.map((stage) =>
      h('span', {}, `${say(`page_chain_${stage.name}`)}${who(stage)} `, h('b', {}, minutes(stage.minutes))),
    ),
    h(
      'span',
      {},
      found.limit === null
        ? say('page_chain_total', { total: minutes(sum(found.stages)) })
        : say('page_chain_of', { total: minutes(sum(found.stages)), limit: minutes(found.limit) }),
    ),
  );
}

/** What is drawn of a place's chain: each leg from its start, and each part's minutes; null where there is none. */
export function chainDrawn(found, index) {
  if (!found || !found.stages) return null;
  const d = demand(),
    home = [d.x[index], d.y[index]],
    named = Object.fromEntries(found.stages.map((stage) => [stage.name, stage]));
  const legs = [legOf(found, 0, home, named.to_patient.facility).reverse()];
  if (named.to_hospital) legs.push(legOf(found, 1, home, named.to_hospital.facility));
  const said = (name) => `${say(`page_chain_${name}`)} ${minutes(named[name].minutes)}`,
    start = 'muster' in named ? 'muster' : 'turnout';
  const marks = [ // where there is room for some of them only, the ways come first
    { at: middle(legs[0]), text: said('to_patient') },
    ...(named.to_hospital ? [{ at: middle(legs[1]), text: said('to_hospital') }] : []),
    ...(named.scene ? [{ at: home, text: said('scene') }] : []),
    { at: legs[0][0], text: said(start) },
  ];
  return { legs, marks, home };
}

/** A leg from the place to a facility as world places: along the roads where they are known, else straight. */
function legOf(found, number, home, facility) {
  const ways = found.way && found.way.legs,
    goal = seatPlace(facility) || home;
  return ways ? [home, ...ways[number].places, goal] : [home, goal];
}

const apart = ([a, b], [c, d]) => Math.hypot(a - c, b - d);

/** The place half-way along a line. */
function middle(line) {
  let left = line.slice(1).reduce((length, p, k) => length + apart(line[k], p), 0) / 2;
  for (let k = 1; k < line.length; k++) {
    const step = apart(line[k - 1], line[k]);
    if (step >= left && step > 0) {
      const t = left / step;
      return [0, 1].map((c) => line[k - 1][c] + t * (line[k][c] - line[k - 1][c]));
    }
    left -= step;
  }
  return line[line.length - 1];
}

/** Both legs, the way out in one colour and the way in in another, and the minutes of their parts beside them. */
export function drawChain(ctx, view, { legs, marks, home }) {
  const place = ([x, y]) => [x * view.scale - view.left, y * view.scale - view.top];
  ctx.lineJoin = ctx.lineCap = 'round';
  legs.forEach((leg, k) => {
    for (const [width, colour] of [
      [7, sheer(page.palette.white, 0.9)],
      [3.5, k === 0 ? page.palette.asked : page.palette.ink],
    ]) {
      ctx.lineWidth = width;
      ctx.strokeStyle = colour;
      ctx.beginPath();
      leg.forEach((p, n) => ctx[n ? 'lineTo' : 'moveTo'](...place(p)));
      ctx.stroke();
    }
  });
  const [x, y] = place(home);
  ctx.beginPath();
  ctx.arc(x, y, 5.5, 0, 7);
  ctx.fillStyle = page.palette.white;
  ctx.fill();
  ctx.lineWidth = 3;
  ctx.strokeStyle = page.palette.ink;
  ctx.stroke();
  const label = labeller(ctx, view, [[x, y, 8]]);
  for (const { at, text } of marks) {
    const [left, top] = place(at);
    label(text, left, top - 14, { weight: 600 });
  }
}
