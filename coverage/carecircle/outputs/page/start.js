// Everything set going: the layers, the panel, the two languages.

const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
function fit() {
  const [west, south, east, north] = page.bounds;
  map.fitBounds(
    [
      [south, west],
      [north, east],
    ],
    { ...room(), animate: false },
  );
  fitted = map.getZoom();
}

function start() {
  map.attributionControl && map.attributionControl.remove();
  map.getContainer().setAttribute('tabindex', '0');
  map.getContainer().setAttribute('role', 'region');
  map.getContainer().dataset.say = 'page_map';
  map.invalidateSize({ animate: false });
  state.clause = page.order.length ? page.order[0] : 0;
  settleShading(shadings(clauseNow()));
  openLayers();
  const scale = L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  scale.getContainer().setAttribute('data-cc', 'scale');
  document
    .getElementById('cc-language')
    .addEventListener('click', () => speak(said.language === 'zh' ? 'en' : 'zh'));
  openSheets();
  document.getElementById('cc-home').addEventListener('click', () => {
    state.focus = null;
    fit();
    redraw();
  });
  document.getElementById('cc-try').addEventListener('click', () => {
    scenario.open = !scenario.open;
    if (scenario.open) makeWay();
    else arm(false);
    showWhatIf(true);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      arm(false);
      closeWhy();
      if (measure.on) toggleMeasure();
    }
  });
  for (const [id, act] of [
    ['cc-measure', toggleMeasure],
    ['cc-compare', toggleSwipe],
  ])
    document.getElementById(id).addEventListener('click', act);
  map.getContainer().addEventListener('keydown', measureKey);
  for (const event of ['online', 'offline']) window.addEventListener(event, showControl);
  map.on('move', () => swipe.kind && redraw(...SIDED));
  map.getContainer().addEventListener('keydown', askByKey);
  const keyed = (event) => map.getContainer().classList.toggle('cc-keyed', event.type === 'keyup');
  for (const event of ['keyup', 'pointerdown']) map.getContainer().addEventListener(event, keyed);
  openFind();
  openPrint();
  map.on('click', (event) => {
    const over = overlayAt(event.containerPoint);
    if (measure.on) addMeasured(event.latlng);
    else if (over && !scenario.armed) openOverlay(over);
    else askWhy(event.latlng);
  });
  map.on('mousemove', (event) => {
    hover(event);
    hoverOverlay(event);
  });
  map.on('mouseout', () => {
    document.getElementById('cc-tip').hidden = true;
  });
  for (const id of ['cc-legend', 'cc-layers'])
    document.getElementById(id).open = !narrow() && id === 'cc-legend';
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
    showWhatIf(true);
    showSwipe();
    showMeasure();
    closeWhy();
    for (const element of document.querySelectorAll('[data-say]'))
      element.setAttribute('aria-label', say(element.dataset.say));
    for (const name of ['home', 'print', 'measure', 'compare'])
      document.getElementById(`cc-${name}`).title = say(`page_${name}`);
    for (const way of ['in', 'out']) {
      const button = document.querySelector(`.leaflet-control-zoom-${way}`);
      button.title = say(`page_zoom_${way}`);
      button.setAttribute('aria-label', button.title);
    }
    document.getElementById('cc-find').placeholder = say('page_find');
    document.querySelector('#cc-north span').textContent = say('page_north');
    document.getElementById('cc-try').textContent = say('page_whatif_open');
    document.title = `${page.study.title} · ${say('page_name')}`;
  });
  begun = true;
  redraw();
  window.carecircle = hasWays() && page.kinds.length ? { map, explain, whatif } : { map, explain };
  document.body.dataset.ready = 'yes';
}

unpackFirst().then(start);
