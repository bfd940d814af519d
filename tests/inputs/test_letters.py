"""Letters for words in road tables: read where their meaning is certain, refused where it is not."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from carecircle.errors import InputError
from carecircle.inputs.datum import study_crs
from carecircle.inputs.roads.edges import read_roads
from carecircle.profiles import modes
from carecircle.study import Roads

CRS = study_crs(104.5, 31.3)
EVERYWHERE = shapely.box(-1e7, -1e7, 2e7, 2e7)


def driven(
    tmp_path: Path, oneway: list[Any], given: dict[str, str] | None = None, **columns: Any
) -> list[str]:
    """Of each row, drawn eastward: whether a car may use it along, against, both ways or neither."""
    shapes = [
        shapely.LineString([(104.5, 31.3 + n / 100), (104.51, 31.3 + n / 100)]) for n in range(len(oneway))
    ]
    path = tmp_path / "roads.gpkg"
    header = (given or {}).get("oneway", "oneway")
    columns = {"fclass": ["residential"] * len(oneway), **columns, header: oneway}
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(path)
    source = Roads(path=path, format="edges", columns=given or {})
    edges = read_roads(source, CRS, EVERYWHERE, modes=modes())[0]
    said = []
    for n in range(len(oneway)):
        seconds = {int(i) % 2: s for i, s in zip(edges["edge_id"], edges["travel_time_s_drive"], strict=True)
                   if int(i) // 2 == n}  # fmt: skip
        along, against = (math.isfinite(seconds.get(way, math.inf)) for way in (0, 1))
        said.append({(1, 1): "both", (1, 0): "along", (0, 1): "against", (0, 0): "neither"}[along, against])
    return said


@pytest.mark.parametrize(
    ("oneway", "columns", "right"),
    [
        (["F", "T", "B"], {}, ["along", "against", "both"]),
        (["f", " t ", None], {}, ["along", "against", "both"]),
        (["F", "F"], {"osm_id": ["1", "2"]}, ["along", "along"]),
        (["yes", "-1", "no"], {}, ["along", "against", "both"]),
        (["true", "false", "1"], {}, ["along", "both", "along"]),
    ],
)
def test_geofabriks_letters(oneway: list[Any], columns: Any, right: list[str], tmp_path: Path) -> None:
    assert driven(tmp_path, oneway, **columns) == right


def test_letters_with_b_need_no_geofabrik(tmp_path: Path) -> None:
    given = {"highway": "kind", "oneway": "dir"}
    kinds = {"kind": ["residential"] * 3, "fclass": [None] * 3}
    assert driven(tmp_path, ["F", "T", "B"], given, **kinds) == ["along", "against", "both"]


def test_letters_that_may_be_true_and_false_are_refused_by_name(tmp_path: Path) -> None:
    shapes = [shapely.LineString([(104.5, 31.3), (104.51, 31.3)])] * 2
    path = tmp_path / "roads.gpkg"
    gpd.GeoDataFrame(
        {"highway": ["residential"] * 2, "oneway": ["T", "F"]}, geometry=shapes, crs=4326
    ).to_file(path)
    with pytest.raises(InputError, match=r"oneway.*marked F, T|oneway.*F.*T") as fault:
        read_roads(Roads(path=path, format="edges"), CRS, EVERYWHERE, modes=modes())
    assert "roads.gpkg" in fault.value.text("en")


def test_a_tunnel_by_letter_lets_nobody_stop(tmp_path: Path) -> None:
    shapes = [shapely.LineString([(104.5, 31.3 + n / 100), (104.51, 31.3 + n / 100)]) for n in range(2)]
    path = tmp_path / "roads.gpkg"
    columns = {"fclass": ["primary"] * 2, "tunnel": ["T", "F"]}
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(path)
    edges = read_roads(Roads(path=path, format="edges"), CRS, EVERYWHERE, modes=modes())[0]
    assert edges.groupby(edges["edge_id"] // 2)["may_stop_drive"].first().tolist() == [False, True]
