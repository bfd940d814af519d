"""Where a study's inputs come from: whose they are, which files they were, what drew its boundary."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from carecircle.inputs.areas.known_areas import OSM, area_by_adcode
from carecircle.inputs.osm.file import is_osm
from carecircle.inputs.osm.store import unused
from carecircle.keep import file_digest
from carecircle.schema import Finding
from carecircle.study import Study
from carecircle.texts import Sentence

_SIDES = ("-wal", "-journal", ".aux.xml", ".msk", ".ovr")
_WORLD = (".tfw", ".tifw", ".wld")
_TABLES = (".shp", ".tab", ".mif")


class Counted:
    """How many of everything was brought, in one line: what a session shows of the `Inputs`."""

    def __repr__(self) -> str:
        held = vars(self)
        names = {"facilities": "facilities", "areas": "areas", "demand": "demand points", "edges": "edges"}
        counted = [f"{len(held[name]):,} {words}" for name, words in names.items() if held[name] is not None]
        return f"<Inputs of {held['study'].name}: {', '.join(counted)}, {held['crs'].srs}>"


def region_source(study: Study, areas: pd.DataFrame) -> Sentence:
    """What drew the boundary of a study that has one."""
    b = study.boundaries
    assert b is not None
    name = areas["name"][areas["level"] == b.level].iloc[0]
    if b.adcode is not None:
        source = area_by_adcode(b.adcode).attribution
        return Sentence("inputs.adcode_region", {"value": b.adcode, "name": name, "source": source})
    path = b.path or study.extract
    assert path is not None
    if b.in_extract:
        return Sentence("inputs.extract_region", {"file": path.name, "name": name})
    return Sentence("inputs.file_region", {"file": path.name})


def attributions(study: Study) -> tuple[str, ...]:
    """The attributions of the study file, each once; the makers' own where it names none."""
    b = study.boundaries
    levels = [] if b is None else [b, *b.levels]
    sections = [*levels, *study.facility_sources, *study.people_sources, study.totals]
    found: list[str] = [s.attribution for s in sections if s is not None and s.attribution]
    if b is not None and b.adcode is not None and not b.attribution:
        found.append(area_by_adcode(b.adcode).attribution)
    osm = any(s.format == "osm" and not s.attribution for s in study.facility_sources)
    osm |= any(level.in_extract and not level.attribution for level in levels)
    if study.roads is not None and study.roads.attribution:
        found.append(study.roads.attribution)
    elif osm or (study.roads is not None and study.roads.format in ("pbf", "graphml")):
        found.append(OSM)
    found += [m.attribution for m in (study.matrix or {}).values() if m.attribution]
    found += study.terrain.attributions if study.terrain is not None else ()
    return tuple(dict.fromkeys(found))


def hashes(study: Study) -> dict[str, str]:
    """SHA-256 of every file of a study, by its path relative to the study file."""
    b = study.boundaries
    folder = study.file.parent if study.file is not None else None
    found = {}
    for path in files_read(study):
        name = Path(os.path.relpath(path, folder)).as_posix() if folder is not None else path.name
        found[name] = file_digest(path)
    if b is not None and b.adcode is not None:
        drawn = area_by_adcode(b.adcode)
        if drawn.file is not None:
            found[f"{drawn.attribution} {b.adcode}"] = file_digest(drawn.file)
    return found


def stores_unused(study: Study) -> list[Finding]:
    """A note for each store that lies beside an extract of the study and is of another one, or damaged."""
    roads = [study.roads.path] if study.roads is not None and study.roads.format == "pbf" else []
    extracts = [*roads, *(f.path for f in study.facility_sources if f.format == "osm" or is_osm(f.path))]
    said = {path: unused(path) for path in extracts}
    return [Finding("note", sentence, str(path)) for path, sentence in said.items() if sentence is not None]


def files_read(study: Study) -> list[Path]:
    """Every file that reading a study opens: its own, its plan's, its inputs' and what lies beside them."""
    b = study.boundaries
    sections = [
        b,
        *(b.levels if b else ()),
        *study.facility_sources,
        *study.people_sources,
        study.totals,
        study.roads,
        *(study.matrix or {}).values(),
    ]
    paths = {s.path for s in sections if s is not None and s.path is not None}
    paths |= {p for p in (study.file, study.plan_path) if p is not None}
    paths |= set(study.terrain.files) if study.terrain is not None else set()
    return sorted({q for p in paths for q in files_of(p)})


def files_of(path: Path) -> list[Path]:
    """Every file that a reader of this one opens with it.

    The parts of a shapefile or MapInfo table, what stands in a GeoPackage's write-ahead log and not yet in
    itself, a raster's side files, all files of a folder.
    """
    if path.is_dir():
        return sorted(p for p in path.rglob("*") if p.is_file())
    name, stem = path.name.casefold(), path.stem.casefold()
    sides = {name, *(name + side for side in _SIDES), *(stem + side for side in _WORLD)}
    table = path.suffix.casefold() in _TABLES

    def belongs(other: Path) -> bool:
        called = other.name.casefold()
        return called in sides or (table and called.startswith(f"{stem}."))

    beside = [p for p in path.parent.iterdir() if p != path and belongs(p) and p.is_file()]
    return sorted([path, *(p for p in beside if p.stat().st_size)])
