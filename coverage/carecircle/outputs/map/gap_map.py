"""The gap map: a folium map that carries the whole analysis and opens offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
from branca.element import Element

from carecircle.analysis.asking import leads
from carecircle.outputs import palette, telling
from carecircle.outputs.map import basemap, buildable, chain, fair, lanes, layers, overlays, panel, ways
from carecircle.outputs.map.chain import PageQuery
from carecircle.outputs.map.offline import OfflineMap, inlay
from carecircle.outputs.map.pack import Block, Blocks, page_json
from carecircle.rules.language.query import main_query, road_query
from carecircle.texts import Sentence

if TYPE_CHECKING:
    import folium
    import pandas as pd

    from carecircle.analysis import Analysis
    from carecircle.rules import Verdict


@dataclass(frozen=True)
class Detail:
    """How finely the page draws: borders true to so many times the usual metres, pixels of a surface."""

    borders: int
    pixels: int


_DETAILS = (Detail(1, layers.SURFACE_PIXELS), Detail(4, 800), Detail(12, 400))
_FIXED = 450_000
"""Bytes of Leaflet, the script and the style."""
MEGABYTE = 1e6


def gap_map(analysis: Analysis, *, proposed: Sequence[dict[str, Any]] = ()) -> folium.Map:
    """Draw who cannot reach care, judged clause by clause, as one page that asks nothing of any network.

    The page keeps within the study's ``map_budget_mb``: first borders and surfaces are drawn more coarsely,
    then the what-if stays out; the page says what was done.

    Parameters
    ----------
    analysis
        What `carecircle.analyze` found.
    proposed
        Sites that a siting study proposes, drawn beside it: rows of siting.json's ``sites``.

    Returns
    -------
    folium.Map
        It draws itself in a notebook; ``.save(path)`` writes one HTML file (UTF-8). Further folium layers
        may be added; whatever would have to be fetched is refused when the page is rendered.

    Raises
    ------
    InputError
        If the study's basemap cannot be used.
    UsageError
        If a mode the analysis travels by is registered no more.
    """
    study = analysis.study
    drawn = OfflineMap(
        bounds=layers.bounds(analysis),
        title=study.title or study.name,
        language=study.language,
        pictures_from=basemap.origins(study),
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=90,
        attribution_control=False,
        prefer_canvas=True,
    )
    _within_budget(analysis, proposed).add_to(drawn)
    return drawn


def _within_budget(analysis: Analysis, proposed: Sequence[dict[str, Any]]) -> GapPage:
    """The finest page that fits, with roads and ground for what-if where they fit beside it."""
    budget = analysis.study.outputs.map_budget_mb * MEGABYTE
    held = Blocks(level=6)
    network, why_not = ways.roads(analysis, [q.query for q in _queries(analysis)], held)
    roads = held.texts()
    roads_size = sum(map(len, roads.values()))
    plain: GapPage | None = None
    for detail in _DETAILS:
        page = GapPage(*page_data(analysis, detail, proposed), (network, why_not), roads)
        if page.size + roads_size <= budget:
            return page
        if plain is None and page.size <= budget:
            plain = page
    if plain is None:
        plain = page
        plain.data["simplified"].append(over_budget(plain.size, budget))
    if network is not None:
        plain.without_roads(Sentence("layers.simplified_whatif"))
    return plain


def over_budget(size: float, budget: float) -> dict[str, str]:
    """The page is larger than asked for though all was left out that may be."""
    facts = {"size": round(size / MEGABYTE, 1), "budget": round(budget / MEGABYTE, 3)}
    return Sentence("layers.over_budget", facts).both()


class GapPage(Element):  # type: ignore[misc]
    """The panel, its data and its script, around the map that it is added to."""

    def __init__(
        self, data: dict[str, Any], blocks: Blocks, network: ways.Roads, roads: Mapping[str, str]
    ) -> None:
        super().__init__()
        self._name = "gap_page"
        self.data, self.texts = data, blocks.texts()
        data["ways"], why_not = network
        data["whatifOff"] = None if why_not is None else why_not.both()
        self.roads = dict(roads)
        self.size = _FIXED + len(page_json(data).encode()) + sum(map(len, self.texts.values()))

    def without_roads(self, reason: Sentence) -> None:
        """Leave the what-if out and say why."""
        self.roads = {}
        self.data["ways"], self.data["whatifOff"] = None, reason.both()
        self.data["simplified"].append(reason.both())

    def render(self, **_: Any) -> None:
        """Put style, panel, data and script into the figure."""
        blocks = {f"cc-block-{name}": text for name, text in {**self.texts, **self.roads}.items()}
        inlay(
            self, "gap_page", style=_read("page.css"), panel=_read("page.html"), script=_read("page.js"),
            held={"cc-page": page_json(self.data), **blocks}, handed="leafletMap",
        )  # fmt: skip


def _read(name: str) -> str:
    return (resources.files("carecircle.outputs.map") / "page" / name).read_text(encoding="utf-8")


def page_data(
    analysis: Analysis, detail: Detail = _DETAILS[0], proposed: Sequence[dict[str, Any]] = ()
) -> tuple[dict[str, Any], Blocks]:
    """Everything the page knows: words and small tables here, long columns in blocks."""
    blocks = Blocks()
    base, lines = blocks["base"], blocks["lines"]
    metres = layers.tolerance(analysis) * detail.borders
    places, kinds = layers.facilities(analysis, base)
    streets, simplified = layers.roads(analysis, lines)
    queries = _queries(analysis)
    pictures: dict[tuple[PageQuery, float], int] = {}
    clauses = [
        _clause(analysis, v, queries, pictures, blocks[f"clause{i}"]) for i, v in enumerate(analysis.verdicts)
    ]
    ledger = analysis.inputs.ledger
    areas, true_to = layers.areas(analysis, base, metres)
    ground, cut = basemap.carried(analysis)
    data = {
        **palette.for_page(),
        "language": analysis.study.language,
        "words": {**panel.words(), **fair.access_words(analysis)},
        "study": telling.study(analysis),
        "answer": telling.answer(analysis),
        "ledger": None if ledger is None else ledger.to_dict(),
        "beside": telling.beside(analysis),
        "findings": overlays.findings(analysis),
        "simplified": [s.both() for s in [*simplified, *cut, *_simplified(analysis, detail, true_to)]],
        "bounds": [round(v, 6) for v in layers.bounds(analysis)],
        "region": layers.region(analysis, base),
        "areas": areas,
        "levels": layers.levels(analysis),
        "roads": streets,
        "water": overlays.water(analysis, lines, metres),
        "islands": overlays.islands(analysis, blocks["islands"], metres),
        "lanes": lanes.lanes(analysis, blocks["lanes"]),
        "sites": overlays.sites(analysis, proposed),
        "hasBaseline": analysis.baseline is not None,
        "basemap": ground,
        "tileServer": basemap.server(analysis.study),
        "tianditu": basemap.tianditu_key(analysis.study),
        "categories": kinds,
        "facilities": places,
        "demand": layers.demand(analysis, base),
        "queries": [_query(analysis, q, queries, blocks[f"query{i}"]) for i, q in enumerate(queries)],
        "surfaces": [
            layers.surface_picture(chain.surface_of(analysis, q), n, detail.pixels) for q, n in pictures
        ],
        "clauses": clauses,
        "order": telling.order(analysis.verdicts),
        "kinds": []
        if analysis.inputs.demand is None
        else buildable.kinds(analysis, analysis.verdicts, [q.query for q in queries]),
    }
    if analysis.study.access:
        data["access"] = fair.access(analysis, blocks)
    return data, blocks


def _simplified(analysis: Analysis, detail: Detail, metres: float) -> list[Sentence]:
    """What is drawn more coarsely than the data would allow, where that was done for the file's size."""
    said = []
    if metres > layers.tolerance(analysis) * 1.01:
        said.append(Sentence("layers.simplified_borders", {"metres": round(metres)}))
    if detail.pixels < layers.SURFACE_PIXELS and analysis.surfaces:
        west, south, east, north = analysis.inputs.region.bounds
        cell = max(max(east - west, north - south) / detail.pixels, analysis.study.outputs.surface_cell_m)
        said.append(Sentence("layers.simplified_surface", {"metres": round(cell)}))
    return said


