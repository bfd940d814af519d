"""All that one run found out, as one frozen object that shows, maps and writes itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from carecircle.access.decay import Decay
from carecircle.analysis.accessing import Access, access_of, decay_of
from carecircle.analysis.asking import reaches_of, serving_in
from carecircle.analysis.scenario import Scenario
from carecircle.cards import card
from carecircle.errors import UsageError
from carecircle.inputs.load import Inputs
from carecircle.reach.answers import Path as Way
from carecircle.reach.answers import Surface
from carecircle.reach.asked import Direction, Reach
from carecircle.reach.choice import Brought, Reaches
from carecircle.reach.network.model import Network
from carecircle.rules import BlankSpots, Leg, Plan, ReachQuery, Verdict, blank_spots
from carecircle.rules.language.leg import Metric
from carecircle.schema import Finding
from carecircle.study import Study
from carecircle.texts import Language, Sentence

if TYPE_CHECKING:
    import folium


@dataclass(frozen=True, eq=False)
class Analysis:
    """Everything one run found out; nothing in it is ever changed.

    Parameters
    ----------
    study, plan, inputs
        What was asked, what is demanded, what was brought.
    networks
        By mode (``walk``, ``drive``, ``ambulance`` …): those the plan needs and the roads allow.
    reached
        By `ReachQuery`: one row a demand point (minutes or metres).
    surfaces
        By `ReachQuery` of minutes: travel time at the centres of square cells inside the boundary.
    verdicts
        One a rule, in the plan's order.
    findings
        What the planner should know about the inputs.
    manifest
        Versions, hashes of every input and all parameters.
    baseline
        The analysis before any change (by `carecircle.reanalyze`); None for a study as it is.
    brought
        Reaches given to `carecircle.analyze`, by metric and mode: they answer instead of ours.
    scenarios
        What was changed since the baseline, in that order.
    """

    study: Study
    plan: Plan
    inputs: Inputs
    networks: Mapping[str, Network]
    reached: Mapping[ReachQuery, pd.DataFrame]
    surfaces: Mapping[ReachQuery, Surface]
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    manifest: Mapping[str, Any]
    baseline: Analysis | None = None
    brought: Brought = field(default_factory=dict)
    scenarios: tuple[Scenario, ...] = ()

    def serving(self, query: ReachQuery | Leg) -> gpd.GeoDataFrame:
        """The facilities that may serve a query of one leg, or a leg: open, of its categories, placed.

        Those beyond the boundary are among them unless the study's ``count_outside`` is off.

        Parameters
        ----------
        query
            Any query, one of `reached` or not.

        Returns
        -------
        GeoDataFrame
            Rows of ``inputs.facilities``, in its projected CRS.
        """
        return serving_in(self.inputs, query)

    def reach_of(self, query: ReachQuery | Leg) -> Reach:
        """What answers a query of one leg, or a leg: roads, a straight line, or a reach that was brought.

        Parameters
        ----------
        query
            Any query, one of `reached` or not.

        Returns
        -------
        Reach
            Of its metric and mode.

        Raises
        ------
        UsageError
            If the study has no roads of the mode and no reach was brought for it, or of several legs.
        """
        return self.reaches.of(query.metric, query.mode)

    @cached_property
    def reaches(self) -> Reaches:
        """Every way of travelling that the study has, each made once."""
        return reaches_of(self.inputs, self.networks, self.brought)

    @cached_property
    def blank_spots(self) -> BlankSpots | None:
        """Villages and townships without an institution; None where no table speaks of care that comes."""
        return blank_spots(self.inputs)

    def access(
        self, measure: str, facilities: Sequence[str], *, mode: str | None = "drive",
        designations: Sequence[str] = (), metric: Metric = "minutes", direction: Direction = "to_facility",
        supply: str | None = None, limit: float | None = None, decay: Decay | None = None,
        people: str = "residents", n: float = 1, tau: float | None = None, rho: float | None = None,
    ) -> Access:  # fmt: skip
        """One access measure, place by place, on a table of costs by the study's own ways of travelling.

        Parameters
        ----------
        measure
            A name of `carecircle.access`: ``cumulative``, ``gravity``, ``two_step_fca``,
            ``enhanced_two_step_fca``, ``three_step_fca``, ``modified_two_step_fca``, ``balanced_fca``,
            ``spatial_availability``, ``nearest_nth``, ``balancing_cost``, ``raam``.
        facilities
            Categories that offer care; a narrower one counts.
        mode
            Of travel; None for a straight line.
        designations
            Roles that each facility must hold.
        metric
            ``minutes``, ``road_m`` or ``straight_m``.
        direction
            ``to_facility`` or ``from_facility``.
        supply
            What each facility offers: ``capacity`` or an attribute (``beds``); None: one each.
        limit
            Minutes or metres, inclusive: the catchment; costs beyond it are not sought.
        decay
            One of `carecircle.access.decay`, in minutes or metres; with a limit it is cut off there.
        people
            The column of ``inputs.demand`` that counts who shares the supply.
        n
            ``nearest_nth``: how many are wanted.
        tau, rho
            ``raam``: as `carecircle.access.raam`.

        Returns
        -------
        Access
            One figure a demand point, and how evenly it is spread.

        Raises
        ------
        UsageError
            If there is no such measure, category, column or mode, a facility does not say what it offers, or
            the measure lacks a limit, decay or tau.
        CapacityError
            If an unlimited table would not fit in memory.
        """
        settings = {"n": n, "tau": tau, "rho": rho}
        return access_of(
            self.inputs, self.reaches, measure, tuple(facilities), designations=tuple(designations),
            mode=mode, metric=metric, direction=direction, supply=supply, limit=limit, decay=decay,
            people=people, settings=settings,
        )  # fmt: skip

    @cached_property
    def accesses(self) -> tuple[Access, ...]:
        """The access measures that the study asks for (``[[access]]``), each reckoned once, in its order."""
        return tuple(
            access_of(
                self.inputs, self.reaches, one.measure, one.categories, designations=one.designations,
                mode=one.mode, metric="minutes", direction=one.direction, supply=one.supply,
                limit=one.limit_min, decay=decay_of(one), people=one.people,
                settings={"n": one.n, "tau": one.tau_min, "rho": None},
            )
            for one in self.study.access or ()
        )  # fmt: skip

    def path(self, demand_id: str, query: ReachQuery) -> Way | None:
        """The way between a demand point and its nearest facility; None where there is none.

        Parameters
        ----------
        demand_id
            A row of ``inputs.demand``.
        query
            One of `reached`, of one leg: its mode, direction and metric are the way's.

        Returns
        -------
        Path or None
            Its line in the study's CRS, minutes and metres, access legs included.

        Raises
        ------
        UsageError
            If there is no such demand point, or the query was not part of the analysis.
        """
        demand = self.inputs.demand
        if query not in self.reached or demand is None:
            raise UsageError("analysis.unknown_query", value=query.key, known=[q.key for q in self.reached])
        row = self.reached[query]
        row = row[row["demand_id"] == demand_id]
        if row.empty:
            raise UsageError("analysis.unknown_demand", value=demand_id)
        facility_id = row["facility_id"].iloc[0]
        if not isinstance(facility_id, str):
            return None
        facilities = self.inputs.facilities
        return self.reach_of(query).way(
            demand.geometry[demand["demand_id"] == demand_id].iloc[0],
            facilities.geometry[facilities["facility_id"] == facility_id].iloc[0],
            direction=query.direction,
        )

    def to_dict(self, language: Language | None = None) -> dict[str, Any]:
        """The content of verdicts.json (schema ``carecircle/verdicts/1``).

        Parameters
        ----------
        language
            ``zh`` or ``en``; the study's own if None.

        Returns
        -------
        dict
            Plain data, as ``docs/schemas/verdicts.schema.json`` states it.
        """
        spoken = language or self.study.language
        found: dict[str, Any] = {
            "schema": "carecircle/verdicts/1",
            "study": self.study.name,
            "plan": self.plan.id,
            "year": self.study.year,
            "ledger": None if self.inputs.ledger is None else self.inputs.ledger.to_dict(),
            "verdicts": [v.to_dict(spoken) for v in self.verdicts],
        }
        if self.blank_spots is not None:
            found["blank_spots"] = [spot.to_dict() for spot in self.blank_spots.spots]
        return found

    def __repr__(self) -> str:
        came = [v.outcome.value for v in self.verdicts]
        counts = ", ".join(f"{came.count(o)} {o}" for o in sorted(set(came)))
        return f"<Analysis of {self.study.name} by {self.plan.id}: {counts}>"

    def _repr_html_(self) -> str:
        """The outcome of every rule as a small card, in the study's language."""
        ledger = self.inputs.ledger
        facts = (
            (Sentence("cards.plan"), self.plan.title),
            (Sentence("cards.residents"), None if ledger is None else ledger.inside),
            (Sentence("cards.facilities"), len(self.inputs.facilities)),
            (Sentence("cards.findings"), len(self.findings) or None),
        )
        rows = [(v.mark, v.rule, v.shown(v.observed)) for v in self.verdicts]
        return card(self.study.language, self.study.title or self.study.name, facts, rows=rows)

    def map(self) -> folium.Map:
        """The gap map; it draws itself in a notebook.

        Returns
        -------
        folium.Map
            WGS 84; asks the internet for nothing.
        """
        from carecircle.outputs.map.gap_map import gap_map

        return gap_map(self)

    def write(self, folder: str | Path) -> list[Path]:
        """Write every output into a folder, whole or not at all, and return the files.

        Parameters
        ----------
        folder
            Made where it does not exist; files of ours in it are replaced, others kept.

        Returns
        -------
        list of Path
            The files written.

        Raises
        ------
        OutputError
            If the folder cannot be written.
        """
        from carecircle.outputs.write import write

        return write(self, Path(folder))
