"""The sheet a map is drawn on: lines and marks, names that do not overlap, a legend, scale and north."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.colours import PRINT_INK, PRINT_PATTERNS, WHITE

_PAPER, _INK = WHITE, PRINT_INK
_LINES, _DOTS, _CROSSED = PRINT_PATTERNS
WIDTH = 720.0
"""Width of a drawing in points of its own; its legend takes `LEGEND` of them."""
LEGEND = 206.0
_EDGE = 14.0
_STEPS = (1.0, 2.0, 5.0)


@dataclass
class Sheet:
    """A drawing that grows: a map on the left, a legend on the right (none where ``legend`` is off).

    Parameters
    ----------
    extent
        West, south, east, north in metres of the study's projected CRS.
    family
        CSS font families of all writing.
    tall
        The most points that the map may be high.
    whole
        What the extent is a part of: what lies beyond the extent is cut off, and a small outline in the
        legend shows which part is drawn. None: the extent is all there is.
    """

    extent: tuple[float, float, float, float]
    family: str
    legend: bool = True
    tall: float = 560.0
    whole: BaseGeometry | None = None
    parts: list[str] = field(default_factory=list)
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        west, south, east, north = self.extent
        room = WIDTH - (LEGEND if self.legend else 0.0) - 2 * _EDGE
        self.scale = min(room / max(east - west, 1.0), self.tall / max(north - south, 1.0))
        self.width = WIDTH
        self.height = (
            max(
                (north - south) * self.scale, (250.0 if self.whole is None else 372.0) if self.legend else 0.0
            )
            + 2 * _EDGE
        )
        self._left = _EDGE + (room - (east - west) * self.scale) / 2
        self._top = (self.height - (north - south) * self.scale) / 2
        self._row = _EDGE + 8.0

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Points of the drawing for metres of the study."""
        return self._left + (x - self.extent[0]) * self.scale, self._top + (self.extent[3] - y) * self.scale

    def shape(self, geometry: shapely.Geometry, style: str) -> None:
        """Draw polygons or lines; detail finer than half a point (a point without legend) is left out."""
        if self.whole is not None:
            geometry = shapely.intersection(geometry, shapely.box(*self.extent))
        simple = shapely.simplify(geometry, (0.5 if self.legend else 1.0) / self.scale)
        lines = [shapely.get_coordinates(r) for p in shapely.get_parts(simple) for r in _lines(p)]
        if path := "".join(self._path(xy) for xy in lines if len(xy) > 1):
            self.parts.append(f'<path d="{path}" {style}/>')

    def _path(self, xy: np.ndarray) -> str:
        x = self._left + (xy[:, 0] - self.extent[0]) * self.scale
        y = self._top + (self.extent[3] - xy[:, 1]) * self.scale
        closed = len(xy) > 3 and bool((xy[0] == xy[-1]).all())
        points = [f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True)]
        return f"M{'L'.join(points[:-1] if closed else points)}{'Z' if closed else ''}"

    def disc(self, x: float, y: float, radius: float, style: str) -> None:
        """A circle of a radius in points of the drawing, about a place in metres."""
        cx, cy = self.at(x, y)
        self.parts.append(f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="{radius:.2f}" {style}/>')

    def mark(self, x: float, y: float, kind: str, style: str, *, keep: bool = False) -> None:
        """A facility's mark about a place in metres; with ``keep`` no name may cover it."""
        if self.whole is not None and not self._holds(x, y):
            return
        cx, cy = self.at(x, y)
        self.parts.append(marked(cx, cy, kind, style))
        if keep:
            self.taken.append((cx - 6, cy - 6, cx + 6, cy + 6))

    def _holds(self, x: float, y: float) -> bool:
        west, south, east, north = self.extent
        return west <= x <= east and south <= y <= north

    def locate(self) -> None:
        """Frame a map of a part, and show in the legend which part of the whole it is."""
        if self.whole is None:
            return
        west, south, east, north = self.whole.bounds
        left, top = self.width - LEGEND + 14, self.height - _EDGE - 102
        scale = min(100.0 / max(east - west, 1.0), 58.0 / max(north - south, 1.0))
        drawn = shapely.simplify(self.whole, 0.5 / scale)
        rings = [shapely.get_coordinates(r) for p in shapely.get_parts(drawn) for r in _lines(p)]
        thin = f'fill="none" stroke="{_INK}" stroke-width="0.7"'
        for xy in rings:
            points = " ".join(
                f"{left + (x - west) * scale:.1f},{top + (north - y) * scale:.1f}" for x, y in xy
            )
            self.parts.append(f'<polyline points="{points}" {thin}/>')
        for frame, at, size, width in (
            (self.extent, (left - west * scale, top + north * scale), scale, 1.6),
            (
                self.extent,
                (self._left - self.extent[0] * self.scale, self._top + self.extent[3] * self.scale),
                self.scale,
                0.8,
            ),
        ):
            corner = f'x="{at[0] + frame[0] * size:.1f}" y="{at[1] - frame[3] * size:.1f}"'
            sides = f'width="{(frame[2] - frame[0]) * size:.1f}" height="{(frame[3] - frame[1]) * size:.1f}"'
            self.parts.append(f'<rect {corner} {sides} fill="none" stroke="{_INK}" stroke-width="{width}"/>')

    def name(self, x: float, y: float, text: str, size: float, *, bold: bool = False) -> bool:
        """Write a place's name in black on a white halo, unless it would cover another name."""
        cx, cy = self.at(x, y)
        half = sum(size if ord(c) > 0x2E80 else size * 0.55 for c in text) / 2
        right = self.width - (LEGEND if self.legend else 0.0)
        for down in (0.0, 1.4, -1.4, 2.2, -2.2):
            middle = cy + down * size
            box = (cx - half, middle - size * 0.6, cx + half, middle + size * 0.6)
            inside = box[0] > 0 and box[2] < right and box[1] > 0 and box[3] < self.height
            if inside and not any(_overlap(box, other) for other in self.taken):
                break
        else:
            return False
        self.taken.append(box)
        face = f'font-size="{size}" font-weight="{700 if bold else 400}" text-anchor="middle"'
        for paint in (
            f'fill="{_PAPER}" stroke="{_PAPER}" stroke-width="2.6" stroke-linejoin="round"',
            f'fill="{_INK}"',
        ):
            self.parts.append(_text(cx, middle + size * 0.36, text, f"{face} {paint}"))
        return True

    def compass(self, north: str, kilometre: str) -> None:
        """A scale bar and a north arrow at the foot of the legend (or of the map)."""
        room = 110.0 / self.scale
        base = 10.0 ** math.floor(math.log10(room))
        length = max(step * base for step in _STEPS if step * base <= room)
        long = length * self.scale
        x, y = self.width - LEGEND + 14, self.height - _EDGE - 6
        ink, half = (
            f'stroke="{_INK}" stroke-width="0.8"',
            f'y="{y - 4:.1f}" width="{long / 2:.1f}" height="4"',
        )
        self.parts += [
            f'<rect x="{x:.1f}" {half} fill="{_INK}" {ink}/>',
            f'<rect x="{x + long / 2:.1f}" {half} fill="{_PAPER}" {ink}/>',
            _text(x, y - 9, "0", 'font-size="10"'),
            _text(x + long, y - 9, f"{length / 1000:g} {kilometre}", 'font-size="10" text-anchor="middle"'),
            f'<path d="M{x + 158:.1f} {y - 26:.1f}l5 20l-5 -4l-5 4z" fill="{_INK}"/>',
            _text(x + 158, y - 30, north, 'font-size="11" font-weight="700" text-anchor="middle"'),
        ]

    def entry(self, sign: str, text: str, *, head: bool = False) -> None:
        """One line of the legend: a sign drawn about (0, 0) in a box of 24 × 14, and what it means."""
        x = self.width - LEGEND + 14
        for i, line in enumerate(_wrapped(text, 15.0 if head else 13.0)):
            if sign and not i:
                self.parts.append(f'<g transform="translate({x + 12:.1f} {self._row - 4:.1f})">{sign}</g>')
            weight = 'font-size="11.5" font-weight="700"' if head else 'font-size="11"'
            self.parts.append(_text(x + (0 if head else 32), self._row, line, weight))
            self._row += 15.0
        self._row += 3.0

    def svg(self) -> str:
        """The whole drawing."""
        size = f'viewBox="0 0 {self.width:.0f} {self.height:.0f}"'
        scale = f'width="{self.width:.0f}" height="{self.height:.0f}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {scale} font-family="{escape(self.family)}">'
        ground = f'<rect width="{self.width:.0f}" height="{self.height:.0f}" fill="{_PAPER}"/>'
        return f"{head}{_PATTERNS}{ground}{''.join(self.parts)}</svg>"


_PATTERNS = (
    "<defs>"
    '<pattern id="cc-lines" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="5" height="5" fill="{_PAPER}"/>'
    f'<path d="M0 0V5" stroke="{_LINES}" stroke-width="1.2"/></pattern>'
    '<pattern id="cc-dots" width="5" height="5" patternUnits="userSpaceOnUse">'
    f'<rect width="5" height="5" fill="{_PAPER}"/>'
    f'<circle cx="2.5" cy="2.5" r="0.8" fill="{_DOTS}"/></pattern>'
    '<pattern id="cc-cross" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="6" height="6" fill="{_CROSSED}"/>'
    f'<path d="M0 0V6" stroke="{_PAPER}" stroke-width="1"/></pattern>'
    "</defs>"
)


def marked(cx: float, cy: float, kind: str, style: str, size: float = 4.2) -> str:
    """A triangle, square, diamond or disc about a point of the drawing."""
    s = size
    if kind == "triangle":
        return (
            f'<path d="M{cx:.1f} {cy - 1.25 * s:.1f}l{1.2 * s:.1f} {2.1 * s:.1f}h{-2.4 * s:.1f}z" {style}/>'
        )
    if kind == "square":
        corner = f'x="{cx - 0.9 * s:.1f}" y="{cy - 0.9 * s:.1f}"'
        return f'<rect {corner} width="{1.8 * s:.1f}" height="{1.8 * s:.1f}" {style}/>'
    if kind == "diamond":
        sides = "".join(f"l{x * s:.1f} {y * s:.1f}" for x, y in ((1, 1.2), (-1, 1.2), (-1, -1.2)))
        return f'<path d="M{cx:.1f} {cy - 1.2 * s:.1f}{sides}z" {style}/>'
    return f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="{s:.1f}" {style}/>'


def _lines(part: shapely.Geometry) -> Iterable[shapely.Geometry]:
    if isinstance(part, shapely.Polygon):
        return shapely.get_rings(part)
    return [part] if isinstance(part, shapely.LineString) else []


def _text(x: float, y: float, text: str, style: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(text)}</text>'


def _overlap(a: Sequence[float], b: Sequence[float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _wrapped(text: str, most: float) -> list[str]:
    """Lines of at most so many Chinese characters' width, broken at spaces where the writing has them."""
    lines, line, used = [], "", 0.0
    for word in _words(text):
        wide = sum(1.0 if ord(c) > 0x2E80 else 0.55 for c in word)
        if used + wide > most and line:
            lines.append(line.rstrip())
            line, used = "", 0.0
        line, used = line + word, used + wide
    return [*lines, line.rstrip()]


def _words(text: str) -> list[str]:
    """Chinese characters one by one (a closing mark with the one before it), other words whole."""
    words: list[str] = []
    for c in text:
        latin = words and ord(c) <= 0x2E80 and ord(words[-1][-1]) <= 0x2E80 and not words[-1].endswith(" ")
        if words and (c in "，。；：、）” " or latin):
            words[-1] += c
        else:
            words.append(c)
    return words
