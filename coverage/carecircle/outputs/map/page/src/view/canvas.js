// One canvas a layer, in its own pane: a draw function over Mercator coordinates that are kept ready.

import { page } from '../model/page.js';
import { begun } from './stage.js';
import { look } from './state.js';

const HALO = 'rgba(255,255,255,.92)';

export const FONT =
  '"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif';

export function seen(view, shapes, f) {
  const b = shapes.boxes,
    i = f * 4;
  return b[i] <= view.east && b[i + 2] >= view.west && b[i + 1] <= view.south && b[i + 3] >= view.north;
}

/** Adds one feature's rings to the current path, leaving out points closer than a third of a pixel. */
export function trace(ctx, view, shapes, f) {
  for (let r = shapes.first[f]; r < shapes.first[f + 1]; r++) {
    let lastX = NaN,
      lastY = NaN;
    const end = shapes.starts[r + 1] - 1;
    for (let i = shapes.starts[r]; i <= end; i++) {
      const px = shapes.x[i] * view.scale - view.left,
        py = shapes.y[i] * view.scale - view.top;
      if (Number.isNaN(lastX)) ctx.moveTo(px, py);
      else if (i === end || Math.abs(px - lastX) + Math.abs(py - lastY) > 0.34) ctx.lineTo(px, py);
      else continue;
      lastX = px;
      lastY = py;
    }
  }
}

/** A canvas in a pane; a draw that returns false drew nothing, and its canvas is left out of the picture. */
/** @type {any} */
export const CanvasLayer = L.Renderer.extend({
  initialize(pane, draw, shows) {
    L.setOptions(this, { pane, padding: 0.1 });
    L.stamp(this);
    this._layers = {};
    this._draw = draw;
    this._shows = shows;
  },
  _initContainer() {
    this._container = document.createElement('canvas');
    this._container.setAttribute('aria-hidden', 'true');
    this._ctx = this._container.getContext('2d');
  },
  _destroyContainer() {
    L.DomUtil.remove(this._container);
    this._container = null;
  },
  _updatePaths() {},
  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    /** @type {any} */ (L.Renderer.prototype)._update.call(this);
    const size = this._bounds.getSize(),
      ratio = document.body.dataset.printing ? 2 : Math.min(window.devicePixelRatio || 1, 2);
    L.DomUtil.setPosition(this._container, this._bounds.min);
    const [wide, high] = [size.x * ratio, size.y * ratio].map(Math.floor);
    if (this._container.width !== wide || this._container.height !== high) {
      this._container.width = wide;
      this._container.height = high;
      this._blank = true; // a canvas that nothing was drawn on takes neither memory nor time
    }
    this._container.style.width = `${size.x}px`;
    this._container.style.height = `${size.y}px`;
    this._ratio = ratio;
    this.redraw();
  },
  /** Draws anew, or only within [west, north, east, south] as world places (with room around in pixels). */
  redraw(box, around = 0) {
    if (!begun || !this._map || !this._container) return;
    if (this._blank && !this._shows()) {
      this._container.style.display = 'none'; // a pen once touched costs a picture's memory, though nothing is drawn
      return;
    }
    const map = this._map,
      ctx = this._ctx,
      size = this._bounds.getSize();
    const scale = map.options.crs.scale(map.getZoom()),
      origin = map.getPixelOrigin().add(this._bounds.min);
    const view = {
      scale,
      left: origin.x,
      top: origin.y,
      width: size.x,
      height: size.y,
      zoom: map.getZoom(),
      west: origin.x / scale,
      east: (origin.x + size.x) / scale,
      north: origin.y / scale,
      south: (origin.y + size.y) / scale,
      clip: [0, 0, size.x, size.y],
      ...look(),
    };
    ctx.setTransform(this._ratio, 0, 0, this._ratio, 0, 0);
    ctx.save();
    if (box) {
      const [x0, y0, x1, y1] = box.map((v, k) => v * scale - (k % 2 ? view.top : view.left));
      view.clip = [x0 - around, y0 - around, x1 + around, y1 + around].map(Math.round);
      ctx.beginPath();
      ctx.rect(view.clip[0], view.clip[1], view.clip[2] - view.clip[0], view.clip[3] - view.clip[1]);
      ctx.clip();
    }
    if (!this._blank) ctx.clearRect(0, 0, size.x, size.y);
    const drawn = this._draw(ctx, view) !== false;
    this._blank = !drawn && (this._blank || !box);
    this._container.style.display = drawn ? '' : 'none';
    ctx.restore();
  },
});

const hatches = {};

/** A fill of diagonal lines: what is not known never looks like a value. */
export function hatch(ctx, colour, gap) {
  const name = `${colour}${gap}`;
  if (!hatches[name]) {
    const tile = document.createElement('canvas'),
      pen = tile.getContext('2d');
    tile.width = tile.height = gap;
    pen.strokeStyle = colour;
    pen.lineWidth = 1.2;
    pen.beginPath();
    for (let d = -gap; d <= gap; d += gap) {
      pen.moveTo(d - 1, gap + 1);
      pen.lineTo(d + gap + 1, -1);
    }
    pen.stroke();
    hatches[name] = tile;
  }
  return ctx.createPattern(hatches[name], 'repeat');
}

function tiled(ctx, name, wide, high, draw) {
  if (!hatches[name]) {
    const tile = document.createElement('canvas'),
      pen = tile.getContext('2d');
    tile.width = wide;
    tile.height = high;
    pen.fillStyle = 'rgba(29,42,51,.5)';
    draw(pen);
    hatches[name] = tile;
  }
  return ctx.createPattern(hatches[name], 'repeat');
}

export const lines = (ctx, gap) => tiled(ctx, `lines${gap}`, 8, Math.ceil(gap), (pen) => pen.fillRect(0, 0, 8, 0.8));

export const dots = (ctx) => tiled(ctx, 'dots', 9, 9, (pen) => pen.fillRect(4, 4, 1, 1));

/** Labels that overlap neither each other nor the marks ([x, y, radius]): the first come is shown. */
export function labeller(ctx, view, marks) {
  const taken = marks.map(([x, y, r]) => [x - r, y - r, x + r, y + r]);
  return (text, x, y, { size = 12, weight = 400, colour = page.palette.ink, align = 'center', offset = 0 } = {}) => {
    ctx.font = `${weight} ${size}px ${FONT}`;
    const wide = ctx.measureText(text).width,
      left = align === 'center' ? x - wide / 2 : x + offset;
    const box = [left - 3, y - size / 2 - 2, left + wide + 3, y + size / 2 + 2];
    if (box[2] < 0 || box[0] > view.width || box[3] < 0 || box[1] > view.height) return false;
    if (taken.some((t) => t[0] < box[2] && t[2] > box[0] && t[1] < box[3] && t[3] > box[1])) return false;
    taken.push(box);
    ctx.textBaseline = 'middle';
    ctx.textAlign = 'left';
    ctx.lineJoin = 'round';
    ctx.lineWidth = 3;
    ctx.strokeStyle = HALO;
    ctx.strokeText(text, left, y);
    ctx.fillStyle = colour;
    ctx.fillText(text, left, y);
    return true;
  };
}
