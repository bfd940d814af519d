// Reach over streets against a plain search that knows nothing of it, while facilities close and sites come.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { geodesic, transverseMercator } from '../../coverage/carecircle/outputs/map/page/src/model/earth.js';
import { liveQuery } from '../../coverage/carecircle/outputs/map/page/src/model/live.js';
import { Reach } from '../../coverage/carecircle/outputs/map/page/src/model/reach.js';
import { addSite, removeSite, resetScenario, scenario, toggleFacility } from '../../coverage/carecircle/outputs/map/page/src/model/scenario.js';
import { placeOf, seats } from '../../coverage/carecircle/outputs/map/page/src/model/seats.js';
import { ground } from '../../coverage/carecircle/outputs/map/page/src/model/ways.js';
import { draws, openWorld, PROJECTION } from './world.js';

let met = 0;

/** Streets between random corners, some one way, some closed; people and facilities anywhere on them. */
function town(seed, metric, direction) {
  const draw = draws(seed),
    nodes = 12,
    at = Array.from({ length: nodes }, () => [draw() * 4000, draw() * 4000]),
    any = (n) => Math.floor(draw() * n);
  const streets = Array.from({ length: 22 }, () => {
    const u = any(nodes),
      v = any(nodes),
      one = draw(),
      cost = (k) => (one < 0.25 && k === 1 ? Infinity : one > 0.95 ? Infinity : Math.fround(30 + draw() * 300));
    return { ends: [u, v], seconds: [cost(0), cost(1)], metres: [cost(0), cost(1)], line: [at[u], at[v]] };
  });
  const to = transverseMercator(PROJECTION),
    fine = (v) => Math.round(v * 1e9) / 1e9;
  const place = () => {
    const [lon, lat] = to.inverse(draw() * 4000, draw() * 4000);
    return {
      street: any(streets.length),
      position: draw() < 0.2 ? any(2) : any(5) / 4 || draw(),
      metres: any(draw() < 0.5 ? 90 : 500),
      lon: fine(lon),
      lat: fine(lat),
    };
  };
  const people = Array.from({ length: 40 }, () => ({ ...place(), residents: 1 }));
  people[0].street = -1;
  const facilities = Array.from({ length: 5 }, (_, i) => ({ ...place(), id: `f${i}` }));
  return { nodes, streets, people, facilities, metric, direction };
}

/** Metres between two off the road where that is less than their legs; else Infinity. */
function between(a, b) {
  const away = Math.round(geodesic(a.lon, a.lat, b.lon, b.lat) * 1000) / 1000;
  return a.street >= 0 && b.street >= 0 && away < a.metres + b.metres ? away : Infinity;
}

/** The least cost of each person to any place that serves: every place a node of its own, edges relaxed till none gives. */
function plainly({ nodes, streets, people, metric, direction }, serving) {
  const edges = [],
    stops = [...people, ...serving],
    perMetre = metric === 'minutes' ? 3.6 / 4 : 1;
  const node = (k) => nodes + k;
  streets.forEach((street, s) => {
    const cost = metric === 'minutes' ? street.seconds : street.metres,
      on = stops.map((p, k) => [p.position, node(k), p.street]).filter((p) => p[2] === s),
      chain = [[0, street.ends[0]], ...on.sort((a, b) => a[0] - b[0]), [1, street.ends[1]]];
    for (let k = 1; k < chain.length; k++) {
      const share = chain[k][0] - chain[k - 1][0];
      if (cost[0] < Infinity) edges.push([chain[k - 1][1], chain[k][1], cost[0] * share]);
      if (cost[1] < Infinity) edges.push([chain[k][1], chain[k - 1][1], cost[1] * share]);
      const corner = chain[k][0] % 1 === 0; // a place at a corner is the corner, whatever the street
      if (share === 0 && (corner || Math.min(...cost) < Infinity))
        edges.push([chain[k - 1][1], chain[k][1], 0], [chain[k][1], chain[k - 1][1], 0]);
    }
  });
  const least = new Float64Array(nodes + stops.length).fill(Infinity);
  serving.forEach((p, k) => {
    if (p.street >= 0) least[node(people.length + k)] = p.metres * perMetre;
  });
  for (let again = true; again; ) {
    again = false;
    for (const [from, to, cost] of edges) {
      const [a, b] = direction === 'to_facility' ? [to, from] : [from, to];
      if (least[a] + cost < least[b]) {
        least[b] = least[a] + cost;
        again = true;
      }
    }
  }
  return people.map((p, k) => {
    const road = p.street < 0 ? Infinity : least[node(k)] + p.metres * perMetre,
      straight = Math.min(Infinity, ...serving.map((s) => between(p, s) * perMetre));
    if (straight < road) met++;
    return Math.min(road, straight) / (metric === 'minutes' ? 60 : 1);
  });
}

