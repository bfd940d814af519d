"""province.toml: a template study, the counties, and what differs from one to the next."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError

from carecircle.errors import StudyError, raise_all
from carecircle.strict import LONGEST_PATH, UnfitError, echo, file_name, is_data, parse_toml
from carecircle.study.sections import Section
from carecircle.texts import Language

MAY_DIFFER = ("plan", "title", "year", "include_projects")
"""Keys of the template that a county may set otherwise."""
MAY_DIFFER_WITHIN = ("assumptions", "emergency", "urban")
"""Tables of it of which a county may set any key otherwise."""
PATHS_MAY_DIFFER = ("facilities.path", "residents.path", "totals.path")
"""Files that a county may have of its own."""


class Counties(Section):
    """The counties: one file of boundaries."""

    path: Path
    """Of polygons; relative to province.toml."""
    layer: str | None = None
    """Of a GeoPackage with several."""
    columns: dict[str, str] = Field(default={})
    """What a column is -> its header in the file: ``{area_id = "县代码", name = "县"}``."""


class Differing(Section):
    """A table of what differs: a row for each county, a column for each key of the template."""

    path: Path
    """A CSV file or workbook; relative to province.toml."""
    layer: str | None = None
    """The sheet of a workbook with several."""
    county: str = "county"
    """Header of the column that holds the counties' codes."""


class Province(Section):
    """A batch of counties."""

    version: Literal[1] = 1
    """Of this file's format."""
    name: Annotated[str, AfterValidator(file_name)] = Field(min_length=1)
    """Names the output folder."""
    title: str = ""
    """Printed at the head of the province's page."""
    language: Language | None = None
    """Of the province's page and workbook; absent: the template's."""
    template: Path
    """The study file that all counties share; relative to province.toml."""
    counties: Counties
    """Where the counties lie."""
    table: Differing | None = None
    """What differs by county."""
    facilities_county: str | None = None
    """Header of the provincial facility table that names each row's county; absent: by place alone."""
    file: Path = Field(default=Path(), exclude=True)
    """The file itself."""


def load_province(path: str | Path) -> Province:
    """Read and validate a province file.

    Parameters
    ----------
    path
        ``province.toml``, or the folder that holds it.

    Returns
    -------
    Province
        Every path absolute.

    Raises
    ------
    StudyError
        If the file, the template or another file it names is missing, or a key is unknown or wrong.
    """
    file = Path(path)
    try:
        file = file / "province.toml" if file.is_dir() else file
        data, _ = parse_toml(file.read_bytes())
    except OSError as error:
        raise StudyError("errors.missing_file", file=echo(str(file), LONGEST_PATH)) from error
    except ValueError as error:
        raise StudyError("study.not_toml", file=file, why=echo(str(error))) from error
    data = _placed(data, file.parent)
    try:
        province = Province.model_validate({**data, "file": file.resolve()})
    except ValidationError as error:
        raise_all([_fault(file, e) for e in error.errors()])
        raise  # unreachable: a ValidationError holds at least one error
    named = [province.template, province.counties.path, *([province.table.path] if province.table else [])]
    raise_all(
        StudyError("study.missing_input", file=file, value=echo(str(p), LONGEST_PATH))
        for p in named
        if not is_data(p)
    )
    return province


def may_differ(key: str) -> bool:
    """Whether a county may set a key of the template otherwise."""
    table, _, within = key.partition(".")
    return key in (*MAY_DIFFER, *PATHS_MAY_DIFFER) or (bool(within) and table in MAY_DIFFER_WITHIN)


def _placed(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Paths from the folder of the file."""
    found = dict(data)
    if isinstance(found.get("template"), str):
        found["template"] = str((folder / found["template"]).resolve())
    for name in ("counties", "table"):
        table = found.get(name)
        if isinstance(table, dict) and isinstance(table.get("path"), str):
            found[name] = {**table, "path": str((folder / table["path"]).resolve())}
    return found


def _fault(file: Path, error: Any) -> StudyError:
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return StudyError("study.missing_key", file=file, value=key)
    if error["type"] == "extra_forbidden":
        known = list(Province.model_fields) if "." not in key else []
        return StudyError("study.unknown_key", file=file, value=key, known=sorted({*known} - {"file"}))
    unfit: Any = (error.get("ctx") or {}).get("error")
    given = echo(error.get("input"))
    if isinstance(unfit, UnfitError):
        facts: dict[str, Any] = dict(unfit.facts)
        return StudyError(unfit.key, file=file, column=key, value=given, **facts)
    return StudyError("study.bad_value", file=file, column=key, value=given, why=str(error["msg"]))
