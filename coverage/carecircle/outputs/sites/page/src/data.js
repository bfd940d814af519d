// The page as it was written, what the reader chose, and how both are said.

import { byId } from '../../../map/page/src/view/elements.js';

/** @type {import('./page').SitingPage} */
export const data = JSON.parse(byId('cs-data').textContent);
export const state = { when: 'after', rule: 0, language: data.language };

/** One of our sentences, or a {zh, en} pair, in the language shown. */
export const said = (forms) => (typeof forms === 'string' ? data.words[forms] : forms)[state.language];
export const people = (n) => new Intl.NumberFormat('en-US').format(Math.round(n));
