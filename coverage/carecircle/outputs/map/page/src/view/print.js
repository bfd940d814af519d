// On A3: one sheet with the answer, the map, its legend and ledger; then an annex with every list in full.

import { page } from '../model/page.js';
import { people, say } from '../model/say.js';
import { basemapOn, basemapSource, pasteTiles } from './basemap.js';
import { detail } from './detail.js';
import { byId, h, replaceChildren } from './elements.js';
import { showLegend } from './legend.js';
import { scenario } from '../model/scenario.js';
import { siteMark } from './overlays.js';
import { badge } from './panel.js';
import { layers, redraw } from './stack.js';
import { map } from './stage.js';
import { clauseNow } from './state.js';

/** All layers on one canvas, so many of its pixels to one of the map's. */
export function mapPicture(ratio = 2) {
  const size = map.getSize(),
    paper = /** @type {HTMLCanvasElement} */ (h('canvas', { width: size.x * ratio, height: size.y * ratio, style: `width:${size.x}px;height:${size.y}px` })),
    ctx = paper.getContext('2d');
  ctx.scale(ratio, ratio);
  ctx.fillStyle = page.palette.sea;
  ctx.fillRect(0, 0, size.x, size.y);
  if (basemapOn()) pasteTiles(ctx);
  for (const layer of Object.values(layers)) {
    const at = map.layerPointToContainerPoint(layer._bounds.min),
      wide = layer._bounds.getSize();
    if (layer._container.style.display !== 'none') ctx.drawImage(layer._container, at.x, at.y, wide.x, wide.y);
  }
  for (const site of scenario.sites) {
    const at = map.latLngToContainerPoint([site.lat, site.lon]);
    siteMark(ctx, 'added', at.x, at.y, 0);
  }
  return paper;
}

/** On paper each canvas would paint over those beneath it: one of them all lies over them. */
function paintPaper() {
  const paper = mapPicture();
  paper.id = 'cc-paper';
  map.getContainer().append(paper);
}

/** The map takes the paper's shape while it prints, and its own again after. */
export function openPrint() {
  let seen = null;
  const reshape = () => {
    map.invalidateSize({ animate: false, pan: false });
    map.fitBounds(seen, { animate: false });
    redraw();
  };
  window.addEventListener('beforeprint', () => {
    if (document.body.dataset.set) return; // a meeting's set brings pages of its own
    seen = map.getBounds();
    byId('cc-legend').open = true;
    document.body.dataset.printing = 'yes';
    showAnnex();
    reshape();
    showLegend();
    showSheet();
    paintPaper();
  });
  window.addEventListener('afterprint', () => {
    if (document.body.dataset.printing !== 'yes') return;
    byId('cc-paper').remove();
    delete document.body.dataset.printing;
    replaceChildren(byId('cc-annex'));
    reshape();
    showLegend();
  });
  byId('cc-print').addEventListener('click', () => window.print());
}

/** The lines under the printed map: number, limits and ledger; sources, date and hash. */
export function showSheet() {
  const s = page.study,
    l = page.ledger,
    line = (...parts) => h('p', {}, parts.filter(Boolean).join(' · '));
  replaceChildren(
    byId('cc-sheet'),
    l
      ? line(
          say('page_sheet_ledger', {
            total: people(l.total),
            inside: people(l.inside),
            outside: people(l.outside),
            no_data: people(l.no_data),
          }),
          page.simplified.map((t) => say(t)).join(' · '),
        )
      : null,
    line(
      s.notice ? say(s.notice) : null,
      s.mapNumber ? say('page_map_number', { number: s.mapNumber }) : null,
      s.attribution,
      basemapSource(),
      say('page_limits'),
    ),
    line(
      s.attributions.join(' · '),
      say('page_made', { version: s.version, date: s.created, hash: s.hash }),
      say('page_see_annex'),
    ),
  );
}

/** What the first sheet has no room for: every clause in a line, and the chosen one's lists to the last row. */
function showAnnex() {
  const clause = clauseNow(),
    full = clause && !clause.everyone ? detail(clause, true) : null;
  if (full) for (const list of full.querySelectorAll('details')) list.open = true;
  replaceChildren(
    byId('cc-annex'),
    full ? [h('h2', {}, say('page_annex_clause', { rule: clause.rule, title: say(clause.title) })), full] : null,
    h('h2', {}, say('page_clauses', { n: page.order.length })),
    h(
      'table',
      { class: 'cc-annex-clauses' },
      h(
        'tbody',
        {},
        page.order.map((i) => {
          const c = page.clauses[i];
          return h(
            'tr',
            {},
            h('th', { scope: 'row' }, badge(c.mark, true), h('b', {}, c.rule), say(c.title), h('small', {}, say(c.result))),
            h('td', {}, c.affected > 0 ? `${people(c.affected)} ${say('page_people_unit')}` : ''),
          );
        }),
      ),
    ),
  );
}
