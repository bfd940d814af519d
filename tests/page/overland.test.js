// Reach over ground and roads against minutes computed by hand, and against a search made anew after every change.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Buckets } from '../../coverage/carecircle/outputs/map/page/src/model/buckets.js';
import { factor } from '../../coverage/carecircle/outputs/map/page/src/model/cells.js';
import { liveQuery, searched } from '../../coverage/carecircle/outputs/map/page/src/model/live.js';
import { Overland } from '../../coverage/carecircle/outputs/map/page/src/model/overland.js';
import { Reach } from '../../coverage/carecircle/outputs/map/page/src/model/reach.js';
import { ground } from '../../coverage/carecircle/outputs/map/page/src/model/ways.js';
import { addSite, removeSite, resetScenario, toggleFacility } from '../../coverage/carecircle/outputs/map/page/src/model/scenario.js';
import { draws, openWorld } from './world.js';

const SIZE = 50,
  SLOW = Math.fround(0.9); // seconds a metre: 4 km/h

/** People and facilities at rows and columns; cells of 50 m whose corner lies at (0, rows * 50). */
function lay({ rows = 12, columns = 12, slow = () => SLOW, height = null, people, facilities, streets = [], nodes = 0, direction, ...more }) {
  const at = (/** @type {number[][]} */ spots) => spots.map(([row, col]) => ({ row, col, street: -1, position: 0, metres: 0 })),
    cells = Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns]);
  openWorld({
    nodes,
    streets,
    people: at(people).map((p) => ({ ...p, residents: 1 })),
    facilities: at(facilities).map((p, i) => ({ ...p, id: `f${i}` })),
    direction,
    terrain: {
      rows, columns, left: 0, wide: SIZE, top: rows * SIZE, high: -SIZE, degrees: false, moves: 16, most: 120,
      slow: cells.map(([r, c]) => slow(r, c)), heights: height && cells.map(([r, c]) => height(r, c)),
      law: height ? 1 : 0, once: false, walked: true, ...more,
    },
  });
  resetScenario();
}

function open(world) {
  lay(world);
  return liveQuery(0);
}

const near = (found, wanted) => assert.ok(Math.abs(found - wanted) < 1e-6, `${found}, not ${wanted}`);

test('straight, by the knight, and around a wall', () => {
  const flat = open({ people: [[5.5, 2.5], [7.5, 9.5], [5.5, 8.5]], facilities: [[5.5, 8.5]] });
  near(flat.cost[0], (6 * SIZE * SLOW) / 60);
  near(flat.cost[1], (SIZE * Math.sqrt(5) * SLOW) / 60);
  assert.equal(flat.cost[2], 0);
  const wall = open({ people: [[5.5, 2.5]], facilities: [[5.5, 8.5]], slow: (r, c) => (c === 5 ? NaN : SLOW) });
  assert.deepEqual([wall.cost[0], wall.owner[0]], [Infinity, -1]);
});

test('a place on closed ground moves to the nearest open centre, or stands nowhere', () => {
  const live = open({ people: [[5.5, 1.5], [5.5, 4.5]], facilities: [[5.5, 8.5]], slow: (r, c) => (c < 5 ? NaN : SLOW) });
  assert.equal(live.cost[0], Infinity);
  near(live.cost[1], ((SIZE + 3 * SIZE) * SLOW) / 60);
  near(live.way(1).metres, 4 * SIZE); // from where they live, not from where they were moved to
});

test('uphill costs more than downhill, whichever way the search runs', () => {
  const height = (r, c) => 10 * c,
    up = factor(1, 0.2),
    down = factor(1, -0.2);
  for (const [direction, wanted] of [['to_facility', up], ['from_facility', down]])
    near(open({ people: [[5.5, 2.5]], facilities: [[5.5, 8.5]], height, direction }).cost[0], (6 * SIZE * SLOW * wanted) / 60);
  assert.ok(up > down);
});

/** A street along the middle of row 6 that is driven at 1 s a cell, with a piece a cell. */
const street = {
  ends: [0, 1],
  seconds: [12, 12],
  metres: [600, 600],
  line: [[0, 5.5 * SIZE], [600, 5.5 * SIZE]],
  pieces: Array.from({ length: 12 }, (_, c) => [(c + 0.5) / 12, 6, c]),
};

