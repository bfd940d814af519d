"""The printed sheet, the ground beneath the map, and the page's size: what is carried, asked for and said."""

from __future__ import annotations

import dataclasses
import io
import itertools
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image

from browser import settled, visit
from carecircle import colours
from carecircle.errors import InputError
from carecircle.outputs import gap_map
from carecircle.outputs.map import basemap, layers
from carecircle.study import Outputs


@pytest.mark.browser
def test_the_printed_sheet_says_where_it_comes_from(browser: Any, analysis: Any, tmp_path: Path) -> None:
    outputs = Outputs(map_number="川S〔2025〕00001号", attribution="示例县卫生健康局 制图")
    study = analysis.study.model_copy(update={"outputs": outputs})
    path = tmp_path / "gap_map.html"
    path.write_text(gap_map(dataclasses.replace(analysis, study=study)).get_root().render(), encoding="utf-8")
    with visit(browser, path) as seen:
        seen.page.evaluate(
            "() => window.addEventListener('beforeprint', () => {"
            " window.sheet = document.getElementById('cc-sheet').innerText;"
            " window.shown = ['#cc-legend', '#cc-north', '.leaflet-control-scale', '#cc-head h1']"
            ".map((q) => getComputedStyle(document.querySelector(q)).display !== 'none'); })"
        )
        seen.page.pdf(prefer_css_page_size=True)
        sheet = seen.page.evaluate("() => window.sheet || document.getElementById('cc-sheet').textContent")
        from carecircle.outputs.telling import manifest_hash

        ledger = analysis.inputs.ledger
        for said in (
            "川S〔2025〕00001号", "示例县卫生健康局 制图", "2025-01-02", manifest_hash(analysis.manifest),
            f"{ledger.total:,.0f}", f"{ledger.inside:,.0f}", "OSM",
        ):  # fmt: skip
            assert said in sheet
        assert seen.page.evaluate("() => window.shown") == [True] * 4
        seen.clean()


