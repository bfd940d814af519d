"""Heights and land cover for a study to be: tiles of public servers that ask for no key, cut to the study."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from carecircle.errors import InputError
from carecircle.fetch.data import clip_raster
from carecircle.fetch.web import NotThereError, Servers, Web
from carecircle.texts import Sentence

HEIGHTS, COVER = "Copernicus DEM GLO-30 2021 © DLR, Airbus", "ESA WorldCover 2021 (CC BY 4.0)"
CELL_M = 30
"""Cells of the study: those of the heights."""
_STEPS = {"elevation": 1, "cover": 3}
"""Degrees along a tile's side."""
_MOST_TILES = {"elevation": 40, "cover": 12}
"""About a gigabyte of each; whoever needs more has the files already."""


def tile_url(servers: Servers, part: str, south: int, west: int) -> str:
    """The address of a tile by the corner it is named for."""
    north, east = "NS"[south < 0], "EW"[west < 0]
    if part == "cover":
        name = f"ESA_WorldCover_10m_2021_v200_{north}{abs(south):02d}{east}{abs(west):03d}_Map.tif"
        return f"{servers.cover}/v200/2021/map/{name}"
    name = f"Copernicus_DSM_COG_10_{north}{abs(south):02d}_00_{east}{abs(west):03d}_00_DEM"
    return f"{servers.elevation}/{name}/{name}.tif"


def tiles_of(part: str, bounds: tuple[float, float, float, float]) -> Iterator[tuple[int, int]]:
    """South-western corners of the tiles that west, south, east, north meet."""
    step = _STEPS[part]
    west, south, east, north = (degrees / step for degrees in bounds)
    for row in range(math.floor(south), max(math.ceil(north), math.floor(south) + 1)):
        for column in range(math.floor(west), max(math.ceil(east), math.floor(west) + 1)):
            yield row * step, column * step


def fetch_terrain(
    around: BaseGeometry, folder: Path, servers: Servers, web: Web, tell: Callable[[Sentence], None]
) -> None:
    """Write ``elevation`` and ``cover`` into a folder, a file a tile; where there is sea there are none.

    Parameters
    ----------
    around
        The study with its buffer, in WGS 84.
    folder
        Gets the two folders.

    Raises
    ------
    InputError
        If a server does not answer, has no tile at all there, or the study meets too many.
    """
    for part in _STEPS:
        wanted = list(tiles_of(part, around.bounds))
        name = Sentence(f"fetch.{part}")
        if len(wanted) > _MOST_TILES[part]:
            raise InputError("fetch.many_tiles", value=len(wanted), most=_MOST_TILES[part], part=name)
        tell(Sentence("fetch.tiles", {"part": name, "tiles": len(wanted)}))
        (folder / part).mkdir(parents=True)
        for south, west in wanted:
            url = tile_url(servers, part, south, west)
            try:
                tile = web.file(url, suffix=".tif")
            except NotThereError:
                continue
            clip_raster(tile, around, folder / part / Path(url).name)
        if not any((folder / part).iterdir()):
            raise InputError("fetch.no_tiles", part=name)


def terrain_text() -> list[str]:
    """What study.toml says of it."""
    return [
        "[terrain]", f"cell_m = {CELL_M}", "",
        "[terrain.elevation]", 'path = "terrain/elevation"', f'attribution = "{HEIGHTS}"', "",
        "[terrain.cover]", 'path = "terrain/cover"', 'classes = "worldcover"', f'attribution = "{COVER}"', "",
    ]  # fmt: skip
