"""What the page draws: the study's places and each query's answers as compact columns of a `Block`."""

from __future__ import annotations

import base64
import math
import struct
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import affine
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio.warp
import shapely
from pyproj import Transformer

from carecircle import categories
from carecircle.colours import TIMES
from carecircle.crs import between, crosses, drawn_degrees
from carecircle.outputs.map.pack import Block
from carecircle.outputs.palette import STEP, TIME_BREAKS, UNREACHED
from carecircle.schema import GROUND_STATUSES, LEVELS, REACH_STATUSES, STATUSES
from carecircle.texts import LANGUAGES, Sentence

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.reach.answers import Surface
    from carecircle.rules import ReachQuery

PEOPLE = ("outside", "no_data", "unsnapped", "unreachable", "covered", "not_covered")
_ROAD_RANKS = (
    ("motorway", "motorway_link"),
    ("trunk", "trunk_link", "primary", "primary_link"),
    ("secondary", "secondary_link"),
    ("tertiary", "tertiary_link"),
    ("unclassified", "residential", "living_street", "road"),
)
_ROAD_POINTS = 120_000
_SHAPE_POINTS = 3_000
BORDER_POINTS = 250_000
"""Points of all borders together that an office machine draws gladly."""
_COARSEST_M = 2_000.0
SURFACE_PIXELS = 1_600
_ON_BEYOND_180 = (
    "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=180 +x_0=20037508.342789244 +units=m +no_defs"
)
"""Web Mercator whose eastings go on beyond the antimeridian."""


def bounds(analysis: Analysis) -> tuple[float, float, float, float]:
    """West, south, east, north of the study in WGS 84 degrees."""
    west, south, east, north = shapely.total_bounds(to_degrees(analysis, [analysis.inputs.region]))
    return float(west), float(south), float(east), float(north)


def tolerance(analysis: Analysis) -> float:
    """Metres by which drawn lines may stray: a fraction of a pixel when the whole study is shown."""
    west, south, east, north = analysis.inputs.region.bounds
    return float(max(east - west, north - south)) / _SHAPE_POINTS


def degrees(analysis: Analysis) -> Transformer:
    """The way from the study's CRS to the degrees that the page draws in."""
    inputs = analysis.inputs
    return between(inputs.crs, drawn_degrees(inputs.crs, inputs.region.bounds))


def to_degrees(analysis: Analysis, geometries: Any) -> npt.NDArray[np.object_]:
    """Geometries of the study in the degrees that the page draws in."""
    inputs = analysis.inputs
    drawn = gpd.GeoSeries(geometries, crs=inputs.crs).to_crs(drawn_degrees(inputs.crs, inputs.region.bounds))
    return np.asarray(drawn.array, dtype=object)


def region(analysis: Analysis, block: Block) -> dict[str, Any]:
    """The boundary."""
    shape = shapely.simplify(analysis.inputs.outlines.region, tolerance(analysis) / 2)
    return block.add_shapes(to_degrees(analysis, [shape]))


def areas(analysis: Analysis, block: Block, metres: float) -> tuple[dict[str, Any], float]:
    """Every area with its level, parent and outline; neighbours keep one common border.

    Parameters
    ----------
    metres
        How far a border may stray; doubled until all of them together have at most `BORDER_POINTS`.

    Returns
    -------
    (columns, metres used)
    """
    frame = analysis.inputs.outlines.areas
    position = {area_id: i for i, area_id in enumerate(frame["area_id"])}
    shapes = np.array([None if g is None or g.is_empty else g for g in frame.geometry], dtype=object)
    level = frame["level"].to_numpy()
    while True:
        for name in LEVELS:
            chosen = np.flatnonzero((level == name) & ~shapely.is_missing(shapes))
            if len(chosen):
                shapes[chosen] = shapely.coverage_simplify(shapes[chosen], metres)
        if shapely.get_num_coordinates(shapes).sum() <= BORDER_POINTS or metres > _COARSEST_M:
            break
        metres *= 2
    drawn = to_degrees(analysis, shapes)
    inner = shapely.point_on_surface(drawn)
    columns = {
        "names": [str(n) for n in frame["name"]],
        "ids": [str(n) for n in frame["area_id"]],
        "level": [LEVELS.index(n) for n in level],
        "parent": [position.get(p, -1) if isinstance(p, str) else -1 for p in frame["parent_id"]],
        "label": [[None, None] if p is None or p.is_empty else [round(p.x, 5), round(p.y, 5)] for p in inner],
        "shapes": block.add_shapes(drawn),
    }
    return columns, metres


def levels(analysis: Analysis) -> list[dict[str, Any]]:
    """The levels that can be drawn, widest first."""
    frame = analysis.inputs.areas
    drawn = set(frame["level"][frame.geometry.notna()]) if len(frame) else set()
    return [{"id": name, "index": LEVELS.index(name)} for name in LEVELS if name in drawn]


