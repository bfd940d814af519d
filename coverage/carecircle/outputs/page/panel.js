// The panel: the answer first, then every clause with its citation, its people and its areas.

const BADGE = {
  FAIL: {d: 'M1 1h18v18H1z', mark: 'M6 6l8 8M14 6l-8 8'},
  PASS: {d: 'M10 .8a9.2 9.2 0 1 1 0 18.4A9.2 9.2 0 0 1 10 .8z', mark: 'M5.6 10.4l3 3 5.8-6.4'},
  NOT_ASSESSED: {d: 'M10 .6l9.4 9.4-9.4 9.4L.6 10z', mark: 'M7.4 8a2.6 2.6 0 1 1 3.6 2.4c-.7.3-1 .7-1 1.5M10 14.2v.4'},
  NO_THRESHOLD: {d: 'M2 4h16v12H2z', mark: 'M6 10h8'},
};

const OUTCOMES = ['FAIL', 'NOT_ASSESSED', 'NO_THRESHOLD', 'PASS'];

/** An outcome told three ways: colour, shape and word. */
function badge(outcome, worded) {
  const form = BADGE[outcome] || BADGE.NO_THRESHOLD;
  const icon = svg('svg', {viewBox: '0 0 20 20', class: `cc-badge cc-${outcome}`, 'aria-hidden': 'true'},
    svg('path', {d: form.d, class: 'cc-badge-shape'}), svg('path', {d: form.mark, class: 'cc-badge-mark'}));
  return h('span', {class: 'cc-outcome'}, icon, h('span', {class: worded ? 'cc-word' : 'cc-hidden'}, say(`page_outcome_${outcome}`)));
}

function showAnswer() {
  const a = page.answer, tally = OUTCOMES.filter((o) => a.tally[o]);
  const big = a.people > 0 ? [h('p', {class: 'cc-big'}, h('strong', {}, people(a.people)), h('span', {}, say('page_people_unit'))),
    h('p', {class: 'cc-says'}, say(a.says))] : h('p', {class: 'cc-says cc-calm'}, say(a.says));
  replaceChildren(document.getElementById('cc-answer'), big,
    h('ul', {class: 'cc-tally', 'aria-label': say('page_tally')}, tally.map((o) => h('li', {}, h('button', {type: 'button', onclick: () => openGroup(o)}, badge(o), h('b', {}, a.tally[o]), h('span', {'aria-hidden': 'true'}, say(`page_outcome_${o}`)))))));
}

function showHead() {
  const s = page.study;
  replaceChildren(document.getElementById('cc-head'), h('p', {class: 'cc-eyebrow'}, say('page_eyebrow', {plan: s.plan, year: s.year})),
    h('h1', {}, s.title), s.notice ? h('p', {class: 'cc-notice', role: 'note'}, say(s.notice)) : null);
  document.getElementById('cc-language').textContent = said.language === 'zh' ? 'English' : '中文';
  document.getElementById('cc-language').setAttribute('aria-label', said.language === 'zh' ? 'Switch to English' : '切换为中文');
}

function shareBar(clause) {
  if (clause.share === null) return null;
  const target = clause.shareTarget;
  return h('span', {class: 'cc-bar', 'aria-hidden': 'true'}, h('i', {style: `width:${clause.share * 100}%`, class: `cc-fill-${clause.outcome}`}),
    target === null ? null : h('b', {style: `left:${Math.min(target, 1) * 100}%`}));
}

function clauseRow(clause, index) {
  const open = index === state.clause;
  const button = h('button', {type: 'button', class: 'cc-clause', 'aria-expanded': String(open), 'data-rule': clause.rule, 'data-outcome': clause.outcome, onclick: () => chooseClause(index, true)},
    badge(clause.outcome),
    h('span', {class: 'cc-clause-main'}, h('span', {class: 'cc-clause-title'}, h('em', {}, clause.rule), say(clause.title)),
      h('span', {class: 'cc-clause-sub'}, say(clause.result)), shareBar(clause)),
    clause.affected > 0 ? h('span', {class: `cc-affected cc-aff-${clause.outcome}`}, h('b', {}, people(clause.affected)), ` ${say('page_people_unit')}`) : null);
  return h('li', {class: open ? 'cc-open' : null}, button, open ? detail(clause) : null);
}

