"""Maps for paper: an overview of who is left out, and a clause's own gap; readable in black and white."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from carecircle import categories
from carecircle.colours import (
    PRINT_BORDER,
    PRINT_INK,
    PRINT_OTHER,
    PRINT_ROAD,
    PRINT_SCOPE,
    PRINT_TOWN,
    PRINTED_SHARES,
    WHITE,
)
from carecircle.ledgers import LACKING, UNPLACED, lacking
from carecircle.outputs.map.layers import facility_shape
from carecircle.outputs.palette import SHARE_BREAKS
from carecircle.outputs.report.drawing import Sheet, marked
from carecircle.outputs.report.extent import part_of_the_gap, worst_areas
from carecircle.rules import by_area
from carecircle.rules.judging.groups import weights
from carecircle.schema import LEVELS
from carecircle.texts import Language, say

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.rules import Verdict

_BROWSER = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, Source Han Sans SC, sans-serif"
Roads = Sequence[tuple[shapely.Geometry, float]]
_MOST_AREAS = 700
_CELLS = 30
_MOST_CIRCLES = 60
_TALL = 340.0
"""The most points that a clause's map is high."""
_FEW = 25
"""So many marks keep names off them."""
_ROADS = {
    "motorway": 1.3, "trunk": 1.3, "primary": 1.1, "secondary": 0.8, "tertiary": 0.5,
}  # fmt: skip
_MID, _BOLD = (
    f'fill="none" stroke="{c}" stroke-width="{w}"'
    for c, w in ((PRINT_TOWN, '0.9" stroke-dasharray="6 1.6 1.2 1.6'), (PRINT_INK, "1.6"))
)
_GAP = f'fill="{PRINT_INK}" fill-opacity="0.5" stroke="{WHITE}" stroke-width="0.5"'
_OPEN = f'fill="{WHITE}" stroke="{PRINT_INK}" stroke-width="1.2"'
_OTHER = f'fill="{PRINT_OTHER}" stroke="{PRINT_INK}" stroke-width="0.8"'
_BAD = f'fill="{PRINT_INK}" stroke="{WHITE}" stroke-width="0.7"'
_OUTCOMES = {
    "FAIL": "url(#cc-cross)",
    "PASS": PRINTED_SHARES[-1],
    "WAIVED": "url(#cc-dots)",
    "NOT_ASSESSED": "url(#cc-lines)",
}


def overview(analysis: Analysis, language: Language, family: str | None = None, roads: Roads = ()) -> str:
    """Where the residents live whom at least one unmet clause leaves out.

    Shaded is the share of residents covered by every unmet clause that speaks of them; without people, or
    with nothing unmet, the borders alone are drawn. Without a ``family`` it is the small picture for a
    browser: no legend, the writing in the reader's own fonts.
    """
    small = family is None
    west, south, east, north = analysis.inputs.region.bounds
    sheet = Sheet((west, south, east, north), _BROWSER if family is None else family, legend=not small)
    union = union_of_gaps(analysis.verdicts)
    if union is not None:
        _shaded(sheet, analysis, union)
    _backdrop(sheet, analysis, roads)
    if union is not None:
        _people_left_out(sheet, analysis, union)
    _names(sheet, analysis)
    if not small:
        if union is not None:
            _share_legend(sheet, language, "report.map_share_all")
            _gap_legend(sheet, language)
        _border_legend(sheet, analysis, language, roads)
        _finish(sheet, language)
    return sheet.svg()


