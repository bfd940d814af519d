"""A study's roads from the last run that read the same file for the same ground, else from the file."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence

import geopandas as gpd
import pyproj
from shapely.geometry.base import BaseGeometry

from carecircle import keep
from carecircle.inputs.provenance import files_of
from carecircle.inputs.roads.edges import read_roads
from carecircle.profiles import Profile, profile
from carecircle.schema import Finding
from carecircle.study import Roads
from carecircle.texts import Sentence


def roads_of(
    source: Roads,
    crs: pyproj.CRS,
    around: BaseGeometry,
    *,
    modes: Sequence[str],
    own: Mapping[str, Profile] | None = None,
) -> tuple[gpd.GeoDataFrame, list[Finding], str]:
    """The edges frame, what was noticed while reading it, and the hash of both as they are kept.

    Parameters
    ----------
    source, crs, around, modes, own
        As in `carecircle.inputs.roads.edges.read_roads`.

    Raises
    ------
    InputError
        As `read_roads`.
    """

    def key() -> str:
        files = [keep.file_digest(p) for p in files_of(source.path)]
        how = [profile(mode, own).key for mode in modes]
        told = (source.format, source.layer, source.datum, source.barriers, sorted(source.columns.items()))
        settings = (*told, crs.to_wkt(), around.wkb_hex, *how)
        return keep.digest("roads", len(files), *files, *settings)

    def make() -> tuple[gpd.GeoDataFrame, list[Finding]]:
        return read_roads(source, crs, around, modes=modes, own=own)

    def load(content: bytes) -> tuple[gpd.GeoDataFrame, list[Finding]]:
        raw = io.BytesIO(content)
        notes = json.loads(raw.readline())
        findings = [Finding(level, Sentence(k, facts), str(source.path)) for level, k, facts in notes]
        return gpd.read_parquet(io.BytesIO(memoryview(content)[raw.tell() :])), findings

    (edges, findings), digest = keep.kept("roads", key, make, load, _save)
    return edges, findings, digest


def _save(found: tuple[gpd.GeoDataFrame, Sequence[Finding]]) -> memoryview:
    """The findings on a line of JSON, then the edges as Parquet."""
    edges, findings = found
    raw = io.BytesIO()
    notes = [[f.level, f.sentence.key, dict(f.sentence.facts)] for f in findings]
    raw.write(json.dumps(notes).encode() + b"\n")
    table = io.BytesIO()
    edges.to_parquet(table, index=False)
    raw.write(table.getbuffer())
    return raw.getbuffer()