/** Few clauses stand in one list; many are gathered by outcome, those not met open. */
function showClauses() {
  const box = document.getElementById('cc-verdicts'), heading = h('h2', {}, say('page_clauses', {n: page.order.length}));
  const list = (indices) => h('ol', {class: 'cc-clauses'}, indices.map((index) => clauseRow(page.clauses[index], index)));
  if (page.order.length <= 8) { replaceChildren(box, heading, list(page.order)); return; }
  const open = new Set([...box.querySelectorAll('details.cc-group')].filter((d) => d.open).map((d) => d.dataset.outcome));
  const first = !box.querySelector('details.cc-group');
  replaceChildren(box, heading, OUTCOMES.map((outcome) => {
    const indices = page.order.filter((i) => page.clauses[i].outcome === outcome);
    const shown = indices.includes(state.clause) || (first ? outcome === 'FAIL' : open.has(outcome));
    return indices.length ? h('details', {class: 'cc-group', 'data-outcome': outcome, open: shown}, h('summary', {}, badge(outcome, true), h('b', {}, indices.length)), list(indices)) : null;
  }));
}

function openGroup(outcome) {
  const group = document.querySelector(`.cc-group[data-outcome=${outcome}]`);
  if (group) group.open = true;
  const target = group || document.querySelector(`.cc-clause[data-outcome=${outcome}]`);
  if (target) target.scrollIntoView({block: 'start', behavior: calm ? 'auto' : 'smooth'});
}

const fact = (key, value, hint) => (value ? h('div', {}, h('dt', {}, say(key)), h('dd', {}, value, hint ? h('small', {}, hint) : null)) : null);
const listed = (key, items) => (items.length ? h('details', {class: 'cc-more'}, h('summary', {}, say(key, {n: items.length})), h('ul', {}, items.map((i) => h('li', {}, i)))) : null);

function detail(clause) {
  return h('div', {class: 'cc-detail'},
    h('blockquote', {}, h('p', {lang: 'zh-CN'}, `“${clause.quote}”`), h('cite', {}, say('page_cite', {plan: page.study.plan, section: clause.section}), ' · ', say(clause.modality), clause.softeners.length ? ` · ${clause.softeners.join('、')}` : '')),
    clause.reason ? h('p', {class: 'cc-reason'}, say(clause.reason)) : null,
    h('dl', {class: 'cc-facts'}, fact('page_observed', say(clause.observed)), fact('page_target', say(clause.target), say(clause.targetSource)), fact('page_margin', say(clause.margin)), clause.flip ? fact('page_flip', say(clause.flip)) : null),
    byRoad(clause), clause.alternatives.length ? h('p', {class: 'cc-alternatives'}, clause.alternatives.map((a) => say(a)).join('；')) : null,
    changed() && clause.people && clause.query !== null ? h('p', {class: 'cc-trying'}, say('page_whatif_banner')) : null,
    ledgerBar(clause), ranking(clause), units(clause),
    listed('page_missing', clause.missing.map((m) => say(m))), listed('page_assumptions', clause.assumptions.map((m) => say(m))),
    clause.contradicts.length ? h('p', {class: 'cc-contradicts'}, say('page_contradicts', {rules: clause.contradicts.join('、')})) : null);
}