def contrast(a: str, b: str) -> float:
    """The contrast ratio of two ``rrggbb`` colours (WCAG 2.1)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_times_grow_darker_class_by_class() -> None:
    """So that a sheet without colour, and an eye without it, still tell them apart."""
    steps = [contrast(c.removeprefix("#"), "000000") for c in colours.TIMES]
    assert all(a / b > 1.08 for a, b in itertools.pairwise(steps))


# ---- tiles of one's own, Tianditu ----


def png(colour: tuple[int, int, int]) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (256, 256), colour).save(held, "PNG")
    return held.getvalue()


def with_tiles(analysis: Any, folder: Path, **outputs: Any) -> Any:
    study = analysis.study.model_copy(update={"outputs": Outputs(**outputs), "file": folder / "study.toml"})
    return dataclasses.replace(analysis, study=study)


def write_tiles(folder: Path, analysis: Any, zooms: range) -> int:
    count = 0
    for zoom in zooms:
        for z, x, y in basemap.covering(layers.bounds(analysis), zoom):
            path = folder / "tiles" / str(z) / str(x) / f"{y}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(png((200, 120 + zoom, 40)))
            count += 1
    return count


@pytest.mark.browser
def test_a_folder_of_tiles_is_carried_in_the_page(browser: Any, analysis: Any, tmp_path: Path) -> None:
    count = write_tiles(tmp_path, analysis, range(8, 13))
    study = with_tiles(analysis, tmp_path, basemap="tiles/{z}/{x}/{y}.png")
    held, said = basemap.carried(study)
    assert said == []
    assert held is not None
    assert len(held["tiles"]) == count
    assert (held["least"], held["most"]) == (8, 12)
    path = tmp_path / "page" / "gap_map.html"
    path.parent.mkdir()
    path.write_text(gap_map(study).get_root().render(), encoding="utf-8")
    with visit(browser, path) as seen:
        page = seen.page
        assert page.locator(".leaflet-tile-pane img").count() == 0
        page.locator("#cc-layers summary").click()
        page.locator("#cc-layers input[value=own]").check()
        settled(page)
        pictures = page.locator(".leaflet-tile-pane img").evaluate_all(
            "(all) => all.map((i) => i.src.slice(0, 14))"
        )
        assert "data:image/png" in pictures
        page.locator("#cc-layers input[name=cc-basemap][value=none]").check()
        assert page.locator(".leaflet-tile-pane img").count() == 0
        seen.clean()


def test_finer_tiles_stay_out_when_they_do_not_fit(analysis: Any, tmp_path: Path) -> None:
    write_tiles(tmp_path, analysis, range(8, 14))
    one = len(png((1, 2, 3))) * 4 / 3 / 1e6
    study = with_tiles(analysis, tmp_path, basemap="tiles/{z}/{x}/{y}.png", basemap_budget_mb=one * 12)
    held, said = basemap.carried(study)
    assert held is not None
    assert held["most"] < 13
    assert "13" in said[0].text("en")


@pytest.mark.browser
def test_a_pmtiles_archive_is_carried_too(analysis: Any, tmp_path: Path) -> None:
    writer = pytest.importorskip("pmtiles.writer", reason="pmtiles absent: pip install 'carecircle[basemap]'")
    tile = pytest.importorskip("pmtiles.tile")

    def archive(kind: Any, data: bytes) -> str:
        with (tmp_path / "ground.pmtiles").open("wb") as file:
            made = writer.Writer(file)
            for z, x, y in [(0, 0, 0), *basemap.covering(layers.bounds(analysis), 10)]:
                made.write_tile(tile.zxy_to_tileid(z, x, y), data)
            made.finalize(
                {"tile_type": kind, "tile_compression": tile.Compression.NONE, "min_zoom": 0, "max_zoom": 10,
                 "min_lon_e7": 0, "min_lat_e7": 0, "max_lon_e7": 0, "max_lat_e7": 0, "center_zoom": 0,
                 "center_lon_e7": 0, "center_lat_e7": 0},
                {},
            )  # fmt: skip
        return "ground.pmtiles"

    study = with_tiles(analysis, tmp_path, basemap=archive(tile.TileType.PNG, png((9, 9, 9))))
    held, _ = basemap.carried(study)
    assert held is not None
    assert (held["least"], held["most"]) == (0, 10)
    study = with_tiles(analysis, tmp_path, basemap=archive(tile.TileType.MVT, b"\x1a\x00"))
    with pytest.raises(InputError, match="vector"):
        basemap.carried(study)


@pytest.mark.parametrize(
    ("address", "said"),
    [("tiles/{z}/{x}.png", "{y}"), ("none/{z}/{x}/{y}.png", "no such"), ("no.pmtiles", "no such")],
)
def test_a_basemap_that_cannot_be_used_is_refused(
    analysis: Any, tmp_path: Path, address: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        gap_map(with_tiles(analysis, tmp_path, basemap=address))


@pytest.mark.browser
def test_tianditu_is_asked_only_when_the_reader_switches_it_on(
    browser: Any, analysis: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = gap_map(analysis).get_root().render()
    assert "img-src" not in plain.split("</head>")[0].split("<style>")[0]
    monkeypatch.setenv(basemap.TIANDITU_VARIABLE, "0123456789abcdef")
    path = tmp_path / "gap_map.html"
    path.write_text(gap_map(analysis).get_root().render(), encoding="utf-8")
    with visit(browser, path) as seen:
        page = seen.page
        page.locator("#cc-layers summary").click()
        settled(page)
        seen.clean()
        page.locator("#cc-layers input[value=tianditu]").check()
        settled(page)
        assert seen.requests
        assert all(".tianditu.gov.cn/" in r and "tk=0123456789abcdef" in r for r in seen.requests)
        assert {r.split("LAYER=")[1][:3] for r in seen.requests} == {"vec", "cva"}
        page.locator("#cc-layers input[name=cc-basemap][value=none]").check()
        seen.requests.clear()
        page.context.set_offline(True)
        page.wait_for_selector("#cc-layers input[value=tianditu]:disabled", state="attached")
        settled(page)
        assert seen.requests == []


def test_the_key_never_enters_the_manifest(analysis: Any) -> None:
    study = analysis.study.model_copy(update={"outputs": Outputs(tianditu_key="secret")})
    assert basemap.tianditu_key(study) == "secret"
    assert "secret" not in str(study.to_dict())


# ---- the page's size ----


def test_a_page_over_its_budget_says_what_was_simplified(analysis: Any) -> None:
    def said(budget: float) -> list[str]:
        study = analysis.study.model_copy(update={"outputs": Outputs(map_budget_mb=budget)})
        drawn = gap_map(dataclasses.replace(analysis, study=study))
        page = next(c for c in drawn._children.values() if hasattr(c, "data"))
        return [s["en"] for s in page.data["simplified"]]

    assert said(20) == []
    tight = said(0.001)
    assert any("borders" in s for s in tight)
    assert any("surface" in s for s in tight)
    assert any("0.001 MB" in s for s in tight)


def test_simplified_neighbours_share_their_border(analysis: Any) -> None:
    """Areas that fit without gap or overlap still do once they are drawn with fewer points."""
    rng = np.random.default_rng(3)
    n, side, points = 8, 1000.0, 60
    drawn_edges: dict[Any, list[tuple[float, float]]] = {}

    def edge(a: tuple[int, int], b: tuple[int, int]) -> list[tuple[float, float]]:
        key = (min(a, b), max(a, b))
        if key not in drawn_edges:
            start, end = np.array(key) * side
            t = np.linspace(0, 1, points)[:, None]
            bend = rng.uniform(-6, 6, (points, 2)) * (np.minimum(t, 1 - t) > 0)
            drawn_edges[key] = [(480_000 + x, 3_440_000 + y) for x, y in start + (end - start) * t + bend]
        return drawn_edges[key] if a < b else drawn_edges[key][::-1]

    moved = []
    for i, j in itertools.product(range(n), range(n)):
        ring = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1), (i, j)]
        moved.append(shapely.Polygon([p for a, b in itertools.pairwise(ring) for p in edge(a, b)]))
    assert shapely.coverage_is_valid(moved)
    frame = gpd.GeoDataFrame(
        {"area_id": [str(k) for k in range(n * n)], "name": "x", "level": "village", "parent_id": None},
        geometry=moved,
        crs=analysis.inputs.crs,
    )
    kept: list[Any] = []
    block = SimpleNamespace(add_shapes=lambda shapes: kept.extend(shapes))
    columns, metres = layers.areas(
        dataclasses.replace(analysis, inputs=dataclasses.replace(analysis.inputs, areas=frame)), block, 40.0
    )
    drawn = np.array(kept, dtype=object)
    assert metres == 40.0
    assert len(columns["names"]) == n * n
    assert shapely.get_num_coordinates(drawn).sum() < shapely.get_num_coordinates(moved).sum() / 4
    assert shapely.coverage_is_valid(drawn)
