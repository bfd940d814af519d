"""The two verbs: a study analysed, and the same again with sites added or closed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from carecircle import keep
from carecircle.analysis.asking import Asker, modes, same_service, serving_in
from carecircle.analysis.manifest import manifest
from carecircle.analysis.result import Analysis
from carecircle.errors import UsageError
from carecircle.inputs.load import Inputs, load_inputs
from carecircle.inputs.sites import new_facilities
from carecircle.progress import Tell, watched
from carecircle.reach.network import Network
from carecircle.reach.store import prepared
from carecircle.reach.surface import Surface
from carecircle.rules import Plan, ReachQuery, Verdict, judge, load_plan, required
from carecircle.schema import check_facilities
from carecircle.study import Study, load_study
from carecircle.texts import Sentence


def analyze(study: Study | str | Path, *, progress: Tell | None = None) -> Analysis:
    """Read a study's inputs, find who reaches what, and judge every clause of its plan.

    Parameters
    ----------
    study
        A `Study`, or the path of a study file or of the folder that holds it.
    progress
        Called with a `Sentence` as each stage begins; None shows them under a notebook's cell.

    Returns
    -------
    Analysis
        Verdicts in the plan's order; frames in one projected CRS in metres; times in minutes.

    Raises
    ------
    InputError
        If an input cannot be used; the message names file, row, column and fix.
    """
    if not isinstance(study, Study):
        study = load_study(study)
    with watched(progress, study.language) as tell:
        return _analyzed(study, tell)


def _analyzed(study: Study, tell: Tell) -> Analysis:
    plan = load_plan(study.plan)
    queries = required(plan)
    tell(Sentence("analysis.reading"))
    inputs = load_inputs(study, modes=modes(queries), progress=tell)
    networks = {}
    if inputs.edges is not None:
        for mode in modes(queries):
            tell(Sentence("analysis.building", {"mode": Sentence(f"analysis.mode_{mode}")}))
            networks[mode] = _network(inputs, mode)
    return _conclude(plan, inputs, networks, known={}, known_surfaces={}, tell=tell)


def _network(inputs: Inputs, mode: str) -> Network:
    """The network of a mode, as the last run on the same roads left it where it did."""
    folder = keep.folder()

    def build() -> Network:
        return Network.from_edges(inputs.edges, mode=mode)

    if folder is None or not inputs.roads_key:
        return build()
    return prepared(folder, {"roads": inputs.roads_key}, mode, build)


def reanalyze(
    analysis: Analysis,
    *,
    add: gpd.GeoDataFrame | Iterable[Mapping[str, Any]] | None = None,
    close: Sequence[str] = (),
    surfaces: bool = True,
    progress: Tell | None = None,
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
    surfaces
        False leaves out the travel-time surfaces of the queries that changed: most of the work, and not
        needed where only people and verdicts are.
    progress
        Called with a `Sentence` as each stage begins.

    Returns
    -------
    Analysis
        Judged by the same plan; queries whose facilities did not change keep their answers. Its ``baseline``
        is the study as it stood before any change.

    Raises
    ------
    UsageError
        If an id to close does not exist, an id to add exists already, or a new site lacks what it needs.
    InputError
        If the facilities that result break the frame's contract.
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
            changed["trial"] = changed["trial"].eq(True)
    inputs = dataclasses.replace(analysis.inputs, facilities=check_facilities(changed))
    same = {q for q in analysis.reached if same_service(analysis.inputs, inputs, q)}
    with watched(progress, analysis.study.language) as tell:
        after = _conclude(
            analysis.plan,
            inputs,
            analysis.networks,
            known={q: analysis.reached[q] for q in same},
            known_surfaces={q: s for q, s in analysis.surfaces.items() if q in same},
            draw=surfaces,
            tell=tell,
        )
    return dataclasses.replace(after, baseline=analysis.baseline or analysis)


def _conclude(
    plan: Plan,
    inputs: Inputs,
    networks: Mapping[str, Network],
    *,
    known: Mapping[ReachQuery, pd.DataFrame],
    known_surfaces: Mapping[ReachQuery, Surface],
    tell: Tell,
    draw: bool = True,
) -> Analysis:
    """Run every query not yet known, judge, and gather the Analysis."""
    study = inputs.study
    queries = [q for q in required(plan) if q.metric == "straight_m" or q.mode in networks]
    reached: dict[ReachQuery, pd.DataFrame] = {}
    asker = Asker(inputs, networks)
    if inputs.demand is not None and (study.facility_sources or len(inputs.facilities)):
        for number, query in enumerate(queries, 1):
            facts = {"number": number, "of": len(queries), "query": query.title}
            tell(Sentence("analysis.reaching", facts))
            if query in known:
                reached[query] = known[query]
            else:
                reached[query] = asker.reach(query, serving_in(inputs, query))
    surfaces = dict(known_surfaces)
    for query in reached:
        if draw and query.metric == "minutes" and query not in surfaces:
            tell(Sentence("analysis.drawing", {"query": query.title}))
            surfaces[query] = asker.surface(query, serving_in(inputs, query))
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
        manifest=manifest(plan, inputs, networks),
    )


def _beside_border(
    plan: Plan,
    inputs: Inputs,
    asker: Asker,
    reached: Mapping[ReachQuery, pd.DataFrame],
    verdicts: Sequence[Verdict],
) -> list[Verdict]:
    """Say, on each people-verdict that counts facilities beyond the boundary, what it would be without."""
    alone: dict[ReachQuery, pd.DataFrame] = {}
    for query, frame in reached.items():
        serving = serving_in(inputs, query)
        used = set(frame["facility_id"].dropna())
        outside = set(serving.loc[~serving["inside"].astype(bool), "facility_id"])
        if used & outside:
            alone[query] = asker.reach(query, serving_in(inputs, query, inside_only=True))
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
