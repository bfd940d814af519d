"""Tiny worlds: files a planner might bring, made in the test's own folder."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from carecircle.study import Study

LON, LAT = 104.5, 31.3


@pytest.fixture
def study_of(tmp_path: Path) -> Callable[..., Study]:
    """A study from sections, without a file of its own."""

    def build(**sections: Any) -> Study:
        return Study.model_validate({"name": "test", "plan": "luojiang", **sections})

    return build


@pytest.fixture
def boundary(tmp_path: Path) -> Callable[..., Path]:
    """A boundary file of boxes ``{id: (west, south, east, north)}`` around 104.5 E, 31.3 N."""

    def write(boxes: dict[str, Any], file: str = "areas.gpkg", crs: Any = 4326, **columns: Any) -> Path:
        shapes = [
            b
            if isinstance(b, shapely.Geometry)
            else shapely.box(LON + b[0], LAT + b[1], LON + b[2], LAT + b[3])
            for b in boxes.values()
        ]
        frame = gpd.GeoDataFrame({"area_id": list(boxes), **columns}, geometry=shapes, crs=crs)
        path = tmp_path / file
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some are written without a CRS on purpose
            frame.to_file(path)
        return path

    return write


@pytest.fixture
def raster(tmp_path: Path) -> Callable[..., Path]:
    """A GeoTIFF whose north-west corner is 104.5 E, 31.3 N, unless told otherwise."""

    def write(
        cells: Any,
        name: str = "people.tif",
        crs: Any = "EPSG:4326",
        step: float = 0.01,
        nodata: Any = None,
        west: float = LON,
        north: float = LAT,
        transform: Any = None,
        dtype: str = "float32",
    ) -> Path:
        values = np.asarray(cells, dtype=dtype)
        path = tmp_path / name
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            height=values.shape[0],
            width=values.shape[1],
            count=1,
            dtype=dtype,
            crs=crs,
            transform=transform or Affine(step, 0, west, 0, -step, north),
            nodata=nodata,
        ) as out:
            out.write(values, 1)
        return path

    return write


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """A text file, in UTF-8 unless told otherwise."""

    def write(text: str, name: str = "table.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write