function byRoad(clause) {
  if (!clause.byRoad) return null;
  const line = (key, share, kind) => h('div', {class: `cc-versus-${kind}`}, h('span', {}, say(key)), h('span', {class: 'cc-bar'}, h('i', {style: `width:${(share || 0) * 100}%`})), h('b', {}, percent(share)));
  return h('section', {class: 'cc-versus'}, h('h3', {}, say('page_versus')), line('page_on_paper', clause.share, 'paper'), line('page_by_road', clause.byRoad.observed, 'road'),
    clause.byRoad.paperOnly > 0 ? h('p', {}, say('page_paper_only', {n: people(clause.byRoad.paperOnly)})) : null);
}

const PARTS = ['covered', 'not_covered', 'unreachable', 'unsnapped', 'no_data'];
/** The clause's people, none lost: a bar, then the figures that add up. */
function ledgerBar(clause) {
  const l = changed() && clause.live ? clause.live.ledger : clause.ledger;
  if (!l) return null;
  const scope = PARTS.reduce((sum, part) => sum + l[part], 0);
  return h('section', {class: 'cc-ledger', 'data-cc': 'clause-ledger'}, h('h3', {}, say('page_ledger')),
    scope > 0 ? h('div', {class: 'cc-stack', 'aria-hidden': 'true'}, PARTS.filter((part) => l[part] > 0).map((part) => h('i', {class: `cc-part-${part}`, style: `flex:${l[part] / scope}`}))) : null,
    h('table', {}, h('tbody', {}, [...PARTS, 'outside'].filter((part) => l[part] > 0 || part === 'covered' || part === 'not_covered').map((part) => h('tr', {}, h('th', {scope: 'row'}, h('i', {class: `cc-dot cc-part-${part}`, 'aria-hidden': 'true'}), say(`page_part_${part}`)), h('td', {}, people(l[part])), h('td', {}, part === 'outside' || !scope ? '' : percent(l[part] / scope)))),
      h('tr', {class: 'cc-total'}, h('th', {scope: 'row'}, say('page_part_total')), h('td', {}, people(l.total)), h('td', {}, '')))));
}

const rankingState = {level: null, all: false};

/** Areas by the people they leave without: a click shows the area on the map. */
function ranking(clause) {
  const levels = page.levels.filter((l) => l.id !== 'county');
  if (!clause.people || !levels.length) return null;
  const level = levels.find((l) => l.id === rankingState.level) || levels[0], s = sums(clause);
  const rows = page.areas.names.map((name, a) => a).filter((a) => page.areas.level[a] === level.index && s.scope[a] > 0)
    .sort((a, b) => lacking(s, b) - lacking(s, a) || s.covered[a] / s.scope[a] - s.covered[b] / s.scope[b] || a - b);
  const shown = rankingState.all ? rows : rows.slice(0, 8);
  const tab = (l) => h('button', {type: 'button', 'aria-pressed': String(l === level), onclick: () => { rankingState.level = l.id; rankingState.all = false; showClauses(); }}, say(`page_level_${l.id}`));
  return h('section', {class: 'cc-ranking'}, h('div', {class: 'cc-ranking-head'}, h('h3', {}, say('page_ranking')), levels.length > 1 ? h('div', {class: 'cc-tabs'}, levels.map(tab)) : null),
    h('table', {'data-cc': 'ranking'}, h('thead', {}, h('tr', {}, ['page_rank_area', 'page_rank_lacking', 'page_rank_share'].map((key) => h('th', {scope: 'col'}, say(key))))),
      h('tbody', {}, shown.map((a) => areaRow(s, a)))),
    rows.length > 8 ? h('button', {type: 'button', class: 'cc-link', onclick: () => { rankingState.all = !rankingState.all; showClauses(); }}, rankingState.all ? say('page_fewer') : say('page_all', {n: rows.length})) : null);
}

function areaRow(s, a) {
  const known = s.scope[a] - s.no_data[a] - s.unsnapped[a];
  const share = s.covered[a] / s.scope[a];
  return h('tr', {}, h('th', {scope: 'row'}, h('button', {type: 'button', class: 'cc-area', onclick: () => zoomToArea(a)}, page.areas.names[a])),
    h('td', {}, people(lacking(s, a)), known < s.scope[a] ? h('small', {}, say('page_plus_unknown', {n: people(s.scope[a] - known)})) : null),
    h('td', {}, h('span', {class: 'cc-mini', 'aria-hidden': 'true'}, h('i', {style: `width:${share * 100}%`})), percent(share)));
}

