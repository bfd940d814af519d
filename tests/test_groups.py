"""Clauses on a group of the residents: columns, polygons and rasters, each with a ledger that balances."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio

import carecircle
from carecircle import Analysis, InputError, Outcome, PlanError, StudyError, load_plan, reanalyze
from carecircle.certainty import breakpoints
from carecircle.rules import Verdict, by_area, needs, unlocks
from carecircle.siting.needs import needs_of
from worlds import PLAN, box, east, street_study, write_csv, write_features

OLD = PLAN.replace('limit = 15\nlimit_unit = "min"', 'limit = 15\nlimit_unit = "min"\ntarget = 0.8') + (
    '\n[[rule]]\nid = "O"\nclause = "S2"\nsection = "二"\nquote = "老年人15分钟可达基本医疗"\nkind = "time"\n'
    'categories = ["社区卫生服务中心"]\nmetric = "minutes"\nmode = "walk"\nlimit = 15\nlimit_unit = "min"\n'
    'target = 0.8\ngroup = "65+"\n'
)
PEOPLE = (("a", 0, 0, 400, 10), ("b", 900, 0, 300, 10), ("c", 4000, 0, 200, 70), ("n", 4000, 2000, 50, 10),
          ("out", 30_000, 0, 80, 40))  # fmt: skip
"""Place, metres east and north, residents, of them 65 and older; the last lives beyond the boundary."""


def world(folder: Path, groups: str = 'groups = {"65+" = "old"}') -> Path:
    study = street_study(folder)
    (folder / "plan.toml").write_text(OLD, encoding="utf-8")
    rows = []
    for place, x, y, everybody, old in PEOPLE:
        lon, lat = east(x, y)
        rows.append({"demand_id": place, "lon": lon, "lat": lat, "population": everybody, "old": old})
    write_csv(folder / "residents.csv", rows)
    text = study.read_text("utf-8")
    study.write_text(text.replace('format = "points"', f'format = "points"\n{groups}', 1), "utf-8")
    return study


def verdict(analysis: Analysis, rule: str) -> Verdict:
    return next(v for v in analysis.verdicts if v.rule == rule)


def held(analysis: Analysis, rule: str) -> dict[str, float]:
    ledger = verdict(analysis, rule).ledger
    assert ledger is not None
    return ledger.to_dict()


def test_the_old_are_counted_alone(tmp_path: Path) -> None:
    """On foot 900 m are within 15 minutes, 4,000 m are not; ten of the old live off the street."""
    found = carecircle.analyze(world(tmp_path))
    everybody, old = verdict(found, "S2"), verdict(found, "O")
    assert everybody.observed == 700 / 950
    assert old.observed == 20 / 100
    assert (old.outcome, old.residents_affected) == (Outcome.FAIL, 70)
    assert held(found, "O") == {
        "total": 140, "outside": 40, "no_data": 0, "unsnapped": 10, "unreachable": 0, "covered": 20,
        "not_covered": 70,
    }  # fmt: skip
    ledger = found.inputs.ledger
    assert ledger is not None
    assert ledger.groups["65+"].to_dict() == {"total": 140, "inside": 100, "outside": 40, "no_data": 0}
    assert old.title.text("zh").endswith("（65+居民）")
    areas = by_area(old, found.inputs, "county")
    assert areas["covered"].tolist() == [20]
    assert math.fsum(found.gaps("O")["residents"]) == 70
    assert "O" not in [need.verdict.rule for need in needs_of(found, ["S2"])]


def test_its_breakpoints_weigh_the_group(tmp_path: Path) -> None:
    found = carecircle.analyze(world(tmp_path))
    points = {p.what: p for p in breakpoints(found)["O"]}
    assert points["share"].low == (20 + 10) / 100
    minutes = found.reached[next(q for q in found.reached if q.metric == "minutes")]["cost"].iloc[2]
    assert points["limit"].high == pytest.approx(minutes)  # with those at 4 km 90 of 100


def test_who_does_not_bring_the_group_is_told_what_is_missing(tmp_path: Path) -> None:
    found = carecircle.analyze(world(tmp_path, groups='groups = {"0-14" = "old"}'))
    old = verdict(found, "O")
    assert (old.outcome, old.observed) == (Outcome.NOT_ASSESSED, None)
    assert "65+" in old.missing_inputs[0].text("zh")
    assert needs(old.rule_def) == ("facilities", "residents", "roads", "residents.65+")
    assert any("65+" in said.text("en") and rules == ("O",) for said, rules in unlocks(found.verdicts))


def test_a_group_of_everybody_is_everybody(tmp_path: Path) -> None:
    study = world(tmp_path)
    table = pd.read_csv(tmp_path / "residents.csv")
    table.assign(old=table["population"]).to_csv(tmp_path / "residents.csv", index=False)
    found = carecircle.analyze(study)
    assert held(found, "O") == held(found, "S2")
    assert verdict(found, "O").observed == verdict(found, "S2").observed
    after = reanalyze(found, close=["centre"])
    assert held(after, "O") == held(after, "S2")


def _raster(path: Path, cells: np.ndarray, *, west: float = 0.0, size: float = 0.01) -> None:
    lon, lat = east(0)
    shape = cells.shape[-2:]
    transform = rasterio.Affine(size, 0, lon - size / 2 + west, 0, -size, lat + size / 2)
    bands = cells if cells.ndim == 3 else cells[None]
    with rasterio.open(
        path, "w", driver="GTiff", width=shape[1], height=shape[0], count=len(bands), dtype="float64",
        crs="EPSG:4326", transform=transform,
    ) as out:  # fmt: skip
        out.write(bands)


ALL = np.array([[100.0, 50.0, 0.0, 30.0, 7.0, 20.0, 11.0, 3.0, 4.0, 5.0, 6.0, 9.0, 13.0, 17.0]])
AGED = np.array([[10.0, 20.0, 4.0, 30.0, 0.0, 5.0, 1.0, 1.0, 0.0, 2.0, 3.0, 4.0, 6.0, 8.0]])


def _gridded(folder: Path, groups: str) -> Analysis:
    study = world(folder, "")
    text = study.read_text("utf-8")
    text = text.replace('path = "residents.csv"\nformat = "points"\n', 'path = "all.tif"\n').replace(
        "[roads]", f"{groups}\n[roads]", 1
    )
    study.write_text(text, "utf-8")
    return carecircle.analyze(study)


@pytest.mark.parametrize("how", ["rasters", "bands"])
def test_groups_of_a_grid(tmp_path: Path, how: str) -> None:
    """A raster a group, or a band: the old where nobody else is counted are not lost."""
    if how == "rasters":
        _raster(tmp_path / "all.tif", ALL)
        _raster(tmp_path / "old.tif", AGED)
        found = _gridded(tmp_path, '[residents.groups."65+"]\npath = "old.tif"')
        assert "old.tif" in found.inputs.hashes
    else:
        tmp_path.mkdir(exist_ok=True)
        _raster(tmp_path / "all.tif", np.stack([ALL, AGED]))
        found = _gridded(tmp_path, 'layer = "1"\n[residents.groups]\n"65+" = "2"')
    demand, ledger = found.inputs.demand, found.inputs.ledger
    assert demand is not None
    assert ledger is not None
    own = ledger.groups["65+"]
    assert own.total == pytest.approx(AGED.sum(), rel=1e-12)
    assert own.inside == math.fsum(demand["65+"])
    assert ledger.total == pytest.approx(ALL.sum(), rel=1e-12)
    assert demand.loc[demand["residents"] == 0, "65+"].tolist() == [4.0]
    share = demand["65+"] / demand["residents"]
    whole = demand["residents"] >= 20  # cells that no border cuts
    assert set(share[whole].round(12)) <= {0.1, 0.4, 1.0, 0.25}
    assert held(found, "O")["total"] == own.total


def test_a_group_on_another_grid_is_refused(tmp_path: Path) -> None:
    _raster(tmp_path / "all.tif", ALL)
    _raster(tmp_path / "old.tif", AGED, west=0.003)
    with pytest.raises(InputError, match=r"Resample it to the grid of all\.tif"):
        _gridded(tmp_path, '[residents.groups."65+"]\npath = "old.tif"')


def test_groups_of_polygons_are_spread_as_the_residents_are(tmp_path: Path) -> None:
    study = world(tmp_path)
    near = ("Polygon", box(-300, -200, 300, 200), {"demand_id": "p", "population": 90, "old": 30})
    far = ("Polygon", box(8000, -200, 8600, 200), {"demand_id": "q", "population": 10, "old": 10})
    write_features(tmp_path / "people.geojson", [near, far])
    text = study.read_text("utf-8")
    text = text.replace('path = "residents.csv"', 'path = "people.geojson"')
    study.write_text(text.replace('format = "points"', 'format = "polygons"', 1), "utf-8")
    found = carecircle.analyze(study)
    demand = found.inputs.demand
    assert demand is not None
    first = demand["demand_id"].str.startswith("p")
    assert math.fsum(demand["65+"][first]) == pytest.approx(30, rel=1e-15)
    np.testing.assert_allclose(demand["65+"][first], demand["residents"][first] / 3, rtol=1e-12)
    assert verdict(found, "O").observed == pytest.approx(30 / 40)
    assert verdict(found, "S2").observed == pytest.approx(0.9)


def test_what_cannot_be_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="Rename it"):
        carecircle.load_study(world(tmp_path / "1", 'groups = {residents = "old"}'))
    with pytest.raises(InputError, match="name the column"):
        carecircle.analyze(world(tmp_path / "2", 'groups = {"65+" = {path = "residents.csv"}}'))
    world(tmp_path / "3")
    plan = tmp_path / "3" / "plan.toml"
    plan.write_text(OLD.replace('kind = "time"', 'kind = "response"').replace("target = 0.8\n", ""), "utf-8")
    with pytest.raises(PlanError, match="group"):
        load_plan(str(plan))


def test_a_blank_of_the_group_is_said(tmp_path: Path) -> None:
    study = world(tmp_path)
    table = (tmp_path / "residents.csv").read_text("utf-8").replace(",300,10", ",300,")
    (tmp_path / "residents.csv").write_text(table, "utf-8")
    found = carecircle.analyze(study)
    assert any(f.sentence.key == "inputs.group_blank" and f.level == "warning" for f in found.findings)
