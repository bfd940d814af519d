// Trials kept on this computer, so that a page opened again goes on where it was left; never required.

import { page } from './page.js';
import { addSite, resetScenario, scenario, toggleFacility } from './scenario.js';

const key = () => `carecircle ${page.study.name} ${page.study.hash}`;

/** The browser's storage; null where it keeps nothing (a file opened under strict settings). */
function storage() {
  try {
    const store = globalThis.localStorage;
    store.setItem('carecircle probe', '1');
    store.removeItem('carecircle probe');
    return store;
  } catch {
    return null;
  }
}

export const remembers = () => storage() !== null;

/** Keeps the scenario being tried and those kept by name; with nothing to keep the place is left empty. */
export function remember() {
  const store = storage(),
    sites = scenario.sites.map(({ id, kind, lon, lat, name }) => ({ id, category: page.kinds[kind].category, designations: page.kinds[kind].designations, lon, lat, name })),
    closed = [...scenario.closed].map((i) => page.facilities.ids[i]);
  if (!store) return;
  try {
    if (sites.length || closed.length || scenario.kept.length) store.setItem(key(), JSON.stringify({ sites, closed, kept: scenario.kept }));
    else store.removeItem(key());
  } catch {
    // full or forbidden: the trial goes on without being kept
  }
}

/** Brings back what was kept; how many changes came back. What no longer fits this page is left out. */
export function recall() {
  const store = storage();
  let held = null;
  try {
    held = store && JSON.parse(store.getItem(key()) || 'null');
  } catch {
    return 0;
  }
  if (!held) return 0;
  scenario.kept = Array.isArray(held.kept) ? held.kept : [];
  for (const [list, bring] of [[held.sites, addSite], [held.closed, toggleFacility]])
    for (const one of Array.isArray(list) ? list : [])
      try {
        bring(one);
      } catch {
        // a facility or a kind that this page does not know
      }
  return scenario.sites.length + scenario.closed.size;
}

/** Takes everything back, here and on this computer. */
export function forget() {
  scenario.kept = [];
  resetScenario();
  remember();
}