def roads(analysis: Analysis, block: Block) -> tuple[list[dict[str, Any]], list[Sentence]]:
    """The streets as a backdrop, larger classes first for as long as the budget of points lasts."""
    edges = analysis.inputs.edges
    if edges is None or not len(edges):
        return [], []
    highway = edges["highway"].astype(str) if "highway" in edges else pd.Series("road", index=edges.index)
    ends = np.sort(edges[["from_node", "to_node"]].to_numpy(), axis=1)
    once = (
        ~pd.DataFrame({"a": ends[:, 0], "b": ends[:, 1], "m": edges["length_m"].round(2)})
        .duplicated()
        .to_numpy()
    )
    found: list[dict[str, Any]] = []
    points = 0
    for rank, classes in enumerate(_ROAD_RANKS):
        lines = edges.geometry[once & highway.isin(classes).to_numpy()]
        if not len(lines):
            continue
        merged = shapely.line_merge(shapely.multilinestrings([shapely.get_parts(lines.to_numpy())]))
        parts = shapely.simplify(shapely.get_parts(merged), tolerance(analysis))
        points += int(shapely.get_num_coordinates(parts).sum())
        if points > _ROAD_POINTS and found:
            return found, [
                Sentence(
                    "outputs.roads_left_out", {"classes": [c for cs in _ROAD_RANKS[rank:] for c in cs[:1]]}
                )
            ]
        found.append({"rank": rank, "shapes": block.add_shapes(to_degrees(analysis, parts))})
    return found, []


def _points(analysis: Analysis, geometries: gpd.GeoSeries, block: Block) -> dict[str, Any]:
    placed = (geometries.notna() & ~geometries.is_empty).to_numpy()
    x, y = np.zeros(len(placed)), np.zeros(len(placed))
    if placed.any():
        chosen = geometries[placed]
        x[placed], y[placed] = degrees(analysis).transform(chosen.x.to_numpy(), chosen.y.to_numpy())
    return {"x": block.add_degrees(x), "y": block.add_degrees(y), "placed": block.add(placed, "u8")}


def facilities(analysis: Analysis, block: Block) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Every facility, and the categories they are of with the mark each is drawn by."""
    frame = analysis.inputs.facilities
    kinds = sorted(set(frame["category"]))
    number = {kind: i for i, kind in enumerate(kinds)}
    data = {
        **_points(analysis, frame.geometry, block),
        "ids": [str(n) for n in frame["facility_id"]],
        "names": [str(n) for n in frame["name"]],
        "category": [number[c] for c in frame["category"]],
        "status": [s if s in STATUSES else "open" for s in frame["status"]],
        "roles": [[str(r) for r in roles] for roles in frame["designations"]],
        "inside": [bool(i) for i in frame["inside"]],
    }
    drawn = [
        {
            "id": kind,
            "shape": facility_shape(kind),
            **{lang: categories.label(kind, lang) for lang in LANGUAGES},
        }
        for kind in kinds
    ]
    return data, drawn


def facility_shape(category: str) -> str:
    """The mark of a category: first aid a triangle, hospitals a square, centres a disc, clinics a diamond."""
    if "急救" in category:
        return "triangle"
    if category.endswith("医院"):
        return "square"
    return "diamond" if category.endswith(("站", "室", "诊所")) else "circle"


def demand(analysis: Analysis, block: Block) -> dict[str, Any] | None:
    """Where people live: place, residents (exact) and finest area; None where no residents were brought."""
    frame = analysis.inputs.demand
    if frame is None:
        return None
    position = {area_id: i for i, area_id in enumerate(analysis.inputs.areas["area_id"])}
    area = frame["area_id"].map(position).fillna(-1).to_numpy(dtype=np.int32)
    residents = frame["residents"].to_numpy(dtype=np.float64)
    return {
        **_points(analysis, frame.geometry, block),
        "residents": block.add_exact(residents),
        "area": block.add(area, "i32", differences=True),
        "urban": block.add([0 if u is None else 1 if u else 2 for u in frame["urban"]], "u8"),
        "spacing": _spacing(frame),
    }


def _spacing(frame: gpd.GeoDataFrame) -> float:
    """The usual distance between neighbouring demand points in metres (the cell of a grid)."""
    points = frame.geometry[frame.geometry.notna() & ~frame.geometry.is_empty].to_numpy()
    if len(points) < 2:
        return 100.0
    sample = points[:: max(1, len(points) // 500)]
    tree = shapely.STRtree(points)
    _, gaps = tree.query_nearest(sample, exclusive=True, return_distance=True, all_matches=False)
    return round(float(np.median(gaps)), 1) if len(gaps) else 100.0  # none where all stand in one place


def query(
    asked: ReachQuery, frame: pd.DataFrame, facilities: gpd.GeoDataFrame, block: Block
) -> dict[str, Any]:
    """One query's answers: cost, facility and status by demand row."""
    unit = "min" if asked.metric == "minutes" else "m"
    cost = frame["cost"].to_numpy(dtype=np.float64)
    known = np.isfinite(cost)
    steps = np.full(len(cost), UNREACHED, dtype=np.int64)
    steps[known] = np.round(cost[known] / STEP[unit])
    position = {facility_id: i for i, facility_id in enumerate(facilities["facility_id"])}
    owner = frame["facility_id"].map(position).fillna(-1).to_numpy(dtype=np.int32)
    crossed = bool(frame["status"].isin(GROUND_STATUSES).any())
    reasons = (*REACH_STATUSES, *(GROUND_STATUSES if crossed else ()))
    status = {name: i for i, name in enumerate(reasons)}
    return {
        "unit": unit,
        "step": STEP[unit],
        "mode": asked.legs[0].mode,
        "metric": asked.metric,
        "direction": asked.legs[0].direction,
        "label": {lang: asked.label(lang) for lang in LANGUAGES},
        "cost": block.add(steps, "u32"),
        "facility": block.add(owner, "i32"),
        "status": block.add(frame["status"].map(status).to_numpy(dtype=np.uint8), "u8"),
        "reasons": list(reasons),
    }


