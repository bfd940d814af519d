"""A clause that is not met: its words, the figures, a map, and where it is worst."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from carecircle.certainty import sureness
from carecircle.ledgers import lacking
from carecircle.outputs import telling
from carecircle.outputs.report import maps
from carecircle.outputs.report.blocks import Block, Heading, Picture, Quote, Table, Text
from carecircle.rules import by_area
from carecircle.rules.judging.shown import shown_margin
from carecircle.rules.language.cited import words
from carecircle.schema import LEVELS
from carecircle.texts import Language, Sentence, say

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.rules import Verdict

_AREAS, _UNITS, _MAPS = 5, 12, 40
_BETWEEN = re.compile(
    r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]) (?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])"
)


class Said:
    """Sentences in the report's language; figures numbered as they come."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._figures = 0

    def __call__(self, key: str, **facts: object) -> str:
        """One of the report's own sentences."""
        return self.tidy(say(f"report.{key}", self.language, **facts))

    def outputs(self, key: str, **facts: object) -> str:
        """One of the sentences shared with the page and the workbook."""
        return self.tidy(say(f"outputs.{key}", self.language, **facts))

    def siting(self, key: str) -> str:
        """One of the words shared with a siting study."""
        return self.tidy(say(f"siting.{key}", self.language))

    def rules(self, key: str) -> str:
        """One of the rules' words."""
        return self.tidy(say(f"rules.{key}", self.language))

    def of(self, sentence: Sentence) -> str:
        """A sentence of another room."""
        return self.tidy(sentence.text(self.language))

    def value(self, verdict: Verdict, value: float | None) -> str:
        """A figure of a verdict with its unit."""
        return self.of(verdict.shown(value))

    def people(self, value: float | None) -> str:
        """Residents as whole people; a dash where the clause does not count them."""
        return self("affected_none") if value is None else f"{value:,.0f}"

    def number(self, value: float | None) -> str:
        """A plain number."""
        return self("affected_none") if value is None else f"{value:,.4g}"

    def tenth(self, value: float | None) -> str:
        """A number to a tenth."""
        return self.number(None if value is None else round(value, 1))

    def share(self, value: float) -> str:
        """A share as percent; a dash where it is unknown."""
        return self("affected_none") if math.isnan(value) else f"{value:.1%}"

    def figure(self, title: str) -> str:
        """The next figure's caption."""
        self._figures += 1
        return self("figure", number=self._figures, title=title)

    def tidy(self, text: str) -> str:
        """Without spaces between Chinese characters (between Chinese and Latin they are the typesetter's)."""
        return _BETWEEN.sub("", text) if self.language == "zh" else text


def unmet_by_people(analysis: Analysis) -> list[Verdict]:
    """The clauses not met, those that affect most residents first; the plan's order among equals."""
    unmet = [v for v in analysis.verdicts if v.outcome.value == "FAIL"]
    return sorted(unmet, key=lambda v: -(v.residents_affected or 0.0))


def clause_blocks(analysis: Analysis, said: Said, family: str, roads: maps.Roads) -> Iterator[Block]:
    """Every clause not met, those that affect most residents first."""
    for number, verdict in enumerate(unmet_by_people(analysis)):
        yield Heading(said("rule_title", rule=verdict.rule, title=telling.title(verdict)), 2)
        yield Quote(said.of(words(verdict.rule_def)), said.of(verdict.cited))
        yield Text(_sentence(analysis, verdict, said), keep=True)
        picture = clause_picture(analysis, verdict, said, family, roads) if number < _MAPS else None
        yield picture if picture is not None else Text(said("no_map"), small=True)
        yield from _worst_areas(analysis, verdict, said)
        yield from _failing_units(verdict, said)
        yield from referral_table(verdict, said)


