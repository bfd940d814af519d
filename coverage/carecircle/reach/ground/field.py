"""The cells that one mode crosses, laid out for the searches: padded, with what each move's metres are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle.errors import CapacityError
from carecircle.reach.ground import laws

if TYPE_CHECKING:
    from carecircle.terrain import GroundCells

Array = np.ndarray[Any, Any]

EDGE = 2
"""Closed cells around the grid, so that a knight's move never leaves the arrays."""
MOST_ROWS, MOST_COLUMNS = 32_000, 65_000
CELL = np.dtype([("cost", "f8"), ("z", "f4"), ("slow", "f4")], align=True)
"""A label beside what a move from the cell needs: 16 bytes."""
TILE_BITS = 6
"""Cells along a tile's side, as a power of two: 64."""
_KEPT_CELLS = 500_000
"""Up to so many cells their fresh labels are kept for the next search."""
FLAT, WALKED, MIXED, BESIDE = 0, 1, 2, 3
"""Places in `_moves.KINDS`."""
MOVES = np.array(
    [
        (-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1),
        (-2, -1), (-2, 1), (-1, -2), (-1, 2), (1, -2), (1, 2), (2, -1), (2, 1),
    ]
)  # fmt: skip
"""(rows, columns) of the eight neighbours, then of the knight's moves."""


