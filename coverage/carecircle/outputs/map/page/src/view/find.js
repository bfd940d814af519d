// Find a place or a facility by its name.

import { facilities } from '../model/facts.js';
import { page } from '../model/page.js';
import { say } from '../model/say.js';
import { showControl } from './control.js';
import { byId, h, replaceChildren } from './elements.js';
import { zoomToArea, zoomToFacility } from './panel.js';
import { redraw } from './stack.js';
import { asked, clauseNow, state } from './state.js';
import { openVillage } from './village.js';
import { openWhy, whyFacility } from './why.js';

const MOST_FOUND = 8;

/** A name as it is compared: whatever its case, its width and the spaces within. */
const plain = (text) => text.normalize('NFKC').replace(/\s+/g, '').toLowerCase();

/** Areas and facilities whose names hold the text, those that begin with it first. */
function findNames(text) {
  const wanted = plain(text),
    found = [];
  if (!wanted) return found;
  const look = (name, kind, index) => {
    const at = plain(name).indexOf(wanted);
    if (at >= 0) found.push({ name, kind, index, order: at === 0 ? 0 : 1 });
  };
  page.areas.names.forEach((name, a) => {
    if (page.areas.level[a] > 0) look(name, 'area', a);
  });
  page.facilities.names.forEach((name, i) => look(name, 'facility', i));
  return found.sort((a, b) => a.order - b.order || a.name.length - b.name.length).slice(0, MOST_FOUND);
}

function goTo(found) {
  closeFound();
  if (found.kind === 'area') {
    zoomToArea(found.index);
    openVillage(found.index);
    return;
  }
  const f = facilities();
  if (!asked(clauseNow()).has(found.index)) {
    state.on.others = true;
    showControl();
  }
  zoomToFacility(found.index);
  redraw();
  openWhy(
    whyFacility(found.index),
    f.placed[found.index] ? null : h('p', { class: 'cc-small' }, say('page_no_place')),
  );
}

/** The list makes way once something was chosen. */
function closeFound() {
  byId('cc-found').hidden = true;
}

export function showFound() {
  const input = byId('cc-find'),
    list = byId('cc-found'),
    found = findNames(input.value);
  list.hidden = !input.value.trim();
  const where = (f) =>
    f.kind === 'area'
      ? say(`page_level_${['county', 'town', 'village'][page.areas.level[f.index]]}`)
      : say(page.categories[page.facilities.category[f.index]]);
  replaceChildren(
    list,
    found.map((f) =>
      h(
        'li',
        {},
        h('button', { type: 'button', onclick: () => goTo(f) }, h('b', {}, f.name), h('small', {}, where(f))),
      ),
    ),
    found.length ? null : h('li', { class: 'cc-small' }, say('page_find_none')),
  );
}

export function openFind() {
  const input = byId('cc-find');
  input.addEventListener('input', showFound);
  input.addEventListener('keydown', (event) => {
    const first = findNames(input.value)[0];
    if (event.key === 'Enter' && first) goTo(first);
    if (event.key === 'Escape') {
      input.value = '';
      showFound();
    }
  });
}
