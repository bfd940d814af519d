"""What the page carries of the access measures that a study asks for, and of who is worst off."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle import categories
from carecircle.colours import TIMES
from carecircle.texts import LANGUAGES, Sentence

if TYPE_CHECKING:
    import pandas as pd

    from carecircle.analysis import Analysis
    from carecircle.analysis.accessing import Access
    from carecircle.outputs.map.pack import Blocks
    from carecircle.study import Accessed

NOBODY, NONE = 255, len(TIMES)
"""Classes of a place without residents, and of one that reaches nothing."""
WORST = 0.1
_MOST_PLACES = 8


def access(analysis: Analysis, blocks: Blocks) -> list[dict[str, Any]]:
    """Every access measure: its classes place by place, where they part, and the tenth who have it worst."""
    told = []
    for number, (asked, found) in enumerate(zip(analysis.study.access or (), analysis.accesses, strict=True)):
        block = blocks[f"access{number}"]
        value = found.frame["value"].to_numpy(float)
        people = found.frame[asked.people].to_numpy(float)
        breaks = _breaks(value[np.isfinite(value) & (people > 0)], people[np.isfinite(value) & (people > 0)])
        worst = found.worst_off(WORST, people=asked.people)
        marked = found.frame.index.isin(worst.index)
        told.append(
            {
                "title": _title(asked, found).both(),
                "more": found.more,
                "breaks": [float(f"{b:.3g}") for b in breaks],
                "classes": block.add(_classes(value, people, breaks, more=found.more), "u8"),
                "worst": block.add(marked.astype(np.uint8), "u8"),
                "unreached": Sentence("layers.fair_unreached").both(),
                "worstTitle": Sentence("layers.fair_worst", {"title": _title(asked, found)}).both(),
                "worstSays": _says(worst, asked.people, found.more).both(),
                "worstGroups": [s.both() for s in _groups(worst, asked.people)],
                "places": _places(analysis, found, worst, asked.people),
            }
        )
    return told


def access_words(analysis: Analysis) -> dict[str, dict[str, str]]:
    """The names of their shadings, by the keys under which the layer control asks for them."""
    words = {}
    for number, (asked, found) in enumerate(zip(analysis.study.access or (), analysis.accesses, strict=True)):
        title = _title(asked, found)
        words[f"page_shade_access{number}"] = title.both()
        words[f"page_shade_worst{number}"] = Sentence("layers.fair_worst", {"title": title}).both()
    return words


def _title(asked: Accessed, found: Access) -> Sentence:
    if asked.title:
        return Sentence("outputs.either", dict.fromkeys(LANGUAGES, asked.title))
    joined = {"zh": "、", "en": ", "}
    who: dict[str, object] = {
        lang: joined[lang].join(categories.label(k, lang) for k in asked.categories) for lang in LANGUAGES
    }
    measure = Sentence(f"report.fair_measure_{found.measure}")
    return Sentence("layers.fair_title", {"who": Sentence("outputs.either", who), "measure": measure})


def _breaks(value: Any, people: Any) -> list[float]:
    """Values that part people into classes of like size, each to three digits."""
    order = np.argsort(value, kind="stable")
    upto = np.cumsum(people[order])
    shares = np.arange(1, len(TIMES)) / len(TIMES)
    at = [int(np.searchsorted(upto, s * upto[-1])) for s in shares] if len(upto) else []
    return sorted({float(f"{value[order[min(a, len(order) - 1)]]:.3g}") for a in at})


def _classes(value: Any, people: Any, breaks: list[float], *, more: bool) -> Any:
    """The class of each place, the best first."""
    rank = np.searchsorted(np.array(breaks), np.where(np.isfinite(value), value, 0.0), side="left")
    rank = len(breaks) - rank if more else rank
    return np.where(people > 0, np.where(np.isfinite(value), rank, NONE), NOBODY)


def _says(worst: pd.DataFrame, people: str, more: bool) -> Sentence:
    edge = float(worst["value"].iloc[-1]) if len(worst) else math.inf
    key = "none" if not math.isfinite(edge) else "more" if more else "less"
    return Sentence(f"layers.fair_worst_{key}", {"people": round(math.fsum(worst[people])), "edge": edge})


def _groups(worst: pd.DataFrame, people: str) -> list[Sentence]:
    known = ("demand_id", "residents", "area_id", "urban", "geometry", "value", people)
    return [
        Sentence("report.fair_group", {"name": str(c), "people": round(math.fsum(worst[c]))})
        for c in worst.columns
        if c not in known
    ]


def _places(analysis: Analysis, found: Access, worst: pd.DataFrame, people: str) -> list[list[Any]]:
    """Areas with most of them: position among the page's areas, and how many."""
    levels = set(analysis.inputs.areas["level"])
    level = next((name for name in ("town", "village", "county") if name in levels), None)
    if level is None or not len(worst):
        return []
    held = worst.groupby(found.homes(level).loc[worst.index])[people].sum().sort_values(ascending=False)
    position = {area: i for i, area in enumerate(analysis.inputs.areas["area_id"])}
    return [[position[area], round(float(n), 1)] for area, n in held.iloc[:_MOST_PLACES].items()]