def clause_map(
    analysis: Analysis, verdict: Verdict, language: Language, family: str, roads: Roads
) -> str | None:
    """A clause's gap: areas, people left out, facilities asked for; None where nothing has a place."""
    extent = part_of_the_gap(analysis, verdict)
    part = extent != analysis.inputs.region.bounds
    whole = analysis.inputs.outlines.region if part else None
    sheet = Sheet(extent, family, tall=_TALL, whole=whole)
    asked, scope = _asked(analysis, verdict), False
    areas = analysis.inputs.outlines.areas
    judged = {u.id: u.outcome.value for u in verdict.units}
    units = areas[areas["area_id"].isin(list(judged)) & areas.geometry.notna()]
    speaks = verdict.people is not None and verdict.rule_def.limit is not None
    if not speaks and units.empty and asked.empty:
        return None
    if speaks:
        _shaded(sheet, analysis, verdict)
    elif units.empty:
        scope = _scope(sheet, analysis, verdict)
    for area_id, shape in zip(units["area_id"], units.geometry, strict=True):
        sheet.shape(
            shape,
            f'fill="{_OUTCOMES.get(judged[area_id], WHITE)}" stroke="{PRINT_BORDER}" stroke-width="0.4"',
        )
    _backdrop(sheet, analysis, roads)
    circles = _circles(sheet, verdict, asked)
    if speaks:
        _people_left_out(sheet, analysis, verdict)
    bad = {i for i, outcome in judged.items() if outcome == "FAIL"}
    for row in asked.itertuples():
        style = _BAD if row.facility_id in bad else _OPEN if row.status == "open" else _OTHER
        kind = facility_shape(str(row.category))
        sheet.mark(row.geometry.x, row.geometry.y, kind, style, keep=len(asked) <= _FEW)
    worst = worst_areas(analysis, verdict) if speaks and part else []
    _names(sheet, analysis, first=areas[areas["area_id"].isin([*bad, *worst]) & areas.geometry.notna()])
    if speaks:
        _share_legend(sheet, language, "report.map_share")
        _gap_legend(sheet, language)
    if scope:
        sheet.entry(_swatch(PRINT_SCOPE), say(f"report.map_{verdict.rule_def.scope}", language))
    _unit_legend(sheet, language, {judged[i] for i in units["area_id"]})
    _facility_legend(sheet, language, asked, bad)
    if circles:
        text = say(f"outputs.limit_{verdict.rule_def.limit_unit}", language, value=verdict.rule_def.limit)
        sign = f'<circle r="6.5" {_CIRCLE}/>'
        sheet.entry(sign, say("outputs.page_circle", language, distance=text))
    _border_legend(sheet, analysis, language, roads)
    sheet.locate()
    _finish(sheet, language)
    return sheet.svg()


def moves_map(
    analysis: Analysis, points: Sequence[tuple[str, float, float]], language: Language, family: str,
    roads: Roads,
) -> str:  # fmt: skip
    """Where things are proposed: a mark for each, with its year, over the roads and borders.

    Parameters
    ----------
    points
        What is written beside a mark, longitude and latitude (WGS 84).
    """
    sheet = Sheet(analysis.inputs.region.bounds, family)
    _backdrop(sheet, analysis, roads)
    places = gpd.GeoSeries(gpd.points_from_xy(*zip(*(p[1:] for p in points), strict=True)), crs=4326)
    for (name, _, _), place in zip(points, places.to_crs(analysis.inputs.crs), strict=True):
        sheet.mark(place.x, place.y, "square", _BAD, keep=len(points) <= _FEW)
        if len(points) <= _FEW:
            sheet.name(place.x, place.y, name, 9.5, bold=True)
    _names(sheet, analysis)
    sheet.entry(marked(0, 0, "square", _BAD, 4.6), say("mending.map_title", language))
    _border_legend(sheet, analysis, language, roads)
    _finish(sheet, language)
    return sheet.svg()


def union_of_gaps(verdicts: Sequence[Verdict]) -> Verdict | None:
    """A verdict about everybody whom an unmet clause speaks of: not covered where any leaves them out."""
    unmet = [v for v in verdicts if v.outcome.value == "FAIL" and v.people is not None]
    if not unmet:
        return None
    rank = ("outside", "no_data", "covered", *UNPLACED, *LACKING[::-1])
    codes = [v.people.map(rank.index).to_numpy(dtype=int) for v in unmet if v.people is not None]
    worst = np.array(rank, dtype=object)[np.maximum.reduce(codes)]
    assert unmet[0].people is not None
    return dataclasses.replace(unmet[0], people=pd.Series(worst, index=unmet[0].people.index, dtype=object))


_CIRCLE = f'fill="none" stroke="{PRINT_INK}" stroke-width="0.9" stroke-dasharray="4 2.5"'


