"""Whatever a file holds, reading it ends in a result or in one of our own errors.

``CARECIRCLE_FUZZ`` sets how many cases each kind of file gets (whole commands: `make fuzz`).
"""

from __future__ import annotations

import os
import random
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pytest
import rasterio
import shapely
import xlsxwriter
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carecircle.errors import CarecircleError
from carecircle.inputs.areas.boundaries import read_areas
from carecircle.inputs.datum import study_crs
from carecircle.inputs.facilities.osm import read_osm_facilities
from carecircle.inputs.facilities.reading import read_facilities
from carecircle.inputs.load import load_inputs
from carecircle.inputs.residents.grids import open_grid, share_grid
from carecircle.inputs.roads.edges import read_roads
from carecircle.inputs.totals import read_totals
from carecircle.study import Boundaries, Facilities, Residents, Roads, Study
from carecircle.texts import LANGUAGES
from wild import damaged

CASES = int(os.environ.get("CARECIRCLE_FUZZ", "200"))
CRS = study_crs(104.5, 31.3)
EVERYWHERE = shapely.box(0, 3e6, 1e6, 4e6)
fuzz = settings(
    max_examples=max(CASES // 10, 5),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=CASES <= 200,
)


def survives(read: Callable[[], Any]) -> None:
    """Run a reader: a result or a `CarecircleError` with a sentence in both languages, nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a damaged file may make its library grumble
        try:
            read()
        except CarecircleError as error:
            said = [error.text(language) for language in LANGUAGES]
        else:
            return
    assert all(said)


# ---- damaged files ------------------------------------------------------------------------------------


def _points(path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"id": ["1", "2"], "name": ["甲", "乙"], "category": ["诊所", "医院"], "n": [1, 2]},
        geometry=[shapely.Point(104.5, 31.3), shapely.Point(104.6, 31.4)], crs=4326,
    )  # fmt: skip
    frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_file(path)


def _sheet(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编号", "名称", "机构类别", "经度", "纬度"])
        sheet.write_row(1, 0, ["1", "甲", "诊所", 104.5, 31.3])


def _csv(path: Path) -> None:
    path.write_bytes("编号,名称,机构类别,经度,纬度\n1,甲,诊所,104.5,31.3\n".encode("gb18030"))


def _polygons(path: Path) -> None:
    gpd.GeoDataFrame({"area_id": ["1"]}, geometry=[shapely.box(104, 31, 105, 32)], crs=4326).to_file(path)


def _raster(path: Path) -> None:
    cells = np.random.default_rng(1).uniform(0, 9, (20, 20)).astype("float32")
    with rasterio.open(
        path, "w", driver="GTiff", height=20, width=20, count=1, dtype="float32", crs="EPSG:4326", nodata=-1,
        transform=Affine(0.01, 0, 104.4, 0, -0.01, 31.5), compress="deflate",
    ) as out:  # fmt: skip
        out.write(cells, 1)


def _pbf(path: Path) -> None:
    with osmium.SimpleWriter(str(path)) as out:
        for i in range(1, 40):
            out.add_node(
                osmium.osm.mutable.Node(id=i, location=(104.4 + i / 200, 31.3), tags={"amenity": "clinic"})
            )
        out.add_way(osmium.osm.mutable.Way(id=1, nodes=list(range(1, 40)), tags={"highway": "primary"}))


def _read_points(path: Path) -> None:
    read_facilities(Facilities(path=path))


def _read_polygons(path: Path) -> None:
    read_areas(Boundaries(path=path))


def _read_raster(path: Path) -> None:
    area = gpd.GeoDataFrame(
        {"area_id": ["1"]}, geometry=[shapely.box(104.45, 31.35, 104.55, 31.45)], crs=4326
    )
    share_grid(open_grid(Residents(path=path)), area, area.geometry.iloc[0])


def _read_roads(path: Path) -> None:
    read_roads(Roads(path=path), CRS, EVERYWHERE, modes=("walk",))


KINDS: dict[str, tuple[Callable[[Path], None], Callable[[Path], None]]] = {
    "f.gpkg": (_points, _read_points),
    "f.geojson": (_points, _read_points),
    "f.parquet": (_points, _read_points),
    "f.xlsx": (_sheet, _read_points),
    "f.csv": (_csv, _read_points),
    "b.gpkg": (_polygons, _read_polygons),
    "b.geojson": (_polygons, _read_polygons),
    "p.tif": (_raster, _read_raster),
    "r.osm.pbf": (_pbf, _read_roads),
    "h.osm.pbf": (_pbf, lambda path: read_osm_facilities(path)),
}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_damaged_files(tmp_path: Path, name: str) -> None:
    write, read = KINDS[name]
    path = tmp_path / name
    write(path)
    read(path)
    raw = path.read_bytes()
    rng = random.Random(name)
    for _ in range(max(CASES // 10, 5)):
        path.write_bytes(damaged(raw, rng))
        survives(lambda: read(path))


# ---- wild content -------------------------------------------------------------------------------------

WORDS = ["", "1", "104.5", "31.3", "-1", "1e400", "NaN", "诊所", "综合医院", "约5", "５", "是", "\x00", '"']
CELL = st.one_of(
    st.text(max_size=8), st.sampled_from(WORDS), st.floats().map(str), st.integers().map(str)
)  # fmt: skip
HEADERS = ["编号", "名称", "机构类别", "经度", "纬度", "status", "床位数（张）", "常住人口", "area_id"]
HEADERS += ["指标", "数值", "x", "", "年份", "科室"]


@st.composite
def tables(draw: st.DrawFn) -> str:
    headers = draw(st.lists(st.sampled_from(HEADERS), min_size=1, max_size=9))
    rows = draw(st.lists(st.lists(CELL, min_size=0, max_size=len(headers) + 1), max_size=6))
    return "\n".join(",".join(cells) for cells in [headers, *rows])


@fuzz
@given(
    text=tables(),
    encoding=st.sampled_from(["utf-8", "gb18030", "utf-16"]),
    datum=st.sampled_from(["wgs84", "bd09"]),
)
def test_wild_tables(text: str, encoding: str, datum: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(text.encode(encoding, "replace"))
        survives(lambda: read_facilities(Facilities(path=path, datum=datum)))
        survives(
            lambda: read_facilities(Facilities(path=path, format="cells", count_column="x", category="诊所"))
        )
        survives(lambda: read_totals(path))
        survives(lambda: load_inputs(_study(residents={"path": path, "format": "points"})))
        survives(lambda: load_inputs(_study(facilities={"path": path, "category": "诊所"})))


def _study(**sections: Any) -> Study:
    return Study.model_validate({"name": "fuzz", "plan": "x", **sections})


VALUE = st.floats(width=32) | st.sampled_from([0.0, 1.0, 5.0])


@fuzz
@given(
    cells=st.lists(
        st.lists(st.floats(width=32) | st.sampled_from([0.0, 1.0, 5.0]), min_size=3, max_size=3),
        min_size=1,
        max_size=4,
    ),
    nodata=st.sampled_from([None, 0.0, -1.0, float("nan"), 5.0]),
    epsg=st.sampled_from([4326, 4544, 3857, 4490, None, 2334]),
    step=st.sampled_from([0.01, -0.01, 1.0, 1000.0, 1e-9]),
    value=st.sampled_from(["count", "per_km2"]),
)
def test_wild_rasters(cells: Any, nodata: Any, epsg: Any, step: float, value: str) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "p.tif"
        values = np.array(cells, dtype="float32")
        with rasterio.open(
            path, "w", driver="GTiff", height=values.shape[0], width=3, count=1, dtype="float32",
            nodata=nodata, crs=None if epsg is None else f"EPSG:{epsg}",
            transform=Affine(step, 0, 104.4, 0, -step, 31.5),
        ) as out:  # fmt: skip
            out.write(values, 1)
        survives(lambda: load_inputs(_study(residents={"path": path, "value": value})))
        survives(lambda: _read_raster(path))


WILD = st.sampled_from([0.0, 104.5, 31.5, 1e300, -1e300])
COORDINATE = st.one_of(st.floats(104, 105), st.floats(31, 32), WILD, st.floats())
RING = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=7)


@fuzz
@given(
    rings=st.lists(
        st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=7), min_size=1, max_size=3
    ),
    ids=st.lists(st.sampled_from(["1", "2", None, "510604"]), min_size=3, max_size=3),
)
def test_wild_polygons(rings: Any, ids: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "b.gpkg"
        try:
            shapes = [shapely.Polygon(r) for r in rings]
            gpd.GeoDataFrame({"area_id": ids[: len(shapes)]}, geometry=shapes, crs=4326).to_file(path)
        except Exception:  # the writer may refuse what the reader should be spared
            return
        survives(lambda: load_inputs(_study(boundaries={"path": path})))
