// Each query answered under the scenario; only what a change touched is computed again.

import { Chain } from './chain.js';
import { once, page } from './page.js';
import { Reach } from './reach.js';
import { scenario } from './scenario.js';
import { seats, seatsReady } from './seats.js';
import { Straight } from './straight.js';

/** The seats that serve a query under the scenario. */
function wantedSeats(number) {
  return [
    ...page.queries[number].serving.filter((i) => !scenario.closed.has(i)).map((i) => seats.get(i)),
    ...scenario.sites.filter((site) => page.kinds[site.kind].serves.includes(number)),
  ];
}

const heldAnswers = once(() => new Map());

/** A query's costs and seats under the scenario; only what a change touched is computed again. */
export function liveQuery(number) {
  seatsReady();
  const answers = heldAnswers();
  const query = page.queries[number];
  if (query.chain) return liveChain(answers, number, query);
  if (!answers.has(number)) answers.set(number, query.metric === 'straight_m' ? new Straight() : new Reach(query));
  const live = answers.get(number);
  live.settle(wantedSeats(number), scenario.stamp);
  return live;
}

/** A chain's answers: its legs first. */
function liveChain(answers, number, query) {
  const legs = query.legs.map(liveQuery);
  if (!answers.has(number)) answers.set(number, new Chain(query, legs));
  const live = answers.get(number);
  live.follow(scenario.stamp);
  return live;
}
