"""Reached frames with what passes before a unit sets out, with the cost from every facility, of the n-th."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from carecircle.reach.asked import by_id
from carecircle.schema import every_column

Array = np.ndarray[Any, Any]
MOST = 60_000_000
"""Beyond this many pairs of a place and a station the cost from every station is not kept."""


def led(costs: csr_array, lead: Array) -> csr_array:
    """Costs with each facility's minutes before it sets out.

    Parameters
    ----------
    costs
        [places, facilities], absent: no way.
    lead
        float64[facilities].

    Returns
    -------
    csr_array
        The same pairs.
    """
    return csr_array((costs.data + lead[costs.indices], costs.indices, costs.indptr), shape=costs.shape)


def least(found: pd.DataFrame, serving: gpd.GeoDataFrame, costs: csr_array) -> pd.DataFrame:
    """A reached frame by the least of all pairs; equal cost goes to the smaller id.

    Parameters
    ----------
    found
        The frame without what passes before: its statuses and places stand.
    serving
        The facilities, as the columns of ``costs``.
    costs
        [places, facilities].

    Returns
    -------
    DataFrame
        Facility and cost of the least pair of each place.
    """
    ids, order = by_id(serving)
    table = _dense(costs)[:, order]
    best = np.argmin(table, axis=1) if len(ids) else np.zeros(len(found), np.int64)
    cost = table[np.arange(len(found)), best] if len(ids) else np.full(len(found), np.inf)
    owner = np.where(np.isfinite(cost), ids[best] if len(ids) else None, None)
    return found.assign(facility_id=pd.Series(owner, index=found.index, dtype=object), cost=cost)


def nth(found: pd.DataFrame, serving: gpd.GeoDataFrame, costs: csr_array, n: int) -> pd.DataFrame:
    """A reached frame of the n-th nearest facility; equal cost goes to the smaller id first.

    Parameters
    ----------
    found
        Of the nearest: the statuses of those who reach none stand.
    serving
        The facilities, as the columns of ``costs``.
    costs
        [places, facilities].
    n
        At least 1.

    Returns
    -------
    DataFrame
        Facility and cost of the n-th of each place; with fewer in reach, ``beyond``.
    """
    ids, order = by_id(serving)
    place = np.argsort(order, kind="stable")
    cost, owner = np.full(len(found), np.inf), np.full(len(found), None, object)
    for i in np.flatnonzero(np.diff(costs.indptr) >= n):
        part = slice(costs.indptr[i], costs.indptr[i + 1])
        rank = place[costs.indices[part]]
        at = np.lexsort((rank, costs.data[part]))[n - 1]
        cost[i], owner[i] = costs.data[part][at], ids[rank[at]]
    status = found["status"].to_numpy(object).copy()
    status[(status == "reached") & np.isinf(cost)] = "beyond"
    facility = pd.Series(owner, index=found.index, dtype=object)
    return found.assign(facility_id=facility, cost=cost, status=status)


def with_every(found: pd.DataFrame, serving: gpd.GeoDataFrame, costs: csr_array) -> pd.DataFrame:
    """A reached frame with a column of costs for each facility, infinite where there is no way.

    Parameters
    ----------
    found
        Of the nearest.
    serving
        The facilities, as the columns of ``costs``.
    costs
        [places, facilities].

    Returns
    -------
    DataFrame
        Its columns, and `every_column` of each facility.
    """
    table = _dense(costs)
    columns = {every_column(f): table[:, i] for i, f in enumerate(serving["facility_id"])}
    return pd.concat([found, pd.DataFrame(columns, index=found.index)], axis=1)


def _dense(costs: csr_array) -> Array:
    table = np.full(costs.shape, np.inf)
    rows = np.repeat(np.arange(costs.shape[0]), np.diff(costs.indptr))
    table[rows, costs.indices] = costs.data
    return table
