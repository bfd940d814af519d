"""Siting on the street whose answers are worked out by hand: moves, conditions, proofs, closings."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
import shapely
from python_calamine import CalamineWorkbook

import carecircle
from carecircle import Outcome, UsageError
from carecircle.errors import CarecircleError, OutputError
from carecircle.outputs.map.offline import external_references
from carecircle.outputs.siting import write_siting
from carecircle.rules import Plan, load_plan
from carecircle.siting.means import Means
from carecircle.siting.needs import needs_of
from carecircle.siting.problem import build_problem, costs
from carecircle.siting.remedy import refuse, site
from carecircle.siting.result import SitingResult
from carecircle.study import Study, load_study
from worlds import east, street_study, write_csv

CENTRE = "社区卫生服务中心"


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> carecircle.Analysis:
    return carecircle.analyze(street_study(tmp_path_factory.mktemp("street")))


def places(result: SitingResult) -> list[str]:
    return [m.rsplit(":", 1)[1] for m in result.moves["move_id"]]


def verdict(analysis: carecircle.Analysis, rule: str) -> carecircle.Verdict:
    return next(v for v in analysis.verdicts if v.rule == rule)


@pytest.mark.parametrize(
    ("sites", "chosen", "gains"), [(0, [], []), (1, ["c"], [200]), (2, ["c", "d"], [200, 100])]
)
def test_the_best_sites_in_order(
    street: carecircle.Analysis, sites: int, chosen: list[str], gains: list[float]
) -> None:
    found = site(street, clauses=["S2"], sites=sites)
    assert (found.status, found.aim) == ("optimal", "most")
    assert places(found) == chosen
    assert found.moves["newly_covered"].tolist() == gains
    assert found.best is not None
    assert found.best.worth == found.best.bound == sum(gains)
    if sites:
        assert found.after is not None
        before, after = verdict(found.before, "S2").ledger, verdict(found.after, "S2").ledger
        assert after.covered - before.covered == sum(gains)  # type: ignore[union-attr]


def test_a_third_site_has_nothing_left_to_add(street: carecircle.Analysis) -> None:
    found = site(street, clauses=["S2"], sites=3)
    assert places(found) == ["c", "d"]


def test_the_cheapest_moves_that_make_a_clause_hold(street: carecircle.Analysis) -> None:
    found = site(street, clauses=["S2"], target=0.85)  # 892.5 of 1,050: c is enough
    assert (found.aim, found.best.worth, places(found)) == ("target", 1, ["c"])  # type: ignore[union-attr]
    dearer = site(street, clauses=["S2"], target=0.9)  # 945: c and d
    assert sorted(places(dearer)) == ["c", "d"]
    nothing = site(street, clauses=["S1"])
    assert nothing.best is not None
    assert (nothing.best.worth, nothing.after) == (0, None)


def test_several_clauses_are_mended_together(street: carecircle.Analysis) -> None:
    found = site(street, clauses=["S1", "S2"], target=0.95)
    kinds = sorted(zip(found.moves["category"], places(found), strict=True))
    assert [k for k, _ in kinds].count(CENTRE) == 2
    assert len(kinds) == 3
    assert found.after is not None
    for rule in ("S1", "S2"):
        assert verdict(found.after, rule).observed >= 0.95  # type: ignore[operator]


def test_impossible_with_a_certificate_that_few_lines_can_check(street: carecircle.Analysis) -> None:
    found = site(street, clauses=["S2"])  # everybody, but 50 live too far from any road
    assert (found.status, found.best, found.after) == ("infeasible", None, None)
    (why,) = found.impossible
    assert why.best_share == pytest.approx(1000 / 1050)
    assert (why.unplaced, why.beyond, why.out_of_reach) == (50, 0, ("n",))
    assert [(c.demand_id, c.residents, c.nearest_move) for c in why.certificate] == [("n", 50, None)]
    demand = street.inputs.demand.set_index("demand_id")
    moves = found.problem.moves
    for line in why.certificate:  # the check: nobody listed is within reach, and they are too many
        row = demand.loc[[line.demand_id]].reset_index()
        assert costs(street, found.problem.needs[0].query, row, moves, limit=15).nnz == 0
    assert sum(c.residents for c in why.certificate) > (1 - why.target) * why.in_scope
    assert why.sentence.text("zh") != why.sentence.text("en")


def test_a_limit_that_would_do_is_named(street: carecircle.Analysis) -> None:
    lon, lat = east(3100)
    own = gpd.GeoDataFrame({"facility_id": ["x"]}, geometry=[shapely.Point(lon, lat)], crs=4326)
    found = site(street, clauses=["S2"], target=0.85, places=own)  # c is 900 m away, d 5,900 m
    assert found.best is not None
    assert places(found) == ["x"]
    far = site(street, clauses=["S2"], target=0.9, places=own)
    (why,) = far.impossible
    assert [c.demand_id for c in why.certificate] == ["d", "n"]
    assert why.smallest_limit == pytest.approx(5.9 / 4 * 60, rel=1e-3)  # at 4 km/h
    assert why.certificate[0].cost == why.smallest_limit


def test_too_few_sites_is_its_own_answer(street: carecircle.Analysis) -> None:
    found = site(street, clauses=["S2"], target=0.9, sites=1)
    (why,) = found.impossible
    assert why.best_share == pytest.approx(900 / 1050)
    assert why.certificate == ()


def test_conditions_bind(street: carecircle.Analysis) -> None:
    new = [f"new:community health centre:{p}" for p in "cd"]
    problem = build_problem(street, needs_of(street, ["S2"]))
    assert set(new) <= set(problem.moves["move_id"])
    assert places(site(street, clauses=["S2"], sites=2, exclusive=[new])) == ["c"]
    assert places(site(street, clauses=["S2"], sites=1, must_open=[new[1]])) == ["d"]
    assert places(site(street, clauses=["S2"], budget=1.5)) == ["c"]
    lon, lat = east(4000)
    land = gpd.GeoDataFrame(geometry=[shapely.Point(lon, lat).buffer(0.001)], crs=4326)
    assert places(site(street, clauses=["S2"], sites=1, exclude=land)) == ["d"]


def test_places_of_every_sort(street: carecircle.Analysis) -> None:
    for sort in ("cells", "nodes"):
        found = site(street, clauses=["S2"], sites=2, places=sort, spacing_m=400)  # type: ignore[arg-type]
        assert found.status == "optimal"
    assert len(site(street, clauses=["S2"], sites=1, places="nodes", spacing_m=400).moves) <= 1


def own_places(*rows: tuple[str, float, str | None]) -> gpd.GeoDataFrame:
    """A planner's candidates: id, metres east, category."""
    points = [shapely.Point(*east(metres)) for _, metres, _ in rows]
    table = {"facility_id": [r[0] for r in rows], "category": [r[2] for r in rows]}
    return gpd.GeoDataFrame(table, geometry=points, crs=4326)


