// A scenario: sites added, moved and switched off. It changes without anything being drawn; who listens is told.

import { page } from './page.js';
import { say } from './say.js';
import { seats, seatsReady } from './seats.js';
import { hasWays } from './ways.js';

export const scenario = {
  sites: [],
  closed: new Set(),
  next: 1,
  kept: [],
  stamp: 0,
};
const listeners = [];

/** Has a listener called after every change: the scenario itself draws nothing. */
export function onChange(listener) {
  listeners.push(listener);
}

function told() {
  scenario.stamp++;
  for (const listener of listeners) listener();
}


export const changed = () => scenario.sites.length > 0 || scenario.closed.size > 0;

// ---- changes ----
function needWays() {
  if (!hasWays()) throw new Error(say(page.whatifOff));
}

const kindOf = ({ kind, category, designations }) =>
  kind !== undefined
    ? kind
    : page.kinds.findIndex(
        (k) => k.category === category && (!designations || String(k.designations) === String(designations)),
      );

/** A coordinate as the exported table writes it, so that the table means the very same place. */
const written = (degrees) => Number(degrees.toFixed(7));

const takenId = (id) => page.facilities.ids.includes(id) || scenario.sites.some((s) => s.id === id);

function freeId() {
  while (takenId(`new-${scenario.next}`)) scenario.next++;
  return `new-${scenario.next}`;
}

export function addSite(wanted) {
  needWays();
  seatsReady();
  const kind = kindOf(wanted);
  if (!page.kinds[kind]) throw new Error(say('page_whatif_kind', { kind: wanted.category }));
  const id = wanted.id || freeId();
  if (takenId(id)) throw new Error(say('page_whatif_taken', { id }));
  const n = scenario.next++,
    site = {
      number: 1e6 + n,
      id,
      kind,
      lon: written(wanted.lon),
      lat: written(wanted.lat),
      name: wanted.name || `${say(page.kinds[kind])} ${n}`,
      places: {},
      version: 0,
    };
  scenario.sites.push(site);
  seats.set(site.number, site);
  told();
  return id;
}

const siteById = (id) => {
  const site = scenario.sites.find((s) => s.id === id);
  if (!site) throw new Error(say('page_whatif_site', { id }));
  return site;
};

export function moveSite(id, x, y) {
  const site = siteById(id);
  Object.assign(site, { lon: written(x), lat: written(y), places: {}, version: site.version + 1 });
  told();
}

export function removeSite(id) {
  const site = siteById(id);
  scenario.sites = scenario.sites.filter((s) => s !== site);
  told();
}

/** Switches an existing facility off, or on again. */
export function toggleFacility(which) {
  needWays();
  seatsReady();
  const index = typeof which === 'number' ? which : page.facilities.ids.indexOf(which);
  if (!seats.has(index) || index < 0) throw new Error(say('page_whatif_site', { id: which }));
  const off = !scenario.closed.has(index);
  scenario.closed[off ? 'add' : 'delete'](index);
  told();
  return !off;
}

export function resetScenario() {
  scenario.sites = [];
  scenario.closed.clear();
  told();
}
