"""Which finer areas of a file belong to the study: layers of towns come by prefecture or province."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from carecircle.errors import InputError
from carecircle.inputs.areas.codes import significant
from carecircle.schema import Finding
from carecircle.texts import Sentence

_MOST_BEYOND = 0.5
"""A polygon with more of its area than this beyond the boundary lies outside."""
_COUNTY = 6
"""Digits of a county's statistical code."""


def of_the_study(
    areas: gpd.GeoDataFrame, bounds: gpd.GeoDataFrame, known: set[str], findings: list[Finding]
) -> gpd.GeoDataFrame:
    """The areas of a finer level that lie in the study or belong to it by their code.

    Parameters
    ----------
    areas
        One finer level, in WGS 84.
    bounds
        The polygons that bound the study.
    known
        Ids of all coarser areas kept so far.
    findings
        Takes a warning that names what was left out.

    Raises
    ------
    InputError
        If nothing of the level is left.
    """
    inside = _by_place(areas, bounds)
    own = _by_code(areas, bounds, known)
    out = (inside == 0) & (own != 1)  # another place, and no code that says otherwise
    out |= (inside == -1) & (own == 0)  # no place, and another county's code
    if not out.any():
        return areas
    file = str(areas["file"].iloc[0])
    if out.all():
        raise InputError("inputs.level_elsewhere", file=file, value=_named(areas))
    facts = {
        "count": int(out.sum()), "areas": _named(areas[out]),
        "level": Sentence(f"inputs.level_{areas['level'].iloc[0]}"),
    }  # fmt: skip
    findings.append(Finding("warning", Sentence("inputs.areas_beyond", facts), file=file))
    return areas[~out].reset_index(drop=True)


def _named(areas: gpd.GeoDataFrame) -> list[str]:
    return [str(n) for n in areas["name"].tolist()[:5]]


def _by_place(areas: gpd.GeoDataFrame, bounds: gpd.GeoDataFrame) -> npt.NDArray[np.int8]:
    """1: within the boundary, 0: beyond it, -1: no place."""
    region = shapely.union_all(bounds.geometry.to_numpy())
    shapely.prepare(region)
    shapes = areas.geometry.to_numpy()
    found = np.where(shapely.is_missing(shapes), -1, 0).astype(np.int8)
    found[shapely.covers(region, shapes)] = 1
    for at in np.flatnonzero((found == 0) & shapely.intersects(region, shapes)):
        size = shapely.area(shapes[at])
        held = shapely.area(shapely.intersection(region, shapes[at]))
        found[at] = size == 0 or held >= (1.0 - _MOST_BEYOND) * size
    return found


def _by_code(areas: gpd.GeoDataFrame, bounds: gpd.GeoDataFrame, known: set[str]) -> npt.NDArray[np.int8]:
    """1: the study's by parent or statistical code, 0: another county's, -1: the codes do not say."""
    top = {significant(str(a))[:_COUNTY] for a in bounds["area_id"]}
    coded = all(len(c) == _COUNTY and c.isdigit() for c in top)
    parents = {significant(a) for a in known}
    found = []
    for area_id, parent in zip(areas["area_id"], areas["parent_id"], strict=True):
        code = significant(str(area_id))
        if isinstance(parent, str) and significant(parent) in parents:
            found.append(1)
        elif coded and code.isdigit() and len(code) > _COUNTY:
            found.append(int(code[:_COUNTY] in top))
        else:
            found.append(-1)
    return np.array(found, dtype=np.int8)
