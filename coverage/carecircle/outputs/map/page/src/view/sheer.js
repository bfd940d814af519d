// A colour of the palette that lets what lies below it through.

/** As the canvas and style sheets take it. */
export function sheer(/** @type {string} */ colour, /** @type {number} */ opacity) {
  const whole = colour.length > 4 ? colour : colour.replace(/[0-9a-f]/gi, '$&$&'),
    part = (/** @type {number} */ at) => parseInt(whole.slice(at, at + 2), 16);
  return `rgba(${part(1)},${part(3)},${part(5)},${opacity})`;
}
