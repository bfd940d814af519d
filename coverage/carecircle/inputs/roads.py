"""Road files become the edges frame: noded, directed, timed for every mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.errors import InputError
from carecircle.inputs.datum import place, project
from carecircle.inputs.streets import Streets, from_graphml, from_pbf, from_table
from carecircle.profiles import Passage, profile
from carecircle.schema import Finding, check_edges, stop_column, time_column
from carecircle.study import Roads
from carecircle.texts import Sentence

_GEOD = pyproj.Geod(ellps="WGS84")


_OTHER_FORMATS = {".graphml": "graphml"} | dict.fromkeys(
    (".csv", ".xlsx", ".gpkg", ".geojson", ".json", ".shp", ".parquet"), "edges"
)
"""What `[roads] format` should say of a file that is plainly no PBF."""


def read_roads(
    source: Roads, crs: pyproj.CRS, around: BaseGeometry, *, modes: Sequence[str]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Read a road file as the edges that touch a study.

    Parameters
    ----------
    source
        ``[roads]``: ``pbf``, ``graphml`` or ``edges``.
    crs
        The study's projected CRS.
    around
        The study's boundary with its buffer, in ``crs``; whole roads that touch it are kept.
    modes
        Modes to time the edges for.

    Raises
    ------
    InputError
        If the file cannot be read, holds no usable road, or none that touches ``around``.
    """
    bounds = _door_bounds(crs, around)
    if source.format == "pbf" and source.path.suffix.lower() in _OTHER_FORMATS:
        fits = _OTHER_FORMATS[source.path.suffix.lower()]
        raise InputError("inputs.roads_format", file=source.path, value=fits)
    if source.format == "pbf":
        streets = from_pbf(source.path, bounds)
    elif source.format == "graphml":
        streets = from_graphml(source.path)
    else:
        streets = from_table(source.path, layer=source.layer, datum=source.datum)
    if not len(streets.geometry) and np.isfinite(streets.bounds).all():
        raise _miss(streets, bounds, source.path)
    edges = edges_of(streets, crs, modes=modes, file=source.path)
    kept = _touching(edges, around)
    if not kept.any():
        raise _miss(streets, bounds, source.path)
    findings = _unknown_classes(edges[kept], modes, source.path)
    usable = edges[kept & _usable(edges, modes)].reset_index(drop=True)
    if usable.empty:
        raise InputError("inputs.no_roads", file=source.path)
    return check_edges(usable, modes=tuple(modes), file=str(source.path)), findings


def edges_from_graph(graph: Any, crs: pyproj.CRS, *, modes: Sequence[str]) -> gpd.GeoDataFrame:
    """The edges frame of an OSMnx ``MultiDiGraph`` (nodes with ``x``, ``y``; ``graph["crs"]``).

    A street given in one direction only is one-way to vehicles; walkers use it both ways.
    """
    from carecircle.inputs.streets import from_graph

    return edges_of(from_graph(graph, Path("graph")), crs, modes=modes, file=Path("graph"))


