"""A map of what the doctor found, as one page that opens offline."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
from branca.element import Element

from carecircle import colours
from carecircle.crs import crosses, drawn_degrees
from carecircle.doctor import Diagnosis
from carecircle.errors import UsageError
from carecircle.outputs.map.offline import OfflineMap, inlay
from carecircle.outputs.map.pack import page_json
from carecircle.outputs.ours import put_page
from carecircle.texts import Language, say

_DATA = "cc-findings-data"
"""The element that holds the page's data: by it a page of this kind is known."""


def findings_map(diagnosis: Diagnosis, language: Language) -> OfflineMap:
    """Draw the findings that have a place over the study's boundary; all of them stand in a list beside it.

    Parameters
    ----------
    diagnosis
        What `carecircle.doctor.examine` found.
    language
        ``zh`` or ``en``.

    Returns
    -------
    folium.Map
        WGS 84; it draws itself in a notebook and asks the internet for nothing.

    Raises
    ------
    UsageError
        If the inputs could not be read at all: there is nothing to draw on.
    """
    inputs = diagnosis.inputs
    if inputs is None or diagnosis.study is None:
        raise UsageError("findings.nothing_to_draw")
    region = gpd.GeoSeries([inputs.outlines.region], crs=inputs.crs).simplify(20)
    region = region.to_crs(drawn_degrees(inputs.crs, inputs.region.bounds))
    turn = 360.0 if crosses(inputs.crs, inputs.region.bounds) else 0.0
    title = say("findings.title", language, study=diagnosis.study.title or diagnosis.study.name)
    west, south, east, north = (float(v) for v in region.total_bounds)
    drawn = OfflineMap(bounds=(west, south, east, north), title=title, language=language)
    _Findings(
        {
            "palette": colours.LISTED_FINDINGS,
            "title": title,
            "region": region.__geo_interface__,
            "findings": [
                {"level": f.level, "word": say(f"listings.level_{f.level}", language),
                 "text": f.sentence.text(language), "place": _place(f.file, f.row, language),
                 "lon": None if f.lon is None or f.lat is None else f.lon + turn * (f.lon < 0), "lat": f.lat}
                for f in diagnosis.findings
            ],
        }
    ).add_to(drawn)  # fmt: skip
    return drawn


def write_findings(diagnosis: Diagnosis, path: str | Path, language: Language) -> None:
    """Write the map of findings as one HTML file.

    Raises
    ------
    OutputError
        If the file cannot be written, or is there already and no map of findings of ours.
    """
    target = Path(path)
    page = findings_map(diagnosis, language).get_root().render()
    put_page(target, page, mark=f'id="{_DATA}"')


def _place(file: str | None, row: int | None, language: Language) -> str:
    name = Path(file).name if file else ""
    return f"{name} {say('errors.row', language, row=str(row))}" if row is not None else name


def _read(name: str) -> str:
    return (resources.files("carecircle.outputs") / "findings_page" / name).read_text(encoding="utf-8")


class _Findings(Element):  # type: ignore[misc]
    """List, data and script around the map that it is added to."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__()
        self._name = "findings"
        self.data = data

    def render(self, **_: Any) -> None:
        """Put style, list, data and script into the figure."""
        inlay(
            self, "findings", style=_read("findings.css"), panel='<main class="cc-findings"></main>',
            held={_DATA: page_json(self.data)}, script=_read("findings.js"),
        )  # fmt: skip
