"""``[terrain]``: the ground that people cross off the roads, and how it is searched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from carecircle.errors import StudyError
from carecircle.strict import UnfitError
from carecircle.study.sections import Section
from carecircle.terrain import Law, Ride


def _some(paths: Any) -> Any:
    listed = paths if isinstance(paths, list | tuple) else [paths]
    if not listed or not all(isinstance(path, str | Path) for path in listed):
        raise UnfitError("study.tiles")
    return paths


Tiles = Annotated[Path | tuple[Path, ...], BeforeValidator(_some)]
"""A raster, several, or a folder of them: ``.tif``, ``.hgt``, ``.hgt.zip``."""


class Grounding(Section):
    """A raster of the ground, in one file or many tiles; of any CRS."""

    path: Tiles
    """A file, a list of files, or a folder of tiles (GeoTIFF, ``.hgt``, ``.hgt.zip``)."""
    attribution: str = ""
    """Printed beside every map."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """Files and folders, in the order given."""
        return self.path if isinstance(self.path, tuple) else (self.path,)


class ClassTable(Section):
    """A table that says how each class of a land cover is crossed."""

    path: Path
    """Rows of ``class, label, kph, mode, source``; a row without a source is assumed."""
    layer: str | None = None
    """Of a workbook with several."""
    columns: dict[str, str] = Field(default={})
    """What a column is -> its header in the file: ``{kph = "速度"}``."""


class Cover(Grounding):
    """Land cover: classes, each crossed at its own speed."""

    classes: Literal["worldcover", "globeland30", "clcd"] | None = None
    """Whose classes they are; their speeds are in ``profiles.toml``, each with its source."""
    table: ClassTable | None = None
    """Your own classes, in place of ``classes``."""


class Friction(Grounding):
    """Time a metre as somebody else has reckoned it, such as the Malaria Atlas Project's surfaces."""

    unit: Literal["min_per_m", "s_per_m"] = "min_per_m"
    """What the values are."""
    sloped: bool = False
    """Whether the law of slopes is still to be applied (the Malaria Atlas Project's have it in them)."""


class Barrier(Section):
    """What nobody crosses but by bridge or tunnel: every cell that it touches is closed."""

    path: Path | None = None
    """A layer of lines or polygons; absent: the rivers, canals and lakes of the study's own extract."""
    layer: str | None = None
    """Of a GeoPackage with several."""
    attribution: str = ""
    """Printed beside every map."""


class Terrain(Section):
    """The ground: who lives off the roads crosses it, and nobody is lost because a lane is not mapped."""

    elevation: Grounding | None = None
    """Heights in metres; absent: flat."""
    cover: Cover | None = None
    """Land cover; absent, and no friction: every cell is crossed at the mode's own speed off the road."""
    friction: Friction | None = None
    """In place of land cover."""
    barriers: tuple[Barrier, ...] = ()
    """Rivers and the like."""
    cell_m: float | None = Field(default=None, ge=1.0, le=10_000.0)
    """Size of a cell, metres, in the study's CRS; absent: the cells of the friction, cover or elevation."""
    moves: Literal[8, 16] = 16
    """Directions from a cell: to 8 neighbours, or also by the knight's move."""
    law: Law = "tobler"
    """How slopes slow walkers."""
    max_slope_deg: float | None = Field(default=None, gt=0.0, lt=90.0)
    """Steeper moves are closed, degrees."""
    ride: Ride = "once"
    """Driving: ``once`` to a road on foot, then by car, on foot again to the end alone; ``again`` freely."""
    roads: bool = True
    """False: the cells alone (roads are burnt into the cover)."""
    portal_spacing_m: float | None = Field(default=None, ge=1.0, le=10_000.0)
    """The most metres along a street to a place where it is entered or left; absent: one in every cell."""

    @property
    def rasters(self) -> tuple[tuple[str, Grounding], ...]:
        """Those that are named, by their key."""
        named = (("friction", self.friction), ("cover", self.cover), ("elevation", self.elevation))
        return tuple((key, raster) for key, raster in named if raster is not None)

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file and folder that is read."""
        found = [path for _, raster in self.rasters for path in raster.paths]
        if self.cover is not None and self.cover.table is not None:
            found.append(self.cover.table.path)
        return (*found, *(b.path for b in self.barriers if b.path is not None))

    @property
    def attributions(self) -> tuple[str, ...]:
        """Of its sources, where they are named."""
        named = [*(raster.attribution for _, raster in self.rasters), *(b.attribution for b in self.barriers)]
        return tuple(attribution for attribution in named if attribution)


def terrain_faults(terrain: Terrain | None, file: Path, *, extract: bool) -> Iterator[StudyError]:
    """What a study's terrain says twice or not at all; ``extract``: whether one has rivers."""
    if terrain is None:
        return
    if terrain.cover is not None:
        if terrain.friction is not None:
            yield StudyError("study.cover_and_friction", file=file, column="terrain.friction")
        if (terrain.cover.classes is None) == (terrain.cover.table is None):
            yield StudyError("study.cover_classes", file=file, column="terrain.cover.classes")
    if not terrain.rasters and terrain.cell_m is None:
        yield StudyError("study.terrain_cells", file=file, column="terrain.cell_m")
    if terrain.portal_spacing_m is not None and not terrain.roads:
        yield StudyError("study.portals_without_roads", file=file, column="terrain.portal_spacing_m")
    if any(b.path is None for b in terrain.barriers) and not extract:
        yield StudyError("study.barrier_extract", file=file, column="terrain.barriers")
