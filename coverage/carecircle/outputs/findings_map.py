"""A map of what the doctor found, as one page that opens offline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
from branca.element import Element, Figure

from carecircle.doctor import Diagnosis
from carecircle.errors import UsageError
from carecircle.outputs.offline import OfflineMap, Raw
from carecircle.outputs.ours import put_page
from carecircle.outputs.pack import page_json
from carecircle.texts import Language, say

_DATA = "cc-findings-data"
_STYLE = """
html,body{height:100%;margin:0;font:15px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",
sans-serif}.folium-map{height:100%}
.cc-findings{position:absolute;z-index:1000;top:0;left:0;bottom:0;width:min(26rem,80vw);overflow:auto;
background:#fff;padding:1rem;box-sizing:border-box;box-shadow:0 0 8px #0003}
.cc-findings li{margin:0 0 .6rem}.cc-findings b{margin-right:.4em}
.cc-findings .error b{color:#9b2612}.cc-findings .warning b{color:#7a5b00}.cc-findings .note b{color:#4a5a66}
.cc-findings button{font:inherit;text-align:left;border:0;background:none;padding:0;cursor:pointer;
text-decoration:underline}
"""
_SCRIPT = """
var data = JSON.parse(document.getElementById('cc-findings-data').textContent);
var colour = {error: '#9b2612', warning: '#c98a00', note: '#4a6a80'};
L.geoJSON(data.region, {style: {color: '#2b3a42', weight: 2, fillOpacity: 0.04}}).addTo(map);
var panel = document.querySelector('.cc-findings');
var title = document.createElement('h1'); title.textContent = data.title; title.style.fontSize = '1.2rem';
panel.appendChild(title);
var list = document.createElement('ol'); panel.appendChild(list);
data.findings.forEach(function (finding) {
  var item = document.createElement('li'); item.className = finding.level;
  var level = document.createElement('b'); level.textContent = finding.word; item.appendChild(level);
  var said = document.createElement(finding.lon === null ? 'span' : 'button');
  said.textContent = finding.place ? finding.place + ' — ' + finding.text : finding.text;
  item.appendChild(said); list.appendChild(item);
  if (finding.lon === null) return;
  var mark = L.circleMarker([finding.lat, finding.lon],
    {radius: 7, color: '#fff', weight: 1.5, fillColor: colour[finding.level], fillOpacity: 0.95}).addTo(map);
  var tip = document.createElement('div'); tip.textContent = finding.text; tip.style.whiteSpace = 'normal';
  tip.style.width = '16rem';
  mark.bindTooltip(tip);
  said.addEventListener('click', function () {
    map.setView([finding.lat, finding.lon], 15); mark.openTooltip();
  });
});
document.body.dataset.ready = 'yes';
"""


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
    region = gpd.GeoSeries([inputs.region], crs=inputs.crs).simplify(20).to_crs(4326)
    title = say("findings.title", language, study=diagnosis.study.title or diagnosis.study.name)
    west, south, east, north = (float(v) for v in region.total_bounds)
    drawn = OfflineMap(bounds=(west, south, east, north), title=title, language=language)
    _Findings(
        {
            "title": title,
            "region": region.__geo_interface__,
            "findings": [
                {"level": f.level, "word": say(f"listings.level_{f.level}", language),
                 "text": f.sentence.text(language), "place": _place(f.file, f.row, language),
                 "lon": f.lon if f.lat is not None else None, "lat": f.lat}
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


class _Findings(Element):  # type: ignore[misc]
    """List, data and script around the map that it is added to."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__()
        self._name = "findings"
        self.data = data

    def render(self, **_: Any) -> None:
        """Put style, list, data and script into the figure."""
        figure, owner = self.get_root(), self._parent
        assert isinstance(figure, Figure)
        assert owner is not None
        held = f'<script type="application/json" id="{_DATA}">{page_json(self.data)}</script>'
        figure.header.add_child(Raw(f"<style>{_STYLE}</style>"), name="findings_style")
        figure.html.add_child(Raw(f'<main class="cc-findings"></main>{held}'), name="findings_panel")
        script = f"(function (map) {{'use strict';{_SCRIPT}}})({owner.get_name()});"
        figure.script.add_child(Raw(script), name="findings_script")
