"""Access measures on a study: one table of costs by our own engine, one figure for each place."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from carecircle import categories
from carecircle.access import inequality
from carecircle.access.decay import Decay, exponential, gaussian, stepped
from carecircle.access.measures import given_decay, measure_of
from carecircle.analysis.asking import serving_in
from carecircle.errors import UsageError
from carecircle.rules import ReachQuery

if TYPE_CHECKING:
    import geopandas as gpd

    from carecircle.inputs.load import Inputs
    from carecircle.reach.choice import Reaches
    from carecircle.rules.language.leg import Direction, Metric
    from carecircle.study import Accessed

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Access:
    """One access measure of a study, place by place.

    Parameters
    ----------
    measure
        Its name, as in `carecircle.access`.
    more
        Whether more of it is better; of minutes and burdens less is.
    query
        Which facilities, by what mode, in what metric.
    frame
        One row a demand point: ``demand_id``, ``area_id``, ``residents``, the residents' further columns,
        ``value`` (inf: nothing reached where less is better), and points in the study's CRS.
    supply
        By facility id: what each offers.
    homes
        A level of areas (``town``) to the area of that level that each row of ``frame`` lies in.
    """

    measure: str
    more: bool
    query: ReachQuery
    frame: gpd.GeoDataFrame
    supply: pd.Series[float]
    homes: Callable[[str], pd.Series[Any]]

    def mean(self, *, people: str = "residents") -> float:
        """The mean over people who reach anything.

        Parameters
        ----------
        people
            The column that counts them.

        Returns
        -------
        float
            In the unit of the measure; NaN where nobody does.
        """
        value, weight = self._placed(people)
        whole = math.fsum(weight)
        return math.fsum(value * weight) / whole if whole else math.nan

    def by_area(self, level: str = "town", *, people: str = "residents") -> pd.DataFrame:
        """The measure by area: its people, their mean, and the Gini coefficient among them.

        Parameters
        ----------
        level
            ``county``, ``town`` or ``village``.
        people
            The column that counts them.

        Returns
        -------
        DataFrame
            ``area_id``, ``people``, ``unreached`` (people with no figure), ``mean``, ``gini``; one row for
            each area with people in it.
        """
        rows = []
        for area, part in self.frame.groupby(self.homes(level), sort=True):
            weight, value = part[people].to_numpy(float), part["value"].to_numpy(float)
            placed = np.isfinite(value) & (weight > 0)
            whole = math.fsum(weight[placed])
            mean = math.fsum(value[placed] * weight[placed]) / whole if whole else math.nan
            uneven = inequality.gini(value[placed], weight[placed]) if mean > 0 else math.nan
            rows.append((area, math.fsum(weight), math.fsum(weight[~placed]), mean, uneven))
        return pd.DataFrame(rows, columns=["area_id", "people", "unreached", "mean", "gini"])

    def equity(
        self, *, people: str = "residents", groups: Any = None, line: float | None = None,
        epsilon: float | None = None,
    ) -> dict[str, float]:  # fmt: skip
        """How evenly the measure is spread over people, in one row of figures.

        Parameters
        ----------
        people
            The column that counts them.
        groups
            A level of areas (``town``), ``urban``, or one label a row; None: no parts.
        line
            What is enough (or, where less is better, too much), in the unit of the measure: poverty by it.
        epsilon
            Aversion to inequality of the Kolm–Pollak equivalent, above 0; None: 0.5.

        Returns
        -------
        dict
            ``mean``, ``gini``, ``theil``, ``theil_between``, ``theil_within``, ``equivalent``, ``kappa``,
            with a line ``poor`` (share of people), ``depth`` and ``severity``; ``unreached``: people with no
            figure, who are left out of all but the poor.

        Raises
        ------
        UsageError
            If nobody has a figure.
        """
        value, weight = self._placed(people)
        every = self.frame[people].to_numpy(float)
        unreached = math.fsum(every) - math.fsum(weight)
        labels = None if groups is None else self._labels(groups)[self._has(people)]
        parts = inequality.theil(value, weight, labels)
        aversion = (0.5 if epsilon is None else epsilon) * (1 if self.more else -1)
        kappa = inequality.kappa_of_inequality_aversion(value, weight, epsilon=aversion)
        found = {
            "mean": self.mean(people=people), "gini": inequality.gini(value, weight), "theil": parts.total,
            "theil_between": parts.between, "theil_within": parts.within,
            "equivalent": inequality.kolm_pollak(value, weight, kappa=kappa), "kappa": kappa,
            "unreached": unreached,
        }  # fmt: skip
        if line is not None:
            whole, above = math.fsum(every), not self.more
            share = inequality.poverty(value, weight, line=line, above=above)
            found["poor"] = (share * math.fsum(weight) + (unreached if above else 0.0)) / whole
            for name, degree in (("depth", 1), ("severity", 2)):
                found[name] = inequality.poverty(value, weight, line=line, degree=degree, above=above)
        return found

    def lorenz(self, *, people: str = "residents") -> tuple[Array, Array]:
        """The Lorenz curve of the people who have a figure.

        Parameters
        ----------
        people
            The column that counts them.

        Returns
        -------
        people, held : ndarray
            float64[k + 1] each, 0-1, as `carecircle.access.inequality.lorenz`.

        Raises
        ------
        UsageError
            If nobody has a figure.
        """
        return inequality.lorenz(*self._placed(people))

    def worst_off(self, share: float = 0.1, *, people: str = "residents") -> gpd.GeoDataFrame:
        """The share of people who have it worst: those who reach nothing first, then by the measure.

        Parameters
        ----------
        share
            Of all people, 0-1.
        people
            The column that counts them.

        Returns
        -------
        GeoDataFrame
            Rows of `frame` in that order, in the study's CRS; the last one is the one that fills the share.

        Raises
        ------
        UsageError
            If the share is not between 0 and 1.
        """
        if not 0 < share <= 1:
            raise UsageError("access.bad_share", value=str(share))
        value = self.frame["value"].to_numpy(float)
        order = np.argsort(value if self.more else -value, kind="stable")
        order = order[self.frame[people].to_numpy(float)[order] > 0]
        held = np.cumsum(self.frame[people].to_numpy(float)[order])
        enough = np.searchsorted(held, share * held[-1] * (1 - 1e-12)) if len(held) else 0
        return self.frame.iloc[order[: enough + 1]]

    def _has(self, people: str) -> Array:
        value, weight = self.frame["value"].to_numpy(float), self.frame[people].to_numpy(float)
        return np.asarray(np.isfinite(value) & (weight > 0))

    def _placed(self, people: str) -> tuple[Array, Array]:
        has = self._has(people)
        return self.frame["value"].to_numpy(float)[has], self.frame[people].to_numpy(float)[has]

    def _labels(self, groups: Any) -> Array:
        if isinstance(groups, str):
            column = self.frame[groups] if groups in self.frame else self.homes(groups)
            return np.asarray(column.astype(object).where(column.notna(), None))
        return np.asarray(groups, object)


def access_of(
    inputs: Inputs, reaches: Reaches, measure: str, facilities: tuple[str, ...], *,
    designations: tuple[str, ...], mode: str | None, metric: Metric, direction: Direction, supply: str | None,
    limit: float | None, decay: Decay | None, people: str, settings: dict[str, Any],
) -> Access:  # fmt: skip
    """`Analysis.access`, which says what the arguments are."""
    known = measure_of(measure)
    demand = inputs.demand
    if demand is None:
        raise UsageError("access.no_residents")
    if people not in demand:
        columns = [c for c in demand.columns if c not in ("demand_id", "area_id", "urban", "geometry")]
        raise UsageError("access.no_such_people", value=people, known=columns)
    fall = given_decay(known, limit, decay)
    if known.needs == "tau" and settings.get("tau") is None:
        raise UsageError("access.needs", name=measure, value="tau")
    kinds = []
    for kind in facilities:
        found = categories.canonical(kind)
        if found is None:
            raise UsageError("analysis.site_category", value=kind, near=categories.nearest(kind) or "—")
        kinds.append(found)
    query = ReachQuery(tuple(sorted(kinds)), designations, mode, direction, metric)
    serving = serving_in(inputs, query)
    amounts = _supply(serving, supply)
    far = fall.limit if fall is not None else math.inf if limit is None else limit
    table = reaches.of(metric, mode).pairs(demand, serving, direction=direction, limit=far)
    weights = demand[people].to_numpy(float)
    value = known.function(table, amounts, np.nan_to_num(weights), decay=fall, **settings)
    columns = [c for c in demand.columns if c != "geometry"]
    frame = demand[[*columns, "geometry"]].assign(value=value)
    ids = pd.Series(amounts, index=serving["facility_id"].to_numpy(object))
    return Access(measure, known.more, query, frame, ids, inputs.home_at)


def asked_for(inputs: Inputs, reaches: Reaches) -> tuple[Access, ...]:
    """The access measures that a study asks for, in its order."""
    return tuple(
        access_of(
            inputs, reaches, one.measure, one.categories, designations=one.designations,
            mode=one.mode, metric="minutes", direction=one.direction, supply=one.supply,
            limit=one.limit_min, decay=decay_of(one), people=one.people,
            settings={"n": one.n, "tau": one.tau_min, "rho": None},
        )
        for one in inputs.study.access or ()
    )  # fmt: skip


def decay_of(asked: Accessed) -> Decay | None:
    """The decay that a study's ``[[access]]`` names; None where its limit is all."""
    if asked.zones is not None:
        return stepped({float(limit): weight for limit, weight in asked.zones.items()})
    if asked.gaussian_min is not None:
        return gaussian(asked.gaussian_min)
    return None if asked.rate_per_min is None else exponential(asked.rate_per_min)


def _supply(serving: gpd.GeoDataFrame, name: str | None) -> Array:
    """What each facility offers: one each, its capacity, or an attribute; a blank is refused."""
    if name is None:
        return np.ones(len(serving))
    if name == "capacity":
        values = pd.to_numeric(serving["capacity"], errors="coerce").to_numpy(float)
    else:
        key = categories.attribute(name) or name
        values = np.array([_amount((a or {}).get(key)) for a in serving["attributes"]], float)
    blank = np.isnan(values)
    if blank.any():
        names = serving["name"].to_numpy(object)[blank]
        raise UsageError("access.no_supply", value=name, count=int(blank.sum()), names=list(names[:5]))
    return np.asarray(values)


def _amount(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
