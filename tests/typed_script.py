"""A user's script that uses every public name; ``make lint`` holds it to mypy --strict.

It is read, not run: each function is what a user would write with the names of one section of the API page.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

import carecircle
from carecircle import (
    Analysis,
    CarecircleError,
    InputError,
    Outcome,
    OutputError,
    Plan,
    PlanError,
    Scenario,
    Study,
    StudyError,
    UsageError,
    Verdict,
    analyze,
    breakpoints,
    judge,
    load_plan,
    load_study,
    reanalyze,
    uncertainty,
)
from carecircle.access import (
    Decay,
    Raam,
    balanced_fca,
    balancing_cost,
    binary,
    cumulative,
    cumulative_interval,
    enhanced_two_step_fca,
    everywhere,
    exponential,
    gaussian,
    gravity,
    linear,
    modified_two_step_fca,
    nearest_nth,
    power,
    raam,
    spatial_availability,
    stepped,
    three_step_fca,
    two_step_fca,
)
from carecircle.access.inequality import (
    Theil,
    concentration,
    gini,
    kappa_of_inequality_aversion,
    kappa_of_squared_weights,
    kolm_pollak,
    lorenz,
    palma,
    poverty,
    theil,
    weighted_quantile,
)
from carecircle.analysis.periods import period_scenario
from carecircle.analysis.scenario_file import read_scenario
from carecircle.categories import canonical, label, select
from carecircle.certainty import Breakpoint, Certainty, sureness
from carecircle.demo import write_county
from carecircle.doctor import Diagnosis, examine
from carecircle.emergency.calls import calls_in_order, nearest_first
from carecircle.emergency.erlang import erlang_b, erlang_c
from carecircle.emergency.fleet import busy_units
from carecircle.emergency.hypercube import hypercube
from carecircle.emergency.larson import larson
from carecircle.emergency.made import busy_share
from carecircle.emergency.response import response
from carecircle.emergency.turning import turning_share
from carecircle.errors import CapacityError, SeveralError
from carecircle.inputs.datum import to_wgs84, wgs84_to_gcj02
from carecircle.inputs.load import Inputs, load_inputs
from carecircle.inputs.sites import read_polygons, read_sites
from carecircle.ledgers import InputsLedger, PeopleLedger
from carecircle.missing_roads import MissingRoads, missing_roads
from carecircle.outputs import gap_map, write
from carecircle.outputs.base import offline_base
from carecircle.outputs.findings_map import findings_map
from carecircle.outputs.mending import write_mended
from carecircle.outputs.siting import write_siting
from carecircle.outputs.siting_map import siting_map
from carecircle.outputs.vital import write_vital
from carecircle.profiles import Profile, modes, profile
from carecircle.profiles import register as register_mode
from carecircle.reach.answers import Path as Way
from carecircle.reach.asked import Reach
from carecircle.reach.interchange import edges_from_networkx, to_networkx
from carecircle.reach.isochrones import isochrones
from carecircle.reach.kernels import nearest
from carecircle.reach.network.model import Network
from carecircle.reach.surface import Cells, Surface, region_cells, travel_time_surface
from carecircle.reach.travel import nearest_facility, path, service_areas, travel_time_matrix
from carecircle.rules import (
    BlankSpot,
    BlankSpots,
    ByBusy,
    ByPeriod,
    ByRoad,
    ChainPart,
    Change,
    Comparison,
    Condition,
    CountyRow,
    Flip,
    Inconsistency,
    Leg,
    Project,
    ReachQuery,
    Referral,
    Rule,
    RuleKind,
    RuleUnit,
    blank_spots,
    by_area,
    catalogue,
    compare,
    decide,
    inconsistencies,
    kind_of,
    kinds,
    known_inconsistencies,
    margin,
    nearest_query,
    need_sentence,
    needs,
    plan_schema,
    plans_json,
    read_verdicts,
    register,
    required,
    unlocks,
    verdict_schema,
)
from carecircle.runs.blank_spots import BlankYear, blank_history
from carecircle.schema import Finding
from carecircle.siting.ambulances import station_ambulances
from carecircle.siting.conditions import Conditions, Terms
from carecircle.siting.effort import Effort
from carecircle.siting.means import Means
from carecircle.siting.models import (
    capacitated_mclp,
    capacitated_p_median,
    double_standard,
    lscp,
    lscp_backup,
    mclp,
    mexclp,
    p_center,
    p_dispersion,
    p_median,
    partial_cover,
)
from carecircle.siting.placing import Placing
from carecircle.siting.remedy import SitingResult, site
from carecircle.siting.result import FleetFound
from carecircle.siting.solution import Solution
from carecircle.siting.whole.conflicts import Conflict
from carecircle.siting.whole.mend import Mended, mend
from carecircle.siting.whole.phases import Phase
from carecircle.starter import init
from carecircle.study import Emergency, study_schema
from carecircle.study.certainty import Unsure
from carecircle.texts import Sentence
from carecircle.vital.closing import Closed
from carecircle.vital.flooded import flooded
from carecircle.vital.losing import Loss
from carecircle.vital.single import SinglePoint
from carecircle.vital.streets import Street, Vital
from carecircle.vital.study import Changed, VitalResult, vital


def unmet(verdicts: list[Verdict]) -> dict[str, float]:
    """Residents affected by each rule that fails."""
    return {v.rule: v.residents_affected or 0.0 for v in verdicts if v.outcome is Outcome.FAIL}


def run(file: Path, out: Path) -> int:
    """Judge a study by its own plan and by another, write its map, and say what is wrong."""
    try:
        study: Study = load_study(file)
        plan: Plan = load_plan("luojiang")
        analysis = analyze(study)
        print(carecircle.__version__, plan.title, unmet(list(analysis.verdicts)))
        print(unmet(judge(plan, analysis.inputs, analysis.reached)))
        without: Analysis = reanalyze(analysis, add=[], close=["F001"])
        files: list[Path] = [*write(analysis, out), *without.write(out / "without")]
        html: str = analysis._repr_html_()
        return len(html) + len(files)
    except SeveralError as several:
        print([fault.sentence.key for fault in several.faults])
    except (StudyError, PlanError) as error:
        print(error.file, error.row, error.text("zh"))
    except InputError as error:
        print(error.sentence.key, error.column, error.value)
    except (UsageError, OutputError, CapacityError) as error:
        print(error.text("en"))
    except CarecircleError as error:
        print(error)
    return 2


def reach(inputs: Inputs, graph: nx.MultiDiGraph) -> tuple[pd.DataFrame, gpd.GeoDataFrame, float]:
    """Who is nearest, what lies within a quarter of an hour, and how far the first resident goes."""
    network: Network = Network.from_networkx(graph, mode="drive")
    edges = edges_from_networkx(to_networkx(network), mode="drive")
    again = Network.from_edges(edges, mode="drive").without([int(edges["edge_id"].iloc[0])])
    demand, facilities = inputs.demand, inputs.facilities
    serving = facilities[select(facilities, ["综合医院"], [])]
    serving.explore(m=offline_base(serving), legend=False)
    reached: pd.DataFrame = nearest_facility(again, demand, serving, metric="minutes")
    areas = service_areas(network, demand, serving, limit=15)
    table = travel_time_matrix(network, demand, serving, limit=60)
    way: Way | None = path(network, shapely.Point(0, 0), serving.geometry.iloc[0])
    cells: Cells = region_cells(inputs.region, inputs.crs, cell_m=250)
    surface: Surface = travel_time_surface(network, serving, cells)
    indptr, indices, cost = network.csr("minutes")
    seconds, _ = nearest(indptr, indices, cost, np.array([0]))
    drawn: gpd.GeoDataFrame = isochrones(network, serving, [15.0])
    print(len(areas), table.shape, surface.values.shape, float(seconds.max()))
    return reached, drawn, way.minutes if way is not None else float("nan")


def ride(study: Study, mine: Reach) -> tuple[Analysis, ReachQuery]:
    """A mode and a reach of one's own, and a slow morning after the flood closed a bridge."""
    walk: Profile = profile("walk")
    words = {"zh": "骑车", "en": "cycling"}
    register_mode(
        dataclasses.replace(walk, mode="bicycle", name=words, by=words, speed_kph={"residential": 12.0})
    )
    analysis = analyze(study, reaches={("minutes", "walk"): mine})
    assert "bicycle" in modes()
    rush: Scenario | None = period_scenario(analysis, "rush") if analysis.study.periods else None
    flood = rush or Scenario(
        closed_edges=[12, 13], time_factors={"drive": {"primary": 1.5, "*": 1.2}}, period="07:30-09:00",
        change={"F001": {"beds": 120}}, year=2030,
    )  # fmt: skip
    station = Leg(("急救中心（站）",), mode="ambulance", direction="from_facility")
    return reanalyze(analysis, scenario=flood), ReachQuery(legs=[station, Leg(("医院",), mode="ambulance")])