def _queries(analysis: Analysis) -> list[PageQuery]:
    """The queries that a verdict about people stands on, in the order of the rules."""
    asked = [
        (query, chain.is_chain(verdict))
        for verdict in analysis.verdicts
        for query in (main_query(verdict.rule_def), road_query(verdict.rule_def))
        if telling.counts_people(verdict) and query is not None and query in analysis.reached
        # of the n-th nearest the page shows what was judged, and searches none
        if all(leg.nth == 1 for leg in query.legs)
    ]
    return chain.page_queries(asked)


def _query(
    analysis: Analysis, asked: PageQuery, queries: Sequence[PageQuery], block: Block
) -> dict[str, Any]:
    """A query's answers, and the positions of the facilities that may serve."""
    facilities = analysis.inputs.facilities
    number = {f: i for i, f in enumerate(facilities["facility_id"])}
    frame = chain.frame_of(analysis, asked)
    assert frame is not None
    first = asked.query.legs[0]
    serving = facilities.iloc[:0] if asked.chain else analysis.serving(first)
    held = layers.query(asked.query, frame, facilities, block)
    emergency, start = analysis.study.emergency, "" if asked.chain else first.start
    return {
        **held,
        "serving": [number[f] for f in serving["facility_id"]],
        "start": leads(analysis.inputs, first, serving) if start else None,
        "startNew": emergency.start_min(start, {}),
        "before": _before(analysis, asked, frame, block),
        **chain.stages(analysis, asked, queries),
    }


