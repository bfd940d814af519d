"""The styles in results.gpkg: QML as QGIS reads it, of attributes and values that the layers hold."""

from __future__ import annotations

import dataclasses
import re
import sqlite3
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import pytest

from carecircle.outputs import gis
from carecircle.outputs.styles import styles

RENDERERS = {
    "categorizedSymbol": "categories/category",
    "graduatedSymbol": "ranges/range",
    "singleSymbol": "",
}
SYMBOLS = {
    "areas": "fill",
    "facilities": "marker",
    "demand": "marker",
    "verdict_units": "fill",
    "snaps": "line",
}
CLASSES = {"fill": "SimpleFill", "marker": "SimpleMarker", "line": "SimpleLine"}
SHAPES = {"circle", "square", "triangle", "diamond"}


@pytest.fixture(scope="module")
def package(analysis: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gis") / "results.gpkg"
    gis.geopackage(analysis, path)
    return path


def rows(package: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(package) as book:
        return book.execute(query).fetchall()


def test_each_layer_has_one_default_style_where_qgis_looks_for_it(package: Path) -> None:
    defaults = rows(
        package,
        "SELECT f_table_name FROM layer_styles WHERE useAsDefault AND f_table_schema = '' "
        "AND f_table_catalog = '' AND f_geometry_column = 'geom'",
    )
    assert sorted(name for (name,) in defaults) == sorted(gis.LAYERS)
    columns = dict(rows(package, "SELECT name, type FROM pragma_table_info('layer_styles')"))
    assert columns["id"] == "INTEGER"
    assert columns["useAsDefault"] == "BOOLEAN"
    assert columns["update_time"] == "DATETIME"
    assert {"styleName", "styleQML", "styleSLD", "description", "owner", "ui"} <= set(columns)
    assert rows(package, "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'") == [
        ("attributes",)
    ]
    geometry = rows(package, "SELECT DISTINCT column_name FROM gpkg_geometry_columns")
    assert geometry == [("geom",)]
    names = rows(package, "SELECT f_table_name, styleName FROM layer_styles")
    assert len(set(names)) == len(names)


def test_every_style_is_a_renderer_of_symbols_that_are_there(package: Path) -> None:
    for layer, qml in rows(package, "SELECT f_table_name, styleQML FROM layer_styles"):
        assert qml.startswith("<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n<qgis ")
        root = ElementTree.fromstring(qml)
        assert root.tag == "qgis"
        assert re.fullmatch(r"3\.\d+\.\d+", root.attrib["version"])
        (renderer,) = root.findall("renderer-v2")
        path = RENDERERS[renderer.attrib["type"]]
        symbols = {s.attrib["name"]: s for s in renderer.findall("symbols/symbol")}
        assert {s.attrib["type"] for s in symbols.values()} == {SYMBOLS[layer]}
        classes = renderer.findall(path) if path else []
        assert [c.attrib["symbol"] for c in classes] == list(symbols)[: len(classes)]
        for symbol in symbols.values():
            (drawn,) = symbol.findall("layer")
            assert drawn.attrib["class"] == CLASSES[SYMBOLS[layer]]
            options = {o.attrib["name"]: o.attrib["value"] for o in drawn.findall("Option/Option")}
            colour = options.get("color") or options["line_color"]
            assert all(0 <= int(part) <= 255 for part in colour.split(","))
            assert len(colour.split(",")) == 4
            if SYMBOLS[layer] == "marker":
                assert options["name"] in SHAPES
        ends = [(float(c.attrib["lower"]), float(c.attrib["upper"])) for c in classes if "lower" in c.attrib]
        assert all(low < high for low, high in ends)
        assert all(a[1] == b[0] for a, b in pairwise(ends))


def test_every_attribute_and_every_value_is_in_its_layer(package: Path) -> None:
    frames = {name: gpd.read_file(package, layer=name) for name in gis.LAYERS}
    for layer, qml in rows(package, "SELECT f_table_name, styleQML FROM layer_styles"):
        renderer = ElementTree.fromstring(qml).find("renderer-v2")
        assert renderer is not None
        attribute = renderer.attrib["attr"]
        named = re.findall(r'"([^"]+)"', attribute) or [attribute]
        assert set(named) <= set(frames[layer].columns), attribute
        if renderer.attrib["type"] == "categorizedSymbol":
            known = {c.attrib["value"] for c in renderer.findall("categories/category")}
            assert set(frames[layer][attribute].dropna()) <= known
        if attribute.startswith("if("):
            level = re.search(r"'(\w+)'", attribute)
            assert level is not None
            assert level[1] in set(frames[layer]["level"])


def test_labels_are_in_the_studys_language(analysis: Any) -> None:
    study = analysis.study.model_copy(update={"language": "en"})
    english = styles(dataclasses.replace(analysis, study=study))
    chinese = styles(analysis)
    assert len(english) == len(chinese)
    assert any("达标" in s.qml for s in chinese)
    assert not any("达标" in s.qml for s in english)
    assert any("first aid" in s.qml.casefold() or "emergency" in s.qml.casefold() for s in english)


def test_a_name_that_would_break_xml_stays_text(analysis: Any) -> None:
    facilities = analysis.inputs.facilities.assign(category='<a b="&">')
    inputs = dataclasses.replace(analysis.inputs, facilities=facilities)
    made = styles(dataclasses.replace(analysis, inputs=inputs))
    qml = next(s.qml for s in made if s.layer == "facilities")
    found = ElementTree.fromstring(qml).find("renderer-v2/categories/category")
    assert found is not None
    assert found.attrib["value"] == '<a b="&">'
