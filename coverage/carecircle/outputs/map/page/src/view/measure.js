// A ruler: metres along the geodesic from place to place, and the ground that three or more of them enclose.

import { geodesic, transverseMercator, WGS84 } from '../model/earth.js';
import { page } from '../model/page.js';
import { say } from '../model/say.js';
import { byId, h, replaceChildren } from './elements.js';
import { arm } from './markers.js';
import { pixel } from './canvas.js';
import { showMap } from './sheets.js';
import { redraw } from './stack.js';
import { map } from './stage.js';
import { closeWhy } from './why.js';
import { sheer } from './sheer.js';

export const measure = { on: false, places: [] };

const measuredMetres = () =>
  measure.places
    .slice(1)
    .reduce((sum, [lon, lat], k) => sum + geodesic(...measure.places[k], lon, lat), 0);

/** Square metres inside the places: flat on a transverse Mercator through their middle (1 in 10,000 at 60 km). */
function measuredArea() {
  if (measure.places.length < 3) return 0;
  const lon0 = measure.places.reduce((sum, p) => sum + p[0], 0) / measure.places.length,
    flat = transverseMercator({ ...WGS84, lon0, k0: 1, x0: 0, y0: 0 }),
    xy = measure.places.map((p) => flat.forward(...p));
  return (
    Math.abs(
      xy.reduce((sum, [x, y], k) => {
        const [u, v] = xy[(k + 1) % xy.length];
        return sum + x * v - u * y;
      }, 0),
    ) / 2
  );
}

const squareMetres = (a) =>
  a >= 1e5 ? `${Number((a / 1e6).toPrecision(4))} ${say('page_km2')}` : `${Math.round(a)} ${say('page_m2')}`;

/** A distance to the metre below ten kilometres, to ten metres beyond. */
const ruled = (m) =>
  m < 1000 ? `${m.toFixed(1)} ${say('page_m')}` : `${(m / 1000).toFixed(m < 10000 ? 3 : 2)} ${say('page_km')}`;

export function drawMeasure(ctx, view) {
  if (!measure.on) return false;
  const at = measure.places.map(([lon, lat]) => pixel(view, { lon, lat }));
  ctx.lineJoin = ctx.lineCap = 'round';
  const path = (closed) => {
    ctx.beginPath();
    at.forEach(([x, y], k) => ctx[k ? 'lineTo' : 'moveTo'](x, y));
    if (closed) ctx.closePath();
  };
  if (at.length > 2) {
    path(true);
    ctx.fillStyle = sheer(page.palette.focus, 0.12);
    ctx.fill();
  }
  for (const [width, colour] of [
    [6, sheer(page.palette.white, 0.92)],
    [2.6, page.palette.ruler],
  ]) {
    path(false);
    ctx.lineWidth = width;
    ctx.strokeStyle = colour;
    ctx.stroke();
  }
  for (const [x, y] of at) {
    ctx.beginPath();
    ctx.arc(x, y, 4.5, 0, 7);
    ctx.fillStyle = page.palette.white;
    ctx.fill();
    ctx.stroke();
  }
  if (!map.getContainer().matches(':focus-visible')) return;
  const [x, y] = pixel(view, { lon: map.getCenter().lng, lat: map.getCenter().lat });
  ctx.beginPath();
  ctx.moveTo(x - 9, y);
  ctx.lineTo(x + 9, y);
  ctx.moveTo(x, y - 9);
  ctx.lineTo(x, y + 9);
  ctx.lineWidth = 1.4;
  ctx.strokeStyle = page.palette.ink;
  ctx.stroke();
}

export function addMeasured(latlng) {
  measure.places.push([latlng.lng, latlng.lat]);
  showMeasure();
}

export function showMeasure() {
  const box = byId('cc-ruler'),
    act = (key, onclick) => h('button', { type: 'button', class: 'cc-button', onclick }, say(key));
  box.hidden = !measure.on;
  byId('cc-measure').setAttribute('aria-pressed', String(measure.on));
  map.getContainer().classList.toggle('cc-armed', measure.on);
  map.doubleClickZoom[measure.on ? 'disable' : 'enable']();
  redraw('measure');
  if (!measure.on) return;
  const n = measure.places.length;
  replaceChildren(
    box,
    h(
      'p',
      { 'aria-live': 'polite' },
      n < 2
        ? say('page_measure_hint')
        : [
            h('strong', {}, ruled(measuredMetres())),
            n > 2 ? h('span', {}, say('page_measure_area', { area: squareMetres(measuredArea()) })) : null,
          ],
    ),
    n
      ? [
          act('page_measure_undo', () => {
            measure.places.pop();
            showMeasure();
          }),
          act('page_measure_clear', () => {
            measure.places = [];
            showMeasure();
          }),
        ]
      : null,
    act('page_measure_done', () => {
      toggleMeasure();
      byId('cc-measure').focus();
    }),
  );
}

export function toggleMeasure() {
  measure.on = !measure.on;
  measure.places = [];
  if (measure.on) {
    arm(false);
    closeWhy();
    showMap();
  }
  showMeasure();
}

/** With the map in focus: Enter or space sets a place at its middle, backspace takes the last away. */
export function measureKey(event) {
  if (!measure.on) return;
  if (event.key === 'Enter' || event.key === ' ') addMeasured(map.getCenter());
  else if (event.key === 'Backspace') {
    measure.places.pop();
    showMeasure();
  } else return;
  event.preventDefault();
}
