// The panel: said anew in each language.

import { byId, first, h } from '../../../map/page/src/view/elements.js';
import { data, people, said, state } from './data.js';
import { draw } from './drawn.js';

const put = (id, text) => {
  byId(id).textContent = text;
};

function choices(box, label, options, key) {
  byId(box).setAttribute('aria-label', said(label));
  byId(box).replaceChildren(
    ...options.map(([value, text]) =>
      h(
        'button',
        {
          type: 'button',
          'aria-pressed': String(state[key] === value),
          onclick: (event) => {
            state[key] = value;
            for (const button of byId(box).children)
              button.setAttribute('aria-pressed', String(button === event.target));
            draw();
          },
        },
        text,
      ),
    ),
  );
}

/** What stands in a cell: a text, one with its kind, or one that leads to a place on the map. */
const held = (value) =>
  value.go
    ? h('button', { type: 'button', class: 'cs-link', onclick: () => leafletMap.setView(value.go, 15) }, value.text)
    : value.text === undefined
      ? value
      : value.text;

/** A heading and a table; a head that begins with # is a column of numbers. Nothing where there are no rows. */
function table(id, title, heads, rows) {
  byId(id).hidden = !rows.length;
  const cell = (tag, value, i) => {
      const kinds = [value.kind, heads[i].startsWith('#') ? 'n' : null].filter(Boolean).join(' ');
      return h(tag, { class: kinds || null, scope: tag === 'th' ? 'col' : null }, held(value));
    },
    row = ({ cells, asked }) =>
      h('tr', { class: asked ? 'asked' : null }, cells.map((value, i) => cell('td', value, i)));
  byId(id).replaceChildren(
    h('h2', {}, said(title)),
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, heads.map((head, i) => cell('th', head.replace(/^#/, ''), i)))),
      h('tbody', {}, rows.map(row)),
    ),
  );
}

function tables() {
  const number = (key) => `#${said(key)}`;
  table(
    'cs-sites',
    'sites',
    [number('rank'), said('site'), said('what'), number('newly'), number('total')],
    data.sites.map((s) => ({
      cells: [
        String(s.rank),
        { text: s.name, go: s.at },
        `${said(s.kind)} ${said(s.what)}`,
        people(s.gain),
        people(s.total),
      ],
    })),
  );
  table(
    'cs-clauses',
    'clauses',
    [said('rule'), said('before'), said('after')],
    data.clauses.map((c) => ({
      asked: c.asked,
      cells: [
        c.rule,
        { text: `${said(c.before)} ${said(c.was)}`, kind: c.b },
        { text: `${said(c.after)} ${said(c.is)}`, kind: c.a },
      ],
    })),
  );
  table(
    'cs-closings',
    'closings',
    [said('facility'), said('rule'), number('lost')],
    data.closings.map((c) => ({ asked: c.single, cells: [c.name, c.rule, people(c.residents)] })),
  );
}

export function speak(language) {
  const chinese = language === 'zh',
    { bad, gained, ink } = data.palette;
  state.language = language;
  document.documentElement.lang = chinese ? 'zh-CN' : 'en';
  document.title = `${data.title} · ${said('name')}`;
  put('cs-language', chinese ? 'English' : '中文');
  byId('cs-language').setAttribute('aria-label', chinese ? 'Switch to English' : '切换为中文');
  byId('cs-language').lang = chinese ? 'en' : 'zh';
  for (const way of ['in', 'out']) {
    const button = first(`.leaflet-control-zoom-${way}`);
    button.title = said(`zoom_${way}`);
    button.setAttribute('aria-label', button.title);
  }
  put('cs-plan', data.plan);
  put('cs-title', data.title);
  put('cs-answer', said(data.answer));
  put('cs-foot', [...data.attributions, data.map_number, said('limits')].filter(Boolean).join(' · '));
  byId('cs-impossible').hidden = !data.impossible.length;
  byId('cs-impossible').replaceChildren(...data.impossible.map((forms) => h('li', {}, said(forms))));
  const moments = ['before', 'after'];
  choices('cs-switch', 'when', moments.map((when) => [when, said(when)]), 'when');
  byId('cs-rules').hidden = data.rules.length < 2;
  choices('cs-rules', 'rule', data.rules.map((r, i) => [i, r.rule]), 'rule');
  const marks = [[bad, 'uncovered'], [gained, 'mended'], [ink, 'existing']];
  byId('cs-legend').replaceChildren(
    ...marks.map(([colour, key]) => h('li', {}, h('i', { style: `background:${colour}` }), said(key))),
  );
  tables();
}
