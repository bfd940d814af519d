from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from carecircle.outputs.map.pack import Block, page_json


def _unpack(text: str, reference: tuple[int, int, str, int, str]) -> Any:
    """The page's reader, again in Python."""
    data = zlib.decompress(base64.b64decode(text), wbits=-15)
    offset, count, kind, differences, _ = reference
    dtype = np.dtype({"u8": "u1", "u16": "<u2", "u32": "<u4", "i32": "<i4", "f32": "<f4", "f64": "<f8"}[kind])
    planes = np.frombuffer(data, np.uint8, count * dtype.itemsize, offset).reshape(dtype.itemsize, count)
    values = np.ascontiguousarray(planes.T).view(dtype).ravel()
    return np.cumsum(values, dtype=np.int64) if differences else values


@given(st.lists(st.integers(-(2**31), 2**31 - 1)), st.booleans())
def test_integers_come_back(values: list[int], differences: bool) -> None:
    if (
        differences
        and len(values)
        and max(abs(b - a) for a, b in zip([0, *values], values, strict=False)) >= 2**31
    ):
        return
    block = Block()
    block.add([7], "u8")
    reference = block.add(np.array(values, dtype=np.int64), "i32", differences=differences)
    assert list(_unpack(block.text(), reference)) == values


@given(st.lists(st.floats(allow_nan=False)))
def test_doubles_come_back_exactly(values: list[float]) -> None:
    block = Block()
    reference = block.add_exact(np.array(values))
    assert [float(v) for v in _unpack(block.text(), reference)] == values


def test_whole_residents_take_few_bytes() -> None:
    block = Block()
    assert block.add_exact([1.0, 200.0])[2] == "u8"
    assert block.add_exact([1.0, 300.0])[2] == "u16"
    assert block.add_exact([0.5])[2] == "f32"
    assert block.add_exact([0.1])[2] == "f64"


def test_what_does_not_fit_is_a_fault_of_ours() -> None:
    with pytest.raises(AssertionError):
        Block().add([300], "u8")


def test_polygons_keep_holes_and_absent_ones_have_no_rings() -> None:
    hole = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (2, 1), (2, 2)]])
    block = Block()
    coded = block.add_shapes(
        [hole, None, shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)])]
    )
    assert list(_unpack(block.text(), coded["rings"])) == [2, 0, 2]
    assert list(_unpack(block.text(), coded["lengths"])) == [5, 4, 5, 5]


def test_json_cannot_end_its_element() -> None:
    text = page_json({"a": "</script><!-- & \u2028"})
    assert "<" not in text
    assert "&" not in text
    assert "\u2028" not in text
    assert json.loads(text) == {"a": "</script><!-- & \u2028"}


@pytest.mark.browser
def test_the_page_reads_what_python_packed(browser: Any, root: Path, tmp_path: Path) -> None:
    """Stored, fixed and dynamic deflate blocks, every type, compared number by number in Chromium."""
    rng = np.random.default_rng(5)
    columns: list[tuple[Any, str, bool]] = [
        (rng.integers(0, 256, 70_000), "u8", False),
        (np.zeros(9), "u8", False),
        (np.arange(5_000) % 900, "u16", False),
        (rng.integers(0, 2**32, 3_000), "u32", False),
        (np.cumsum(rng.integers(-50, 60, 20_000)), "i32", True),
        (rng.random(4_000).astype(np.float32), "f32", False),
        (rng.random(4_000) * 1e9, "f64", False),
    ]
    script = (root / "coverage/carecircle/outputs/map/page/src/model/unpack.js").read_text(encoding="utf-8")
    for chosen in (columns, [columns[1]], [columns[0]]):
        block = Block()
        references = [block.add(values, kind, differences=d) for values, kind, d in chosen]
        page = tmp_path / "p.html"
        module = f'<script type="module">{script}\nwindow.openBlock = openBlock;</script>'
        page.write_text(module, encoding="utf-8")
        tab = browser.new_page()
        tab.goto(page.as_uri())
        read = "([text, refs]) => { const c = openBlock(text); return refs.map((r) => Array.from(c(r))); }"
        found = tab.evaluate(read, [block.text(), references])
        tab.close()
        for (values, _, _), numbers in zip(chosen, found, strict=True):
            assert np.array_equal(np.asarray(values, dtype=np.float64), np.asarray(numbers))