def ambulances(minutes: Any, people: Any) -> None:
    """Ambulances that are sometimes busy, and where they stand."""
    calls = nearest_first(people, minutes).scaled(0.5)
    print(hypercube(calls).workload, larson(calls).answers, busy_units(calls).exact, erlang_b(2, 0.5))
    share = busy_share(minutes, people, calls_a_min=0.01, service=lambda answered: 30 + answered)
    found = response(minutes, people, busy_share=share, service_min=40.0)
    print(
        found.mean, turning_share(lambda b: found.mean + b, 16), erlang_c(2, 0.5), calls_in_order([1], [[0]])
    )
    far = mexclp(minutes, people, limit=15, busy=share, ambulances=2)
    print(far.sites, double_standard(minutes, people, near=8, far=15, share=0.8, ambulances=2).status)


def rules_of(plan: Plan) -> list[ReachQuery]:
    """What a plan asks, needs and contradicts."""
    rule: Rule = plan.find("L1.radius")
    each: Condition | None = rule.each
    projects: tuple[Project, ...] = plan.projects
    print(len(projects))
    kind: RuleKind = kind_of(rule)
    print([k.name for k in kinds()], kind.requires, register, nearest_query(rule).title)
    said: list[Sentence] = [need_sentence(code) for code in needs(rule)]
    found: list[Inconsistency] = inconsistencies(plan)
    recorded = known_inconsistencies().get(plan.id, {})
    print(each, [s.text("zh") for s in said], [i.key for i in found if i.key in recorded], catalogue())
    print(json.dumps(plans_json([plan])), study_schema(), plan_schema(), verdict_schema())
    return required(plan)


