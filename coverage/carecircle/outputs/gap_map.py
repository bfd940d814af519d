"""The gap map: a folium map that carries the whole analysis and opens offline."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
from branca.element import Element, Figure

from carecircle import categories
from carecircle.outputs import layers, panel, ways
from carecircle.outputs.offline import OfflineMap, Raw
from carecircle.outputs.pack import Block, page_json
from carecircle.rules.query import main_query, road_query

if TYPE_CHECKING:
    import folium

    from carecircle.analysis import Analysis
    from carecircle.rules import ReachQuery, Verdict

_SCRIPTS = (
    "unpack", "words", "canvas", "facts", "earth", "ways", "reach", "scenario", "whatif",
    "marks", "layers", "legend", "detail", "panel", "why", "find", "start",
)  # fmt: skip


def gap_map(analysis: Analysis) -> folium.Map:
    """Draw who cannot reach care, judged clause by clause, as one page that asks nothing of any network.

    Parameters
    ----------
    analysis
        What `carecircle.analyze` found.

    Returns
    -------
    folium.Map
        It draws itself in a notebook; ``.save(path)`` writes one HTML file (UTF-8). Further folium layers
        may be added; whatever would have to be fetched is refused when the page is rendered.
    """
    study = analysis.study
    drawn = OfflineMap(
        bounds=layers.bounds(analysis),
        title=study.title or study.name,
        language=study.language,
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=90,
        attribution_control=False,
        prefer_canvas=True,
    )
    block, ways_block = Block(), Block(level=6)
    data = page_data(analysis, block, ways_block)
    GapPage(data, block, ways_block).add_to(drawn)
    return drawn


class GapPage(Element):  # type: ignore[misc]
    """The panel, its data and its script, around the map that it is added to."""

    def __init__(self, data: dict[str, Any], block: Block, ways_block: Block) -> None:
        super().__init__()
        self._name = "gap_page"
        self.data, self.block, self.ways_block = data, block, ways_block

    def render(self, **_: Any) -> None:
        """Put style, panel, data and script into the figure."""
        figure, owner = self.get_root(), self._parent
        assert isinstance(figure, Figure)
        assert owner is not None
        page = f'<script type="application/json" id="cc-page">{page_json(self.data)}</script>'
        block = f'<script type="application/json" id="cc-block">{self.block.text()}</script>'
        block += f'\n<script type="application/json" id="cc-ways">{self.ways_block.text()}</script>'
        figure.header.add_child(Raw(f"<style>\n{_read('page.css')}</style>"), name="gap_page_style")
        figure.html.add_child(Raw(f"{_read('page.html')}{page}\n{block}"), name="gap_page_panel")
        figure.script.add_child(Raw(_script(owner.get_name())), name="gap_page_script")


def _read(name: str) -> str:
    return (resources.files("carecircle.outputs") / "page" / name).read_text(encoding="utf-8")


def _script(map_name: str) -> str:
    parts = "\n".join(_read(f"{name}.js") for name in _SCRIPTS)
    start = "const page = JSON.parse(document.getElementById('cc-page').textContent);"
    return f"(function (map) {{\n'use strict';\n{start}\n{parts}}})({map_name});"


def page_data(analysis: Analysis, block: Block, ways_block: Block) -> dict[str, Any]:
    """Everything the page knows: words and small tables here, long columns in the block."""
    places, kinds = layers.facilities(analysis, block)
    streets, simplified = layers.roads(analysis, block)
    queries = _queries(analysis)
    numbers = {query: i for i, query in enumerate(queries)}
    pictures: dict[tuple[ReachQuery, float], int] = {}
    clauses = [_clause(analysis, v, numbers, pictures, block) for v in analysis.verdicts]
    ledger = analysis.inputs.ledger
    network, why_not = ways.roads(analysis, queries, ways_block)
    return {
        "language": analysis.study.language,
        "words": panel.words(),
        "study": panel.study(analysis),
        "answer": panel.answer(analysis),
        "ledger": None if ledger is None else ledger.to_dict(),
        "beside": panel.beside(analysis),
        "findings": panel.findings(analysis),
        "simplified": [s.both() for s in simplified],
        "bounds": [round(v, 6) for v in layers.bounds(analysis)],
        "region": layers.region(analysis, block),
        "areas": layers.areas(analysis, block),
        "levels": layers.levels(analysis),
        "roads": streets,
        "categories": kinds,
        "facilities": places,
        "demand": layers.demand(analysis, block),
        "queries": [_query(analysis, q, block) for q in queries],
        "surfaces": [layers.surface_picture(analysis.surfaces[q], limit) for q, limit in pictures],
        "clauses": clauses,
        "order": panel.order(analysis.verdicts),
        "ways": network,
        "whatifOff": None if why_not is None else why_not.both(),
        "kinds": [] if analysis.inputs.demand is None else ways.kinds(analysis, analysis.verdicts, queries),
    }


def _queries(analysis: Analysis) -> list[ReachQuery]:
    """The queries that a verdict about people stands on, in the order of the rules."""
    found: dict[ReachQuery, None] = {}
    for verdict in analysis.verdicts:
        for query in (main_query(verdict.rule_def), road_query(verdict.rule_def)):
            if panel.counts_people(verdict) and query is not None and query in analysis.reached:
                found[query] = None
    return list(found)


def _query(analysis: Analysis, query: ReachQuery, block: Block) -> dict[str, Any]:
    """A query's answers, and the positions of the facilities that may serve."""
    facilities = analysis.inputs.facilities
    number = {f: i for i, f in enumerate(facilities["facility_id"])}
    serving = [number[f] for f in analysis.serving(query)["facility_id"]]
    return {**layers.query(query, analysis.reached[query], facilities, block), "serving": serving}


def _clause(
    analysis: Analysis,
    verdict: Verdict,
    numbers: dict[ReachQuery, int],
    pictures: dict[tuple[ReachQuery, float], int],
    block: Block,
) -> dict[str, Any]:
    data = panel.clause(analysis, verdict, numbers, _asked(analysis, verdict))
    if verdict.people is None or not panel.counts_people(verdict):
        return data
    data["people"] = layers.people(verdict.people, block)
    query, limit = main_query(verdict.rule_def), data["limitQuery"]
    if query is not None and query in analysis.surfaces and limit:
        data["surface"] = pictures.setdefault((query, limit), len(pictures))
    return data


def _asked(analysis: Analysis, verdict: Verdict) -> list[int]:
    """Positions of the facilities that a clause speaks of."""
    rule, frame = verdict.rule_def, analysis.inputs.facilities
    if not rule.categories:
        named = {u.id for u in verdict.units}
        return [i for i, facility_id in enumerate(frame["facility_id"]) if facility_id in named]
    return [int(i) for i in np.flatnonzero(categories.select(frame, rule.categories, rule.designations))]
