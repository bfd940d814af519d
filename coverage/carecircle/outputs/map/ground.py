"""The ground off the roads as the page needs it: cells, heights, where streets cross them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj

from carecircle.crs import crosses
from carecircle.outputs.map.pack import Block, Reference
from carecircle.reach.ground.portals import structures
from carecircle.reach.ground.reach import Ground
from carecircle.reach.ground.seats import Placing
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd

    from carecircle.analysis import Analysis
    from carecircle.reach.ground.field import Field
    from carecircle.reach.ground.portals import Portals
    from carecircle.reach.network.model import Network
    from carecircle.rules import ReachQuery
    from carecircle.terrain import GroundCells

Array = np.ndarray[Any, Any]
MOST_CELLS = 1_500_000
"""Beyond this many cells a search over the ground would keep office machines waiting."""
NO_HEIGHT = -32768
"""Stands for a cell without a height; nothing on Earth lies as low."""
SPLIT, STOPS, ABOVE = 1, 2, 4
"""What is said of a street: it is split at the cells, one may stop on it, it is a bridge or tunnel."""


def refused(analysis: Analysis) -> Sentence | None:
    """Why the page cannot carry the study's ground, and how many residents roads alone would lose."""
    cells = analysis.inputs.ground
    if cells is None:
        return None
    rows, columns = cells.shape
    if rows * columns <= MOST_CELLS and _degrees(analysis, cells) is not None:
        return None
    facts = {"cells": rows * columns, "most": MOST_CELLS, "crs": pyproj.CRS(cells.crs).name}
    key = "outputs.whatif_ground" if rows * columns > MOST_CELLS else "outputs.whatif_ground_crs"
    return Sentence(key, facts | _lost(analysis))


def _lost(analysis: Analysis) -> dict[str, float]:
    """How many residents live off every road, and how far off that is."""
    demand, most = analysis.inputs.demand, analysis.study.assumptions.max_snap_m
    off = 0.0
    if demand is not None and analysis.networks:
        lost = [~n.snap(demand, max_snap_m=most).snapped for n in analysis.networks.values()]
        off = math.fsum(demand["residents"].to_numpy()[np.logical_or.reduce(lost)])
    return {"residents": off, "metres": most}


def _degrees(analysis: Analysis, cells: GroundCells) -> bool | None:
    """Whether the cells are in degrees, or in the study's own plane; None: neither."""
    inputs, crs = analysis.inputs, pyproj.CRS(cells.crs)
    if crs == inputs.crs:
        return False
    return True if crs == pyproj.CRS(4326) and not crosses(inputs.crs, inputs.region.bounds) else None


def carried(
    analysis: Analysis, queries: Sequence[ReachQuery], block: Block, numbers: Mapping[str, list[int]]
) -> dict[str, Any] | None:
    """The study's ground as columns of a block; None without terrain.

    The page lays streets over cells and reckons moves as `carecircle.reach.ground` does, in doubles, so that
    its minutes are the same to a millionth of a second.

    Parameters
    ----------
    queries
        Those that the page answers.
    numbers
        By mode the number of each street's line.

    Returns
    -------
    dict or None
        Cells, heights, a field by metric and mode, the pieces of lines, the places of people and facilities.
    """
    cells, inputs = analysis.inputs.ground, analysis.inputs
    if cells is None:
        return None
    asked = {(q.metric, str(q.mode)): analysis.reaches.of(q.metric, q.mode) for q in queries}
    grounds = {key: reach for key, reach in asked.items() if isinstance(reach, Ground)}
    if not grounds:
        return None
    pieces = _Pieces()
    fields = {f"{m} {mode}": _field(g, numbers[mode], pieces, block) for (m, mode), g in grounds.items()}
    some = next(iter(grounds.values()))
    placing = Placing(cells, some.field, some.max_snap_m)
    rows, columns = cells.shape
    a, _, left, _, e, top = cells.transform
    return {
        "rows": rows, "columns": columns, "left": left, "wide": a, "top": top, "high": e,
        "degrees": bool(_degrees(analysis, cells)), "moves": cells.moves, "most": some.max_snap_m,
        "east": block.add(np.asarray(cells.east_m, float), "f64"),
        "north": block.add(np.asarray(cells.north_m, float), "f64"),
        "noHeight": NO_HEIGHT,
        "elevation": None if cells.elevation_m is None else _heights(cells.elevation_m, block),
        "fields": fields,
        "pieces": pieces.data(block, max((max(n, default=-1) for n in numbers.values()), default=-1) + 1),
        "demand": None if inputs.demand is None else _at(inputs.demand, placing, block),
        "facility": _at(inputs.facilities, placing, block),
    }  # fmt: skip


