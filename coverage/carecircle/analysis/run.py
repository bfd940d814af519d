"""The two verbs: a study analysed, and the same again under a scenario."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from carecircle import keep
from carecircle.analysis.asking import Asker, modes, reaches_of, same_service, servings_in
from carecircle.analysis.border import Beyond, Lookout, foreseen, told, wanted_m, widens
from carecircle.analysis.changed import changed_inputs, changed_roads, is_touched
from carecircle.analysis.manifest import created, manifest, scenario_facts
from carecircle.analysis.matrices import matrices_of, reaches_by, strangers
from carecircle.analysis.periods import with_periods
from carecircle.analysis.projects import with_projects
from carecircle.analysis.result import Analysis
from carecircle.analysis.scenario import Scenario
from carecircle.errors import UsageError
from carecircle.inputs.farther import read_farther
from carecircle.inputs.load import Inputs, load_inputs
from carecircle.profiles import mode_name, profile
from carecircle.progress import Tell, watched
from carecircle.reach.answers import Surface
from carecircle.reach.choice import Brought
from carecircle.reach.network.model import Network
from carecircle.reach.network.store import from_bytes, to_bytes
from carecircle.rules import Plan, ReachQuery, Verdict, blank_spots, judge, load_plan, required
from carecircle.rules.judging.groups import weights
from carecircle.schema import leg_column
from carecircle.study import Study, load_study
from carecircle.study.files import draws
from carecircle.texts import Sentence

_MOST_ROUNDS = 4
"""So often more is read beyond the boundary; the first time nearly always tells."""


def analyze(
    study: Study | str | Path, *, reaches: Brought | None = None, progress: Tell | None = None
) -> Analysis:
    """Read a study's inputs, find who reaches what, and judge every clause of its plan.

    Parameters
    ----------
    study
        A `Study`, or the path of a study file or of the folder that holds it.
    reaches
        Your own ways of travelling by metric and mode (``{("minutes", "walk"): mine}``, and
        ``("straight_m", None)`` for the straight line), each a `carecircle.reach.asked.Reach`; they answer
        instead of roads and straight lines, also in siting and in `reanalyze`.
    progress
        Called with a `Sentence` as each stage begins; None shows them under a notebook's cell.

    Returns
    -------
    Analysis
        Verdicts in the plan's order; frames in one projected CRS in metres; times in minutes.

    Raises
    ------
    InputError
        If an input cannot be used; the message names file, row, column and fix. If a reach of your own gives
        a frame that breaks the contract.
    OutputError
        If the disk has no room for what a road extract is read into.
    UsageError
        If a mode is not known (any more).
    """
    if not isinstance(study, Study):
        study = load_study(study)
    with watched(progress, study.language) as tell:
        return _analyzed(study, dict(reaches or {}), tell)


def _analyzed(study: Study, brought: Brought, tell: Tell) -> Analysis:
    plan = load_plan(study.plan)
    created()  # a time that cannot be is said before the work
    tables = matrices_of(study, tell)
    brought = {**reaches_by(study, tables), **brought}
    more = {one.mode for one in study.access or () if ("minutes", one.mode) not in brought}
    by_road = tuple(sorted({*modes(required(plan), brought), *more}))
    tell(Sentence("analysis.reading"))
    ahead = foreseen(plan, study) if widens(study) else None
    inputs = load_inputs(study, modes=by_road, progress=tell, farther=ahead)
    if tables:
        found = (*inputs.findings, *strangers(inputs, tables))
        inputs = dataclasses.replace(inputs, findings=found)
    if study.include_projects is not None:
        inputs = with_projects(plan, inputs, study.include_projects)
    inputs, networks, answers = _answered(plan, inputs, by_road, brought, tell)
    draw = draws(study.outputs.files)
    return _conclude(plan, inputs, networks, brought, answers, known_surfaces={}, tell=tell, draw=draw)


@dataclass(frozen=True, eq=False)
class _Answers:
    """Every query's answer, by whom, and what it leaves open beyond the border."""

    asker: Asker
    reached: Mapping[ReachQuery, pd.DataFrame]
    beyond: Mapping[ReachQuery, Beyond]


