"""Where every resident goes in one verdict: covered, not covered, or left out for a stated reason."""

from __future__ import annotations

import math
import weakref
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from carecircle.ledgers import InputsLedger, PeopleLedger, lacking
from carecircle.schema import GROUND_STATUSES

if TYPE_CHECKING:
    from carecircle.inputs.load import Inputs
    from carecircle.rules.judging.verdict import Verdict

PEOPLE_STATUSES = (
    "outside",
    "no_data",
    "unsnapped",
    *GROUND_STATUSES,
    "unreachable",
    "covered",
    "not_covered",
)


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
        [
            outside,
            ~known | placeless,
            status == "unsnapped",
            status == "closed",
            status == "cut_off",
            no_way,
            cost <= limit,
        ],
        list(PEOPLE_STATUSES[:-1]),
        default="not_covered",
    )
    return pd.Series(found, index=demand.index, dtype=object)


def people_ledger(
    demand: pd.DataFrame, status: pd.Series[Any], inputs: InputsLedger, *, ground: bool = False
) -> PeopleLedger:
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
    ground
        Whether people crossed the ground of a study with terrain: `GROUND_STATUSES` are then boxes too.
    """
    residents = demand["residents"].to_numpy(float)
    of = status.to_numpy(dtype=object)
    ground |= bool(np.isin(of, GROUND_STATUSES).any())
    boxes = [name for name in PEOPLE_STATUSES if ground or name not in GROUND_STATUSES]
    parts = {name: math.fsum(residents[of == name]) for name in boxes}
    parts["outside"] = math.fsum([parts["outside"], inputs.outside])
    return PeopleLedger(total=inputs.total, **parts)


def by_area(verdict: Verdict, inputs: Inputs, level: str) -> pd.DataFrame:
    """A people-verdict area by area: residents covered, not covered, undecided, and the share.

    Parameters
    ----------
    verdict
        Of a rule about people (radius, time, response).
    inputs
        Those it was judged from: ``analysis.inputs``.
    level
        ``county``, ``town`` or ``village``.

    Returns
    -------
    DataFrame
        Columns area_id, name, residents (in scope or possibly so), covered, not_covered, unsnapped,
        unreachable, no_data (with terrain also closed, cut_off), share; one row an area of the level, most
        uncovered first. Empty for verdicts that are not about people.
    """
    parts = ["covered", "not_covered", "unsnapped", "unreachable", "no_data"]
    if verdict.ledger is not None and verdict.ledger.closed is not None:
        parts += GROUND_STATUSES
    columns = ["area_id", "name", "residents", *parts, "share"]
    if verdict.people is None or inputs.demand is None:
        return pd.DataFrame(columns=columns)
    known = _KNOWN.setdefault(verdict, {}).get(level)
    if known is not None and known[0]() is inputs:
        return known[1].copy()
    ranked = _ranked(verdict, inputs, level, parts, columns)
    _KNOWN[verdict][level] = weakref.ref(inputs), ranked
    return ranked.copy()


_KNOWN: WeakKeyDictionary[Verdict, dict[str, tuple[weakref.ref[Inputs], pd.DataFrame]]] = WeakKeyDictionary()
"""What `by_area` found, by verdict and level: map, report, workbook and layers ask for the same."""


def _ranked(
    verdict: Verdict, inputs: Inputs, level: str, parts: list[str], columns: list[str]
) -> pd.DataFrame:
    assert inputs.demand is not None
    assert verdict.people is not None
    keys = [inputs.home_at(level), verdict.people]
    counted = inputs.demand[verdict.rule_def.group or "residents"]
    people = counted.groupby(keys).sum().unstack(fill_value=0.0)
    areas = inputs.areas[inputs.areas["level"] == level]
    table = people.reindex(index=list(areas["area_id"]), columns=parts, fill_value=0.0).fillna(0.0)
    table = table.rename_axis(None, axis=1).rename_axis("area_id").reset_index()
    table.insert(1, "name", list(areas["name"]))
    table.insert(2, "residents", table[parts].sum(axis=1))
    table["share"] = (table["covered"] / table["residents"]).where(table["residents"] > 0)
    table["_gap"] = lacking(table)
    ranked: pd.DataFrame = table.sort_values(["_gap", "area_id"], ascending=[False, True], ignore_index=True)[
        columns
    ]
    return ranked
