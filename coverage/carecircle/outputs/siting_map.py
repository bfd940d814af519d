"""The siting map: the gap before and after, sites by rank, every clause; offline, in both languages."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyproj
from branca.element import Element

from carecircle import categories, colours
from carecircle.crs import crosses, drawn_degrees
from carecircle.outputs.map.layers import bounds
from carecircle.outputs.map.offline import OfflineMap, inlay
from carecircle.outputs.map.pack import page_json
from carecircle.outputs.sites.gis import gap_frame
from carecircle.outputs.sites.tables import rests_on, summary
from carecircle.rules.judging.parts import Outcome
from carecircle.rules.judging.shown import shown
from carecircle.siting.result import SitingResult
from carecircle.texts import LANGUAGES, Sentence, say, wording

if TYPE_CHECKING:
    import folium


_FLEET = "fleet_"
"""Before the words that stand for others where ambulances were placed."""


def siting_map(result: SitingResult) -> folium.Map:
    """Draw what to build and whom it reaches, as one page that asks nothing of any network.

    Parameters
    ----------
    result
        What `carecircle.siting.remedy.site` found.

    Returns
    -------
    folium.Map
        It draws itself in a notebook; ``.save(path)`` writes one HTML file.
    """
    study = result.before.study
    drawn = OfflineMap(
        bounds=bounds(result.before), title=study.title or study.name, language=study.language,
        zoom_snap=0.25, attribution_control=False, prefer_canvas=True,
    )  # fmt: skip
    _Page(_data(result)).add_to(drawn)
    return drawn


class _Page(Element):  # type: ignore[misc]
    """Panel, data and script around the map that it is added to."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__()
        self._name = "siting_page"
        self.data = data

    def render(self, **_: Any) -> None:
        """Put style, panel, data and script into the figure."""
        parts = {
            k: _read(f"siting.{end}") for k, end in (("style", "css"), ("panel", "html"), ("script", "js"))
        }
        inlay(self, "siting", held={"cs-data": page_json(self.data)}, handed="leafletMap", **parts)


def _read(name: str) -> str:
    return (resources.files("carecircle.outputs.sites") / "page" / name).read_text(encoding="utf-8")


def _data(result: SitingResult) -> dict[str, Any]:
    study, inputs = result.before.study, result.before.inputs
    region = gpd.GeoSeries([inputs.outlines.region], crs=inputs.crs).simplify(20)
    region = region.to_crs(_degrees(result))
    return {
        "palette": {k: getattr(colours, k.upper()) for k in ("ink", "white", "bad", "gained", "street")},
        "language": study.language,
        "words": _words(result),
        "title": study.title or study.name,
        "plan": result.before.plan.title,
        "answer": _answer(result),
        "attributions": list(inputs.attributions),
        "map_number": study.outputs.map_number,
        "region": region.__geo_interface__,
        "streets": _streets(result),
        "facilities": _facilities(result),
        "sites": _sites(result),
        "rules": [_rule(result, k) for k in range(len(result.problem.needs))],
        "clauses": [_clause(row) for row in result.clauses()],
        "impossible": [i.sentence.both() for i in result.impossible],
        "closings": [
            {"name": c.name, "rule": c.rule, "residents": round(c.residents), "single": c.single_point}
            for c in result.closings[:12]
        ],
    }


def _words(result: SitingResult) -> dict[str, dict[str, str]]:
    """The page's own words; where ambulances were placed, some of them otherwise."""
    prefix = "siting.page_"
    every = {key.removeprefix(prefix): dict(f) for key, f in wording().items() if key.startswith(prefix)}
    fleet = {key.removeprefix(_FLEET): every.pop(key) for key in list(every) if key.startswith(_FLEET)}
    return every if result.fleet is None else every | fleet


def _answer(result: SitingResult) -> dict[str, str]:
    said = [sentence.both() for sentence in (summary(result), *rests_on(result))]
    return {language: " ".join(each[language] for each in said) for language in LANGUAGES}


def _degrees(result: SitingResult) -> pyproj.CRS:
    """The degrees that the page draws in."""
    return drawn_degrees(result.before.inputs.crs, result.before.inputs.region.bounds)


def _streets(result: SitingResult) -> list[list[list[float]]]:
    """Up to 20,000 of the longest streets, thinned: a quiet backdrop."""
    edges = result.before.inputs.edges
    if edges is None:
        return []
    once = edges[edges["from_node"] <= edges["to_node"]]
    most = once.nlargest(20_000, "length_m")
    lines = most.geometry.simplify(15).to_crs(_degrees(result))
    return [[[round(y, 5), round(x, 5)] for x, y in line.coords] for line in lines]


def _facilities(result: SitingResult) -> list[dict[str, Any]]:
    seen: dict[str, dict[str, Any]] = {}
    for need in result.problem.needs:
        serving = result.before.serving(need.query).to_crs(_degrees(result))
        for row in serving.itertuples():
            seen[row.facility_id] = {
                "name": row.name, "what": _label(row.category),
                "at": [round(row.geometry.y, 6), round(row.geometry.x, 6)],
            }  # fmt: skip
    return list(seen.values())


def _sites(result: SitingResult) -> list[dict[str, Any]]:
    total, found = 0.0, []
    inputs = result.before.inputs
    turn = 360.0 if crosses(inputs.crs, inputs.region.bounds) else 0.0
    for row in result.moves.itertuples():
        total += row.newly_covered
        found.append(
            {
                "rank": int(row.rank), "name": row.name, "what": _what(row),
                "kind": Sentence(f"siting.kind_{row.kind}").both(), "gain": round(row.newly_covered),
                "total": round(total), "at": [round(row.lat, 6), round(row.lon + turn * (row.lon < 0), 6)],
            }
        )  # fmt: skip
    return found


def _what(row: Any) -> dict[str, str]:
    """What is built, and the ambulances where some are placed."""
    label = _label(row.category)
    if not hasattr(row, "ambulances"):
        return label
    facts = {"ambulances": int(row.ambulances), "standing": int(row.standing)}
    return {
        language: say("siting.what_ambulances", language, category=label[language], **facts)
        for language in LANGUAGES
    }


def _rule(result: SitingResult, which: int) -> dict[str, Any]:
    """The gap of one rule: place, residents, and the rank of the site that covers it (0: none)."""
    need = result.problem.needs[which]
    gap = gap_frame(result)
    mine = gap[(gap["rule"] == need.rule) & (gap["residents"] > 0)].to_crs(_degrees(result))
    rank = dict(zip(result.moves["move_id"], result.moves["rank"], strict=True))
    return {
        "rule": need.rule,
        "quote": need.verdict.quote,
        "lat": np.round(mine.geometry.y, 5).tolist(),
        "lon": np.round(mine.geometry.x, 5).tolist(),
        "residents": np.round(mine["residents"], 2).tolist(),
        "rank": [int(rank.get(m, 0)) if isinstance(m, str) else 0 for m in mine["move_id"]],
    }


def _clause(row: dict[str, Any]) -> dict[str, Any]:
    def value(key: str) -> dict[str, str]:
        number = row[key]
        return dict.fromkeys(LANGUAGES, "—") if number is None else shown(number, row["unit"]).both()

    return {
        "rule": row["rule"], "asked": row["asked"], "b": row["before"], "a": row["after"],
        "before": Outcome(row["before"]).sentence.both(),
        "after": Outcome(row["after"]).sentence.both(),
        "was": value("observed_before"), "is": value("observed_after"),
    }  # fmt: skip


def _label(category: str) -> dict[str, str]:
    return {language: categories.label(category, language) for language in LANGUAGES}