def clause_picture(
    analysis: Analysis, verdict: Verdict, said: Said, family: str, roads: maps.Roads
) -> Picture | None:
    """The clause's map; None where nothing has a place."""
    svg = maps.clause_map(analysis, verdict, said.language, family, roads)
    if svg is None:
        return None
    title = said("rule_title", rule=verdict.rule, title=telling.title(verdict))
    return Picture(svg, said.figure(title), f"{title}: {said.of(telling.result(verdict))}", 0.7)


def _sentence(analysis: Analysis, verdict: Verdict, said: Said) -> str:
    """Reason, distance from what is asked, and the road's result beside the straight line."""
    stop = "。" if said.language == "zh" else ". "
    parts = [said.of(verdict.reason).rstrip("。.")]
    if verdict.margin is not None and verdict.margin < 0:
        parts.append(said("margin", margin=shown_margin(-verdict.margin, verdict.unit)))
    text = stop.join(part[:1].upper() + part[1:] for part in parts) + stop
    if verdict.progress is not None:
        text += said.of(verdict.progress) + stop
    beside = [s for s in (*sureness(analysis, verdict), telling.periods(verdict)) if s is not None]
    text += "".join(said.of(sentence) + stop for sentence in beside)
    if verdict.by_road is not None:
        observed = verdict.shown(verdict.by_road.observed)
        text += said("by_road", observed=observed, paper=said.people(verdict.by_road.paper_only))
    return text.strip()


def _worst_areas(analysis: Analysis, verdict: Verdict, said: Said) -> Iterator[Block]:
    """The areas of the finest level that leave most people out."""
    if not telling.counts_people(verdict):
        return
    for level in reversed(LEVELS[1:]):
        frame = by_area(verdict, analysis.inputs, level)
        frame = frame.assign(lacking=lacking(frame))
        frame = frame[frame["lacking"] > 0].head(_AREAS)
        if len(frame):
            columns = frame[["name", "residents", "lacking", "share"]]
            rows = [
                (str(area), said.people(float(n)), said.people(float(out)), said.share(float(share)))
                for area, n, out, share in columns.to_numpy(dtype=object)
            ]
            name = said.outputs(f"page_level_{level}")
            head = [name, said.outputs("column_residents"), said("left_out"), said("share")]
            title = said("worst_areas", level=name, n=len(rows))
            yield Table(head, rows, (3.0, 1.2, 1.2, 1.2), (1, 2, 3), title=title)
            return


def _failing_units(verdict: Verdict, said: Said) -> Iterator[Block]:
    """The units that do not meet it, those with most residents first."""
    failing = [u for u in verdict.units if u.outcome.value == "FAIL"]
    if not failing:
        return
    chosen = sorted(failing, key=lambda u: -(u.residents or 0.0))[:_UNITS]
    rows = [(u.name, said.value(verdict, u.observed), said.people(u.residents)) for u in chosen]
    head = [said.outputs(f"column_{c}") for c in ("unit", "observed", "residents")]
    title = said("units_title", n=len(chosen), of=len(failing))
    yield Table(head, rows, (3.0, 1.6, 1.2), (1, 2), title=title)
    if len(failing) > len(chosen):
        yield Text(said("more", n=len(failing) - len(chosen)), small=True)


def referral_table(verdict: Verdict, said: Said) -> Iterator[Block]:
    """The longest ways of a clause about referral, with the direct one beside each."""
    if not verdict.referrals:
        return
    chosen = sorted(verdict.referrals, key=lambda r: (r.minutes is not None, -(r.minutes or 0.0), r.from_id))
    rows = [
        (r.from_name, r.via, r.to_name, said.tenth(r.minutes), said.tenth(r.direct), said.tenth(r.detour))
        for r in chosen[:_UNITS]
    ]
    columns = ("from_name", "via", "to_name", "minutes", "direct", "detour")
    head = [said.outputs(f"column_referral_{c}") for c in columns]
    title = said("referral_title", rule=verdict.rule, n=len(rows), of=len(chosen))
    yield Table(head, rows, (2.2, 1.8, 2.2, 1.0, 1.4, 1.2), (3, 4, 5), title=title)
