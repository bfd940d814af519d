// Elements: every text enters the page as text, never as markup.

import { said } from '../model/say.js';

/**
 * An element of the page by its id. What kind it is stands in page.html, not here.
 * @returns {any}
 */
export const byId = (/** @type {string} */ id) => document.getElementById(id);

/**
 * The first element that a selector names; null for none.
 * @returns {any}
 */
export const first = (/** @type {string} */ selector) => document.querySelector(selector);

/** An element: h('p', {class: 'x', onclick: f}, 'text', child, [more]). Strings become text nodes. */
export function h(tag, attributes, ...children) {
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

export function replaceChildren(element, ...children) {
  while (element.firstChild) element.removeChild(element.firstChild);
  put(element, children);
}

export function svg(tag, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function speak(language) {
  said.language = language;
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  said.listeners.forEach((listener) => listener());
}
