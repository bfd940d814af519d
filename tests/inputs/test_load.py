"""From files to Inputs: joined, accounted for, and every bad input told in one clear message."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from carecircle.errors import CarecircleError, InputError, SeveralInputsError
from carecircle.inputs.load import load_inputs
from carecircle.schema import check_areas, check_demand, check_edges, check_facilities
from carecircle.study import load_study
from realdata import real
from worlds import street_study

Write = Callable[..., Any]
HEAD = "id,name,category,lon,lat"
PEOPLE = "id,population,lon,lat,code\n"


def _keys(error: CarecircleError) -> list[str]:
    return [f.sentence.key.removeprefix("inputs.") for f in getattr(error, "faults", [error])]


def test_a_small_county(study_of: Write, boundary: Write, table: Write) -> None:
    county = boundary({"1": (0, 0, 0.2, 0.2)}, "c.gpkg", urban=["乡村"])
    towns = boundary({"1a": (0, 0, 0.1, 0.2), "1b": (0.1, 0, 0.2, 0.2)}, "t.gpkg", urban=["城镇", None])
    facilities = table(
        f"{HEAD},area_id\nf1,a,诊所,104.55,31.4,\nf2,b,诊所,104.65,31.4,1a\nf3,c,诊所,104.75,31.4,\n"
        "f4,d,诊所,109,31.4,\nf5,e,诊所,,,1b\nf6,f,诊所,104.65,31.35,1\n",
        "f.csv",
    )
    people = table(
        PEOPLE + "a,10,104.51,31.31,\nb,20,104.61,31.31,\nc,40,104.8,31.31,\nd,80,,,1b\ne,,104.5,31.3,\n",
        "p.csv",
    )
    study = study_of(
        boundaries={"path": county, "levels": [{"level": "town", "path": towns}], "attribution": "民政"},
        facilities={"path": facilities, "attribution": "卫健"},
        residents={"path": people, "format": "points", "attribution": "统计"},
    )
    found = load_inputs(study)
    assert found.crs.to_epsg() == 4544
    assert found.ledger is not None
    assert found.ledger.to_dict() == {"total": 150, "inside": 30, "outside": 40, "no_data": 80}
    assert found.ledger.cells_without_value == 1
    demand = found.demand.set_index("demand_id")
    assert demand["area_id"].to_dict() == {"a": "1a", "b": "1b", "d": "1b"}
    assert demand["urban"].tolist() == [True, False, False]
    facilities = found.facilities.set_index("facility_id")
    assert facilities["inside"].to_dict() == {"f1": True, "f2": True, "f3": False, "f5": True, "f6": True}
    assert facilities["area_id"].to_dict() == {"f1": "1a", "f2": "1a", "f3": None, "f5": "1b", "f6": "1b"}
    assert found.urban_method.key == "inputs.urban_mark"
    assert found.attributions == ("民政", "卫健", "统计")
    assert {f.sentence.key for f in found.findings} == {
        "inputs.no_coordinates", "inputs.outside_buffer", "inputs.residents_blank",
        "inputs.residents_placeless", "inputs.facility_outside",
    }  # fmt: skip
    check_areas(found.areas)
    check_facilities(found.facilities)
    check_demand(found.demand)


def test_without_boundaries_the_hull_bounds(study_of: Write, table: Write) -> None:
    people = table(PEOPLE + "a,10,104.5,31.3,\nb,20,104.6,31.3,\n", "p.csv")
    found = load_inputs(
        study_of(residents={"path": people, "format": "points"}, assumptions={"buffer_km": 2})
    )
    assert found.region_source.key == "inputs.hull_region"
    assert found.ledger.outside == 0
    width, height = (found.region.bounds[i + 2] - found.region.bounds[i] for i in (0, 1))
    assert height == pytest.approx(4000, abs=60)
    assert width == pytest.approx(4000 + 9520, abs=80)
    assert found.areas.empty
    assert found.demand["area_id"].tolist() == [None, None]


def test_without_boundaries_a_raster_bounds(study_of: Write, raster: Write) -> None:
    found = load_inputs(study_of(residents={"path": raster([[0, 0, 0], [0, 5, 7], [0, 0, 0]])}))
    assert found.ledger.to_dict() == {"total": 12, "inside": 12, "outside": 0, "no_data": 0}


def test_facilities_alone_bound_too(study_of: Write, table: Write) -> None:
    found = load_inputs(study_of(facilities={"path": table(f"{HEAD}\n1,a,诊所,104.5,31.3\n")}))
    assert found.region_source.key == "inputs.hull_region_facilities"
    assert found.region.area == pytest.approx(math.pi * 1e8, rel=0.01)
    assert (found.demand, found.ledger, found.edges) == (None, None, None)


def test_nothing_at_all(study_of: Write, table: Write) -> None:
    with pytest.raises(InputError, match="cannot be determined"):
        load_inputs(study_of(facilities={"path": table(f"{HEAD}\n1,a,诊所,,\n")}))


def test_swapped_where_both_readings_are_possible(study_of: Write, boundary: Write, table: Write) -> None:
    shape = shapely.box(6.9, 50.4, 7.3, 50.6)
    facilities = table(f"{HEAD}\n1,a,诊所,7.1,50.5\n2,b,诊所,50.5,7.1\n", "f.csv")
    study = study_of(boundaries={"path": boundary({"1": shape})}, facilities={"path": facilities})
    with pytest.raises(InputError, match="look swapped") as raised:
        load_inputs(study)
    assert raised.value.row == 3


def test_every_file_tells_its_faults_at_once(
    study_of: Write, boundary: Write, table: Write, raster: Write
) -> None:
    study = study_of(
        boundaries={"path": boundary({"1": (0, 0, 1, 1)}, crs=None)},
        facilities={"path": table("id,name\n1,a\n", "f.csv")},
        residents={"path": raster([[-5.0, 1.0]])},
        totals={"path": table("area_id,attribute,value\n1,residents,many\n", "t.csv")},
    )
    with pytest.raises(SeveralInputsError) as raised:
        load_inputs(study)
    assert _keys(raised.value) == ["no_crs", "missing_column", "negative_residents", "not_a_number"]
    assert "处错误" in raised.value.text("zh")


def test_one_id_in_two_facility_files(study_of: Write, table: Write) -> None:
    one = table(f"{HEAD}\n1,a,诊所,104.5,31.3\n", "a.csv")
    two = table(f"{HEAD}\n1,b,诊所,104.5,31.3\n", "b.csv")
    with pytest.raises(InputError, match="more than one file"):
        load_inputs(study_of(facilities={"path": one}, more_facilities=[{"path": two}]))


@pytest.mark.parametrize(
    ("rows", "keys"),
    [
        ("a,-1,104.5,31.3,\n", ["negative"]),
        ("a,x,104.5,31.3,\n", ["bad_residents"]),
        ("a,nan,104.5,31.3,\n", ["bad_residents"]),
        ("a,1,104.5,31.3,\na,2,104.5,31.3,\n", ["duplicate_id"]),
        ("a,1,31.3,104.5,\n", ["swapped"]),
        ("a,,104.5,31.3,\n", ["no_residents"]),
        ("", ["empty_table"]),
    ],
)
def test_bad_residents(study_of: Write, table: Write, rows: str, keys: list[str]) -> None:
    study = study_of(residents={"path": table(PEOPLE + rows), "format": "points"})
    with pytest.raises(InputError) as raised:
        load_inputs(study)
    assert _keys(raised.value) == keys


def test_residents_and_boundary_that_do_not_meet(
    study_of: Write, boundary: Write, table: Write, raster: Write
) -> None:
    area = {"path": boundary({"1": (0, 0, 0.1, 0.1)})}
    people = table(PEOPLE + "a,1,10,10,\n")
    with pytest.raises(InputError, match="no residents are inside"):
        load_inputs(study_of(boundaries=area, residents={"path": people, "format": "points"}))
    with pytest.raises(InputError, match="do not overlap"):
        load_inputs(study_of(boundaries=area, residents={"path": raster([[1.0]], west=10)}))


def test_names_with_spaces_and_chinese(study_of: Write, tmp_path: Path, boundary: Write) -> None:
    folder = tmp_path / "罗江 区" / "资 料"
    folder.mkdir(parents=True)
    moved = boundary({"1": (0, 0, 0.1, 0.1)}).rename(folder / "边 界.gpkg")
    assert load_inputs(study_of(boundaries={"path": moved})).region.area > 0


def test_totals_and_their_areas(study_of: Write, boundary: Write, table: Write) -> None:
    totals = table(
        "区划代码,指标,数值,年份,来源\n510604000000,常住人口,210000,2020,七普\n,床位数,5,,\n999999,x,1,,\n"
    )
    study = study_of(boundaries={"path": boundary({"510604": (0, 0, 0.1, 0.1)})}, totals={"path": totals})
    found = load_inputs(study)
    assert found.totals["area_id"].tolist() == ["510604", "", "999999"]
    assert found.totals["value"].tolist() == [210000, 5, 1]
    assert "inputs.unknown_total_area" in {f.sentence.key for f in found.findings}


def test_projected_columns_with_their_crs(study_of: Write, table: Write) -> None:
    """The same place in degrees, in a CGCS2000 zone, and in the zone with its number before the easting."""
    x, y = 452_397.735, 3_464_343.845
    rows = {
        "plain": ("104.5", "31.3", None),
        "zone": (x, y, "EPSG:4544"),
        "prefixed": (35e6 + x, y, "EPSG:4523"),
    }
    places = []
    for name, (easting, northing, crs) in rows.items():
        path = table(f"编号,机构类别,X坐标,Y坐标\n1,诊所,{easting},{northing}\n", f"{name}.csv")
        found = load_inputs(study_of(facilities={"path": path, "crs": crs}))
        places.append(found.facilities.to_crs(4326).geometry.iloc[0])
    assert places[1].distance(places[2]) < 1e-8
    assert places[0].distance(places[1]) < 1e-7
    with pytest.raises(InputError, match="out of range"):
        load_inputs(study_of(facilities={"path": table(f"编号,机构类别,X坐标,Y坐标\n1,诊所,{x},{y}\n")}))


def test_children_of_a_residents_table(study_of: Write, table: Write) -> None:
    people = table("id,population,0-14岁人口,lon,lat\na,10,3,104.5,31.3\nb,20,4,104.6,31.3\n")
    found = load_inputs(study_of(residents={"path": people, "format": "points"}))
    assert found.totals[["area_id", "attribute", "value"]].to_numpy().tolist() == [
        ["", "residents_0_14", 7.0]
    ]


def test_by_type_warns(study_of: Write, boundary: Write) -> None:
    path = boundary({"1": (0, 0, 0.1, 0.1)}, name=["万安街道"])
    found = load_inputs(study_of(boundaries={"path": path, "level": "town"}, urban={"by": "type"}))
    assert found.areas["urban"].tolist() == [True]
    assert ("warning", "inputs.urban_type") in {(f.level, f.sentence.key) for f in found.findings}


# ---- real -----------------------------------------------------------------------------------------------


@pytest.mark.real
def test_porto_alegre(study_of: Write) -> None:
    hexagons = real("portoalegre/hexgrid.csv")
    study = study_of(
        facilities={
            "path": hexagons, "format": "cells", "count_column": "healthcare", "category": "医疗卫生机构",
        },
        residents={"path": hexagons, "format": "points"},
        roads={"path": real("portoalegre/roads.osm.pbf")},
    )  # fmt: skip
    found = load_inputs(study)
    assert found.ledger.to_dict() == {"total": 812935, "inside": 812935, "outside": 0, "no_data": 0}
    assert len(found.demand) == 1227
    assert len(found.facilities) == 141
    assert found.facilities["inside"].all()
    assert found.attributions == ("© OpenStreetMap contributors (ODbL)",)
    check_edges(found.edges, modes=("walk", "drive", "ambulance"))
    assert set(found.hashes) == {"hexgrid.csv", "roads.osm.pbf"}


@pytest.mark.real
def test_the_ahr_valley(study_of: Write) -> None:
    study = study_of(
        boundaries={"path": real("ahrvalley/affected_municipalities.gpkg"), "level": "town"},
        facilities={"path": real("ahrvalley/physicians.gpkg"), "category": "诊所"},
        residents={"path": real("ahrvalley/wpop_ahrvalley.tif")},
    )
    found = load_inputs(study)
    assert found.crs.to_epsg() == 32632
    assert math.fsum([found.ledger.inside, found.ledger.outside]) == pytest.approx(191_420.3942, abs=0.001)
    assert found.ledger.inside == math.fsum(found.demand["residents"])
    assert found.demand["area_id"].notna().all()
    assert len(found.facilities) == 20
    held = found.demand.geometry.to_numpy()
    assert shapely.intersects(held, found.region.buffer(0.01)).all()
    towns = dict(zip(found.areas["area_id"], found.areas.geometry, strict=True))
    owners = np.array([towns[a] for a in found.demand["area_id"]], dtype=object)
    assert (shapely.distance(owners, held) < 0.01).all()


@pytest.mark.real
def test_malawi_in_its_own_projection(study_of: Write) -> None:
    study = study_of(
        boundaries={"path": real("malawi/vZone__demo.gpkg")},
        facilities={"path": real("malawi/vFacility__demo.gpkg"), "category": "医院"},
        residents={"path": real("malawi/rPopulation__demo_patients.tif")},
    )
    found = load_inputs(study)
    assert found.ledger.total == pytest.approx(4_140_429.5, abs=0.5)
    assert found.facilities["capacity"].notna().all()
    assert isinstance(found.areas, gpd.GeoDataFrame)
    assert found.crs.to_epsg() == 32736


def test_a_list_cannot_be_complete_and_partial(tmp_path: Path) -> None:
    """Of the two statements one is wrong; each mend that the message names is one that works."""
    file = street_study(tmp_path / "street")
    totals = file.parent / "totals.csv"
    both = "attribute,value,year\nresidents,1000,2020\npartial_inventory,1,2020\n"
    totals.write_text(both, encoding="utf-8")
    said = file.read_text(encoding="utf-8")
    assert said.count("[facilities]\n") == 1
    file.write_text(
        said.replace("[facilities]\n", "[facilities]\ncomplete = true\n")
        + '\n[totals]\npath = "totals.csv"\n',
        encoding="utf-8",
    )
    with pytest.raises(InputError) as refused:
        load_inputs(load_study(file), modes=())
    assert "partial_inventory" in refused.value.text("en")
    assert "totals.csv" in refused.value.text("en")
    totals.write_text(both.replace("partial_inventory,1,2020\n", ""), encoding="utf-8")
    assert load_inputs(load_study(file), modes=()).totals["attribute"].tolist() == ["residents"]