@dataclass(frozen=True, eq=False)
class Field:
    """The cells of one mode.

    Parameters
    ----------
    rows, columns
        Without the padding.
    slow
        float32[rows, columns]: seconds (or metres) a metre on the level; NaN closed; below 0 where the law of
        slopes does not hold.
    elevation_m
        float32[rows, columns]; None is flat.
    east_m, north_m
        float64[rows], as in `carecircle.terrain.GroundCells`.
    moves
        8 or 16.
    law
        One of `laws.CODES`.
    base
        Seconds a metre under the law, added on every cell.
    steepest
        Rise over run beyond which a move is closed; infinite: none is.
    """

    rows: int
    columns: int
    slow: Array
    elevation_m: Array | None
    east_m: Array
    north_m: Array
    moves: int
    law: int
    base: float
    steepest: float

    @classmethod
    def of(cls, cells: GroundCells, mode: str, metric: str) -> Field:
        """The field of one mode of a study's ground.

        Parameters
        ----------
        cells
            The study's.
        mode
            One of those in ``cells.minutes_per_m``.
        metric
            ``minutes``, or ``road_m``: every open metre counts as one, whatever the slope.

        Returns
        -------
        Field
            Ready to search.

        Raises
        ------
        CapacityError
            For more rows or columns than a node's number holds.
        """
        minutes = np.asarray(cells.minutes_per_m[mode])
        given = (60.0 * minutes.astype(np.float64)).astype(np.float32)
        rows, columns = given.shape
        if rows > MOST_ROWS or columns > MOST_COLUMNS:
            raise CapacityError(
                "reach.too_much_ground", value=f"{rows:,} × {columns:,}", rows=MOST_ROWS, columns=MOST_COLUMNS
            )
        law, base = laws.CODES[cells.law], 60.0 * cells.walking_minutes_per_m
        steepest = math.inf if cells.max_slope_deg is None else math.tan(math.radians(cells.max_slope_deg))
        elevation = cells.elevation_m
        if metric != "minutes":
            given, law, base = np.where(given >= 0, np.float32(1), np.float32(np.nan)), laws.NONE, 0.0
        if elevation is None:
            law, steepest = laws.NONE, math.inf
        on_foot = cells.on_foot.get(mode)
        if law == laws.NONE:
            given, base = given + np.float32(base), 0.0
        elif on_foot is not None and not bool(np.all(on_foot)):
            given = np.where(on_foot, given, -given)
            if base == 0.0 and not bool(np.any(on_foot)):
                given, law = -given, laws.NONE
        return cls(
            rows, columns, given, None if elevation is None else np.asarray(elevation, np.float32),
            np.asarray(cells.east_m, float), np.asarray(cells.north_m, float), cells.moves, law, base,
            steepest,
        )  # fmt: skip

    @property
    def width(self) -> int:
        """Columns with the padding."""
        return self.columns + 2 * EDGE

    @property
    def size(self) -> int:
        """Cells with the padding."""
        return (self.rows + 2 * EDGE) * self.width

    @property
    def kind(self) -> int:
        """How `_moves` reckons it."""
        if self.law == laws.NONE and math.isinf(self.steepest):
            return FLAT
        if math.isfinite(self.steepest):
            return MIXED
        if self._ridden:
            return BESIDE if self._all_ridden else MIXED
        return WALKED if self.law == laws.TOBLER and self.base == 0.0 else MIXED

    @cached_property
    def _ridden(self) -> bool:
        return bool(np.any(self.slow < 0))

    @cached_property
    def _all_ridden(self) -> bool:
        return not bool(np.any(self.slow >= 0))

    @cached_property
    def open(self) -> Array:
        """bool[rows, columns]."""
        return np.isfinite(self.slow)

    @cached_property
    def open_before(self) -> Array:
        """int32[rows + 1, columns + 1]: how many open cells lie above and left of each corner of the grid."""
        total = np.zeros((self.rows + 1, self.columns + 1), np.int32)
        total[1:, 1:] = self.open.cumsum(axis=0, dtype=np.int32).cumsum(axis=1, dtype=np.int32)
        return total

    def cost_of(self, rows: Array, columns: Array) -> Array:
        """Seconds a level metre on some cells, as positive numbers; infinite where closed."""
        there = (rows >= 0) & (columns >= 0) & (rows < self.rows) & (columns < self.columns)
        found = np.full(np.shape(rows), np.inf)
        found[there] = np.abs(self.slow[rows[there], columns[there]].astype(np.float64)) + self.base
        return np.where(np.isnan(found), np.inf, found)

    def code(self, rows: Array, columns: Array) -> Array:
        """The searches' numbers of cells: padded row << 16 | padded column."""
        return ((np.asarray(rows, np.int64) + EDGE) << 16 | (np.asarray(columns, np.int64) + EDGE)).astype(
            np.int32
        )

    def index(self, code: Array) -> Array:
        """Places in the padded arrays of cells' codes."""
        c = np.asarray(code, np.int64)
        return (c >> 16) * self.width + (c & 65535)

    def records(self, more: int = 0) -> Array:
        """Fresh labels: cells that nothing has reached yet, then ``more`` places on roads."""
        found = np.empty(self.size + more, CELL)
        if self.size <= _KEPT_CELLS:
            found[: self.size] = self._untouched
        else:
            self._lay_out(found[: self.size])
        found[self.size :] = (np.inf, 0.0, np.inf)
        return found

    @cached_property
    def _untouched(self) -> Array:
        """The labels of a small grid, kept: it is searched often."""
        found = np.empty(self.size, CELL)
        self._lay_out(found)
        return found

    def _lay_out(self, found: Array) -> None:
        found["cost"], found["z"], found["slow"] = -1.0, 0.0, np.inf
        inner = found.reshape(-1, self.width)[EDGE:-EDGE, EDGE:-EDGE]
        for some in np.array_split(np.arange(self.rows), max(1, self.rows // 64)):  # no copy beside them
            part, rows = inner[some[0] : some[-1] + 1], slice(some[0], some[-1] + 1)
            np.copyto(part["cost"], np.inf, where=self.open[rows])
            slow = self.slow[rows] if self.kind == MIXED else np.abs(self.slow[rows])
            np.copyto(part["slow"], slow, where=self.open[rows])
            if self.elevation_m is not None:
                np.copyto(part["z"], self.elevation_m[rows], where=self.open[rows])

    @cached_property
    def uniform(self) -> bool:
        """Whether all rows' cells are of one size."""
        return bool(np.ptp(self.east_m) == 0 and np.ptp(self.north_m) == 0)

    @cached_property
    def metres(self) -> Array:
        """float64[rows, 16]: horizontal metres of each move from each row (one row, where all are alike)."""
        east = np.r_[np.full(EDGE, self.east_m[0]), self.east_m, np.full(EDGE, self.east_m[-1])]
        north = np.r_[np.full(EDGE, self.north_m[0]), self.north_m, np.full(EDGE, self.north_m[-1])]
        at = np.cumsum(north)
        y = np.arange(len(east))
        found = np.empty((len(y), 16))
        for k, (down, right) in enumerate(MOVES.tolist()):
            to = np.clip(y + down, 0, len(y) - 1)
            wide = (east[y] + east[to]) / 2 * right
            found[:, k] = np.hypot(at[to] - at[y], wide)
        found[found == 0] = 1.0  # beyond the grid, where nothing goes
        return found[EDGE : EDGE + 1] if self.uniform else found

    @cached_property
    def typical(self) -> float:
        """A usual move's cost: the median cell's, over the mean of a cell's sides."""
        some = np.abs(self.slow[:: max(1, self.rows // 256), :: max(1, self.columns // 256)])
        some = some[np.isfinite(some)] + self.base
        side = (float(self.east_m.mean()) + float(self.north_m.mean())) / 2
        found = float(np.median(some)) * side if len(some) else side
        return found if found > 0 else 1.0

    @cached_property
    def least(self) -> float:
        """No more than any horizontal metre costs, on whichever cell and slope."""
        best = float(np.nanmin(np.abs(self.slow), initial=math.inf)) + (0.0 if self._ridden else self.base)
        return best * laws.LEAST_OF[self.law] if math.isfinite(best) else 0.0

    def steps(self, sign: float) -> tuple[Array, Array]:
        """half float64[…, 16] and per_m float64[…, 16] as `_moves` takes them.

        ``sign`` is 1 where the search runs in the direction of travel, -1 against it.
        """
        parts = np.r_[np.full(8, 0.5), np.full(8, 0.25)]
        half, per_m = self.metres * parts, sign / self.metres
        if self.kind == WALKED:
            half, per_m = half * math.exp(-laws.STEEPEST_TOBLER * laws.TOBLER_SHIFT), 3.5 * per_m
        return np.ascontiguousarray(half), np.ascontiguousarray(per_m)
