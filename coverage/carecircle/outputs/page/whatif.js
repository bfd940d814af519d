// What if? The card, the markers to drag, the table to export.

/** What every clause about reach comes to under the scenario. */
function verdictsNow() {
  return page.clauses
    .filter(aboutReach)
    .map((clause) => {
      const live = liveClause(clause);
      return {
        rule: clause.rule,
        outcome: live.outcome,
        before: clause.outcome,
        observed: live.observed,
        margin: live.margin,
        residents_affected: live.affected,
        newly_covered: live.gained,
        lost: live.lost,
        ledger: live.ledger,
      };
    });
}

/** A clause's costs (minutes or metres; by road for a radius if asked) and facility ids by demand row. */
function reachedNow(rule, road) {
  const clause = page.clauses.find((c) => c.rule === rule),
    { cost, owner } = liveQuery(road ? clause.road : clause.query);
  return { cost: [...cost].map(finite), facility: [...owner].map((o) => (o < 0 ? null : seats.get(o).id)) };
}

/** The scenario as a table of sites: what `carecircle run --with` and `carecircle site` take. */
function scenarioTable() {
  const quoted = (v) => (/[",\n]/.test(v) ? `"${String(v).replace(/"/g, '""')}"` : String(v)),
    f = page.facilities;
  const rows = scenario.sites.map((s) => [
    s.id,
    s.name,
    page.kinds[s.kind].category,
    page.kinds[s.kind].designations.join('；'),
    'open',
    s.lon.toFixed(7),
    s.lat.toFixed(7),
  ]);
  scenario.closed.forEach((i) => {
    const [lon, lat] = facilityLonLat(i);
    rows.push([
      f.ids[i],
      f.names[i],
      page.categories[f.category[i]].id,
      f.roles[i].join('；'),
      'closed',
      lon.toFixed(7),
      lat.toFixed(7),
    ]);
  });
  return (
    [
      'facility_id,name,category,designations,status,lon,lat',
      ...rows.map((row) => row.map(quoted).join(',')),
    ].join('\r\n') + '\r\n'
  );
}

// ---- the card ----
const holds = (kept) =>
  JSON.stringify([kept.sites.map(({ id, kind, lon, lat }) => [id, kind, lon, lat]), kept.closed]) ===
  JSON.stringify([scenario.sites.map(({ id, kind, lon, lat }) => [id, kind, lon, lat]), [...scenario.closed]]);

/** The table's file name: the study's, and the scenario's where it is kept under one. */
function tableName() {
  const kept = scenario.kept.find(holds);
  return `${page.study.name}-${kept ? kept.name.replace(/[\\/:*?"<>|\s]+/g, '_') : 'sites'}.csv`;
}

function download() {
  const link = h('a', {
    href: URL.createObjectURL(new Blob(['\ufeff', scenarioTable()], { type: 'text/csv' })),
    download: tableName(),
  });
  document.body.append(link);
  link.click();
  link.remove();
}

function showMarkers() {
  const now = new Set(scenario.sites.map((s) => s.id));
  scenario.markers.forEach((marker, id) => {
    if (!now.has(id)) {
      marker.remove();
      scenario.markers.delete(id);
    }
  });
  for (const site of scenario.sites) {
    if (scenario.markers.has(site.id)) {
      if (!scenario.dragging) scenario.markers.get(site.id).setLatLng([site.lat, site.lon]);
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
      scenario.dragging = true;
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
      scenario.dragging = false;
      const at = marker.getLatLng();
      moveSite(site.id, at.lng, at.lat);
    });
    marker.on('keydown', ({ originalEvent: event }) => nudge(site, event));
    scenario.markers.set(site.id, marker);
  }
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

function arm(on) {
  scenario.armed = on;
  map.getContainer().classList.toggle('cc-armed', on);
  const button = document.getElementById('cc-arm');
  if (button) button.setAttribute('aria-pressed', String(on));
}

function comparison(clause) {
  const live = changed() ? liveClause(clause) : null,
    shown = (share, observed) =>
      share === null || share === undefined ? say(clause.observed) : percent(share);
  if (!live) return h('p', { class: 'cc-small' }, say('page_whatif_nothing'));
  const delta = (key, n, css) => h('span', { class: css }, say(key, { n: people(n) }));
  return [
    h(
      'div',
      { class: 'cc-before-after' },
      h('span', {}, badge(clause.outcome), shown(clause.share)),
      h('b', { 'aria-hidden': 'true' }, '→'),
      h(
        'strong',
        {},
        badge(live.outcome),
        shownResult(clause, live),
      ),
    ),
    h(
      'p',
      { class: 'cc-delta' },
      delta('page_whatif_gained', live.gained, 'cc-gain'),
      delta('page_whatif_lost', live.lost, 'cc-loss'),
      delta('page_whatif_left', live.affected, ''),
    ),
  ];
}

/** Other clauses that the scenario turns or moves. */
function sideEffects(clause) {
  if (!changed()) return null;
  const rows = page.clauses
    .filter((c) => c !== clause && c.people && c.query !== null)
    .map((c) => [c, liveClause(c)])
    .filter(([c, live]) => live.gained > 0 || live.lost > 0 || live.outcome !== c.outcome);
  return rows.length
    ? h(
        'ul',
        { class: 'cc-side' },
        rows.map(([c, live]) =>
          h(
            'li',
            {},
            badge(live.outcome),
            h('span', {}, `${c.rule} ${say(c.title)}`),
            h(
              'b',
              {},
              live.gained - live.lost >= 0
                ? `+${people(live.gained - live.lost)}`
                : `−${people(live.lost - live.gained)}`,
            ),
          ),
        ),
      )
    : null;
}

/** The card's frame; what a change alters stands in its second half, so that focus and menus stay. */
function showWhatIf() {
  const box = document.getElementById('cc-whatif');
  document.getElementById('cc-try').hidden = !page.kinds.length || !page.demand;
  document.getElementById('cc-try').setAttribute('aria-expanded', String(scenario.open));
  box.hidden = !scenario.open;
  showCompare();
  if (!scenario.open) return;
  const close = () => {
    scenario.open = false;
    arm(false);
    showWhatIf();
    document.getElementById('cc-try').focus();
  };
  const cross = cardHead(close);
  if (!hasWays()) {
    replaceChildren(box, cross, h('h2', {}, say('page_whatif')), h('p', {}, say(page.whatifOff)));
    return;
  }
  const clause = clauseNow(),
    held = box.querySelector('select'),
    wanted = held
      ? Number(held.value)
      : Math.max(
          0,
          page.kinds.findIndex((k) => clause && k.serves.includes(clause.query)),
        );
  replaceChildren(
    box,
    cross,
    h('h2', {}, say('page_whatif')),
    h('p', { class: 'cc-small' }, say('page_whatif_hint')),
    h(
      'div',
      { class: 'cc-arm-row' },
      h(
        'select',
        { id: 'cc-kind', 'aria-label': say('page_whatif_kinds') },
        page.kinds.map((k, i) => h('option', { value: i, selected: i === wanted }, say(k))),
      ),
      h(
        'button',
        {
          type: 'button',
          id: 'cc-arm',
          class: 'cc-button',
          'aria-pressed': String(scenario.armed),
          onclick: (event) => {
            arm(!scenario.armed);
            if (scenario.armed && event.detail === 0) map.getContainer().focus();
          },
        },
        say('page_whatif_add'),
      ),
    ),
    h('div', { id: 'cc-trial' }),
  );
  showTrial(true);
  window.setTimeout(warmUp, 0);
}

/** What the scenario holds and what it comes to; ``whole`` with what it does to the other clauses. */
function showTrial(whole) {
  const box = document.getElementById('cc-trial'),
    clause = clauseNow();
  if (!scenario.open || !box) return;
  const item = (text, undo) =>
    h(
      'li',
      {},
      h('span', {}, text),
      h('button', { type: 'button', 'aria-label': say('page_whatif_undo', { name: text }), onclick: undo }, '×'),
    );
  const other = whole ? sideEffects(clause) : box.querySelector('.cc-side'),
    row = changed() ? box.querySelector('.cc-keep') || keepRow() : null; // a name being typed stays
  replaceChildren(
    box,
    changed()
      ? h(
          'ul',
          { class: 'cc-changes' },
          scenario.sites.map((s) => item(`＋ ${s.name}`, () => removeSite(s.id))),
          [...scenario.closed].map((i) => item(`− ${page.facilities.names[i]}`, () => toggleFacility(i))),
        )
      : null,
    clause
      ? h(
          'section',
          { 'aria-live': 'polite' },
          h('h3', {}, `${clause.rule} ${say(clause.title)}`),
          aboutReach(clause)
            ? comparison(clause)
            : h('p', { class: 'cc-small' }, say('page_whatif_other')),
        )
      : null,
    other,
    row,
    scenario.kept.length
      ? h(
          'button',
          { type: 'button', class: 'cc-link', onclick: () => openCompare() },
          say('page_whatif_compare', { n: scenario.kept.length }),
        )
      : null,
  );
  if (whole) showCompare();
}

const whatif = {
  add: (site) => addSite(site),
  move: moveSite,
  remove: removeSite,
  toggle: toggleFacility,
  reset: resetScenario,
  verdicts: verdictsNow,
  reached: reachedNow,
  table: scenarioTable,
  keep: keepScenario,
  load: (name) => loadScenario(scenario.kept.find((k) => k.name === name)),
};
