"""A study's roads from the last run that read the same file for the same ground, else from the file."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pyproj
from shapely.geometry.base import BaseGeometry

from carecircle import keep
from carecircle.inputs.roads import read_roads
from carecircle.schema import Finding
from carecircle.study import Roads
from carecircle.texts import Sentence


def roads_of(
    source: Roads, crs: pyproj.CRS, around: BaseGeometry, *, modes: Sequence[str]
) -> tuple[gpd.GeoDataFrame, list[Finding], str]:
    """The edges frame, what was noticed while reading it, and the key of all it was made from.

    Parameters
    ----------
    source, crs, around, modes
        As in `carecircle.inputs.roads.read_roads`.

    Raises
    ------
    InputError
        As `read_roads`.
    """
    folder = keep.folder()
    if folder is None or not source.path.is_file():
        return *read_roads(source, crs, around, modes=modes), ""
    settings = (
        source.format,
        source.layer,
        source.datum,
        source.barriers,
        sorted(source.columns.items()),
        crs.to_wkt(),
        around.wkb_hex,
        *modes,
    )
    key = keep.digest(keep.file_digest(source.path), *settings)
    path = folder / f"roads-{key[:16]}.parquet"
    found = _load(path, key, source.path)
    if found is None:
        found = read_roads(source, crs, around, modes=modes)
        with contextlib.suppress(OSError):  # what cannot be kept costs time, not the result
            _save(path, key, *found)
            keep.prune(folder)
    return *found, key


def _save(path: Path, key: str, edges: gpd.GeoDataFrame, findings: Sequence[Finding]) -> None:
    """The notes first, the edges last, each under its name only when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    notes = [[f.level, f.sentence.key, dict(f.sentence.facts)] for f in findings]
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({"key": key, "findings": notes}), encoding="utf-8")
    partial.replace(path.with_suffix(".json"))
    edges.to_parquet(partial, index=False)
    partial.replace(path)


def _load(path: Path, key: str, file: Path) -> tuple[gpd.GeoDataFrame, list[Finding]] | None:
    """None where nothing is kept under this key, or it is damaged."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if about["key"] == key:
            edges = gpd.read_parquet(path)
            notes = [Finding(level, Sentence(k, facts), str(file)) for level, k, facts in about["findings"]]
            return edges, notes
    return None
