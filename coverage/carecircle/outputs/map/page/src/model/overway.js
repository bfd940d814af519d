// The way between a resident and a seat over ground and roads: its line, and its stretches on foot and by road.

import { grid, EDGE, heightAt, lonLatOf, metresBetween } from './cells.js';
import { worldX, worldY } from './mercator.js';
import { linkBetween, streetOf } from './portals.js';
import { pieceOf } from './snapping.js';
import { network } from './ways.js';

/** Row and column of a node of a search over ground and roads. */
function spotOf(reach, node) {
  if (node >= reach.cells && node < reach.after) {
    const { at } = reach.portals,
      p = node - reach.cells;
    return [at[2 * p], at[2 * p + 1]];
  }
  const c = node >= reach.after ? node - reach.after : node,
    { width } = grid();
  return [Math.floor(c / width) - EDGE + 0.5, (c % width) - EDGE + 0.5];
}

const world = (spot) => {
  const [lon, lat] = lonLatOf(spot);
  return [worldX(lon), worldY(lat)];
};

/** A step along the roads: the line as world places, and its metres. */
function along(reach, a, b) {
  const net = network(reach.query.mode),
    p = reach.portals,
    [from, to] = reach.turned ? [a, b] : [b, a],
    { link, drawn } = linkBetween(p, from - reach.cells, to - reach.cells),
    street = streetOf(p, link),
    [low, high] = [p.share[link], p.share[link + 1]],
    forth = drawn === reach.turned;
  return {
    places: pieceOf(net.line[street], ...(forth ? [low, high] : [high, low])),
    metres: net.metres[drawn ? 0 : 1][street] * (high - low),
  };
}

/**
 * The way of a demand row: {places (world), metres, cost, seat, parts}; null without one. `parts` lead from the
 * resident to the seat, whichever way one travels: {on: ground | road, cost (minutes or metres), metres, climb, descent},
 * up and down in the direction of travel.
 */
export function wayOver(reach, i) {
  const best = reach.at(i);
  if (best.seat < 0) return null;
  const { seat, place: goal, lead } = reach.held.get(best.seat),
    nodes = [];
  for (let node = best.node; node >= 0; node = reach.previous[node]) nodes.push(node);
  const onRoad = (node) => node >= reach.cells && node < reach.after,
    spots = [reach.people.places[i].origin, ...nodes.map((node) => spotOf(reach, node)), goal.origin],
    left = [best.cost * reach.unit, ...nodes.map((node) => reach.nodeCost[node]), lead],
    parts = [],
    steps = [{ places: 1, cost: 0 }],
    places = [world(spots[0])];
  for (let k = 0; k + 1 < spots.length; k++) {
    const road = k > 0 && k <= nodes.length - 1 && onRoad(nodes[k - 1]) && onRoad(nodes[k]),
      step = road ? along(reach, nodes[k - 1], nodes[k]) : { places: [world(spots[k + 1])], metres: metresBetween(spots[k], spots[k + 1]) },
      on = road ? 'road' : 'ground',
      rise = (heightAt(spots[k + 1]) - heightAt(spots[k]) || 0) * (reach.turned ? 1 : -1);
    if (!parts.length || parts[parts.length - 1].on !== on) parts.push({ on, cost: 0, metres: 0, climb: 0, descent: 0 });
    const part = parts[parts.length - 1];
    part.cost += (left[k] - left[k + 1]) / reach.unit;
    part.metres += step.metres;
    part.climb += Math.max(rise, 0);
    part.descent += Math.max(-rise, 0);
    places.push(...step.places);
    steps.push({ places: step.places.length, cost: (left[k] - left[k + 1]) / reach.unit });
  }
  return { steps, access: 0, places, metres: parts.reduce((sum, part) => sum + part.metres, 0), cost: best.cost, seat, parts };
}
