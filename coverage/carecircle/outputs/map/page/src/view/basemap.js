// The ground beneath: none unless the reader asks for it; the study's own tiles, or Tianditu while online.

import { page } from '../model/page.js';
import { say } from '../model/say.js';
import { showLegend } from './legend.js';
import { redraw } from './stack.js';
import { map } from './stage.js';

export const basemap = { shown: 'none', layers: [] };

export const basemapOn = () => basemap.shown !== 'none';

const EMPTY_TILE = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';

/** Tiles that the page carries, drawn larger beyond their deepest zoom. */
/** @type {any} */
const CarriedTiles = L.TileLayer.extend({
  getTileUrl(at) {
    return page.basemap.tiles[`${at.z}/${at.x}/${at.y}`] || EMPTY_TILE;
  },
});

const TIANDITU =
  'https://t{s}.tianditu.gov.cn/{set}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={set}' +
  '&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}';

const TIANDITU_SETS = { tianditu: ['vec', 'cva'], tianditu_image: ['img', 'cia'] };

function basemapLayers(id) {
  if (id === 'own')
    return [
      new CarriedTiles('', {
        minNativeZoom: page.basemap.least,
        maxNativeZoom: page.basemap.most,
        maxZoom: 22,
        className: 'cc-tile',
      }),
    ];
  if (id === 'server') return [L.tileLayer(page.tileServer.url, { maxNativeZoom: 18, maxZoom: 22 })];
  return TIANDITU_SETS[id].map((set) => {
    const options = { set, key: page.tianditu, subdomains: '01234567', maxNativeZoom: 18, maxZoom: 22 };
    return L.tileLayer(TIANDITU, options);
  });
}

/** What can be had: [id, words, whether it needs a network that is not there]. */
export function basemapChoices() {
  const found = [['none', say('page_basemap_none'), false]],
    away = navigator.onLine === false;
  if (page.basemap) found.push(['own', say('page_basemap_own'), false]);
  if (page.tileServer) found.push(['server', say('page_basemap_server'), away]);
  if (page.tianditu)
    for (const id of Object.keys(TIANDITU_SETS)) found.push([id, say(`page_basemap_${id}`), away]);
  return found;
}

export function showBasemap(id) {
  basemap.layers.forEach((layer) => layer.remove());
  basemap.shown = id;
  basemap.layers = id === 'none' ? [] : basemapLayers(id).map((layer) => layer.addTo(map));
  document.body.dataset.basemap = id;
  redraw();
  showLegend();
}

/** The line that the ground shown asks for. */
export const basemapSource = () =>
  basemap.shown.startsWith('tianditu') ? say('page_basemap_tianditu_source') : '';

/** The tiles shown, onto a sheet of paper. */
export function pasteTiles(ctx) {
  const box = map.getContainer().getBoundingClientRect();
  for (const tile of map.getPane('tilePane').querySelectorAll('img')) {
    const at = tile.getBoundingClientRect();
    if (tile.complete && tile.naturalWidth) ctx.drawImage(tile, at.left - box.left, at.top - box.top, at.width, at.height);
  }
}
