"""The whole county, from a seed to a folder of files."""

from __future__ import annotations

import filecmp
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.delivery import delivered
from carecircle.demo.areas import Town, divide
from carecircle.demo.cast import Cast, choose
from carecircle.demo.facilities import make_facilities, write_facilities
from carecircle.demo.gazetteer import CRS, gazetteer
from carecircle.demo.hills import with_hamlet, write_hills
from carecircle.demo.land import Land, make_land
from carecircle.demo.osm import write_roads
from carecircle.demo.people import People, how_many, official, settle, write_grid, write_totals
from carecircle.demo.roads import Roads, hamlets, make_roads
from carecircle.errors import OutputError, writing

SEED = 14
"""The seed of the county that is tracked in ``data/``."""

_MADE_ON = "2025-01-01T00:00:00Z"


@dataclass(frozen=True)
class County:
    """The county before it is written.

    Parameters
    ----------
    grounds
        The polygon of every village and community by code, metres of `carecircle.demo.gazetteer.CRS`.
    facilities
        Cells by header.
    """

    land: Land
    towns: tuple[Town, ...]
    cast: Cast
    roads: Roads
    grounds: Mapping[str, BaseGeometry]
    people: People
    facilities: Sequence[Mapping[str, object]]


def make_county(seed: int = SEED) -> County:
    """Make the county; equal seeds give equal counties."""
    land = make_land(seed)
    towns = divide(seed, land)
    cast = choose(land, towns)
    houses = hamlets(seed, land, [p for town in towns for p in town.places])
    roads = make_roads(seed, land, towns, houses)
    grounds = {p.code: land.ground(p.cells) for town in towns for p in town.places}
    residents = how_many(seed, towns, cast)
    people = settle(seed, land, towns, grounds, houses, residents)
    facilities = make_facilities(seed, land, roads, towns, cast)
    return County(land, towns, cast, roads, grounds, people, facilities)


def place_county(folder: Path) -> None:
    """Write the county where nothing is yet; where it stands already, leave it.

    Raises
    ------
    OutputError
        If the folder holds anything else than the county as it is written here: that stays as it is.
    """
    with writing(folder.parent):
        if not (folder.exists() and any(folder.iterdir())):
            with delivered(folder) as fresh:
                write_county(fresh)
            return
        with TemporaryDirectory() as room:
            write_county(Path(room))
            files = [p.relative_to(room) for p in sorted(Path(room).rglob("*")) if p.is_file()]
            other = [f for f in files if not _same(folder / f, room / f)]
    if other:
        named = [(Path(folder.name) / f).as_posix() for f in other]
        raise OutputError("errors.would_replace_other", file=folder.parent, files=named)


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and filecmp.cmp(one, other, shallow=False)


def write_county(folder: Path, *, seed: int = SEED) -> None:
    """Write the fictional county as a study folder, ready for ``carecircle run``.

    Parameters
    ----------
    folder
        Made if absent; files of the same names in it are replaced.
    seed
        Equal seeds give files of equal content.

    Notes
    -----
    ``boundaries/`` county, towns and villages (GeoPackage, CGCS2000); ``facilities/facilities.csv``;
    ``population/`` residents on a 100 m grid and official totals; ``roads/roads.osm.pbf``; ``terrain/``
    heights, land cover and residents with a hamlet off the roads; ``study.toml``, ``terrain.toml`` and
    ``plan.toml``. The known answers told in ``data/README.md`` are those of `SEED`.
    """
    county = make_county(seed)
    for name in ("boundaries", "facilities", "population", "roads", "terrain"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    figures = official(seed, county.towns, county.people)
    with _dated(_MADE_ON):
        _write_boundaries(folder / "boundaries", county, figures)
    write_facilities(folder / "facilities" / "facilities.csv", county.facilities)
    write_grid(folder / "population" / "residents.tif", county.people)
    write_totals(folder / "population" / "totals.csv", county.towns, figures)
    write_roads(folder / "roads" / "roads.osm.pbf", seed, county.land, county.roads)
    write_grid(folder / "terrain" / "residents.tif", with_hamlet(county.people))
    write_hills(folder / "terrain", seed, county.land, with_hamlet(county.people))
    for name in ("study.toml", "terrain.toml", "plan.toml"):
        text = (resources.files("carecircle.demo") / name).read_text(encoding="utf-8")
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _write_boundaries(folder: Path, county: County, figures: Mapping[str, int]) -> None:
    code = gazetteer()["county"]["code"]
    of_town = {
        town.code: shapely.coverage_union_all([county.grounds[p.code] for p in town.places])
        for town in county.towns
    }
    whole = shapely.coverage_union_all(list(county.grounds.values()))
    columns = ["区划代码", "名称", "上级代码", "区划类型", "常住人口"]
    _write_layer(
        folder / "county.gpkg",
        [[code, gazetteer()["county"]["name"], None, "县", figures[code]]],
        columns,
        [whole],
    )
    _write_layer(
        folder / "towns.gpkg",
        [[t.code, t.name, code, "街道" if t.street else "镇", figures[t.code]] for t in county.towns],
        columns, list(of_town.values()),
    )  # fmt: skip
    places = [p for town in county.towns for p in town.places]
    _write_layer(
        folder / "villages.gpkg",
        [[p.code, p.name, p.town, "村" if p.kind == "village" else "社区", figures[p.code],
          "城镇" if p.urban else "乡村", p.nbs] for p in places],
        [*columns, "城乡属性", "城乡分类代码"], [county.grounds[p.code] for p in places],
    )  # fmt: skip


def _write_layer(
    file: Path, rows: list[list[object]], columns: list[str], shapes: Sequence[BaseGeometry]
) -> None:
    frame = gpd.GeoDataFrame(rows, columns=columns, geometry=list(shapes), crs=CRS).to_crs("EPSG:4490")
    frame.geometry = shapely.set_precision(frame.geometry.to_numpy(), 1e-7, mode="pointwise")
    file.unlink(missing_ok=True)
    frame.to_file(file, driver="GPKG", layer=file.stem)


@contextmanager
def _dated(moment: str) -> Iterator[None]:
    """GDAL stamps GeoPackages with this moment instead of now, so that a rewrite changes nothing."""
    before = os.environ.get("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": moment})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
