// Elements: every text enters the page as text, never as markup.

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
  element.append(...nodes(children));
  return element;
}

/** Children as nodes: nothing for null, undefined and false, text for all else that is no node. */
const nodes = (children) =>
  children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));

/** Gives an element these children. One that it has already is not taken out: a field being typed in keeps its focus. */
export function replaceChildren(element, ...children) {
  const wanted = nodes(children),
    staying = new Set(wanted);
  for (const child of [...element.childNodes]) if (!staying.has(child)) child.remove();
  let here = element.firstChild;
  for (const node of wanted) {
    if (node === here) here = here.nextSibling;
    else element.insertBefore(node, here);
  }
}

export function svg(tag, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
