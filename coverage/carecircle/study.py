"""study.toml -> Study: typed, validated, every default visible."""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from carecircle.cards import card
from carecircle.errors import CarecircleError, StudyError, raise_all
from carecircle.texts import Language, Sentence
from carecircle.tiles import tile_fault

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]


class _Section(BaseModel):
    """A table of study.toml: immutable, and strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class BoundaryLevel(_Section):
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
    columns: dict[str, str] = {}
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


class Facilities(_Section):
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
    columns: dict[str, str] = {}
    """What a column is -> its header in the file: ``{lon = "经度"}``."""
    category: str | None = None
    """The category of every row (``cells``, or a table without a category column)."""
    count_column: str | None = None
    """``cells``: the column that holds how many facilities a cell has."""
    attribution: str = ""
    """Printed beside every map."""


class Residents(_Section):
    """Where people live: a grid or points."""

    path: Path
    """Relative to the study file."""
    format: Literal["raster", "points"] = "raster"
    """A GeoTIFF, or a table of points, village codes or H3 cells."""
    value: Literal["count", "per_km2"] = "count"
    """``raster``: residents of a cell, or residents per square kilometre."""
    column: str = "population"
    """``points``: the column of residents."""
    datum: Datum = "wgs84"
    """Datum of longitudes and latitudes; gcj02 is Amap's, bd09 Baidu's."""
    crs: str | None = None
    """CRS of projected coordinates in a table's two columns, as for facilities."""
    layer: str | None = None
    """Of a GeoPackage or workbook with several."""
    columns: dict[str, str] = {}
    """What a column is -> its header in the file: ``{lon = "经度"}``."""
    year: int | None = None
    """The year the residents were counted or modelled for."""
    calibrate: bool = False
    """Scale the residents of each area to its official figure ([totals], or the areas' own column)."""
    attribution: str = ""
    """Printed beside every map."""


class Totals(_Section):
    """Official figures: a table of area_id, attribute, value, year, source."""

    path: Path
    """Relative to the study file."""
    attribution: str = ""
    """Printed beside every map."""


class Roads(_Section):
    """The road network."""

    path: Path
    """Relative to the study file."""
    format: Literal["pbf", "graphml", "edges"] = "pbf"
    """An OpenStreetMap extract, OSMnx GraphML, or a layer of lines."""
    datum: Datum = "wgs84"
    """Of an edge table; an OpenStreetMap extract is WGS 84 always."""
    layer: str | None = None
    """Of a GeoPackage or workbook with several."""
    attribution: str = ""
    """Printed beside every map."""


class Urban(_Section):
    """How urban and rural residents are told apart (see the method page for the order of preference)."""

    by: Literal["mark", "nbs_code", "community", "degurba", "type"] = "mark"
    """The areas' own mark, 城乡分类代码, village type, Degree of Urbanisation, or town type."""


class Assumptions(_Section):
    """What no plan states and every verdict repeats."""

    target_share: float | None = Field(default=None, ge=0, le=1)
    """Share of residents a radius or time must hold where the clause states none (1.0 if unset)."""
    max_snap_m: float = Field(default=500.0, gt=0)
    """Places farther than this from any road of the mode are unsnapped, metres."""
    buffer_km: float = Field(default=10.0, ge=0)
    """Roads and facilities so far beyond the boundary may serve residents inside, kilometres."""
    count_outside: bool = True
    """Whether facilities beyond the boundary serve residents inside."""
    turnout_min: float = Field(default=2.0, ge=0)
    """Ambulances: call handling and turn-out before the journey, minutes."""


class Outputs(_Section):
    """What the written files look like."""

    surface_cell_m: float = Field(default=100.0, gt=0)
    """Size of a cell of travel_time.tif, metres."""
    map_number: str = ""
    """审图号, printed on maps."""
    attribution: str = ""
    """A line of your own, printed on maps (who made them, for whom)."""
    map_budget_mb: float = Field(default=20.0, gt=0)
    """Megabytes that gap_map.html may have; over it the map is drawn more coarsely and says so."""
    basemap: str = ""
    """Own tiles under the map: ``tiles/{z}/{x}/{y}.png`` or a .pmtiles beside the study, or an address."""
    basemap_budget_mb: float = Field(default=4.0, gt=0)
    """Megabytes of own tiles that the map may carry; the coarser zooms are kept."""
    tianditu_key: str = Field(default="", exclude=True)
    """A Tianditu key: readers may then switch it on while online. It stands readable in gap_map.html."""


