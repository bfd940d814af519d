const data = JSON.parse(document.getElementById('cs-data').textContent);
const words = data.words;
const number = new Intl.NumberFormat(data.language === 'zh' ? 'zh-CN' : 'en');
const at = id => document.getElementById(id);
const put = (id, text) => { at(id).textContent = text; };
const canvas = L.canvas({padding: 0.3});

put('cs-plan', data.plan);
put('cs-title', data.title);
put('cs-answer', data.answer);
put('cs-foot', [...data.attributions, data.map_number, words.limits].filter(Boolean).join(' · '));
for (const text of data.impossible) {
  const item = document.createElement('li');
  item.textContent = text;
  at('cs-impossible').append(item);
}

L.geoJSON(data.region, {interactive: false, style: {color: '#1d2a33', weight: 1.4, fillColor: '#fff', fillOpacity: 0.75}}).addTo(map);
L.polyline(data.streets, {renderer: canvas, interactive: false, color: '#c4cbcf', weight: 0.8}).addTo(map);
const gap = L.layerGroup().addTo(map);
const text = parts => { const box = document.createElement('div'); box.textContent = parts.join(' · '); return box; };
for (const f of data.facilities) {
  L.circleMarker(f.at, {renderer: canvas, radius: 4, color: '#fff', weight: 1, fillColor: '#1f6e8c', fillOpacity: 1})
    .bindTooltip(text([f.name, f.what])).addTo(map);
}
const sites = L.layerGroup();
for (const s of data.sites) {
  L.marker(s.at, {icon: L.divIcon({className: 'cs-rank', html: String(s.rank), iconSize: [26, 26]}), keyboard: true, title: s.name})
    .bindTooltip(text([s.name, s.what, words.gain.replace('{n}', number.format(s.gain))])).addTo(sites);
}

const state = {when: 'after', rule: 0};
function draw() {
  gap.clearLayers();
  const r = data.rules[state.rule];
  const largest = Math.max(1, ...r.residents);
  const order = r.lat.map((_, i) => i).sort((a, b) => (r.rank[a] > 0) - (r.rank[b] > 0) || r.residents[b] - r.residents[a]);
  for (const i of order) {
    const mended = state.when === 'after' && r.rank[i] > 0;
    L.circleMarker([r.lat[i], r.lon[i]], {
      renderer: canvas, weight: 0, fillOpacity: 0.75, fillColor: mended ? '#1b7a43' : '#9c2a10',
      radius: 1.5 + 6 * Math.sqrt(r.residents[i] / largest),
    }).bindTooltip(text([number.format(Math.round(r.residents[i])) + ' ' + words.residents,
      mended ? words.by.replace('{rank}', r.rank[i]) : words.uncovered])).addTo(gap);
  }
  if (state.when === 'after') sites.addTo(map); else sites.remove();
}
function choices(box, options, key) {
  const boxElement = at(box);
  options.forEach(([value, label]) => {
    const button = document.createElement('button');
    button.textContent = label;
    button.setAttribute('role', 'radio');
    button.setAttribute('aria-checked', String(state[key] === value));
    button.addEventListener('click', () => {
      state[key] = value;
      [...boxElement.children].forEach(b => b.setAttribute('aria-checked', String(b === button)));
      draw();
    });
    boxElement.append(button);
  });
}
choices('cs-switch', [['before', words.before], ['after', words.after]], 'when');
if (data.rules.length > 1) choices('cs-rules', data.rules.map((r, i) => [i, r.rule]), 'rule');
for (const [colour, label] of [['#9c2a10', words.uncovered], ['#1b7a43', words.mended], ['#1f6e8c', words.existing]]) {
  const item = document.createElement('li'), dot = document.createElement('i');
  dot.style.background = colour;
  item.append(dot, label);
  at('cs-legend').append(item);
}

function table(id, title, heads, rows) {
  if (!rows.length) { at(id).remove(); at(id + '-title').remove(); return; }
  put(id + '-title', title);
  const line = (cells, tag, row) => {
    const tr = document.createElement('tr');
    cells.forEach((cell, i) => {
      const td = document.createElement(tag), value = cell && typeof cell === 'object' ? cell : {text: cell};
      td.textContent = value.text;
      if (value.kind) td.className = value.kind;
      if (typeof (row || [])[i] === 'number' || heads[i].startsWith('#')) td.classList.add('n');
      tr.append(td);
    });
    return tr;
  };
  at(id).tHead.append(line(heads.map(h => h.replace(/^#/, '')), 'th'));
  for (const {cells, asked, point} of rows) {
    const tr = line(cells, 'td', cells);
    if (asked) tr.className = 'asked';
    if (point) { tr.dataset.at = point; tr.addEventListener('click', () => map.setView(point, 15)); }
    at(id).tBodies[0].append(tr);
  }
}
table('cs-sites', words.sites, ['#', words.site, words.what, '#' + words.newly, '#' + words.total],
  data.sites.map(s => ({cells: [String(s.rank), s.name, s.kind + ' ' + s.what, number.format(s.gain), number.format(s.total)], point: s.at})));
table('cs-clauses', words.clauses, [words.rule, words.before, words.after],
  data.clauses.map(c => ({asked: c.asked, cells: [c.rule, {text: c.before + ' ' + c.was, kind: c.b}, {text: c.after + ' ' + c.is, kind: c.a}]})));
table('cs-closings', words.closings, [words.facility, words.rule, '#' + words.lost],
  data.closings.map(c => ({asked: c.single, cells: [c.name, c.rule, number.format(c.residents)]})));
draw();
const places = data.rules.flatMap(r => r.lat.map((lat, i) => [lat, r.lon[i]])).concat(data.sites.map(s => s.at));
if (places.length) map.fitBounds(L.latLngBounds(places).pad(0.08), {animate: false});
window.carecircle_siting = {map, state, draw};