def _answered(
    plan: Plan, inputs: Inputs, by_road: Sequence[str], brought: Brought, tell: Tell
) -> tuple[Inputs, dict[str, Network], _Answers]:
    """The queries answered; farther out is read until nobody might have a nearer facility there."""
    for _ in range(_MOST_ROUNDS):
        networks = {}
        if inputs.edges is not None:
            for mode in by_road:
                tell(Sentence("analysis.building", {"mode": mode_name(mode)}))
                networks[mode] = _network(inputs, mode)
        asker = Asker(inputs, reaches_of(inputs, networks, brought))
        answers = _ask(plan, asker, {}, {}, tell)
        metres = wanted_m(inputs, answers.beyond)
        if metres is None:
            break
        inputs = read_farther(inputs, metres, modes=by_road, tell=tell)
    return inputs, networks, answers


def _ask(
    plan: Plan,
    asker: Asker,
    known: Mapping[ReachQuery, pd.DataFrame],
    known_beyond: Mapping[ReachQuery, Beyond],
    tell: Tell,
) -> _Answers:
    """Every query that is not known yet, and what each leaves open."""
    inputs = asker.inputs
    queries = [q for q in required(plan) if asker.can(q)]
    reached: dict[ReachQuery, pd.DataFrame] = {}
    if inputs.study.facility_sources or len(inputs.facilities):
        if inputs.demand is None:
            queries = [q for q in queries if q.origin == "facilities"]
        for number, query in enumerate(queries, 1):
            facts = {"number": number, "of": len(queries), "query": query.title}
            tell(Sentence("analysis.reaching", facts))
            if query in known:
                reached[query] = known[query]
            else:
                reached[query] = asker.reach(query, *servings_in(inputs, query))
    return _Answers(asker, reached, Lookout(asker).beyond(reached, known_beyond))


def _network(inputs: Inputs, mode: str) -> Network:
    """The network of a mode, as the last run on the same roads left it where it did."""

    how = profile(mode, inputs.study.own_profiles)

    def build() -> Network:
        return Network.from_edges(inputs.edges, mode=mode, access_speed_kph=how.access_speed_kph)

    if not inputs.roads_key:
        return build()
    made_of = keep.digest("network", inputs.roads_key, how.key)
    return keep.kept("network", lambda: made_of, build, from_bytes, to_bytes)[0]


def reanalyze(
    analysis: Analysis,
    *,
    scenario: Scenario | None = None,
    add: gpd.GeoDataFrame | Iterable[Mapping[str, Any]] | None = None,
    close: Sequence[str] = (),
    surfaces: bool = True,
    table: Path | None = None,
    progress: Tell | None = None,
) -> Analysis:
    """The same study under a scenario; nothing is read again.

    Parameters
    ----------
    analysis
        The baseline; it stays as it is. An empty scenario gives its verdicts exactly.
    scenario
        What changes: facilities, roads, speeds, residents, year.
    add
        Short for ``scenario=Scenario(add=…)``. New facilities: a frame of facilities in any stated CRS, or
        mappings with ``facility_id``, ``name``, ``category``, ``lon``, ``lat`` (WGS 84) and optionally
        ``designations`` and attributes.
    close
        Short for ``scenario=Scenario(close=…)``: ids of facilities that no longer serve.
    surfaces
        False leaves out the travel-time surfaces of the queries that changed: most of the work, and not
        needed where only people and verdicts are.
    table
        The file that the changes were read from: its hash then stands among the manifest's inputs.
    progress
        Called with a `Sentence` as each stage begins.

    Returns
    -------
    Analysis
        Judged by the same plan; queries whose facilities and roads did not change keep their answers. Its
        ``baseline`` is the study as it stood before any change, its ``scenarios`` all that was changed since.

    Raises
    ------
    UsageError
        If an id to close or change does not exist, an id to add exists already, a new site lacks what it
        needs, an edge, mode or class of road is unknown, or add or close is given beside a scenario.
    InputError
        If the facilities or residents that result break the frame's contract.
    """
    if scenario is None:
        scenario = Scenario(add=add, close=close)
    elif add is not None or close:
        raise UsageError("analysis.scenario_and_parts")
    before = analysis.inputs
    planned = before if scenario.projects is None else with_projects(analysis.plan, before, scenario.projects)
    inputs, networks, touched = changed_roads(
        changed_inputs(planned, scenario), analysis.networks, scenario, analysis.brought
    )
    same = {
        query
        for query in analysis.reached
        if same_service(before, inputs, query) and not is_touched(query, touched)
    }
    reaches = reaches_of(inputs, networks, analysis.brought) if touched else analysis.reaches
    with watched(progress, analysis.study.language) as tell:
        answers = _ask(
            analysis.plan,
            Asker(inputs, reaches),
            {q: analysis.reached[q] for q in same},
            {q: b for q, b in analysis.beyond.items() if q in same},
            tell,
        )
        after = _conclude(
            analysis.plan,
            inputs,
            networks,
            analysis.brought,
            answers,
            known_surfaces={q: s for q, s in analysis.surfaces.items() if q in same},
            draw=surfaces,
            tell=tell,
            by_period=not any(s.period for s in (*analysis.scenarios, scenario)),
        )
    baseline = analysis.baseline or analysis
    applied = analysis.scenarios if scenario.empty else (*analysis.scenarios, scenario)
    told = {
        **after.manifest,
        "scenario": scenario_facts(baseline.inputs.facilities, after.inputs.facilities),
    }
    if table is not None:
        told["inputs"] = {**told["inputs"], table.name: keep.file_digest(table)}
    if not all(s.changes_facilities_alone for s in applied):
        told["scenarios"] = [s.to_dict() for s in applied]
    result = dataclasses.replace(after, baseline=baseline, scenarios=applied, manifest=told)
    vars(result)["reaches"] = after.reaches
    return result


