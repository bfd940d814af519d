// New sites as markers: dragged, moved by arrows, taken away.

import { moveSite, removeSite, scenario } from '../model/scenario.js';
import { byId } from './elements.js';
import { map } from './stage.js';
import { state } from './state.js';
import { swipe } from './swipe.js';

const markers = new Map();
let dragging = false;

export function showMarkers() {
  const now = new Set(scenario.sites.map((s) => s.id));
  markers.forEach((marker, id) => {
    if (!now.has(id)) {
      marker.remove();
      markers.delete(id);
    }
  });
  for (const site of scenario.sites) {
    if (markers.has(site.id)) {
      if (!dragging) markers.get(site.id).setLatLng([site.lat, site.lon]);
      continue;
    }
    const marker = L.marker([site.lat, site.lon], {
      draggable: true,
      title: site.name,
      alt: site.name,
      icon: L.divIcon({ className: 'cc-site', html: '', iconSize: [26, 26] }),
    }).addTo(map);
    let waiting = false;
    marker.on('dragstart', () => {
      dragging = true;
    });
    marker.on('drag', () => {
      if (waiting) return;
      waiting = true;
      window.requestAnimationFrame(() => {
        waiting = false;
        const at = marker.getLatLng();
        moveSite(site.id, at.lng, at.lat);
      });
    });
    marker.on('dragend', () => {
      dragging = false;
      const at = marker.getLatLng();
      moveSite(site.id, at.lng, at.lat);
    });
    marker.on('keydown', ({ originalEvent: event }) => nudge(site, event));
    markers.set(site.id, marker);
  }
  sideMarkers();
}

/** Arrows move a site by a few pixels, Delete takes it away: what dragging does, from the keyboard. */
function nudge(site, event) {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!step && event.key !== 'Delete') return;
  event.preventDefault();
  event.stopPropagation();
  if (!step) {
    removeSite(site.id);
    map.getContainer().focus();
    return;
  }
  const by = event.shiftKey ? 40 : 10,
    at = map.latLngToContainerPoint([site.lat, site.lon]).add([step[0] * by, step[1] * by]),
    { lat, lng } = map.containerPointToLatLng(at);
  moveSite(site.id, lng, lat);
}

/** Under the slider a trial's sites stand on its side alone. */
export function sideMarkers() {
  const x = swipe.kind === 'trial' ? swipe.at * map.getSize().x : -Infinity;
  for (const marker of markers.values()) {
    const at = map.latLngToContainerPoint(marker.getLatLng());
    marker.getElement().style.visibility = at.x < x ? 'hidden' : '';
  }
}

export function arm(on) {
  state.armed = on;
  map.getContainer().classList.toggle('cc-armed', on);
  const button = byId('cc-arm');
  if (button) button.setAttribute('aria-pressed', String(on));
}