function units(clause) {
  const bad = clause.units.filter((u) => u.outcome === 'FAIL'), waived = clause.units.filter((u) => u.outcome === 'WAIVED'), unsure = clause.units.filter((u) => u.outcome === 'NOT_ASSESSED');
  const line = (u) => h('li', {}, h('button', {type: 'button', class: 'cc-area', disabled: u.area < 0 && u.facility < 0, onclick: () => (u.area >= 0 ? zoomToArea(u.area) : zoomToFacility(u.facility))}, u.name), h('span', {}, say(u.observed), u.residents ? ` · ${people(u.residents)} ${say('page_people_unit')}` : '', u.waived ? ` · ${say(u.waived)}` : ''));
  const group = (key, list, open) => (list.length ? h('details', {class: 'cc-more', open}, h('summary', {}, say(key, {n: list.length})), h('ul', {class: 'cc-units'}, list.map(line))) : null);
  return [group('page_units_fail', bad, bad.length <= 12), group('page_units_unsure', unsure, false), group('page_units_waived', waived, false)];
}

function showSources() {
  const l = page.ledger, s = page.study;
  const item = (key, n) => h('div', {}, h('dt', {}, say(key)), h('dd', {}, people(n)));
  replaceChildren(document.getElementById('cc-sources'), h('section', {'data-cc': 'ledger'}, h('h2', {}, say('page_inputs')),
    l ? [h('dl', {class: 'cc-account'}, item('page_inputs_total', l.total), item('page_inputs_inside', l.inside), item('page_inputs_outside', l.outside), item('page_inputs_no_data', l.no_data)), h('p', {class: 'cc-small'}, say('page_inputs_balance'))] : h('p', {}, say('page_inputs_none')),
    page.beside.map((line) => h('p', {class: 'cc-small'}, say(line)))),
  h('section', {}, h('h2', {}, say('page_sources')), h('ul', {class: 'cc-small'}, s.attributions.map((a) => h('li', {}, a))), s.mapNumber ? h('p', {class: 'cc-small'}, say('page_map_number', {number: s.mapNumber})) : null,
    page.findings.length ? listed('page_findings', page.findings.map((f) => say(f))) : null,
    page.simplified.map((line) => h('p', {class: 'cc-small'}, say(line))),
    h('p', {class: 'cc-small'}, say('page_limits')), h('p', {class: 'cc-small cc-made'}, say('page_made', {version: s.version, date: s.created, hash: s.hash}))));
}

function chooseClause(index, toggle) {
  state.clause = index;
  rankingState.all = false;
  state.way = null;
  closeWhy();
  showControl();
  showSurface();
  redraw();
  showLegend();
  showClauses();
  showWhatIf(true);
  if (toggle) {
    const row = document.querySelector(`#cc-verdicts [data-rule="${CSS.escape(page.clauses[index].rule)}"]`);
    row.focus({preventScroll: true});
    row.scrollIntoView({block: 'nearest'});
  }
}

function zoomToArea(a) {
  const shapes = areaShapes();
  state.focus = a;
  if (emptyShape(shapes, a)) return;
  const b = shapes.boxes.subarray(a * 4, a * 4 + 4);
  showMap();
  map.fitBounds([[latOf(b[3]), lonOf(b[0])], [latOf(b[1]), lonOf(b[2])]], {...room(), maxZoom: 14, animate: !calm});
  redraw('borders');
}

function zoomToFacility(i) {
  const f = facilities();
  if (!f.placed[i]) return;
  showMap();
  map.setView([latOf(f.y[i]), lonOf(f.x[i])], Math.max(map.getZoom(), fitZoom() + 2), {animate: !calm});
}
