// Words and elements: every text enters the page as text, never as markup.

const said = { language: 'zh', listeners: [] };

/** A sentence of ours, or a {zh, en} pair, in the language shown: {name} is filled, {n:person|people} chosen by n. */
function say(key, facts) {
  const forms = typeof key === 'string' ? page.words[key] : key;
  if (!forms) return typeof key === 'string' ? key : '';
  const text = forms[said.language] !== undefined ? forms[said.language] : forms.zh;
  return facts ? text.replace(/\{(\w+)(?::([^{}|]*)\|([^{}|]*))?\}/g, filled) : text;

  function filled(whole, name, one, other) {
    if (!(name in facts)) return whole;
    if (other === undefined) return facts[name];
    return String(facts[name]) === '1' ? one : other;
  }
}

/** An element: h('p', {class: 'x', onclick: f}, 'text', child, [more]). Strings become text nodes. */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  put(element, children);
  return element;
}

function put(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

function replaceChildren(element, ...children) {
  while (element.firstChild) element.removeChild(element.firstChild);
  put(element, children);
}

function svg(tag, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Whole people, thousands apart; by hand, for the browser's own formatter takes longer to wake than the map to draw. */
const people = (n) => String(Math.round(n) || 0).replace(/\B(?=(\d{3})+$)/g, ',');
const percent = (share) => {
  if (share === null || share === undefined || Number.isNaN(share)) return '—';
  if (share >= 1) return '100%';
  const shown = share > 0.999 ? Math.floor(share * 10000) / 100 : Math.round(share * 1000) / 10;
  return `${shown}%`;
};
const metres = (m) =>
  m >= 1000
    ? `${Number((m / 1000).toFixed(m >= 100000 ? 0 : 1))} ${say('page_km')}`
    : `${Math.round(m)} ${say('page_m')}`;
const minutes = (t) => `${t.toFixed(1)} ${say('page_min')}`;
const measured = (value, unit) => (unit === 'min' ? minutes(value) : metres(value));

function onLanguage(listener) {
  said.listeners.push(listener);
  listener();
}

function speak(language) {
  said.language = language;
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  said.listeners.forEach((listener) => listener());
}
