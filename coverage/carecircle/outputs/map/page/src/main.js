// Everything set going: the layers, the panel, the two languages.

import { explain } from './model/explain.js';
import { EVERYONE, everyone } from './model/everyone.js';
import { recall } from './model/memory.js';
import { openPage, page, unpackFirst } from './model/page.js';
import { onLanguage, said, say } from './model/say.js';
import { onChange } from './model/scenario.js';
import { hasWays } from './model/ways.js';
import { openAccess } from './view/access.js';
import { settleShading, shadings, showControl } from './view/control.js';
import { showSources } from './view/detail.js';
import { byId, first } from './view/elements.js';
import { openFind, showFound } from './view/find.js';
import { flyTo, flyToBox } from './view/flight.js';
import { hover } from './view/hover.js';
import { showLegend } from './view/legend.js';
import { openLocator } from './view/locator.js';
import { arm, sideMarkers } from './view/markers.js';
import { addMeasured, measure, measureKey, showMeasure, toggleMeasure } from './view/measure.js';
import { openOverlay, overlayAt } from './view/overlays.js';
import { showAnswer, showClauses, showHead } from './view/panel.js';
import { openPresent, presentAgain } from './view/present.js';
import { openPrint, showSheet } from './view/print.js';
import { after } from './view/repaint.js';
import { makeWay, narrow, openSheets } from './view/sheets.js';
import { openLayers, redraw } from './view/stack.js';
import { speak } from './view/speak.js';
import { begin, map, openStage, standsFitted } from './view/stage.js';
import { clauseNow, state } from './view/state.js';
import { showSwipe, SIDED, swipe, toggleSwipe } from './view/swipe.js';
import { showWhatIf, whatif } from './view/whatif.js';
import { askByKey, askWhy, closeWhy } from './view/why.js';

/** The whole study first, so that its zoom is known; then where the gap is. */
function fit() {
  flyToBox(null, { animate: false });
  standsFitted();
  flyTo(clauseNow(), { animate: false });
}

function start() {
  onChange(after);
  map.attributionControl && map.attributionControl.remove();
  map.getContainer().setAttribute('tabindex', '0');
  map.getContainer().setAttribute('role', 'region');
  map.getContainer().dataset.say = 'page_map';
  map.invalidateSize({ animate: false });
  state.clause = everyone() || !page.order.length ? EVERYONE : page.order[0];
  openAccess();
  settleShading(shadings(clauseNow()));
  openLayers();
  const scale = L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  scale.getContainer().setAttribute('data-cc', 'scale');
  byId('cc-language')
    .addEventListener('click', () => speak(said.language === 'zh' ? 'en' : 'zh'));
  openSheets();
  byId('cc-home').addEventListener('click', () => {
    state.focus = null;
    flyToBox(null);
    redraw();
  });
  byId('cc-try').addEventListener('click', () => {
    state.trying = !state.trying;
    if (state.trying) makeWay();
    else arm(false);
    showWhatIf();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      arm(false);
      closeWhy();
      if (measure.on) toggleMeasure();
    }
  });
  byId('cc-measure').addEventListener('click', toggleMeasure);
  byId('cc-compare').addEventListener('click', toggleSwipe);
  map.getContainer().addEventListener('keydown', measureKey);
  for (const event of ['online', 'offline']) window.addEventListener(event, showControl);
  map.on('move', () => {
    if (!swipe.kind) return;
    redraw(...SIDED);
    sideMarkers();
  });
  map.getContainer().addEventListener('keydown', askByKey);
  const keyed = (event) => map.getContainer().classList.toggle('cc-keyed', event.type === 'keyup');
  for (const event of ['keyup', 'pointerdown']) map.getContainer().addEventListener(event, keyed);
  openFind();
  openLocator(() => flyToBox(null));
  openPrint();
  openPresent();
  map.on('click', (event) => {
    const over = overlayAt(event.containerPoint);
    if (measure.on) addMeasured(event.latlng);
    else if (over && !state.armed) openOverlay(over);
    else askWhy(event.latlng);
  });
  map.on('mousemove', hover);
  map.on('mouseout', () => {
    byId('cc-tip').hidden = true;
  });
  for (const id of ['cc-legend', 'cc-layers'])
    byId(id).open = !narrow() && id === 'cc-legend';
  byId('cc-layers').addEventListener('toggle', () => {
    if (byId('cc-layers').open && (narrow() || window.innerHeight < 800)) byId('cc-legend').open = false;
  });
  byId('cc-legend').addEventListener('toggle', () => {
    if (byId('cc-legend').open && (narrow() || window.innerHeight < 800)) byId('cc-layers').open = false;
  });
  fit(); // before the panel is filled: its room is known by then, and nothing needs laying out twice
  map.on('zoomend', showLegend);
  said.language = page.language;
  onLanguage(() => {
    showHead();
    showAnswer();
    showControl();
    showClauses();
    showSources();
    showFound();
    showSheet();
    showLegend();
    showWhatIf();
    showSwipe();
    showMeasure();
    closeWhy();
    presentAgain();
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-say]')))
      element.setAttribute('aria-label', say(element.dataset.say));
    for (const name of ['home', 'print', 'measure', 'compare', 'present'])
      byId(`cc-${name}`).title = say(`page_${name}`);
    for (const way of ['in', 'out']) {
      const button = first(`.leaflet-control-zoom-${way}`);
      button.title = say(`page_zoom_${way}`);
      button.setAttribute('aria-label', button.title);
    }
    byId('cc-find').placeholder = say('page_find');
    first('#cc-north span').textContent = say('page_north');
    byId('cc-try').textContent = say('page_whatif_open');
    document.title = `${page.study.title} · ${say('page_name')}`;
  });
  begin();
  redraw();
  if (hasWays() && page.kinds.length && recall()) {
    state.trying = true;
    showWhatIf();
  }
  window.carecircle = hasWays() && page.kinds.length ? { map, explain, whatif } : { map, explain };
  document.body.dataset.ready = 'yes';
}

/** The text of a block that the page carries as an element of its own; '' for one that it does not carry. */
function heldText(name) {
  const element = byId(`cc-block-${name}`);
  return element ? element.textContent : '';
}

openPage(JSON.parse(byId('cc-page').textContent), heldText);
openStage(leafletMap); // handed in by the function that the page wraps around this script
unpackFirst().then(start);