def _conclude(
    plan: Plan,
    inputs: Inputs,
    networks: Mapping[str, Network],
    brought: Brought,
    answers: _Answers,
    *,
    known_surfaces: Mapping[ReachQuery, Surface],
    tell: Tell,
    draw: bool = True,
    by_period: bool = True,
) -> Analysis:
    """Draw what is not drawn yet, judge, and gather the Analysis."""
    asker, reached = answers.asker, answers.reached
    surfaces = dict(known_surfaces)
    for query in reached:
        if draw and query.metric == "minutes" and query not in surfaces and asker.draws(query):
            tell(Sentence("analysis.drawing", {"query": query.title}))
            surfaces[query] = asker.surface(query, *servings_in(inputs, query))
    tell(Sentence("analysis.judging", {"rules": len(plan.rules)}))
    verdicts = judge(plan, inputs, reached)
    verdicts = told(inputs, answers.beyond, _beside_border(plan, inputs, asker, reached, verdicts))
    if by_period:
        verdicts = with_periods(plan, inputs, networks, asker.reaches, brought, reached, verdicts, tell)
    register = blank_spots(inputs)
    found = Analysis(
        study=inputs.study,
        plan=plan,
        inputs=inputs,
        networks=dict(networks),
        reached=reached,
        surfaces={q: surfaces[q] for q in reached if q in surfaces},
        verdicts=tuple(verdicts),
        findings=inputs.findings if register is None else (*inputs.findings, *register.findings),
        manifest=manifest(plan, inputs, networks),
        brought=brought,
        beyond=answers.beyond,
    )
    vars(found)["blank_spots"] = register
    vars(found)["reaches"] = asker.reaches  # what was made for the queries serves whoever asks next
    return found


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
        several = len(query.legs) > 1
        for number, serving in enumerate(servings_in(inputs, query), 1):
            column = leg_column(number, "facility_id") if several else "facility_id"
            outside = set(serving.loc[~serving["inside"].astype(bool), "facility_id"])
            if query not in alone and outside & set(frame[column].dropna()):
                alone[query] = asker.reach(query, *servings_in(inputs, query, inside_only=True))
    if not alone or inputs.demand is None:
        return list(verdicts)
    without = judge(plan, inputs, {**reached, **alone})
    result = []
    for verdict, other in zip(verdicts, without, strict=True):
        if verdict.people is None or verdict.observed == other.observed:
            result.append(verdict)
            continue
        gone = ((verdict.people == "covered") & (other.people != "covered")).to_numpy()
        lost = weights(inputs, verdict.rule_def)[gone]
        facts = {
            "observed": verdict.shown(other.observed),
            "outcome": other.outcome.sentence,
            "residents": math.fsum(lost),
        }
        said = (*verdict.assumptions, Sentence("analysis.without_outside", facts))
        result.append(dataclasses.replace(verdict, assumptions=said))
    return result