def _shaded(sheet: Sheet, analysis: Analysis, verdict: Verdict) -> None:
    """Fill the finest drawable level by the share of its residents covered."""
    areas = analysis.inputs.outlines.areas
    drawn = areas[areas.geometry.notna()]
    sizes = drawn["level"].value_counts()
    level = next((name for name in reversed(LEVELS) if 0 < sizes.get(name, 0) <= _MOST_AREAS), None)
    if level is None:
        return
    found = by_area(verdict, analysis.inputs, level).set_index("area_id")
    known = found["covered"] + lacking(found)
    share: Mapping[Any, float] = (found["covered"] / known).where(known > 0).to_dict()
    people: Mapping[Any, float] = found["residents"].to_dict()
    chosen = drawn[drawn["level"] == level]
    for area_id, shape in zip(chosen["area_id"], chosen.geometry, strict=True):
        value = share.get(area_id, math.nan)
        if not math.isnan(value):
            fill = PRINTED_SHARES[int(np.searchsorted(SHARE_BREAKS, value, side="right"))]
        else:
            fill = "url(#cc-dots)" if people.get(area_id, 0) > 0 else "url(#cc-lines)"
        sheet.shape(shape, f'fill="{fill}" stroke="{PRINT_BORDER}" stroke-width="0.35"')


def _scope(sheet: Sheet, analysis: Analysis, verdict: Verdict) -> bool:
    """Shade the urban or rural areas that a clause speaks of, at the finest level that is marked."""
    if verdict.rule_def.scope == "all":
        return False
    areas = analysis.inputs.outlines.areas
    wanted = verdict.rule_def.scope == "urban"
    marked_so = areas[areas["urban"].map(lambda u: u == wanted and u is not None) & areas.geometry.notna()]
    level = next((name for name in reversed(LEVELS) if (marked_so["level"] == name).any()), None)
    for shape in marked_so.geometry[(marked_so["level"] == level).to_numpy()]:
        sheet.shape(shape, f'fill="{PRINT_SCOPE}"')
    return level is not None


def main_roads(analysis: Analysis) -> Roads:
    """The classes of road that the maps show, within the boundary, each with the width of its line."""
    edges = analysis.inputs.edges
    if edges is None or "highway" not in edges:
        return ()
    kinds, found = edges["highway"].astype(str).to_numpy(), []
    for kind, width in _ROADS.items():
        lines = edges.geometry.to_numpy()[kinds == kind]
        lines = lines[~shapely.is_missing(lines)]
        if len(lines):
            clipped = shapely.intersection(shapely.union_all(lines), analysis.inputs.outlines.region)
            found.append((shapely.line_merge(clipped), width))
    return tuple(found)


def _backdrop(sheet: Sheet, analysis: Analysis, roads: Roads) -> None:
    """Main roads and the borders of towns over the shading, the study's boundary over all."""
    for lines, width in roads:
        sheet.shape(lines, f'fill="none" stroke="{PRINT_ROAD}" stroke-width="{width}"')
    frame = analysis.inputs.outlines.areas
    for shape in frame.geometry[(frame["level"] == "town").to_numpy() & frame.geometry.notna().to_numpy()]:
        sheet.shape(shape, _MID)
    sheet.shape(analysis.inputs.outlines.region, _BOLD)