def test_a_place_with_a_category_of_its_own_gets_that_and_nothing_else(street: carecircle.Analysis) -> None:
    own = own_places(("x", 4000, "村卫生室"), ("y", 9000, CENTRE))  # x would cover 200, y covers 100
    found = site(street, clauses=["S2"], sites=2, places=own)
    assert found.moves[["category", "newly_covered"]].values.tolist() == [[CENTRE, 100]]
    assert places(found) == ["y"]
    built = dict(zip(found.problem.moves["move_id"], found.problem.moves["category"], strict=True))
    assert sorted(built.values()) == sorted(["村卫生室", CENTRE])
    silent = own_places(("x", 4000, None), ("y", 9000, " "))
    assert places(site(street, clauses=["S2"], sites=1, places=silent)) == ["x"]
    station = own_places(("x", 4000, CENTRE), ("y", 6000, "急救中心（站）"))  # each for its own clause
    both = site(street, clauses=["S1", "S2"], sites=2, places=station)
    assert sorted(zip(places(both), both.moves["newly_covered"], strict=True)) == [("x", 200), ("y", 100)]


@pytest.mark.parametrize(
    ("category", "key"), [("村卫生室", "siting.serves_nothing"), ("诊诊", "siting.no_such_category")]
)
def test_places_that_serve_nobody_are_refused(street: carecircle.Analysis, category: str, key: str) -> None:
    for asked in ({"places": own_places(("x", 4000, category))}, {"category": category}):
        with pytest.raises(UsageError) as caught:
            site(street, clauses=["S2"], sites=1, **asked)  # type: ignore[arg-type]
        assert caught.value.sentence.key == key
        assert category in caught.value.text("zh")


