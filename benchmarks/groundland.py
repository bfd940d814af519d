"""Ground and roads made from a seed, for the benchmarks of `ground.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from scipy import ndimage

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / "coverage")]

from carecircle.reach.ground.engine import Sources
from carecircle.reach.ground.field import Field
from carecircle.reach.network.model import Network
from carecircle.terrain import GroundCells

CRS = "EPSG:32650"
CELL_M = 30.0
WALKING = 0.72


def world(side, seed=0):
    """Hills of 120 m and three kinds of cover in patches, a thirtieth of it water."""
    rng = np.random.default_rng(seed)
    z = ndimage.gaussian_filter(rng.normal(0, 1, (side, side)), 20)
    cover = ndimage.gaussian_filter(rng.normal(0, 1, (side, side)), 6)
    cover /= cover.std()
    slow = (0.06 / np.where(cover > 0.4, 4.0, np.where(cover > -0.5, 2.5, 1.5))).astype(np.float32)
    slow[cover < np.quantile(cover, 1 / 30)] = np.nan
    return (z / z.std() * 120).astype(np.float32), slow


def cells_of(z, slow, mode="walk", **more):
    side = len(slow)
    return GroundCells(
        CRS, (CELL_M, 0, 0, 0, -CELL_M, side * CELL_M), np.full(side, CELL_M), np.full(side, CELL_M),
        {mode: slow}, elevation_m=z, **more,
    )  # fmt: skip


def sources_of(field, count, seed=1):
    open_ = np.argwhere(field.open)
    picked = open_[np.random.default_rng(seed).permutation(len(open_))[:count]]
    code = field.code(picked[:, 0], picked[:, 1])
    return Sources(code, np.zeros(count), np.arange(count, dtype=np.int32)), picked


def field_of(z, slow, law, moves):
    """The cells under a law; ``r.walk``: walking as GRASS has it, with the cells' own time added."""
    if law == "r.walk":
        cells = cells_of(
            z, slow, law="langmuir", moves=moves, walking_minutes_per_m=WALKING / 60,
            on_foot={"walk": np.zeros(slow.shape, bool)},
        )  # fmt: skip
    else:
        cells = cells_of(z, slow, law=law, moves=moves)
    return Field.of(cells, "walk", "minutes")


def lattice(side_m, nodes, mode, kph, seed=3):
    """Crooked roads: a lattice with its nodes moved and two fifths of its edges taken out."""
    rng = np.random.default_rng(seed)
    n = int(np.sqrt(nodes))
    y, x = np.mgrid[:n, :n]
    xy = (np.stack([x.ravel(), y.ravel()], axis=1) + 0.5 + rng.uniform(-0.3, 0.3, (n * n, 2))) * side_m / n
    number = np.arange(n * n).reshape(n, n)
    pairs = np.concatenate(
        [
            np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1),
            np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1),
        ]
    )
    pairs = pairs[rng.random(len(pairs)) < 0.6]
    bend = (xy[pairs[:, 0]] + xy[pairs[:, 1]]) / 2 + rng.normal(0, 0.05 * side_m / n, (len(pairs), 2))
    ahead = shapely.linestrings(np.stack([xy[pairs[:, 0]], bend, xy[pairs[:, 1]]], axis=1))
    lines = np.concatenate([ahead, shapely.reverse(ahead)])
    length = shapely.length(lines)
    frame = gpd.GeoDataFrame(
        {
            "edge_id": np.arange(len(lines)), "from_node": np.r_[pairs[:, 0], pairs[:, 1]],
            "to_node": np.r_[pairs[:, 1], pairs[:, 0]], "length_m": length.astype(np.float32),
            f"travel_time_s_{mode}": (length * 3.6 / kph).astype(np.float32),
        },
        geometry=lines, crs=CRS,
    )  # fmt: skip
    return Network.from_edges(frame, mode=mode, access_speed_kph=4.0)