def _people_left_out(sheet: Sheet, analysis: Analysis, verdict: Verdict) -> None:
    """Circles about the people beyond the limit or without a way, gathered on a grid; area as people."""
    demand = analysis.inputs.demand
    assert demand is not None
    assert verdict.people is not None
    left = verdict.people.isin(LACKING).to_numpy()
    left = left & (demand.geometry.notna() & ~demand.geometry.is_empty).to_numpy()
    points, residents = demand.geometry[left], weights(analysis.inputs, verdict.rule_def)[left]
    if not len(points):
        return
    west, south, east, north = sheet.extent
    side = max(east - west, north - south) / _CELLS
    x, y = points.x.to_numpy(), points.y.to_numpy()
    cell = pd.DataFrame({"i": (x - west) // side, "j": (y - south) // side, "n": residents})
    cell["x"], cell["y"] = x * residents, y * residents
    found = cell.groupby(["i", "j"]).sum().sort_values("n", ascending=False)
    most = float(found["n"].max())
    for n, sum_x, sum_y in found[["n", "x", "y"]].to_numpy(dtype=float):
        if n > 0:
            sheet.disc(sum_x / n, sum_y / n, max(0.9, 10.0 * math.sqrt(n / most)), _GAP)


def _asked(analysis: Analysis, verdict: Verdict) -> gpd.GeoDataFrame:
    """The placed facilities that a clause speaks of."""
    rule, frame = verdict.rule_def, analysis.inputs.facilities
    placed = frame.geometry.notna() & ~frame.geometry.is_empty
    if rule.categories:
        return frame[placed & rule.facilities.select(frame)]
    return frame[placed & frame["facility_id"].isin([u.id for u in verdict.units])]


def _circles(sheet: Sheet, verdict: Verdict, asked: gpd.GeoDataFrame) -> bool:
    """The radius about each facility, where the clause is a straight line and circles can be told apart."""
    rule = verdict.rule_def
    if rule.metric != "straight_m" or rule.limit is None:
        return False
    if not 0 < len(asked) <= _MOST_CIRCLES:
        return False
    frame = shapely.box(*sheet.extent)
    for point in asked.geometry:
        ring = shapely.intersection(point.buffer(rule.limit * rule.factor, 48).exterior, frame)
        if not ring.is_empty:
            sheet.shape(ring, _CIRCLE)
    return True


def _names(sheet: Sheet, analysis: Analysis, first: gpd.GeoDataFrame | None = None) -> None:
    """Names of failing areas, then of towns, larger first, as far as they do not overlap."""
    areas = analysis.inputs.outlines.areas
    towns = areas[(areas["level"] == "town") & areas.geometry.notna()]
    towns = towns.iloc[np.argsort(-towns.geometry.area.to_numpy(), kind="stable")]
    for frame, size, bold in ((first, 9.5, True), (towns, 11.0 if sheet.legend else 15.0, False)):
        if frame is not None:
            for name, shape in zip(frame["name"], frame.geometry, strict=True):
                if sheet.whole is not None:
                    shape = shapely.intersection(shape, shapely.box(*sheet.extent))
                inner = shapely.point_on_surface(shape)
                if not inner.is_empty:
                    sheet.name(inner.x, inner.y, str(name), size, bold=bold)


def _swatch(fill: str) -> str:
    drawn = f'fill="{fill}" stroke="{PRINT_INK}" stroke-width="0.9"'
    return f'<rect x="-13" y="-6.5" width="26" height="13" {drawn}/>'


def _share_legend(sheet: Sheet, language: Language, key: str) -> None:
    sheet.entry("", say(key, language), head=True)
    for shade, name in zip(PRINTED_SHARES, ("below_50", "to_80", "to_95", "above_95"), strict=True):
        sheet.entry(_swatch(shade), say(f"report.map_{name}", language))
    sheet.entry(_swatch("url(#cc-lines)"), say("report.map_nobody", language))
    sheet.entry(_swatch("url(#cc-dots)"), say("report.map_unknown", language))


def _gap_legend(sheet: Sheet, language: Language) -> None:
    sheet.entry(
        f'<circle cx="-6" r="2.5" {_GAP}/><circle cx="5" r="5.5" {_GAP}/>', say("report.map_people", language)
    )


def _unit_legend(sheet: Sheet, language: Language, outcomes: set[str]) -> None:
    for outcome, fill in _OUTCOMES.items():
        if outcome in outcomes:
            sheet.entry(_swatch(fill), say(f"rules.outcome_{outcome.lower()}", language))


def _facility_legend(sheet: Sheet, language: Language, asked: gpd.GeoDataFrame, bad: set[str]) -> None:
    for category in sorted(set(asked["category"]))[:6]:
        sign = marked(0, 0, facility_shape(category), _OPEN, 4.6)
        sheet.entry(sign, categories.label(category, language))
    if bad & set(asked["facility_id"]):
        sheet.entry(marked(0, 0, "square", _BAD, 4.6), say("report.map_bad_facility", language))


def _border_legend(sheet: Sheet, analysis: Analysis, language: Language, roads: Roads) -> None:
    sheet.entry(f'<path d="M-12 0H12" {_BOLD}/>', say("report.map_boundary", language))
    if (analysis.inputs.areas["level"] == "town").any():
        sheet.entry(f'<path d="M-12 0H12" {_MID}/>', say("report.map_towns", language))
    if roads:
        sign = f'<path d="M-12 0H12" fill="none" stroke="{PRINT_ROAD}" stroke-width="1.1"/>'
        sheet.entry(sign, say("report.map_roads", language))


def _finish(sheet: Sheet, language: Language) -> None:
    sheet.compass(say("outputs.page_north", language), say("outputs.page_km", language))
