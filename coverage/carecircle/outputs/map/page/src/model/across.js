// Places nearer to each other than to the road and back: they meet straight across, off the road.

import { geodesic } from './earth.js';
import { page } from './page.js';
import { exactDemand, facilityLonLat } from './seats.js';

const METRES_A_DEGREE = 110_000; // of latitude, at least

/** Where a seat stands, to a billionth of a degree, as Python holds it. */
export function standsAt(seat) {
  if (seat.index !== undefined) return facilityLonLat(seat.index);
  const { fine } = page.numbers;
  return [Math.round(seat.lon * fine) / fine, Math.round(seat.lat * fine) / fine];
}

/** Demand rows on the roads of a mode from south to north, with their latitudes and the longest leg. */
function southwards(net) {
  if (net.southwards) return net.southwards;
  const { street, metres } = net.demand,
    { lat } = exactDemand(),
    rows = [];
  let longest = 0;
  for (let i = 0; i < street.length; i++)
    if (street[i] >= 0) {
      rows.push(i);
      longest = Math.max(longest, metres[i]);
    }
  rows.sort((a, b) => lat[a] - lat[b]);
  return (net.southwards = { rows, lats: Float64Array.from(rows, (i) => lat[i]), longest });
}

/** The first of ascending values that is no less than a bound. */
function firstFrom(values, bound) {
  let low = 0,
    high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Demand rows that a seat meets without the road, with the metres between them. */
export function across(net, seat, place) {
  if (place.street < 0) return [];
  const { rows, lats, longest } = southwards(net),
    { lon, lat } = exactDemand(),
    { metres } = net.demand,
    at = standsAt(seat),
    found = [];
  const most = (longest + place.metres) / METRES_A_DEGREE,
    wide = 1 / Math.max(Math.cos(((Math.abs(at[1]) + most) * Math.PI) / 180), 1e-6);
  for (let k = firstFrom(lats, at[1] - most); k < rows.length && lats[k] <= at[1] + most; k++) {
    const i = rows[k],
      legs = metres[i] + place.metres;
    if (Math.abs(lon[i] - at[0]) > (legs / METRES_A_DEGREE) * wide) continue;
    const step = page.numbers.placeStep,
      away = Math.round(geodesic(lon[i], lat[i], at[0], at[1]) * step) / step;
    if (away < legs) found.push([i, away]);
  }
  return found;
}
