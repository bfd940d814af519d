"""A study file read: every fault in it reported at once, each with the key and its fix."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from carecircle.errors import CarecircleError, StudyError, raise_all
from carecircle.profiles import modes, nearest_mode
from carecircle.strict import LONGEST_PATH, UnfitError, echo, is_data, parse_toml, toml_text
from carecircle.study.access import access_faults
from carecircle.study.mending import move_faults
from carecircle.study.model import Study, map_paths, study_schema
from carecircle.study.periods import period_faults
from carecircle.study.sections import Boundaries
from carecircle.study.terrain import terrain_faults
from carecircle.study.travel import travel_faults
from carecircle.tiles import tile_fault

_QUOTED_PATH = re.compile(r"""\b(path|plan|basemap)\s*=\s*"(?!"")([^"\n]*)\"""")
_ESCAPED = re.compile(r"\\\\|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}")
"""What a backslash in double quotes may be the beginning of, in a path."""
_HEADER = re.compile(r"\s*\[\[?([^\[\]]+)\]")


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
    try:
        if file.is_dir():
            file = file / "study.toml"
        raw = file.read_bytes()
    except (OSError, ValueError) as error:  # not there, not ours to read, or no path at all
        raise StudyError("errors.missing_file", file=echo(str(file), LONGEST_PATH)) from error
    try:
        raise_all(_backslashes(file, toml_text(raw).splitlines()))
        data, text = parse_toml(raw)
    except CarecircleError:
        raise
    except ValueError as error:
        raise StudyError("study.not_toml", file=file, why=echo(str(error))) from error
    data.pop("file", None)
    data = map_paths(data, lambda p: _absolute(file.parent, p))
    try:
        study = Study.model_validate({**data, "file": file.resolve()})
    except ValidationError as error:
        raise_all([_fault(file, text.splitlines(), e) for e in error.errors()])
        raise  # unreachable: a ValidationError holds at least one error
    shifted = tile_fault(study.outputs.basemap, file)
    raise_all([
        *_undrawn(study, file), *_missing_files(study, file), *travel_faults(study.profiles, file),
        *_unknown_modes(study, file), *access_faults(study.access, file), *period_faults(study, file),
        *move_faults(study.moves, file),
        *terrain_faults(study.terrain, file, extract=_has_extract(study)),
        *([shifted] if shifted else []), *_no_use_of_a_grid(study, file),
    ])  # fmt: skip
    return study


def _absolute(folder: Path, path: Any) -> Any:
    """A path of the study file, absolute; what is no path is left for the model to refuse."""
    try:
        if not isinstance(path, str):
            return path
        there = folder / path
        if "\\" in path and not there.exists():  # written on Windows
            there = folder / path.replace("\\", "/")
        return str(there.resolve())
    except (OSError, ValueError):
        return path


def _backslashes(file: Path, lines: Sequence[str]) -> Iterable[StudyError]:
    """Paths in double quotes whose single backslashes TOML would take for something else."""
    for row, line in enumerate(lines, 1):
        for key, typed in _QUOTED_PATH.findall("" if line.lstrip().startswith("#") else line):
            if "\\" in _ESCAPED.sub("", typed):
                yield StudyError("study.backslash", file=file, row=row, column=key, value=echo(typed))


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


def _no_use_of_a_grid(study: Study, file: Path) -> Iterable[StudyError]:
    if study.residents is not None and study.residents.grid and study.residents.format != "polygons":
        yield StudyError("study.grid_without_polygons", file=file, column="residents.grid")


def _unknown_modes(study: Study, file: Path) -> Iterable[StudyError]:
    """Matrices of a mode that nobody knows."""
    for mode in study.matrix or {}:
        if mode not in modes():
            yield StudyError(
                "study.unknown_in_profile", file=file, column="matrix", value=echo(mode),
                near=nearest_mode(mode) or "—", known=list(modes()),
            )  # fmt: skip


def _missing_files(study: Study, file: Path) -> Iterable[StudyError]:
    sections: list[Any] = [study.boundaries, study.totals, study.roads, *(study.matrix or {}).values()]
    sections += [
        *study.people_sources,
        *study.facility_sources,
        *(study.boundaries.levels if study.boundaries else ()),
    ]
    paths = [s.path for s in sections if s is not None and s.path is not None]
    if study.plan_path is not None:
        paths.append(study.plan_path)
    missing = [p for p in paths if not _there(p, is_data)]
    ground = study.terrain.files if study.terrain is not None else ()
    missing += [p for p in ground if not _there(p, Path.exists)]
    return [
        StudyError(f"study.{'folder' if _there(p, Path.is_dir) else 'missing'}_input", file=file,
                   value=echo(str(p), LONGEST_PATH))
        for p in missing
    ]  # fmt: skip


def _has_extract(study: Study) -> bool:
    return study.roads is not None and study.roads.format == "pbf"


def _there(path: Path, test: Callable[[Path], bool]) -> bool:
    try:
        return test(path)
    except (OSError, ValueError):  # longer than the system lets a name be
        return False


def _fault(file: Path, lines: Sequence[str], error: Any) -> CarecircleError:
    """One pydantic error as one sentence of ours."""
    where = [str(part) for part in error["loc"]]
    key = ".".join(where)
    if error["type"] == "extra_forbidden":
        if where == ["assumptions", "turnout_min"]:
            row, given = _line(lines, where), echo(error.get("input"))
            return StudyError("study.turnout_moved", file=file, row=row, column=key, value=given)
        known = _known_keys(where[:-1])
        near = difflib.get_close_matches(where[-1], known, n=1, cutoff=0.5)
        if near:
            return StudyError("study.unknown_key_near", file=file, value=key, near=near[0])
        return StudyError("study.unknown_key", file=file, value=key, known=sorted(known))
    if error["type"] == "missing":
        return StudyError("study.missing_key", file=file, value=key)
    row, given = _line(lines, where), echo(error.get("input"))
    unfit = (error.get("ctx") or {}).get("error")
    if isinstance(unfit, UnfitError):
        return StudyError(unfit.key, file=file, row=row, column=key, value=given, **unfit.facts)
    return StudyError("study.bad_value", file=file, row=row, column=key, value=given, why=str(error["msg"]))


def _line(lines: Sequence[str], where: Sequence[str]) -> int | None:
    """Line (from 1) of a key of the study file; None where it stands in no table of its own."""
    names = [part for part in where if not part.isdigit()]
    number = next((int(part) for part in reversed(where) if part.isdigit()), 0)
    key = re.compile(rf"\s*{re.escape(names[-1])}\s*=")
    table, seen = "", {"": 0}
    for row, line in enumerate(lines, 1):
        head = _HEADER.match(line)
        if head is not None:
            table = re.sub(r"[\s\"']", "", head[1])
            seen[table] = seen.get(table, -1) + 1
        elif table == ".".join(names[:-1]) and seen[table] == number and key.match(line):
            return row
    return None


def _known_keys(table: list[str]) -> list[str]:
    """The keys of a table of study.toml, found by walking the schema."""
    schema = study_schema()
    at: dict[str, Any] = schema
    for part in table:
        inside = at.get("properties", {}).get(part) or at.get("additionalProperties") or {}
        at = at.get("items", at) if part.isdigit() else inside
        options = [at, *at.get("anyOf", []), *at.get("allOf", [])]
        refs = [o["$ref"] for o in options if "$ref" in o] + [
            o["items"]["$ref"] for o in options if "$ref" in o.get("items", {})
        ]
        if refs:
            at = schema["$defs"][refs[0].rsplit("/", 1)[-1]]
    return list(at.get("properties", {}))
