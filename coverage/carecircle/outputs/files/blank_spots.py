"""The register of blank spots as a sheet of the workbook and a layer of results.gpkg."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from carecircle.texts import say

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.outputs.files.book import Book

LAYER = "blank_spots"
_COLUMNS = ("level", "area", "id", "residents", "state", "days", "facilities")


def sheet(writer: Book, analysis: Analysis) -> None:
    """Every village and township with its state; no sheet where no table speaks of care that comes."""
    register = analysis.blank_spots
    if register is None:
        return
    page = writer.sheet(writer.say("sheet_blank_spots"), [14, 24, 18, 14, 18, 14, 50])
    row = 0
    for finding in register.findings:
        writer.put(page, row, 0, finding.sentence.text(writer.language), writer.label)
        row += 1
    header = [writer.say(f"column_blank_{name}") for name in _COLUMNS]
    rows = (
        (
            say(f"rules.level_{s.level}", writer.language), s.name, s.area_id, s.residents,
            say(f"rules.blank_state_{s.state}", writer.language), s.days_per_month, s.facilities,
        )
        for s in register.spots
    )  # fmt: skip
    writer.table(page, row + 1, header, rows, {}, filtered=True)
    page.freeze_panes(row + 2, 2)


def layer(analysis: Analysis) -> gpd.GeoDataFrame | None:
    """The register with the areas' outlines; None where there is none."""
    register = analysis.blank_spots
    if register is None:
        return None
    shapes = dict(zip(analysis.inputs.areas["area_id"], analysis.inputs.areas.geometry, strict=True))
    frame = pd.DataFrame([s.to_dict() for s in register.spots])
    for name in ("residents", "days_per_month"):
        frame[name] = frame[name].astype(float)
    outlines = gpd.GeoSeries([shapes.get(i) for i in frame["area_id"]], crs=analysis.inputs.crs)
    return gpd.GeoDataFrame(frame, geometry=outlines)
