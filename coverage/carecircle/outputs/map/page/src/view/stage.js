// The map that everything is drawn on, and where it stood when it opened.

/** @type {L.Map} */
export let map = null;
let fitted = null;
/** Nothing is drawn before the map stands where it opens: then everything, once. */
export let begun = false;

export function openStage(opened) {
  map = opened;
}

/** Remembers the zoom at which the whole study is seen. */
export function standsFitted() {
  fitted = map.getZoom();
}

export function begin() {
  begun = true;
}

export const fitZoom = () => (fitted === null ? map.getZoom() : fitted);
export const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
