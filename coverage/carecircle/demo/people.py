"""The fictional county's residents: whole people on a 100 m grid, and the official totals beside them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
import rasterio.features
import shapely
from affine import Affine
from scipy.ndimage import binary_erosion
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from carecircle.demo.areas import Place, Town
from carecircle.demo.cast import Cast
from carecircle.demo.dice import Dice, Floats, shares
from carecircle.demo.gazetteer import CRS, Ints, gazetteer, place
from carecircle.demo.land import Land

CELL_M = 100.0
RESIDENTS = 210_000
"""Residents inside the county, by the grid."""
OUTSIDE = 1_860
"""Residents of neighbouring hamlets that the grid also holds, outside the boundary."""
NODATA = -99999.0
BORDER_HAMLETS = ([22.4, 7.0], [-2.2, 14.6], [-12.8, -11.6])
"""Where the neighbours live, km from the county seat."""

BIG_VILLAGE, SMALL_VILLAGE, CLINICLESS_VILLAGE, ISLE_VILLAGE = 2_680, 560, 1_150, 920
"""Residents of the one village above 2,500, of each that shares its clinic (below 800), of the one that has
none and no excuse, and of the isle."""


@dataclass(frozen=True)
class People:
    """Residents by cell and by place.

    Parameters
    ----------
    grid
        Residents of each cell, shape (rows, columns), whole numbers; `NODATA` far outside.
    west, north
        Upper left corner of the grid, metres.
    of_place
        Residents of each village and community by its code: the cells whose centres lie in it.
    """

    grid: Floats
    west: float
    north: float
    of_place: Mapping[str, int]


def how_many(seed: int, towns: Sequence[Town], cast: Cast) -> dict[str, int]:
    """Residents of every place: the gazetteer's figures of streets, seats and towns, shared among villages.

    The special villages have a number of their own.
    """
    book = {x["name"]: x for x in [*gazetteer()["streets"], *gazetteer()["towns"]]}
    fixed = {
        cast.big: BIG_VILLAGE,
        cast.isle: ISLE_VILLAGE,
        cast.without: CLINICLESS_VILLAGE,
        **dict.fromkeys(cast.small, SMALL_VILLAGE),
    }
    found: dict[str, int] = {}
    for town in towns:
        dice = Dice(seed, f"residents {town.code}")
        rest = [p for p in town.places if p.kind != "seat" and p.code not in fixed]
        taken = sum(n for code, n in fixed.items() if code.startswith(town.code))
        total = book[town.name]["residents"] if town.street else book[town.name]["rural"]
        weights = dice.many(len(rest), 0.62, 1.5)
        if town.street:
            weights = np.array(
                [0.42 if p.name in ("高新社区",) else w for p, w in zip(rest, weights, strict=True)]
            )
        found |= {p.code: int(n) for p, n in zip(rest, shares(weights, total - taken), strict=True)}
        found |= {code: n for code, n in fixed.items() if code.startswith(town.code)}
        if not town.street:
            found[town.seat.code] = book[town.name]["seat"]
    return found


def _settled(xy: Floats, spot: Place, land: Land, houses: Ints, seed: int) -> Floats:
    """How strongly people live in each cell of a place (0: nobody)."""
    dice = Dice(seed, f"cells {spot.code}")
    weight = np.zeros(len(xy))
    mine = np.intersect1d(land.corners, spot.cells)
    if len(mine):
        near = cKDTree(land.points[mine]).query(xy)[0] < 125
        from_core = np.hypot(*(xy - place([-0.6, 0.5])).T)
        weight += near * (0.35 + np.exp(-((from_core / 2300) ** 2))) * dice.many(len(xy), 0.5, 1.5)
        weight *= 0.955 / max(weight.sum(), 1e-12)
    if len(houses):
        hamlet = np.zeros(len(xy))
        for n, house in enumerate(houses):
            spread = dice.one(50, 95)
            away = np.hypot(*(xy - land.points[house]).T)
            heavy = dice.one(0.5, 1.5) * (2.4 if n == 0 and spot.kind == "village" else 1.0)
            hamlet += heavy * np.exp(-0.5 * (away / spread) ** 2) * (away < 2.0 * spread)
        hamlet *= dice.many(len(xy), 0.4, 1.6)
        scattered = dice.many(len(xy)) < 0.012  # lone farms, some of them far from any road
        share = 0.045 if len(mine) else 1.0
        weight += share * (0.975 * hamlet / hamlet.sum() + 0.025 * scattered / max(scattered.sum(), 1))
    return weight


def settle(
    seed: int, land: Land, towns: Sequence[Town], grounds: Mapping[str, BaseGeometry],
    houses: Mapping[str, Ints], residents: Mapping[str, int],
) -> People:  # fmt: skip
    """Put every resident into a cell of the grid.

    No lived-in cell is cut by the county's boundary, so the residents inside are exactly `RESIDENTS`.
    """
    county = shapely.coverage_union_all(list(grounds.values()))
    west, south, east, north = (np.round(np.array(county.buffer(2500).bounds) / CELL_M) * CELL_M).tolist()
    shape = (int((north - south) / CELL_M), int((east - west) / CELL_M))
    transform = Affine(CELL_M, 0, west, 0, -CELL_M, north)
    places = [p for town in towns for p in town.places]
    labels = rasterio.features.rasterize(
        [(grounds[p.code], i + 1) for i, p in enumerate(places)],
        out_shape=shape,
        transform=transform,
        dtype="int32",
    )
    firm = binary_erosion(labels > 0, structure=np.ones((3, 3), dtype=bool))
    rows, columns = np.nonzero(firm)
    xy = np.stack([west + CELL_M * (columns + 0.5), north - CELL_M * (rows + 0.5)], axis=1)
    wet = shapely.union(land.water.river.buffer(90), land.water.lake.difference(land.water.isle))
    shapely.prepare(wet)
    dry = ~shapely.contains_xy(wet, xy)
    rows, columns, xy = rows[dry], columns[dry], xy[dry]
    label = labels[rows, columns]
    grid = np.zeros(shape)
    for i, spot in enumerate(places):
        here = np.flatnonzero(label == i + 1)
        weight = _settled(xy[here], spot, land, houses.get(spot.code, np.array([], dtype=np.int64)), seed)
        grid[rows[here], columns[here]] = shares(weight, residents[spot.code])
    _neighbours(grid, west, north)
    far = ~shapely.contains_xy(county.buffer(1700), _centres(shape, west, north))
    grid[far.reshape(shape) & (grid == 0)] = NODATA
    return People(grid, west, north, dict(residents))


def _centres(shape: tuple[int, int], west: float, north: float) -> Floats:
    rows, columns = np.indices(shape)
    x, y = west + CELL_M * (columns + 0.5), north - CELL_M * (rows + 0.5)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def _neighbours(grid: Floats, west: float, north: float) -> None:
    for spot, count in zip(BORDER_HAMLETS, shares(np.array([3.0, 2.0, 1.0]), OUTSIDE), strict=True):
        x, y = place(spot)
        row, column = int((north - y) / CELL_M), int((x - west) / CELL_M)
        patch = grid[row - 1 : row + 2, column - 1 : column + 2]
        patch += shares(np.array([1, 2, 1, 2, 4, 2, 1, 2, 1.0]), int(count)).reshape(3, 3)


def official(seed: int, towns: Sequence[Town], people: People) -> dict[str, int]:
    """Official residents of every area: a few per cent off the grid, as two sources always are."""
    dice = Dice(seed, "official figures")
    found: dict[str, int] = {}
    for town in towns:
        for spot in town.places:
            found[spot.code] = round(people.of_place[spot.code] * dice.one(0.965, 1.035))
        found[town.code] = sum(found[p.code] for p in town.places)
    found[gazetteer()["county"]["code"]] = sum(found[t.code] for t in towns)
    return found


def write_grid(file: Path, people: People) -> None:
    """Write the residents as a GeoTIFF of counts, float32."""
    rows, columns = people.grid.shape
    with rasterio.open(
        file, "w", driver="GTiff", width=columns, height=rows, count=1, dtype="float32",
        crs=CRS, nodata=NODATA,
        transform=Affine(CELL_M, 0, people.west, 0, -CELL_M, people.north),
        compress="deflate", predictor=3, tiled=True, blockxsize=256, blockysize=256,
    ) as out:  # fmt: skip
        out.write(people.grid.astype(np.float32), 1)
        out.set_band_description(1, "residents")


def write_totals(file: Path, towns: Sequence[Town], figures: Mapping[str, int]) -> None:
    """Write the official figures: residents of every area, and the county's urban, rural and young ones."""
    county = gazetteer()["county"]["code"]
    urban = sum(figures[t.code] for t in towns if t.street)
    source = "澄岚县统计公报（虚构）"
    rows: list[tuple[str, str, int]] = [
        (county, "residents", figures[county]), (county, "residents_urban", urban),
        (county, "residents_rural", figures[county] - urban),
        (county, "residents_0_14", round(figures[county] * 0.147)),
    ]  # fmt: skip
    for town in towns:
        rows.append((town.code, "residents", figures[town.code]))
        rows += [(spot.code, "residents", figures[spot.code]) for spot in town.places]
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["area_id", "attribute", "value", "year", "source"])
        writer.writerows((*row, 2025, source) for row in rows)