test('on foot to the road, along it, and on foot again; but once', () => {
  const world = { people: [[2.5, 1.5]], facilities: [[6.5, 10.5]], nodes: 2, streets: [street], walked: false, once: true },
    live = open(world);
  near(live.cost[0], (4 * SIZE * SLOW + 9) / 60);
  const { parts, metres } = live.way(0);
  assert.deepEqual(parts.map((p) => p.on), ['ground', 'road', 'ground']);
  near(parts[0].cost, (4 * SIZE * SLOW) / 60);
  near(parts[1].cost, 9 / 60);
  near(metres, 4 * SIZE + 9 * SIZE);
  const wall = (r, c) => (c === 5 || c === 6 ? NaN : SLOW);
  near(open({ ...world, facilities: [[9.5, 10.5]], slow: wall }).cost[0], (4 * SIZE * SLOW + 9 + 3 * SIZE * SLOW) / 60);
  // two roads with ground between them: driving once takes one of them, driving again both
  const half = (from, to, ends) => ({
    ...street, ends, seconds: [to - from, to - from], metres: [(to - from) * SIZE, (to - from) * SIZE],
    line: [[from * SIZE, 5.5 * SIZE], [to * SIZE, 5.5 * SIZE]],
    pieces: Array.from({ length: to - from }, (_, k) => [(k + 0.5) / (to - from), 6, from + k]),
  });
  const apart = { people: [[6.5, 0.5]], facilities: [[6.5, 11.5]], nodes: 4, streets: [half(0, 5, [0, 1]), half(7, 12, [2, 3])], walked: false };
  near(open({ ...apart, once: false }).cost[0], (4 + 3 * SIZE * SLOW + 4) / 60);
  near(open({ ...apart, once: true }).cost[0], (4 + 7 * SIZE * SLOW) / 60);
});

function build([row, col]) {
  const [lon, lat] = ground().inverse(col * SIZE, (12 - row) * SIZE);
  return addSite({ category: 'clinic', lon, lat });
}

for (const once of [true, false])
  test(`changes come to what a search made anew finds (${once ? 'once' : 'again'})`, () => {
    const draw = draws(once ? 5 : 9),
      spots = (n) => Array.from({ length: n }, () => [12 * draw(), 12 * draw()]),
      shut = Array.from({ length: 144 }, () => draw() < 0.15),
      lowest = Array.from({ length: 144 }, () => Math.fround(0.5 + draw())),
      hills = Array.from({ length: 144 }, () => Math.round(20 * draw())),
      world = {
        people: spots(30), facilities: spots(4), nodes: 2, streets: [street], walked: false, once,
        slow: (r, c) => (shut[12 * r + c] ? NaN : lowest[12 * r + c]), height: (r, c) => hills[12 * r + c],
      };
    open(world);
    assert.ok(searched(0));
    const off = new Set(),
      sites = new Map(),
      told = [];
    for (let step = 0; step < 40; step++) {
      const act = Math.floor(4 * draw());
      if (act === 0 && sites.size) {
        const [id] = sites.keys();
        sites.delete(id);
        removeSite(id);
      } else if (act === 1) {
        const i = Math.floor(4 * draw());
        if (!off.delete(i)) off.add(i);
        toggleFacility(i);
      } else {
        const spot = [12 * draw(), 12 * draw()];
        sites.set(build(spot), spot);
      }
      told.push({ off: [...off], sites: [...sites.values()], cost: [...liveQuery(0).cost] });
    }
    told.forEach(({ off: closed, sites: built, cost }, step) => {
      lay(world);
      closed.forEach(toggleFacility);
      built.forEach(build);
      const anew = liveQuery(0).cost;
      cost.forEach((c, i) => assert.ok(c === anew[i] || Math.abs(c - anew[i]) < 1e-9, `${step}: person ${i} ${c}, not ${anew[i]}`));
    });
  });

test('a mode that keeps to the roads is searched on them alone', () => {
  assert.ok(open({ people: [[5.5, 2.5]], facilities: [[5.5, 8.5]] }) instanceof Overland);
  const live = open({ people: [[5.5, 2.5]], facilities: [[5.5, 8.5]], mode: 'drive' });
  assert.ok(live instanceof Reach);
  assert.equal(live.cost[0], Infinity);
});

test('buckets give the least first, to within their width', () => {
  const draw = draws(3),
    queue = new Buckets(0.5),
    waiting = [];
  for (let n = 0; n < 500; n++) {
    waiting.push(100 * draw());
    queue.push(waiting[n], n);
  }
  waiting.sort((a, b) => a - b);
  for (const cost of waiting) {
    queue.pop();
    assert.ok(queue.least < cost + 0.5 && queue.least >= cost - 0.5);
  }
  assert.equal(queue.size, 0);
});
