"""Points -> places on streets: the nearest point on a line, and what it costs from there to either end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from carecircle.reach._geodesy import distance_m, point_coordinates
from carecircle.reach.graph._arrays import Metric, NetworkArrays
from carecircle.reach.search._engine import processors
from carecircle.reach.search._numba import numba

Array = np.ndarray[Any, Any]

AT_NODE_M = 1e-6
"""Closer than this to an end of its street, a place is the node itself (beyond any projection's noise)."""
TRIAL_DIGITS = 3
"""A trial site's place on its street, and its distance, are kept to the millimetre: finer than any map, and
coarser than the noise of any projection, so that the page, which snaps it too, has the very same doubles."""


@dataclass(frozen=True, eq=False)
class Snap:
    """Places of points on a network.

    Parameters
    ----------
    network
        The network they lie on.
    street
        int32[p]: street each point lies on; -1 unsnapped (no place, no street, or too far).
    position
        float64[p]: share of the street's drawn line before the place: 0 its start node, 1 its end node.
    snap_m
        float64[p]: geodesic metres from the point to the nearest street, kept also where that is too far;
        NaN without a point or street.
    xy
        float64[p, 2]: the nearest place on a street, in the network's CRS.
    points_xy
        float64[p, 2]: the points themselves.
    """

    network: NetworkArrays
    street: Array
    position: Array
    snap_m: Array
    xy: Array
    points_xy: Array

    def __len__(self) -> int:
        return len(self.street)

    @property
    def snapped(self) -> Array:
        """bool[p]."""
        return self.street >= 0

    @property
    def component(self) -> Array:
        """int32[p]: weakly connected component of each place; -1 unsnapped."""
        found = np.full(len(self), -1, np.int32)
        on = self.snapped
        found[on] = self.network.component[self.network.street_ends[self.street[on], 0]]
        return found

    def access_cost(self, metric: Metric) -> Array:
        """float64[p]: seconds or metres of the leg between point and street; inf unsnapped."""
        return off_road_cost(self.network, np.where(self.snapped, self.snap_m, np.inf), metric)

    @cached_property
    def by_leg(self) -> list[tuple[float, Array, Any]]:
        """The points by the length of their legs; see `carecircle.reach.snapping._legs.by_leg`."""
        from carecircle.reach.snapping._legs import by_leg

        return by_leg(self)

    def departures(self, metric: Metric) -> tuple[Array, Array]:
        """The nodes that can be reached first from each place, and the cost along the street to them.

        Returns
        -------
        node int32[p, 2] (the street's start and end), cost float64[p, 2], inf where the street does not
        lead there.
        """
        return self._to_ends(metric, leaving=True)

    def arrivals(self, metric: Metric) -> tuple[Array, Array]:
        """As `departures`, for journeys that end at the place."""
        return self._to_ends(metric, leaving=False)

    def _to_ends(self, metric: Metric, *, leaving: bool) -> tuple[Array, Array]:
        on = self.snapped
        node = np.zeros((len(self), 2), np.int32)
        cost = np.full((len(self), 2), np.inf)
        street, t = self.street[on], self.position[on]
        drawn, against = street_costs(self.network, street, metric)
        to_start, to_end = (against, drawn) if leaving else (drawn, against)
        with np.errstate(invalid="ignore"):
            start = np.where(t == 0, 0.0, np.where(t == 1, np.inf, to_start * t))
            end = np.where(t == 1, 0.0, np.where(t == 0, np.inf, to_end * (1 - t)))
        node[on] = self.network.street_ends[street]
        cost[on] = np.stack([start, end], axis=1)
        return node, cost


def off_road_cost(network: NetworkArrays, metres: Array, metric: Metric) -> Array:
    """Seconds or metres of going so far off the road, at the speed of an access leg."""
    return metres * 3.6 / network.access_speed_kph if metric == "minutes" else metres


def street_costs(network: NetworkArrays, street: Array, metric: Metric) -> tuple[Array, Array]:
    """Cost float64 of whole streets as drawn, and against; inf where that direction is closed."""
    rows = network.street_rows[street]
    if len(network.edge_id) == 0:
        nothing = np.full(len(street), np.inf)
        return nothing, nothing
    cost = network.cost(metric)[rows].astype(np.float64)
    cost[rows < 0] = np.inf
    return cost[:, 0], cost[:, 1]


def along_street(network: NetworkArrays, street: Array, start: Array, end: Array, metric: Metric) -> Array:
    """Cost float64 of going from one position of a street to another without leaving it; inf if one-way."""
    drawn, against = street_costs(network, street, metric)
    way = end - start
    with np.errstate(invalid="ignore"):
        ahead = np.where(way >= 0, np.where(np.isfinite(drawn), drawn * way, np.inf), np.inf)
        back = np.where(way <= 0, np.where(np.isfinite(against), against * -way, np.inf), np.inf)
    best: Array = np.minimum(ahead, back)
    return best


def snap_points(network: NetworkArrays, points: Any, *, max_snap_m: float) -> Snap:
    """Place points on the nearest street where the mode may stop.

    Streets of components with less than 1 km of road do not count. Equally near streets: the one with the
    lowest edge_id. Nearness is measured in the plane of the network's CRS, the distance kept is geodesic.

    Parameters
    ----------
    points
        GeoSeries, GeoDataFrame (brought to the network's CRS where it says another) or an array of shapely
        points already in it; None allowed. Rows marked true in a column ``trial`` are kept to the millimetre.
    max_snap_m
        Points farther than this from any street stay unsnapped.
    """
    x, y, present = point_coordinates(_in_crs(network, points))
    trial = np.zeros(len(x), bool)
    if "trial" in getattr(points, "columns", ()):
        trial = points["trial"].eq(True).to_numpy(bool)
    street, position, metres, xy = _nearest_street(network, x, y, present, trial)
    far = ~(metres <= max_snap_m)
    return Snap(network, np.where(far, np.int32(-1), street), position, metres, xy, np.stack([x, y], axis=1))


def _in_crs(network: NetworkArrays, points: Any) -> Any:
    geometry = getattr(points, "geometry", points)
    crs = getattr(geometry, "crs", None)
    if crs is not None and crs != network.crs:
        geometry = geometry.to_crs(network.crs)
    return getattr(geometry, "array", geometry)


def _nearest_street(
    network: NetworkArrays, x: Array, y: Array, present: Array, trial: Array
) -> tuple[Array, Array, Array, Array]:
    """Street, position on it, geodesic distance and place of every point, however far."""
    p = len(x)
    street = np.full(p, -1, np.int32)
    position = np.full(p, np.nan)
    metres = np.full(p, np.nan)
    xy = np.full((p, 2), np.nan)
    rows = np.flatnonzero(present)
    if len(network.snappable) == 0 or len(rows) == 0:
        return street, position, metres, xy
    find = _by_tree if numba() is None else _by_grid
    street[rows], ahead, length, xy[rows] = find(network, x[rows], y[rows])
    coarse = trial[rows]
    ahead = np.where(coarse, np.round(ahead, TRIAL_DIGITS), ahead)
    near = np.where(coarse, 0.5 * 10.0**-TRIAL_DIGITS, AT_NODE_M)
    at_start = ahead <= near
    at_end = ~at_start & (length - ahead <= near)
    with np.errstate(invalid="ignore", divide="ignore"):
        position[rows] = np.where(at_start, 0.0, np.where(at_end, 1.0, ahead / length))
    away = distance_m(network.crs, x[rows], y[rows], xy[rows, 0], xy[rows, 1])
    metres[rows] = np.where(coarse, np.round(away, TRIAL_DIGITS), away)
    return street, position, metres, xy


_MOST_RINGS = 16
"""Cells around a point that the grid is searched before the tree takes over."""


def _by_grid(network: NetworkArrays, x: Array, y: Array) -> tuple[Array, Array, Array, Array]:
    """Nearest streets by a grid of their pieces, several threads at a time; by the tree far from them all."""
    from carecircle.reach.snapping._nearest_line import nearest_lines

    workers = max(1, min(processors(), len(x) // 10_000))
    shared: Any = (network.snappable, network.coords, network.offsets, *network.snap_grid, _MOST_RINGS)
    with ThreadPoolExecutor(workers) as pool:
        parts = list(
            pool.map(
                lambda chunk: nearest_lines(chunk[0], chunk[1], *shared),
                zip(np.array_split(x, workers), np.array_split(y, workers), strict=True),
            )
        )
    street, ahead, length, place = (np.concatenate(part) for part in zip(*parts, strict=True))
    far = np.flatnonzero(street < 0)
    if len(far):
        street[far], ahead[far], length[far], place[far] = _by_tree(network, x[far], y[far])
    return street, ahead, length, place


def _by_tree(network: NetworkArrays, x: Array, y: Array) -> tuple[Array, Array, Array, Array]:
    """The same where numba is absent: an STRtree of whole streets."""
    lines, tree = network.snap_tree
    points = np.asarray(shapely.points(x, y))
    asked, found = tree.query_nearest(points, all_matches=True)
    starts = np.flatnonzero(np.r_[True, asked[1:] != asked[:-1]])
    nearest = np.minimum.reduceat(found, starts)
    line = lines[nearest]
    ahead = shapely.line_locate_point(line, points)
    place = shapely.get_coordinates(shapely.line_interpolate_point(line, ahead))
    return network.snappable[nearest], ahead, shapely.length(line), place
