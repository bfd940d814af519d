// Why here? What the analysis knows about the place under the pointer.

import { queryServedBy } from '../model/chain.js';
import { explain, wayNumber } from '../model/explain.js';
import { COVERED, demand, facilities, OUTSIDE, seatPlace } from '../model/facts.js';
import { liveQuery, searched } from '../model/live.js';
import { latOf, lonOf } from '../model/mercator.js';
import { page } from '../model/page.js';
import { measured, metres, people, say } from '../model/say.js';
import { addSite, scenario, toggleFacility } from '../model/scenario.js';
import { codesOf, ownersOf } from '../model/sides.js';
import { hasWays } from '../model/ways.js';
import { chainDrawn, chainLine } from './chain.js';
import { byId, h, replaceChildren } from './elements.js';
import { wayInWords } from './overland.js';
import { badge } from './panel.js';
import { flyToBox } from './flight.js';
import { arm } from './markers.js';
import { cardHead, makeWay, uncover } from './sheets.js';
import { redraw } from './stack.js';
import { map } from './stage.js';
import { asked, clauseNow, state } from './state.js';
import { areaAt, levelSeen } from './hover.js';
import { buildHere, kindFor, openVillage } from './village.js';
import { costsAlong } from './wayline.js';
import { showWhatIf } from './whatif.js';

const WHY_REACH = 600; // metres around a click within which the nearest residents answer

export function facilityAt(point) {
  const f = facilities(),
    chosen = asked(clauseNow());
  let best = -1,
    least = 13;
  const consider = (i) => {
    if (!f.placed[i]) return;
    const p = map.latLngToContainerPoint([latOf(f.y[i]), lonOf(f.x[i])]),
      away = Math.hypot(p.x - point.x, p.y - point.y);
    if (away < least) {
      least = away;
      best = i;
    }
  };
  if (state.on.asked) chosen.forEach(consider);
  if (best < 0 && state.on.others) for (let i = 0; i < f.n; i++) if (!chosen.has(i)) consider(i);
  return best;
}

function whyPlace(found, here, waiting) {
  const parents = [];
  const d = demand();
  for (let a = d.area[found.index], hops = 0; a >= 0 && hops < 8; a = page.areas.parent[a], hops++)
    if (page.areas.level[a] > 0) parents.unshift(a);
  const selected = clauseNow() ? clauseNow().rule : null;
  const list = [...found.clauses].sort((a, b) => Number(b.rule === selected) - Number(a.rule === selected));
  return [
    h(
      'h2',
      {},
      parents.map((a, k) => [k ? ' · ' : '', h('button', { type: 'button', class: 'cc-area', title: say('page_village_open'), onclick: () => openVillage(a) }, page.areas.names[a])]),
      parents.length ? null : say('page_why_here'),
    ),
    h(
      'p',
      { class: 'cc-small' },
      say('page_why_residents', {
        n: found.residents > 0 && found.residents < 1 ? '<1' : people(found.residents),
        away: metres(here),
      }),
    ),
    waiting ? h('p', { class: 'cc-small', role: 'status' }, say('page_why_waiting')) : null,
    hasWays() && kindFor(clauseNow()) >= 0
      ? h(
          'button',
          { type: 'button', class: 'cc-button', 'data-cc': 'build', onclick: () => buildHere(clauseNow(), found.lon, found.lat) },
          say('page_why_build', { kind: say(page.kinds[kindFor(clauseNow())]) }),
        )
      : null,
    h('ul', { class: 'cc-why-list' }, list.filter((c) => c.status !== 'outside' || c.rule === selected).map(whyClause)),
  ];
}

function whyClause(c) {
  const clause = page.clauses.find((p) => p.rule === c.rule);
  if (c.status === 'outside')
    return h(
      'li',
      { class: 'cc-now' },
      badge('NO_THRESHOLD'),
      h('div', {}, h('b', {}, say(clause.title), h('small', {}, c.rule)), h('span', {}, say('page_why_outside'))),
    );
  const good = c.status === 'covered',
    unsure = c.status === 'no_data' || c.status === 'unsnapped';
  const shown = c.cost === null ? null : measured(c.cost, c.unit);
  const over =
    c.over === null
      ? null
      : c.over > 0
        ? say('page_over', { by: measured(c.over, c.unit) })
        : say('page_within');
  return h(
    'li',
    { class: c.rule === (clauseNow() || {}).rule ? 'cc-now' : null },
    badge(good ? 'PASS' : unsure ? 'NOT_ASSESSED' : 'FAIL'),
    h(
      'div',
      {},
      h('b', {}, say(clause.title), h('small', {}, c.rule)),
      h(
        'span',
        {},
        c.facility ? `${c.facility.name}　` : '',
        shown ? h('strong', {}, shown) : null,
        over ? `　${over}` : '',
      ),
      chainLine(c),
      c.way && !c.stages
        ? h(
            'span',
            { class: 'cc-small' },
            c.facility && c.way.seat.number !== c.facility.index
              ? say('page_way_to', { name: c.way.seat.name })
              : '',
            say(c.way.parts ? 'page_way_over' : 'page_way', {
              road: metres(c.way.metres),
              straight: c.straight_m === null ? '—' : metres(c.straight_m),
              snap: c.snap_m === null ? '' : metres(c.snap_m),
            }),
          )
        : null,
      c.way ? wayInWords(c.way, c.way_unit) : null,
      c.cost === null ? h('span', {}, say(`page_reach_${c.reach || c.status}`)) : null,
      c.paper_only
        ? h(
            'span',
            { class: 'cc-paper' },
            c.road_m === null
              ? say('page_paper_here_none')
              : say('page_paper_here', { road: metres(c.road_m) }),
          )
        : null,
    ),
  );
}

