"""Residents of polygons: spread evenly or by a grid, every one of them somewhere in their polygon."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from carecircle import analyze
from carecircle.errors import CarecircleError
from carecircle.inputs.load import load_inputs
from carecircle.inputs.residents.population import read_points
from carecircle.study import Residents, SpreadBy, load_study
from worlds import box, east, street_study, write_features

WEST, EAST = (0.0, -400.0, 800.0, 400.0), (10_500.0, -400.0, 11_500.0, 400.0)
"""Metres: one within the county, one half beyond its border at 11,000 m."""


def census(folder: Path, *people: float) -> Path:
    rows = zip((WEST, EAST), people, ("w", "e"), strict=True)
    shapes: list[tuple[str, Any, dict[str, Any]]] = [
        ("Polygon", box(*b), {"demand_id": n, "population": p}) for b, p, n in rows
    ]
    return write_features(folder / "census.geojson", shapes)


def spread(path: Path, **more: Any) -> tuple[gpd.GeoDataFrame, list[str]]:
    demand, _, findings = read_points(Residents(path=path, format="polygons", **more))
    return demand, [f.sentence.key for f in findings]


def test_evenly_every_part_of_a_polygon_has_its_share(tmp_path: Path) -> None:
    demand, said = spread(census(tmp_path, 640, 80))
    people = demand.groupby(demand["demand_id"].str[0])["residents"]
    assert {k: math.fsum(v) for k, v in people} == {"w": 640, "e": 80}
    assert said == ["inputs.spread_evenly"]
    west = demand[demand["demand_id"].str.startswith("w")]
    assert 64 <= len(west) <= 81  # 800 m by 800 m in cells of 100 m
    half = math.fsum(west["residents"][west.geometry.x < east(400)[0]])
    assert half == pytest.approx(320, rel=0.02)
    polygon = shapely.Polygon(box(*WEST)[0])
    assert shapely.covers(polygon.buffer(1e-9), west.geometry.to_numpy()).all()


def grid(folder: Path, *settled: tuple[float, float, float]) -> Path:
    """Cells of a thousandth of a degree: so many residents at so many metres east and north."""
    cells = np.zeros((20, 130))
    west, north = 104.499, 31.31
    for x, y, people in settled:
        lon, lat = east(x, y)
        cells[int((north - lat) / 0.001), int((lon - west) / 0.001)] = people
    path = folder / "people.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=20, width=130, count=1, dtype="float64", crs="EPSG:4326",
        transform=Affine(0.001, 0, west, 0, -0.001, north),
    ) as out:  # fmt: skip
        out.write(cells, 1)
    return path


def test_a_grid_says_where_and_the_polygon_how_many(tmp_path: Path) -> None:
    by = SpreadBy(path=grid(tmp_path, (200, 100, 3.0), (600, -200, 1.0)))
    demand, said = spread(census(tmp_path, 640, 80), grid=by)
    west = demand[demand["demand_id"].str.startswith("w")]
    assert sorted(west["residents"]) == [160, 480]
    assert west.geometry.x[west["residents"].idxmax()] == pytest.approx(east(200)[0], abs=0.001)
    assert math.fsum(demand["residents"]) == 720  # the other, where the grid has nobody, evenly
    assert said == ["inputs.spread_by_grid", "inputs.spread_where_nobody"]


def test_nobody_and_nowhere_stay_one_row(tmp_path: Path) -> None:
    demand, _ = spread(census(tmp_path, 0, 80))
    assert demand["demand_id"].tolist()[0] == "w"
    assert demand.geometry.iloc[0].geom_type == "Point"


def test_a_thin_polygon_and_one_of_a_house_keep_their_residents(tmp_path: Path) -> None:
    thin, small = box(0, 0, 9000, 0.5), box(0, 100, 4, 104)
    path = write_features(
        tmp_path / "c.geojson",
        [("Polygon", thin, {"population": 7}), ("Polygon", small, {"population": 3.3})],
    )
    demand, _ = spread(path)
    assert math.fsum(demand["residents"]) == pytest.approx(10.3, abs=1e-12)
    assert len(demand) < 400


def test_the_ledger_is_balanced_over_a_border(tmp_path: Path) -> None:
    study = street_study(tmp_path)
    census(tmp_path, 640, 80)
    text = study.read_text(encoding="utf-8").replace('"residents.csv"', '"census.geojson"')
    study.write_text(text.replace('format = "points"', 'format = "polygons"'), encoding="utf-8")
    ledger = load_inputs(load_study(study)).ledger
    assert ledger is not None
    assert ledger.total == ledger.inside + ledger.outside == pytest.approx(720, abs=1e-9)
    assert ledger.outside == pytest.approx(40, rel=0.1)  # half of the eastern polygon
    manifest = analyze(load_study(study)).manifest
    assert "census.geojson" in manifest["inputs"]


def test_the_grid_is_one_of_the_study_s_inputs(tmp_path: Path) -> None:
    study = street_study(tmp_path)
    census(tmp_path, 640, 80)
    grid(tmp_path, (200, 100, 3.0))
    text = study.read_text(encoding="utf-8").replace('"residents.csv"', '"census.geojson"')
    text = text.replace('format = "points"', 'format = "polygons"\n[residents.grid]\npath = "people.tif"')
    study.write_text(text, encoding="utf-8")
    assert {"census.geojson", "people.tif"} <= set(analyze(load_study(study)).manifest["inputs"])
    (tmp_path / "people.tif").unlink()
    with pytest.raises(CarecircleError) as fault:
        load_study(study)
    assert "people.tif" in fault.value.text("en")


def test_a_grid_without_polygons_and_polygons_without_shapes_are_refused(tmp_path: Path) -> None:
    study = street_study(tmp_path)
    text = study.read_text(encoding="utf-8")
    path = grid(tmp_path, (200, 100, 3.0)).name
    study.write_text(text + f'[residents.grid]\npath = "{path}"\n', encoding="utf-8")
    with pytest.raises(CarecircleError) as fault:
        load_study(study)
    assert 'format = "polygons"' in fault.value.text("en")
    study.write_text(text.replace('format = "points"', 'format = "polygons"'), encoding="utf-8")
    with pytest.raises(CarecircleError) as fault:
        load_inputs(load_study(study))
    assert 'format = "points"' in fault.value.text("en")
