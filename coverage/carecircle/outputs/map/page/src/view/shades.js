// Shadings by where people live: service areas, the circle against the road, population, town and country.

import { catchmentQuery } from '../model/catchments.js';
import { COVERED, demand, NO_DATA, OUTSIDE, UNSNAPPED } from '../model/facts.js';
import { latOf } from '../model/mercator.js';
import { once, page } from '../model/page.js';
import { people, say } from '../model/say.js';
import { codesOf, paperOnly } from '../model/sides.js';
import { hatch } from './canvas.js';
import { catchmentLegend, drawCatchments } from './catchments.js';
import { drawLoad, hasLoad, loadLegend } from './load.js';
import { h } from './elements.js';
import { ramp, row, swatch } from './legend.js';

/** Pixels of one resident point: the cell of the grid that it stands for. */
export const cellSize = (view, d) =>
  Math.max(
    1.6,
    (d.spacing / 40075016.7 / Math.cos((latOf((view.north + view.south) / 2) * Math.PI) / 180)) * view.scale,
  );

/** Fills each resident point's square by its class; a class below zero is left out. */
export function drawCells(ctx, view, classOf, fills) {
  const d = demand();
  if (!d) return;
  const size = cellSize(view, d) + 0.35,
    groups = fills.map(() => []);
  for (let i = 0; i < d.n; i++) {
    if (!d.placed[i]) continue;
    const x = d.x[i] * view.scale - view.left,
      y = d.y[i] * view.scale - view.top;
    if (x < -size || y < -size || x > view.width + size || y > view.height + size) continue;
    const k = classOf(i);
    if (k >= 0) groups[k].push(x, y);
  }
  groups.forEach((places, k) => {
    ctx.fillStyle = fills[k] === null ? hatch(ctx, page.palette.unknownCell, 6) : fills[k];
    for (let j = 0; j < places.length; j += 2)
      ctx.fillRect(places[j] - size / 2, places[j + 1] - size / 2, size, size);
  });
}

/** Round numbers that part the populated points into six classes. */
const populationBreaks = once(() => {
  const d = demand(),
    sorted = Float64Array.from(d.residents.filter((n, i) => n > 0 && d.placed[i])).sort();
  const round = (n) => {
    const p = 10 ** Math.floor(Math.log10(n) - (n < 10 ? 0 : 0));
    return n < 1 ? Math.round(n * 10) / 10 : Math.round((n / p) * 2) * (p / 2);
  };
  const at = [0.3, 0.55, 0.75, 0.9, 0.98].map((share) =>
    round(Math.max(sorted[Math.floor(sorted.length * share)] || 0, 0.1)),
  );
  return at.filter((n, i) => i === 0 || n > at[i - 1]);
});

function drawPopulation(ctx, view) {
  const { residents } = demand(),
    breaks = populationBreaks();
  const classOf = (i) => {
    if (!(residents[i] > 0)) return -1;
    const k = breaks.findIndex((b) => residents[i] <= b);
    return k < 0 ? breaks.length : k;
  };
  drawCells(ctx, view, classOf, page.palette.population.slice(0, breaks.length + 1));
}

function drawUrban(ctx, view) {
  const { residents, urban } = demand();
  drawCells(ctx, view, (i) => (residents[i] > 0 ? urban[i] : -1), [null, page.palette.urban[1], page.palette.urban[2]]);
}

/** 0 within on paper and by road · 1 on paper only · 2 beyond both · 3 not known. */
function paperClass(clause, codes, i, basis = 'now') {
  if (codes[i] === OUTSIDE) return -1;
  if (codes[i] === NO_DATA) return 3;
  if (codes[i] === COVERED) return paperOnly(clause, codes, i, basis) ? 1 : 0;
  return codes[i] === UNSNAPPED ? 3 : 2;
}

function drawPaper(ctx, view, clause) {
  const codes = codesOf(clause, view.basis),
    { residents } = demand();
  const classOf = (i) => (residents[i] > 0 ? paperClass(clause, codes, i, view.basis) : -1);
  drawCells(ctx, view, classOf, [...page.palette.paper, null]);
}

// ---- what the legend says of them ----

export const hatched = (key, facts) =>
  h(
    'ul',
    {},
    row(
      swatch(`background:repeating-linear-gradient(135deg,${page.palette.white} 0 3px,${page.palette.unknownCell} 3px 4.4px)`),
      say(key, facts),
    ),
  );

function populationLegend() {
  const breaks = populationBreaks();
  return [
    h('h3', {}, say('page_legend_population')),
    ramp(
      page.palette.population.slice(0, breaks.length + 1),
      breaks.map((n) => (n >= 1 ? people(n) : String(n))),
    ),
  ];
}

function urbanLegend() {
  const { residents, urban } = demand(),
    count = [0, 0, 0];
  for (let i = 0; i < urban.length; i++) count[urban[i]] += residents[i];
  return [
    h('h3', {}, say('page_legend_urban')),
    h(
      'ul',
      {},
      [1, 2].map((k) =>
        row(swatch(`background:${page.palette.urban[k]}`), say(`page_urban_${k}`, { n: people(count[k]) })),
      ),
    ),
    count[0] > 0 ? hatched('page_urban_0', { n: people(count[0]) }) : null,
  ];
}

function paperLegend(clause) {
  const codes = codesOf(clause),
    { residents } = demand(),
    count = [0, 0, 0, 0];
  for (let i = 0; i < codes.length; i++) {
    const k = paperClass(clause, codes, i);
    if (k >= 0) count[k] += residents[i];
  }
  return [
    h('h3', {}, say('page_legend_paper')),
    h(
      'ul',
      {},
      page.palette.paper.map((colour, k) =>
        row(swatch(`background:${colour}`), say(`page_paper_${k}`, { n: people(count[k]) })),
      ),
    ),
    count[3] > 0 ? hatched('page_paper_3', { n: people(count[3]) }) : null,
  ];
}

/** Shadings by people, each with its drawing, its legend and whether the clause and the data have it. */
export const CELL_SHADES = {
  load: { draw: drawLoad, legend: loadLegend, has: hasLoad },
  paper: { draw: drawPaper, legend: paperLegend, has: (c) => c && c.people && c.road !== null },
  catchments: { draw: drawCatchments, legend: catchmentLegend, has: (c) => catchmentQuery(c) !== null },
  population: { draw: drawPopulation, legend: populationLegend, has: () => true },
  urban: { draw: drawUrban, legend: urbanLegend, has: () => demand().urban.includes(1) || demand().urban.includes(2) },
};
