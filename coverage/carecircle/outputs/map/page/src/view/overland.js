// The way over ground and roads in words: minutes on foot to the road, metres climbed, then by road.

import { measured, metres, say } from '../model/say.js';
import { h } from './elements.js';

const MOST = 4; // stretches told one by one; of more, what is on foot and what is by road

const sum = (parts, on) =>
  parts
    .filter((part) => part.on === on)
    .reduce((a, b) => ({ on, cost: a.cost + b.cost, metres: a.metres + b.metres, climb: a.climb + b.climb, descent: a.descent + b.descent }));

function stretch(part, unit) {
  return say(`page_over_${part.on}`, {
    time: unit === 'min' ? `${measured(part.cost, unit)} · ` : '',
    length: metres(part.metres),
    up: Math.round(part.climb),
    down: Math.round(part.descent),
  });
}

/** What a way over the ground is made of, from the residents to the facility; null for one along roads alone. */
export function wayInWords(way, unit) {
  if (!way.parts) return null;
  const kinds = [...new Set(way.parts.map((part) => part.on))],
    parts = way.parts.length > MOST ? kinds.map((on) => sum(way.parts, on)) : way.parts;
  return h('span', { class: 'cc-small' }, parts.map((part) => stretch(part, unit)).join(' → '));
}
