// Distances and coordinates against published figures, and sums against whole numbers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExactSum, exactSum, geodesic, transverseMercator, WGS84 } from '../../coverage/carecircle/outputs/map/page/src/model/earth.js';
import { draws } from './world.js';

const near = (found, wanted, within) => assert.ok(Math.abs(found - wanted) <= within, `${found} is not ${wanted}`);

test('geodesics that are known', () => {
  near(geodesic(0, 0, 1, 0), (6378137 * Math.PI) / 180, 1e-7); // along the equator: a circle
  near(geodesic(0, 0, 0, 90), 10001965.729312725, 1e-6); // a quarter of the meridian
  near(geodesic(-73.8, 40.6, -0.5, 51.6), 5551759.400318679, 1e-6); // C. Karney's example, New York to London
  assert.equal(geodesic(104, 31, 104, 31), 0);
});

test('there is as far as back', () => {
  const draw = draws(3);
  for (let k = 0; k < 200; k++) {
    const place = [100 + draw(), 30 + draw(), 100 + draw(), 30 + draw()];
    near(geodesic(...place), geodesic(place[2], place[3], place[0], place[1]), 1e-8);
  }
});

test('a place of UTM zone 48 north, there and back', () => {
  const utm = transverseMercator({ ...WGS84, lon0: 105, k0: 0.9996, x0: 500000, y0: 0 }),
    [x, y] = utm.forward(104.5, 31.2);
  near(x, 452366.6000296848, 1e-6);
  near(y, 3451874.9694919684, 1e-6);
  const [lon, lat] = utm.inverse(x, y);
  near(lon, 104.5, 1e-13);
  near(lat, 31.2, 1e-13);
});

test('a sum is exactly rounded', () => {
  assert.equal(exactSum([1e16, 1, -1e16]), 1);
  assert.equal(exactSum(Array(10).fill(0.1)), 1);
  const draw = draws(11);
  for (let k = 0; k < 50; k++) {
    const whole = Array.from({ length: 40 }, () => BigInt(Math.floor(draw() * 2 ** 53)) * 2n ** BigInt(Math.floor(draw() * 40)));
    assert.equal(exactSum(whole.map(Number)), Number(whole.reduce((a, b) => a + b, 0n)));
  }
});

test('what is taken away leaves no trace', () => {
  const sum = new ExactSum();
  for (const x of [0.1, 1e15, 0.7]) sum.add(x);
  for (const x of [-1e15, -0.1]) sum.add(x);
  assert.equal(sum.value(), 0.7);
});
