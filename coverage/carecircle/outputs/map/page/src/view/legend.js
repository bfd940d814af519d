// The legend: what is drawn now, in the map's own marks, with the numbers behind it.

import { page } from '../model/page.js';
import { metres, people, say } from '../model/say.js';
import { sums } from '../model/sides.js';
import { byId, h, replaceChildren } from './elements.js';
import { lanesLegend } from './lanes.js';
import { facilityMark, gapMark, gapRadius, gapScale, SHARE_LINES } from './marks.js';
import {
  cutOff, cutOffMark, failing, findingMark, goToOverlay, overlayText, placedFindings, placedSites, signed, siteMark,
  unitMark,
} from './overlays.js';
import { CELL_SHADES } from './shades.js';
import { map } from './stage.js';
import { look } from './state.js';
import { sheer } from './sheer.js';

export function swatch(style) {
  return h('span', { class: 'cc-swatch', style, 'aria-hidden': 'true' });
}

/** A small canvas with one of the map's own marks, so that legend and map cannot differ. */
function markSwatch(draw, size = 22) {
  const ratio = 2,
    canvas = h('canvas', {
      class: 'cc-mark',
      width: size * ratio,
      height: size * ratio,
      style: `width:${size}px;height:${size}px`,
      'aria-hidden': 'true',
    });
  const ctx = canvas.getContext('2d');
  ctx.scale(ratio, ratio);
  draw(ctx, size / 2);
  return canvas;
}

export const row = (mark, text) => h('li', {}, mark, h('span', {}, text));

const ruledStyle = (gap, paper) =>
  paper && gap
    ? `;background-image:repeating-linear-gradient(0deg,${sheer(page.palette.ink, 0.5)} 0 .8px,transparent .8px ${gap}px)`
    : '';

/** Classes in a row, with the numbers where they meet; on paper with the lines of the map. */
export function ramp(colours, edges, gaps = [], paper = false) {
  return h(
    'div',
    { class: 'cc-ramp', role: 'img', 'aria-label': edges.join(' ') },
    colours.map((colour, i) =>
      h(
        'span',
        {},
        h('i', { style: `background-color:${colour}${ruledStyle(gaps[i], paper)}` }),
        i < edges.length
          ? h('b', { class: edges[i].endsWith('*') ? 'cc-at' : null }, edges[i].replace('*', ''))
          : null,
      ),
    ),
  );
}

/** Whether some area of a level has residents, none of whom is known to be covered or not. */
function hasUnknown(clause, level) {
  const s = sums(clause);
  return s.scope.some(
    (n, a) => n > 0 && page.areas.level[a] === level.index && !(n - s.no_data[a] - s.unsnapped[a] > 0),
  );
}

function shadeLegend(clause, view) {
  const plain = (colour, key) => h('ul', {}, row(swatch(`background:${colour}`), say(key)));
  const hatched = h(
    'ul',
    {},
    row(
      swatch(`background:repeating-linear-gradient(135deg,${page.palette.white} 0 3px,${page.palette.unknown} 3px 4.4px)`),
      say('page_unknown'),
    ),
  );
  if (view.shading === 'none') return [];
  if (CELL_SHADES[view.shading]) return CELL_SHADES[view.shading].legend(clause);
  if (view.shading === 'surface' || view.shading === 'people') {
    if (!clause.limitQuery || (view.shading === 'surface' && clause.surface === null)) return [];
    const far = page.queries[clause.query].unit === 'm',
      shown = (v) => (far ? Math.round(v / 10) / 100 : Math.round(v * 10) / 10);
    const edges = page.numbers.timeBreaks.map((ratio, i) => `${shown(clause.limitQuery * ratio)}${i === 2 ? '*' : ''}`);
    return [
      h(
        'h3',
        {},
        say(view.shading === 'surface' ? 'page_legend_surface' : 'page_legend_people', {
          unit: say(far ? 'page_km' : 'page_min'),
        }),
      ),
      ramp(page.palette.times, edges),
      view.shading === 'people' ? plain(page.palette.unknown, 'page_unknown') : plain(page.palette.land, 'page_no_way'),
    ];
  }
  if (clause.people) {
    const level = page.levels.find((l) => l.id === view.shading);
    return [
      h('h3', {}, say('page_legend_share', { level: say(`page_level_${level.id}`) })),
      ramp(page.palette.shares.map((c) => c.colour).reverse(), ['50%', '80%', '95%', '100%'], [...SHARE_LINES].reverse(), view.paper),
      hasUnknown(clause, level) ? hatched : null,
      sums(clause).scope.some((n, a) => !(n > 0) && page.areas.level[a] === level.index)
        ? plain(page.palette.unasked, 'page_part_outside')
        : null,
    ];
  }
  if (!clause.units.some((u) => u.area >= 0)) return [];
  const shown = ['FAIL', 'PASS', 'WAIVED'].filter((o) => clause.units.some((u) => u.outcome === o));
  return [
    h('h3', {}, say('page_legend_units')),
    h(
      'ul',
      {},
      shown.map((o) => row(swatch(`background:${page.palette.outcomes[o]}`), say(`page_unit_${o}`))),
    ),
    clause.units.some((u) => u.outcome === 'NOT_ASSESSED') ? hatched : null,
  ];
}