def _before(analysis: Analysis, asked: PageQuery, frame: pd.DataFrame, block: Block) -> dict[str, Any] | None:
    """The baseline's cost, facility and status of a query; None where it is the same or there is none."""
    then = None if analysis.baseline is None else chain.frame_of(analysis.baseline, asked)
    if then is None or then.equals(frame):
        return None
    held = layers.query(asked.query, then, analysis.inputs.facilities, block)
    return {name: held[name] for name in ("cost", "facility", "status")}


def _clause(
    analysis: Analysis,
    verdict: Verdict,
    queries: Sequence[PageQuery],
    pictures: dict[tuple[PageQuery, float], int],
    block: Block,
) -> dict[str, Any]:
    numbers = chain.numbers_of(queries, chain=chain.is_chain(verdict))
    data = panel.clause(analysis, verdict, numbers, _asked(analysis, verdict))
    data["before"] = overlays.before_clause(analysis, verdict, block)
    counts = telling.counts_people(verdict) and not verdict.rule_def.group
    if verdict.people is None or not counts:
        return data
    data["people"] = layers.people(verdict.people, block)
    query, limit = main_query(verdict.rule_def), data["limitQuery"]
    if query is not None and query in analysis.surfaces and limit:
        shown = PageQuery(query, chain.is_chain(verdict))
        data["surface"] = pictures.setdefault((shown, limit), len(pictures))
    return data


def _asked(analysis: Analysis, verdict: Verdict) -> list[int]:
    """Positions of the facilities that a clause speaks of."""
    rule, frame = verdict.rule_def, analysis.inputs.facilities
    if rule.stations:
        return [int(i) for i in np.flatnonzero(sum(wanted.select(frame) for wanted in rule.served_by))]
    if not rule.categories:
        named = {u.id for u in verdict.units}
        return [i for i, facility_id in enumerate(frame["facility_id"]) if facility_id in named]
    return [int(i) for i in np.flatnonzero(rule.facilities.select(frame))]