class Study(_Section):
    """A study: what to read, which plan to judge, and every assumption.

    Load one with `load_study`; all paths are then absolute.
    """

    version: Literal[1] = 1
    """Of the study file's format."""
    name: str = Field(min_length=1, pattern=r"^[^/\\]+$")
    """Names the output folder."""
    title: str = ""
    """Printed at the head of every output."""
    language: Language = "zh"
    """Of every sentence written."""
    plan: str
    """An id of the catalogue, or the path of a plan file."""
    year: int = Field(default=2025, ge=1900, le=2200)
    """The year whose official figures are taken."""
    boundaries: Boundaries | None = None
    """Absent: the hull of the residents and the buffer, said so."""
    facilities: Facilities | None = None
    """What is judged."""
    more_facilities: tuple[Facilities, ...] = ()
    """Further sources of facilities."""
    residents: Residents | None = None
    """Absent: rules about people are NOT_ASSESSED."""
    totals: Totals | None = None
    """Official figures: denominators of ratios."""
    roads: Roads | None = None
    """Absent: rules about roads are NOT_ASSESSED."""
    urban: Urban = Urban()
    """How urban and rural residents are told apart."""
    assumptions: Assumptions = Assumptions()
    """What no plan states."""
    outputs: Outputs = Outputs()
    """What the written files look like."""
    file: Path | None = Field(default=None, exclude=True)
    """The study file itself, where the study came from one."""

    @property
    def plan_path(self) -> Path | None:
        """The plan's own file where ``plan`` is a path, else None (an id of the catalogue)."""
        return Path(self.plan) if self.plan.endswith(".toml") else None

    @property
    def facility_sources(self) -> tuple[Facilities, ...]:
        """Every source of facilities, in the order of the file."""
        return ((self.facilities,) if self.facilities else ()) + self.more_facilities

    @property
    def extract(self) -> Path | None:
        """The study's own OpenStreetMap extract: that of its roads, else of its facilities; None without."""
        roads = [self.roads.path] if self.roads is not None and self.roads.format == "pbf" else []
        return next(iter([*roads, *(f.path for f in self.facility_sources if f.format == "osm")]), None)

    def _repr_html_(self) -> str:
        """The study as a small card, in its own language."""
        given = {
            "boundaries": self.boundaries, "facilities": self.facilities, "residents": self.residents,
            "totals": self.totals, "roads": self.roads,
        }  # fmt: skip
        assumed = self.assumptions
        share = 1.0 if assumed.target_share is None else assumed.target_share
        numbers = {
            "share": share, "metres": assumed.max_snap_m, "buffer_km": assumed.buffer_km,
            "turnout": assumed.turnout_min,
        }  # fmt: skip
        inputs = [f"{Sentence(f'cards.{n}').text(self.language)} {_what(s)}" for n, s in given.items() if s]
        facts = (
            (Sentence("cards.plan"), self.plan if self.plan_path is None else self.plan_path.name),
            (Sentence("cards.year"), str(self.year)),
            (Sentence("cards.inputs"), "; ".join(inputs) or None),
            (Sentence("cards.assumptions"), Sentence("cards.assumed", numbers)),
        )
        return card(self.language, self.title or self.name, facts)

    def to_dict(self) -> dict[str, Any]:
        """The study as plain data; paths relative to the study file, so that a copy elsewhere is equal.

        Returns
        -------
        dict
            As study.toml would hold it, every default filled in.
        """
        data: dict[str, Any] = self.model_dump(mode="json", exclude_none=True)
        if self.file is None:
            return data
        folder = self.file.parent
        return dict(_map_paths(data, lambda p: _relative(Path(p), folder)))