export function whyFacility(i) {
  const f = page.facilities,
    clause = clauseNow(),
    lines = [];
  const category = page.categories[f.category[i]];
  if (clause && clause.people && clause.query !== null && clause.asked.includes(i)) {
    const query = queryServedBy(clause, i),
      codes = codesOf(clause),
      owners = ownersOf(query),
      d = demand();
    let served = 0,
      within = 0;
    for (let k = 0; k < d.n; k++)
      if (codes[k] !== OUTSIDE && owners[k] === i) {
        served += d.residents[k];
        if (codes[k] === COVERED) within += d.residents[k];
      }
    lines.push(say('page_catchment', { n: people(served), within: people(within) }));
  }
  return [
    h('h2', {}, f.names[i]),
    h('p', {}, [say(category), ...f.roles[i]].join(' · ')),
    h(
      'p',
      { class: 'cc-small' },
      say(`page_status_${f.status[i]}`),
      f.inside[i] ? '' : ` · ${say('page_beyond_border')}`,
    ),
    lines.map((l) => h('p', {}, l)),
    hasWays() && page.queries.some((q) => q.serving.includes(i))
      ? h(
          'button',
          {
            type: 'button',
            class: 'cc-button',
            onclick: () => {
              toggleFacility(i);
              closeWhy();
              state.trying = true;
              showWhatIf();
            },
          },
          say(scenario.closed.has(i) ? 'page_whatif_on' : 'page_whatif_off'),
        )
      : null,
  ];
}

export function closeWhy() {
  const box = byId('cc-why');
  box.hidden = true;
  if (state.way) {
    state.way = null;
    redraw('way');
  }
}

export function openWhy(...content) {
  const box = byId('cc-why');
  if (box.hidden) makeWay();
  replaceChildren(
    box,
    cardHead(() => {
      closeWhy();
      map.getContainer().focus();
    }),
    content,
  );
  box.hidden = false;
}

/** Enter on the map asks (or, while a site is to be added, builds) at the cross in its middle. */
export function askByKey(event) {
  if (event.key === 'Enter' && event.target === map.getContainer()) askWhy(map.getCenter());
}

export function askWhy(latlng) {
  if (state.armed) {
    addSite({ kind: Number(byId('cc-kind').value), lon: latlng.lng, lat: latlng.lat });
    arm(false); // the next click asks again
    uncover(latlng.lat, latlng.lng);
    return;
  }
  const point = map.latLngToContainerPoint(latlng),
    facility = facilityAt(point);
  if (facility >= 0) {
    state.way = null;
    redraw('way');
    openWhy(whyFacility(facility));
    uncover(latlng.lat, latlng.lng);
    return;
  }
  const clause = clauseNow(),
    number = clause && clause.people ? wayNumber(clause) : null,
    waiting = hasWays() && number !== null && !searched(number);
  const found = explain(latlng.lng, latlng.lat, clause && !waiting ? [clause.rule] : []),
    reach = Math.max(WHY_REACH, 24 * metresPerPixel());
  if (!found || found.metres > reach) {
    state.way = null;
    redraw('way');
    const level = levelSeen(),
      a = level ? areaAt(latlng, level.index) : -1;
    if (a >= 0) openVillage(a);
    else openWhy(h('h2', {}, say('page_why_here')), h('p', {}, say('page_why_nobody')));
    return;
  }
  showWay(found);
  openWhy(whyPlace(found, found.metres, waiting));
  if (state.way.length > 1) showWhole(state.way);
  else uncover(found.lat, found.lon);
  if (waiting) whenSearched(number, latlng);
}

/** House, way and facility in view. */
function showWhole(line) {
  const xs = line.map((p) => p[0]),
    ys = line.map((p) => p[1]),
    box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  flyToBox(box, { closest: 16 });
}

/** Searches the ground once the card stands, and asks again unless the reader has gone on. */
function whenSearched(number, latlng) {
  const title = byId('cc-why').querySelector('h2');
  window.setTimeout(() => {
    if (!title.isConnected) return;
    liveQuery(number);
    askWhy(latlng);
  }, 60);
}

const metresPerPixel = () =>
  (40075016.7 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / map.options.crs.scale(map.getZoom());

/** Draws the way between the residents and the facility of the clause shown: along the roads, else straight. */
function showWay(found) {
  const clause = clauseNow(),
    mine = clause && found.clauses.find((c) => c.rule === clause.rule && c.status !== 'outside'),
    d = demand(),
    home = [d.x[found.index], d.y[found.index]];
  const goal = mine && mine.facility ? seatPlace(mine.facility.index) : null;
  state.chain = chainDrawn(mine, found.index);
  state.straight = goal && page.queries[clause.query].metric === 'straight_m' ? [home, goal] : null;
  state.way =
    mine && mine.way
      ? [home, ...mine.way.places, seatPlace(mine.way.seat.number)]
      : state.straight || (goal ? [home, goal] : [home]);
  state.along = goal ? alongOf(clause, mine) : null;
  redraw('way');
}

/** What is told along the way of the clause shown: minutes or metres at each of its places, against the limit. */
function alongOf(clause, mine) {
  const query = page.queries[wayNumber(clause)],
    limit = wayNumber(clause) === clause.query ? clause.limitQuery : clause.limitRoad;
  return {
    costs: costsAlong(mine.way),
    limit,
    unit: query.unit,
    outwards: query.direction === 'from_facility',
    bad: mine.status !== 'covered',
  };
}
