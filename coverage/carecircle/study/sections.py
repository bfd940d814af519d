"""The tables of study.toml: what each key means, its type and its default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from carecircle import categories
from carecircle.schema import DEMAND
from carecircle.strict import Strict, UnfitError
from carecircle.study.files import known_files

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]


def known_category(given: str | None) -> str | None:
    """A category by the plans' own term.

    Raises
    ------
    UnfitError
        If it is none.
    """
    if given is None:
        return None
    meant = categories.canonical(given)
    if meant is None:
        near = categories.nearest(given) or "医院"
        raise UnfitError("study.unknown_category", category=given, near=near)
    return meant


def known_terms(given: bool | tuple[str, ...]) -> bool | tuple[str, ...]:
    """Categories and roles by the plans' own terms, or a plain yes or no.

    Raises
    ------
    UnfitError
        If one is neither.
    """
    if isinstance(given, bool):
        return given
    known = [categories.canonical(term) or categories.role(term) for term in given]
    for term, meant in zip(given, known, strict=True):
        if meant is None:
            near = categories.nearest(term) or "医院"
            raise UnfitError("study.unknown_category", category=term, near=near)
    return tuple(str(term) for term in known)


class Section(Strict):
    """A table of study.toml."""


class BoundaryLevel(Section):
    """A finer level of areas: its own file, or relations of an OpenStreetMap extract."""

    level: Literal["county", "town", "village"]
    """Level of these areas."""
    path: Path | None = None
    """A file of areas, or an ``.osm.pbf``; absent with a relation, name or admin_level: the study's own."""
    relation: int | None = Field(default=None, gt=0)
    """OpenStreetMap: the number of the boundary relation."""
    name: str | None = None
    """OpenStreetMap: the name of the administrative boundary."""
    admin_level: int | None = Field(default=None, ge=1, le=12)
    """OpenStreetMap: all administrative boundaries of this level (in China 6 county, 8 town, 10 village)."""
    datum: Datum = "wgs84"
    """Datum of longitudes and latitudes; gcj02 is Amap's, bd09 Baidu's."""
    layer: str | None = None
    """Of a GeoPackage or workbook with several."""
    columns: dict[str, str] = Field(default={})
    """What a column is -> its header in the file: ``{lon = "经度"}``."""
    attribution: str = ""
    """Printed beside every map."""

    @property
    def in_extract(self) -> bool:
        """Whether the areas are relations of an OpenStreetMap extract."""
        asked = (self.relation, self.name, self.admin_level)
        return any(a is not None for a in asked) or (self.path is not None and self.path.suffix == ".pbf")

    @property
    def drawn_by_others(self) -> bool:
        """Whether an extract or an installed package draws the areas, not a file of the planner's."""
        return self.in_extract


class Boundaries(BoundaryLevel):
    """The study's areas. The first level bounds the study; ``levels`` add finer ones."""

    level: Literal["county", "town", "village"] = "county"
    """Level of the areas that bound the study."""
    adcode: str | None = Field(default=None, pattern=r"^\d{6}$")
    """A Chinese division code, drawn by an installed package (``pip install "carecircle[china]"``)."""
    levels: tuple[BoundaryLevel, ...] = ()
    """Finer levels, each its own file or relations."""

    @property
    def drawn_by_others(self) -> bool:
        """Whether an extract or an installed package draws the areas, not a file of the planner's."""
        return self.adcode is not None or self.in_extract


class Facilities(Section):
    """One source of facilities."""

    path: Path
    """Relative to the study file."""
    format: Literal["table", "osm", "cells"] = "table"
    """A table or layer, the tags of a .osm.pbf, or counts by grid cell."""
    datum: Datum = "wgs84"
    """Datum of longitudes and latitudes; gcj02 is Amap's, bd09 Baidu's."""
    crs: str | None = None
    """CRS of projected coordinates in a table ("EPSG:4544"): easting in the lon column, northing in lat."""
    layer: str | None = None
    """Of a GeoPackage or workbook with several."""
    columns: dict[str, str] = Field(default={})
    """What a column is -> its header in the file: ``{lon = "经度"}``."""
    category: Annotated[str | None, AfterValidator(known_category)] = None
    """The category of every row (``cells``, or a table without a category column)."""
    complete: Annotated[bool | tuple[str, ...], AfterValidator(known_terms)] = False
    """Whether all there are stand in it with every role they hold: all, or of the terms named."""
    count_column: str | None = None
    """``cells``: the column that holds how many facilities a cell has."""
    attribution: str = ""
    """Printed beside every map."""


class SpreadBy(Section):
    """The grid by which the residents of polygons are spread."""

    path: Path
    """A GeoTIFF, relative to the study file."""
    value: Literal["count", "per_km2"] = "count"
    """Residents of a cell, or residents per square kilometre."""
    layer: str | None = None
    """The band's number or description."""
    attribution: str = ""
    """Printed beside every map."""


