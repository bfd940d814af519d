"""Every access measure by its name: what it needs, and whether more or less of it is better."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from carecircle.access import catchments, opportunities
from carecircle.access.decay import Decay, binary
from carecircle.access.rational import raam
from carecircle.costs import Floats
from carecircle.errors import UsageError

Need = Literal["limit", "decay", "tau", ""]


@dataclass(frozen=True)
class Measure:
    """One access measure.

    Parameters
    ----------
    name
        Of its function in `carecircle.access`.
    function
        Costs, supply and residents in; one figure for each origin out.
    needs
        What it cannot do without: ``limit`` or ``decay`` (either will do), ``tau`` or nothing.
    competes
        Whether residents share the supply, so that all of them count.
    more
        Whether more of it is better; of costs and burdens less is.
    """

    name: str
    function: Callable[..., Floats]
    needs: Need
    competes: bool = True
    more: bool = True


def _of(function: Callable[..., Floats]) -> Callable[..., Floats]:
    def called(cost: Any, supply: Any, residents: Any, *, decay: Decay, **_: Any) -> Floats:
        return function(cost, supply, residents, decay=decay)

    return called


def _gravity(cost: Any, supply: Any, residents: Any, *, decay: Decay, **_: Any) -> Floats:
    return opportunities.gravity(cost, supply, decay=decay)


def _nearest(cost: Any, supply: Any, residents: Any, *, n: float = 1, **_: Any) -> Floats:
    return opportunities.nearest_nth(cost, n=n, supply=supply)


def _balancing(cost: Any, supply: Any, residents: Any, **_: Any) -> Floats:
    return opportunities.balancing_cost(cost, supply, residents)


def _rational(
    cost: Any, supply: Any, residents: Any, *, tau: float, rho: float | None = None, **_: Any
) -> Floats:
    return raam(cost, supply, residents, tau=tau, rho=rho).burden


_ALL = (
    Measure("cumulative", _gravity, "limit", competes=False),
    Measure("gravity", _gravity, "decay", competes=False),
    Measure("two_step_fca", _of(catchments.enhanced_two_step_fca), "limit"),
    Measure("enhanced_two_step_fca", _of(catchments.enhanced_two_step_fca), "decay"),
    Measure("three_step_fca", _of(catchments.three_step_fca), "decay"),
    Measure("modified_two_step_fca", _of(catchments.modified_two_step_fca), "decay"),
    Measure("balanced_fca", _of(catchments.balanced_fca), "decay"),
    Measure("spatial_availability", _of(catchments.spatial_availability), "decay"),
    Measure("nearest_nth", _nearest, "", competes=False, more=False),
    Measure("balancing_cost", _balancing, "", more=False),
    Measure("raam", _rational, "tau", more=False),
)
MEASURES: Mapping[str, Measure] = {measure.name: measure for measure in _ALL}


def measure_of(name: str) -> Measure:
    """A measure by its name.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    if name not in MEASURES:
        raise UsageError("access.no_such_measure", value=name, known=sorted(MEASURES))
    return MEASURES[name]


def given_decay(measure: Measure, limit: float | None, decay: Decay | None) -> Decay | None:
    """The decay a measure is reckoned with: the one given, cut at the limit, or the limit alone.

    Raises
    ------
    UsageError
        If it needs one and has none.
    """
    if measure.needs not in ("limit", "decay"):
        return None
    if decay is not None:
        return decay if limit is None else decay.within(limit)
    if limit is None or not math.isfinite(limit):
        raise UsageError("access.needs", name=measure.name, value=measure.needs)
    return binary(limit)
