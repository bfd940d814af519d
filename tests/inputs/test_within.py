"""Finer areas of a file beyond the study, and ways that are no area of their own."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from carecircle.errors import InputError
from carecircle.inputs.areas.boundaries import read_areas
from carecircle.inputs.areas.known_areas import areas_in_extract
from carecircle.study import Boundaries

COUNTY = shapely.box(104.0, 31.0, 104.2, 31.1)


def _areas(tmp_path: Path, towns: list[tuple[str, object]], villages: str = "") -> list[str]:
    county = tmp_path / "county.geojson"
    gpd.GeoDataFrame({"area_id": ["990101"], "name": ["县"]}, geometry=[COUNTY], crs=4326).to_file(county)
    file = tmp_path / "towns.geojson"
    ids, shapes = zip(*towns, strict=True)
    gpd.GeoDataFrame({"area_id": ids, "name": ids}, geometry=list(shapes), crs=4326).to_file(file)
    levels: list[dict[str, object]] = [{"level": "town", "path": file}]
    if villages:
        table = tmp_path / "villages.csv"
        table.write_text(villages, encoding="utf-8")
        levels.append({"level": "village", "path": table})
    frame, findings = read_areas(Boundaries.model_validate({"path": county, "levels": levels}))
    kept = frame["area_id"].tolist()
    assert ("inputs.areas_beyond" in {f.sentence.key for f in findings}) == (
        len(kept) < 1 + len(towns) + max(villages.count("\n") - 1, 0)
    )
    return kept


def test_a_town_of_another_county_is_left_out_and_one_on_a_rough_border_stays(tmp_path: Path) -> None:
    inside = ("990101001", shapely.box(104.0, 31.0, 104.1, 31.1))
    rough = ("西镇", shapely.box(104.1, 31.0, 104.21, 31.1))
    beyond = ("990102001", shapely.box(104.21, 31.0, 104.3, 31.1))
    assert _areas(tmp_path, [inside, rough, beyond]) == ["990101", "990101001", "西镇"]


def test_the_own_code_keeps_an_exclave(tmp_path: Path) -> None:
    inside = ("990101001", shapely.box(104.0, 31.0, 104.2, 31.1))
    exclave = ("990101002", shapely.box(104.5, 31.0, 104.6, 31.1))
    assert _areas(tmp_path, [inside, exclave]) == ["990101", "990101001", "990101002"]


def test_villages_without_a_place_go_by_their_codes(tmp_path: Path) -> None:
    town = ("990101001", shapely.box(104.0, 31.0, 104.2, 31.1))
    table = "area_id,name,parent_id\n990101001001,甲,\n990102001001,乙,990102001\n"
    assert _areas(tmp_path, [town], table) == ["990101", "990101001", "990101001001"]


def test_a_layer_that_lies_elsewhere_altogether_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="all areas of this file"):
        _areas(tmp_path, [("town a", shapely.box(10.0, 50.0, 10.1, 50.1))])


def test_a_closed_way_of_an_exclave_is_no_town(tmp_path: Path) -> None:
    file = tmp_path / "a.osm"
    nodes = "".join(
        f'<node id="{i}" lat="{lat}" lon="{lon}" version="1"/>'
        for i, (lon, lat) in enumerate(
            [(104.0, 31.0), (104.1, 31.0), (104.1, 31.1), (104.2, 31.0), (104.3, 31.0), (104.3, 31.1)], 1
        )
    )
    tags = '<tag k="boundary" v="administrative"/><tag k="admin_level" v="8"/>'
    ways = ""
    for way, first in ((10, 1), (11, 4)):
        ring = "".join(f'<nd ref="{n}"/>' for n in (first, first + 1, first + 2, first))
        ways += f'<way id="{way}" version="1">{ring}{tags}</way>'
    relation = (
        '<relation id="20" version="1"><member type="way" ref="10" role="outer"/>'
        '<member type="way" ref="11" role="outer"/><tag k="type" v="boundary"/>'
        f'<tag k="name" v="东镇"/>{tags}</relation>'
    )
    file.write_text(f'<osm version="0.6">{nodes}{ways}{relation}</osm>', encoding="utf-8")
    assert [(a.area_id, a.name) for a in areas_in_extract(file, admin_level=8)] == [("r20", "东镇")]
