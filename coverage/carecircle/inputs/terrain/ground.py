"""The cells of a study's ground, out of all that its ``[terrain]`` names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import rasterio.fill
import shapely
from rasterio.features import geometry_mask
from shapely.geometry.base import BaseGeometry

from carecircle.crs import between
from carecircle.errors import InputError
from carecircle.inputs.terrain.barriers import burnt
from carecircle.inputs.terrain.classes import WALK, check_known, classes_of, crossing, minutes_per_m
from carecircle.inputs.terrain.frame import Frame, frame_of
from carecircle.inputs.terrain.rasters import Cells, onto
from carecircle.inputs.terrain.tiles import Tile, tiles_of
from carecircle.profiles import Profile, profile
from carecircle.schema import Finding
from carecircle.study import Study, Terrain
from carecircle.terrain import GroundCells, GroundClass
from carecircle.texts import Sentence

Mask = npt.NDArray[np.bool_]

_VOID_CELLS = 10
"""Gaps in the heights are filled from neighbours no farther off than this, in cells."""
_HIGHEST_M = 9000.0
_LOWEST_M = -500.0
_MOST_MINUTES = 10.0
"""A metre takes nobody longer: a fill value that the friction does not declare."""


def ground_of(
    study: Study, modes: Sequence[str], crs: pyproj.CRS, region: BaseGeometry, around: BaseGeometry
) -> tuple[GroundCells | None, list[Finding]]:
    """The ground of a study for the modes that leave the roads.

    Parameters
    ----------
    study
        Whose ``[terrain]``.
    modes
        Those that the study travels by.
    crs, region, around
        The study's CRS, its boundary, and that with the buffer.

    Returns
    -------
    ground, findings
        None without terrain, or where no mode leaves the roads.

    Raises
    ------
    InputError
        If a raster cannot be used or does not meet the study, a class is unknown or a table is faulty.
    """
    terrain = study.terrain
    own = study.own_profiles
    leaving = {m: p for m in modes if (p := profile(m, own)).off_road is not None}
    if terrain is None or not leaving:
        return None, []
    tiles = {key: tiles_of(raster.paths) for key, raster in terrain.rasters}
    lead = next(iter(tiles.values()), ())
    frame = frame_of(lead, crs, around, terrain.cell_m, study.file)
    closed = burnt(terrain.barriers, study.roads, frame, crs, around)
    findings: list[Finding] = []
    elevation = _heights(tiles.get("elevation", ()), frame, closed, findings)
    minutes, on_foot, classes = _minutes(study, terrain, tiles, frame, leaving)
    for mode, cells in minutes.items():
        minutes[mode] = _closed(cells, closed)
    east_m, north_m = frame.sizes_m()
    ground = GroundCells(
        crs=frame.crs.to_wkt(), transform=tuple(frame.transform)[:6], east_m=east_m, north_m=north_m,
        minutes_per_m=minutes, on_foot=on_foot, elevation_m=elevation, moves=terrain.moves, law=terrain.law,
        max_slope_deg=terrain.max_slope_deg, ride=terrain.ride, roads=terrain.roads, classes=classes,
        walked=frozenset(m for m, p in leaving.items() if p.off_road == m),
        portal_spacing_m=terrain.portal_spacing_m,
    )  # fmt: skip
    findings += _told(study, ground, frame, crs, region)
    return ground, findings


def _heights(tiles: Sequence[Tile], frame: Frame, closed: Mask, findings: list[Finding]) -> Cells | None:
    """Heights at every cell, small gaps filled from beside; ``closed`` takes those that stay (in place)."""
    if not tiles:
        return None
    heights = onto(tiles, frame, "height")
    heights[(heights < _LOWEST_M) | (heights > _HIGHEST_M)] = np.nan
    void = np.isnan(heights)
    if void.all():
        raise InputError("inputs.all_nodata", file=tiles[0].file)
    if void.any():
        found = rasterio.fill.fillnodata(
            np.where(void, np.float32(0.0), heights), mask=~void, max_search_distance=_VOID_CELLS
        )
        near = _within(~void, _VOID_CELLS)
        heights = np.where(void & ~near, np.nan, found).astype(np.float32)
        left = np.isnan(heights)
        closed |= left
        facts = {"filled": int((void & ~left).sum()), "left": int(left.sum())}
        findings.append(Finding("note", Sentence("inputs.ground_voids", facts), file=str(tiles[0].file)))
    return heights


def _within(known: Mask, cells: int) -> Mask:
    """Cells no farther than so many cells from a known one."""
    from scipy.ndimage import distance_transform_edt

    far = distance_transform_edt(~known)
    return np.asarray(far <= cells)


def _minutes(
    study: Study, terrain: Terrain, tiles: Mapping[str, Sequence[Tile]], frame: Frame,
    leaving: Mapping[str, Profile],
) -> tuple[dict[str, Cells], dict[str, Mask], tuple[GroundClass, ...]]:  # fmt: skip
    """Minutes a metre by mode, where each goes on foot, and the classes of the land cover."""
    shape = (frame.height, frame.width)
    if terrain.friction is not None:
        cells = onto(tiles["friction"], frame, "time")
        if terrain.friction.unit == "s_per_m":
            cells /= np.float32(60.0)
        cells[~((cells > 0) & (cells < _MOST_MINUTES))] = np.nan
        if np.isnan(cells).all():
            raise InputError("inputs.all_nodata", file=tiles["friction"][0].file)
        sloped = {} if terrain.friction.sloped else dict.fromkeys(leaving, np.zeros(shape, dtype=bool))
        return dict.fromkeys(leaving, cells), sloped, ()
    if terrain.cover is not None:
        return _crossed(study, terrain, tiles["cover"], frame, leaving)
    by_speed: dict[str, Cells] = {}
    for mode, known in leaving.items():
        kph = profile(str(known.off_road), study.own_profiles).access_speed_kph
        by_speed[mode] = np.full(shape, minutes_per_m(kph), dtype=np.float32)
    return by_speed, {}, ()


def _crossed(
    study: Study, terrain: Terrain, tiles: Sequence[Tile], frame: Frame, leaving: Mapping[str, Profile]
) -> tuple[dict[str, Cells], dict[str, Mask], tuple[GroundClass, ...]]:
    assert terrain.cover is not None
    classes = classes_of(terrain.cover, study.language)
    cells = onto(tiles, frame, "class")
    known = ~np.isnan(cells)
    values, number = np.unique(np.where(known, cells, -1.0).astype(np.int64), return_inverse=True)
    counts = np.bincount(number.ravel(), minlength=len(values))
    check_known(
        {int(v): int(n) for v, n in zip(values, counts, strict=True) if v >= 0}, classes,
        terrain.cover.table.path if terrain.cover.table is not None else tiles[0].file,
    )  # fmt: skip
    number = number.reshape(cells.shape)
    made: dict[Any, Cells] = {}
    minutes, on_foot = {}, {}
    for mode, how in leaving.items():
        rows = crossing(classes, mode, str(how.off_road))
        pace = tuple(minutes_per_m(rows[v].kph) if v in rows else np.nan for v in values.tolist())
        if pace not in made:  # modes that cross alike share their cells
            made[pace] = np.array(pace, dtype=np.float32)[number]
        minutes[mode] = made[pace]
        walked = np.array([v not in rows or rows[v].mode == WALK for v in values.tolist()])
        if not walked.all():
            on_foot[mode] = walked[number]
    return minutes, on_foot, classes


def _closed(cells: Cells, closed: Mask) -> Cells:
    """Cells with some closed (in place: modes may share them)."""
    cells[closed] = np.nan
    return cells


def _told(
    study: Study, ground: GroundCells, frame: Frame, crs: pyproj.CRS, region: BaseGeometry
) -> list[Finding]:
    """What a planner should know: how many cells, what they do not cover, water that is walked."""
    terrain, file = study.terrain, None if study.file is None else str(study.file)
    assert terrain is not None
    size = float(np.sqrt(ground.east_m.mean() * ground.north_m.mean()))
    facts = {"cells": frame.width * frame.height, "metres": round(size, 1)}
    found = [Finding("note", Sentence("inputs.ground_cells", facts), file=file)]
    forward = between(crs, frame.crs)
    own = shapely.transform(
        shapely.segmentize(region, 5000.0), lambda xy: np.column_stack(forward.transform(xy[:, 0], xy[:, 1]))
    )
    share = shapely.intersection(shapely.make_valid(own), shapely.box(*frame.bounds)).area / own.area
    if share < 0.999:
        facts = {"percent": round(100.0 * (1.0 - share), 1)}
        found.append(Finding("warning", Sentence("inputs.ground_partly", facts), file=file))
    inside = ~geometry_mask([own], (frame.height, frame.width), frame.transform)
    some = next(iter(ground.minutes_per_m.values()))
    if inside.any():
        shut = float(np.isnan(some[inside]).mean())
        if shut == 1.0:
            raise InputError("inputs.ground_closed", file=study.file)
        if shut > 0:
            facts = {"percent": round(100.0 * shut, 1)}
            found.append(Finding("note", Sentence("inputs.ground_shut", facts), file=file))
    if terrain.cover is None and terrain.friction is None and not terrain.barriers:
        found.append(Finding("warning", Sentence("inputs.ground_wet"), file=file))
    assumed = [c.label for c in ground.classes if not c.source]
    if assumed:
        found.append(Finding("note", Sentence("inputs.ground_assumed", {"classes": assumed}), file=file))
    return found
