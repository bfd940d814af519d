// The page for a meeting: one thing at a time in large type beside the map, by arrow keys; and as a set on paper.

import { EVERYONE, everyone, headline } from '../model/everyone.js';
import { page } from '../model/page.js';
import { people, percent, say } from '../model/say.js';
import { changed, scenario } from '../model/scenario.js';
import { turned } from '../model/standings.js';
import { byId, h, replaceChildren } from './elements.js';
import { flyTo } from './flight.js';
import { showLegend } from './legend.js';
import { placedSites } from './overlays.js';
import { badge, chooseClause } from './panel.js';
import { mapPicture } from './print.js';
import { redraw } from './stack.js';
import { calm, map } from './stage.js';
import { clauseNow, state } from './state.js';
import { compareSides, swipe } from './swipe.js';
import { resultNow } from './word.js';

const showing = { at: 0, on: false, before: EVERYONE };

const big = (n, unit = say('page_people_unit')) => h('p', { class: 'cc-show-big' }, h('strong', {}, n), ` ${unit}`);

function opening() {
  const a = page.answer;
  return {
    clause: everyone() ? EVERYONE : page.order[0] || 0,
    title: page.study.title,
    body: () => [a.people > 0 ? big(people(a.people)) : null, h('p', {}, say(a.says)), page.study.notice ? h('p', { class: 'cc-notice' }, say(page.study.notice)) : null],
  };
}

/** A clause on its own: what was found, what is asked, whom it leaves out, and the plan's words. */
const clauseSlide = (clause, index) => ({
  clause: index,
  title: say(clause.title),
  body: () => [
    h('p', {}, badge(clause.outcome, true)),
    clause.affected > 0 ? big(people(clause.affected), say('page_show_left_out')) : null,
    h('p', {}, say(clause.result)),
    h('blockquote', {}, h('p', {}, clause.quote), h('cite', {}, say(clause.cited))),
  ],
});

function trialSlide() {
  return {
    clause: everyone() ? EVERYONE : page.order[0] || 0,
    swipe: 'trial',
    title: say('page_word_title'),
    body: () => [
      big(`${people(page.answer.people)} → ${people(headline())}`),
      h('p', {}, say('page_word_says', { before: people(page.answer.people), now: people(headline()), added: scenario.sites.length, closed: scenario.closed.size })),
      h(
        'ul',
        { class: 'cc-show-list' },
        page.order
          .map((i) => page.clauses[i])
          .filter(turned)
          .slice(0, 5)
          .map((clause) => {
            const now = resultNow(clause);
            return h('li', {}, badge(now.outcome), h('span', {}, say(clause.title)), h('b', {}, `${clause.share === null ? say(clause.observed) : percent(clause.share)} → ${now.shown}`));
          }),
      ),
    ],
  };
}

function sitesSlide() {
  const sites = placedSites().filter((s) => s.kind === 'proposed');
  return {
    clause: everyone() ? EVERYONE : page.order[0] || 0,
    title: say('page_show_sites', { n: sites.length }),
    body: () => h('ol', { class: 'cc-show-list' }, sites.slice(0, 8).map((s) => h('li', {}, h('span', {}, s.name), s.people === null ? null : h('b', {}, say('page_show_gain', { n: people(s.people) }))))),
  };
}

function slides() {
  const unmet = page.order.filter((i) => page.clauses[i].outcome === 'FAIL');
  return [
    opening(),
    ...unmet.map((i) => clauseSlide(page.clauses[i], i)),
    ...(changed() ? [trialSlide()] : []),
    ...(placedSites().some((s) => s.kind === 'proposed') ? [sitesSlide()] : []),
  ];
}

/** Puts what a slide is about on the map. */
function stand(slide) {
  if (state.clause !== slide.clause || state.shading !== state.wanted) chooseClause(slide.clause, false);
  if ((swipe.kind || '') !== (slide.swipe || '')) compareSides(slide.swipe || '');
  flyTo(clauseNow(), { animate: false });
  showLegend();
}

const article = (slide) => [h('p', { class: 'cc-show-study' }, `${page.study.title} · ${page.study.year}`), h('h1', {}, slide.title), slide.body()];

function showSlide(at) {
  const all = slides();
  showing.at = Math.max(0, Math.min(all.length - 1, at));
  const slide = all[showing.at],
    button = (key, act, off) => h('button', { type: 'button', class: 'cc-button', disabled: off, onclick: act }, say(key));
  stand(slide);
  replaceChildren(
    byId('cc-show'),
    h('div', { class: 'cc-show-words', 'aria-live': 'polite' }, article(slide)),
    h(
      'div',
      { class: 'cc-show-keys' },
      button('page_show_back', () => showSlide(showing.at - 1), showing.at === 0),
      h('span', {}, `${showing.at + 1} / ${all.length}`),
      button('page_show_on', () => showSlide(showing.at + 1), showing.at === all.length - 1),
      button('page_show_print', printSet, false),
      button('page_show_end', () => present(false), false),
    ),
  );
}

/** Begins or ends the meeting's view; the map takes its room and stands where it stood after. */
export function present(on) {
  const box = byId('cc-show');
  if (on) {
    showing.before = state.clause;
    Object.assign(state.on, { gap: true, asked: true, units: true });
    state.wanted = 'town';
  }
  showing.on = on;
  box.hidden = !on;
  document.body.dataset.presenting = on ? 'yes' : 'no';
  if (on && document.documentElement.requestFullscreen && !calm) document.documentElement.requestFullscreen().catch(() => {});
  if (!on && document.fullscreenElement) document.exitFullscreen().catch(() => {});
  map.invalidateSize({ animate: false });
  if (on) {
    showSlide(0);
    box.focus();
    return;
  }
  if (swipe.kind) compareSides('');
  chooseClause(showing.before, false);
  byId('cc-present').focus();
}

/** Every slide with its map on a page of its own, then the printer. */
function printSet() {
  const at = showing.at,
    sheets = slides().map((slide) => {
      stand(slide);
      redraw();
      return h('article', { class: 'cc-slide' }, h('div', {}, article(slide)), h('img', { alt: say('page_map'), src: mapPicture(1.5).toDataURL('image/png') }));
    });
  document.body.dataset.set = 'yes';
  replaceChildren(byId('cc-set'), sheets);
  showSlide(at);
  Promise.all([...byId('cc-set').querySelectorAll('img')].map((picture) => picture.decode())).then(() => window.print());
}

function endSet() {
  delete document.body.dataset.set;
  replaceChildren(byId('cc-set'));
}

const KEYS = { ArrowRight: 1, PageDown: 1, ' ': 1, ArrowDown: 1, ArrowLeft: -1, PageUp: -1, ArrowUp: -1 };

function key(event) {
  if (!showing.on) return;
  const step = KEYS[event.key],
    onButton = event.key === ' ' && event.target instanceof HTMLButtonElement;
  if (event.key === 'Escape') present(false);
  else if (event.key === 'Home') showSlide(0);
  else if (event.key === 'End') showSlide(slides().length - 1);
  else if (step && !onButton) showSlide(showing.at + step);
  else return;
  event.preventDefault();
  event.stopPropagation();
  if (showing.on) byId('cc-show').focus();
}

export function openPresent() {
  byId('cc-present').addEventListener('click', () => present(true));
  document.addEventListener('keydown', key, true);
  window.addEventListener('afterprint', () => document.body.dataset.set && endSet());
}

/** The slide shown in the language shown. */
export const presentAgain = () => showing.on && showSlide(showing.at);