function gapLegend(clause, view) {
  if (!clause.people || !view.on.gap || !page.demand) return [];
  const zoom = map.getZoom(),
    k = gapScale(zoom);
  const round = (n) => {
    const p = Math.pow(10, Math.floor(Math.log10(n)));
    return Math.max(1, Math.round(n / p) * p);
  };
  const sizes = [...new Set([5, 10, 18].map((r) => round((r / k) ** 2)))];
  const codes = sums(clause),
    any = (name) => codes[name].some((v) => v > 0);
  const kinds = [
    [0, 'page_gap_beyond', any('not_covered')],
    [1, 'page_gap_no_way', any('unreachable')],
    [2, 'page_gap_unknown', any('no_data') || any('unsnapped')],
    [3, 'page_gap_paper', clause.road !== null],
  ];
  return [
    h('h3', {}, say('page_legend_gap')),
    h(
      'div',
      { class: 'cc-sizes' },
      sizes.map((n) => {
        const r = gapRadius(n, zoom);
        return h(
          'span',
          {},
          markSwatch((ctx, c) => gapMark(ctx, 0, c, c, r), Math.ceil(2 * r + 4)),
          people(n),
        );
      }),
    ),
    h(
      'ul',
      {},
      kinds
        .filter((k3) => k3[2])
        .map(([kind, key]) =>
          row(
            markSwatch((ctx, c) => gapMark(ctx, kind, c, c, 7.5)),
            say(key),
          ),
        ),
    ),
  ];
}

function facilityLegend(clause, view) {
  const rows = [],
    seenKinds = new Set();
  const f = page.facilities;
  if (view.on.asked)
    for (const i of clause.asked) {
      const category = page.categories[f.category[i]];
      if (seenKinds.has(category.id)) continue;
      seenKinds.add(category.id);
      rows.push(
        row(
          markSwatch((ctx, c) => facilityMark(ctx, category.shape, c, c, 6, 'open', page.palette.asked)),
          say(category),
        ),
      );
    }
  if (clause.radius && view.on.circles)
    rows.push(
      row(
        h('span', { class: 'cc-ring', 'aria-hidden': 'true' }),
        say('page_circle', { distance: metres(clause.radius) }),
      ),
    );
  if (view.on.others)
    rows.push(
      row(
        markSwatch((ctx, c) => facilityMark(ctx, 'circle', c, c, 2.6, 'open', page.palette.facility)),
        say('page_layer_others'),
      ),
    );
  return rows.length ? [h('h3', {}, say('page_legend_facilities')), h('ul', {}, rows)] : [];
}

const overlayButton = (o) =>
  h('button', { type: 'button', class: 'cc-area', onclick: () => goToOverlay(o) }, overlayText(o));

const listedOverlays = (places, mark) => h('ul', { class: 'cc-places' }, places.slice(0, 8).map((o) => row(mark(o), overlayButton(o))));

function overlayLegend(clause, view) {
  const found = [];
  if (view.on.units && failing(clause).length)
    found.push(h('ul', {}, row(swatch(`background:repeating-linear-gradient(135deg,${page.palette.white} 0 5px,${page.palette.unitFail} 5px 6.2px);box-shadow:inset 0 0 0 1.8px ${page.palette.bad}`), say('page_units_shown', { n: failing(clause).length }))));
  for (const [surplus, key] of /** @type {[boolean, string][]} */ ([[true, 'page_unit_surplus'], [false, 'page_unknown']])) {
    const n = view.on.units ? signed(clause).filter((u) => (u.state === 'surplus') === surplus).length : 0;
    if (n) found.push(h('ul', {}, row(markSwatch((ctx, c) => unitMark(ctx, surplus, c, c)), `${say(key)} · ${n}`)));
  }
  if (view.on.islands) {
    const { query, count } = cutOff(clause),
      shown = Object.keys(count).filter((why) => count[why] > 0);
    found.push(
      h('h3', {}, say('page_layer_islands')),
      query === null
        ? h('p', { class: 'cc-legend-note' }, say('page_islands_not_asked'))
        : h(
            'ul',
            {},
            shown.map((why) => row(markSwatch((ctx, c) => cutOffMark(ctx, why, c, c, 6)), say(`page_cut_${why}`, { n: people(count[why]) }))),
            shown.length ? null : h('li', {}, say('page_islands_none')),
            page.islands[query.mode] ? row(swatch(`background:${page.palette.white};box-shadow:none;border-radius:0;border-top:3px solid ${page.palette.cutOff.island};height:3px`), say('page_island_roads', { n: page.islands[query.mode].parts })) : null,
          ),
    );
  }
  if (view.on.candidates && placedSites().length)
    found.push(h('h3', {}, say('page_layer_candidates')), listedOverlays(placedSites(), (s) => markSwatch((ctx, c) => siteMark(ctx, s.kind, c, c, s.rank), 24)));
  if (view.on.findings && page.findings.length)
    found.push(
      h('h3', {}, say('page_layer_findings')),
      placedFindings().length ? listedOverlays(placedFindings(), (f) => markSwatch((ctx, c) => findingMark(ctx, f.level, c, c))) : h('p', { class: 'cc-legend-note' }, say('page_findings_nowhere', { n: page.findings.length })),
    );
  return found;
}

export function showLegend() {
  const box = byId('cc-legend'),
    view = look(),
    { clause } = view;
  replaceChildren(
    box,
    h('summary', {}, say('page_legend')),
    clause
      ? h(
          'div',
          { class: 'cc-legend-body' },
          h('p', { class: 'cc-legend-clause' }, say(clause.title), clause.rule ? h('small', {}, clause.rule) : null),
          gapLegend(clause, view),
          shadeLegend(clause, view),
          overlayLegend(clause, view),
          lanesLegend(view, markSwatch, row, goToOverlay),
          facilityLegend(clause, view),
        )
      : null,
  );
}
