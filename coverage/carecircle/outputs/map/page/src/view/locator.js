// Where in the study the map stands: its outline with a frame, once the map shows a part of it; a click shows all.

import { regionShape } from '../model/facts.js';
import { page } from '../model/page.js';
import { trace } from './canvas.js';
import { byId } from './elements.js';
import { sheer } from './sheer.js';
import { narrow } from './sheets.js';
import { fitZoom, map } from './stage.js';

const EDGE = 7;

/** Draws the inset; hidden while the whole study is seen. */
function showLocator() {
  const box = byId('cc-locator'),
    canvas = box.querySelector('canvas'),
    shapes = regionShape(),
    [west, north, east, south] = shapes.boxes;
  box.hidden = map.getZoom() < fitZoom() + 0.4 || !(east > west);
  if (box.hidden) return;
  const scale = ((narrow() ? 66 : 112) - 2 * EDGE) / Math.max(east - west, south - north),
    view = { scale, left: west * scale - EDGE, top: north * scale - EDGE },
    [wide, high] = [(east - west) * scale + 2 * EDGE, (south - north) * scale + 2 * EDGE].map(Math.ceil);
  canvas.width = wide * 2;
  canvas.height = high * 2;
  canvas.style.width = `${wide}px`;
  canvas.style.height = `${high}px`;
  const ctx = canvas.getContext('2d');
  ctx.scale(2, 2);
  ctx.beginPath();
  trace(ctx, view, shapes, 0);
  ctx.fillStyle = page.palette.land;
  ctx.fill('evenodd');
  ctx.strokeStyle = page.palette.region;
  ctx.stroke();
  const world = map.options.crs.scale(map.getZoom()),
    seen = map.getPixelBounds(),
    at = (v, from) => (v / world) * scale - from,
    [x, y] = [at(seen.min.x, view.left), at(seen.min.y, view.top)],
    [w, t] = [((seen.max.x - seen.min.x) / world) * scale, ((seen.max.y - seen.min.y) / world) * scale];
  ctx.fillStyle = sheer(page.palette.bad, 0.14);
  ctx.fillRect(x, y, w, t);
  ctx.strokeStyle = page.palette.bad;
  ctx.lineWidth = 1.6;
  ctx.strokeRect(x, y, w, t);
}

export function openLocator(home) {
  byId('cc-locator').addEventListener('click', home);
  map.on('moveend zoomend', showLocator);
}
