"""Files made to exhaust: each is refused with both figures, or read, in seconds."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely

import carecircle
from carecircle.errors import InputError
from carecircle.inputs import bounds
from carecircle.inputs.tables.reading import read_table
from carecircle.inputs.tables.values import number, unit_of
from worlds import east, street_study, write_features

HEAD = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def _book(path: Path, sheet: str, strings: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", f"{HEAD}<sheetData>{sheet}</sheetData></worksheet>")
        archive.writestr("xl/sharedStrings.xml", f"<sst>{strings}</sst>")
    return path


def test_a_cell_in_the_last_corner_of_a_sheet(tmp_path: Path) -> None:
    cells = (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c s="1" r="XFD1048576"><v>1</v></c></row>'
    )
    with pytest.raises(InputError, match="the table spans 17,179,869,184 cells"):
        read_table(_book(tmp_path / "a.xlsx", cells), columns=("name",))


def test_one_long_text_in_every_cell(tmp_path: Path) -> None:
    cells = "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(1, 30_001))
    with pytest.raises(InputError, match="at most 512,000,000"):
        read_table(_book(tmp_path / "a.xlsx", cells, f"<si><t>{'x' * 30_000}</t></si>"), columns=("name",))


def test_an_honest_book_is_let_through(tmp_path: Path) -> None:
    cells = "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(1, 2_001))
    bounds.check_table(_book(tmp_path / "a.xlsx", cells, "<si><t>院</t></si>"))


def test_a_workbook_that_unpacks_beyond_all_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_BYTES", 1_000_000)
    with pytest.raises(InputError, match="at most 1,000,000"):
        read_table(_book(tmp_path / "a.xlsx", " " * 2_000_000), columns=("name",))


def test_one_row_of_a_hundred_thousand_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n" + "1,2\n" * 100 + "," * 100_000 + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="one row has 100,001 columns"):
        read_table(tmp_path / "a.csv", columns=("name",))


@pytest.mark.parametrize("cell", ["1" * 60_000, "1" * 60_000 + "x", "1," * 30_000, "9" * 60_000 + "  张"])
def test_a_number_without_end(cell: str) -> None:
    start = time.perf_counter()
    assert number(cell) is None
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("header", ["床位" + " " * 60_000 + "x", "(" * 60_000, "a" + " (" * 30_000])
def test_a_header_without_end(header: str) -> None:
    start = time.perf_counter()
    assert unit_of(header)[1] is None
    assert time.perf_counter() - start < 1


def test_more_cells_and_files_than_anybody_has() -> None:
    with pytest.raises(InputError, match="40,000,000,000 cells"):
        bounds.check_raster(Path("a.tif"), 200_000, 200_000)
    with pytest.raises(InputError, match="3,001 files of facilities"):
        bounds.check_sources(Path("study.toml"), 3_001)


def _wavy(corners: int) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = 40_000 + 3_000 * np.sin(40 * angle) + 20 * np.sin(9_001 * angle)
    return shapely.Polygon(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))


def test_a_border_of_a_million_corners_is_widened_in_seconds() -> None:
    start = time.perf_counter()
    found = bounds.widened(_wavy(1_000_000), 10_000.0)
    assert time.perf_counter() - start < 20
    exact = _wavy(30_000).buffer(10_000.0)
    assert found.symmetric_difference(exact).area < 60.0 * exact.length


def test_a_hundred_thousand_holes_vanish_in_the_buffer() -> None:
    x, y = (v.ravel() for v in np.meshgrid(np.arange(330) * 200.0, np.arange(330) * 200.0))
    holes = shapely.get_coordinates(shapely.box(x + 20, y + 20, x + 120, y + 120)).reshape(-1, 5, 2)
    county = shapely.Polygon(shapely.box(-100, -100, 66_100, 66_100).exterior, list(holes))
    start = time.perf_counter()
    found = bounds.widened(county, 10_000.0)
    assert time.perf_counter() - start < 20
    assert shapely.get_num_interior_rings(found) == 0
    assert found.covers(shapely.box(-100, -100, 66_100, 66_100).buffer(10_000.0))


def test_a_border_that_crosses_itself_without_end() -> None:
    rng = np.random.default_rng(3)
    start = time.perf_counter()
    assert bounds.tangled(shapely.Polygon(rng.uniform(0, 1, (6_000, 2))))
    assert time.perf_counter() - start < 10
    assert not bounds.tangled(_wavy(6_000))


def test_the_frame_about_a_fine_border_is_that_of_its_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the corners that an arc of the buffer leaves out: less than two thousandths of it."""
    region = shapely.Polygon([(0, 0), (400, 30), (380, 900), (-50, 500)])
    plain = bounds.frame_about(region, 250)
    assert shapely.equals_exact(plain, region.buffer(250).envelope)
    monkeypatch.setattr(bounds, "PLAIN_BORDER", 3)
    fine = bounds.frame_about(region, 250)
    assert fine.bounds == (-300, -250, 650, 1150)
    assert shapely.covers(fine, plain)
    assert shapely.hausdorff_distance(fine, plain) < 0.5 * np.sqrt(2)


@pytest.mark.slow
def test_a_study_in_a_border_of_many_corners(tmp_path: Path) -> None:
    """With its map, report and layers: no step takes a multiple of reading it."""
    study = street_study(tmp_path / "street", extra="[outputs]\nsurface_cell_m = 1000\n")
    turn = np.linspace(0, 2 * np.pi, 300_000, endpoint=False)
    far = 1 + 0.02 * np.sin(40 * turn) + 0.002 * np.random.default_rng(1).uniform(-1, 1, len(turn))
    lon, lat = east(5000)
    ring = np.column_stack([lon + 0.08 * far * np.cos(turn), lat + 0.05 * far * np.sin(turn)])
    county = {"area_id": "000000", "name": "一条街"}
    write_features(
        study.parent / "county.geojson", [("Polygon", [[*ring.tolist(), ring[0].tolist()]], county)]
    )
    began = time.process_time()
    analysis = carecircle.analyze(study)
    assert analysis.inputs.water is None
    analysis.write(tmp_path / "out")
    assert time.process_time() - began < 30
