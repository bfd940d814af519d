// Each query answered under the scenario; only what a change touched is computed again.

import { overGround } from './cells.js';
import { Chain } from './chain.js';
import { Overland } from './overland.js';
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
  if (!answers.has(number)) {
    answers.set(number, query.metric === 'straight_m' ? new Straight() : overGround(query) ? new Overland(query) : new Reach(query));
  }
  const live = answers.get(number);
  live.settle(wantedSeats(number), scenario.stamp);
  return live;
}

/** Whether the scenario may change a query's answers: a site serves it, or a facility that serves it is closed. */
export const touched = (number) =>
  scenario.sites.some((site) => page.kinds[site.kind].serves.includes(number)) ||
  page.queries[number].serving.some((i) => scenario.closed.has(i));

/** Whether a query is answered without a wait: over the ground its first search takes a while. */
export const searched = (number) => !overGround(page.queries[number]) || heldAnswers().has(number);

/** A chain's answers: its legs first. */
function liveChain(answers, number, query) {
  const legs = query.legs.map(liveQuery);
  if (!answers.has(number)) answers.set(number, new Chain(query, legs));
  const live = answers.get(number);
  live.follow(scenario.stamp);
  return live;
}
