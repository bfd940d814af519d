// Seats: everything that may serve (a facility or a new site), where it stands, and straight lines to it.

import { once, page } from './page.js';
import { snapTo } from './snapping.js';
import { network, waysColumn } from './ways.js';

export const seats = new Map();

/** Whether a seat goes before another (-1: none) at equal cost: the smaller id, by code points as in Python. */
export function before(a, b) {
  if (b < 0 || a === b) return b < 0;
  const p = [...seats.get(a).id],
    q = [...seats.get(b).id],
    i = p.findIndex((c, k) => c !== q[k]);
  return i < 0 ? p.length < q.length : i < q.length && p[i].codePointAt(0) < q[i].codePointAt(0);
}

export const seatsReady = once(() => {
  seats.clear();
  page.facilities.ids.forEach((id, index) =>
    seats.set(index, { number: index, index, id, name: page.facilities.names[index] }),
  );
  return true;
});

/** A seat's place on the streets of a mode; a new site's is sought when first asked for. */
export function placeOf(seat, mode) {
  if (seat.index !== undefined) {
    const f = network(mode).facility;
    return { street: f.street[seat.index], position: f.position[seat.index], metres: f.metres[seat.index] };
  }
  if (!seat.places[mode]) seat.places[mode] = snapTo(mode, seat.lon, seat.lat);
  return seat.places[mode];
}

// Places come in billionths of a degree: a straight line differs by a tenth of a millimetre from Python's at most.
const fine = (reference, start) =>
  Float64Array.from(waysColumn()(reference), (v) => (start * page.numbers.fine + v) / page.numbers.fine);

export const exactDemand = once(() => ({
  lon: fine(page.ways.demand.x, page.ways.demand.west),
  lat: fine(page.ways.demand.y, page.ways.demand.south),
}));

const exactFacilities = once(() => ({
  lon: fine(page.ways.facility.x, page.ways.facility.west),
  lat: fine(page.ways.facility.y, page.ways.facility.south),
}));

export const facilityLonLat = (i) => [exactFacilities().lon[i], exactFacilities().lat[i]];
