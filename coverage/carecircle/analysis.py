"""The one verb: a study in, an Analysis out; and the same again with sites added or closed."""

from __future__ import annotations

import dataclasses
import math
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from carecircle import categories
from carecircle.cards import card
from carecircle.errors import UsageError
from carecircle.inputs.load import Inputs, load_inputs
from carecircle.inputs.sites import new_facilities
from carecircle.profiles import profile
from carecircle.reach import travel
from carecircle.reach.network import Network
from carecircle.reach.snap import Snap
from carecircle.reach.surface import Cells, Surface, region_cells, travel_time_surface
from carecircle.rules import Plan, ReachQuery, Verdict, judge, load_plan, required
from carecircle.schema import Finding, check_facilities
from carecircle.study import Study, load_study
from carecircle.texts import Language, Sentence

if TYPE_CHECKING:
    import folium

Progress = Callable[[Sentence], None]
_LIBRARIES = (
    "carecircle", "folium", "geopandas", "numba", "numpy", "osmium", "pyproj", "rasterio", "scipy", "shapely",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Analysis:
    """Everything one run found out; nothing in it is ever changed.

    Parameters
    ----------
    study, plan, inputs
        What was asked, what is demanded, what was brought.
    networks
        By mode (``walk``, ``drive``, ``ambulance``): those the plan needs and the roads allow.
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

    def serving(self, query: ReachQuery) -> gpd.GeoDataFrame:
        """The facilities that may serve a query: open, of its categories, placed.

        Those beyond the boundary are among them unless the study's ``count_outside`` is off.
        """
        return _serving(self.inputs, query)

    def path(self, demand_id: str, query: ReachQuery) -> travel.Path | None:
        """The way between a demand point and its nearest facility; None where there is none.

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
        network = self.networks.get(query.mode or "")
        if network is None or not isinstance(facility_id, str):
            return None
        facilities = self.inputs.facilities
        return travel.path(
            network,
            demand.geometry[demand["demand_id"] == demand_id].iloc[0],
            facilities.geometry[facilities["facility_id"] == facility_id].iloc[0],
            direction=query.direction,
            metric="minutes" if query.metric == "minutes" else "road_m",
            max_snap_m=self.study.assumptions.max_snap_m,
        )

    def to_dict(self, language: Language | None = None) -> dict[str, Any]:
        """The content of verdicts.json (schema ``carecircle/verdicts/1``)."""
        spoken = language or self.study.language
        return {
            "schema": "carecircle/verdicts/1",
            "study": self.study.name,
            "plan": self.plan.id,
            "year": self.study.year,
            "ledger": None if self.inputs.ledger is None else self.inputs.ledger.to_dict(),
            "verdicts": [v.to_dict(spoken) for v in self.verdicts],
        }

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
        """The gap map; it draws itself in a notebook."""
        from carecircle.outputs import gap_map

        return gap_map(self)

    def write(self, folder: str | Path) -> list[Path]:
        """Write every output into a folder, whole or not at all, and return the files.

        Raises
        ------
        OutputError
            If the folder cannot be written.
        """
        from carecircle.outputs import write

        return write(self, Path(folder))


def analyze(study: Study | str | Path, *, progress: Progress | None = None) -> Analysis:
    """Read a study's inputs, find who reaches what, and judge every clause of its plan.

    Parameters
    ----------
    study
        A `Study`, or the path of a study file or of the folder that holds it.
    progress
        Called with a `Sentence` as each stage begins.

    Returns
    -------
    Analysis
        Verdicts in the plan's order; frames in one projected CRS in metres; times in minutes.

    Raises
    ------
    InputError
        If an input cannot be used; the message names file, row, column and mend.
    """
    tell = progress or _silent
    if not isinstance(study, Study):
        study = load_study(study)
    plan = load_plan(study.plan)
    queries = required(plan)
    tell(Sentence("analysis.reading"))
    inputs = load_inputs(study, modes=_modes(queries))
    networks = {}
    if inputs.edges is not None:
        for mode in _modes(queries):
            tell(Sentence("analysis.building", {"mode": Sentence(f"analysis.mode_{mode}")}))
            networks[mode] = Network.from_edges(inputs.edges, mode=mode)
    return _conclude(plan, inputs, networks, known={}, known_surfaces={}, tell=tell)


def reanalyze(
    analysis: Analysis,
    *,
    add: gpd.GeoDataFrame | Iterable[Mapping[str, Any]] | None = None,
    close: Sequence[str] = (),
    progress: Progress | None = None,
) -> Analysis:
    """The same study with sites added and facilities closed; nothing is read again.

    Parameters
    ----------
    analysis
        The baseline; it stays as it is. An empty scenario gives its verdicts exactly.
    add
        New facilities: a frame of facilities in any stated CRS, or mappings with ``facility_id``, ``name``,
        ``category``, ``lon``, ``lat`` (WGS 84) and optionally ``designations`` and attributes.
    close
        Ids of facilities that no longer serve.
    progress
        Called with a `Sentence` as each stage begins.

    Returns
    -------
    Analysis
        Judged by the same plan; queries whose facilities did not change keep their answers.

    Raises
    ------
    UsageError
        If an id to close does not exist, or an id to add exists already.
    """
    facilities = analysis.inputs.facilities
    unknown = sorted(set(close) - set(facilities["facility_id"]))
    if unknown:
        raise UsageError("analysis.unknown_facility", value=unknown)
    changed = facilities.copy()
    changed.loc[changed["facility_id"].isin(close), "status"] = "closed"
    if add is not None:
        sites = new_facilities(add, analysis.inputs)
        if len(sites):
            twice = sorted(set(sites["facility_id"]) & set(facilities["facility_id"]))
            if twice:
                raise UsageError("analysis.facility_exists", value=twice)
            together = pd.concat([changed, sites], ignore_index=True)
            changed = gpd.GeoDataFrame(together, crs=analysis.inputs.crs)
    inputs = dataclasses.replace(analysis.inputs, facilities=check_facilities(changed))
    same = {q for q in analysis.reached if _same_service(analysis.inputs, inputs, q)}
    return _conclude(
        analysis.plan,
        inputs,
        analysis.networks,
        known={q: analysis.reached[q] for q in same},
        known_surfaces={q: s for q, s in analysis.surfaces.items() if q in same},
        tell=progress or _silent,
    )


def _silent(_: Sentence) -> None:
    return None


def _modes(queries: Iterable[ReachQuery]) -> tuple[str, ...]:
    return tuple(sorted({q.mode for q in queries if q.mode is not None and q.metric != "straight_m"}))


def _serving(inputs: Inputs, query: ReachQuery, *, inside_only: bool = False) -> gpd.GeoDataFrame:
    facilities = inputs.facilities
    chosen = categories.select(facilities, query.categories, query.designations)
    chosen &= facilities.geometry.notna() & ~facilities.geometry.is_empty
    if inside_only or not inputs.study.assumptions.count_outside:
        chosen &= facilities["inside"].astype(bool)
    return facilities[chosen]


def _same_service(before: Inputs, after: Inputs, query: ReachQuery) -> bool:
    old, new = _serving(before, query), _serving(after, query)
    return list(old["facility_id"]) == list(new["facility_id"])


class _Asker:
    """Asks queries about one demand on one set of networks; each point is snapped once a mode."""

    def __init__(self, inputs: Inputs, networks: Mapping[str, Network]) -> None:
        self.inputs, self.networks = inputs, networks
        self.max_snap_m = inputs.study.assumptions.max_snap_m
        self._snaps: dict[tuple[str, str], Snap] = {}
        self._cells: Cells | None = None

    def reach(self, query: ReachQuery, serving: gpd.GeoDataFrame) -> pd.DataFrame:
        """The reached frame of the study's demand."""
        mode = None if query.metric == "straight_m" else query.mode
        return travel.nearest_facility(
            None if mode is None else self.networks[mode],
            self.inputs.demand,
            serving,
            direction=query.direction,
            metric=query.metric,
            max_snap_m=self.max_snap_m,
            snapped=None if mode is None else self._snap("demand", mode, self.inputs.demand),
        )

    def surface(self, query: ReachQuery, serving: gpd.GeoDataFrame) -> Surface:
        """Travel time over the study's region."""
        if self._cells is None:
            cell_m = self.inputs.study.outputs.surface_cell_m
            self._cells = region_cells(self.inputs.region, self.inputs.crs, cell_m=cell_m)
        mode = query.mode or ""
        return travel_time_surface(
            self.networks[mode],
            serving,
            self._cells,
            direction=query.direction,
            max_snap_m=self.max_snap_m,
            snapped=self._snap("cells", mode, self._cells.centres),
        )

    def _snap(self, what: str, mode: str, points: gpd.GeoDataFrame | None) -> Snap:
        if (what, mode) not in self._snaps:
            self._snaps[what, mode] = self.networks[mode].snap(points, max_snap_m=self.max_snap_m)
        return self._snaps[what, mode]


def _conclude(
    plan: Plan,
    inputs: Inputs,
    networks: Mapping[str, Network],
    *,
    known: Mapping[ReachQuery, pd.DataFrame],
    known_surfaces: Mapping[ReachQuery, Surface],
    tell: Progress,
) -> Analysis:
    """Run every query not yet known, judge, and gather the Analysis."""
    study = inputs.study
    queries = [q for q in required(plan) if q.metric == "straight_m" or q.mode in networks]
    reached: dict[ReachQuery, pd.DataFrame] = {}
    asker = _Asker(inputs, networks)
    if inputs.demand is not None and (study.facility_sources or len(inputs.facilities)):
        for number, query in enumerate(queries, 1):
            facts = {"number": number, "of": len(queries), "query": query.title}
            tell(Sentence("analysis.reaching", facts))
            if query in known:
                reached[query] = known[query]
            else:
                reached[query] = asker.reach(query, _serving(inputs, query))
    surfaces = dict(known_surfaces)
    for query in reached:
        if query.metric == "minutes" and query not in surfaces:
            tell(Sentence("analysis.drawing", {"query": query.title}))
            surfaces[query] = asker.surface(query, _serving(inputs, query))
    tell(Sentence("analysis.judging", {"rules": len(plan.rules)}))
    verdicts = judge(plan, inputs, reached)
    verdicts = _beside_border(plan, inputs, asker, reached, verdicts)
    return Analysis(
        study=study,
        plan=plan,
        inputs=inputs,
        networks=dict(networks),
        reached=reached,
        surfaces={q: surfaces[q] for q in reached if q in surfaces},
        verdicts=tuple(verdicts),
        findings=inputs.findings,
        manifest=_manifest(plan, inputs, networks),
    )


def _beside_border(
    plan: Plan,
    inputs: Inputs,
    asker: _Asker,
    reached: Mapping[ReachQuery, pd.DataFrame],
    verdicts: Sequence[Verdict],
) -> list[Verdict]:
    """Say, on each people-verdict that counts facilities beyond the boundary, what it would be without."""
    alone: dict[ReachQuery, pd.DataFrame] = {}
    for query, frame in reached.items():
        serving = _serving(inputs, query)
        used = set(frame["facility_id"].dropna())
        outside = set(serving.loc[~serving["inside"].astype(bool), "facility_id"])
        if used & outside:
            alone[query] = asker.reach(query, _serving(inputs, query, inside_only=True))
    demand = inputs.demand
    if not alone or demand is None:
        return list(verdicts)
    without = judge(plan, inputs, {**reached, **alone})
    result = []
    for verdict, other in zip(verdicts, without, strict=True):
        if verdict.people is None or verdict.observed == other.observed:
            result.append(verdict)
            continue
        lost = demand["residents"][(verdict.people == "covered") & (other.people != "covered")]
        facts = {
            "observed": verdict.shown(other.observed),
            "outcome": other.outcome.sentence,
            "residents": math.fsum(lost),
        }
        said = (*verdict.assumptions, Sentence("analysis.without_outside", facts))
        result.append(dataclasses.replace(verdict, assumptions=said))
    return result


def created() -> datetime:
    """The time outputs carry: ``SOURCE_DATE_EPOCH`` where it is set, else now (UTC, whole seconds)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return now.replace(microsecond=0)


def _manifest(plan: Plan, inputs: Inputs, modes: Iterable[str]) -> dict[str, Any]:
    study = inputs.study
    speeds = {
        mode: {"access_speed_kph": profile(mode).access_speed_kph, "speed_kph": dict(profile(mode).speed_kph)}
        for mode in sorted(modes)
    }
    return {
        "schema": "carecircle/manifest/1",
        "study": study.name,
        "plan": {"id": plan.id, "title": plan.title},
        "created": created().isoformat(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
        "inputs": dict(inputs.hashes),
        "crs": inputs.crs.to_string(),
        "parameters": study.to_dict(),
        "profiles": speeds,
    }
