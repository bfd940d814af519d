"""Numbers at the doors of tables and rasters: finite and of a size to reckon with, or refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

import carecircle
from carecircle.analysis.run import reanalyze
from carecircle.errors import InputError, UsageError
from carecircle.fetch.area import area_by_name
from carecircle.fetch.data import clip_raster, write_pbf
from carecircle.fetch.fetching import fetch
from carecircle.fetch.web import Servers
from carecircle.inputs.datum import study_crs
from carecircle.inputs.load import load_inputs
from carecircle.inputs.sites import read_polygons
from carecircle.inputs.tables.values import number, plain
from carecircle.outputs.map.overlays import proposals
from carecircle.outputs.telling import manifest_hash
from carecircle.study import load_study
from worlds import east, street_study, write_csv, write_features


@pytest.mark.parametrize("cell", ["1e308", "1e16", "9" * 400, "1e999", 1e300, float("inf")])
def test_a_number_far_too_large_is_none(cell: object) -> None:
    assert number(cell) is None


def test_a_cell_is_cleaned_at_the_door() -> None:
    assert plain("东河\x00村\ufffe卫生室\x1b[31m") == "东河村卫生室[31m"
    assert plain("\x00\x01") is None


def test_residents_far_too_many_are_told_with_their_row(tmp_path: Path) -> None:
    study = street_study(tmp_path)
    text = (tmp_path / "residents.csv").read_text(encoding="utf-8")
    (tmp_path / "residents.csv").write_text(text.replace(",300", ",1e308"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_inputs(load_study(study), modes=("walk",))
    assert (caught.value.row, caught.value.column) == (3, "population")


def _raster(path: Path, cells: list[list[float]], *, left: float = 104.0, step: float = 0.01) -> Path:
    data = np.array([cells], dtype="float64")
    profile = {"driver": "GTiff", "dtype": "float64", "count": 1, "crs": "EPSG:4326",
               "width": data.shape[2], "height": data.shape[1],
               "transform": Affine(step, 0, left, 0, -step, 31.0)}  # fmt: skip
    with rasterio.open(path, "w", **profile) as out:
        out.write(data)
    return path


@pytest.mark.parametrize("fill", [np.finfo("float64").max, float("inf"), 3.4e38, 1e10])
def test_a_fill_value_that_is_not_declared_is_no_resident(tmp_path: Path, fill: float) -> None:
    study = street_study(tmp_path)
    _raster(tmp_path / "people.tif", [[1.0, fill], [2.0, 3.0]])
    text = study.read_text(encoding="utf-8").replace(
        'path = "residents.csv"\nformat = "points"', 'path = "people.tif"\nformat = "raster"'
    )
    study.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="1 cell holds an impossible number of residents"):
        load_inputs(load_study(study), modes=("walk",))


@pytest.mark.parametrize(("lon", "lat"), [(np.nan, 1), (1, np.nan), (np.inf, 0), (1e9, 0), (0, 91)])
def test_a_study_that_is_nowhere_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(InputError, match="do not exist on Earth"):
        study_crs(lon, lat)


@pytest.mark.parametrize("point", [[104.0, 91.0], [1e300, 31.0]])
def test_roads_off_the_globe_are_refused(tmp_path: Path, point: list[float]) -> None:
    study = street_study(tmp_path)
    line = [list(east(0)), point]
    write_features(tmp_path / "roads.geojson", [("LineString", line, {"highway": "residential"})])
    with pytest.raises(InputError, match=r"roads\.geojson"):
        load_inputs(load_study(study), modes=("walk",))


def test_roads_without_a_line_are_refused(tmp_path: Path) -> None:
    study = street_study(tmp_path)
    write_features(tmp_path / "roads.geojson", [("LineString", [], {"highway": "residential"})])
    with pytest.raises(InputError, match=r"roads\.geojson"):
        load_inputs(load_study(study), modes=("walk",))


def test_a_table_is_no_polygons(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="polygon"):
        read_polygons(write_csv(tmp_path / "t.csv", [{"a": 1}]))


class _Says:
    """A server that answers so."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def json(self, url: str, **_: object) -> object:
        return self.answer


