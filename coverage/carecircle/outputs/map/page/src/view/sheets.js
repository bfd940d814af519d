// On a small screen the panel and the cards are sheets over the map: how high they stand, what they leave free.

import { say } from '../model/say.js';
import { byId, h } from './elements.js';
import { calm, map } from './stage.js';

export const narrow = () => window.matchMedia('screen and (max-width: 820px)').matches;

const CARDS = ['cc-why', 'cc-whatif'];

const SHEETS = { peek: () => 186, half: () => 0.5 * window.innerHeight, full: () => 0.92 * window.innerHeight };

const FREE_TOP = 56; // pixels under the tools

/** The cards that are seen: while a place is told of, a trial waits behind it. */
const openCards = () => CARDS.map((id) => byId(id)).filter((card) => !card.hidden && card.offsetHeight > 0);

/** Pixels of a small screen's map that the sheet over it covers: the cards' where any is open, else the panel's. */
function covered() {
  const cards = openCards();
  return cards.length
    ? Math.max(...cards.map((card) => window.innerHeight - card.getBoundingClientRect().top))
    : SHEETS[document.body.dataset.sheet](); // as it will stand when it has moved
}

/**
 * Padding within which the map is seen.
 * @returns {L.FitBoundsOptions}
 */
export function room() {
  return narrow()
    ? {
        paddingTopLeft: [12, FREE_TOP],
        paddingBottomRight: [12, Math.min(covered(), window.innerHeight * 0.62) + 12],
      }
    : { paddingTopLeft: [28, 28], paddingBottomRight: [aside(), 28] };
}

/** Pixels that the open legend takes on the right of a large screen, at most a third of the map. */
function aside() {
  const legend = byId('cc-legend');
  return Math.max(28, Math.min(legend.open ? legend.offsetWidth + 28 : 28, map.getSize().x / 3));
}

function sheet(size) {
  document.body.dataset.sheet = size;
  byId('cc-handle').setAttribute('aria-expanded', String(size === 'full'));
}

export function showMap() {
  if (narrow()) sheet('peek');
}

/** The head of a card: on a small screen a grip that makes it higher or lower, and the cross that closes it. */
export function cardHead(close) {
  const full = document.body.dataset.card === 'full';
  return h(
    'div',
    { class: 'cc-card-head' },
    h(
      'button',
      { type: 'button', class: 'cc-grip', 'aria-label': say('page_card_grip'), 'aria-expanded': String(full), onclick: toggleCards },
      h('span', {}),
    ),
    h('button', { type: 'button', class: 'cc-close', 'aria-label': say('page_close'), onclick: close }, '×'),
  );
}

function sizeCards(size) {
  document.body.dataset.card = size;
  for (const grip of document.querySelectorAll('.cc-grip'))
    grip.setAttribute('aria-expanded', String(size === 'full'));
}

const toggleCards = () => sizeCards(document.body.dataset.card === 'full' ? 'compact' : 'full');

/** Before a card opens on a small screen: the panel makes way, and the card stands low. */
export function makeWay() {
  if (!narrow()) return;
  sheet('peek');
  sizeCards('compact');
}

/** Moves the map until the place stands clear of what lies over it: of the sheets, on a large screen of its edges. */
export function uncover(lat, lon) {
  const [x, y] = narrow() ? [44, FREE_TOP + 44] : [44, 44];
  map.panInside([lat, lon], {
    paddingTopLeft: [x, y],
    paddingBottomRight: narrow() ? [x, covered() + 24] : [aside() + 16, 44],
    animate: !calm,
  });
}

export function openSheets() {
  sheet('half');
  sizeCards('compact');
  const next = { full: 'peek', peek: 'half', half: 'full' };
  byId('cc-handle')
    .addEventListener('click', () => sheet(next[document.body.dataset.sheet]));
  const follow = new ResizeObserver(() => {
    document.body.dataset.cards = openCards().length ? 'open' : 'none';
    document.body.style.setProperty('--covered', `${covered()}px`);
  });
  for (const id of ['cc-panel', ...CARDS]) follow.observe(byId(id));
}
