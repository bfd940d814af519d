"""A prefecture county by county: a Panzhihua of five counties at made-up coordinates, judged in one run."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import python_calamine
from shapely.geometry import Point, box, mapping

import carecircle
from carecircle.inputs.load import Inputs
from carecircle.rules import Outcome, Plan, Verdict, judge, load_plan, required, verdict_schema
from carecircle.runs.baseline import baseline_verdicts
from ruleworlds import areas_of, demand_of, facilities_of, inputs_of, plan_of, reached_of, totals_of

COUNTIES = {
    "510402": ("东区", 407_322, 4_105), "510403": ("西区", 123_131, 6_275),
    "510411": ("仁和区", 155_610, 109_952), "510421": ("米易县", 99_881, 127_130),
    "510422": ("盐边县", 57_434, 121_363),
}  # fmt: skip
"""Name, urban and rural residents (those of the census of 2020)."""
CENTRES = {"510402": 5, "510403": 2, "510411": 3, "510421": 1, "510422": 0}
"""社区卫生服务中心: 东区 needs 5 (407,322 / 100,000, rounded up), 盐边 1 and has none."""
BEDS = {"510402": 4000.0, "510403": 900.0, "510411": 1200.0, "510421": 850.0, "510422": 600.0}


def areas(only: tuple[str, ...] = tuple(COUNTIES)) -> Any:
    """Each county with one town that is a 街道 (东区, 西区, 仁和区 only) and one 镇."""
    rows: list[dict[str, Any]] = []
    for at, (code, (name, urban, rural)) in enumerate(COUNTIES.items()):
        if code not in only:
            continue
        x = at * 10_000
        rows.append({"area_id": code, "name": name, "level": "county", "official_residents": urban + rural,
                     "geometry": box(x, 0, x + 10_000, 10_000)})  # fmt: skip
        ends = (("001", "城中街道" if at < 3 else "城关镇", True), ("100", "山里镇", False))
        for number, (end, town, mark) in enumerate(ends):
            rows.append({
                "area_id": code + end, "name": town, "level": "town", "parent_id": code, "urban": mark,
                "geometry": box(x, number * 5000, x + 10_000, number * 5000 + 5000),
            })  # fmt: skip
    return areas_of(*rows)


def facilities() -> Any:
    rows: list[dict[str, Any]] = []
    for code in COUNTIES:
        town = code + "001"
        rows.append({"category": "综合医院", "area_id": town, "designations": ("县办", "二级甲等"),
                     "attributes": {"beds": BEDS[code], "nurses": 100.0}})  # fmt: skip
        rows += [{"category": "社区卫生服务中心", "area_id": town} for _ in range(CENTRES[code])]
        rows.append({"category": "乡镇卫生院", "area_id": code + "100",
                     "attributes": {"departments": "中医馆"}})  # fmt: skip
    rows[0]["designations"] = ("市办", "三级甲等")
    for row in rows:
        row.setdefault("attributes", {})
        row["attributes"] = {"beds": 0.0, "nurses": 0.0, "departments": "", **row["attributes"]}
    return facilities_of(*rows)


def world(*only: str, **more: Any) -> Inputs:
    chosen = only or tuple(COUNTIES)
    people = [
        {"area_id": code + end, "residents": float(n), "urban": end == "001", "geometry": Point(at * 1e4, 0)}
        for at, (code, (_, urban, rural)) in enumerate(COUNTIES.items()) if code in chosen
        for end, n in (("001", urban), ("100", rural))
    ]  # fmt: skip
    there = facilities()
    there = there[there["area_id"].str[:6].isin(chosen)]
    return inputs_of(areas=areas(chosen), facilities=there, demand=demand_of(*people), **more)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan("panzhihua")


@pytest.fixture(scope="module")
def city(plan: Plan) -> dict[str, Verdict]:
    return {v.rule: v for v in judge(plan, world(), {})}


def test_county_rows_add_up_to_the_city_s(city: dict[str, Verdict]) -> None:
    added = 0
    for verdict in city.values():
        whole = verdict.parts
        if whole is None or not verdict.counties:
            continue
        rows = verdict.counties
        tops = [r.numerator for r in rows]
        if None in tops:
            continue
        assert math.isclose(math.fsum(t or 0.0 for t in tops), whole[0]), verdict.rule
        if whole[1] is not None:
            assert math.isclose(math.fsum(r.denominator or 0.0 for r in rows), whole[1]), verdict.rule
        added += 1
    assert added > 25


def test_every_ratio_share_count_and_presence_is_broken_down(city: dict[str, Verdict]) -> None:
    for verdict in city.values():
        rule = verdict.rule_def
        asked = rule.kind in ("ratio", "share", "count", "presence") and rule.by != "named"
        if asked:
            assert {r.name for r in verdict.counties} <= {name for name, _, _ in COUNTIES.values()}
            assert len(verdict.counties) == (len(rule.unit_names) or 5), verdict.rule


def test_beds_by_hand(city: dict[str, Verdict]) -> None:
    """7,550 beds on 1,212,203 residents are 6.228 per 1,000; 米易 850 on 227,011 are 3.744."""
    verdict = city["P6.beds"]
    rows = {r.name: r for r in verdict.counties}
    assert verdict.parts == (7550.0, 1_212_203.0)
    assert verdict.observed == pytest.approx(6.2283, abs=1e-4)
    assert (rows["米易县"].numerator, rows["米易县"].denominator) == (850.0, 227_011.0)
    assert rows["米易县"].observed == pytest.approx(3.7443, abs=1e-4)
    assert {r.outcome for r in verdict.counties} == {Outcome.NO_THRESHOLD}  # the city's mean


def test_centres_are_settled_county_by_county(city: dict[str, Verdict]) -> None:
    """11 centres would do for the city (843,378 urban residents ask for 9 to 28); 盐边 has none of them."""
    load = city["P2.load"]
    outcomes = {r.name: r.outcome for r in load.counties}
    assert outcomes.pop("盐边县") is Outcome.FAIL
    assert set(outcomes.values()) == {Outcome.PASS}
    assert (load.outcome, load.margin) == (Outcome.FAIL, None)
    assert "盐边县" in load.reason.text("zh")
    assert load.residents_affected == 57_434.0
    assert sum(r.numerator or 0 for r in load.counties) == 843_378.0
    street = city["P2.street"]
    assert {r.name: r.outcome for r in street.counties}["盐边县"] is Outcome.FAIL  # no 街道: the load decides
    assert {r.name: r.outcome for r in street.counties}["米易县"] is Outcome.PASS
    assert street.outcome is Outcome.FAIL


def test_what_is_asked_of_a_county_is_judged_there(city: dict[str, Verdict]) -> None:
    hall = {r.name: r for r in city["P9.tcm_hall"].counties}
    assert hall["盐边县"].outcome is Outcome.PASS  # its one 卫生院 has a hall, it has no centre
    assert (hall["东区"].numerator, hall["东区"].denominator) == (1.0, 6.0)
    assert hall["东区"].outcome is Outcome.FAIL


def test_a_county_s_rows_are_what_the_county_alone_comes_to(plan: Plan, city: dict[str, Verdict]) -> None:
    for code, (name, _, _) in COUNTIES.items():
        alone = {v.rule: v for v in judge(plan, world(code), {})}
        assert not any(v.counties for v in alone.values())
        for verdict in city.values():
            row = next((r for r in verdict.counties if r.id == code), None)
            if row is not None and verdict.rule_def.for_level == "" and verdict.rule in alone:
                assert row.outcome is alone[verdict.rule].outcome, (name, verdict.rule)


def test_a_county_under_its_prefecture_s_plan(plan: Plan) -> None:
    verdicts = {v.rule: v for v in judge(plan, world("510421"), {})}
    asked = {"P7.13", "P7.14", "P7.15", "P2.load", "P12.cdc_miyi", "P11.counties"}
    assert asked <= set(verdicts)
    assert not {"P7.01", "P7.12", "P7.16", "P6.beds", "P11.east", "P5.township"} & set(verdicts)
    assert all("rules.plan_above" in [a.key for a in v.assumptions] for v in verdicts.values())


def test_residents_within_a_radius_are_broken_down_too(plan: Plan) -> None:
    from carecircle.reach.travel import nearest_facility

    there = world()
    query = next(q for q in required(plan) if q.metric == "straight_m")
    moved = there.facilities.assign(category="急救中心（站）").iloc[:1]
    reached = nearest_facility(None, there.demand, moved, direction="from_facility", metric="straight_m")
    found = next(v for v in judge(plan, there, {query: reached}) if v.rule == "P1.urban")
    assert found.ledger is not None
    assert found.counties[0].name == "东区"
    assert sum(r.numerator or 0 for r in found.counties) == found.ledger.covered == 407_322.0
    assert sum(r.denominator or 0 for r in found.counties) == found.ledger.in_scope == 843_378.0


def test_the_rows_are_written(city: dict[str, Verdict]) -> None:
    document = {
        "schema": "carecircle/verdicts/1", "study": "p", "plan": "panzhihua", "year": 2025, "ledger": None,
        "verdicts": [v.to_dict("en") for v in city.values()],
    }  # fmt: skip
    jsonschema.validate(document, verdict_schema())
    row = city["P6.beds"].to_dict("zh")["counties"][3]
    assert (row["id"], row["name"], row["outcome"]) == ("510421", "米易县", "NO_THRESHOLD")
    assert set(row) == {"id", "name", "numerator", "denominator", "observed", "outcome", "state"}


def test_a_facility_of_no_county_is_said(plan: Plan) -> None:
    there = world()
    there.facilities.loc[there.facilities.index[0], "area_id"] = None
    beds = next(v for v in judge(plan, there, {}) if v.rule == "P6.beds")
    assert any(a.key == "rules.in_no_county" for a in beds.assumptions)
    assert sum(r.numerator or 0 for r in beds.counties) == 3550.0


# ---- census rows added up ----
def test_census_rows_are_added_up(plan: Plan) -> None:
    rows = [(code, "residents", urban + rural, 2020) for code, (_, urban, rural) in COUNTIES.items()]
    found = next(v for v in judge(plan, world(totals=totals_of(*rows)), {}) if v.rule == "P6.beds")
    assert found.parts == (7550.0, 1_212_203.0)
    assert any(a.key == "rules.added_up" for a in found.assumptions)


def test_a_figure_of_the_city_is_no_county_s(plan: Plan) -> None:
    """10,389 beds of the whole, and a table that does not say its beds: no county has them."""
    there = world(
        totals=totals_of(("510400", "beds", 10_389.0, 2025), ("510400", "residents", 1_212_203.0, 2025))
    )
    there.facilities["attributes"] = [{} for _ in range(len(there.facilities))]
    beds = next(v for v in judge(plan, there, {}) if v.rule == "P6.beds")
    assert beds.observed == pytest.approx(10_389 / 1_212.203)
    assert [r.observed for r in beds.counties] == [None] * 5
    assert [r.numerator for r in beds.counties] == [None] * 5
    assert [r.denominator for r in beds.counties][3] == 227_011.0


def test_the_baseline_adds_census_rows_up(tmp_path: Any) -> None:
    table = tmp_path / "census.csv"
    lines = [f"{code},residents,{urban + rural},2020,census" for code, (_, urban, rural) in COUNTIES.items()]
    table.write_text("area_id,attribute,value,year,source\n" + "\n".join(lines), encoding="utf-8")
    verdicts = {v.rule: v for v in baseline_verdicts(load_plan("panzhihua"), table)}
    beds = verdicts["P6.beds"]
    assert beds.observed == pytest.approx(10389 / 1212.203, abs=1e-9)  # 实有床位10389张
    assert any(a.key == "rules.added_up" for a in beds.assumptions)


# ---- from files, in one run ----
STUDY = """
name = "p"
plan = "panzhihua"
year = 2025
[boundaries]
path = "counties.geojson"
level = "county"
[[boundaries.levels]]
path = "towns.geojson"
level = "town"
[facilities]
path = "table.csv"
complete = true
[residents]
path = "people.csv"
format = "points"
value = "count"
column = "count"
"""


def files(folder: Path) -> Path:
    """The five counties as a planner's files, side by side from 101.5° E, each 0.1° wide; the study's."""
    counties: list[Any] = []
    towns: list[Any] = []
    people, table = ["lon,lat,count"], ["机构编号,机构名称,机构类别,经度,纬度,床位数"]
    for at, (code, (name, urban, rural)) in enumerate(COUNTIES.items()):
        west = 101.5 + at * 0.1
        whole = {"code": code, "name": name, "residents": urban + rural}
        counties.append((whole, (west, 26.5, west + 0.1, 26.7)))
        for end, town, mark, south in (("001", "城中街道", 1, 26.5), ("100", "山里镇", 0, 26.6)):
            own = {"code": code + end, "name": town, "parent": code, "urban": mark}
            towns.append((own, (west, south, west + 0.1, south + 0.1)))
            people.append(f"{west + 0.05},{south + 0.05},{urban if mark else rural}")
        table.append(f"h{at},{name}医院,综合医院,{west + 0.05},26.55,{BEDS[code]}")
        centre = f"{name}中心,社区卫生服务中心,{west + 0.05},26.55,0"
        table.extend(f"c{at}-{n},{centre}" for n in range(CENTRES[code]))
    for file, rows in (("counties", counties), ("towns", towns)):
        shapes = [
            {"type": "Feature", "properties": own, "geometry": mapping(box(*ends))} for own, ends in rows
        ]
        text = json.dumps({"type": "FeatureCollection", "features": shapes}, ensure_ascii=False)
        (folder / f"{file}.geojson").write_text(text, encoding="utf-8")
    (folder / "people.csv").write_text("\n".join(people), encoding="utf-8")
    (folder / "table.csv").write_text("\n".join(table), encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder / "study.toml"


def test_one_run_from_files_tells_the_counties_in_every_output(tmp_path: Path) -> None:
    analysis = carecircle.analyze(files(tmp_path))
    verdicts = {v.rule: v for v in analysis.verdicts}
    beds = verdicts["P6.beds"]
    assert [r.name for r in beds.counties] == [name for name, _, _ in COUNTIES.values()]
    assert [r.numerator for r in beds.counties] == list(BEDS.values())
    assert sum(r.denominator or 0 for r in beds.counties) == 1_212_203.0
    load = verdicts["P2.load"]
    assert load.outcome is Outcome.FAIL
    assert [r.name for r in load.counties if r.outcome is Outcome.FAIL] == ["盐边县"]
    analysis.write(tmp_path / "out")
    written = json.loads((tmp_path / "out" / "verdicts.json").read_text(encoding="utf-8"))
    of_beds = next(v for v in written["verdicts"] if v["rule"] == "P6.beds")
    assert [c["numerator"] for c in of_beds["counties"]] == list(BEDS.values())
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "out" / "verdicts.xlsx"))
    rows = book.get_sheet_by_name("各县（区）明细").to_python()
    assert sum(row[0] == "P6.beds" for row in rows) == 5


def test_residents_on_closed_ground_leave_their_county_undecided() -> None:
    """60 of 100 covered and 40 who cannot be placed: anything from 60 to 100 %, against 90 % asked."""
    rule = {
        "kind": "time", "categories": ["社区卫生服务中心"], "metric": "minutes", "mode": "walk", "limit": 15,
        "limit_unit": "min", "target": 0.9,
    }  # fmt: skip
    plan = plan_of(rule)
    counties = areas_of({"level": "county", "area_id": "1"}, {"level": "county", "area_id": "2"})
    people = demand_of(
        {"area_id": "1"}, {"area_id": "2", "residents": 60.0}, {"area_id": "2", "residents": 40.0}
    )
    there = facilities_of({"category": "社区卫生服务中心", "area_id": "1"})
    found = reached_of((1.0, "reached"), (1.0, "reached"), (math.inf, "closed"))
    world = inputs_of(areas=counties, demand=people, facilities=there)
    (verdict,) = judge(plan, world, dict.fromkeys(required(plan), found))
    assert [(r.observed, r.outcome) for r in verdict.counties] == [
        (1.0, Outcome.PASS), (0.6, Outcome.NOT_ASSESSED),
    ]  # fmt: skip