def read(verdict: Verdict, inputs: Inputs) -> pd.DataFrame:
    """A verdict in all its parts, and town by town."""
    flip: Flip | None = verdict.flip
    road: ByRoad | None = verdict.by_road
    busy: ByBusy | None = verdict.by_busy
    hours: tuple[ByPeriod, ...] = verdict.by_period
    stages: tuple[ChainPart, ...] = verdict.stages
    ways: tuple[Referral, ...] = verdict.referrals
    register: BlankSpots | None = blank_spots(inputs)
    spots: tuple[BlankSpot, ...] = () if register is None else register.spots
    years: list[BlankYear] = blank_history([])
    print(busy, hours, stages, ways, spots, years)
    ledger: PeopleLedger | None = verdict.ledger
    units: tuple[RuleUnit, ...] = verdict.units
    counties: tuple[CountyRow, ...] = verdict.counties
    came: InputsLedger | None = inputs.ledger
    outcome: Outcome = decide(0.9, 0.95, ">=", 0.9)
    print(margin(0.95, outcome, ">=", 0.9))
    print(flip, road.paper_only if road else None, ledger.covered if ledger else None, len(units), outcome)
    print(came.inside if came else None, unlocks([verdict])[:1], [c.numerator for c in counties])
    return by_area(verdict, inputs, "town")


def turned(before: Path, after: Path) -> list[str]:
    """Rules whose outcome turned between two runs."""
    comparison: Comparison = compare(read_verdicts(before), read_verdicts(after))
    changes: tuple[Change, ...] = comparison.changes
    return [change.rule for change in changes if change.turned]


def prepare(folder: Path) -> folium.Map:
    """A study folder, a county to try on, and what the doctor says of it."""
    files: list[Path] = init(folder / "mine", "panzhihua", language="zh")
    write_county(folder / "county")
    inputs = load_inputs(load_study(folder / "county"), modes=("walk",))
    diagnosis: Diagnosis = examine(folder / "county")
    errors: tuple[Finding, ...] = diagnosis.errors
    lon, lat = to_wgs84(*wgs84_to_gcj02([104.5], [31.3]), "gcj02")
    print(files, len(inputs.facilities), errors, lon, lat, label(canonical("卫生院") or "", "en"))
    return findings_map(diagnosis, "zh")


def as_frames(analysis: Analysis) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame, SitingResult]:
    """Who is left out, what each facility serves, every verdict a row, and the best sites."""
    gap: gpd.GeoDataFrame = analysis.gaps("B1.circle")
    everybody = analysis.gaps()
    areas = analysis.service_areas("B1.circle", limit=20, cell_m=200)
    best = analysis.site("B1.circle", sites=3)
    return pd.concat([gap, everybody]), areas, analysis.verdicts_frame("zh"), best


def lanes(analysis: Analysis) -> gpd.GeoDataFrame:
    """The lanes that are likely missing where most residents live off every road."""
    found: MissingRoads = missing_roads(analysis, "walk", beyond_m=500.0)
    print(found.residents, found.verdicts)
    return found.links[found.links["group_id"] == found.groups["group_id"].iloc[0]]


def build(analysis: Analysis, folder: Path) -> tuple[folium.Map, folium.Map]:
    """Where to build for a clause, drawn and written; and the study with a planner's own table of sites."""
    shut = read_polygons(folder / "water.gpkg")
    result: SitingResult = site(analysis, clauses=["B1"], sites=3, means=Means(exclude=shut), budget=4.0)
    files: list[Path] = write_siting(result, folder)
    add, close = read_sites(folder / "sites.csv")
    print(files)
    return siting_map(result), gap_map(reanalyze(analysis, add=add, close=close))


