"""Where every resident goes in one verdict: covered, not covered, or left out for a stated reason."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from carecircle.schema import InputsLedger, PeopleLedger

PEOPLE_STATUSES = ("outside", "no_data", "unsnapped", "unreachable", "covered", "not_covered")


def people_status(
    demand: pd.DataFrame, reached: pd.DataFrame, *, limit: float, in_scope: pd.Series[Any]
) -> pd.Series[Any]:
    """What a verdict makes of each demand row; the first that applies, in the order of `PEOPLE_STATUSES`.

    Parameters
    ----------
    demand
        Demand frame; a row without a point stands for residents whose place is unknown.
    reached
        Reached frame, same row order.
    limit
        In the unit of ``reached.cost``; a cost equal to it is covered.
    in_scope
        Per row: True, False (``outside``), or None where that cannot be known (``no_data``).

    Returns
    -------
    Series of str, index of ``demand``.
    """
    scope = in_scope.to_numpy(dtype=object)
    known = ~np.asarray(pd.isna(scope), bool)
    outside = np.zeros(len(scope), bool)
    outside[known] = ~scope[known].astype(bool)
    placeless = np.asarray(pd.isna(demand["geometry"]), bool)
    status = reached["status"].to_numpy(dtype=object)
    cost = reached["cost"].to_numpy(float)
    no_way = (status == "island") | (status == "one_way")
    found = np.select(
        [outside, ~known | placeless, status == "unsnapped", no_way, cost <= limit],
        list(PEOPLE_STATUSES[:5]),
        default="not_covered",
    )
    return pd.Series(found, index=demand.index, dtype=object)


def people_ledger(demand: pd.DataFrame, status: pd.Series[Any], inputs: InputsLedger) -> PeopleLedger:
    """Add up the residents of every status, so that they balance with the inputs' ledger.

    Residents outside the study's boundary are no rows of ``demand`` and join ``outside`` here; residents
    without a place are rows, and are not counted again.

    Parameters
    ----------
    demand
        Demand frame.
    status
        From `people_status`.
    inputs
        The inputs' ledger.
    """
    residents = demand["residents"].to_numpy(float)
    of = status.to_numpy(dtype=object)
    parts = {name: math.fsum(residents[of == name]) for name in PEOPLE_STATUSES}
    parts["outside"] = math.fsum([parts["outside"], inputs.outside])
    return PeopleLedger(total=inputs.total, **parts)
