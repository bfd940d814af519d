// A clause in full: its words, its people to the last one, its areas and units; and the sources below.

import { page } from '../model/page.js';
import { people, percent, said, say } from '../model/say.js';
import { changed } from '../model/scenario.js';
import { aboutReach, liveClause } from '../model/trial.js';
import { byId, h, replaceChildren } from './elements.js';
import { badge, zoomToArea, zoomToFacility } from './panel.js';
import { ranking, rankingState } from './ranking.js';

const fact = (key, value, hint) =>
  value ? h('div', {}, h('dt', {}, say(key)), h('dd', {}, value, hint ? h('small', {}, hint) : null)) : null;

const listed = (key, items) =>
  items.length
    ? h(
        'details',
        { class: 'cc-more' },
        h('summary', {}, say(key, { n: items.length })),
        h(
          'ul',
          {},
          items.map((i) => h('li', {}, i)),
        ),
      )
    : null;

/** How far a clause is above what is required, or how far short of it. */
const margined = (shown) =>
  shown.startsWith('-') ? fact('page_short', shown.slice(1)) : fact('page_margin', shown);

/** What a clause's turn is headed: what would meet it, what would decide it; else what would change it. */
const FLIPS = { FAIL: 'page_flip', NOT_ASSESSED: 'page_flip_open' };

/** A clause in full; ``whole`` with every row of its list of areas. */
export function detail(clause, whole = rankingState.all) {
  return h(
    'div',
    { class: 'cc-detail' },
    h(
      'blockquote',
      {},
      h('p', { lang: /[\u3400-\u9fff]/.test(clause.quote) ? 'zh-CN' : 'en' }, clause.quote),
      h(
        'cite',
        {},
        say(clause.cited),
        ' · ',
        say(clause.modality),
        clause.softeners.length ? ` · ${clause.softeners.join('、')}` : '',
      ),
    ),
    clause.mark === clause.outcome
      ? null
      : h('p', { class: 'cc-state-line' }, badge(clause.mark), say(`page_state_${clause.mark}`)),
    clause.reason ? h('p', { class: 'cc-reason' }, say(clause.reason)) : null,
    h(
      'dl',
      { class: 'cc-facts' },
      fact('page_observed', say(clause.observed)),
      fact('page_target', say(clause.target), say(clause.targetSource)),
      margined(say(clause.margin)),
      clause.flip ? fact(FLIPS[clause.outcome] || 'page_flip_other', say(clause.flip)) : null,
    ),
    clause.onTrack ? h('p', { class: 'cc-track' }, say(clause.onTrack)) : null,
    changed() ? null : clause.stands.map((s) => h('p', { class: 'cc-alternatives' }, say(s))),
    byRoad(clause),
    clause.alternatives.length
      ? h('p', { class: 'cc-alternatives' }, clause.alternatives.map((a) => say(a)).join(said.language === 'zh' ? '；' : '; '))
      : null,
    changed() && clause.people && clause.query !== null
      ? h('p', { class: 'cc-trying' }, say('page_whatif_banner'))
      : null,
    ledgerBar(clause),
    ranking(clause, whole),
    counties(clause),
    units(clause),
    listed(
      'page_missing',
      clause.missing.map((m) => say(m)),
    ),
    listed(
      'page_assumptions',
      clause.assumptions.map((m) => say(m)),
    ),
    clause.contradicts.length
      ? h('p', { class: 'cc-contradicts' }, say('page_contradicts', { rules: clause.contradicts.join(said.language === 'zh' ? '、' : ', ') }))
      : null,
  );
}

function byRoad(clause) {
  if (!clause.byRoad) return null;
  const line = (key, share, kind) =>
    h(
      'div',
      { class: `cc-versus-${kind}` },
      h('span', {}, say(key)),
      h('span', { class: 'cc-bar' }, h('i', { style: `width:${(share || 0) * 100}%` })),
      h('b', {}, percent(share)),
    );
  return h(
    'section',
    { class: 'cc-versus' },
    h('h3', {}, say('page_versus')),
    line('page_on_paper', clause.share, 'paper'),
    line('page_by_road', clause.byRoad.observed, 'road'),
    clause.byRoad.paperOnly > 0
      ? h('p', {}, say('page_paper_only', { n: people(clause.byRoad.paperOnly) }))
      : null,
  );
}

const PARTS = ['covered', 'not_covered', 'unreachable', 'cut_off', 'unsnapped', 'closed', 'no_data'];