class Residents(Section):
    """Where people live: a grid, points or polygons."""

    path: Path
    """Relative to the study file."""
    format: Literal["raster", "points", "polygons"] = "raster"
    """A GeoTIFF; a table of points, village codes or H3 cells; or polygons, each with its residents."""
    grid: SpreadBy | None = None
    """``polygons``: the grid that spreads the residents within each; absent: evenly by area."""
    value: Literal["count", "per_km2"] = "count"
    """``raster``: residents of a cell, or residents per square kilometre."""
    column: str = "population"
    """``points``, ``polygons``: the column of residents."""
    datum: Datum = "wgs84"
    """Datum of longitudes and latitudes; gcj02 is Amap's, bd09 Baidu's."""
    crs: str | None = None
    """CRS of projected coordinates in a table's two columns, as for facilities."""
    layer: str | None = None
    """Of a GeoPackage or workbook with several; ``raster``: the band's number or description."""
    columns: dict[str, str] = Field(default={})
    """What a column is -> its header in the file: ``{lon = "经度"}``."""
    year: int | None = None
    """The year the residents were counted or modelled for."""
    calibrate: bool = False
    """Scale the residents of each area to its official figure ([totals], or the areas' own column)."""
    groups: dict[str, str | SpreadBy] | None = None
    """Groups of the residents by name, for clauses, access and equity: ``points`` and ``polygons`` a further
    column each, ``{"0-14" = "0-14岁人口"}``; ``raster`` a band of the same file or a raster of its own on the
    same grid, ``[residents.groups."65+"]`` with its ``path``."""
    attribution: str = ""
    """Printed beside every map."""

    @field_validator("groups")
    @classmethod
    def _named(cls, groups: dict[str, str | SpreadBy] | None) -> dict[str, str | SpreadBy] | None:
        taken = sorted({*(groups or {})} & {*DEMAND, ""})
        if taken:
            raise UnfitError("study.group_name", name=taken[0], taken=list(DEMAND))
        return groups

    @property
    def own_grids(self) -> tuple[SpreadBy, ...]:
        """The rasters of the groups that bring one each."""
        return tuple(g for g in (self.groups or {}).values() if isinstance(g, SpreadBy))


class Totals(Section):
    """Official figures: a table of area_id, attribute, value, year, source."""

    path: Path
    """Relative to the study file."""
    columns: dict[str, str] = Field(default_factory=dict)
    """What a column is -> its header in the file: ``{area_id = "代码"}``."""
    attribution: str = ""
    """Printed beside every map."""


class Roads(Section):
    """The road network."""

    path: Path
    """Relative to the study file."""
    format: Literal["pbf", "graphml", "edges"] = "pbf"
    """An OpenStreetMap extract, OSMnx GraphML, or a layer of lines."""
    barriers: Literal["closed", "open"] = "closed"
    """Whether gates, bollards and their like on an extract's roads stop those they are made to stop."""
    datum: Datum = "wgs84"
    """Of an edge table; an OpenStreetMap extract is WGS 84 always."""
    layer: str | None = None
    """Of a GeoPackage or workbook with several."""
    columns: dict[str, str] = Field(default_factory=dict)
    """What a column is -> its header in the file: ``{highway = "道路等级"}``."""
    attribution: str = ""
    """Printed beside every map."""


class Urban(Section):
    """How urban and rural residents are told apart (see the method page for the order of preference)."""

    by: Literal["mark", "nbs_code", "community", "degurba", "type"] = "mark"
    """The areas' own mark, 城乡分类代码, village type, Degree of Urbanisation, or town type."""


class Assumptions(Section):
    """What no plan states and every verdict repeats."""

    target_share: float | None = Field(default=None, ge=0, le=1)
    """Share of residents a radius or time must hold where the clause states none (1.0 if unset)."""
    max_snap_m: float = Field(default=500.0, gt=0, le=100_000)
    """Places farther than this from any road of the mode are unsnapped, metres."""
    buffer_km: float = Field(default=10.0, ge=0, le=1000)
    """Roads and facilities so far beyond the boundary may serve residents inside, kilometres."""
    widest_km: float = Field(default=100.0, ge=0, le=1000)
    """At most so far is read where a listed facility beyond the buffer might be nearer for somebody."""
    count_outside: bool = True
    """Whether facilities beyond the boundary serve residents inside."""


class Outputs(Section):
    """What the written files look like."""

    files: Annotated[str | tuple[str, ...], AfterValidator(known_files)] = Field(default="all", exclude=True)
    """What a run writes: ``light`` (results as data), ``standard`` (map, workbook too), ``all``, or names."""
    surface_cell_m: float = Field(default=100.0, ge=1, le=100_000)
    """Size of a cell of travel_time.tif, metres."""
    map_number: str = ""
    """审图号, printed on maps."""
    attribution: str = ""
    """A line of your own, printed on maps (who made them, for whom)."""
    map_budget_mb: float = Field(default=20.0, gt=0, le=10_000)
    """Megabytes that gap_map.html may have; over it the map is drawn more coarsely and says so."""
    basemap: str = ""
    """Own tiles under the map: ``tiles/{z}/{x}/{y}.png`` or a .pmtiles beside the study, or an address."""
    basemap_budget_mb: float = Field(default=4.0, gt=0, le=10_000)
    """Megabytes of own tiles that the map may carry; the coarser zooms are kept."""
    tianditu_key: str = Field(default="", exclude=True)
    """A Tianditu key: readers may then switch it on while online. It stands readable in gap_map.html."""


class Matrix(Section):
    """Travel times that somebody else has reckoned: they answer for a mode instead of roads."""

    path: Path
    """A ``.csv`` or ``.parquet``: one row a pair, with the ids of its ends and the time."""
    origin: Literal["residents", "facilities"] = "residents"
    """Which end the way begins at: ``residents`` (they travel) or ``facilities`` (an ambulance does)."""
    unit: Literal["min", "s"] = "min"
    """Of the time."""
    columns: dict[str, str] = Field(default={})
    """What a column is -> its header in the file: ``{minutes = "travel_time_p50"}``."""
    attribution: str = ""
    """Printed beside every map."""
