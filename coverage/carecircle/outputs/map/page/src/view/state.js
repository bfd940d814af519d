// What the reader chose: the clause, the shading, what lies over it; and the look that it gives the map.

import { clauseAt, EVERYONE } from '../model/everyone.js';

export const state = {
  clause: EVERYONE,
  shading: 'town',
  wanted: 'town',
  on: {
    gap: true,
    asked: true,
    others: false,
    circles: true,
    units: true,
    islands: false,
    candidates: true,
    findings: false,
    lanes: false,
    water: true,
    roads: true,
    names: true,
  },
  way: null,
  straight: null,
  along: null,
  chain: null,
  focus: null,
  /** Whether the card of a trial is open, and whether the next click on the map adds a site. */
  trying: false,
  armed: false,
};
export const clauseNow = () => clauseAt(state.clause);

/** What is to be drawn: the reader's choice with its clause, on a basis (see sides.js), on paper or not. */
export const look = () => ({
  ...state,
  clause: clauseNow(),
  basis: 'now',
  paper: document.body.dataset.printing === 'yes',
});
export const asked = (clause) => new Set(clause ? clause.asked : []);
