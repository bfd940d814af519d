// Blocks come out as they went in, whichever kind of deflate block they were packed into.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants } from 'node:zlib';
import { inflateNatively, openBlock } from '../../coverage/carecircle/outputs/map/page/src/model/unpack.js';
import { Block, draws } from './world.js';

const WAYS = {
  stored: { level: 0 },
  fixed: { strategy: constants.Z_FIXED },
  dynamic: { level: 9 },
};
const draw = draws(7);
const COLUMNS = [
  [[0, 255, 7, 7, 7], 'u8', false],
  [[0, 65535, 256, 255], 'u16', false],
  [[0, 4294967295, 65536], 'u32', false],
  [[-2147483648, 2147483647, -1, 0], 'i32', false],
  [[100, 90, 95, -7, 1000000], 'i32', true],
  [[0.5, -2, Infinity], 'f32', false],
  [[Math.PI, -1e300, 0], 'f64', false],
  [Array.from({ length: 9000 }, () => Math.floor(draw() * draw() * 90)), 'u16', false],
];

for (const [name, options] of Object.entries(WAYS))
  test(`every type of column, ${name}`, async () => {
    const block = new Block('b'),
      references = COLUMNS.map((column) => block.add(...column)),
      text = block.text(options),
      own = openBlock(text),
      native = openBlock('', await inflateNatively(text));
    references.forEach((reference, k) => {
      assert.deepEqual([...own(reference)], COLUMNS[k][0]);
      assert.deepEqual([...native(reference)], COLUMNS[k][0]);
    });
  });

test('an empty column is empty', () => {
  const block = new Block('b'),
    reference = block.add([], 'f64');
  block.add([1], 'u8');
  assert.equal(openBlock(block.text())(reference).length, 0);
});
