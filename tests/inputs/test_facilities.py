"""Facility tables: categories, statuses, attributes, coordinates, cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from carecircle import categories
from carecircle.errors import InputError, SeveralInputsError
from carecircle.inputs.facilities.reading import read_facilities
from carecircle.study import Facilities
from realdata import real

Write = Callable[..., Path]
HEAD = "机构编码,机构名称,机构类别,经度,纬度"


def test_words_that_no_rule_asks_for_are_told(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(
        "机构名称,机构类别,称号,科室\n甲,综合医院,卒中中心、星光中心,精神（心理）科、星空科\n乙,综合医院,三级甲等,急诊科\n",
        encoding="utf-8",
    )
    _, findings = read_facilities(Facilities(path=path))
    told = {f.column: f.sentence.text("zh") for f in findings if f.sentence.key.startswith("inputs.unknown_")}
    assert set(told) == {"designations", "departments"}
    assert "星光中心" in told["designations"]
    assert "卒中中心" not in told["designations"]
    assert "星空科" in told["departments"]
    assert "精神（心理）科" not in told["departments"]


def test_a_planners_table(table: Write) -> None:
    path = table(
        "机构编码,机构名称,机构类别,经度,纬度,状态,称号,床位数（张）,等级,科室,办医性质,备注\n"
        "01,区人民医院,综合医院,104.5,31.3,在用,卒中中心、胸痛中心,约550张,三级乙等,急诊科；感染科,政府办,新\n"
        "02,某诊所（邻县）,诊所,,,规划,,１２,,,,\n"
    )
    found, findings = read_facilities(Facilities(path=path))
    first, second = found.to_dict("records")
    assert (first["facility_id"], first["name"], first["category"]) == ("01", "区人民医院", "综合医院")
    assert first["designations"] == ("卒中中心", "胸痛中心")
    assert first["attributes"] == {
        "level": "三级乙等", "departments": ("急诊科", "感染科"), "ownership": "政府办", "备注": "新",
    }  # fmt: skip
    assert (first["geometry"].x, first["geometry"].y, first["row"]) == (104.5, 31.3, 2)
    assert second["name"] == "某诊所（邻县）"
    assert (second["status"], second["attributes"], second["geometry"]) == ("planned", {"beds": 12.0}, None)
    assert [f.sentence.key for f in findings] == [
        "inputs.not_a_number_attribute", "inputs.no_coordinates",
    ]  # fmt: skip
    assert (findings[0].row, findings[0].column) == (2, "床位数（张）")  # as the file writes it


def test_rows_without_ids_and_a_category_for_all(table: Write) -> None:
    found, _ = read_facilities(Facilities(path=table("name,lon,lat\na,1,2\nb,3,4\n"), category="hospital"))
    assert found["facility_id"].tolist() == ["table-2", "table-3"]
    assert found["category"].tolist() == ["医院", "医院"]


@pytest.mark.parametrize(
    ("row", "key", "column"),
    [
        ("1,a,综合医院,31.3,104.5", "swapped", "经度"),
        ("1,a,综合医院,29.65,91.1", "swapped", "经度"),
        ("1,a,综合医院,204.5,31.3", "out_of_range", "经度"),
        ("1,a,综合医院,38452396,3464000", "out_of_range", "经度"),
        ("1,a,综合医院,NaN,31.3", "bad_coordinate", "经度"),
        ("1,a,综合医院,104.5,北纬", "bad_coordinate", "纬度"),
        ("1,a,综合医院,104.5,", "half_coordinate", "经度"),
        ("1,a,综合医院,,31.3", "half_coordinate", "经度"),
        ("1,a,综合医苑,104.5,31.3", "unknown_category_near", "机构类别"),
        ("1,a,火箭发射场,104.5,31.3", "unknown_category", "机构类别"),
        ("1,a,,104.5,31.3", "no_category", "机构类别"),
        (",a,诊所,104.5,31.3", "missing_id", "机构编码"),
    ],
)
def test_one_bad_row(table: Write, row: str, key: str, column: str) -> None:
    with pytest.raises(InputError) as raised:
        read_facilities(Facilities(path=table(f"{HEAD}\n9,ok,诊所,104,31\n{row}\n")))
    fault = raised.value
    assert fault.sentence.key == f"inputs.{key}"
    assert (fault.row, fault.column) == (3, column)
    assert fault.text("zh") != fault.text("en")


def test_the_nearest_category_is_named(table: Write) -> None:
    with pytest.raises(InputError, match="Did you mean “综合医院”"):
        read_facilities(Facilities(path=table(f"{HEAD}\n1,a,综合医苑,104.5,31.3\n")))


def test_all_faults_at_once(table: Write) -> None:
    path = table(f"{HEAD},状态\n1,a,x,104,31,在用\n1,b,诊所,31,104,开着\n")
    with pytest.raises(SeveralInputsError) as raised:
        read_facilities(Facilities(path=path))
    assert sorted(f.sentence.key for f in raised.value.faults) == [
        "inputs.duplicate_id", "inputs.swapped", "inputs.unknown_category", "inputs.unknown_status",
    ]  # fmt: skip


def test_a_missing_column_lists_what_is_there(table: Write) -> None:
    with pytest.raises(InputError, match=r"lacks .*category.*机构名称"):
        read_facilities(Facilities(path=table("机构编码,机构名称,经度,纬度\n1,a,1,2\n")))


def test_gcj02_and_bd09_meet_wgs84(table: Write) -> None:
    from carecircle.inputs import datum

    for name, forward in (("gcj02", datum.wgs84_to_gcj02), ("bd09", datum.wgs84_to_bd09)):
        lon, lat = forward(104.5, 31.3)
        path = table(f"{HEAD}\n1,a,诊所,{float(lon)!r},{float(lat)!r}\n")
        found, findings = read_facilities(Facilities(path=path, datum=name))
        assert abs(found.geometry.x[0] - 104.5) < 1e-9
        assert abs(found.geometry.y[0] - 31.3) < 1e-9
        assert not findings


def test_a_shift_abroad_is_warned_of(table: Write) -> None:
    _, findings = read_facilities(Facilities(path=table(f"{HEAD}\n1,a,诊所,7,50\n"), datum="gcj02"))
    assert [f.sentence.key for f in findings] == ["inputs.datum_abroad"]


def test_points_from_a_layer(tmp_path: Path) -> None:
    path = tmp_path / "f.gpkg"
    shapes = [shapely.MultiPoint([(452396, 3464000)]), None]
    gpd.GeoDataFrame({"id": ["1", "2"], "类别": ["诊所"] * 2}, geometry=shapes, crs=4544).to_file(path)
    found, _ = read_facilities(Facilities(path=path))
    assert found.geometry.x[0] == pytest.approx(104.5, abs=0.01)
    assert found.geometry.isna().tolist() == [False, True]
    line = shapely.LineString([(104.0, 31.0), (105.0, 31.0)])
    gpd.GeoDataFrame({"id": ["1"], "类别": ["诊所"]}, geometry=[line], crs=4326).to_file(path)
    with pytest.raises(InputError, match=r"row 1.*LineString.*points or polygons are required"):
        read_facilities(Facilities(path=path))


def test_buildings_among_points_count_at_their_middle_or_a_point_inside(tmp_path: Path) -> None:
    path = tmp_path / "f.gpkg"
    ring = shapely.Point(104.0, 31.0).buffer(0.02) - shapely.Point(104.0, 31.0).buffer(0.01)
    shapes = [shapely.box(104.0, 31.0, 104.2, 31.4), shapely.Point(104.5, 31.3), ring]
    gpd.GeoDataFrame({"id": ["1", "2", "3"], "类别": ["诊所"] * 3}, geometry=shapes, crs=4326).to_file(path)
    found, said = read_facilities(Facilities(path=path))
    assert [(p.x, p.y) for p in found.geometry[:2]] == [pytest.approx((104.1, 31.2)), (104.5, 31.3)]
    assert ring.contains(found.geometry[2])
    assert [f.sentence.facts["count"] for f in said if f.sentence.key == "inputs.areas_as_points"] == [2]


def test_cells_become_that_many_facilities(table: Write) -> None:
    path = table("id,lon,lat,n\na,1,2,2\nb,3,4,\nc,5,6,0\nd,7,8,1\n")
    source = Facilities(path=path, format="cells", count_column="n", category="clinic")
    found, _ = read_facilities(source)
    assert found["facility_id"].tolist() == ["a-1", "a-2", "d-1"]
    assert found.geometry.x.tolist() == [1, 1, 7]
    assert set(found["category"]) == {"门诊部"}


@pytest.mark.parametrize("count", ["-1", "1.5", "x", "99999999"])
def test_a_count_that_is_none(table: Write, count: str) -> None:
    source = Facilities(
        path=table(f"id,lon,lat,n\na,1,2,{count}\n"), format="cells", count_column="n", category="诊所"
    )
    with pytest.raises(InputError, match="whole number") as raised:
        read_facilities(source)
    assert (raised.value.row, raised.value.column) == (2, "n")


@pytest.mark.parametrize(
    ("count", "category", "key"),
    [
        (None, "诊所", "cells_need"),
        ("n", None, "cells_need"),
        ("m", "诊所", "missing_column"),
    ],
)
def test_cells_say_what_they_need(table: Write, count: str | None, category: str | None, key: str) -> None:
    source = Facilities(
        path=table("id,lon,lat,n\na,1,2,1\n"), format="cells", count_column=count, category=category
    )
    with pytest.raises(InputError) as raised:
        read_facilities(source)
    assert raised.value.sentence.key == f"inputs.{key}"


def test_porto_alegres_cells() -> None:
    path = real("portoalegre/hexgrid.csv")
    source = Facilities(path=path, format="cells", count_column="healthcare", category="医疗卫生机构")
    found, _ = read_facilities(source)
    assert len(found) == 141
    assert found.geometry.nunique() == 117


def test_a_negative_number_of_beds_is_refused(table: Write) -> None:
    path = table("name,category,lon,lat,床位数\na,医院,104,31,-5\n")
    with pytest.raises(InputError, match="-5") as raised:
        read_facilities(Facilities(path=path))
    assert (raised.value.row, raised.value.column) == (2, "床位数")


def test_a_lone_longitude_is_one_fault_and_many_swapped_rows_are_another(table: Write) -> None:
    with pytest.raises(InputError) as raised:
        read_facilities(Facilities(path=table("name,category,lon\na,医院,104\nb,医院,105\n")))
    assert raised.value.sentence.key == "inputs.missing_column"
    rows = "".join(f"n{i},医院,31.{i},104.{i}\n" for i in range(40))
    with pytest.raises(InputError) as raised:
        read_facilities(Facilities(path=table(f"name,category,lon,lat\n{rows}")))
    assert raised.value.sentence.key == "inputs.swapped_many"
    assert raised.value.sentence.facts["count"] == 40


def test_a_table_without_designations_says_nothing_of_them(table: Write) -> None:
    rows = "a,医院,104,31,\nb,医院,104,31,卒中中心\n"
    said, _ = read_facilities(Facilities(path=table(f"name,category,lon,lat,称号\n{rows}")))
    silent, _ = read_facilities(Facilities(path=table("name,category,lon,lat\na,医院,104,31\n")))
    assert categories.roles_held(said, ["卒中中心"]).tolist() == [False, True]
    assert categories.roles_held(silent, ["卒中中心"]).tolist() == [None]
    assert not categories.select(silent, ["医院"], ["卒中中心"]).any()
