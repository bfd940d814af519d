"""What a planner may do: where to build, what to build there, what to upgrade, at what price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypedDict, cast

import geopandas as gpd

from carecircle import categories
from carecircle.errors import UsageError

Places = Literal["auto", "cells", "villages", "nodes"]


@dataclass(frozen=True, eq=False)
class Means:
    """What may be done to close the gap of a clause.

    Parameters
    ----------
    places
        Where one might build: ``cells`` (the most populous demand point of each square of the spacing),
        ``villages`` (a point inside each), ``nodes`` (road nodes thinned to the spacing), ``auto`` (cells
        and villages), or a frame of points in any stated CRS (columns facility_id, name, category,
        designations, price as far as given: a place with a category of its own gets that and nothing else).
    spacing_m
        Side of the thinning squares, in metres.
    exclude
        Polygons in any stated CRS on which nothing may be built.
    category
        What to build where a place does not say; what each clause names first, if not given.
    upgrade
        Categories whose open facilities may become what the clause asks for.
    price, upgrade_price
        Of a new site and of an upgrade, in the planner's own unit.
    budget
        The most that all moves may cost together.
    must_open
        Move ids that are decided already.
    exclusive
        Groups of move ids of which at most one may be chosen.
    """

    places: Places | gpd.GeoDataFrame = "auto"
    spacing_m: float = 500.0
    exclude: gpd.GeoDataFrame | None = None
    category: str | None = None
    upgrade: Sequence[str] = ()
    price: float = 1.0
    upgrade_price: float = 1.0
    budget: float | None = None
    must_open: Sequence[str] = ()
    exclusive: Sequence[Sequence[str]] = ()

    def faults(self) -> list[UsageError]:
        """What cannot be meant, whatever the study.

        Returns
        -------
        list of UsageError
            One a fault.
        """
        faults: list[UsageError] = []
        if not isinstance(self.places, gpd.GeoDataFrame) and not self.spacing_m > 0:
            faults.append(UsageError("siting.bad_spacing", value=str(self.spacing_m)))
        if self.budget is not None and not self.budget >= 0:
            faults.append(UsageError("siting.bad_budget", value=str(self.budget)))
        asked = [*self.upgrade, *([] if self.category is None else [self.category])]
        for name in asked:
            try:
                known(name)
            except UsageError as fault:
                faults.append(fault)
        return faults


class MeansByName(TypedDict, total=False):
    """The fields of `Means` by name, or a `Means` whole; a field named wins."""

    means: Means
    places: Places | gpd.GeoDataFrame
    spacing_m: float
    exclude: gpd.GeoDataFrame | None
    category: str | None
    upgrade: Sequence[str]
    price: float
    upgrade_price: float
    budget: float | None
    must_open: Sequence[str]
    exclusive: Sequence[Sequence[str]]


def means_of(named: MeansByName) -> Means:
    """The means of a call.

    Raises
    ------
    TypeError
        If an option is none.
    """
    rest: dict[str, Any] = dict(named)
    whole = cast(Means, rest.pop("means", Means()))
    return replace(whole, **rest)


def known(category: str) -> str:
    """The canonical name of a category.

    Raises
    ------
    UsageError
        If there is none, naming the nearest.
    """
    canonical = categories.canonical(category)
    if canonical is None:
        near = categories.nearest(category) or "—"
        raise UsageError("siting.no_such_category", value=category, near=near)
    return str(canonical)
