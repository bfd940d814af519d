"""The Degree of Urbanisation of a population grid: who lives in a city, a town, or the country.

The method is the one endorsed by the United Nations Statistical Commission in 2020 (Eurostat, *Applying the
Degree of Urbanisation: a methodological manual*, 2021 edition, the grid cell classification), on cells of
1 km2. An urban centre is a 4-connected cluster of cells of at least 1,500 residents/km2 holding at least
50,000; its gaps below 15 km2 are filled and its edges smoothed by the majority rule: a cell with five or more
of its eight neighbours in one centre joins it, until none does. An urban cluster is an 8-connected cluster of
cells of at least 300 residents/km2 holding at least 5,000. Centres and clusters are urban.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from scipy import ndimage

from carecircle.crs import between

Array = npt.NDArray[np.float64]

_CELL_M = 1000.0
_LARGEST_GAP_CELLS = 14
"""Gaps of 15 km2 and more stay gaps."""
_MAJORITY = 5
_AROUND = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]])
CENTRE, CLUSTER, RURAL = 3, 2, 1


@dataclass(frozen=True, eq=False)
class Degree:
    """Classes of 1 km cells.

    Parameters
    ----------
    crs
        Lambert azimuthal equal-area, centred on the residents.
    west, north
        Corner of the first cell, in metres of ``crs``.
    classes
        ``CENTRE``, ``CLUSTER`` or ``RURAL`` by row (southwards) and column.
    """

    crs: pyproj.CRS
    west: float
    north: float
    classes: npt.NDArray[np.int8]

    def at(self, lon: Array, lat: Array) -> npt.NDArray[np.int8]:
        """Class at each place (WGS 84 degrees); beyond the cells everything is rural."""
        x, y = between(4326, self.crs).transform(lon, lat)
        row = np.floor((self.north - np.asarray(y)) / _CELL_M).astype(np.int64)
        column = np.floor((np.asarray(x) - self.west) / _CELL_M).astype(np.int64)
        height, width = self.classes.shape
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        found = np.full(row.shape, RURAL, dtype=np.int8)
        found[inside] = self.classes[row[inside], column[inside]]
        return found

    def mark_demand(self, demand: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """A demand frame with ``urban`` by the cell each point lies in; None where a row has no place."""
        shapes = demand.geometry.to_numpy()
        placed = ~shapely.is_missing(shapes)
        back = between(demand.crs, 4326)
        lon, lat = back.transform(shapely.get_x(shapes[placed]), shapely.get_y(shapes[placed]))
        marks = np.full(len(demand), None, dtype=object)
        marks[placed] = (self.at(np.asarray(lon), np.asarray(lat)) > RURAL).astype(object)
        return demand.assign(urban=pd.Series(marks, index=demand.index, dtype=object))

    def mark_areas(self, areas: gpd.GeoDataFrame, demand: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """An areas frame with ``urban`` True where half or more of the residents live in urban cells."""
        if areas.empty:
            return areas
        marked = self.mark_demand(demand)
        known = marked[marked["urban"].notna() & marked["area_id"].notna()]
        parents = dict(zip(areas["area_id"], areas["parent_id"], strict=True))
        sums: dict[str, list[float]] = {}
        for area_id, urban, residents in zip(
            known["area_id"], known["urban"], known["residents"], strict=True
        ):
            at: object = area_id
            while isinstance(at, str):
                sums.setdefault(at, [0.0, 0.0])[0 if urban else 1] += residents
                at = parents.get(at)
        marks = [None if a not in sums else sums[a][0] >= sums[a][1] for a in areas["area_id"]]
        return areas.assign(urban=pd.Series(marks, index=areas.index, dtype=object))


def degree_of_urbanisation(lon: Array, lat: Array, residents: Array) -> Degree:
    """Classify the 1 km cells that residents live in.

    Parameters
    ----------
    lon, lat, residents
        Places (WGS 84 degrees) and people, beyond the study's boundary too: a cluster does not end at it.

    Notes
    -----
    Each place counts wholly in the cell it lies in, so the residents' input should be finer than 1 km.
    """
    middle = (float(np.mean([lon.min(), lon.max()])), float(np.mean([lat.min(), lat.max()])))
    crs = pyproj.CRS.from_proj4(f"+proj=laea +lon_0={middle[0]!r} +lat_0={middle[1]!r} +datum=WGS84 +units=m")
    x, y = between(4326, crs).transform(lon, lat)
    west = np.floor(np.min(x) / _CELL_M) * _CELL_M
    north = np.ceil(np.max(y) / _CELL_M) * _CELL_M
    row = np.floor((north - y) / _CELL_M).astype(np.int64)
    column = np.floor((x - west) / _CELL_M).astype(np.int64)
    density = np.zeros((int(row.max()) + 1, int(column.max()) + 1))
    np.add.at(density, (row, column), residents)
    return Degree(crs, float(west), float(north), classify(density))


def classify(density: Array) -> npt.NDArray[np.int8]:
    """Classes of cells by their residents per km2 (each cell being 1 km2)."""
    classes = np.full(density.shape, RURAL, dtype=np.int8)
    clusters, kept = _clusters(density, 300.0, 5_000.0, np.ones((3, 3), dtype=bool))
    classes[np.isin(clusters, kept)] = CLUSTER
    centres, kept = _clusters(density, 1_500.0, 50_000.0, ndimage.generate_binary_structure(2, 1))
    centres[~np.isin(centres, kept)] = 0
    _fill_gaps(centres, kept)
    while _smooth_edges(centres, kept):
        pass
    classes[centres > 0] = CENTRE
    return classes


def _clusters(
    density: Array, threshold: float, people: float, neighbours: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int32], list[int]]:
    """Clusters of dense cells, numbered from 1, and the numbers of those that hold enough people."""
    labels, count = ndimage.label(density >= threshold, structure=neighbours)
    sums = ndimage.sum_labels(density, labels, np.arange(count + 1))
    return labels.astype(np.int32), [n for n in range(1, count + 1) if sums[n] >= people]


def _fill_gaps(centres: npt.NDArray[np.int32], numbers: list[int]) -> None:
    """Give each centre the small gaps it encloses, in ``centres`` itself."""
    for number in numbers:
        others, count = ndimage.label(np.pad(centres != number, 1, constant_values=True))
        sizes = np.bincount(others.ravel(), minlength=count + 1)
        small = (sizes <= _LARGEST_GAP_CELLS) & (np.arange(count + 1) > 0)
        small[others[0, 0]] = False  # what lies all around
        gaps = small[others[1:-1, 1:-1]] & (centres == 0)
        centres[gaps] = number


def _smooth_edges(centres: npt.NDArray[np.int32], numbers: list[int]) -> bool:
    """Let cells join the centre that most of their neighbours belong to, once; whether any did."""
    joins = np.zeros_like(centres)
    for number in numbers:
        beside = ndimage.convolve((centres == number).astype(np.int32), _AROUND, mode="constant")
        joins[(centres == 0) & (beside >= _MAJORITY)] = number
    centres[joins > 0] = joins[joins > 0]
    return bool(joins.any())
