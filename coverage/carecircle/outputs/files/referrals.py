"""The ways of referral as tables of the workbook and a layer of results.gpkg."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.outputs.files.book import Book
    from carecircle.rules import Verdict

LAYER = "referrals"
_COLUMNS = ("from_name", "from_id", "zone", "via", "to_name", "minutes", "direct", "detour", "residents")


def table(writer: Book, sheet: Any, row: int, verdict: Verdict) -> int:
    """The ways of one clause on its own sheet, the longest first; the row after them."""
    header = [writer.say(f"column_referral_{name}") for name in _COLUMNS]
    ordered = sorted(verdict.referrals, key=lambda r: (r.zone, -(r.minutes or 0.0), r.from_id))
    rows = [[getattr(r, name) for name in _COLUMNS] for r in ordered]
    return writer.table(sheet, row, header, rows, {}, filtered=True)


def layer(analysis: Analysis) -> gpd.GeoDataFrame | None:
    """Each way as a straight line from who refers to who receives; None where no clause speaks of any.

    A town is drawn from a point inside it; what is unknown, or of several centres, has no line.
    """
    found = [(v, r) for v in analysis.verdicts for r in v.referrals]
    if not found:
        return None
    inputs = analysis.inputs
    points: dict[str, Any] = dict(
        zip(inputs.facilities["facility_id"], inputs.facilities.geometry, strict=True)
    )
    towns: dict[str, Any] = dict(zip(inputs.areas["area_id"], inputs.areas.geometry, strict=True))
    lines = []
    for _, way in found:
        start, end = points.get(way.from_id), points.get(way.to_id)
        if start is None and towns.get(way.from_id) is not None:
            start = towns[way.from_id].representative_point()
        ends = None if start is None or end is None else [*start.coords, *end.coords]
        lines.append(None if ends is None else shapely.LineString(ends))
    columns: dict[str, Any] = {"rule": [v.rule for v, _ in found]}
    for name in ("from_id", "from_name", "zone", "via", "to_id", "to_name"):
        columns[name] = pd.Series([getattr(r, name) or None for _, r in found], dtype=object)
    for name in ("minutes", "direct", "detour", "residents"):
        columns[name] = pd.Series([getattr(r, name) for _, r in found], dtype=float)
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(lines, crs=inputs.crs))