def edges_of(streets: Streets, crs: pyproj.CRS, *, modes: Sequence[str], file: Path) -> gpd.GeoDataFrame:
    """Directed edges of streets: two rows where any mode may use both directions.

    Lengths are geodesic (WGS 84, summed in float64), times are length over the profile's speed. Lines are
    kept to the millimetre (a step of OpenStreetMap's own coordinates is a centimetre).
    """
    if not len(streets.geometry):
        raise InputError("inputs.no_roads", file=file)
    length = _lengths(streets.geometry)
    passages = _passages(streets.tags, modes)
    forward = np.column_stack([[p.forward_kph for p in passages[m]] for m in modes])
    backward = np.column_stack([[p.backward_kph for p in passages[m]] for m in modes])
    stop = np.column_stack([[p.may_stop for p in passages[m]] for m in modes])
    speed, back_speed, stops = (table[streets.which] for table in (forward, backward, stop))
    lines = project(gpd.GeoSeries(streets.geometry, crs=4326), crs).to_numpy()
    lines = shapely.transform(lines, lambda xy: np.round(xy, 3))
    highway = np.array([_class(t) for t in streets.tags], dtype=object)[streets.which]
    name = np.array([t.get("name") for t in streets.tags], dtype=object)[streets.which]
    two_way = np.flatnonzero((back_speed > 0).any(axis=1))
    ids = 2 * np.arange(len(lines), dtype=np.int64)
    columns: dict[str, Any] = {
        "edge_id": np.concatenate([ids, ids[two_way] + 1]),
        "from_node": np.concatenate([streets.from_node, streets.to_node[two_way]]),
        "to_node": np.concatenate([streets.to_node, streets.from_node[two_way]]),
        "length_m": np.concatenate([length, length[two_way]]).astype(np.float32),
    }
    for position, mode in enumerate(modes):
        kph = np.concatenate([speed[:, position], back_speed[two_way, position]])
        metres = np.concatenate([length, length[two_way]])
        seconds = np.full(len(kph), np.inf)
        np.divide(3.6 * metres, kph, out=seconds, where=kph > 0)
        columns[time_column(mode)] = seconds.astype(np.float32)
        columns[stop_column(mode)] = np.concatenate([stops[:, position], stops[two_way, position]])
    columns["highway"] = np.concatenate([highway, highway[two_way]])
    columns["name"] = np.concatenate([name, name[two_way]])
    geometry = np.concatenate([lines, shapely.reverse(lines[two_way])])
    edges = gpd.GeoDataFrame(columns, geometry=geometry, crs=crs)
    return edges.sort_values("edge_id", ignore_index=True)


def _passages(tags: Sequence[Mapping[str, Any]], modes: Sequence[str]) -> dict[str, list[Passage]]:
    """What each set of tags offers each mode; sets that differ in the name alone are asked about once."""
    unnamed = [repr([t for t in each.items() if t[0] != "name"]) for each in tags]
    first = dict(zip(unnamed, tags, strict=True))
    offered = {mode: {key: profile(mode).passage(each) for key, each in first.items()} for mode in modes}
    return {mode: [offered[mode][key] for key in unnamed] for mode in modes}


def _class(tags: Mapping[str, Any]) -> str:
    return str(tags.get("highway", ""))


def _lengths(lines: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Geodesic length in metres of each WGS 84 line."""
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[1:] == owner[:-1]
    start, end = xy[:-1][same], xy[1:][same]
    _, _, metres = _GEOD.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    total: npt.NDArray[np.float64] = np.bincount(owner[1:][same], metres, len(lines)).astype(np.float64)
    return total


def _usable(edges: gpd.GeoDataFrame, modes: Sequence[str]) -> npt.NDArray[np.bool_]:
    seconds = edges[[time_column(m) for m in modes]].to_numpy()
    usable: npt.NDArray[np.bool_] = np.isfinite(seconds).any(axis=1)
    return usable


def _touching(edges: gpd.GeoDataFrame, around: BaseGeometry) -> npt.NDArray[np.bool_]:
    shapely.prepare(around)
    touching: npt.NDArray[np.bool_] = shapely.intersects(around, edges.geometry.to_numpy())
    return touching


def _door_bounds(crs: pyproj.CRS, shape: BaseGeometry) -> tuple[float, float, float, float]:
    """West, south, east, north of a shape in degrees."""
    west, south, east, north = place(gpd.GeoSeries([shape], crs=crs), crs).total_bounds
    return float(west), float(south), float(east), float(north)


def _miss(streets: Streets, bounds: tuple[float, float, float, float], file: Path) -> InputError:
    def said(b: Sequence[float]) -> str:
        return f"{b[0]:.3f}–{b[2]:.3f}, {b[1]:.3f}–{b[3]:.3f}"

    own = streets.bounds
    return InputError("inputs.roads_miss", file=file, roads=said(own), region=said(bounds))


def _unknown_classes(edges: gpd.GeoDataFrame, modes: Sequence[str], file: Path) -> list[Finding]:
    """A note for each class of road that no mode of ours knows."""
    known = {c for m in modes for c in profile(m).speed_kph}
    counts = edges["highway"][~edges["highway"].isin(known)].value_counts()
    return [
        Finding("note", Sentence("inputs.unnamed_highway", {"value": str(v), "count": int(n)}), str(file))
        for v, n in counts.items()
        if pd.notna(v) and v
    ]