def without(study: Path, section: str) -> Path:
    """The study without one of its sections."""
    head, _, rest = study.read_text(encoding="utf-8").partition(f"[{section}]\n")
    study.write_text(f"{head}[{rest.partition('[')[2]}".rstrip("["), encoding="utf-8")
    return study


def test_the_first_facility_of_all_is_sited_once_its_category_is_said(tmp_path: Path) -> None:
    """Walkers of a and b (700) reach one centre within 1,000 m; c and d live alone."""
    analysis = carecircle.analyze(without(street_study(tmp_path), "facilities"))
    assert verdict(analysis, "S2").outcome is Outcome.NOT_ASSESSED
    with pytest.raises(UsageError) as caught:
        site(analysis, clauses=["S2"], sites=1)
    assert caught.value.sentence.key == "siting.no_facilities"
    assert CENTRE in caught.value.text("en")
    found = site(analysis, clauses=["S2"], sites=2, category=CENTRE)
    assert found.moves["newly_covered"].tolist() == [700, 200]
    assert found.after is not None
    assert verdict(found.after, "S2").ledger.covered == 900  # type: ignore[union-attr]
    assert found.before is analysis
    assert found.closings == ()
    # 5 km around c: a, b, c and d.
    cheapest = site(analysis, clauses=["S1"], target=0.9, category="急救中心（站）")
    assert cheapest.best is not None
    assert cheapest.best.worth == 1


def test_what_is_known_before_any_analysis_is_refused_before_it(tmp_path: Path) -> None:
    study = load_study(street_study(tmp_path))
    plan, other = load_plan(study.plan), load_plan("luojiang")

    def faults(*clauses: str, of: Plan = plan, about: Study = study, **asked: Any) -> list[str]:
        options = {k: asked.pop(k) for k in ("target", "sites") if k in asked}
        with pytest.raises(CarecircleError) as caught:
            refuse(about, of, clauses, Means(**asked), **options)
        return [f.sentence.key for f in getattr(caught.value, "faults", (caught.value,))]

    refuse(study, plan, ["S1", "S2"], Means(), target=0.9, sites=2)
    refuse(study, plan, ["S2"], Means(places=own_places(("x", 4000, CENTRE), ("y", 9000, None))))
    assert faults("S9") == ["siting.clause_unknown"]
    assert faults() == ["siting.no_clause"]
    assert faults("L1", "L10", "B1", of=other) == ["siting.clause_unfit", "siting.clause_unknown"]
    assert faults("S1", target=1.5, sites=-1, spacing_m=0, budget=-1, upgrade=["诊诊"]) == [
        "siting.bad_spacing", "siting.bad_budget", "siting.no_such_category", "siting.bad_share",
        "siting.bad_sites",
    ]  # fmt: skip
    bare = load_study(without(without(study.file, "facilities"), "roads"))  # type: ignore[arg-type]
    assert faults("S1", about=bare) == ["siting.no_facilities"]
    assert faults("S2", about=bare, category=CENTRE, places="nodes") == [
        "siting.no_roads_to_judge", "siting.no_roads",
    ]  # fmt: skip


def test_an_upgrade_is_chosen_where_it_is_cheaper(tmp_path: Path) -> None:
    study = street_study(tmp_path, extra='[[more_facilities]]\npath = "clinic.csv"\n')
    lon, lat = east(4000)
    write_csv(
        tmp_path / "clinic.csv",
        [{"facility_id": "clinic", "name": "诊所", "category": "村卫生室", "lon": lon, "lat": lat}],
    )
    analysis = carecircle.analyze(study)
    found = site(analysis, clauses=["S2"], target=0.85, upgrade=["村卫生室"], upgrade_price=0.4)
    assert found.moves[["kind", "replaces", "price"]].values.tolist() == [["upgrade", "clinic", 0.4]]
    assert found.best is not None
    assert found.best.worth == pytest.approx(0.4)
    assert found.after is not None
    facilities = found.after.inputs.facilities.set_index("facility_id")
    assert facilities.at["clinic", "status"] == "closed"
    assert verdict(found.after, "S2").observed == pytest.approx(900 / 1050)


