"""What would mend the gap: the sites that a siting study proposes, and what each unmet clause still needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from carecircle import categories
from carecircle.ledgers import lacking
from carecircle.outputs import telling
from carecircle.outputs.report.blocks import Block, Table, Text
from carecircle.outputs.report.clauses import Said, unmet_by_people
from carecircle.rules import by_area
from carecircle.rules.judging.shown import shown_margin
from carecircle.schema import LEVELS
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.rules import Verdict

_PLACES = 3


def advice_blocks(analysis: Analysis, proposed: Sequence[Mapping[str, Any]], said: Said) -> Iterator[Block]:
    """The section of what to do.

    Parameters
    ----------
    analysis
        As it is judged; nothing is said where every clause that could be judged is met.
    proposed
        Sites of the siting.json that lies beside the report, in its order: ``rank, name, category, lon, lat,
        newly_covered``. Empty where no siting study was made.
    """
    if proposed:
        yield from _sites(proposed, said)
    unmet = unmet_by_people(analysis)
    if not unmet:
        return
    yield Text(said("advice_needs" if proposed else "advice_needs_alone"), keep=True)
    rows = [(said.of(telling.title(v)), _needed(v, said), _where(analysis, v, said)) for v in unmet]
    head = [said.outputs("column_title"), said("advice_needed"), said("advice_where")]
    yield Table(head, rows, (2.4, 3.0, 2.8))


def _sites(proposed: Sequence[Mapping[str, Any]], said: Said) -> Iterator[Block]:
    """The proposed sites in their order."""
    rows = [
        (
            str(site["rank"] or "—"),
            str(site["name"] or "—"),
            categories.label(str(site["category"]), said.language),
            said.people(site["newly_covered"]),
            f"{site['lon']:.5f}, {site['lat']:.5f}",
        )
        for site in proposed
    ]
    columns = ("rank", "name", "category", "newly_covered")
    head = [*(said.siting(f"column_{c}") for c in columns), said("advice_place")]
    yield Text(said("advice_sites", count=len(rows)), keep=True)
    yield Table(head, rows, (0.6, 2.4, 2.4, 1.4, 1.8), (3,))


def _needed(verdict: Verdict, said: Said) -> str:
    """What a clause still needs: where it turns, else the units that fail it, else how far off it is."""
    if verdict.state == "surplus":
        return said("advice_surplus")
    turn = telling.flip(verdict)
    gone = [unit for unit in verdict.units if unit.state == "gap"]
    if gone:
        return said("advice_units", count=len(gone))
    if turn is not None:
        return said.of(turn)
    if verdict.margin:
        return said("margin", margin=shown_margin(abs(verdict.margin), verdict.unit)).strip("。. ")
    return said.of(verdict.reason)


def _where(analysis: Analysis, verdict: Verdict, said: Said) -> str:
    """Where a clause leaves most people out, or the first units that fail it; a dash without a place."""
    gone = sorted((u for u in verdict.units if u.state == "gap"), key=lambda u: -(u.residents or 0.0))
    if gone:
        return said.of(Sentence("outputs.rules_named", {"rules": [u.name for u in gone[:_PLACES]]}))
    if verdict.people is None or verdict.rule_def.limit is None:
        return said("affected_none")
    for level in reversed(LEVELS[1:]):
        found = by_area(verdict, analysis.inputs, level)
        found = found.assign(lacking=lacking(found)) if len(found) else found
        if len(found):
            worst = found[found["lacking"] > 0].sort_values("lacking", ascending=False).head(_PLACES)
            told = [
                Sentence("report.advice_area", {"name": str(name), "people": said.people(float(people))})
                for name, people in zip(worst["name"], worst["lacking"], strict=True)
            ]
            return said.of(Sentence("outputs.rules_named", {"rules": told})) or said("affected_none")
    return said("affected_none")