def mended(analysis: Analysis, folder: Path) -> Analysis:
    """The whole plan mended: its first year, why not all can hold, and the last year judged from the file."""
    found: Mended = mend(analysis, alternatives=2, time_limit=60.0)
    first: Phase = found.phases[0]
    conflict: Conflict | None = found.conflict
    print([move.name for move in first.moves], conflict and conflict.together, write_mended(found, folder))
    return reanalyze(analysis, scenario=read_scenario(folder / "mend_scenario.json"))


def next_ambulances(analysis: Analysis) -> float | None:
    """Where the next three stand, and how busy they then are."""
    placing = Placing(3, limit=15, most=2)
    result: SitingResult = station_ambulances(analysis, clause="B5", placing=placing, spacing_m=1000)
    print(result.moves[["name", "standing", "ambulances"]])
    return None if result.fleet is None else result.fleet.busy


def solve(cost: Any, residents: Any, between: Any) -> list[Solution]:
    """Every siting model on one matrix of minutes."""
    given = Conditions(keep=(0,), forbidden=(3,))
    room = [20_000.0] * 12
    return [
        lscp(cost, limit=15),
        lscp_backup(cost, residents, limit=15),
        mclp(cost, residents, limit=15, sites=3, conditions=given),
        mclp(cost, residents, limit=15, terms=Terms(3, given), effort=Effort(time_limit=30, threads=2)),
        partial_cover(cost, residents, limit=15, share=0.9),
        p_median(cost, residents, sites=3),
        p_center(cost, sites=3),
        p_dispersion(between, sites=3),
        capacitated_mclp(cost, residents, limit=15, capacity=room, sites=3),
        capacitated_p_median(cost, residents, capacity=room, sites=3),
    ]


def access(cost: Any, beds: Any, residents: Any) -> tuple[Any, Raam]:
    decays: list[Decay] = [binary(30), linear(30), exponential(0.1), power(1.0), gaussian(15), everywhere()]
    zones = stepped({10: 1.0, 20: 0.68, 30: 0.22})
    shared = [two_step_fca(cost, beds, residents, limit=30)]
    more = (enhanced_two_step_fca, three_step_fca, modified_two_step_fca, balanced_fca)
    shared += [measure(cost, beds, residents, decay=zones) for measure in more]
    shared.append(spatial_availability(cost, beds, residents, decay=decays[0].within(20)))
    near = [cumulative(cost, beds, limit=30), cumulative_interval(cost, beds, limits=[20, 30])]
    near += [
        gravity(cost, beds, decay=decays[2]),
        nearest_nth(cost, n=2),
        balancing_cost(cost, beds, residents),
    ]
    return [*shared, *near], raam(cost, beds, residents, tau=60)


def equity(values: Any, residents: Any, income: Any, towns: Any) -> tuple[float, Theil]:
    people, held = lorenz(values, residents)
    kappa = kappa_of_inequality_aversion(values, residents, epsilon=-0.5)
    other = kappa_of_squared_weights(values, residents, epsilon=-0.5)
    figures = [gini(values, residents), palma(values, residents, income), float(people[0] + held[0])]
    figures += [concentration(values, residents, income), poverty(values, residents, line=30, above=True)]
    figures += [kolm_pollak(values, residents, kappa=k) for k in (kappa, other)]
    return max(figures) + weighted_quantile(values, residents, 0.9), theil(values, residents, towns)


def how_sure(analysis: Analysis) -> tuple[float | None, pd.DataFrame]:
    points: tuple[Breakpoint, ...] = breakpoints(analysis)["L1"]
    speed = Unsure(what="speed", distribution="lognormal", sd=0.15)
    found: Certainty = uncertainty(analysis, draws=64, seed=1, unsure=(speed,))
    print([said.text("zh") for said in sureness(found.analysis, found.analysis.verdicts[0])])
    return points[0].low, found.frame()


def hangs(analysis: Analysis, water: gpd.GeoDataFrame, folder: Path) -> tuple[float, list[Path]]:
    found: VitalResult = vital(analysis, close=2, water=water, streets=3)
    closed: Closed | None = found.closed
    single: tuple[SinglePoint, ...] = found.single
    rules: tuple[Vital, ...] = found.streets
    streets: list[Street] = [street for rule in rules for street in rule.streets]
    flood: Changed | None = found.flood
    lost: tuple[Loss, ...] = () if flood is None else flood.losses
    worst = max(
        [s.residents for s in streets] + [p.residents for p in single] + [x.residents or 0 for x in lost]
    )
    edges = len(flooded(analysis, water, bridges=False))
    return worst + edges + (0 if closed is None else closed.residents), write_vital(found, folder)


def fleets(found: FleetFound, stages: Emergency) -> float:
    return stages.call_min + len(found.told())
