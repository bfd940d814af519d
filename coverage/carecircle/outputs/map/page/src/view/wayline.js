// The way between residents and a facility on the map: within the limit in one colour, beyond it in another, with its
// minutes (or kilometres) along it.

import { page } from '../model/page.js';
import { measured } from '../model/say.js';
import { labeller } from './canvas.js';
import { drawChain } from './chain.js';
import { sheer } from './sheer.js';

const STEPS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 240],
  MOST_TICKS = 5;

/** Cost at each place of a way, counted from where one sets out; null where only the whole is known. */
export function costsAlong(way) {
  if (!way || !way.steps) return null;
  const costs = [0],
    length = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
  let at = 0,
    spent = way.access;
  for (const step of way.steps) {
    const places = way.places.slice(at, at + step.places),
      whole = places.reduce((sum, p, k) => sum + (k ? length(places[k - 1], p) : 0), 0);
    let gone = 0;
    places.forEach((p, k) => {
      if (k) gone += length(places[k - 1], p);
      costs.push(spent + (whole > 0 ? (step.cost * gone) / whole : 0));
    });
    spent += step.cost;
    at += step.places;
  }
  return [...costs, way.cost];
}

/** Where along a line of costs one is at a cost. */
function placeAt(line, costs, cost) {
  for (let k = 1; k < costs.length; k++)
    if (costs[k] >= cost) {
      const part = costs[k] > costs[k - 1] ? (cost - costs[k - 1]) / (costs[k] - costs[k - 1]) : 0;
      return { k, at: [0, 1].map((c) => line[k - 1][c] + part * (line[k][c] - line[k - 1][c])) };
    }
  return { k: line.length - 1, at: line[line.length - 1] };
}

function stroke(ctx, place, line, width, colour) {
  ctx.lineJoin = ctx.lineCap = 'round';
  ctx.lineWidth = width;
  ctx.strokeStyle = colour;
  ctx.beginPath();
  line.forEach((p, n) => ctx[n ? 'lineTo' : 'moveTo'](...place(p)));
  ctx.stroke();
}

/** Line and costs as one travels: from the facility where care comes to the people. */
function travelled(view) {
  const { costs, limit, unit, outwards } = view.along || {};
  if (!costs || costs.length !== view.way.length) return null;
  const whole = costs[costs.length - 1];
  return outwards
    ? { line: [...view.way].reverse(), costs: [...costs].reverse().map((c) => whole - c), limit, unit, whole }
    : { line: view.way, costs, limit, unit, whole };
}

function drawTicks(label, place, { line, costs, unit, whole }) {
  const metric = unit === 'min' ? 1 : 1000,
    step = (STEPS.find((s) => whole / (s * metric) <= MOST_TICKS) || STEPS[STEPS.length - 1]) * metric;
  for (let cost = step; cost < whole - step / 3; cost += step) {
    const [x, y] = place(placeAt(line, costs, cost).at);
    label(measured(cost, unit).replace('.0 ', ' '), x, y - 12, { size: 12, weight: 600 });
  }
}

export function drawWay(ctx, view) {
  if (!view.way) return false;
  if (view.chain) return drawChain(ctx, view, view.chain);
  const place = ([x, y]) => [x * view.scale - view.left, y * view.scale - view.top],
    told = travelled(view),
    over = told && told.limit !== null && told.whole > told.limit ? placeAt(told.line, told.costs, told.limit) : null;
  stroke(ctx, place, view.way, 8, sheer(page.palette.white, 0.95));
  if (!told) stroke(ctx, place, view.way, 4.5, view.along && view.along.bad ? page.palette.bad : page.palette.good);
  else {
    const { line } = told;
    stroke(ctx, place, over ? [...line.slice(0, over.k), over.at] : line, 4.5, page.palette.good);
    if (over) stroke(ctx, place, [over.at, ...line.slice(over.k)], 4.5, page.palette.bad);
  }
  if (view.straight && view.way !== view.straight) {
    ctx.setLineDash([3, 4]);
    stroke(ctx, place, view.straight, 2, page.palette.ink);
    ctx.setLineDash([]);
  }
  const [x, y] = place(view.way[0]);
  house(ctx, x, y);
  const label = labeller(ctx, view, [[x, y, 12]]);
  if (told) drawTicks(label, place, told);
}

/** The residents' end of a way. */
function house(ctx, x, y) {
  ctx.beginPath();
  ctx.moveTo(x - 8, y);
  ctx.lineTo(x, y - 8);
  ctx.lineTo(x + 8, y);
  ctx.lineTo(x + 5.5, y);
  ctx.lineTo(x + 5.5, y + 7);
  ctx.lineTo(x - 5.5, y + 7);
  ctx.lineTo(x - 5.5, y);
  ctx.closePath();
  ctx.fillStyle = page.palette.ink;
  ctx.strokeStyle = page.palette.white;
  ctx.lineWidth = 3.5;
  ctx.lineJoin = 'round';
  ctx.stroke();
  ctx.fill();
}
