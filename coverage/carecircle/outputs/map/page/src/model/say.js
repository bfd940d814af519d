// What is said: sentences in the language shown, numbers as people read them.

import { page } from './page.js';

export const said = { language: 'zh', listeners: [] };

/** A sentence of ours, or a {zh, en} pair, in the language shown: {name} is filled, {n:person|people} chosen by n. */
export function say(key, facts) {
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

/** Whole people, thousands apart; by hand, for the browser's own formatter takes longer to wake than the map to draw. */
export const people = (n) => String(Math.round(n) || 0).replace(/\B(?=(\d{3})+$)/g, ',');

export const percent = (share) => {
  if (share === null || share === undefined || Number.isNaN(share)) return '—';
  if (share >= 1) return '100%';
  const shown = share > 0.999 ? Math.floor(share * 10000) / 100 : Math.round(share * 1000) / 10;
  return `${shown}%`;
};

export const metres = (m) =>
  m >= 1000
    ? `${Number((m / 1000).toFixed(m >= 100000 ? 0 : 1))} ${say('page_km')}`
    : `${Math.round(m)} ${say('page_m')}`;

export const minutes = (t) => `${t.toFixed(1)} ${say('page_min')}`;

export const measured = (value, unit) => (unit === 'min' ? minutes(value) : metres(value));

export function onLanguage(listener) {
  said.listeners.push(listener);
  listener();
}

export const finite = (v) => (v !== null && Number.isFinite(v) ? v : null);
