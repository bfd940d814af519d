"""Facilities by OpenStreetMap tags: nodes, ways, relations, none twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import osmium
import pytest

from carecircle import categories
from carecircle.errors import InputError
from carecircle.inputs.facilities.osm import read_osm_facilities
from carecircle.inputs.load import load_inputs
from realdata import real

HOSPITAL = {"amenity": "hospital", "name": "区人民医院"}


def _write(path: Path, nodes: Any, ways: Any = (), relations: Any = ()) -> Path:
    with osmium.SimpleWriter(str(path)) as out:
        for ref, lon, lat, tags in nodes:
            out.add_node(osmium.osm.mutable.Node(id=ref, location=(lon, lat), tags=tags))
        for ref, refs, tags in ways:
            out.add_way(osmium.osm.mutable.Way(id=ref, nodes=refs, tags=tags))
        for ref, members, tags in relations:
            out.add_relation(osmium.osm.mutable.Relation(id=ref, members=members, tags=tags))
    return path


SQUARE = [(1, 0.0, 0.0, {}), (2, 1.0, 0.0, {}), (3, 1.0, 1.0, {}), (4, 0.0, 1.0, {})]


def test_a_relation_of_two_ways_is_one_facility(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "a.osm.pbf",
        [
            *SQUARE,
            (9, 0.5, 0.5, {"amenity": "hospital"}),
            (10, 0.5, 0.4, {"amenity": "hospital", "name": "另一家"}),
        ],
        [(1, [1, 2, 3], {}), (2, [3, 4, 1], HOSPITAL)],
        [(7, [("w", 1, "outer"), ("w", 2, "outer")], {**HOSPITAL, "type": "multipolygon", "beds": "550"})],
    )
    found, findings = read_osm_facilities(path)
    assert found["facility_id"].tolist() == ["n10", "r7"]
    assert found["name"].tolist() == ["另一家", "区人民医院"]
    assert found["attributes"].tolist()[1] == {"beds": 550.0}
    assert (found.geometry.x[1], found.geometry.y[1]) == (0.5, 0.5)
    assert "inputs.osm_twice" in {f.sentence.key for f in findings}


def test_every_kind_of_shape(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "a.osm.pbf",
        [*SQUARE, (5, 5.0, 5.0, {"emergency": "ambulance_station"}), (6, 6.0, 6.0, {"amenity": "bench"})],
        [(1, [1, 2, 3, 4, 1], {"amenity": "clinic", "name": "略坪镇中心卫生院"}),
         (2, [1, 2], {"amenity": "doctors", "disused": "yes"})],
        [(8, [("n", 5, "")], {"healthcare": "hospital", "operator:type": "government"})],
    )  # fmt: skip
    found, _ = read_osm_facilities(path)
    rows = dict(zip(found["facility_id"], zip(found["category"], found["status"], strict=True), strict=True))
    assert rows == {
        "n5": ("急救中心（站）", "open"), "w1": ("中心卫生院", "open"),
        "w2": ("诊所", "closed"), "r8": ("医院", "open"),
    }  # fmt: skip
    assert found["attributes"].tolist()[-1] == {"ownership": "政府办"}


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        (HOSPITAL, "open"),
        ({**HOSPITAL, "disused": "yes"}, "closed"),
        ({**HOSPITAL, "demolished": "yes"}, "closed"),
        ({**HOSPITAL, "disused": "no"}, "open"),
        ({**HOSPITAL, "abandoned:amenity": "hospital"}, "closed"),
        ({**HOSPITAL, "was:healthcare": "hospital"}, "closed"),
        ({"amenity": "clinic", "name": "门诊部", "was:amenity": "hospital"}, "open"),
        ({"amenity": "hospital", "name": "Mercy Hospital (historical)"}, "closed"),
        ({"amenity": "hospital", "name": "老医院（Historical）"}, "closed"),
        ({"amenity": "hospital", "name": "Historical Society Hospital"}, "open"),
    ],
)
def test_what_was_a_facility_serves_nobody(tags: dict[str, str], status: str, tmp_path: Path) -> None:
    found, findings = read_osm_facilities(_write(tmp_path / "a.osm.pbf", [(1, 0.0, 0.0, tags)]))
    assert found["status"].tolist() == [status]
    said = [f.sentence.facts for f in findings if f.sentence.key == "inputs.osm_past"]
    assert said == ([] if status == "open" else [{"count": 1, "names": [tags["name"]]}])


def test_what_only_was_a_facility_is_none(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.osm.pbf", [(1, 0.0, 0.0, {"disused:amenity": "hospital", "name": "旧医院"})])
    with pytest.raises(InputError, match="no health facilities"):
        read_osm_facilities(path)


def test_a_nursing_home_is_no_hospital(tmp_path: Path) -> None:
    homes = [
        (1, 0.0, 0.0, {"amenity": "nursing_home", "name": "Haus am Park"}),
        (2, 1.0, 0.0, {"amenity": "nursing_home", "name": "南山护理院"}),
        (3, 2.0, 0.0, HOSPITAL),
        (4, 3.0, 0.0, {"amenity": "clinic", "name": "北山养老院"}),
    ]
    found, _ = read_osm_facilities(_write(tmp_path / "a.osm.pbf", homes))
    assert found["category"].tolist() == ["养老机构", "护理院", "综合医院", "门诊部"]
    assert categories.select(found, ("医院",), ()).tolist() == [False, True, True, False]


def test_no_facilities_and_no_pbf(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no health facilities"):
        read_osm_facilities(_write(tmp_path / "a.osm.pbf", SQUARE))
    (tmp_path / "b.osm.pbf").write_bytes(b"no pbf")
    with pytest.raises(InputError, match="not a complete"):
        read_osm_facilities(tmp_path / "b.osm.pbf")


@pytest.mark.real
def test_heidelbergs_five_hospitals_and_one_doctor(study_of: Callable[..., Any]) -> None:
    path = real("heidelberg/heidelberg.osm.pbf")
    found, findings = read_osm_facilities(path)
    kinds = found.groupby(["category", found["facility_id"].str[0]]).size().to_dict()
    assert kinds == {("医院", "w"): 5, ("诊所", "n"): 1}
    assert found["facility_id"].is_unique
    assert {f.sentence.key for f in findings} == {"inputs.osm_mapping"}
    inputs = load_inputs(study_of(facilities={"path": path, "format": "osm"}, assumptions={"buffer_km": 1}))
    assert len(inputs.facilities) == 6
    assert inputs.attributions == ("© OpenStreetMap contributors (ODbL)",)
