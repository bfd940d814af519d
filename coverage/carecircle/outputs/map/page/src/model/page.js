// The page as it was written: its data, and the columns of its blocks, opened when first asked for.

import { inflateNatively, openBlock } from './unpack.js';

/** @type {import('../page').Page} */
export let page = null;
let textOf = (/** @type {string} */ name) => '';
let readers = {};

/** Opens a page: its data, and what gives a block's packed text by name ('' for none); forgets the last page. */
export function openPage(data, blockText) {
  page = data;
  textOf = blockText;
  readers = {};
}

/** Made when first asked for, and anew for another page. */
export function once(make) {
  let of = null,
    value;
  return () => {
    if (value === undefined || of !== page) {
      of = page;
      value = make();
    }
    return value;
  };
}

/** The packed text of a block. */
export const blockText = (name) => textOf(name);

const columns = once(() => new Map());

/** A column of the page's blocks; a block is unpacked when something in it is first asked for. */
export function column(reference) {
  const name = reference[4],
    key = `${name} ${reference[0]} ${reference[1]}`, // an empty column begins where the next one does
    kept = columns();
  if (!kept.has(key)) {
    if (!readers[name]) readers[name] = openBlock(textOf(name));
    kept.set(key, readers[name](reference));
  }
  return kept.get(key);
}

/** Unpacks the blocks that the opening needs, while the browser lays out the panel. */
export async function unpackFirst() {
  const first = page.order.length ? page.order[0] : 0,
    opening = [...page.clauses.keys()].filter((i) => page.clauses[i].outcome === 'FAIL' || i === first);
  const needed = ['base', 'lines', ...opening.map((i) => `clause${i}`)].filter((name) =>
    textOf(name).trim(),
  );
  await Promise.all(
    needed.map(async (name) => {
      const bytes = await inflateNatively(textOf(name));
      if (bytes) readers[name] = openBlock('', bytes);
    }),
  );
}
