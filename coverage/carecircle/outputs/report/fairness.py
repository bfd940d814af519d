"""How evenly access is spread: a table of towns, a Lorenz curve, a ridge by town, who is worst off."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle import categories
from carecircle.colours import PRINT_INK, PRINT_OTHER, PRINT_RULE, WHITE
from carecircle.outputs.report.blocks import Block, Heading, Picture, Table, Text
from carecircle.outputs.report.clauses import Said

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.analysis.accessing import Access

Array = np.ndarray[Any, Any]
_BINS = 60
_MOST_TOWNS = 24
_SIDE, _EDGE = 300.0, 46.0
_WIDTH, _ROW, _NAMES = 720.0, 22.0, 150.0
_BEYOND = 0.995
"""A ridge ends where this share of people is shown."""


def fairness_blocks(analysis: Analysis, said: Said, family: str) -> Iterator[Block]:
    """Every access measure that the study asks for; nothing where it asks for none."""
    for asked, found in zip(analysis.study.access or (), analysis.accesses, strict=True):
        kinds = [categories.label(kind, said.language) for kind in found.query.categories]
        made = said("fair_title", measure=said(f"fair_measure_{found.measure}"), who=kinds)
        yield Heading(asked.title or made, 2)
        value = found.frame["value"].to_numpy(float)
        there = np.isfinite(value) & (found.frame[asked.people].to_numpy(float) > 0)
        if not there.any() or not (value[there] > 0).any():
            yield Text(said("fair_nothing"))
            continue
        yield Text(_figures(found, said, asked.people, asked.line))
        yield Text(_worst(analysis, found, said, asked.people))
        level = _level(analysis)
        yield Picture(lorenz_curve(found, said, family, asked.people), said.figure(said("fair_lorenz")),
                      said("fair_lorenz"), 0.45)  # fmt: skip
        if level is None:
            continue
        names = dict(zip(analysis.inputs.areas["area_id"], analysis.inputs.areas["name"], strict=True))
        towns = found.by_area(level, people=asked.people)
        shown = ridge(found, said, family, level, names, asked.people)
        yield Picture(shown, said.figure(said("fair_ridge")), said("fair_ridge"))
        head = [said(f"fair_column_{c}") for c in ("area", "people", "unreached", "mean", "gini")]
        rows = [
            (str(names.get(row["area_id"], row["area_id"])), said.people(row["people"]),
             said.people(row["unreached"]), said.number(row["mean"]), said.number(row["gini"]))
            for row in towns.sort_values("mean", ascending=found.more).to_dict("records")
        ]  # fmt: skip
        yield Table(head, rows, (2.0, 1.2, 1.2, 1.0, 1.0), (1, 2, 3, 4))


def _figures(found: Access, said: Said, people: str, line: float | None) -> str:
    figures = found.equity(people=people, line=line)
    facts = {name: said.number(figures[name]) for name in ("mean", "gini", "theil", "equivalent")}
    text = said("fair_figures", unreached=said.people(figures["unreached"]), **facts)
    if line is not None:
        share, depth = said.share(figures["poor"]), said.share(figures["depth"])
        text += said("fair_line", line=said.number(line), share=share, depth=depth)
    return text


def _worst(analysis: Analysis, found: Access, said: Said, people: str) -> str:
    """Where the tenth of people live who have it worst, and from what on."""
    worst = found.worst_off(0.1, people=people)
    level = _level(analysis)
    where: list[str] = []
    if level is not None:
        names = dict(zip(analysis.inputs.areas["area_id"], analysis.inputs.areas["name"], strict=True))
        held = worst.groupby(found.homes(level).loc[worst.index])[people].sum().sort_values(ascending=False)
        where = [f"{names.get(area, area)} {said.people(float(n))}" for area, n in held.iloc[:5].items()]
    edge = float(worst["value"].iloc[-1])
    text = said(
        "fair_worst_more" if found.more else "fair_worst_less",
        people=said.people(math.fsum(worst[people])), edge=said.number(edge) if math.isfinite(edge) else "—",
        where=where or [said("fair_everywhere")],
    )  # fmt: skip
    parts = [c for c in groups_of(found) if c != people]
    if parts:
        shares = [
            said("fair_group", name=c, people=said.people(math.fsum(worst[c].fillna(0)))) for c in parts
        ]
        text += said("fair_of_them", groups=shares)
    return text


def groups_of(found: Access) -> list[str]:
    """Columns of residents beside their number: age groups and the like."""
    known = ("demand_id", "residents", "area_id", "urban", "geometry", "value")
    return [str(c) for c in found.frame.columns if c not in known]


def _level(analysis: Analysis) -> str | None:
    """The level of areas that a ridge shows: towns, else villages, else none."""
    levels = set(analysis.inputs.areas["level"])
    return next((level for level in ("town", "village") if level in levels), None)


def lorenz_curve(found: Access, said: Said, family: str, people: str) -> str:
    """The Lorenz curve beside the line of evenness, as SVG."""
    shares, held = found.lorenz(people=people)
    at = np.linspace(0, 1, 201)
    curve = np.interp(at, shares, held)
    x, y = _EDGE + at * _SIDE, _EDGE / 2 + (1 - curve) * _SIDE
    path = "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))
    low, high = _EDGE / 2 + _SIDE, _EDGE / 2
    parts = [
        f'<path d="M{_EDGE} {low}L{_EDGE + _SIDE} {high}" stroke="{PRINT_OTHER}" stroke-dasharray="4 3"/>',
        f'<path d="M{path}L{_EDGE + _SIDE} {high}L{_EDGE} {low}Z" fill="{PRINT_RULE}" fill-opacity="0.5"/>',
        f'<path d="M{path}" fill="none" stroke="{PRINT_INK}" stroke-width="2"/>',
        f'<path d="M{_EDGE} {high}V{low}H{_EDGE + _SIDE}" fill="none" stroke="{PRINT_INK}"/>',
    ]
    for share in (0.0, 0.5, 1.0):
        parts.append(_text(_EDGE + share * _SIDE, low + 14, f"{share:.0%}", "middle"))
        parts.append(_text(_EDGE - 5, low - share * _SIDE + 4, f"{share:.0%}", "end"))
    parts.append(_text(_EDGE + _SIDE / 2, low + 28, said("fair_axis_people"), "middle"))
    parts.append(_text(_EDGE + 8, high + 12, said("fair_axis_held"), "start"))
    return _svg(_EDGE + _SIDE + 20, low + 36, family, parts)


def ridge(found: Access, said: Said, family: str, level: str, names: dict[Any, Any], people: str) -> str:
    """People by value, town above town, those who have it worst on top, as SVG."""
    frame = found.frame.assign(home=found.homes(level))
    frame = frame[np.isfinite(frame["value"]) & (frame[people] > 0) & frame["home"].notna()]
    towns = found.by_area(level, people=people).sort_values("mean", ascending=found.more)
    towns = towns[towns["mean"].notna()].head(_MOST_TOWNS)
    order = frame.sort_values("value")
    upto = np.cumsum(order[people].to_numpy(float))
    last = float(order["value"].iloc[min(int(np.searchsorted(upto, _BEYOND * upto[-1])), len(order) - 1)])
    edges = np.linspace(0.0, last or 1.0, _BINS + 1)
    curves = [
        np.histogram(part["value"].clip(upper=edges[-1]), edges, weights=part[people])[0]
        for part in (frame[frame["home"] == area] for area in towns["area_id"])
    ]
    curves = [np.convolve(c / (c.sum() or 1.0), [0.25, 0.5, 0.25], mode="same") for c in curves]
    tall = max((float(c.max()) for c in curves), default=0.0) or 1.0
    room = _WIDTH - _NAMES - 20
    x = _NAMES + (np.arange(_BINS) + 0.5) / _BINS * room
    parts = []
    for row, (area, curve) in enumerate(zip(towns["area_id"], curves, strict=True)):
        base = 40.0 + row * _ROW
        y = base - curve / tall * 2.2 * _ROW
        path = "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))
        parts.append(
            f'<path d="M{_NAMES:.1f} {base:.1f}L{path}L{_NAMES + room:.1f} {base:.1f}Z" fill="{PRINT_RULE}" '
            f'fill-opacity="0.75" stroke="{PRINT_INK}" stroke-width="0.9"/>'
        )
        parts.append(_text(_NAMES - 8, base, str(names.get(area, area)), "end"))
    foot = 40.0 + len(curves) * _ROW
    marks = np.linspace(0.0, 1.0, 5)
    parts += [_text(_NAMES + m * room, foot, said.number(m * float(edges[-1])), "middle") for m in marks]
    return _svg(_WIDTH, foot + 10, family, parts)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="11" fill="{PRINT_INK}">{escape(text)}</text>'


def _svg(width: float, height: float, family: str, parts: list[str]) -> str:
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{escape(family)}">'
    return f'{head}<rect width="100%" height="100%" fill="{WHITE}"/>{"".join(parts)}</svg>'
