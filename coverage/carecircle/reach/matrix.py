"""A matrix of travel times that somebody else has reckoned, as a way of travelling."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from carecircle.errors import UsageError
from carecircle.reach._geodesy import point_coordinates
from carecircle.reach.asked import by_id, reached_frame
from carecircle.reach.straight import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import shapely

    from carecircle.reach.answers import Cells, Surface
    from carecircle.reach.answers import Path as Way
    from carecircle.reach.asked import Direction

Array = np.ndarray[Any, Any]


class Matrix:
    """Minutes by ids, as `carecircle.reach.asked.Reach` asks them; places are known by id and not by point.

    Parameters
    ----------
    residents, facilities
        Ids of its rows and of its columns.
    minutes
        float64[residents, facilities], CSR; an absent entry is no way.
    direction
        ``to_facility`` or ``from_facility``: the only one it answers.
    file
        Named where it cannot answer.
    """

    draws = False
    """It knows nothing between its places: no surface, and no line of a way."""

    def __init__(
        self, residents: Sequence[str], facilities: Sequence[str], minutes: csr_array, *,
        direction: Direction, file: str | Path = "",
    ) -> None:  # fmt: skip
        self.minutes, self.direction, self.file = csr_array(minutes), direction, str(file)
        self._row, self._column = pd.Index(residents), pd.Index(facilities)

    def knowing(self, names: Mapping[str, str]) -> Matrix:
        """The same matrix that knows facilities by further ids too.

        Parameters
        ----------
        names
            Further id to the id whose column it has; one that the matrix does not know is left out.

        Returns
        -------
        Matrix
            Of the same residents and direction.
        """
        known = {new: self._column.get_loc(old) for new, old in names.items() if old in self._column}
        columns = np.array([*range(len(self._column)), *known.values()], np.int64)
        minutes = csr_array(self.minutes.tocsc()[:, columns])
        minutes.sort_indices()
        ids = [*self._column, *known]
        return Matrix([*self._row], ids, minutes, direction=self.direction, file=self.file)

    def nearest(
        self, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *, direction: Direction,
        limit: float = math.inf,
    ) -> pd.DataFrame:  # fmt: skip
        """As `Reach.nearest`; ``unsnapped`` where the matrix has no such id, ``beyond`` without a way."""
        ids, rank = by_id(facilities)
        table = self.pairs(demand, facilities.iloc[rank], direction=direction, limit=limit)
        cost, owner = np.full(len(demand), np.inf), np.full(len(demand), -1, np.int64)
        filled = np.flatnonzero(np.diff(table.indptr))
        if len(filled):
            cost[filled] = np.minimum.reduceat(table.data, table.indptr[filled])
            row = np.repeat(np.arange(len(demand)), np.diff(table.indptr))
            best = np.flatnonzero(table.data == cost[row])
            rows, first = np.unique(row[best], return_index=True)  # columns ascend: the smaller id
            owner[rows] = table.indices[best[first]]
        known = self._row.get_indexer(demand["demand_id"].astype(str)) >= 0
        status = np.where(owner >= 0, "reached", np.where(known, "beyond", "unsnapped")).astype(object)
        return reached_frame(demand, ids, owner, cost, np.full(len(demand), np.nan), status)

    def pairs(
        self, demand: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *, direction: Direction,
        limit: float = math.inf,
    ) -> csr_array:  # fmt: skip
        """As `Reach.pairs`.

        Raises
        ------
        UsageError
            If it goes the other way.
        """
        if direction != self.direction:
            raise UsageError("reach.matrix_direction", file=self.file, has=self.direction, value=direction)
        row = self._row.get_indexer(demand["demand_id"].astype(str))
        column = self._column.get_indexer(facilities["facility_id"].astype(str))
        at = np.full(len(self._column) + 1, -1)
        at[column[column >= 0]] = np.flatnonzero(column >= 0)
        low = np.where(row >= 0, self.minutes.indptr[row], 0)
        count = np.where(row >= 0, self.minutes.indptr[row + 1] - low, 0)
        entry = np.repeat(low - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
        rows, columns = np.repeat(np.arange(len(row)), count), at[self.minutes.indices[entry]]
        cost = self.minutes.data[entry]
        kept = (columns >= 0) & (cost <= limit)
        rows, columns, cost = rows[kept], columns[kept], cost[kept]
        order = np.lexsort((columns, rows))
        pointers = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(row)))])
        return csr_array((cost[order], columns[order], pointers), shape=(len(row), len(column)))

    def way(
        self, demand_point: shapely.Point, facility_point: shapely.Point, *, direction: Direction
    ) -> Way | None:
        """None: it knows how long a way takes, not where it goes."""
        return None

    def surface(self, facilities: gpd.GeoDataFrame, cells: Cells, *, direction: Direction) -> Surface:
        """Refused: a matrix knows nothing between its places.

        Raises
        ------
        UsageError
            Always.
        """
        raise UsageError("reach.matrix_no_surface", file=self.file)

    def place(self, points: gpd.GeoDataFrame) -> Standing:
        """As `Reach.place`: each stands where it is, if the matrix knows its id."""
        x, y, _ = point_coordinates(points.geometry.array)
        column = "demand_id" if "demand_id" in points else "facility_id"
        known = self._row if column == "demand_id" else self._column
        placed = known.get_indexer(points[column].astype(str)) >= 0
        return Standing(placed, np.full(len(points), np.nan), np.stack([x, y], axis=1))
