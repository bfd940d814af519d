// Small worlds for the page's model: a page's data with blocks packed here, independently of Python.

import { deflateRawSync } from 'node:zlib';
import { openPage } from '../../coverage/carecircle/outputs/map/page/src/model/page.js';

const ARRAYS = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
};

/** A block being filled: add(values, type, differences) gives the column's reference. */
export class Block {
  constructor(name) {
    this.name = name;
    this.bytes = [];
  }
  add(values, type, differences = false) {
    const steps = differences ? values.map((v, i) => (i ? v - values[i - 1] : v)) : values,
      typed = ARRAYS[type].from(steps),
      flat = new Uint8Array(typed.buffer),
      wide = typed.BYTES_PER_ELEMENT,
      offset = this.bytes.length;
    for (let plane = 0; plane < wide; plane++)
      for (let i = 0; i < typed.length; i++) this.bytes.push(flat[i * wide + plane]);
    return [offset, values.length, type, differences, this.name];
  }
  text(options = {}) {
    return deflateRawSync(Uint8Array.from(this.bytes), options).toString('base64');
  }
}

/** Flat ground: a transverse Mercator whose middle is the world's origin. */
export const PROJECTION = { a: 6378137, f: 1 / 298.257223563, lon0: 104, k0: 1, x0: 0, y0: 0 };

/**
 * Opens a page of streets, people and facilities, walked at cost.
 * Streets: {ends: [u, v], seconds: [there, back], metres: [there, back], line: [[x, y], ...]}; people: {street, position,
 * metres, residents}; facilities: {id, street, position, metres}; both may have {lon, lat}, 104° E and 0° N or a little
 * more; clause: fields of the one clause; terrain: see `over`.
 */
export function openWorld({ nodes, streets, people, facilities, clause, metric = 'minutes', direction = 'to_facility', terrain = null }) {
  const base = new Block('base'),
    ways = new Block('ways'),
    places = (rows) => ({
      street: ways.add(rows.map((r) => r.street), 'i32'),
      position: ways.add(rows.map((r) => r.position), 'f64'),
      metres: ways.add(rows.map((r) => r.metres), 'f64'),
    }),
    nowhere = (rows) => base.add(rows.map(() => 0), 'i32'),
    points = streets.flatMap((s) => s.line),
    apart = (k) => (k + 1) * 0.05, // degrees: nobody meets anybody off the road who is given no place
    exact = (rows, from) => ({
      x: ways.add(rows.map((r, i) => Math.round(((r.lon ?? 104 + apart(i)) - 104) * 1e9)), 'u32'),
      west: 104,
      y: ways.add(rows.map((r) => Math.round((r.lat ?? from) * 1e9)), 'u32'),
      south: 0,
    });
  const mode = {
    nodes,
    accessKph: 4,
    mostSnap: 500,
    ends: [0, 1].map((d) => ways.add(streets.map((s) => s.ends[d]), 'i32')),
    seconds: [0, 1].map((d) => ways.add(streets.map((s) => s.seconds[d]), 'f32')),
    metres: [0, 1].map((d) => ways.add(streets.map((s) => s.metres[d]), 'f32')),
    allowed: ways.add(streets.map(() => 1), 'u8'),
    component: ways.add(streets.map(() => 0), 'i32'),
    line: ways.add(streets.map((s, i) => i), 'i32'),
    demand: places(people),
    facility: places(facilities),
  };
  const data = {
    language: 'en',
    palette: { catchments: ['#fff'] },
    numbers: { unreached: 4294967295, fine: 1e9, placeStep: 1000, unsnappedTolerated: 0.01, timeBreaks: [] },
    words: {},
    areas: { names: [], level: [], parent: [] },
    facilities: {
      x: nowhere(facilities),
      y: nowhere(facilities),
      placed: base.add(facilities.map(() => 1), 'u8'),
      ids: facilities.map((f) => f.id),
      names: facilities.map((f) => f.id),
      status: facilities.map(() => 'open'),
      category: facilities.map(() => 0),
      roles: facilities.map(() => []),
    },
    demand: {
      x: nowhere(people),
      y: nowhere(people),
      placed: base.add(people.map(() => 1), 'u8'),
      residents: base.add(people.map((p) => p.residents), 'f64'),
      area: base.add(people.map(() => -1), 'i32'),
      urban: base.add(people.map(() => 0), 'u8'),
      spacing: 100,
    },
    queries: [{ unit: 'min', step: 0.01, mode: 'walk', metric, direction, serving: facilities.map((f, i) => i) }],
    clauses: clause ? [{ rule: 'A', query: 0, road: null, units: [], ...clause(base) }] : [],
    order: [],
    sites: [],
    categories: [{ id: 'clinic', zh: '卫生室', en: 'clinic' }],
    kinds: [{ category: 'clinic', designations: [], serves: [0], zh: '卫生室', en: 'clinic' }],
    whatifOff: null,
    ways: {
      projection: PROJECTION,
      modes: { walk: mode },
      x: ways.add(points.map((p) => p[0]), 'f64'),
      y: ways.add(points.map((p) => p[1]), 'f64'),
      lengths: ways.add(streets.map((s) => s.line.length), 'u32'),
      facility: exact(facilities, 1),
      demand: exact(people, 2),
    },
  };
  const land = new Block('terrain');
  data.ways.terrain = terrain && over(land, terrain, { streets, people, facilities });
  const texts = { base: base.text(), ways: ways.text(), terrain: land.text() };
  openPage(data, (name) => texts[name] || '');
  return data;
}

/**
 * Ground: {slow (seconds a metre by cell, NaN closed), heights, law, once, walked, and what a page says of the grid};
 * streets have pieces [share, row, column], people and facilities a row and a column.
 */
function over(block, { slow, heights, law, once, walked, rows, columns, mode = 'walk', ...grid }, { streets, people, facilities }) {
  const even = (n) => block.add(Array(n).fill(grid.wide), 'f64'),
    at = (places) => ({ row: block.add(places.map((p) => p.row), 'f64'), column: block.add(places.map((p) => p.col), 'f64') }),
    pieces = streets.flatMap((s) => s.pieces);
  return {
    ...grid, rows, columns, east: even(rows), north: even(rows), noHeight: -32768,
    elevation: heights && block.add(heights, 'i32', true),
    fields: {
      [`minutes ${mode}`]: {
        slow: block.add(slow, 'f32'), values: null, law, base: 0, steepest: null, once, walked,
        streets: block.add(streets.map(() => 3), 'u8'),
      },
    },
    pieces: {
      counts: block.add(streets.map((s) => s.pieces.length), 'u32'),
      share: block.add(pieces.map((p) => p[0]), 'f64'),
      row: block.add(pieces.map((p) => p[1]), 'i32', true),
      column: block.add(pieces.map((p) => p[2]), 'i32', true),
    },
    demand: at(people),
    facility: at(facilities),
  };
}

/** Numbers from 0 to 1 that are the same every time. */
export function draws(seed) {
  return () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
}