@pytest.mark.parametrize(
    "answer",
    [
        None, 3, [None], ["x"], [{}], [{"geojson": None}], [{"geojson": 3}], [{"geojson": {"type": "Point"}}],
        [{"geojson": {"type": "Polygon", "coordinates": []}}],
        [{"geojson": {"type": "Polygon", "coordinates": [[[0, 0], [1e9, 0], [1, 1], [0, 0]]]}}],
        [{"geojson": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0], [0, 0]]]}}],
    ],
)  # fmt: skip
def test_whatever_a_server_answers_about_a_place(answer: object) -> None:
    with pytest.raises(InputError):
        area_by_name("x", Servers(), _Says(answer))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "elements",
    [
        [3], [None], [{"type": "node"}], [{"type": "star", "id": 1}], [{"type": "node", "id": "x"}],
        [{"type": "node", "id": 1, "lon": None, "lat": 2}],
        [{"type": "node", "id": 1, "lon": 1e300, "lat": 2}],
        [{"type": "way", "id": 1, "nodes": 5}], [{"type": "relation", "id": 1, "members": [{}]}],
        [{"type": "node", "id": 10**30, "lon": 1, "lat": 2}],
        [{"type": "node", "id": 1, "lon": 1, "lat": 2, "tags": 3}],
    ],
)  # fmt: skip
def test_whatever_a_server_answers_about_roads(elements: list[object], tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_pbf({"elements": elements}, tmp_path / "out.osm.pbf")


def test_a_buffer_that_is_no_number_is_refused_before_anything(tmp_path: Path) -> None:
    for value in (float("nan"), float("inf"), -1.0, 1e6):
        with pytest.raises(UsageError, match="buffer"):
            fetch(tmp_path / "new", place_name="x", buffer_km=value)


def test_a_grid_without_a_place_is_not_clipped(tmp_path: Path) -> None:
    path = tmp_path / "bare.tif"
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "width": 2, "height": 2}
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning), rasterio.open(path, "w", **profile) as out:
        out.write(np.ones((1, 2, 2), dtype="float32"))
    import shapely

    with pytest.raises(InputError):
        clip_raster(path, shapely.box(0, 0, 1, 1), tmp_path / "out.tif")


@pytest.mark.parametrize("sites", [3, [3], [None], [{}], [{"rank": 1, "name": 3}], {"a": 1}])
def test_a_damaged_siting_file_proposes_nothing(tmp_path: Path, sites: object) -> None:
    (tmp_path / "siting.json").write_text(json.dumps({"study": "s", "sites": sites}))
    assert proposals(tmp_path, "s") == []


def test_a_scenario_has_a_fingerprint_of_its_own(tmp_path: Path) -> None:
    analysis = carecircle.analyze(street_study(tmp_path))
    lon, lat = east(9000)
    site = {"facility_id": "new", "category": "社区卫生服务中心", "lon": lon, "lat": lat}
    table = write_csv(tmp_path / "sites.csv", [site])
    added = reanalyze(analysis, add=[site], table=table)
    moved = reanalyze(analysis, add=[{**site, "lon": lon - 0.001}])
    closed = reanalyze(analysis, close=["centre"])
    prints = {manifest_hash(a.manifest) for a in (analysis, added, moved, closed)}
    assert len(prints) == 4
    assert set(added.manifest["inputs"]) - set(analysis.manifest["inputs"]) == {"sites.csv"}
    assert added.manifest["scenario"]["added"] == ["new"]
    assert closed.manifest["scenario"] == {**added.manifest["scenario"], "added": [], "closed": ["centre"],
                                           "sites": closed.manifest["scenario"]["sites"]}  # fmt: skip
    again = reanalyze(analysis, add=[site], table=table)
    assert manifest_hash(again.manifest) == manifest_hash(added.manifest)
