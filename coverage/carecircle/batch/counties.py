"""Every county as a study of its own: a folder with study.toml and its part of what the province has once.

``carecircle run`` on such a folder gives what the batch gives. What is wrong with one county (no boundary, a
code that two have, no plan, a key that may not differ) is that county's fault alone.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from carecircle.batch.county import Job, Receipt, failed
from carecircle.batch.cutting import Cutter
from carecircle.batch.province import MAY_DIFFER, MAY_DIFFER_WITHIN, PATHS_MAY_DIFFER, Province, may_differ
from carecircle.errors import CarecircleError, InputError, StudyError, writing
from carecircle.inputs.areas.codes import significant
from carecircle.inputs.datum import checked_crs
from carecircle.inputs.osm.store import store_of
from carecircle.inputs.tables.reading import column_name, read_table
from carecircle.strict import parse_toml
from carecircle.study import Study, load_study
from carecircle.study.toml import as_toml

STUDIES, RECEIPTS, OUTS = "studies", "receipts", "counties"
_WHOLE = ("year", "include_projects")


@dataclass(frozen=True, eq=False)
class County:
    """A county as the boundaries file has it.

    Parameters
    ----------
    code, name
        Its code without padding, and what it is called.
    shape
        Its boundary in WGS 84; None where there is none.
    cells
        Its row of the boundaries file.
    twice
        Whether another one bears its code.
    """

    code: str
    name: str
    shape: BaseGeometry | None
    cells: Mapping[str, str] = field(default_factory=dict)
    twice: bool = False


@dataclass(frozen=True, eq=False)
class Prepared:
    """What is to be done, and what cannot be."""

    jobs: tuple[Job, ...]
    faults: tuple[Receipt, ...]
    counties: tuple[County, ...]
    template: Study


def prepare(province: Province, out: Path, *, only: Sequence[str] = (), files: str | None = None) -> Prepared:
    """Write a study folder for every county under ``out/studies``; nothing that is there already is touched.

    Parameters
    ----------
    only
        Codes of the counties wanted (empty: all).
    files
        Which outputs each county writes, in place of the template's ``[outputs] files``.

    Raises
    ------
    InputError
        If the boundaries, the table or the template itself cannot be used.
    OutputError
        If the folder cannot be written.
    """
    template = load_study(province.template)
    raw, _ = parse_toml(province.template.read_bytes())
    counties = read_counties(province)
    rows, plans = _rows(province)
    known = {c.code for c in counties}
    counties += [County(code, code, None, twice=len(r) > 1) for code, r in rows.items() if code not in known]
    if strange := sorted({significant(c) for c in only} - {c.code for c in counties}):
        raise StudyError("batch.unknown_county", file=province.file, value=strange[0])
    wanted = [c for c in counties if not only or c.code in {significant(c) for c in only}]
    cutter = Cutter(province, template, [c for c in counties if c.shape is not None and not c.twice])
    nodes = _nodes(template, wanted)
    jobs: list[Job] = []
    faults: dict[str, Receipt] = {}
    for county in wanted:
        folder = out / STUDIES / county.code
        job = Job(
            county.code, county.name, str(folder / "study.toml"), str(out / OUTS / county.code),
            str(out / RECEIPTS / f"{county.code}.json"), nodes.get(county.code, 0),
        )  # fmt: skip
        try:
            differs = _differing(province, county, rows.get(county.code, []), plans)
            with writing(folder):
                _write_study(raw, template, county, differs, cutter, folder, files)
            load_study(folder)
            jobs.append(job)
        except CarecircleError as error:
            faults[county.code] = failed(job, error)
    return Prepared(tuple(jobs), tuple(faults.values()), tuple(counties), template)


def read_counties(province: Province) -> list[County]:
    """The counties of the boundaries file, one for each code.

    Raises
    ------
    InputError
        If it cannot be read, or has no CRS or no polygons.
    """
    source = province.counties
    table = read_table(source.path, columns=("area_id", "name"), given=source.columns, layer=source.layer)
    if table.geometry is None:
        raise InputError("batch.no_polygons", file=source.path)
    if not table.has("area_id"):
        raise InputError(
            "inputs.missing_column", file=source.path, missing=column_name("area_id"), present=[*table.frame]
        )
    shapes = gpd.GeoSeries(table.geometry.to_numpy(), crs=checked_crs(table.geometry.crs, source.path))
    shapes = shapes.to_crs(4326)
    codes = [significant(str(code)) for code in table.text("area_id")]
    many = Counter(codes)
    found: dict[str, County] = {}
    for place, code in enumerate(codes):
        cells = {str(k): v for k, v in table.frame.iloc[place].items() if v is not None and k != "geometry"}
        shape = shapes.iloc[place]
        none = shape is None or shape.is_empty or "Polygon" not in shape.geom_type
        name = str(table.text("name").iloc[place] or code)
        found.setdefault(code, County(code, name, None if none else shape, cells, many[code] > 1))
    return list(found.values())


def _rows(province: Province) -> tuple[dict[str, list[Mapping[str, str]]], bool]:
    """The rows of the table by county without blank cells; and whether the table says who has which plan."""
    if province.table is None:
        return {}, False
    table = read_table(province.table.path, columns=(), layer=province.table.layer)
    if province.table.county not in table.frame:
        raise InputError(
            "inputs.missing_column", file=province.table.path, missing=province.table.county,
            present=[*table.frame],
        )  # fmt: skip
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in table.frame.to_dict("records"):
        code = row.pop(province.table.county)
        if code is not None:
            cells = {str(k).strip(): str(v).strip() for k, v in row.items() if v is not None}
            found.setdefault(significant(str(code)), []).append(cells)
    return found, "plan" in table.frame


def _differing(
    province: Province, county: County, rows: list[Mapping[str, str]], plans: bool
) -> dict[str, Any]:
    """What a county sets otherwise than the template, as values of TOML.

    Raises
    ------
    InputError
        If the county is not one, or sets what it may not.
    """
    if county.twice or len(rows) > 1:
        file = province.counties.path if county.twice or province.table is None else province.table.path
        raise InputError("batch.county_twice", file=file, value=county.code)
    if county.shape is None:
        raise InputError("batch.no_boundary", file=province.counties.path, value=county.code)
    cells = rows[0] if rows else {}
    file = province.file if province.table is None else province.table.path
    for key in cells:
        if not may_differ(key):
            may = [*MAY_DIFFER, *PATHS_MAY_DIFFER, *(f"{t}.…" for t in MAY_DIFFER_WITHIN)]
            raise InputError("batch.may_not_differ", file=file, column=key, value=county.code, known=may)
    found = {key: _value(key, text, file) for key, text in cells.items()}
    if plans and "plan" not in found:
        raise InputError("batch.no_plan", file=file, column="plan", value=county.code)
    return found


def _value(key: str, text: str, file: Path) -> Any:
    """A cell as a value of study.toml: numbers and truths where they look like ones, paths from the table."""
    if key.endswith("path") or (key == "plan" and text.endswith(".toml")):
        return str((file.parent / text).resolve())
    if key in ("plan", "title"):
        return text
    if text in ("true", "false"):
        return text == "true"
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    return int(number) if key in _WHOLE or (number.is_integer() and "." not in text) else number


def _write_study(
    raw: Mapping[str, Any], template: Study, county: County, differs: Mapping[str, Any], cutter: Cutter,
    folder: Path, files: str | None,
) -> None:  # fmt: skip
    data: dict[str, Any] = json.loads(json.dumps(raw, default=str))
    data |= {"version": 1, "name": county.code, "title": county.name}
    cut = cutter.cut(county.code, differs, folder)
    assert county.shape is not None
    boundaries = dict(data.get("boundaries", {}))
    for key in ("adcode", "relation", "admin_level", "layer", "columns", "datum", "name"):
        boundaries.pop(key, None)
    data["boundaries"] = {**boundaries, "path": str(folder / "county.geojson"), "level": "county"}
    feature = {
        "type": "Feature", "properties": {**county.cells, "area_id": county.code, "name": county.name},
        "geometry": shapely.geometry.mapping(county.shape),
    }  # fmt: skip
    collection = {"type": "FeatureCollection", "features": [feature]}
    cutter.put(folder / "county.geojson", json.dumps(collection, ensure_ascii=False))
    for key, value in {**cut, **differs}.items():
        table, _, name = key.partition(".")
        if name:
            data[table] = {**data.get(table, {}), name: value}
        else:
            data[key] = value
    if files is not None:
        data["outputs"] = {**data.get("outputs", {}), "files": files}
    cutter.put(folder / "study.toml", as_toml(data, template.file or folder, folder))


def _nodes(template: Study, counties: Sequence[County]) -> dict[str, int]:
    """Nodes of the roads within each county's box, where a store tells; else by the share of its box."""
    store = (
        None if template.roads is None or template.roads.format != "pbf" else store_of(template.roads.path)
    )
    if store is None:
        return {c.code: round(1e6 * c.shape.envelope.area) for c in counties if c.shape is not None}
    box, length = np.asarray(store.array("box")), np.asarray(store.array("length"))
    found = {}
    for county in counties:
        if county.shape is not None:
            west, south, east, north = county.shape.bounds
            here = (box[:, 0] <= east) & (box[:, 2] >= west) & (box[:, 1] <= north) & (box[:, 3] >= south)
            found[county.code] = int(length[here].sum())
    return found
