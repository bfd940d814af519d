"""The whole folder, written whole or not at all."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carecircle.delivery import delivered
from carecircle.errors import writing
from carecircle.inputs.provenance import files_read
from carecircle.outputs import telling
from carecircle.outputs.files import gis
from carecircle.outputs.map.overlays import proposals
from carecircle.outputs.ours import RUN, ensure_writable, spare
from carecircle.outputs.pages.index import write_index
from carecircle.outputs.report.proposed import proposed
from carecircle.study.files import chosen

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.outputs.report import Written

NAMES = RUN
"""Every file that a run may write, the first to open first."""


def write(analysis: Analysis, folder: str | Path) -> list[Path]:
    """Write every output of an analysis into a folder.

    They appear all at once or not at all (`carecircle.delivery`). Files of ours from an earlier run are
    replaced (and taken away where this run has none); other files stay as they are.

    Parameters
    ----------
    analysis
        What `carecircle.analyze` found.
    folder
        Where to; made if it does not exist.

    Returns
    -------
    list of Path
        Those of `NAMES` that the study asks for (``[outputs] files``) and that were written:
        ``travel_time.tif`` only where there are roads, ``demand.parquet`` only where there are residents,
        ``missing_roads.gpkg`` only with terrain, the reports only where this computer has a Chinese font
        (the manifest says why not).

    Raises
    ------
    OutputError
        If the folder cannot be written, or a file of such a name in it is read by this run or none of ours;
        the folder is then as it was before.
    InputError
        If a file that the outputs draw on (the study's basemap, another run beside it) cannot be used.
    UsageError
        If a mode the analysis travels by is registered no more.
    """
    target = Path(folder)
    read = files_read(analysis.study)
    ensure_writable(target)
    with writing(target), delivered(target, NAMES, check=lambda: spare(target, NAMES, read)) as fresh:
        _make(analysis, fresh, proposals(target, analysis.study.name), proposed(target, analysis))
    return [target / name for name in NAMES if (target / name).exists()]


def _make(
    analysis: Analysis, fresh: Path, sites: Sequence[dict[str, Any]], plan: Mapping[str, Any] | None
) -> None:
    """Every file, the index last: it lists the others."""
    language, wanted = analysis.study.language, chosen(analysis.study.outputs.files)
    if "gap_map.html" in wanted:
        from carecircle.outputs.map.gap_map import gap_map

        page = gap_map(analysis, proposed=sites).get_root().render()
        (fresh / "gap_map.html").write_text(page, encoding="utf-8", newline="\n")
    if "overview.svg" in wanted:
        from carecircle.outputs.report.maps import overview

        (fresh / "overview.svg").write_text(overview(analysis, language), encoding="utf-8", newline="\n")
    _json(analysis.to_dict(language), fresh / "verdicts.json")
    if "verdicts.xlsx" in wanted:
        from carecircle.outputs.files import tables

        tables.workbook(analysis, fresh / "verdicts.xlsx")
    frames = gis.Frames(analysis)
    if "results.gpkg" in wanted:
        gis.geopackage(analysis, fresh / "results.gpkg", frames)
    if "missing_roads.gpkg" in wanted:
        from carecircle.outputs.files import missing

        missing.geopackage(analysis, fresh / "missing_roads.gpkg")
    gis.geoparquet(analysis, fresh, frames, wanted)
    if "travel_time.tif" in wanted:
        gis.travel_time(analysis, fresh / "travel_time.tif")
    _json(_manifest(analysis, _report(analysis, fresh, sites, plan, wanted)), fresh / "manifest.json")
    if "index.html" in wanted:
        write_index(fresh)


def _report(
    analysis: Analysis, fresh: Path, sites: Sequence[dict[str, Any]], plan: Mapping[str, Any] | None,
    wanted: Collection[str],
) -> Written | None:  # fmt: skip
    """The reports that are asked for; None where none is."""
    asked = [name for name in ("report.pdf", "report.docx") if name in wanted]
    if not asked:
        return None
    from carecircle.outputs.report import write_report

    report = write_report(analysis, fresh, sites, plan)
    for name in {"report.pdf", "report.docx"} - {*asked}:
        (fresh / name).unlink(missing_ok=True)
    return dataclasses.replace(report, files=tuple(name for name in report.files if name in asked))


def _manifest(analysis: Analysis, report: Written | None) -> dict[str, Any]:
    """The run's manifest, with what the index and the gallery say first and what became of the report."""
    why_not = None if report is None else report.why_not
    said = None if why_not is None else why_not.text(analysis.study.language)
    files, fonts = ((), ()) if report is None else (report.files, report.fonts)
    people = None if analysis.inputs.demand is None else telling.residents_in_gap(analysis)
    return {
        **analysis.manifest,
        "title": analysis.study.title or analysis.study.name,
        "run": telling.manifest_hash(analysis.manifest),
        "left_out": people,
        "report": {"files": list(files), "fonts": list(fonts), "why_not": said},
    }


def _json(data: Mapping[str, Any], path: Path) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False, default=str)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
