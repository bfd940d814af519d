"""A grid town whose every time is known on paper: blocks of one size, one speed, in EPSG:32650."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from carecircle.reach.network.model import Network

CRS = "EPSG:32650"
ORIGIN = np.array([500_000.0, 3_500_000.0])


def edge_frame(lines, *, seconds, metres, both, modes=("walk",), may_stop=None, first_id=0):
    """Edge rows for lines given in town coordinates (metres east and north of the town's corner).

    Nodes are the ends of the lines: equal coordinates are one node.
    """
    node: dict[tuple[float, float], int] = {}
    rows = []
    for i, line in enumerate(lines):
        ends = [node.setdefault(tuple(line[k]), len(node)) for k in (0, -1)]
        drawn = shapely.LineString(np.asarray(line, float) + ORIGIN)
        stop = True if may_stop is None else may_stop[i]
        rows.append((*ends, metres[i], seconds[i], stop, drawn))
        if both[i]:
            rows.append((*ends[::-1], metres[i], seconds[i], stop, shapely.reverse(drawn)))
    frame = gpd.GeoDataFrame(
        {
            "edge_id": np.arange(len(rows), dtype=np.int64) + first_id,
            "from_node": np.array([r[0] for r in rows], np.int64),
            "to_node": np.array([r[1] for r in rows], np.int64),
            "length_m": np.array([r[2] for r in rows], np.float32),
        },
        geometry=[r[5] for r in rows],
        crs=CRS,
    )
    for mode in modes:
        frame[f"travel_time_s_{mode}"] = np.array([r[3] for r in rows], np.float32)
        frame[f"may_stop_{mode}"] = [r[4] for r in rows]
    return frame


def grid_edges(columns, rows, *, block_m=400.0, mps=5.0, one_way_rows=(), modes=("walk",)):
    """Edges of a grid of columns × rows crossings; the streets of ``one_way_rows`` run eastwards only."""
    lines, both = [], []
    for y in range(rows):
        for x in range(columns - 1):
            lines.append([(x * block_m, y * block_m), ((x + 1) * block_m, y * block_m)])
            both.append(y not in one_way_rows)
    for x in range(columns):
        for y in range(rows - 1):
            lines.append([(x * block_m, y * block_m), (x * block_m, (y + 1) * block_m)])
            both.append(True)
    n = len(lines)
    return edge_frame(lines, seconds=[block_m / mps] * n, metres=[block_m] * n, both=both, modes=modes)


def grid(columns=11, rows=11, **options) -> Network:
    return Network.from_edges(grid_edges(columns, rows, **options), mode="walk", access_speed_kph=3.6)


def places(xy, *, prefix="r", residents=1.0) -> gpd.GeoDataFrame:
    """Demand (or, by ``facility_id``, facilities) at town coordinates; None has no place."""
    points = [None if p is None else shapely.Point(*(np.asarray(p, float) + ORIGIN)) for p in xy]
    ids = [f"{prefix}{i:03d}" for i in range(len(points))]
    return gpd.GeoDataFrame(
        {
            "demand_id": ids, "facility_id": ids, "residents": np.full(len(points), residents, float),
            "area_id": None, "urban": None,
        },
        geometry=points,
        crs=CRS,
    )  # fmt: skip