def test_closing_names_who_would_be_lost(street: carecircle.Analysis) -> None:
    lost = {(c.rule, c.facility_id): c for c in site(street, clauses=["S1", "S2"], sites=1).closings}
    assert (lost["S1", "station"].residents, lost["S1", "station"].single_point) == (950, True)
    assert (lost["S2", "centre"].residents, lost["S2", "centre"].single_point) == (700, False)
    without = carecircle.reanalyze(street, close=["station"])
    assert verdict(without, "S1").outcome is Outcome.FAIL
    assert verdict(without, "S1").observed == lost["S1", "station"].share_after == 0


def test_alternatives_are_within_one_percent_and_in_order(street: carecircle.Analysis) -> None:
    found = site(street, clauses=["S2"], sites=1, places="nodes", spacing_m=50, alternatives=4)
    worths = [a.worth for a in found.alternatives]
    assert worths == sorted(worths, reverse=True)
    assert all(w >= 0.99 * found.best.worth for w in worths)  # type: ignore[union-attr]
    assert len({a.moves for a in found.alternatives} | {found.best.moves}) == len(worths) + 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ({"clauses": ["Z9"]}, "siting.clause_unknown"),
        ({"clauses": []}, "siting.no_clause"),
        ({"clauses": ["S2"], "target": 2}, "siting.bad_share"),
        ({"clauses": ["S2"], "sites": 1, "must_open": ["x"]}, "siting.no_such_move"),
        ({"clauses": ["S2"], "sites": 1, "spacing_m": 0}, "siting.bad_spacing"),
        ({"clauses": ["S2"], "sites": 1, "upgrade": ["诊诊"]}, "siting.no_such_category"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    street: carecircle.Analysis, asked: dict[str, Any], key: str
) -> None:
    with pytest.raises(UsageError) as caught:
        site(street, **asked)
    assert caught.value.sentence.key == key
    assert caught.value.text("zh") != caught.value.text("en")


def test_the_folder(street: carecircle.Analysis, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    found = site(street, clauses=["S2"], sites=2)
    files = write_siting(found, tmp_path)
    assert [f.name for f in files] == ["siting.json", "siting_map.html", "siting.xlsx", "siting.gpkg"]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*(f.name for f in files), "mine.txt"])
    data = json.loads((tmp_path / "siting.json").read_text(encoding="utf-8"))
    assert (data["status"], data["objective"], data["bound"], data["gap"]) == ("optimal", 300, 300, 0)
    assert [s["newly_covered"] for s in data["sites"]] == [200, 100]
    assert {(a["demand_id"], a["residents"]) for a in data["allocation"]} == {("c", 200), ("d", 100)}
    assert {c["rule"]: c["observed_after"] for c in data["clauses"]}["S2"] == pytest.approx(1000 / 1050)
    page = (tmp_path / "siting_map.html").read_text(encoding="utf-8")
    assert external_references(page) == []
    book = CalamineWorkbook.from_path(str(tmp_path / "siting.xlsx"))
    assert book.sheet_names[0] == "选址"
    sites = gpd.read_file(tmp_path / "siting.gpkg", layer="sites")
    assert sites["newly_covered"].tolist() == [200, 100]
    gap = gpd.read_file(tmp_path / "siting.gpkg", layer="demand")
    assert gap["covered_after"].all()
    assert math.fsum(gap["residents"]) == 300


def test_layers_that_cannot_be_written_are_an_error_of_the_place(
    street: carecircle.Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As GDAL tells a full disk: named, and nothing of the answer is left behind."""

    def full(*_: object, **__: object) -> None:
        raise pyogrio.errors.DataSourceError("disk full")

    monkeypatch.setattr(pyogrio, "write_dataframe", full)
    with pytest.raises(OutputError, match="disk full"):
        write_siting(site(street, clauses=["S2"], sites=2), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_impossible_answer_is_written_too(street: carecircle.Analysis, tmp_path: Path) -> None:
    files = write_siting(site(street, clauses=["S2"]), tmp_path)
    data = json.loads(files[0].read_text(encoding="utf-8"))
    assert (data["status"], data["objective"], data["sites"]) == ("infeasible", None, [])
    assert data["impossible"][0]["certificate"][0]["demand_id"] == "n"
    assert "证明清单" in CalamineWorkbook.from_path(str(tmp_path / "siting.xlsx")).sheet_names
