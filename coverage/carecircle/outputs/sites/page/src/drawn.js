// The map: the region and its streets once, the gap and the sites anew; what hovers is said when it is asked for.

import { h } from '../../../map/page/src/view/elements.js';
import { data, people, said, state } from './data.js';

const canvas = L.canvas({ padding: 0.3 }),
  { ink, white, street, bad, gained } = data.palette,
  gap = L.layerGroup(),
  sites = L.layerGroup(),
  tip = (...parts) => h('div', {}, parts.join(' · '));

/** What does not change: the region, its streets, the facilities that stand. */
export function drawGround() {
  L.geoJSON(data.region, {
    interactive: false,
    style: { color: ink, weight: 1.4, fillColor: white, fillOpacity: 0.75 },
  }).addTo(leafletMap);
  L.polyline(data.streets, { renderer: canvas, interactive: false, color: street, weight: 0.8 }).addTo(leafletMap);
  for (const f of data.facilities) {
    L.circleMarker(f.at, { renderer: canvas, radius: 4, color: white, weight: 1, fillColor: ink, fillOpacity: 1 })
      .bindTooltip(() => tip(f.name, said(f.what)))
      .addTo(leafletMap);
  }
  gap.addTo(leafletMap);
  for (const s of data.sites) {
    const icon = L.divIcon({ className: 'cs-rank', html: String(s.rank), iconSize: [26, 26] });
    L.marker(s.at, { icon, keyboard: true, title: s.name })
      .bindTooltip(() => tip(s.name, said(s.what), said('gain').replace('{n}', people(s.gain))))
      .addTo(sites);
  }
}

/** The gap of the chosen rule, before or after; whom a site reaches lies over the rest. */
export function draw() {
  gap.clearLayers();
  const r = data.rules[state.rule],
    largest = Math.max(1, ...r.residents),
    reached = (i) => Number(r.rank[i] > 0),
    order = r.lat
      .map((_, i) => i)
      .sort((a, b) => reached(a) - reached(b) || r.residents[b] - r.residents[a]);
  for (const i of order) {
    const mended = state.when === 'after' && r.rank[i] > 0;
    L.circleMarker([r.lat[i], r.lon[i]], {
      renderer: canvas,
      weight: 0,
      fillOpacity: 0.75,
      fillColor: mended ? gained : bad,
      radius: 1.5 + 6 * Math.sqrt(r.residents[i] / largest),
    })
      .bindTooltip(() =>
        tip(
          `${people(r.residents[i])} ${said('residents')}`,
          mended ? said('by').replace('{rank}', r.rank[i]) : said('uncovered'),
        ),
      )
      .addTo(gap);
  }
  if (state.when === 'after') sites.addTo(leafletMap);
  else sites.remove();
}

/** Shows all residents of the gap and all sites. */
export function fit() {
  const places = data.rules
    .flatMap((r) => r.lat.map((lat, i) => /** @type {[number, number]} */ ([lat, r.lon[i]])))
    .concat(data.sites.map((s) => s.at));
  if (places.length) leafletMap.fitBounds(L.latLngBounds(places).pad(0.08), { animate: false });
}
