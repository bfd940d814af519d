"""Attributes of GIS files in the encodings they come in: GBK or UTF-8, zipped, cut, wrongly declared."""

from __future__ import annotations

import zipfile
from html import escape
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from carecircle.inputs.facilities.reading import read_facilities
from carecircle.inputs.tables.layers import features
from carecircle.study import Facilities

NAMES = ["罗江区人民医院", "略坪镇中心卫生院一二三四五六七八九十"]


def _shapefile(folder: Path, encoding: str, *, cpg: str | None) -> Path:
    file = folder / "医院.shp"
    points = [shapely.Point(104.5, 31.3)] * 2
    frame = gpd.GeoDataFrame({"名称": NAMES, "类别": ["医院", "卫生院"]}, geometry=points, crs=4326)
    frame.to_file(file, encoding=encoding)
    file.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        file.with_suffix(".cpg").write_text(cpg, encoding="ascii")
    return file


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [("GB18030", None), ("GB18030", "UTF-8"), ("GB18030", "936"), ("UTF-8", None), ("UTF-8", "GBK")],
)
def test_names_of_a_shapefile_are_whole(tmp_path: Path, encoding: str, cpg: str | None, zipped: bool) -> None:
    file = _shapefile(tmp_path, encoding, cpg=cpg)
    if zipped:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            for part in tmp_path.glob("医院.*"):
                archive.write(part, f"hospitals{part.suffix}")
        file = tmp_path / "a.zip"
    frame, _ = read_facilities(Facilities(path=file))
    assert frame["name"].tolist() == NAMES


def test_another_encoding_that_is_declared_is_believed(tmp_path: Path) -> None:
    file = tmp_path / "a.shp"
    frame = gpd.GeoDataFrame({"name": ["Köln"]}, geometry=[shapely.Point(7, 51)], crs=4326)
    frame.to_file(file, encoding="ISO-8859-1")
    file.with_suffix(".cpg").write_text("ISO-8859-1", encoding="ascii")
    assert features(file, None, [])[0]["name"].tolist() == ["Köln"]


KML = """<?xml version="1.0" encoding="{encoding}"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark><name>县医院</name><Point><coordinates>104.5,31.3,480</coordinates></Point></Placemark>
</Document></kml>"""


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
@pytest.mark.parametrize("suffix", [".kml", ".kmz"])
def test_placemarks(tmp_path: Path, encoding: str, suffix: str) -> None:
    file, raw = tmp_path / f"a{suffix}", KML.format(encoding=encoding).encode(encoding)
    if suffix == ".kmz":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("doc.kml", raw)
    else:
        file.write_bytes(raw)
    frame, _ = read_facilities(Facilities(path=file, category="医院"))
    assert frame["name"].tolist() == ["县医院"]
    assert (frame.geometry.x[0], frame.geometry.y[0]) == (104.5, 31.3)


def test_fields_of_a_kml_keep_their_chinese_names(tmp_path: Path) -> None:
    """Three names of four characters each: none becomes another, and none is lost."""
    held = {"机构编号": "1", "机构名称": "甲", "机构类别": "诊所", "床位": "5", "A&B": "x"}
    data = "".join(f'<Data name="{escape(k)}"><value>{v}</value></Data>' for k, v in held.items())
    place = "<Point><coordinates>104.5,31.3</coordinates></Point>"
    mark = f"<Placemark><ExtendedData>{data}</ExtendedData>{place}</Placemark>"
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{mark}</Document></kml>'
    path = tmp_path / "f.kml"
    path.write_text(text, encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "f.kmz", "w") as archive:
        archive.write(path, "doc.kml")
    for one in (path, tmp_path / "f.kmz"):
        frame, geometry = features(one, None, [])
        assert {k: frame[k].iloc[0] for k in held} == held
        assert geometry is not None
        assert geometry.iloc[0].x == 104.5
