"""Which files a run writes, and the sets of them that have a name."""

from __future__ import annotations

from carecircle.strict import UnfitError

FILES = (
    "index.html", "gap_map.html", "report.pdf", "report.docx", "verdicts.xlsx", "verdicts.json",
    "results.gpkg", "missing_roads.gpkg", "areas.parquet", "facilities.parquet", "demand.parquet",
    "travel_time.tif", "overview.svg", "manifest.json",
)  # fmt: skip
"""Every file that a run may write, the first to open first."""
ALWAYS = ("verdicts.json", "manifest.json")
"""What every run writes: the results, and whose folder it is."""
_LIGHT = (*ALWAYS, "areas.parquet", "facilities.parquet", "demand.parquet")
_STANDARD = (*_LIGHT, "index.html", "overview.svg", "gap_map.html", "verdicts.xlsx", "travel_time.tif")
SETS = {"light": _LIGHT, "standard": _STANDARD, "all": FILES}
"""Sets of files by name."""
_DRAWN = ("gap_map.html", "report.pdf", "report.docx", "travel_time.tif")
"""Files that show travel times over the ground."""


def chosen(asked: str | tuple[str, ...]) -> frozenset[str]:
    """The files of a set by its name, or those named, with what is always written.

    Raises
    ------
    UnfitError
        If there is no such set or file.
    """
    if isinstance(asked, str) and asked in SETS:
        return frozenset(SETS[asked])
    names = (asked,) if isinstance(asked, str) else asked
    unknown = [name for name in names if name not in FILES]
    if unknown:
        raise UnfitError("study.unknown_file", name=unknown[0], sets=list(SETS), known=list(FILES))
    return frozenset({*names, *ALWAYS})


def known_files(asked: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """What was asked for, where it can be."""
    chosen(asked)
    return asked


def draws(asked: str | tuple[str, ...]) -> bool:
    """Whether any of the files shows travel times over the ground."""
    return not chosen(asked).isdisjoint(_DRAWN)
