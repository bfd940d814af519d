"""Bands, scales, fill values and true areas of residents' rasters, against sums by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine

from carecircle.errors import InputError
from carecircle.inputs.residents.cell_areas import cells_km2
from carecircle.inputs.residents.grids import open_grid
from carecircle.study import Residents


def _raster(
    tmp_path: Path, bands: list[np.ndarray], *, scale: float = 1.0, offset: float = 0.0,
    names: tuple[str, ...] = (), crs: str = "EPSG:4544",
    corner: tuple[float, float] = (450_000.0, 3_400_000.0),
) -> Path:  # fmt: skip
    file = tmp_path / "pop.tif"
    height, width = bands[0].shape
    with rasterio.open(
        file, "w", driver="GTiff", width=width, height=height, count=len(bands), dtype=bands[0].dtype,
        crs=crs, transform=Affine(1000, 0, corner[0], 0, -1000, corner[1]),
    ) as out:  # fmt: skip
        for i, band in enumerate(bands, 1):
            out.write(band, i)
        out.scales, out.offsets = [scale] * len(bands), [offset] * len(bands)
        if names:
            out.descriptions = names
    return file


def test_scale_and_offset_are_applied(tmp_path: Path) -> None:
    raw = np.full((10, 10), 100, dtype=np.uint16)
    assert open_grid(Residents(path=_raster(tmp_path, [raw], scale=0.1))).total == pytest.approx(1000.0)
    shifted = _raster(tmp_path, [raw], scale=0.1, offset=2.0)
    assert open_grid(Residents(path=shifted)).total == pytest.approx(1200.0)


@pytest.mark.parametrize(("layer", "total"), [("2", 8.0), ("POP_2020", 12.0), ("pop_2000", 4.0)])
def test_a_band_is_named_by_number_or_description(tmp_path: Path, layer: str, total: float) -> None:
    bands = [np.full((2, 2), v, dtype=np.float32) for v in (1, 2, 3)]
    file = _raster(tmp_path, bands, names=("pop_2000", "pop_2010", "pop_2020"))
    first = open_grid(Residents(path=file))
    assert (first.total, [f.sentence.key for f in first.findings]) == (4.0, ["inputs.several_bands"])
    assert f'layer = "{first.findings[0].sentence.facts["last"]}"' in first.findings[0].sentence.text("en")
    chosen = open_grid(Residents(path=file, layer=layer))
    assert (chosen.total, chosen.findings) == (total, ())


def test_a_band_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    bands = [np.ones((2, 2), dtype=np.float32)] * 2
    with pytest.raises(InputError, match=r"no band “3”.*1, 2"):
        open_grid(Residents(path=_raster(tmp_path, bands), layer="3"))


@pytest.mark.parametrize("value", ["count", "per_km2"])
@pytest.mark.parametrize("fill", [np.uint32(4294967295), np.float32(3.4028234663852886e38)])
def test_declaring_the_fill_value_as_told_mends_the_raster(tmp_path: Path, fill: object, value: str) -> None:
    cells = np.full((2, 2), 5, dtype=fill.dtype)  # type: ignore[attr-defined]
    cells[0, 0] = fill
    file = _raster(tmp_path, [cells])
    with pytest.raises(InputError) as fault:
        open_grid(Residents(path=file, value=value))  # type: ignore[arg-type]
    told = fault.value.text("en").split("-a_nodata ")[1].split(" ")[0]
    with rasterio.open(file, "r+") as out:
        out.nodata = float(told)
    assert open_grid(Residents(path=file)).total == 15.0


def test_densities_on_mercator_count_by_true_areas(tmp_path: Path) -> None:
    """At 31.3 degrees Mercator's square kilometre holds cos² = 0.730 of one."""
    to = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    x, y = to.transform(104.5, 31.3)
    file = _raster(tmp_path, [np.full((4, 4), 500.0)], crs="EPSG:3857", corner=(x - 2000, y + 2000))
    total = open_grid(Residents(path=file, value="per_km2")).total
    east, north = np.array([-1, 1, 1, -1]) * 2000 + x, np.array([-1, -1, 1, 1]) * 2000 + y
    lon, lat = to.transform(east, north, direction="INVERSE")
    true, _ = pyproj.Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)
    assert total == pytest.approx(500.0 * abs(true) / 1e6, rel=1e-6)
    assert total < 0.74 * 8000


def test_cells_between_those_measured_are_as_if_measured() -> None:
    crs, block = pyproj.CRS.from_epsg(3857), Affine(1000, 0, 1.16e7, 0, -1000, 3.7e6)
    whole = cells_km2(crs, block, 512, 300)
    for row, column in ((3, 7), (250, 151), (500, 290)):
        own = Affine(1000, 0, 1.16e7 + 1000 * column, 0, -1000, 3.7e6 - 1000 * row)
        one = cells_km2(crs, own, 1, 1)[0, 0]
        assert whole[row, column] == pytest.approx(one, rel=1e-4)


def test_an_equal_area_grid_keeps_its_plane_areas() -> None:
    crs = pyproj.CRS.from_proj4("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=krass +units=m")
    assert (cells_km2(crs, Affine(1000, 0, 0, 0, -1000, 3.4e6), 600, 400) == 1.0).all()
