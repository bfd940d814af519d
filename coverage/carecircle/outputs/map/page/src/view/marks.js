// The marks: people of the gap gathered on the screen's grid, facilities by kind, and the colours of both.

import { COVERED, demand, NOT_COVERED, OUTSIDE, UNREACHABLE } from '../model/facts.js';
import { page } from '../model/page.js';
import { codesOf, paperOnly } from '../model/sides.js';
import { boxOf } from './repaint.js';
import { map } from './stage.js';
import { sheer } from './sheer.js';

export const ROAD_WIDTH = [2.2, 1.7, 1.2, 0.8, 0.6, 0.5];

/** Pixels between the lines that tell the classes apart on paper without colour; 0 for none. */
export const SHARE_LINES = [0, 13, 9, 6, 3.5];

export const shareClass = (share) => page.palette.shares.findIndex((c) => share >= c.from);

export const shareColour = (share) => page.palette.shares[shareClass(share)].colour;

export const BIN = 22,
  MOST_RADIUS = 26;

/** People of the gap gathered on the screen's grid, so that a county reads at a glance. */
function gapBins(view, clause) {
  const d = demand(),
    codes = codesOf(clause, view.basis),
    bins = new Map(),
    around = BIN + MOST_RADIUS, // whoever is farther off is in no disc that is drawn
    [west, north, east, south] = view.clip.map((v, k) => v + (k < 2 ? -around : around));
  if (!d || !codes) return [];
  for (let i = 0; i < d.n; i++) {
    const code = codes[i];
    if (code === OUTSIDE || (code === COVERED && clause.road === null)) continue;
    const px = d.x[i] * view.scale - view.left,
      py = d.y[i] * view.scale - view.top;
    if (px < west || px > east || py < north || py > south || !d.placed[i] || !(d.residents[i] > 0)) continue;
    const kind =
      code === COVERED
        ? paperOnly(clause, codes, i, view.basis)
          ? 3
          : -1
        : code === NOT_COVERED
          ? 0
          : code === UNREACHABLE
            ? 1
            : 2;
    if (kind < 0) continue;
    const gx = d.x[i] * view.scale,
      gy = d.y[i] * view.scale;
    const key = (Math.floor(gx / BIN) * 4194304 + Math.floor(gy / BIN)) * 4 + kind;
    const bin = bins.get(key) || { kind, people: 0, x: 0, y: 0 };
    bin.people += d.residents[i];
    bin.x += gx * d.residents[i];
    bin.y += gy * d.residents[i];
    bins.set(key, bin);
  }
  return [...bins.values()]
    .map((b) => ({
      kind: b.kind,
      people: b.people,
      x: b.x / b.people - view.left,
      y: b.y / b.people - view.top,
    }))
    .sort((a, b) => b.people - a.people);
}

/** People in each square of a grid (so many squares to the world's width) where anybody lives, the fewest first. */
function crowdsOf(d, squares) {
  const box = boxOf(d.placed.keys(), d);
  if (!box) return [];
  const [west, north] = [box[0], box[1]].map((v) => Math.floor(v * squares)),
    wide = Math.floor(box[2] * squares) - west + 1,
    high = Math.floor(box[3] * squares) - north + 1,
    few = wide * high < 1e6, // a plain table takes a tenth of a map's time
    /** @type {any} */
    bins = few ? new Float64Array(wide * high) : new Map();
  for (let i = 0; i < d.n; i++) {
    if (!d.placed[i]) continue;
    const key = (Math.floor(d.y[i] * squares) - north) * wide + Math.floor(d.x[i] * squares) - west;
    if (few) bins[key] += d.residents[i];
    else bins.set(key, (bins.get(key) || 0) + d.residents[i]);
  }
  return Float64Array.from(bins.values())
    .filter((n) => n > 0)
    .sort();
}

/** Pixels of radius for one person at a zoom: area is proportional to people, the same for every clause. */
export const gapScale = (() => {
  const kept = new Map();
  return (zoom) => {
    if (!kept.has(zoom)) {
      const crowds = demand() ? crowdsOf(demand(), map.options.crs.scale(zoom) / BIN) : [];
      kept.set(zoom, (BIN * 0.56) / Math.sqrt(Math.max(crowds[Math.floor(crowds.length * 0.96)] || 1, 1)));
    }
    return kept.get(zoom);
  };
})();

export const gapRadius = (count, zoom) => Math.min(MOST_RADIUS, Math.max(1.7, Math.sqrt(count) * gapScale(zoom)));

const discs = [];