def _heights(elevation_m: Array, block: Block) -> Reference:
    """Heights in metres, `NO_HEIGHT` for none: as steps where they are whole."""
    heights = np.asarray(elevation_m, np.float32).ravel()
    heights = np.where(np.isfinite(heights), heights, np.float32(NO_HEIGHT))
    if np.array_equal(heights, np.round(heights)):
        return block.add(heights.astype(np.int64), "i32", differences=True)
    return block.add(heights, "f32")


def _field(ground: Ground, lines: Iterable[int], pieces: _Pieces, block: Block) -> dict[str, Any]:
    field, network, portals = ground.field, ground.network, ground.portals
    how: Array = np.zeros(0, np.uint8)
    if network is not None and portals is not None:
        how = _how(network, portals)
        pieces.add(np.fromiter(lines, np.int64), portals)
    walked = ground.mode in ground.cells.walked
    return {
        **_slowness(field, block),
        "law": field.law, "base": field.base,
        "steepest": None if math.isinf(field.steepest) else field.steepest,
        "once": ground.cells.ride == "once" and not walked, "walked": walked,
        "streets": block.add(how, "u8"),
    }  # fmt: skip


def _slowness(field: Field, block: Block) -> dict[str, Any]:
    """Seconds a metre of each cell (NaN: closed; below 0: ridden): by their numbers in a list where few."""
    slow = np.asarray(field.slow, np.float32).ravel()
    values, number = np.unique(slow[~np.isnan(slow)], return_inverse=True)
    if len(values) > 254:
        return {"slow": block.add(slow, "f32"), "values": None}
    codes = np.full(len(slow), 255, np.uint8)
    codes[~np.isnan(slow)] = number
    return {"slow": block.add(codes, "u8"), "values": [float(v) for v in values]}


def _how(network: Network, portals: Portals) -> Array:
    above = structures(network)
    above = np.zeros(network.streets, bool) if above is None else above
    split = np.diff(portals.chain) > 2
    return np.asarray(split * SPLIT + (network.may_stop & ~above) * STOPS + above * ABOVE, np.uint8)


class _Pieces:
    """Every line's pieces once, though several modes run along it: the share before each, and its cell."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[Array, Array, Array]] = {}

    def add(self, lines: Array, portals: Portals) -> None:
        """Take the pieces of a mode's streets; where a cell opens to none of its streets it is not known."""
        row, column = (np.full(portals.places, -1, np.int32) for _ in range(2))
        row[portals.door], column[portals.door] = portals.door_row, portals.door_column
        for street in np.flatnonzero(np.diff(portals.chain) > 2).tolist():
            inner = slice(portals.chain[street] + 1, portals.chain[street + 1] - 1)
            place, share = portals.place[inner], portals.share[inner]
            line = int(lines[street])
            if line not in self._of:
                self._of[line] = share, row[place], column[place]
                continue
            known = self._of[line]
            if not np.array_equal(known[0], share):
                raise AssertionError(f"line {line} is split in two ways")
            unknown = known[1] < 0
            known[1][unknown], known[2][unknown] = row[place][unknown], column[place][unknown]

    def data(self, block: Block, lines: int) -> dict[str, Any]:
        """The pieces as columns, by line."""
        none = (np.zeros(0), np.zeros(0, np.int32), np.zeros(0, np.int32))
        found = [self._of.get(line, none) for line in range(lines)]
        share, row, column = (np.concatenate([none[k], *(f[k] for f in found)]) for k in range(3))
        return {
            "counts": block.add([len(f[0]) for f in found], "u32"),
            "share": block.add(share, "f64"),
            "row": block.add(row, "i32", differences=True),
            "column": block.add(column, "i32", differences=True),
        }


def _at(points: gpd.GeoDataFrame, placing: Placing, block: Block) -> dict[str, Any]:
    """Rows and columns of points, cells counted from the grid's corner; NaN without a place."""
    placed = (points.geometry.notna() & ~points.geometry.is_empty).to_numpy()
    at = np.full((len(points), 2), np.nan)
    chosen = points.geometry[placed]
    at[placed] = placing.grid(points.crs, chosen.x.to_numpy(), chosen.y.to_numpy())
    return {"row": block.add(at[:, 0], "f64"), "column": block.add(at[:, 1], "f64")}