/** The clause's people, none lost: a bar, then the figures that add up. */
function ledgerBar(clause) {
  const l = changed() && aboutReach(clause) ? liveClause(clause).ledger : clause.ledger;
  if (!l) return null;
  const scope = PARTS.reduce((sum, part) => sum + (l[part] || 0), 0);
  return h(
    'section',
    { class: 'cc-ledger', 'data-cc': 'clause-ledger' },
    h('h3', {}, say('page_ledger')),
    scope > 0
      ? h(
          'div',
          { class: 'cc-stack', 'aria-hidden': 'true' },
          PARTS.filter((part) => l[part] > 0).map((part) =>
            h('i', { class: `cc-part-${part}`, style: `flex:${l[part] / scope}` }),
          ),
        )
      : null,
    h(
      'table',
      {},
      h(
        'tbody',
        {},
        [...PARTS, 'outside']
          .filter((part) => l[part] > 0 || part === 'covered' || part === 'not_covered')
          .map((part) =>
            h(
              'tr',
              {},
              h(
                'th',
                { scope: 'row' },
                h('i', { class: `cc-dot cc-part-${part}`, 'aria-hidden': 'true' }),
                say(`page_part_${part}`),
              ),
              h('td', {}, people(l[part])),
              h('td', {}, part === 'outside' || !scope ? '' : percent(l[part] / scope)),
            ),
          ),
        h(
          'tr',
          { class: 'cc-total' },
          h('th', { scope: 'row' }, say('page_part_total')),
          h('td', {}, people(l.total)),
          h('td', {}, ''),
        ),
      ),
    ),
  );
}

/** A prefecture county by county: what is added up, what it is divided by, what it comes to. */
function counties(clause) {
  if (!clause.counties.length) return null;
  const number = (n) => (n === null ? '' : n.toLocaleString('en', { maximumFractionDigits: 2 }));
  const columns = ['county', 'numerator', 'denominator', 'observed', 'outcome'];
  return h(
    'section',
    { class: 'cc-counties', 'data-cc': 'counties' },
    h('h3', {}, say('page_counties')),
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, columns.map((c) => h('th', { scope: 'col' }, say(`page_counties_${c}`))))),
      h(
        'tbody',
        {},
        clause.counties.map((c) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, c.name),
            h('td', {}, number(c.numerator)),
            h('td', {}, number(c.denominator)),
            h('td', {}, say(c.observed)),
            h('td', {}, say(c.said)),
          ),
        ),
      ),
    ),
  );
}

function units(clause) {
  const bad = clause.units.filter((u) => u.outcome === 'FAIL'),
    surplus = clause.units.filter((u) => u.state === 'surplus'),
    waived = clause.units.filter((u) => u.outcome === 'WAIVED'),
    unsure = clause.units.filter((u) => u.outcome === 'NOT_ASSESSED');
  const line = (u) =>
    h(
      'li',
      {},
      h(
        'button',
        {
          type: 'button',
          class: 'cc-area',
          disabled: u.area < 0 && u.facility < 0,
          onclick: () => (u.area >= 0 ? zoomToArea(u.area) : zoomToFacility(u.facility)),
        },
        u.name,
      ),
      h(
        'span',
        {},
        say(u.observed),
        u.residents ? ` · ${people(u.residents)} ${say('page_people_unit')}` : '',
        u.waived ? ` · ${say(u.waived)}` : '',
      ),
    );
  const group = (key, list, open) =>
    list.length
      ? h(
          'details',
          { class: 'cc-more', open },
          h('summary', {}, say(key, { n: list.length })),
          h('ul', { class: 'cc-units' }, list.map(line)),
        )
      : null;
  return [
    group('page_units_fail', bad, bad.length <= 12),
    group('page_units_surplus', surplus, surplus.length <= 12),
    group('page_units_unsure', unsure, false),
    group('page_units_waived', waived, false),
  ];
}

export function showSources() {
  const l = page.ledger,
    s = page.study;
  const item = (key, n) => h('div', {}, h('dt', {}, say(key)), h('dd', {}, people(n)));
  replaceChildren(
    byId('cc-sources'),
    h(
      'section',
      { 'data-cc': 'ledger' },
      h('h2', {}, say('page_inputs')),
      l
        ? [
            h(
              'dl',
              { class: 'cc-account' },
              item('page_inputs_total', l.total),
              item('page_inputs_inside', l.inside),
              item('page_inputs_outside', l.outside),
              item('page_inputs_no_data', l.no_data),
            ),
            h('p', { class: 'cc-small' }, say('page_inputs_balance')),
          ]
        : h('p', {}, say('page_inputs_none')),
      page.beside.map((line) => h('p', { class: 'cc-small' }, say(line))),
    ),
    h(
      'section',
      {},
      h('h2', {}, say('page_sources')),
      h(
        'ul',
        { class: 'cc-small' },
        s.attributions.map((a) => h('li', {}, a)),
      ),
      s.mapNumber ? h('p', { class: 'cc-small' }, say('page_map_number', { number: s.mapNumber })) : null,
      page.findings.length
        ? listed(
            'page_findings',
            page.findings.map((f) => say(f)),
          )
        : null,
      page.simplified.map((line) => h('p', { class: 'cc-small' }, say(line))),
      h('p', { class: 'cc-small' }, say('page_limits')),
      h(
        'p',
        { class: 'cc-small cc-made' },
        say('page_made', { version: s.version, date: s.created, hash: s.hash }),
      ),
    ),
  );
}