def people(codes: pd.Series, block: Block) -> Any:
    """A verdict's code of each demand row (see `PEOPLE`)."""
    number: dict[str, int] = {name: i for i, name in enumerate(PEOPLE)}
    number |= {"closed": number["unsnapped"], "cut_off": number["unreachable"]}  # drawn alike, named apart
    return block.add(codes.map(number).to_numpy(dtype=np.uint8), "u8")


def surface_picture(surface: Surface, limit: float, most: int = SURFACE_PIXELS) -> dict[str, Any]:
    """A travel-time surface as a palette PNG in Web Mercator, classed by shares of a clause's limit.

    Parameters
    ----------
    most
        Pixels along the longer side; a finer surface is drawn in larger cells.

    Returns
    -------
    dict
        ``png`` (a data URI) and ``bounds`` (west, south, east, north in WGS 84 degrees).
    """
    height, width = surface.values.shape
    extent = _extent(surface.transform, height, width)
    mercator = _ON_BEYOND_180 if crosses(surface.crs, extent) else "EPSG:3857"
    west, south, east, north = rasterio.warp.transform_bounds(surface.crs, mercator, *extent)
    stretch = max(east - west, north - south) / (max(width, height) * abs(surface.transform.a))
    side = max(abs(surface.transform.a) * stretch, max(east - west, north - south) / most)
    wide, high = math.ceil((east - west) / side), math.ceil((north - south) / side)
    transform = affine.Affine(side, 0.0, west, 0.0, -side, north)
    warped = np.full((high, wide), np.nan, dtype=np.float32)
    rasterio.warp.reproject(
        np.ascontiguousarray(surface.values, dtype=np.float32),
        warped,
        src_transform=surface.transform,
        src_crs=surface.crs,
        dst_transform=transform,
        dst_crs=mercator,
        src_nodata=np.nan,
        dst_nodata=np.nan,
        resampling=rasterio.warp.Resampling.nearest,
    )
    classes = np.searchsorted(np.asarray(TIME_BREAKS) * limit, warped) + 1
    pixels = np.where(np.isnan(warped), 0, classes).astype(np.uint8)
    to_wgs84 = between(3857, 4326)
    west, south, east, north = to_wgs84.transform_bounds(*_extent(transform, high, wide))
    east += 360.0 if east < west else 0.0
    png = base64.b64encode(palette_png(pixels, [c.removeprefix("#") for c in TIMES])).decode("ascii")
    return {
        "png": f"data:image/png;base64,{png}",
        "bounds": [round(v, 7) for v in (west, south, east, north)],
    }


def _extent(transform: affine.Affine, height: int, width: int) -> tuple[float, float, float, float]:
    """West, south, east, north of a north-up grid in its own CRS."""
    west, north = transform.c, transform.f
    return west, north + height * transform.e, west + width * transform.a, north


def palette_png(pixels: npt.NDArray[np.uint8], colours: Sequence[str]) -> bytes:
    """A PNG of few colours: 0 is transparent, n is the n-th colour (``rrggbb``); four bits a pixel."""
    height, width = pixels.shape
    padded = np.pad(pixels, ((0, 0), (0, width % 2)))
    rows = (padded[:, 0::2] << 4) | padded[:, 1::2]
    lines = np.hstack([np.zeros((height, 1), np.uint8), rows]).tobytes()

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    palette = bytes(3) + b"".join(bytes.fromhex(c) for c in colours)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 4, 3, 0, 0, 0))
        + chunk(b"PLTE", palette)
        + chunk(b"tRNS", b"\0" + b"\xff" * len(colours))
        + chunk(b"IDAT", zlib.compress(lines, 9))
        + chunk(b"IEND", b"")
    )
