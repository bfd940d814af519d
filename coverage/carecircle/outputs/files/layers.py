"""Layers of a GeoPackage, written in order; what a library cannot write is an error of the place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyogrio
import rasterio

from carecircle.analysis.manifest import epoch
from carecircle.errors import OutputError


def write_layers(path: Path, layers: Iterable[tuple[str, gpd.GeoDataFrame, str]]) -> None:
    """Write layers into a GeoPackage (version 1.2), each there even if empty.

    Parameters
    ----------
    path
        The file; layers are added to one that is there.
    layers
        Name, frame in the CRS it is written in, and kind of geometry (``Point`` …).

    Raises
    ------
    OutputError
        As `written`.
    """
    with dated(), written(path):
        for name, frame, kind in layers:
            pyogrio.write_dataframe(
                frame, path, layer=name, driver="GPKG", geometry_type=kind, append=path.exists(),
                dataset_options={} if path.exists() else {"VERSION": "1.2"},
            )  # fmt: skip


@contextmanager
def dated() -> Iterator[None]:
    """With ``SOURCE_DATE_EPOCH`` set, the time that GDAL writes into a GeoPackage."""
    told = epoch()
    if told is None:
        yield
        return
    moment = told.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


@contextmanager
def written(path: Path) -> Iterator[None]:
    """A file that GDAL or Arrow cannot write (a full disk) as an error of the place, not of ours.

    Raises
    ------
    OutputError
        Naming the file and the library's own words.
    """
    try:
        yield
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError,
            rasterio.errors.RasterioError, pa.ArrowException) as error:  # fmt: skip
        why = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise OutputError("errors.output_folder", file=path, why=why) from error
