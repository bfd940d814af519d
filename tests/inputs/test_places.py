"""Places in one cell, degrees and minutes, and datums named by a header."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from carecircle.categories import from_osm_tags
from carecircle.errors import InputError
from carecircle.inputs.facilities.reading import read_facilities
from carecircle.inputs.tables.places import column_of_places, datum_of, degrees, in_one_cell, says_lat_first
from carecircle.study import Facilities


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        ("104.5,31.3", (104.5, 31.3)),
        ("104.5，31.3", (104.5, 31.3)),
        ("104.5 31.3", (104.5, 31.3)),
        ("(104.5; 31.3)", (104.5, 31.3)),
        ("31.3,104.5", (104.5, 31.3)),
        ("POINT (104.5 31.3)", (104.5, 31.3)),
        ("POINT Z(104.5 31.3 480)", (104.5, 31.3)),
        ("SRID=4326;POINT(104.5 31.3)", (104.5, 31.3)),
        ("MULTIPOINT ((104.5 31.3))", (104.5, 31.3)),
        ("104°30′00″E，31°18′00″N", (104.5, 31.3)),
        ("四川省德阳市", None),
        ("POINT (x y)", None),
        ("12,13,14", None),
        (None, None),
    ],
)
def test_a_place_in_one_cell(cell: str | None, place: tuple[float, float] | None) -> None:
    assert in_one_cell(cell) == place


def test_the_header_says_which_number_comes_first() -> None:
    assert [says_lat_first(h) for h in ("纬经度", "latlng")] == [True, True]
    assert [says_lat_first(h) for h in ("经纬度", "location")] == [False, False]
    assert in_one_cell("12.5,41.9", lat_first=True) == (41.9, 12.5)


def test_a_list_of_whole_numbers_is_no_place() -> None:
    frame = pd.DataFrame({"n": ["1,2", "3,4"], "place": ["1.5,2.5", None]}, dtype=object)
    assert column_of_places(frame, ["n", "place"]) == "place"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("104°30′00″", 104.5),
        ("104°30'", 104.5),
        ("E104°30'0\"", 104.5),
        ("31°18′S", -31.3),
        ("-31°18′", -31.3),
        ("104.5°", 104.5),
        ("104°75′", None),
        ("abc", None),
    ],
)
def test_degrees_minutes_and_seconds(cell: str, value: float | None) -> None:
    found = degrees(cell)
    assert found == (value if value is None else pytest.approx(value, abs=1e-12))


@pytest.mark.parametrize(
    ("header", "datum"),
    [
        ("lon_gcj02", "gcj02"),
        ("高德经度", "gcj02"),
        ("百度纬度", "bd09"),
        ("bd_lng", "bd09"),
        ("lon_wgs84", "wgs84"),
        ("经度", None),
        ("longitude", None),
    ],
)
def test_the_datum_of_a_header(header: str, datum: str | None) -> None:
    assert datum_of(header) == datum


def _facilities(tmp_path: Path, text: str, **keys: object) -> tuple[list[object], list[str]]:
    file = tmp_path / "f.csv"
    file.write_text(text, encoding="utf-8")
    frame, findings = read_facilities(Facilities.model_validate({"path": file, **keys}))
    return frame.geometry.tolist(), [f.sentence.key for f in findings]


def test_a_datum_in_the_study_file_outweighs_the_header(tmp_path: Path) -> None:
    text = "名称,类别,高德经度,高德纬度\n甲,医院,104.502544,31.297755\n"
    by_header, said = _facilities(tmp_path, text)
    assert said == ["inputs.datum_by_header"]
    assert by_header[0].x == pytest.approx(104.5, abs=1e-5)  # type: ignore[attr-defined]
    stated, said = _facilities(tmp_path, text, datum="wgs84")
    assert said == ["inputs.datum_contradicted"]
    assert stated[0].x == 104.502544  # type: ignore[attr-defined]


def test_a_table_without_any_coordinates_says_which_columns_it_has(tmp_path: Path) -> None:
    places, said = _facilities(tmp_path, "名称,类别,地址\n甲,医院,人民路 1 号\n")
    assert places == [None]
    assert said == ["inputs.no_place_columns"]


def test_an_address_called_location_is_no_place(tmp_path: Path) -> None:
    places, said = _facilities(tmp_path, "name,category,location,lon,lat\nA,医院,Main Street 1,104.5,31.3\n")
    assert places[0] is not None
    assert said == []


def _osm_export(tmp_path: Path, text: str) -> tuple[list[str], list[str]]:
    file = tmp_path / "f.csv"
    file.write_text(text, encoding="utf-8")
    frame, findings = read_facilities(Facilities(path=file))
    return frame["category"].tolist(), [f.sentence.key for f in findings]


def test_values_of_openstreetmap_are_read_by_its_tags(tmp_path: Path) -> None:
    text = (
        "osm_id,amenity,healthcare,x,y\n1,hospital,,104.5,31.3\n2,clinic,centre,104.5,31.3\n3,pharmacy,,1,2\n"
    )
    found, said = _osm_export(tmp_path, text)
    assert found == ["医院", from_osm_tags({"amenity": "clinic", "healthcare": "centre"})[0]]  # type: ignore[index]
    assert said == ["inputs.no_facility_values"]


def test_an_export_without_any_health_facility_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no health facilities"):
        _osm_export(tmp_path, "osm_id,amenity,x,y\n1,pharmacy,104.5,31.3\n")
