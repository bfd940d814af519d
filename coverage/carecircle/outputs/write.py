"""The whole folder, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carecircle.delivery import delivered
from carecircle.errors import writing
from carecircle.inputs.provenance import files_read
from carecircle.outputs import telling
from carecircle.outputs.files import gis, missing, tables
from carecircle.outputs.map.gap_map import gap_map
from carecircle.outputs.map.overlays import proposals
from carecircle.outputs.ours import RUN, ensure_writable, spare
from carecircle.outputs.pages.index import write_index
from carecircle.outputs.report import Written, write_report
from carecircle.outputs.report.maps import overview
from carecircle.outputs.report.proposed import proposed

if TYPE_CHECKING:
    from carecircle.analysis import Analysis

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
        Those of `NAMES` that were written: ``travel_time.tif`` only where there are roads, ``demand.parquet``
        only where there are residents, ``missing_roads.gpkg`` only with terrain, the reports only where this
        computer has a Chinese font (the manifest says why not).

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
    language = analysis.study.language
    page = gap_map(analysis, proposed=sites).get_root().render()
    (fresh / "gap_map.html").write_text(page, encoding="utf-8", newline="\n")
    (fresh / "overview.svg").write_text(overview(analysis, language), encoding="utf-8", newline="\n")
    _json(analysis.to_dict(language), fresh / "verdicts.json")
    tables.workbook(analysis, fresh / "verdicts.xlsx")
    gis.geopackage(analysis, fresh / "results.gpkg")
    missing.geopackage(analysis, fresh / "missing_roads.gpkg")
    gis.geoparquet(analysis, fresh)
    gis.travel_time(analysis, fresh / "travel_time.tif")
    _json(_manifest(analysis, write_report(analysis, fresh, sites, plan)), fresh / "manifest.json")
    write_index(fresh)


def _manifest(analysis: Analysis, report: Written) -> dict[str, Any]:
    """The run's manifest, with what the index and the gallery say first and what became of the report."""
    said = None if report.why_not is None else report.why_not.text(analysis.study.language)
    people = None if analysis.inputs.demand is None else telling.residents_in_gap(analysis)
    return {
        **analysis.manifest,
        "title": analysis.study.title or analysis.study.name,
        "run": telling.manifest_hash(analysis.manifest),
        "left_out": people,
        "report": {"files": list(report.files), "fonts": list(report.fonts), "why_not": said},
    }


def _json(data: Mapping[str, Any], path: Path) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False, default=str)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
