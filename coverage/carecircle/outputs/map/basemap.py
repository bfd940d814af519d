"""The ground beneath the map, where a study asks for one: own tiles carried in the page, or Tianditu."""

from __future__ import annotations

import base64
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from carecircle.errors import InputError
from carecircle.outputs.map.layers import bounds
from carecircle.study import Study
from carecircle.texts import Sentence
from carecircle.tiles import tile_fault

if TYPE_CHECKING:
    from carecircle.analysis import Analysis

TIANDITU_VARIABLE = "CARECIRCLE_TIANDITU_KEY"
_PICTURES = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
    b"GIF8": "image/gif",
}
_DEEPEST = 19
Tile = tuple[int, int, int]
Reader = Callable[[int, int, int], bytes | None]


def tianditu_key(study: Study) -> str:
    """The key for Tianditu: the study's, else the environment's; empty where there is none."""
    return study.outputs.tianditu_key or os.environ.get(TIANDITU_VARIABLE, "")


def server(study: Study) -> dict[str, str] | None:
    """An own tile server, asked only when the reader switches it on."""
    address = study.outputs.basemap
    return {"url": address} if _online(address) else None


def origins(study: Study) -> list[str]:
    """Where the page's pictures may come from besides itself, for its content security policy."""
    found = ["https://*.tianditu.gov.cn"] if tianditu_key(study) else []
    address = study.outputs.basemap
    if _online(address):
        fault = tile_fault(address)
        if fault is not None:
            raise fault
        parts = urlsplit(address.replace("{s}", "*"))
        found.append(f"{parts.scheme}://{parts.netloc}")
    return found


def _online(address: str) -> bool:
    return address.lower().startswith(("http://", "https://"))


def carried(analysis: Analysis) -> tuple[dict[str, Any] | None, list[Sentence]]:
    """The study's own tiles as data URIs, coarse zooms first for as long as the budget lasts.

    Returns
    -------
    (data, sentences)
        ``tiles`` by ``z/x/y``, the least and the most zoom kept; what was left out.

    Raises
    ------
    InputError
        Where the basemap does not exist, is not of pictures, or is a provider's whose tiles are shifted.
    """
    study = analysis.study
    address = study.outputs.basemap
    fault = tile_fault(address, study.file)
    if fault is not None:
        raise fault
    if not address or _online(address):
        return None, []
    read, zooms = _open(address, study)
    budget = study.outputs.basemap_budget_mb * 1e6
    tiles: dict[str, str] = {}
    size, kept, cut = 0.0, -1, False
    least = -1
    for zoom in zooms:
        level = _level(read, zoom, bounds(analysis), budget - size)
        if level is None:
            cut = True
            break
        if level:
            tiles |= level
            size += sum(map(len, level.values()))
            kept, least = zoom, zoom if least < 0 else least
    if not tiles:
        raise InputError("layers.basemap_none_here", file=study.file, column="outputs.basemap", value=address)
    facts = {"kept": kept, "had": max(zooms), "budget": study.outputs.basemap_budget_mb}
    said = [Sentence("layers.basemap_cut", facts)] if cut else []
    return {"tiles": tiles, "least": least, "most": kept}, said


def _level(
    read: Reader, zoom: int, box: tuple[float, float, float, float], budget: float
) -> dict[str, str] | None:
    """One zoom's tiles over the study; None where they do not fit."""
    found: dict[str, str] = {}
    size = 0
    for z, x, y in covering(box, zoom):
        data = read(z, x, y)
        if data is None:
            continue
        kind = next((k for head, k in _PICTURES.items() if data.startswith(head)), None)
        if kind is None:
            raise InputError("layers.basemap_vector", column="outputs.basemap", value=f"{z}/{x}/{y}")
        text = f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
        size += len(text)
        if size > budget:
            return None
        found[f"{z}/{x}/{y}"] = text
    return found


def covering(box: tuple[float, float, float, float], zoom: int) -> Iterator[Tile]:
    """The tiles of a zoom over west, south, east, north (WGS 84 degrees), row by row."""
    west, south, east, north = box
    n = 1 << zoom

    def column(lon: float) -> int:
        return min(n - 1, max(0, math.floor((lon + 180) / 360 * n)))

    def row(lat: float) -> int:
        return min(n - 1, max(0, math.floor((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)))

    for y in range(row(north), row(south) + 1):
        for x in range(column(west), column(east) + 1):
            yield zoom, x, y


def _open(address: str, study: Study) -> tuple[Reader, list[int]]:
    """A reader of tiles and the zooms it has."""
    folder = study.file.parent if study.file is not None else Path()
    if address.lower().endswith(".pmtiles"):
        return _pmtiles(folder / address, study)
    if not all(part in address for part in ("{z}", "{x}", "{y}")):
        raise InputError("layers.basemap_pattern", file=study.file, column="outputs.basemap", value=address)
    top = folder / address.partition("{z}")[0]
    zooms = sorted(int(p.name) for p in top.iterdir() if p.name.isdigit()) if top.is_dir() else []
    if not zooms:
        raise InputError("layers.basemap_missing", file=study.file, column="outputs.basemap", value=str(top))

    def read(z: int, x: int, y: int) -> bytes | None:
        path = folder / address.format(z=z, x=x, y=y)
        return path.read_bytes() if path.is_file() else None

    return read, [z for z in zooms if z <= _DEEPEST]


def _pmtiles(path: Path, study: Study) -> tuple[Reader, list[int]]:
    """The pictures of a PMTiles archive (version 3)."""
    if not path.is_file():
        raise InputError("layers.basemap_missing", file=study.file, column="outputs.basemap", value=str(path))
    try:
        from pmtiles.reader import MemorySource
        from pmtiles.reader import Reader as Archive
        from pmtiles.tile import TileType
    except ImportError as error:
        raise InputError("layers.basemap_package", file=path) from error
    try:
        archive = Archive(MemorySource(path.read_bytes()))
        header = archive.header()
    except Exception as error:  # the package raises its own kinds for what is no archive
        raise InputError("layers.basemap_broken", file=path, why=str(error)) from error
    if header["tile_type"] not in (TileType.PNG, TileType.JPEG, TileType.WEBP):
        raise InputError("layers.basemap_vector", file=path, value=header["tile_type"].name.lower())
    return archive.get, list(range(header["min_zoom"], min(header["max_zoom"], _DEEPEST) + 1))
