"""A county's part of what the province has once: rows of facilities and figures, cells of residents."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.delivery import put
from carecircle.errors import InputError
from carecircle.fetch.data import clip_raster
from carecircle.inputs.areas.codes import significant
from carecircle.inputs.bounds import widened
from carecircle.inputs.datum import project
from carecircle.inputs.extent import crs_of
from carecircle.inputs.osm.file import is_osm
from carecircle.inputs.tables.points import points_of
from carecircle.inputs.tables.reading import Table, read_table
from carecircle.schema import Finding
from carecircle.study import Study

if TYPE_CHECKING:
    from carecircle.batch.counties import County
    from carecircle.batch.province import Province

_COLUMNS = ("facility_id", "name", "category", "lon", "lat", "area_id")
_MARGIN_DEG = 0.02


class Cutter:
    """Cuts the province's tables and grid to counties, each of them read once.

    Parameters
    ----------
    province, template
        What was asked for, and the study that all counties share.
    counties
        Those that have a boundary.
    """

    def __init__(self, province: Province, template: Study, counties: Sequence[County]) -> None:
        self._province, self._template = province, template
        self._shapes = {c.code: c.shape for c in counties if c.shape is not None}

    def cut(self, code: str, differs: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        """Write a county's part of each provincial file, and say by which key of study.toml it is named.

        Raises
        ------
        InputError
            If no facility lies in the county or within its buffer.
        """
        shape = self._shapes[code]
        found: dict[str, Any] = {}
        source = self._template.facilities
        listed = source is not None and source.format == "table" and not is_osm(source.path)
        if listed and "facilities.path" not in differs:
            found["facilities.path"] = str(self._facilities_of(code, shape, differs, folder))
        if self._template.totals is not None and "totals.path" not in differs:
            kept = self._totals_of(code)
            if kept is not None:
                found["totals.path"] = str(self.put(folder / "totals.csv", kept))
        people = self._template.residents
        grid = people is not None and people.format == "raster" and people.layer is None
        if grid and "residents.path" not in differs:
            found["residents.path"] = str(self._cells_of(shape, differs, folder))
        return found

    def put(self, path: Path, text: str) -> Path:
        """Write a file where it is not there as it should be."""
        raw = text.encode()
        if not (path.is_file() and path.read_bytes() == raw):
            put(path, raw)
        return path

    def _buffer_m(self, differs: Mapping[str, Any]) -> float:
        own, shared = differs.get("assumptions.buffer_km"), self._template.assumptions.buffer_km
        if isinstance(own, int | float) and 0 <= own <= 1000:  # else its study is refused with the cell
            return 1000.0 * own
        return 1000.0 * shared

    # ---- facilities -----------------------------------------------------------------------------------

    @cached_property
    def _facilities(self) -> tuple[Table, gpd.GeoSeries]:
        source = self._template.facilities
        assert source is not None
        table = read_table(source.path, columns=_COLUMNS, given=source.columns, layer=source.layer)
        findings: list[Finding] = []
        points, _ = points_of(table, source, findings)  # faults are told by the county whose row it is
        return table, points

    def _facilities_of(
        self, code: str, shape: BaseGeometry, differs: Mapping[str, Any], folder: Path
    ) -> Path:
        table, points = self._facilities
        crs = crs_of(gpd.GeoSeries([shape], crs=4326))
        placed = points.notna().to_numpy()
        box = widened_box(shape, self._buffer_m(differs))
        near = np.zeros(len(table), dtype=bool)
        close = placed.copy()
        close[placed] = shapely.intersects_xy(box, shapely.get_coordinates(points[placed].to_numpy()))
        if close.any():
            around = widened(project(gpd.GeoSeries([shape], crs=4326), crs).iloc[0], self._buffer_m(differs))
            near[close] = shapely.intersects(around, project(points[close], crs).to_numpy())
        own = self._own(table, code, placed)
        rows = np.flatnonzero(near | own)
        if not len(rows):
            raise InputError("batch.no_facilities", file=table.file, value=code)
        frame = table.frame.iloc[rows]
        if table.geometry is not None:
            frame = frame.drop(columns=["geometry"], errors="ignore")
            at = points.iloc[rows]
            frame = frame.assign(
                lon=["" if p is None else repr(p.x) for p in at],
                lat=["" if p is None else repr(p.y) for p in at],
            )
        return self.put(folder / "facilities.csv", _csv(frame))

    def _own(self, table: Table, code: str, placed: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Rows that say themselves that they are of the county: all of them, or those without a place."""
        named = self._province.facilities_county
        if named is not None:
            if named not in table.frame:
                present = [*table.frame]
                raise InputError("inputs.missing_column", file=table.file, missing=named, present=present)
            return np.array([significant(str(c or "")) == code for c in table.frame[named]])
        within = [significant(str(c or "")).startswith(code) for c in table.text("area_id")]
        return np.array(within) & ~placed

    # ---- official figures, residents ------------------------------------------------------------------

    @cached_property
    def _totals(self) -> Table:
        source = self._template.totals
        assert source is not None
        given = {k: v for k, v in source.columns.items() if k == "area_id"}
        return read_table(source.path, columns=("area_id", "name"), given=given, sums=True)

    def _totals_of(self, code: str) -> str | None:
        table = self._totals
        if not table.has("area_id"):
            return None
        mine = [significant(str(c or "")).startswith(code) for c in table.text("area_id")]
        return _csv(table.frame[mine])

    def _cells_of(self, shape: BaseGeometry, differs: Mapping[str, Any], folder: Path) -> Path:
        people = self._template.residents
        assert people is not None
        target = folder / "residents.tif"
        about = people.path.stat()
        mark = f"{people.path} {about.st_size} {about.st_mtime_ns} {shape.bounds} {self._buffer_m(differs)}\n"
        note = folder / "residents.txt"
        if not (target.is_file() and note.is_file() and note.read_text(encoding="utf-8") == mark):
            folder.mkdir(parents=True, exist_ok=True)
            clip_raster(people.path, widened_box(shape, self._buffer_m(differs)), target)
            put(note, mark.encode())
        return target


def widened_box(shape: BaseGeometry, metres: float) -> BaseGeometry:
    """The box in degrees about a shape and its buffer, a little larger than need be."""
    west, south, east, north = shape.bounds
    tall = metres / 110_000 + _MARGIN_DEG
    wide = tall / max(0.05, float(np.cos(np.radians(max(abs(south), abs(north))))))
    box: BaseGeometry = shapely.box(west - wide, south - tall, east + wide, north + tall)
    return box


def _csv(frame: pd.DataFrame) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([str(c) for c in frame.columns])
    for row in frame.itertuples(index=False):
        writer.writerow(["" if c is None or c != c else str(c) for c in row])
    return text.getvalue()
