"""Which band of a raster holds the residents, and what its stored numbers stand for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import rasterio
import rasterio.windows

from carecircle.errors import InputError
from carecircle.schema import Finding
from carecircle.study import Residents
from carecircle.texts import Sentence


def band_of(raster: rasterio.DatasetReader, source: Residents, findings: list[Finding]) -> int:
    """The band of residents, from 1: the one that ``layer`` names by number or description, else the first.

    Parameters
    ----------
    raster
        Open for reading.
    source
        ``[residents]`` of the study.
    findings
        Takes a warning where several bands are there and none is named.

    Raises
    ------
    InputError
        If the band asked for is not there, or holds no plain numbers.
    """
    band = _named(raster, source, findings)
    if np.dtype(raster.dtypes[band - 1]).kind not in "iuf":
        raise InputError("inputs.raster_values", file=source.path, value=raster.dtypes[band - 1])
    return band


def _named(raster: rasterio.DatasetReader, source: Residents, findings: list[Finding]) -> int:
    names = [d or str(i) for i, d in enumerate(raster.descriptions, 1)]
    if source.layer is not None:
        called = [n.casefold() for n in names]
        wanted = source.layer.strip().casefold()
        if wanted in called:
            return called.index(wanted) + 1
        if not (wanted.isdigit() and 1 <= int(wanted) <= raster.count):
            raise InputError("inputs.no_band", file=source.path, value=source.layer, known=names)
        return int(wanted)
    if raster.count > 1:
        facts = {"count": raster.count, "read": names[0], "others": names[1:10], "last": names[-1]}
        findings.append(Finding("warning", Sentence("inputs.several_bands", facts), file=str(source.path)))
    return 1


def values_of(
    raster: rasterio.DatasetReader, band: int, window: rasterio.windows.Window
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """A window's values as float64, the band's scale and offset applied, and which cells hold one.

    Cells that hold none are 0.
    """
    cells = raster.read(band, window=window)
    known = (raster.read_masks(band, window=window) > 0) & ~np.isnan(cells)
    found = cells.astype(np.float64)
    found *= raster.scales[band - 1]
    found += raster.offsets[band - 1]
    found[~known] = 0.0
    return found, known


def written(value: float) -> str:
    """A stored number with all its digits, as a nodata value has to be written."""
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
