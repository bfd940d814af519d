"""An output folder read back: what was judged, how it came out, which files lie in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carecircle.delivery import settle
from carecircle.errors import InputError, writing
from carecircle.rules.comparing import read_verdicts
from carecircle.rules.judging.shapes import misfit
from carecircle.texts import Language

OUTCOMES = ("FAIL", "NOT_ASSESSED", "NO_THRESHOLD", "PASS")
FILES = {
    "gap_map.html": "gap_map",
    "report.pdf": "report_pdf",
    "report.docx": "report_docx",
    "verdicts.xlsx": "verdicts_xlsx",
    "results.gpkg": "results_gpkg",
    "missing_roads.gpkg": "missing_roads_gpkg",
    "areas.parquet": "areas_parquet",
    "facilities.parquet": "facilities_parquet",
    "demand.parquet": "demand_parquet",
    "travel_time.tif": "travel_time",
    "verdicts.json": "verdicts_json",
    "manifest.json": "manifest",
    "overview.svg": "overview",
    "siting_map.html": "siting_map",
    "siting.xlsx": "siting_xlsx",
    "siting.gpkg": "siting_gpkg",
    "siting.json": "siting_json",
    "vital.xlsx": "vital_xlsx",
    "vital.gpkg": "vital_gpkg",
    "vital.json": "vital_json",
    "mend.html": "mend_html",
    "mend.xlsx": "mend_xlsx",
    "mend.gpkg": "mend_gpkg",
    "mend.json": "mend_json",
    "mend_scenario.json": "mend_scenario",
}
"""Every file that may lie in an output folder, in the order in which its index lists them."""
PUBLIC = frozenset(
    {"gap_map.html", "siting_map.html", "report.pdf", "report.docx", "verdicts.xlsx", "siting.xlsx"}
)
"""Files to show and to report with; the others are for technicians and programs."""


_MANIFEST: dict[str, Any] = {
    "type": "object", "required": ["title", "run", "left_out", "parameters", "plan"],
    "properties": {
        "title": {"type": "string"}, "run": {"type": "string"}, "left_out": {"type": ["number", "null"]},
        "parameters": {"type": "object", "required": [], "properties": {}},
        "plan": {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}}},
    },
}  # fmt: skip
"""What is read of a manifest, as `carecircle.rules.judging.shapes.misfit` checks it."""


@dataclass(frozen=True)
class Run:
    """One output folder.

    Parameters
    ----------
    folder
        Where it lies.
    title, plan, language, created, version, map_number, year
        Of the study and the run.
    fingerprint
        Tells one run's inputs, parameters and versions from another's.
    outcomes
        How many rules came out which way, by `OUTCOMES`.
    inside, left_out
        Residents inside the boundary, and those of them whom at least one unmet rule leaves out; None
        without residents.
    unmet
        The verdicts that FAIL as verdicts.json holds them, most people affected first.
    picture
        The overview as SVG; empty where there is none.
    sizes
        Bytes of each of our files that is there.
    """

    folder: Path
    title: str
    plan: str
    language: Language
    created: str
    version: str
    map_number: str
    year: int
    fingerprint: str
    outcomes: Mapping[str, int]
    inside: float | None
    left_out: float | None
    unmet: Sequence[Mapping[str, Any]]
    picture: str
    sizes: Mapping[str, int]

    @property
    def share_left_out(self) -> float | None:
        """People left out by the residents inside; None without residents."""
        if self.left_out is None or not self.inside:
            return None
        return self.left_out / self.inside


def read_run(folder: str | Path) -> Run:
    """Read an output folder.

    Raises
    ------
    InputError
        If it is not one, or an earlier version wrote it; the message names the file.
    """
    place = Path(folder)
    with writing(place):
        settle(place)
    path = place / "manifest.json"
    if not (path.is_file() and (place / "verdicts.json").is_file()):
        raise InputError("pages.not_a_folder", file=place)
    verdicts = read_verdicts(place)
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError("pages.bad_manifest", file=path) from error
    if not isinstance(manifest, dict):
        raise InputError("pages.bad_manifest", file=path)
    lacking = [k for k in ("title", "run", "left_out", "parameters", "plan") if k not in manifest]
    if lacking:
        raise InputError("pages.old_manifest", file=path, value=lacking[0])
    if misfit(manifest, _MANIFEST) is not None:
        raise InputError("pages.bad_manifest", file=path)
    came = [v["outcome"] for v in verdicts["verdicts"]]
    unmet = [v for v in verdicts["verdicts"] if v["outcome"] == "FAIL"]
    picture = place / "overview.svg"
    parameters = manifest["parameters"]
    return Run(
        folder=place,
        title=manifest["title"],
        plan=manifest["plan"]["title"],
        language="en" if parameters.get("language") == "en" else "zh",
        created=str(manifest.get("created", ""))[:10],
        version=_text(manifest, "versions", "carecircle"),
        map_number=_text(parameters, "outputs", "map_number"),
        year=verdicts["year"],
        fingerprint=manifest["run"],
        outcomes={o: came.count(o) for o in OUTCOMES},
        inside=None if verdicts["ledger"] is None else verdicts["ledger"]["inside"],
        left_out=manifest["left_out"],
        unmet=sorted(unmet, key=lambda v: -(v["residents_affected"] or 0.0)),
        picture=picture.read_text(encoding="utf-8", errors="replace") if picture.is_file() else "",
        sizes=sizes_in(place),
    )


def sizes_in(*folders: Path) -> dict[str, int]:
    """Bytes of each of our files, from the first of these folders that holds it."""
    found = {name: next((f / name for f in folders if (f / name).is_file()), None) for name in FILES}
    return {name: path.stat().st_size for name, path in found.items() if path is not None}


def _text(table: Mapping[str, Any], name: str, key: str) -> str:
    """A text out of a table within a table; empty where either is absent or something else."""
    inner = table.get(name)
    found = inner.get(key) if isinstance(inner, dict) else None
    return found if isinstance(found, str) else ""
