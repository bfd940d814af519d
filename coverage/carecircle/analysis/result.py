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
from carecircle.analysis.accessing import Access, access_of, asked_for
from carecircle.analysis.asking import reaches_of, serving_in, way_of
from carecircle.analysis.border import Beyond
from carecircle.analysis.frames import gaps_of, service_areas_of, verdicts_frame_of
from carecircle.analysis.scenario import Scenario
from carecircle.analysis.showing import document, in_one_line, outcomes_card
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
from carecircle.texts import Language

if TYPE_CHECKING:
    import folium

    from carecircle.siting.remedy import SitingResult


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
    brought, scenarios
        Reaches given to `carecircle.analyze`, by metric and mode; what was changed since the baseline.
    beyond
        By query of `reached`: who might have a nearer facility beyond what was read.
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
    beyond: Mapping[ReachQuery, Beyond] = field(default_factory=dict)

    def serving(self, query: ReachQuery | Leg) -> gpd.GeoDataFrame:
        """The facilities that may serve a query of one leg, or a leg: open, of its categories, placed.

        Parameters
        ----------
        query
            Any query, one of `reached` or not.

        Returns
        -------
        GeoDataFrame
            Rows of ``inputs.facilities``, in its projected CRS; those beyond the boundary unless the study's
            ``count_outside`` is off.
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
            A name of `carecircle.access`: ``two_step_fca``, ``raam``, ``nearest_nth`` and the others.
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
            If a name or mode is not known, a supply is not said, or a limit, decay or tau is lacking.
        CapacityError
            If an unlimited table would not fit in memory.
        """
        return access_of(
            self.inputs, self.reaches, measure, tuple(facilities), designations=tuple(designations),
            mode=mode, metric=metric, direction=direction, supply=supply, limit=limit, decay=decay,
            people=people, settings={"n": n, "tau": tau, "rho": rho},
        )  # fmt: skip

    @cached_property
    def accesses(self) -> tuple[Access, ...]:
        """The access measures that the study asks for (``[[access]]``), each reckoned once, in its order."""
        return asked_for(self.inputs, self.reaches)

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
        if query not in self.reached:
            raise UsageError("analysis.unknown_query", value=query.key, known=[q.key for q in self.reached])
        return way_of(self.inputs, self.reach_of(query), query, self.reached[query], demand_id)

    def gaps(self, rule: str | None = None) -> gpd.GeoDataFrame:
        """Who is left out, and where; its residents add up to the verdict's ``residents_affected``.

        Parameters
        ----------
        rule
            Its id, or that of a clause of one rule; None: everybody whom a failing rule leaves out, once.

        Returns
        -------
        GeoDataFrame
            About people: points ``demand_id, residents, area_id, area``, ``why, cost`` (minutes or metres),
            ``facility_id, facility``, or ``rules``. Unit by unit: ``unit_id, name, observed, residents`` and
            the outline or point of each failing one. In the study's projected CRS.

        Raises
        ------
        UsageError
            If there is no such rule, it was not judged, or it speaks of the study as a whole.
        """
        return gaps_of(self, rule)

    def service_areas(
        self, rule: str, *, limit: float | None = None, cell_m: float | None = None
    ) -> gpd.GeoDataFrame:
        """The ground of which each facility is the nearest, within the limit of a rule.

        Parameters
        ----------
        rule
            Its id: one about the way to the nearest facility.
        limit
            Minutes or metres, inclusive; None: the rule's own, or none at all.
        cell_m
            Side of the square cells that shapes are made of, in metres; None: the study's ``surface_cell_m``.

        Returns
        -------
        GeoDataFrame
            ``facility_id, name, category, residents`` (whose nearest it is, within the limit) and outlines
            (None: it is nearest to no cell's centre), which do not overlap; in the study's projected CRS.

        Raises
        ------
        UsageError
            If there is no such rule, it asks no such way, or its way was brought as a table without ground.
        CapacityError
            For more than four million cells.
        """
        return service_areas_of(self, rule, limit, cell_m)

    def site(self, *clauses: str, **options: Any) -> SitingResult:
        """Where to build so that clauses hold: see `carecircle.siting.remedy.site`.

        Parameters
        ----------
        *clauses
            Clauses or rules to be met together.
        **options
            Of that function: ``target``, ``sites``, ``budget`` and the others.

        Returns
        -------
        SitingResult
            The moves (points in the study's CRS), their proof, and every rule judged again.
        """
        from carecircle.siting.remedy import site

        return site(self, clauses=clauses, **options)

    def verdicts_frame(self, language: Language | None = None) -> pd.DataFrame:
        """Every verdict as a row, in the plan's order.

        Parameters
        ----------
        language
            Of titles and reasons, ``zh`` or ``en``; the study's own if None.

        Returns
        -------
        DataFrame
            By rule: clause, title, outcome, state, figures (NaN: none) in ``unit``, people and words.
        """
        return verdicts_frame_of(self, language or self.study.language)

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
        return document(self, language or self.study.language)

    def __repr__(self) -> str:
        return in_one_line(self)

    def _repr_html_(self) -> str:
        """The outcome of every rule as a small card, in the study's language."""
        return outcomes_card(self)

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
