"""What a study hangs on, as one question: closing well, single points of failure, vital streets, floods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd

from carecircle import progress as watching
from carecircle.analysis import Analysis, Scenario, reanalyze
from carecircle.errors import UsageError
from carecircle.siting.effort import Effort
from carecircle.siting.needs import fits, needs_of
from carecircle.texts import Sentence
from carecircle.vital.closing import Closed, close_well
from carecircle.vital.flooded import flooded
from carecircle.vital.losing import Loss, losers, losses
from carecircle.vital.single import SinglePoint, single_points
from carecircle.vital.streets import Street, Vital, hangs_on_roads, vital_streets

__all__ = ["Changed", "Closed", "Loss", "SinglePoint", "Street", "Vital", "VitalResult", "vital"]


@dataclass(frozen=True, eq=False)
class Changed:
    """A study changed: what it takes from whom.

    Parameters
    ----------
    after
        The study with the change.
    losses
        By rule, those that lose anything.
    losers
        One row a rule and demand point that it no longer covers: `carecircle.vital.losing.losers`.
    """

    after: Analysis
    losses: tuple[Loss, ...]
    losers: gpd.GeoDataFrame


@dataclass(frozen=True, eq=False)
class VitalResult:
    """What a study hangs on.

    Parameters
    ----------
    before
        The study as it is.
    rules
        The rules about residents that were looked at.
    closed, closing
        The facilities to close and what that takes; None where none were asked for.
    single
        Facilities whose closure alone breaks a rule of any kind.
    unjudged
        How many more might be, which the time did not suffice to judge.
    streets
        For each rule on roads.
    off_road
        Rules of ``rules`` that do not hang on roads in this way: straight lines, terrain, matrices.
    closed_edges, flood
        The edges under water and what that takes; none and None where no water was given.
    """

    before: Analysis
    rules: tuple[str, ...]
    closed: Closed | None
    closing: Changed | None
    single: tuple[SinglePoint, ...]
    unjudged: int
    streets: tuple[Vital, ...]
    off_road: tuple[str, ...]
    closed_edges: tuple[int, ...]
    flood: Changed | None

    def to_dict(self) -> dict[str, Any]:
        """The content of vital.json (schema ``carecircle/vital/1``).

        Returns
        -------
        dict
            Plain data, without NaN.
        """
        closing = None
        if self.closed is not None and self.closing is not None:
            closing = {**self.closed.to_dict(), "losses": [x.to_dict() for x in self.closing.losses]}
        water = None
        if self.flood is not None:
            water = {
                "closed_edges": list(self.closed_edges),
                "losses": [x.to_dict() for x in self.flood.losses],
            }
        return {
            "schema": "carecircle/vital/1",
            "study": self.before.study.name,
            "plan": self.before.plan.id,
            "rules": list(self.rules),
            "closing": closing,
            "single_points": [p.to_dict() for p in self.single],
            "unjudged": self.unjudged,
            "streets": [v.to_dict() for v in self.streets],
            "off_road": list(self.off_road),
            "flood": water,
        }


def vital(
    analysis: Analysis,
    *,
    clauses: Sequence[str] = (),
    close: int | None = None,
    among: Sequence[str] | None = None,
    streets: int = 10,
    water: gpd.GeoDataFrame | None = None,
    bridges: bool = True,
    time_limit: float = 300.0,
    progress: watching.Tell | None = None,
) -> VitalResult:
    """Find what a study hangs on.

    Parameters
    ----------
    analysis
        The study as it is; it stays so.
    clauses
        Clauses or rules about a limit on the way, judged in residents; all of them if none is named. Single
        points of failure are sought for every rule of the plan.
    close
        How many facilities must close: those are sought that break the fewest of these rules and then take
        cover from the fewest residents.
    among
        Ids that may close; every facility inside the boundary that serves one of the rules, if not given.
    streets
        How many streets are told a rule, the most vital first; those that break it are told in any case.
    water
        Polygons in any stated CRS: every edge that crosses them is closed.
    bridges
        Whether bridges across the water are closed too.
    time_limit
        Seconds for all of it. What time leaves open is told: `VitalResult.unjudged`, ``Vital.most_unseen``.
    progress
        Called with a `Sentence` as each stage begins; None shows them under a notebook's cell.

    Returns
    -------
    VitalResult
        Frames in the study's CRS.

    Raises
    ------
    UsageError
        If a clause is unknown or of another kind, there are too few facilities to close, an id serves none
        of the rules, or the study has no roads and water is given.
    InputError
        If the frames that a change leaves break their contract.
    """
    if close is not None and (isinstance(close, bool) or close < 1):
        raise UsageError("vital.bad_close", value=str(close))
    if streets < 0:
        raise UsageError("vital.bad_streets", value=str(streets))
    with watching.watched(progress, analysis.study.language) as tell:
        named = list(clauses) or [v.rule for v in analysis.verdicts if fits(v)]
        needs = needs_of(analysis, named) if named else []
        clock = Effort(time_limit=time_limit).begin()
        closed, closing = None, None
        if close is not None:
            tell(Sentence("vital.closing", {"count": close}))
            closed = close_well(analysis, needs, close, clock.part(0.3), among=among)
            closing = _changed(analysis, Scenario(close=closed.facilities))
        edges: tuple[int, ...] = ()
        flood = None
        if water is not None:
            edges = flooded(analysis, water, bridges=bridges)
            tell(Sentence("vital.flooding", {"edges": len(edges)}))
            flood = _changed(analysis, Scenario(closed_edges=edges))
        chosen = {n.rule for n in needs}
        verdicts = [v for v in analysis.verdicts if v.rule in chosen]
        roads = [v for v in verdicts if hangs_on_roads(analysis, v)]
        found: list[Vital] = []
        for number, verdict in enumerate(roads if streets else [], 1):
            tell(Sentence("vital.streets", {"number": number, "of": len(roads), "rule": verdict.rule}))
            share = clock.part(0.5 / (len(roads) - number + 1))
            found.append(vital_streets(analysis, verdict, share, most=streets))
        single, unjudged = single_points(analysis, clock, tell)
        return VitalResult(
            analysis, tuple(n.rule for n in needs), closed, closing, single, unjudged, tuple(found),
            tuple(v.rule for v in verdicts if v not in roads), edges, flood,
        )  # fmt: skip


def _changed(analysis: Analysis, scenario: Scenario) -> Changed:
    after = reanalyze(analysis, scenario=scenario, surfaces=False, progress=lambda _: None)
    return Changed(after, losses(analysis, after), losers(analysis, after))
