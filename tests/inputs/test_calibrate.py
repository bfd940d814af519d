"""Residents scaled to official figures: by hand, by law, and on the demo-like and real grids."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carecircle.errors import InputError
from carecircle.inputs.load import load_inputs
from carecircle.inputs.residents.calibrate import calibrate
from carecircle.inputs.totals import read_totals
from carecircle.schema import descendants
from carecircle.study import load_study
from realdata import real

Write = Callable[..., Any]
PARENTS = {"county": None, "a": "county", "b": "county", "c": "county", "a1": "a"}


def _run(residents: list[float], areas: list[str | None], figures: dict[str, float]) -> Any:
    return calibrate(np.array(residents, dtype=float), np.array(areas, dtype=object), PARENTS, figures)


def test_the_finest_figure_counts_and_the_rest_is_shared() -> None:
    scaled, factors, findings = _run(
        [10, 30, 5, 5, 50], ["a", "a1", "b", "c", None], {"county": 100, "a": 60, "b": 30}
    )
    assert scaled.tolist() == [15, 45, 30, 10, 50]
    assert factors.to_dict("list") == {
        "area_id": ["a", "b", "county"], "official": [60, 30, 10], "found": [40, 5, 5], "factor": [1.5, 6, 2],
    }  # fmt: skip
    assert [f.sentence.key for f in findings] == ["inputs.calibrate_far"] * 3


def test_what_cannot_be_met_is_said() -> None:
    scaled, _, findings = _run([1, 2], ["a", "c"], {"county": 5, "a": 9, "b": 3})
    assert scaled.tolist() == [9, 2]
    keys = sorted(f.sentence.key for f in findings)
    assert keys == ["inputs.calibrate_empty", "inputs.calibrate_far", "inputs.calibrate_negative"]


def test_a_figure_of_the_whole_study() -> None:
    scaled, _, _ = _run([1, 3], [None, None], {"": 8})
    assert scaled.tolist() == [2, 6]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=60),
    st.integers(0, 10_000_000),
    st.integers(0, 10_000_000),
)
def test_every_area_is_exact(residents: list[float], a: int, b: int) -> None:
    areas = ["a" if i % 3 else "b" for i in range(len(residents))]
    scaled, _, _ = _run(residents, areas, {"a": a, "b": b})
    for name, figure in (("a", a), ("b", b)):
        own = [v for v, k in zip(scaled, areas, strict=True) if k == name]
        assert not own or math.fsum(own) == figure
    assert (scaled >= 0).all()


def test_a_grid_calibrated_to_its_towns(
    study_of: Write, boundary: Write, raster: Write, table: Write
) -> None:
    rng = np.random.default_rng(3)
    county = boundary({"1": (0, -0.2, 0.2, 0)}, "c.gpkg")
    towns = boundary({"1a": (0, -0.2, 0.073, 0), "1b": (0.073, -0.2, 0.2, 0)}, "t.gpkg")
    study = study_of(
        boundaries={"path": county, "levels": [{"level": "town", "path": towns}]},
        residents={"path": raster(rng.uniform(0, 90, (30, 30))), "calibrate": True, "year": 2020},
        totals={
            "path": table(
                "area_id,attribute,value,year\n1a,常住人口,12345,2020\n1b,residents,9876,2020\n1a,residents,1,2010\n"
            )
        },
    )
    found = load_inputs(study)
    for town, figure in (("1a", 12345), ("1b", 9876)):
        assert math.fsum(found.demand["residents"][found.demand["area_id"] == town]) == figure
    assert found.ledger.inside == pytest.approx(12345 + 9876, rel=1e-15)
    assert found.ledger.total == math.fsum([found.ledger.inside, found.ledger.outside])
    assert found.residents_as_read > 39_000
    assert found.calibration["area_id"].tolist() == ["1a", "1b"]


def test_calibrating_without_figures(study_of: Write, boundary: Write, raster: Write) -> None:
    study = study_of(
        boundaries={"path": boundary({"1": (0, -0.01, 0.01, 0)})},
        residents={"path": raster([[1.0]]), "calibrate": True},
    )
    with pytest.raises(InputError, match="requires official residents"):
        load_inputs(study)


@pytest.mark.real
def test_a_county_to_its_census(study_of: Write, boundary: Write, raster: Write) -> None:
    """The real disagreement: the global grid counts 189,351 in Luojiang, the census 209,088."""
    census = real("china/county_census2020.csv")
    totals, _ = read_totals(census)
    luojiang = totals[totals["area_id"] == "510604"].set_index("attribute")["value"]
    assert luojiang["residents"] == 209088
    assert luojiang["residents_urban"] + luojiang["residents_rural"] == 209088
    assert luojiang["residents_0_14"] == pytest.approx(209088 * 0.1245)
    cells = np.random.default_rng(1).dirichlet(np.ones(400)).reshape(20, 20) * 189_351
    study = study_of(
        boundaries={"path": boundary({"510604": (0, -0.2, 0.2, 0)})},
        residents={"path": raster(cells, dtype="float64"), "calibrate": True},
        totals={"path": census},
    )
    found = load_inputs(study)
    assert found.ledger.inside == 209088
    assert found.residents_as_read == pytest.approx(189_351)
    assert found.calibration["factor"].tolist() == pytest.approx([209088 / 189351])


def test_a_village_table_is_placed_by_its_codes(study_of: Write, boundary: Write, table: Write) -> None:
    towns = boundary({"510604100": (0, 0, 0.1, 0.1)}, "t.gpkg")
    villages = table(
        "code,name,lon,lat\n510604100201,甲村,104.51,31.35\n510604100202,乙村,104.59,31.35\n", "v.csv"
    )
    people = table(
        "村代码,村名,常住人口\n510604100201,甲村,799\n510604100202,乙村,1200\n510604100203,丙村,5\n", "p.csv"
    )
    study = study_of(
        boundaries={"path": towns, "level": "town", "levels": [{"level": "village", "path": villages}]},
        residents={"path": people, "format": "points", "columns": {"demand_id": "村代码"}},
    )
    found = load_inputs(study)
    assert found.ledger.to_dict() == {"total": 2004, "inside": 1999, "outside": 0, "no_data": 5}
    assert found.demand["area_id"].tolist()[:2] == ["510604100201", "510604100202"]


@pytest.mark.real
def test_h3_cells_without_coordinates(study_of: Write, tmp_path: Path) -> None:
    pytest.importorskip("h3", reason="pip install h3")
    import pandas as pd

    whole = pd.read_csv(real("portoalegre/hexgrid.csv"))
    path = tmp_path / "h3.csv"
    whole.drop(columns=["lon", "lat"]).to_csv(path, index=False)
    found = load_inputs(study_of(residents={"path": path, "format": "points"}))
    assert found.ledger.inside == 812_935
    lonlat = found.demand.to_crs(4326).geometry
    assert np.abs(lonlat.x.to_numpy() - whole["lon"]).max() < 1e-6


def test_the_demo_county_calibrated(study_of: Write) -> None:
    """Every village, town and the county itself hold exactly their official residents."""
    study = load_study(Path(__file__).resolve().parents[2] / "data")
    assert study.residents is not None
    asked = study.model_copy(update={"residents": study.residents.model_copy(update={"calibrate": True})})
    found = load_inputs(asked, modes=())
    official = found.totals[found.totals["attribute"] == "residents"].set_index("area_id")["value"]
    for level in ("village", "town", "county"):
        above = descendants(found.areas, level)
        owner = found.demand["area_id"].map(above)
        for area_id in found.areas["area_id"][found.areas["level"] == level]:
            if area_id in official:
                own = math.fsum(found.demand["residents"][owner == area_id])
                assert own == pytest.approx(official[area_id], rel=1e-14), area_id
    villages = found.areas["area_id"][found.areas["level"] == "village"]
    named = [v for v in villages if v in official]
    assert len(named) > 50
    for area_id in named:
        assert math.fsum(found.demand["residents"][found.demand["area_id"] == area_id]) == official[area_id]
    assert math.fsum([found.ledger.inside, found.ledger.outside]) == found.ledger.total