/** The discs that stand on the map, the topmost first, in pixels of the map's layers. */
export const drawnDiscs = () => discs;

export function drawGap(ctx, view) {
  const clause = view.clause;
  if (!clause || !view.on.gap) return false;
  const whole = view.clip[0] === 0 && view.clip[2] === view.width; // a part redrawn knows its own discs only
  if (whole) discs.length = 0;
  const { x: left, y: top } = map.getPixelOrigin();
  for (const bin of gapBins(view, clause)) {
    const r = gapRadius(bin.people, view.zoom);
    if (bin.x < -r || bin.y < -r || bin.x > view.width + r || bin.y > view.height + r) continue;
    if (whole) discs.unshift({ ...bin, r, x: bin.x + view.left - left, y: bin.y + view.top - top });
    gapMark(ctx, bin.kind, bin.x, bin.y, r);
  }
}

/** 0 beyond the limit: disc · 1 no way there: disc with a cross · 2 not known: open dashed square · 3 only on paper: disc with a bar. */
export function gapMark(ctx, kind, x, y, r) {
  ctx.lineWidth = 1;
  if (kind === 2) {
    ctx.fillStyle = sheer(page.palette.white, 0.75);
    ctx.fillRect(x - r, y - r, 2 * r, 2 * r);
    ctx.strokeStyle = page.palette.gapUnsure;
    ctx.lineWidth = 1.4;
    ctx.setLineDash([3, 2]);
    ctx.strokeRect(x - r, y - r, 2 * r, 2 * r);
    ctx.setLineDash([]);
    return;
  }
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 7);
  ctx.fillStyle = kind === 3 ? sheer(page.palette.paperOnly, 0.78) : sheer(page.palette.bad, 0.76);
  ctx.fill();
  ctx.strokeStyle = sheer(page.palette.white, 0.9);
  ctx.stroke();
  if (r < 3.2 || kind === 0) return;
  const d = r * 0.55;
  ctx.lineWidth = Math.max(1.2, r * 0.18);
  ctx.strokeStyle = page.palette.white;
  ctx.beginPath();
  if (kind === 1) {
    ctx.moveTo(x - d, y - d);
    ctx.lineTo(x + d, y + d);
    ctx.moveTo(x + d, y - d);
    ctx.lineTo(x - d, y + d);
  } else {
    ctx.moveTo(x - d, y);
    ctx.lineTo(x + d, y);
  }
  ctx.stroke();
}

/** Pixels that a facility's mark may reach from its place. */
export const MOST_MARK = 16;

/** A facility's mark: the shape tells the kind of place, the fill whether it is open; quiet where all are seen from afar. */
export function facilityMark(ctx, shape, x, y, r, status, colour, quiet = false) {
  ctx.beginPath();
  if (shape === 'square') ctx.rect(x - r, y - r, 2 * r, 2 * r);
  else if (shape === 'triangle') {
    ctx.moveTo(x, y - r * 1.35);
    ctx.lineTo(x + r * 1.3, y + r * 0.95);
    ctx.lineTo(x - r * 1.3, y + r * 0.95);
    ctx.closePath();
  } else if (shape === 'diamond') {
    ctx.moveTo(x, y - r * 1.25);
    ctx.lineTo(x + r * 1.25, y);
    ctx.lineTo(x, y + r * 1.25);
    ctx.lineTo(x - r * 1.25, y);
    ctx.closePath();
  } else ctx.arc(x, y, r, 0, 7);
  ctx.lineJoin = 'round';
  ctx.lineWidth = quiet ? 2.4 : 3.4;
  ctx.strokeStyle = page.palette.white;
  ctx.stroke();
  ctx.fillStyle = status === 'open' && !quiet ? colour : page.palette.white;
  ctx.fill();
  ctx.lineWidth = quiet ? 1.2 : 1.5;
  ctx.strokeStyle = colour;
  if (status === 'planned') ctx.setLineDash([2.5, 2]);
  ctx.stroke();
  ctx.setLineDash([]);
  if (r < 5) return;
  ctx.strokeStyle = status === 'open' ? page.palette.white : colour;
  ctx.lineWidth = 1.6;
  ctx.beginPath();
  const d = r * 0.5,
    cy = shape === 'triangle' ? y + r * 0.25 : y;
  if (status === 'closed') {
    ctx.moveTo(x - r, y + r);
    ctx.lineTo(x + r, y - r);
  } else {
    ctx.moveTo(x - d, cy);
    ctx.lineTo(x + d, cy);
    ctx.moveTo(x, cy - d);
    ctx.lineTo(x, cy + d);
  }
  ctx.stroke();
}
