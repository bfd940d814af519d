// The layer control by question: who is left out, how long it takes, who serves, where people live; one shading at a time.

import { page } from '../model/page.js';
import { say } from '../model/say.js';
import { basemap, basemapChoices, showBasemap } from './basemap.js';
import { byId, h, replaceChildren } from './elements.js';
import { showLegend } from './legend.js';
import { hasLanes } from './lanes.js';
import { failing, placedSites, signed } from './overlays.js';
import { CELL_SHADES } from './shades.js';
import { redraw } from './stack.js';
import { clauseNow, state } from './state.js';

export function shadings(clause) {
  const levels = page.levels.filter(
    (l) =>
      clause &&
      (clause.people || clause.units.some((u) => u.area >= 0 && page.areas.level[u.area] === l.index)),
  );
  const found = levels.map((l) => [l.id, say('page_shade_level', { level: say(`page_level_${l.id}`) })]);
  if (clause && clause.surface !== null) found.push(['surface', say('page_shade_surface')]);
  if (clause && clause.people && page.demand) found.push(['people', say('page_shade_people')]);
  if (page.demand)
    for (const id of Object.keys(CELL_SHADES))
      if (CELL_SHADES[id].has(clause)) found[id === 'load' ? 'unshift' : 'push']([id, say(`page_shade_${id}`)]);
  return [...found, ['none', say('page_shade_none')]];
}

/** The shading asked for where the clause has it, else towns, else whatever the clause has. */
export function settleShading(choices) {
  const has = (id) => choices.some((c) => c[0] === id);
  state.shading = [state.wanted, 'town', choices[0][0]].find(has);
}

/** What may lie over the shading, as far as the study has it. */
function overlayChoices(clause) {
  return [
    'gap',
    'asked',
    'others',
    clause && clause.radius ? 'circles' : null,
    failing(clause).length + signed(clause).length ? 'units' : null,
    page.demand && page.queries.some((q) => q.metric !== 'straight_m') ? 'islands' : null,
    placedSites().length ? 'candidates' : null,
    hasLanes() ? 'lanes' : null,
    page.findings.length ? 'findings' : null,
    page.water ? 'water' : null,
    page.roads.length ? 'roads' : null,
    'names',
  ].filter(Boolean);
}

/** A shading by people is seen without the marks of the gap over it; the reader may switch them on again. */
function clearTheGround(box) {
  state.on.gap = !CELL_SHADES[state.shading];
  box.querySelector('input[value=gap]').checked = state.on.gap;
}

const choice = (type, name, /** @type {any[]} */ [id, text], checked, onchange, disabled = false) =>
  h('label', {}, h('input', { type, name, value: id, checked, disabled, onchange }), text);

export function showControl() {
  const box = byId('cc-layers'),
    clause = clauseNow(),
    choices = shadings(clause);
  settleShading(choices);
  const shade = (id) => {
    state.shading = state.wanted = id;
    clearTheGround(box);
    redraw();
    showLegend();
  };
  const overlay = (id, on) => {
    state.on[id] = on;
    redraw();
    showLegend();
  };
  const overs = overlayChoices(clause),
    radios = (wanted) => choices.filter(([id]) => wanted(id)).map((c) => choice('radio', 'cc-shading', c, c[0] === state.shading, () => shade(c[0]))),
    checks = (...ids) =>
      ids
        .filter((id) => overs.includes(id))
        .map((id) => choice('checkbox', null, [id, say(`page_layer_${id}`)], state.on[id], (event) => overlay(id, event.target.checked))),
    set = (key, ...content) => (content.flat(9).length ? h('fieldset', {}, h('legend', {}, say(key)), content) : null),
    isLevel = (id) => page.levels.some((l) => l.id === id);
  replaceChildren(
    box,
    h('summary', {}, say('page_layers')),
    h(
      'div',
      { class: 'cc-layers-body' },
      set('page_ask_who', radios(isLevel), checks('gap', 'units', 'islands', 'lanes')),
      set('page_ask_long', radios((id) => id === 'surface' || id === 'people' || id === 'paper' || FAIR.test(id)), checks('circles')),
      set('page_ask_whom', radios((id) => id === 'catchments' || id === 'load'), checks('asked', 'others', 'candidates')),
      set('page_ask_where', radios((id) => id === 'population' || id === 'urban')),
      set('page_ask_else', radios((id) => !KNOWN.has(id) && !isLevel(id) && !FAIR.test(id)), checks('water', 'roads', 'names', 'findings')),
      basemapChoices().length > 1
        ? set(
            'page_basemap',
            basemapChoices().map(([id, text, off]) =>
              choice('radio', 'cc-basemap', [id, text], id === basemap.shown, () => showBasemap(id), off),
            ),
          )
        : null,
    ),
  );
}

/** Shadings that answer one of the questions; others stand at the end. */
const FAIR = /^(access|worst)\d+$/,
  KNOWN = new Set(['surface', 'people', 'paper', 'catchments', 'load', 'population', 'urban']);
