// Find a place or a facility by its name, and print the map on one sheet.

const MOST_FOUND = 8;

/** Areas and facilities whose names hold the text, those that begin with it first. */
function findNames(text) {
  const wanted = text.trim().toLowerCase(),
    found = [];
  if (!wanted) return found;
  const look = (name, kind, index) => {
    const at = name.toLowerCase().indexOf(wanted);
    if (at >= 0) found.push({ name, kind, index, order: at === 0 ? 0 : 1 });
  };
  page.areas.names.forEach((name, a) => {
    if (page.areas.level[a] > 0) look(name, 'area', a);
  });
  page.facilities.names.forEach((name, i) => look(name, 'facility', i));
  return found.sort((a, b) => a.order - b.order || a.name.length - b.name.length).slice(0, MOST_FOUND);
}

function goTo(found) {
  if (found.kind === 'area') {
    zoomToArea(found.index);
    return;
  }
  const f = facilities();
  if (!asked().has(found.index)) {
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

function showFound() {
  const input = document.getElementById('cc-find'),
    list = document.getElementById('cc-found'),
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

function openFind() {
  const input = document.getElementById('cc-find');
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

/** All layers on one canvas: on paper each canvas would paint over those beneath it. */
function paintPaper() {
  const size = map.getSize(),
    paper = h('canvas', {
      id: 'cc-paper',
      width: size.x * 2,
      height: size.y * 2,
      style: `width:${size.x}px;height:${size.y}px`,
    }),
    ctx = paper.getContext('2d');
  ctx.scale(2, 2);
  const paste = (name) => {
    const layer = layers[name],
      at = map.layerPointToContainerPoint(layer._bounds.min),
      wide = layer._bounds.getSize();
    ctx.drawImage(layer._container, at.x, at.y, wide.x, wide.y);
  };
  paste('shade');
  if (overlay) {
    const box = overlay.getBounds(),
      from = map.latLngToContainerPoint(box.getNorthWest()),
      to = map.latLngToContainerPoint(box.getSouthEast());
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(overlay.getElement(), from.x, from.y, to.x - from.x, to.y - from.y);
  }
  Object.keys(layers)
    .filter((name) => name !== 'shade')
    .forEach(paste);
  map.getContainer().append(paper);
}

/** The sheet: the map takes the paper's shape while it prints, and its own again after. */
function openPrint() {
  let seen = null;
  const reshape = () => {
    map.invalidateSize({ animate: false, pan: false });
    map.fitBounds(seen, { animate: false });
    redraw();
  };
  window.addEventListener('beforeprint', () => {
    seen = map.getBounds();
    document.getElementById('cc-legend').open = true;
    document.body.dataset.printing = 'yes';
    reshape();
    paintPaper();
  });
  window.addEventListener('afterprint', () => {
    document.getElementById('cc-paper').remove();
    delete document.body.dataset.printing;
    reshape();
  });
  document.getElementById('cc-print').addEventListener('click', () => window.print());
}

function showSheet() {
  const s = page.study;
  replaceChildren(
    document.getElementById('cc-sheet'),
    h(
      'p',
      {},
      [
        s.notice ? say(s.notice) : null,
        s.mapNumber ? say('page_map_number', { number: s.mapNumber }) : null,
        say('page_limits'),
      ]
        .filter(Boolean)
        .join(' · '),
    ),
    h(
      'p',
      {},
      `${s.attributions.join(' · ')} · ${say('page_made', { version: s.version, date: s.created, hash: s.hash })}`,
    ),
  );
}
