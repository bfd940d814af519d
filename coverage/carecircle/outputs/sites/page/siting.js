const data = JSON.parse(document.getElementById('cs-data').textContent);
const state = {when: 'after', rule: 0, language: data.language};
const at = (id) => document.getElementById(id);
const put = (id, text) => { at(id).textContent = text; };
/** One of our sentences, or a {zh, en} pair, in the language shown. */
const said = (forms) => (typeof forms === 'string' ? data.words[forms] : forms)[state.language];
const people = (n) => new Intl.NumberFormat('en-US').format(Math.round(n));
const canvas = L.canvas({padding: 0.3});

function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((c) => c !== null));
  return element;
}

// ---- the map: drawn once; what hovers over it is said when it is asked for ----
L.geoJSON(data.region, {interactive: false, style: {color: data.palette.ink, weight: 1.4, fillColor: '#fff', fillOpacity: 0.75}}).addTo(map);
L.polyline(data.streets, {renderer: canvas, interactive: false, color: data.palette.street, weight: 0.8}).addTo(map);
const tip = (...parts) => h('div', {}, parts.join(' · '));
for (const f of data.facilities) {
  L.circleMarker(f.at, {renderer: canvas, radius: 4, color: '#fff', weight: 1, fillColor: data.palette.ink, fillOpacity: 1})
    .bindTooltip(() => tip(f.name, said(f.what))).addTo(map);
}
const gap = L.layerGroup().addTo(map), sites = L.layerGroup();
for (const s of data.sites) {
  L.marker(s.at, {icon: L.divIcon({className: 'cs-rank', html: String(s.rank), iconSize: [26, 26]}), keyboard: true, title: s.name})
    .bindTooltip(() => tip(s.name, said(s.what), said('gain').replace('{n}', people(s.gain)))).addTo(sites);
}

function draw() {
  gap.clearLayers();
  const r = data.rules[state.rule];
  const largest = Math.max(1, ...r.residents);
  const order = r.lat.map((_, i) => i).sort((a, b) => (r.rank[a] > 0) - (r.rank[b] > 0) || r.residents[b] - r.residents[a]);
  for (const i of order) {
    const mended = state.when === 'after' && r.rank[i] > 0;
    L.circleMarker([r.lat[i], r.lon[i]], {
      renderer: canvas, weight: 0, fillOpacity: 0.75, fillColor: mended ? data.palette.gained : data.palette.bad,
      radius: 1.5 + 6 * Math.sqrt(r.residents[i] / largest),
    }).bindTooltip(() => tip(`${people(r.residents[i])} ${said('residents')}`,
      mended ? said('by').replace('{rank}', r.rank[i]) : said('uncovered'))).addTo(gap);
  }
  if (state.when === 'after') sites.addTo(map); else sites.remove();
}

// ---- the panel: said anew in each language ----
function choices(box, label, options, key) {
  at(box).setAttribute('aria-label', said(label));
  at(box).replaceChildren(...options.map(([value, text]) => h('button', {
    type: 'button',
    'aria-pressed': String(state[key] === value),
    onclick: (event) => {
      state[key] = value;
      [...at(box).children].forEach((b) => b.setAttribute('aria-pressed', String(b === event.target)));
      draw();
    },
  }, text)));
}

/** A heading and a table; a head that begins with # is a column of numbers. Nothing where there are no rows. */
function table(id, title, heads, rows) {
  at(id).hidden = !rows.length;
  const cell = (tag, value, i) => h(tag, {
    class: [value.kind, heads[i].startsWith('#') ? 'n' : null].filter(Boolean).join(' ') || null,
    scope: tag === 'th' ? 'col' : null,
  }, value.go ? h('button', {type: 'button', class: 'cs-link', onclick: () => map.setView(value.go, 15)}, value.text)
    : value.text === undefined ? value : value.text);
  at(id).replaceChildren(
    h('h2', {}, said(title)),
    h('table', {},
      h('thead', {}, h('tr', {}, heads.map((head, i) => cell('th', head.replace(/^#/, ''), i)))),
      h('tbody', {}, rows.map(({cells, asked}) => h('tr', {class: asked ? 'asked' : null}, cells.map((value, i) => cell('td', value, i)))))),
  );
}

function speak(language) {
  state.language = language;
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = `${data.title} · ${said('name')}`;
  put('cs-language', language === 'zh' ? 'English' : '中文');
  at('cs-language').setAttribute('aria-label', language === 'zh' ? 'Switch to English' : '切换为中文');
  at('cs-language').lang = language === 'zh' ? 'en' : 'zh';
  for (const way of ['in', 'out']) {
    const button = document.querySelector(`.leaflet-control-zoom-${way}`);
    button.title = said(`zoom_${way}`);
    button.setAttribute('aria-label', button.title);
  }
  put('cs-plan', data.plan);
  put('cs-title', data.title);
  put('cs-answer', said(data.answer));
  put('cs-foot', [...data.attributions, data.map_number, said('limits')].filter(Boolean).join(' · '));
  at('cs-impossible').hidden = !data.impossible.length;
  at('cs-impossible').replaceChildren(...data.impossible.map((forms) => h('li', {}, said(forms))));
  choices('cs-switch', 'when', [['before', said('before')], ['after', said('after')]], 'when');
  at('cs-rules').hidden = data.rules.length < 2;
  choices('cs-rules', 'rule', data.rules.map((r, i) => [i, r.rule]), 'rule');
  at('cs-legend').replaceChildren(...[[data.palette.bad, 'uncovered'], [data.palette.gained, 'mended'], [data.palette.ink, 'existing']]
    .map(([colour, key]) => h('li', {}, h('i', {style: `background:${colour}`}), said(key))));
  table('cs-sites', 'sites', ['#' + said('rank'), said('site'), said('what'), '#' + said('newly'), '#' + said('total')],
    data.sites.map((s) => ({cells: [String(s.rank), {text: s.name, go: s.at}, `${said(s.kind)} ${said(s.what)}`, people(s.gain), people(s.total)]})));
  table('cs-clauses', 'clauses', [said('rule'), said('before'), said('after')],
    data.clauses.map((c) => ({asked: c.asked, cells: [c.rule, {text: `${said(c.before)} ${said(c.was)}`, kind: c.b}, {text: `${said(c.after)} ${said(c.is)}`, kind: c.a}]})));
  table('cs-closings', 'closings', [said('facility'), said('rule'), '#' + said('lost')],
    data.closings.map((c) => ({asked: c.single, cells: [c.name, c.rule, people(c.residents)]})));
}

at('cs-language').addEventListener('click', () => speak(state.language === 'zh' ? 'en' : 'zh'));
speak(data.language);
draw();
const places = data.rules.flatMap((r) => r.lat.map((lat, i) => [lat, r.lon[i]])).concat(data.sites.map((s) => s.at));
if (places.length) map.fitBounds(L.latLngBounds(places).pad(0.08), {animate: false});
window.carecircle_siting = {map, state, draw};
document.body.dataset.ready = 'yes';
