// The stack of canvases: which drawings lie on which, from the land upwards.

import { clauseAt } from '../model/everyone.js';
import { CanvasLayer } from './canvas.js';
import {
  drawBorders, drawCircles, drawFacilities, drawLand, drawRoads, drawShade, drawVeil,
} from './layers.js';
import { drawFlash, flashing } from './flash.js';
import { drawLanes } from './lanes.js';
import { drawGap } from './marks.js';
import { drawNames } from './names.js';
import { drawMeasure, measure } from './measure.js';
import { drawIslands, drawSites, drawUnits, drawWater, failing, signed } from './overlays.js';
import { map } from './stage.js';
import { clauseNow, state } from './state.js';
import { bothSides, sides, swipe } from './swipe.js';
import { drawWay } from './wayline.js';

/** @type {Record<string, any>} */
export const layers = {};

const always = () => true;

/** Whether a side that is shown has what a layer draws. */
const onASide = (has) => (swipe.kind ? sides().map((side) => clauseAt(side.clause)) : [clauseNow()]).some(has);

/** Canvas, its drawings from below upwards, height, whether the sides of a comparison differ in it, when it shows anything. */
/** @type {[string, Function[], number, boolean, () => any][]} */
const LAYERS = [
  ['shade', [drawLand, drawShade, drawVeil], 210, true, always],
  ['lines', [drawWater, drawRoads, drawBorders], 300, false, always],
  ['circles', [drawCircles], 340, true, () => state.on.circles && onASide((clause) => clause && clause.radius)],
  ['units', [drawUnits], 360, true, () => state.on.units && onASide((clause) => failing(clause).length + signed(clause).length > 0)],
  ['facilities', [drawFacilities], 370, true, always],
  ['gap', [drawGap], 380, true, () => state.on.gap],
  ['islands', [drawIslands], 385, true, () => state.on.islands],
  ['lanes', [drawLanes], 390, false, () => state.on.lanes],
  ['way', [drawWay], 395, false, () => state.way !== null],
  ['places', [drawSites, drawNames], 410, true, always],
  ['flash', [drawFlash], 420, false, flashing],
  ['measure', [drawMeasure], 430, false, () => measure.on],
];

/** Each drawing in turn, with a pen of its own; false where none of them drew. */
const inTurn = (draws) => (ctx, view) =>
  draws.filter((draw) => {
    ctx.save();
    const drawn = draw(ctx, view) !== false;
    ctx.restore();
    return drawn;
  }).length > 0;

export function openLayers() {
  for (const [name, draws, z, sided, shows] of LAYERS) {
    const pane = map.createPane(`cc-${name}`),
      draw = inTurn(draws);
    pane.style.zIndex = String(z);
    pane.style.pointerEvents = 'none';
    layers[name] = new CanvasLayer(`cc-${name}`, sided ? bothSides(name, draw) : draw, shows).addTo(map);
  }
}

export function redraw(...names) {
  (names.length ? names : Object.keys(layers)).forEach((name) => layers[name].redraw());
}
