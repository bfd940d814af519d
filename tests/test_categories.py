"""The categories: spellings, hierarchy, roles granted by level and ownership, OSM tags."""

from __future__ import annotations

import pandas as pd
import pytest

from carecircle import categories as cat
from carecircle.categories.terms import fold


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("急救中心（站）", "急救中心（站）"),
        ("急救中心(站)", "急救中心（站）"),
        ("妇幼保健院", "妇幼保健机构"),
        (" Community Health Center ", "社区卫生服务中心"),
        ("卫生院", "乡镇卫生院"),
        ("village_clinic", "村卫生室"),
        ("shop", None),
    ],
)
def test_spellings(spelling: str, expected: str | None) -> None:
    assert cat.canonical(spelling) == expected


def test_every_term_means_one_thing() -> None:
    for specs in (cat.categories(), {**cat.designations(), **cat.departments()}):
        seen: dict[str, str] = {}
        for one in specs.values():
            for term in (one.id, *one.aliases):
                folded = fold(term)
                assert seen.setdefault(folded, one.id) == one.id, (term, seen[folded], one.id)
    for table in (cat.attributes(), cat.area_attributes()):
        seen = {}
        for spec in table.values():
            for term in (spec.id, spec.zh, *spec.aliases):
                assert seen.setdefault(fold(term), spec.id) == spec.id, (term, spec.id)


def test_hierarchy_has_no_loops_and_known_parents() -> None:
    known = cat.categories()
    assert all(c.parent is None or c.parent in known for c in known.values())
    assert cat.descendants("乡镇卫生院") == {"乡镇卫生院", "中心卫生院"}
    assert "中心村卫生室" in cat.descendants("基层医疗卫生机构")
    assert "卫生院分院（服务点）" not in cat.descendants("乡镇卫生院")


def test_nearest_names_a_known_category() -> None:
    assert cat.nearest("城市社区卫生服务中心") == "社区卫生服务中心"
    assert cat.nearest("hospitl") == "医院"


@pytest.mark.parametrize(
    ("attributes", "wanted", "expected"),
    [
        ({"level": "三级甲等"}, "三级甲等", True),
        ({"level": "三甲"}, "三级", True),
        ({"level": "三乙"}, "三级甲等", False),
        ({"level": "二级甲等"}, "二级及以上", True),
        ({"level": "一级"}, "二级及以上", False),
        ({"level": "未定级"}, "二级及以上", False),
        ({}, "二级及以上", None),
        ({"ownership": "private"}, "公立", False),
        ({"ownership": "政府办"}, "公立", True),
        ({"departments": ("急诊科", "儿科")}, "急诊科", True),
        ({"departments": "急诊室、儿科"}, "急诊科", True),
        ({"departments": ("独立发热门诊",)}, "发热诊室", True),
        ({"departments": ()}, "急诊科", False),
        ({}, "急诊科", None),
    ],
)
def test_roles_from_attributes(attributes: dict[str, object], wanted: str, expected: bool | None) -> None:
    assert cat.is_role(wanted)
    assert cat.holds((), attributes, wanted) is expected


def test_select_takes_open_narrower_and_every_role() -> None:
    facilities = pd.DataFrame(
        {
            "category": ["中心卫生院", "乡镇卫生院", "乡镇卫生院", "村卫生室"],
            "status": ["open", "open", "closed", "open"],
            "designations": [("次中心",), (), ("次中心",), ()],
            "attributes": [{}, {}, {}, {}],
        }
    )
    assert cat.select(facilities, ["乡镇卫生院"], []).tolist() == [True, True, False, False]
    assert cat.select(facilities, ["乡镇卫生院"], ["次中心"]).tolist() == [True, False, False, False]
    assert cat.select(facilities, [], []).tolist() == [True, True, False, True]


def test_openstreetmap() -> None:
    assert cat.from_osm_tags({"amenity": "hospital"}) == ("医院", ())
    assert cat.from_osm_tags({"emergency": "ambulance_station"}) == ("急救中心（站）", ())
    assert cat.from_osm_tags({"amenity": "clinic", "name": "万安社区卫生服务中心"}) == (
        "社区卫生服务中心",
        (),
    )
    assert cat.from_osm_tags({"shop": "bakery"}) is None
