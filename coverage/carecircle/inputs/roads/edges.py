"""Road files become the edges frame: noded, directed, timed for every mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from carecircle.inputs.datum import place, project_points
from carecircle.inputs.roads.noticed import tag_findings
from carecircle.inputs.roads.streets import Streets, from_graphml, from_pbf, from_table, spread
from carecircle.passage import structure
from carecircle.profiles import Profile, profile
from carecircle.schema import STRUCTURE, Finding, check_edges, stop_column, time_column
from carecircle.study import Roads
from carecircle.texts import Sentence

_GEOD = pyproj.Geod(ellps="WGS84")


_OTHER_FORMATS = {".graphml": "graphml"} | dict.fromkeys(
    (".csv", ".xlsx", ".gpkg", ".geojson", ".json", ".shp", ".parquet"), "edges"
)
"""What `[roads] format` should say of a file that is plainly no PBF."""

_MOST_LON = 540.0
"""Longitudes beyond the antimeridian may be counted on, once around."""
_FAR_M = 1e9
"""Farther than any study."""


def read_roads(
    source: Roads,
    crs: pyproj.CRS,
    around: BaseGeometry,
    *,
    modes: Sequence[str],
    own: Mapping[str, Profile] | None = None,
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
    own
        Profiles that the study sets itself, by mode.

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
        streets = from_pbf(source.path, bounds, modes=modes, barriers=source.barriers == "closed", own=own)
    elif source.format == "graphml":
        streets = from_graphml(source.path)
    else:
        streets = from_table(source.path, layer=source.layer, datum=source.datum, columns=source.columns)
    if not len(streets) and np.isfinite(streets.bounds()).all():
        raise _miss(streets, bounds, source.path)
    edges = edges_of(streets, crs, modes=modes, file=source.path, own=own)
    kept = _touching(edges, around)
    if not kept.any():
        raise _miss(streets, bounds, source.path)
    findings = _unknown_classes(edges["highway"][kept], modes, source.path, own)
    findings += tag_findings(streets, modes, source.path, own)
    kept &= _usable(edges, modes)
    if not kept.any():
        raise InputError("inputs.no_roads", file=source.path)
    if not kept.all():
        edges = edges[kept].reset_index(drop=True)
    return check_edges(edges, modes=tuple(modes), file=str(source.path)), findings


def edges_from_graph(graph: Any, crs: pyproj.CRS, *, modes: Sequence[str]) -> gpd.GeoDataFrame:
    """The edges frame of an OSMnx ``MultiDiGraph`` (nodes with ``x``, ``y``; ``graph["crs"]``).

    A street given in one direction only is one-way to vehicles; walkers use it both ways.
    """
    from carecircle.inputs.roads.streets import from_graph

    return edges_of(from_graph(graph, Path("graph")), crs, modes=modes, file=Path("graph"))


def edges_of(
    streets: Streets,
    crs: pyproj.CRS,
    *,
    modes: Sequence[str],
    file: Path,
    own: Mapping[str, Profile] | None = None,
) -> gpd.GeoDataFrame:
    """Directed edges of streets: two rows where any mode may use both directions.

    Lengths are geodesic (WGS 84, summed in float64), times are length over the profile's speed. Lines are
    kept to the millimetre (a step of OpenStreetMap's own coordinates is a centimetre).
    """
    if not len(streets):
        raise InputError("inputs.no_roads", file=file)
    off = int((~(np.abs(streets.xy) <= (_MOST_LON, 90.0)).all(axis=1)).sum())
    if off:
        raise InputError("inputs.roads_off_globe", file=file, count=off)
    with ThreadPoolExecutor(2) as pool:
        asked = pool.submit(_lengths, streets), pool.submit(project_points, streets.xy, crs)
    length, xy = asked[0].result(), np.round(asked[1].result(), 3)
    xy[~np.isfinite(xy)] = _FAR_M  # the other side of the globe, where the study's CRS has no place
    passages = {m: [profile(m, own).passage(each) for each in streets.tags] for m in modes}
    kph = np.stack([[(p.forward_kph, p.backward_kph) for p in passages[m]] for m in modes])[:, streets.which]
    stop = np.stack([[p.may_stop for p in passages[m]] for m in modes])[:, streets.which]
    both = (kph[:, :, 1] > 0).any(axis=0)
    row = np.repeat(np.arange(len(streets)), 1 + both)  # the street of each edge
    back = np.r_[False, row[1:] == row[:-1]]
    columns: dict[str, Any] = {
        "edge_id": 2 * row + back,
        "from_node": np.where(back, streets.to_node[row], streets.from_node[row]),
        "to_node": np.where(back, streets.from_node[row], streets.to_node[row]),
        "length_m": length[row].astype(np.float32),
    }
    for position, mode in enumerate(modes):
        speed = kph[position, row, back.astype(np.int64)]
        seconds = np.full(len(row), np.inf)
        np.divide(3.6 * length[row], speed, out=seconds, where=speed > 0)
        columns[time_column(mode)] = seconds.astype(np.float32)
        columns[stop_column(mode)] = stop[position, row]
    columns["highway"] = np.array([_class(t) for t in streets.tags], dtype=object)[streets.which[row]]
    columns["name"] = streets.name[row]
    columns[STRUCTURE] = np.array([structure(t) for t in streets.tags], dtype=np.int8)[streets.which[row]]
    return gpd.GeoDataFrame(columns, geometry=_lines(streets, xy, row, back), crs=crs)


def _lines(
    streets: Streets,
    xy: npt.NDArray[np.float64],
    row: npt.NDArray[np.int64],
    back: npt.NDArray[np.bool_],
) -> npt.NDArray[np.object_]:
    """The line of each edge in its own direction, through points as ``xy`` has them."""
    size = streets.points[row]
    first = (np.cumsum(streets.points) - streets.points)[row]
    step = spread(np.zeros_like(size), size)
    owner = np.repeat(np.arange(len(row)), size)
    at = np.where(back[owner], (first + size - 1)[owner] - step, first[owner] + step)
    return np.asarray(shapely.linestrings(xy[at], indices=owner), dtype=object)


def _class(tags: Mapping[str, Any]) -> str:
    return str(tags.get("highway", ""))


def _lengths(streets: Streets) -> npt.NDArray[np.float64]:
    """Geodesic length of each street in metres."""
    owner = np.repeat(np.arange(len(streets)), streets.points)
    same = owner[1:] == owner[:-1]
    start, end = streets.xy[:-1][same], streets.xy[1:][same]
    _, _, metres = _GEOD.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    total: npt.NDArray[np.float64] = np.bincount(owner[1:][same], metres, len(streets)).astype(np.float64)
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

    own = streets.bounds()
    return InputError("inputs.roads_miss", file=file, roads=said(own), region=said(bounds))


def _unknown_classes(
    classes: pd.Series, modes: Sequence[str], file: Path, own: Mapping[str, Profile] | None
) -> list[Finding]:
    """A note for each class of road that no mode of ours knows."""
    known = {c for m in modes for c in (*profile(m, own).speed_kph, *profile(m).speed_kph)}
    counts = classes[~classes.isin(known)].value_counts()
    return [
        Finding("note", Sentence("inputs.unnamed_highway", {"value": str(v), "count": int(n)}), str(file))
        for v, n in counts.items()
        if v
    ]
