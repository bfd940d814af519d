"""What GDAL is never given to open: descriptions of data elsewhere, under whatever name."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from carecircle.errors import InputError
from carecircle.inputs.formats import admit, raster_driver
from carecircle.inputs.residents.grids import open_grid
from carecircle.inputs.tables.reading import read_table
from carecircle.study import Residents

VRT = """<VRTDataset rasterXSize="2" rasterYSize="2"><SRS>EPSG:4326</SRS>
<GeoTransform>104,0.1,0,31,0,-0.1</GeoTransform><VRTRasterBand dataType="Float32" band="1"><SimpleSource>
<SourceFilename relativeToVRT="1">secret.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"""
OGR = """<OGRVRTDataSource><OGRVRTLayer name="secret">
<SrcDataSource relativeToVRT="1">secret.geojson</SrcDataSource>
</OGRVRTLayer></OGRVRTDataSource>"""
WMS = "<GDAL_WMS><Service name='TMS'><ServerUrl>http://127.0.0.1:9/</ServerUrl></Service></GDAL_WMS>"
ALGORITHM = '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read secret.geojson"}'


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    frame = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(104, 31)], crs=4326)
    frame.to_file(tmp_path / "secret.geojson")
    with rasterio.open(
        tmp_path / "secret.tif", "w", driver="GTiff", width=2, height=2, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(0.1, 0, 104, 0, -0.1, 31),
    ) as out:  # fmt: skip
        out.write(np.ones((1, 2, 2), dtype=np.float32))
    return tmp_path


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.geojson", "a.kml", "a.fgb", "a.vrt"])
@pytest.mark.parametrize("text", [OGR, f"<!-- {' ' * 900} -->{OGR}", WMS, ALGORITHM])
def test_a_description_is_no_table(secrets: Path, name: str, text: str) -> None:
    (secrets / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="holds no data of its own") as fault:
        read_table(secrets / name, columns=("facility_id",))
    assert name in str(fault.value)


def test_nor_inside_an_archive(secrets: Path) -> None:
    with zipfile.ZipFile(secrets / "a.zip", "w") as archive:
        archive.writestr("inner.vrt", OGR)
    with pytest.raises(InputError, match=r"inner\.vrt holds no data"):
        read_table(secrets / "a.zip", columns=("facility_id",))


@pytest.mark.parametrize("text", [VRT, WMS])
@pytest.mark.parametrize("name", ["a.tif", "a.img", "a.asc", "a.vrt"])
def test_a_description_is_no_raster(secrets: Path, name: str, text: str) -> None:
    (secrets / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="holds no data of its own"):
        open_grid(Residents(path=secrets / name, format="raster"))


def test_nor_beside_a_raster(secrets: Path) -> None:
    assert raster_driver(secrets / "secret.tif") == "GTiff"
    (secrets / "secret.tif.msk").write_text(VRT, encoding="utf-8")
    with pytest.raises(InputError, match=r"secret\.tif\.msk holds no data"):
        open_grid(Residents(path=secrets / "secret.tif", format="raster"))


def _view(path: Path, sql: str) -> Path:
    gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(104, 31)], crs=4326).to_file(path, layer="a")
    with sqlite3.connect(path) as book:
        book.execute(sql)
    book.close()
    return path


def test_a_view_that_ends_is_read_and_one_that_does_not_is_refused(tmp_path: Path) -> None:
    admit(_view(tmp_path / "good.gpkg", "CREATE VIEW v AS SELECT * FROM a"))
    endless = (
        "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    )
    with pytest.raises(InputError, match="the view v does not end"):
        read_table(_view(tmp_path / "bad.gpkg", endless), columns=("facility_id",))


@pytest.mark.parametrize("write", [lambda f, p: f.to_file(p)])
@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.geojson", "a.fgb"])
def test_data_are_let_in(secrets: Path, name: str, write: Callable[[gpd.GeoDataFrame, Path], None]) -> None:
    write(gpd.read_file(secrets / "secret.geojson"), secrets / name)
    assert len(read_table(secrets / name, columns=("facility_id",))) == 1
