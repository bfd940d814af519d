// Two sides of one map under a slider: before and after, the circle and the road, one clause and another.

import { clauseAt } from '../model/everyone.js';
import { page } from '../model/page.js';
import { say } from '../model/say.js';
import { changed } from '../model/scenario.js';
import { shadings } from './control.js';
import { byId, h, replaceChildren } from './elements.js';
import { sideMarkers } from './markers.js';
import { layers, redraw } from './stack.js';
import { map } from './stage.js';
import { clauseNow, state } from './state.js';

export const swipe = { kind: '', at: 0.5, other: null };

/** The comparisons that the study and the clause have: id, words. */
function comparisons(clause) {
  const found = [];
  if (changed()) found.push(['trial', say('page_compare_trial')]);
  if (page.hasBaseline) found.push(['run', say('page_compare_run')]);
  if (clause && clause.people && clause.road !== null) found.push(['road', say('page_compare_road')]);
  page.clauses.forEach((c, i) => {
    if (i !== state.clause && c.people) found.push([`c${i}`, `${say(c.title)} ${c.rule}`]);
  });
  return found;
}

/** What the left and the right of the slider show. */
export function sides() {
  const here = { clause: state.clause, basis: 'now' };
  if (swipe.kind === 'trial') return [{ ...here, basis: 'baked' }, here];
  if (swipe.kind === 'run') return [{ ...here, basis: 'baseline' }, here];
  if (swipe.kind === 'road') return [here, { ...here, basis: 'road' }];
  return [here, { clause: Number(swipe.kind.slice(1)), basis: 'now' }];
}

function sideNames() {
  if (swipe.kind === 'trial' || swipe.kind === 'run') return ['page_side_before', 'page_side_after'].map((k) => say(k));
  if (swipe.kind === 'road') return ['page_on_paper', 'page_by_road'].map((k) => say(k));
  return sides().map((s) => say(clauseAt(s.clause).title));
}

/** The look of one side: another clause than the one chosen may not have the shading chosen. */
function sideLook(side) {
  const clause = clauseAt(side.clause),
    has = side.clause === state.clause || shadings(clause).some((c) => c[0] === state.shading);
  return { clause, basis: side.basis, shading: has ? state.shading : 'town' };
}

/** A drawing that differs left and right of the slider while two sides are compared. */
export function bothSides(name, draw) {
  return (ctx, view) => {
    if (!swipe.kind) return draw(ctx, view);
    const x = map.containerPointToLayerPoint([swipe.at * map.getSize().x, 0]).x - layers[name]._bounds.min.x;
    sides().forEach((side, k) => {
      ctx.save();
      ctx.beginPath();
      ctx.rect(k ? x : 0, 0, k ? view.width - x : x, view.height);
      ctx.clip();
      draw(ctx, { ...view, ...sideLook(side) });
      ctx.restore();
    });
    if (name !== 'places') return true;
    ctx.fillStyle = page.palette.white;
    ctx.fillRect(x - 2.5, 0, 5, view.height);
    ctx.fillStyle = page.palette.ink;
    ctx.fillRect(x - 1, 0, 2, view.height);
    return true;
  };
}

export const SIDED = ['shade', 'circles', 'units', 'facilities', 'gap', 'islands', 'places'];

let waitingSwipe = false;

function slide(at) {
  swipe.at = Math.min(1, Math.max(0, at));
  placeSlider();
  if (waitingSwipe) return;
  waitingSwipe = true;
  window.requestAnimationFrame(() => {
    waitingSwipe = false;
    redraw(...SIDED);
  });
}

function placeSlider() {
  sideMarkers();
  const box = byId('cc-swipe'),
    range = box.querySelector('input'),
    handle = box.querySelector('.cc-swipe-handle');
  if (!range) return;
  range.value = Math.round(swipe.at * 100);
  handle.style.left = `${swipe.at * 100}%`;
  const [left, right] = box.querySelectorAll('.cc-swipe-side');
  left.style.right = `${(1 - swipe.at) * 100}%`;
  right.style.left = `${swipe.at * 100}%`;
}

/** Shows two sides under the slider, or one map again ('' for none). */
export function compareSides(kind) {
  byId('cc-compare').setAttribute('aria-expanded', String(Boolean(kind)));
  compare(kind);
}

function compare(kind) {
  swipe.kind = kind;
  showSwipe();
  redraw(...SIDED);
}

/** The bar with what is compared, the slider, and what either side is. */
export function showSwipe() {
  const box = byId('cc-swipe'),
    open = byId('cc-compare').getAttribute('aria-expanded') === 'true',
    choices = comparisons(clauseNow());
  if (swipe.kind && !choices.some((c) => c[0] === swipe.kind)) swipe.kind = '';
  box.hidden = !open;
  sideMarkers();
  document.body.dataset.comparing = swipe.kind ? 'yes' : 'no';
  if (!open) return;
  const [left, right] = swipe.kind ? sideNames() : ['', ''];
  replaceChildren(
    box,
    h(
      'div',
      { class: 'cc-swipe-bar' },
      h('label', { for: 'cc-swipe-kind' }, say('page_compare')),
      h(
        'select',
        { id: 'cc-swipe-kind', onchange: (event) => compare(event.target.value) },
        h('option', { value: '' }, say('page_compare_none')),
        choices.map(([id, text]) => h('option', { value: id, selected: id === swipe.kind }, text)),
      ),
      h('input', {
        type: 'range',
        min: 0,
        max: 100,
        disabled: !swipe.kind,
        'aria-label': say('page_compare_slider', { left, right }),
        oninput: (event) => slide(event.target.value / 100),
      }),
      h('button', { type: 'button', class: 'cc-swipe-close', 'aria-label': say('page_close'), onclick: toggleSwipe }, '×'),
    ),
    h('span', { class: 'cc-swipe-side', hidden: !swipe.kind }, h('b', {}, left)),
    h('span', { class: 'cc-swipe-side', hidden: !swipe.kind }, h('b', {}, right)),
    h('span', { class: 'cc-swipe-handle', hidden: !swipe.kind, 'aria-hidden': 'true', onpointerdown: dragSlider }),
  );
  placeSlider();
}

function dragSlider(event) {
  const box = map.getContainer().getBoundingClientRect();
  event.target.setPointerCapture(event.pointerId);
  event.target.onpointermove = (move) => slide((move.clientX - box.left) / box.width);
  event.target.onpointerup = () => {
    event.target.onpointermove = null;
  };
  event.preventDefault();
}

/** Opens the comparison on what is most likely meant: the change, else the road, else another clause. */
export function toggleSwipe() {
  const button = byId('cc-compare'),
    open = button.getAttribute('aria-expanded') !== 'true',
    first = comparisons(clauseNow())[0];
  button.setAttribute('aria-expanded', String(open));
  compare(open && first ? first[0] : '');
  (open ? byId('cc-swipe-kind') : button).focus();
}