const serving = () => [...[0, 1, 2, 3, 4].filter((i) => !scenario.closed.has(i)).map((i) => seats.get(i)), ...scenario.sites];

function same(world, step) {
  const live = liveQuery(0),
    stands = (seat) => (seat.index === undefined ? seat : world.facilities[seat.index]),
    wanted = plainly(
      world,
      serving().map((seat) => ({ ...placeOf(seat, 'walk'), lon: stands(seat).lon, lat: stands(seat).lat })),
    );
  wanted.forEach((cost, i) => {
    const found = live.cost[i];
    assert.ok(found === cost || Math.abs(found - cost) < 1e-9 * Math.max(1, cost), `${step}: person ${i} ${found}, not ${cost}`);
    assert.equal(live.owner[i] < 0, cost === Infinity, `${step}: person ${i}`);
  });
}

for (const metric of ['minutes', 'road_m'])
  for (const direction of ['to_facility', 'from_facility'])
    test(`${metric} ${direction}`, () => {
      for (let seed = 1; seed <= 25; seed++) {
        const world = town(seed, metric, direction),
          draw = draws(seed + 1000);
        openWorld(world);
        resetScenario();
        same(world, 'as it is');
        for (let k = 0; k < 12; k++) {
          if (draw() < 0.5) toggleFacility(Math.floor(draw() * 5));
          else if (scenario.sites.length && draw() < 0.3) removeSite(scenario.sites[0].id);
          else {
            const [lon, lat] = ground().inverse(draw() * 4000, draw() * 4000);
            addSite({ kind: 0, lon, lat });
          }
          same(world, `seed ${seed}, move ${k}`);
        }
      }
      assert.ok(met > 200, `${met} met off the road`);
      met = 0;
    });

test('two at one spot off the road are no way apart, and the way is drawn straight', () => {
  const street = { ends: [0, 1], seconds: [60, 60], metres: [100, 100], line: [[0, 0], [100, 0]] },
    spot = { street: 0, position: 0.5, metres: 300, lon: 104.001, lat: 0.003 };
  openWorld({
    nodes: 2,
    streets: [street],
    people: [{ ...spot, residents: 1 }, { ...spot, lat: 0.0031, residents: 1 }],
    facilities: [{ ...spot, id: 'f' }],
  });
  resetScenario();
  const live = liveQuery(0);
  assert.equal(live.cost[0], 0);
  const way = live.way(1);
  assert.equal(way.cost, live.cost[1]);
  assert.equal(way.metres, 11.057);
  assert.equal(way.places.length, 2);
  toggleFacility(0);
  assert.equal(liveQuery(0).cost[0], Infinity);
  toggleFacility(0);
  assert.equal(liveQuery(0).cost[0], 0);
});

test('at equal cost the smaller id serves, by code points', () => {
  const street = { ends: [0, 1], seconds: [60, 60], metres: [100, 100], line: [[0, 0], [100, 0]] };
  openWorld({
    nodes: 2,
    streets: [street],
    people: [{ street: 0, position: 0.5, metres: 0, residents: 1 }],
    facilities: ['f2', 'f10'].map((id, k) => ({ id, street: 0, position: k, metres: 0 })),
  });
  resetScenario();
  const live = liveQuery(0);
  assert.equal(seats.get(live.owner[0]).id, 'f10');
  assert.equal(live.cost[0], 0.5);
});

test('a query answers nobody without a seat', () => {
  const world = town(4, 'minutes', 'to_facility');
  openWorld({ ...world, facilities: [] });
  resetScenario();
  assert.ok(liveQuery(0) instanceof Reach);
  assert.ok(liveQuery(0).cost.every((c) => c === Infinity));
});