def load_study(path: str | Path) -> Study:
    """Read and validate a study file.

    Parameters
    ----------
    path
        ``study.toml``, or the folder that holds it. Paths inside are relative to the file.

    Returns
    -------
    Study
        Frozen, every default filled in, every path absolute.

    Raises
    ------
    StudyError
        Missing file, malformed TOML, and every unknown key (with the nearest known one), wrong type and
        missing input file at once.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "study.toml"
    if not file.is_file():
        raise StudyError("errors.missing_file", file=file)
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StudyError("study.not_toml", file=file, why=str(error)) from error
    data.pop("file", None)
    data = _map_paths(data, lambda p: str((file.parent / p).resolve()) if isinstance(p, str) else p)
    try:
        study = Study.model_validate({**data, "file": file.resolve()})
    except ValidationError as error:
        raise_all([_fault(file, data, e) for e in error.errors()])
        raise  # unreachable: a ValidationError holds at least one error
    shifted = tile_fault(study.outputs.basemap, file)
    raise_all([*_undrawn(study, file), *_missing_files(study, file), *([shifted] if shifted else [])])
    return study


def study_schema() -> dict[str, Any]:
    """The JSON Schema of study.toml.

    Returns
    -------
    dict
        Draft 2020-12, ``$id`` ``carecircle/study/1``; every key with its default and meaning.
    """
    schema = Study.model_json_schema()
    schema["properties"].pop("file")
    return {"$id": "carecircle/study/1", **schema}


def _map_paths(data: dict[str, Any], change: Any) -> dict[str, Any]:
    """A copy of the study's raw tables with every path changed by ``change``."""

    def walk(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {k: walk(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [walk(v, key) for v in value]
        return change(value) if key == "path" else value

    copy: dict[str, Any] = walk(data, "")
    plan = copy.get("plan")
    if isinstance(plan, str) and plan.endswith(".toml"):
        copy["plan"] = change(plan)
    return copy


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive on Windows
        return path.as_posix()


def _what(section: Any) -> str:
    """What a section reads, in a word: its file, else the code, name or relation it asks for."""
    if section.path is not None:
        return str(section.path.name)
    return str(section.adcode or section.name or section.relation or section.admin_level or "—")


def _undrawn(study: Study, file: Path) -> Iterable[StudyError]:
    """Levels of boundaries that name nothing to read, or several things at once."""
    b = study.boundaries
    finer = () if b is None else b.levels
    sections = [("boundaries", b), *((f"boundaries.levels.{i}", v) for i, v in enumerate(finer))]
    for key, level in sections:
        if level is None:
            continue
        adcode = level.adcode if isinstance(level, Boundaries) else None
        ways = (adcode is not None) + level.in_extract + (level.path is not None and not level.in_extract)
        if ways != 1:
            yield StudyError("study.boundary_needs", file=file, value=key)
        elif level.in_extract and level.path is None and study.extract is None:
            yield StudyError("study.boundary_extract", file=file, value=key)


def _missing_files(study: Study, file: Path) -> Iterable[StudyError]:
    sections: list[Any] = [study.boundaries, study.residents, study.totals, study.roads]
    sections += [*study.facility_sources, *(study.boundaries.levels if study.boundaries else ())]
    paths = [s.path for s in sections if s is not None and s.path is not None]
    if study.plan_path is not None:
        paths.append(study.plan_path)
    return [StudyError("study.missing_input", file=file, value=str(p)) for p in paths if not p.is_file()]


def _fault(file: Path, data: dict[str, Any], error: Any) -> CarecircleError:
    """One pydantic error as one sentence of ours."""
    where = [str(part) for part in error["loc"]]
    key = ".".join(where)
    if error["type"] == "extra_forbidden":
        known = _known_keys(where[:-1])
        near = difflib.get_close_matches(where[-1], known, n=1, cutoff=0.5)
        if near:
            return StudyError("study.unknown_key_near", file=file, value=key, near=near[0])
        return StudyError("study.unknown_key", file=file, value=key, known=sorted(known))
    if error["type"] == "missing":
        return StudyError("study.missing_key", file=file, value=key)
    given = error.get("input")
    return StudyError(
        "study.bad_value", file=file, column=key, value=json.dumps(given, ensure_ascii=False, default=str),
        why=str(error["msg"]),
    )  # fmt: skip


def _known_keys(table: list[str]) -> list[str]:
    """The keys of a table of study.toml, found by walking the schema."""
    schema = study_schema()
    at: dict[str, Any] = schema
    for part in table:
        at = at.get("items", at) if part.isdigit() else at.get("properties", {}).get(part, {})
        options = [at, *at.get("anyOf", []), *at.get("allOf", [])]
        refs = [o["$ref"] for o in options if "$ref" in o] + [
            o["items"]["$ref"] for o in options if "$ref" in o.get("items", {})
        ]
        if refs:
            at = schema["$defs"][refs[0].rsplit("/", 1)[-1]]
    return list(at.get("properties", {}))
